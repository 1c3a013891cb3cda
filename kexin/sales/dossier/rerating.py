"""The evidence of a re-rating: why the grade changed, who decided, whom it concerns; one signed file like a dossier.

Everything is read from what was stored on the day, so that the file can be made again and says the same.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from django.utils.translation import get_language
from django.utils.translation import gettext as _t

from kexin.core.actor import Actor
from kexin.core.models import Approval
from kexin.core.ui.numbers import exact
from kexin.people.models import OrgUnit
from kexin.products.models import ProductStep, RiskRating
from kexin.sales.dossier.collecting import moment
from kexin.sales.dossier.tree import Dossier, Fact, Section
from kexin.suitability.matching.rerated import HEADS, by_manager, cells
from kexin.suitability.models import Rematch, RematchLine

PRINTED = 2_000  # holders on paper; all of them are in the attachment


def collect_rerating(run: Rematch, *, actor: Actor, at: dt.datetime, watermark: str) -> Dossier:
    """Everything known of a re-rating. The caller has checked the reach, which is the whole bank."""
    root = OrgUnit.objects.filter(parent=None).order_by("path").first()
    product = run.product
    return Dossier(
        number=f"{product.code}-{run.done_on:%Y%m%d}-{run.pk}",
        title=_t("Evidence of a re-rating"),
        subtitle=f"{product.shown_name} {product.code} · R{run.before} → R{run.after}",
        institution=root.shown_name if root else "Kexin",
        language=get_language() or "zh-hans",
        made_at=at.isoformat(timespec="microseconds"),
        watermark=watermark,
        sections=(_rating(run), _decided(run), _figures(run), _managers(run), _holders(run, actor), _history(run)),
    )


def _rating(run: Rematch) -> Section:
    row = (
        RiskRating.objects.filter(product=run.product_id, grade=run.after, decided_at__lte=run.done_at)
        .order_by("-decided_at")
        .first()
    )
    facts = [
        Fact(_t("Product"), f"{run.product.shown_name} {run.product.code}"),
        Fact(_t("Risk grade"), f"R{run.before} → R{run.after}"),
    ]
    if row is None:
        return Section("rating", _t("The new grade"), tuple(facts))
    facts += [
        Fact(_t("The institution's grade"), f"R{row.own_grade}"),
        Fact(_t("Issuer's grade"), f"R{row.issuer_grade}" if row.issuer_grade else "–"),
        Fact(_t("Weighted score"), str(row.score)),
        Fact(_t("Reason"), row.reason),
        Fact(_t("Assessed by"), row.assessed_by),
        Fact(_t("In force since"), moment(row.decided_at)),
    ]
    data = {"scores": row.scores, "score": str(row.score), "raised_by": row.raised_by, "policy": row.policy_id}
    return Section("rating", _t("The new grade"), tuple(facts), data=data)


def _decided(run: Rematch) -> Section:
    row = (
        Approval.objects.filter(
            operation="products.propose_rerating", subject_kind="products.Product", subject_id=run.product_id,
            decided_at__lte=run.done_at,
        )
        .order_by("-decided_at")
        .first()
    )  # fmt: skip
    if row is None:
        return Section("decision", _t("Who decided"))
    facts = (
        Fact(_t("Proposed by"), row.maker_name),
        Fact(_t("Time of the proposal"), moment(row.made_at)),
        Fact(_t("Decided by"), row.checker_name),
        Fact(_t("Time of the decision"), moment(row.decided_at)),
        Fact(_t("Reason"), row.reason),
        Fact(_t("Note"), row.decision_note or "–"),
    )
    return Section("decision", _t("Who decided"), facts, data={"approval": row.pk, "summary": row.summary})


def _figures(run: Rematch) -> Section:
    lines = RematchLine.objects.filter(rematch=run)
    refused = lines.filter(after="refuse").count()
    held = sum((each or Decimal(0) for each in lines.values_list("held", flat=True)), Decimal(0))
    data = {
        "holders": run.holders,
        "held": str(run.held),
        "decided": run.decided,
        "changed": run.changed,
        "refused": refused,
        "held_by_changed": str(held),
        "policy": run.policy_id,
    }
    facts = (
        Fact(_t("Matched on"), run.done_on.isoformat()),
        Fact(_t("Policy"), f"{run.policy.code} {run.policy.number}"),
        Fact(_t("Customers who hold it"), str(run.holders)),
        Fact(_t("Held on the day"), exact(run.held)),
        Fact(_t("Decided one by one"), str(run.decided)),
        Fact(_t("Judged otherwise"), str(run.changed)),
        Fact(_t("No longer suitable"), str(refused)),
        Fact(_t("Held by those judged otherwise"), exact(held)),
    )
    return Section("figures", _t("Figures"), facts, data=data)


def _managers(run: Rematch) -> Section:
    found = by_manager(run, RematchLine.objects.filter(rematch=run))
    rows = tuple(
        (
            each.unit.shown_name if each.unit else "",
            each.manager,
            str(each.customers),
            str(each.refused),
            exact(each.held),
        )
        for each in found
    )
    heads = (_t("Unit"), _t("Manager"), _t("Customers"), _t("No longer suitable"), _t("Held on the day"))
    return Section("managers", _t("By manager"), (), heads, rows, data={"rows": [list(row) for row in rows]})


def _holders(run: Rematch, actor: Actor) -> Section:
    """All of them for machines; the first ones on paper, in fewer columns."""
    lines = RematchLine.objects.filter(rematch=run)
    every = [["" if cell is None else str(cell) for cell in row] for row in cells(run, lines, actor)]
    printed = tuple(
        (number, name, f"{unit} {manager}", held, tolerance, f"{before} → {now}", why)
        for number, name, unit, manager, held, tolerance, before, now, why in every[:PRINTED]
    )
    note = _t("%(n)s more are in the attachment.") % {"n": len(every) - PRINTED} if len(every) > PRINTED else ""
    heads = (
        _t("Customer number"), _t("Customer"), _t("Manager"), _t("Held on the day"), _t("Tolerance"), _t("Conclusion"),
        _t("Reasons"),
    )  # fmt: skip
    data = {"heads": [str(head) for head in HEADS], "rows": every}
    return Section("holders", _t("Holders judged otherwise"), (), heads, printed, note, data)


def _history(run: Rematch) -> Section:
    steps = ProductStep.objects.filter(product=run.product_id, done_at__lte=run.done_at).order_by("done_at", "pk")
    rows = tuple((moment(each.done_at), str(each.get_act_display()), each.done_by, each.text) for each in steps)
    heads = (_t("Time"), _t("Step"), _t("Done by"), _t("Words"))
    return Section("history", _t("History of the product"), (), heads, rows, data={"rows": [list(row) for row in rows]})
