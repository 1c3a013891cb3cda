"""Drafting a plan, changing it, sending it to the customer, taking it back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.db import connection
from django.utils import timezone, translation
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor
from kexin.core.calendar import business_date
from kexin.core.errors import RuleViolation
from kexin.core.events import emit
from kexin.core.fields import decrypt_rows
from kexin.core.operation import operation
from kexin.core.policy import in_force
from kexin.party.models import Customer
from kexin.products.models import Product, ProductFee
from kexin.sales.advice.choices import PlanState
from kexin.sales.advice.events import PlanDrafted, PlanSent, PlanWithdrawn
from kexin.sales.advice.policies import AdvicePolicy
from kexin.sales.advice.queries import PLAN_TEXTS, latest_needs, latest_visit
from kexin.sales.advice.recording import open_file, own_post
from kexin.sales.advice.rules import TEXTS, Line, clean, fingerprint, may_keep_plan, may_send, short_enough
from kexin.sales.advice.work import taken_up
from kexin.sales.models import Plan, PlanLine, PlanVersion
from kexin.suitability.matching.choices import MatchOutcome, Purpose
from kexin.suitability.matching.operations import match
from kexin.suitability.matching.shelf import shelf_of


@operation("sales.draft_plan", label=_("Draft a plan"))
def draft_plan(
    customer: Customer | int,
    *,
    actor: Actor,
    title: str,
    content: str = "",
    term: str = "",
    fees: str = "",
    risk: str = "",
    starts_on: dt.date | None = None,
    ends_on: dt.date | None = None,
    lines: Sequence[Line] = (),
) -> Plan:
    """A new plan. It may have gaps as long as it is a draft, but only products that fit the customer stand in it."""
    row, post = open_file(customer, actor), own_post(actor)
    key = _next_key()
    plan = Plan(
        pk=key,
        plan_no=f"P{business_date().year}{key:08d}",
        customer=row,
        unit_id=post.unit_id,
        post=post,
        made_at=timezone.now(),
        made_by=actor.name,
    )
    said = _said(title=title, content=content, term=term, fees=fees, risk=risk)
    _check(row.pk, said, starts_on, ends_on, lines, actor)
    plan.save(force_insert=True)
    _write(plan, 1, said, starts_on, ends_on, lines, actor)
    emit(PlanDrafted(row.pk, plan.plan_no, plan.pk, 1))
    return plan


@operation("sales.change_plan", label=_("Change a plan"))
def change_plan(
    plan: Plan | int,
    *,
    actor: Actor,
    version: int,
    title: str,
    content: str = "",
    term: str = "",
    fees: str = "",
    risk: str = "",
    starts_on: dt.date | None = None,
    ends_on: dt.date | None = None,
    lines: Sequence[Line] = (),
) -> Plan:
    """Change the draft; where the newest version went to the customer already, a new version begins as a draft."""
    row = Plan.objects.lock(plan, actor, version=version)
    open_file(row.customer_id, actor)
    said = _said(title=title, content=content, term=term, fees=fees, risk=risk)
    _check(row.customer_id, said, starts_on, ends_on, lines, actor)
    draft = PlanVersion.objects.filter(plan=row, state=PlanState.DRAFT).first()
    if draft is not None:
        PlanLine.objects.filter(plan_version=draft).delete()
        draft.delete()
    else:
        row.number += 1
        emit(PlanDrafted(row.customer_id, row.plan_no, row.pk, row.number))
    _write(row, row.number, said, starts_on, ends_on, lines, actor)
    row.state = PlanState.DRAFT
    row.version += 1
    row.save()
    return row


@operation("sales.send_plan", label=_("Send a plan to the customer"))
def send_plan(plan: Plan | int, *, actor: Actor, version: int) -> Plan:
    """Put the draft before the customer. Each product is matched once more; what was sent before counts no more.

    Raises RuleViolation where content, term, fees or risk is missing, or a product does not fit the customer today.
    """
    row = Plan.objects.lock(plan, actor, version=version)
    customer = open_file(row.customer_id, actor)
    draft = PlanVersion.objects.select_for_update().filter(plan=row, number=row.number).get()
    decrypt_rows(PlanVersion, [draft], PLAN_TEXTS)
    said = {name: str(getattr(draft, name) or "") for name in (*TEXTS, "title")}
    may_send(draft.state, said, draft.starts_on, draft.ends_on).enforce()
    if draft.ends_on is not None and draft.ends_on < business_date():
        raise RuleViolation(fields={"ends_on": _("The term of the plan is over.")})
    lines = list(PlanLine.objects.filter(plan_version=draft).select_related("product").order_by("place"))
    decrypt_rows(PlanLine, lines, ("why",))
    for each in lines:
        _match(each, customer, actor)
    now = timezone.now()
    replaced = PlanVersion.objects.filter(plan=row, state__in=[PlanState.SENT, PlanState.ACCEPTED])
    replaced.update(state=PlanState.REPLACED)
    draft.sha256 = fingerprint(as_read(draft, lines))
    draft.state, draft.sent_at, draft.sent_by = PlanState.SENT, now, actor.name
    draft.policies = {"sales.advice": in_force(AdvicePolicy).policy_version}
    draft.save()
    row.state = PlanState.SENT
    row.version += 1
    row.save()
    taken_up(row, actor.name)
    emit(PlanSent(row.customer_id, row.plan_no, row.pk, row.number))
    return row


@operation("sales.withdraw_plan", label=_("Take a plan back"), plain=("reason",))
def withdraw_plan(plan: Plan | int, *, actor: Actor, version: int, reason: str) -> Plan:
    """Take the newest version back, before or after it was answered; no sale is opened from it any more."""
    row = Plan.objects.lock(plan, actor, version=version)
    if not reason.strip():
        raise RuleViolation(fields={"reason": _("Say why.")})
    newest = PlanVersion.objects.select_for_update().get(plan=row, number=row.number)
    if newest.state not in (PlanState.DRAFT, PlanState.SENT, PlanState.ACCEPTED):
        raise RuleViolation(_("This plan has ended already."))
    PlanVersion.objects.filter(plan=row, state__in=[PlanState.SENT, PlanState.ACCEPTED]).exclude(pk=newest.pk).update(
        state=PlanState.REPLACED
    )
    newest.state, newest.reason = PlanState.WITHDRAWN, clean(reason)[:300]
    newest.save(update_fields=["state", "reason"])
    row.state = PlanState.WITHDRAWN
    row.version += 1
    row.save()
    emit(PlanWithdrawn(row.customer_id, row.plan_no, row.pk, row.number, reason.strip()[:200]))
    return row


def as_read(version: PlanVersion, lines: Sequence[PlanLine]) -> dict[str, Any]:
    """Everything the customer reads of a version, for its fingerprint. Words are opened by the caller."""
    return {
        "plan": version.plan.plan_no,
        "number": version.number,
        **{name: str(getattr(version, name) or "") for name in ("title", *TEXTS)},
        "starts_on": version.starts_on,
        "ends_on": version.ends_on,
        "lines": [
            [each.product.code, str(each.amount), each.currency, str(each.why or ""), each.grade, each.fee_text]
            for each in lines
        ],
    }


def _said(**texts: str) -> dict[str, str]:
    return {name: clean(text) for name, text in texts.items()}


def _check(
    customer_id: int,
    said: dict[str, str],
    starts_on: dt.date | None,
    ends_on: dt.date | None,
    lines: Sequence[Line],
    actor: Actor,
) -> None:
    fitting = {each.product.pk for each in shelf_of(actor, customer_id).fitting} if lines else set()
    kept = may_keep_plan(title=said["title"], starts_on=starts_on, ends_on=ends_on, lines=lines, fitting=fitting)
    whys = short_enough({"lines": max((each.why for each in lines), key=len, default="")}, {"lines": 300})
    (kept & short_enough(said) & whys).enforce()


def _write(
    plan: Plan,
    number: int,
    said: dict[str, str],
    starts_on: dt.date | None,
    ends_on: dt.date | None,
    lines: Sequence[Line],
    actor: Actor,
) -> None:
    key_id = plan.customer.party.key_id
    made = PlanVersion.objects.create(
        plan=plan,
        key_id=key_id,
        number=number,
        starts_on=starts_on,
        ends_on=ends_on,
        visit=latest_visit(plan.customer_id),
        needs=latest_needs(plan.customer_id),
        written_at=timezone.now(),
        written_by=actor.name,
        **{name: text or None for name, text in said.items()},
    )
    currencies = dict(Product.objects.filter(pk__in=[each.product_id for each in lines]).values_list("pk", "currency"))
    for place, each in enumerate(lines, 1):
        PlanLine.objects.create(
            plan_version=made,
            key_id=key_id,
            place=place,
            product_id=each.product_id,
            amount=each.amount,
            currency=currencies[each.product_id],
            why=clean(each.why),
        )


def _match(line: PlanLine, customer: Customer, actor: Actor) -> None:
    """Give the opinion by which this line is proposed, and keep grade and fees as the customer reads them."""
    opinion = match(customer, line.product, actor=actor, purpose=Purpose.RECOMMENDATION, amount=line.amount)
    if opinion.outcome == MatchOutcome.REFUSE:
        key = "en" if (get_language() or "").startswith("en") else "zh"
        why = " ".join(str(each["words"][key]) for each in opinion.refusals)
        raise RuleViolation(fields={"lines": f"{line.product.shown_name}: {why}"})
    fees = ProductFee.objects.filter(product=line.product).order_by("kind")
    line.decision_no, line.grade = opinion.pk, line.product.risk_grade
    with translation.override("en" if customer.party.language.startswith("en") else "zh-hans"):
        line.fee_text = " · ".join(f"{each.get_kind_display()} {each.shown_rate}" for each in fees)[:300]
    line.save()


def _next_key() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence('sales_plan', 'id'))")
        return int(cursor.fetchone()[0])
