"""Writing, reviewing and withdrawing texts. Nobody reviews what they wrote; nothing unreviewed is in use."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kexin.core import frame
from kexin.core.actor import Actor
from kexin.core.calendar import add, business_date
from kexin.core.errors import Conflict, NotFound, RuleViolation
from kexin.core.events import emit
from kexin.core.operation import operation
from kexin.core.policy import in_force
from kexin.core.values import Duration
from kexin.core.workflow import close_work, duty_holder, open_work
from kexin.people.models import OrgUnit
from kexin.products.models import Product, ProductText, TextVersion
from kexin.products.models.text import LONGEST
from kexin.products.texts.choices import DECIDED, OPEN, TextKind, TextLanguage, TextState
from kexin.products.texts.events import TextApproved, TextReturned, TextSubmitted, TextWithdrawn
from kexin.products.texts.policies import TextReviewPolicy
from kexin.products.texts.queries import look
from kexin.products.texts.rules import fingerprint, long_enough, may_approve, may_be_written, may_review, tidy

WORK = "products.text_review"
SUBJECT = "products.TextVersion"


@operation("products.draft_text", label=_("Draft a product text"), plain=("kind", "product_class", "language", "title"))
def draft_text(
    *,
    actor: Actor,
    kind: str,
    language: str,
    title: str,
    body: str,
    product_class: str = "",
    product_id: int | None = None,
) -> TextVersion:
    """The first version of a text for a class of products, or for one product. Raises Conflict where there is one."""
    product = None
    if product_id is not None:
        product = Product.objects.filter(pk=product_id).first()
        if product is None:
            raise RuleViolation(fields={"product_id": _("There is no such product.")})
        product_class = product.product_class
    wrong = {}
    if kind not in TextKind.values:
        wrong["kind"] = _("Choose one of the list.")
    if language not in TextLanguage.values:
        wrong["language"] = _("Choose one of the list.")
    if not product_class:
        wrong["product_class"] = _("Choose a class or a product.")
    if not title.strip():
        wrong["title"] = _("Give it a title.")
    if wrong:
        raise RuleViolation(fields=wrong)
    body = _body(body)
    key = {"kind": kind, "product_class": product_class, "product": product, "language": language}
    if ProductText.objects.filter(**key).exists():
        raise Conflict(fields={"kind": _("There is this text already: begin a new version of it.")})
    text = ProductText.objects.create(**key, title=title.strip(), created_at=timezone.now())
    return _new_version(text, 1, body, "", actor)


@operation("products.draft_version", label=_("Begin a new version of a product text"), plain=("change",))
def draft_version(text_id: int, *, actor: Actor, body: str = "", change: str = "") -> TextVersion:
    """A draft behind the latest version, with its words where none are given. Raises Conflict while one is open."""
    text = ProductText.objects.select_for_update().filter(pk=text_id).first()
    if text is None:
        raise NotFound
    if text.versions.filter(state__in=OPEN).exists():
        raise Conflict(_("A version of this text is being written or reviewed already."))
    latest = text.versions.order_by("-number").first()
    number, words = (latest.number, latest.body) if latest else (0, "")
    return _new_version(text, number + 1, _body(body or words), change, actor)


@operation("products.change_text", label=_("Change a draft of a product text"), plain=("change",))
def change_text(
    version_id: int, *, actor: Actor, body: str, change: str = "", version: int | None = None
) -> TextVersion:
    """Write in a draft, or in what was returned: it is a draft again. ``version`` is the one the person saw."""
    row = _locked(version_id, version)
    may_be_written(row.state).enforce()
    row.body, row.change, row.state = _body(body), change.strip()[:300], TextState.DRAFT
    row.drafted_by, row.drafter_user_id, row.drafted_at = actor.name, actor.user_id, timezone.now()
    if actor.user_id is not None and actor.user_id not in row.writers:
        row.writers = [*row.writers, actor.user_id]
    row.version += 1
    row.save()
    return row


@operation("products.submit_text", label=_("Give a product text to review"))
def submit_text(version_id: int, *, actor: Actor, version: int | None = None) -> TextVersion:
    """Somebody else owes its review. Words the lint objects to do not stop it: the reviewer sees them and says so."""
    row = _locked(version_id, version)
    may_be_written(row.state).enforce()
    rules = in_force(TextReviewPolicy)
    unit_id = _unit(actor)
    owner = duty_holder("products.review_text", unit_id, actor.user_id)
    if owner is None:
        raise RuleViolation(_("Nobody else may review texts; a second person needs the right to."))
    row.state, row.submitted_at, row.version = TextState.IN_REVIEW, timezone.now(), row.version + 1
    row.reviewed_by, row.reviewer_user_id, row.reviewed_at, row.checklist, row.note = "", None, None, {}, ""
    row.save()
    open_work(
        WORK,
        unit_id=unit_id,
        owner_post_id=owner,
        due_at=add(timezone.now(), Duration(rules.review_working_days, "working_days")),
        subject_kind=SUBJECT,
        subject_id=row.pk,
        details={"title": row.text.title, "number": row.number, "text_id": row.text_id},
        policy_id=rules.policy_version,
    )
    emit(TextSubmitted(row.text_id, row.number))
    return row


@operation("products.review_text", label=_("Review a product text"), plain=("note", "answers"))
def review_text(
    version_id: int,
    *,
    actor: Actor,
    approve: bool,
    answers: Mapping[str, bool],
    note: str = "",
    in_use_from: dt.date | None = None,
    version: int | None = None,
) -> TextVersion:
    """Let a version pass, in use from a day on, or return it with a reason.

    It passes only with every question of the checklist answered yes and nothing the lint forbids in it.
    """
    row = _locked(version_id, version)
    may_review(row.state, row.writers, actor.user_id).enforce()
    rules = in_force(TextReviewPolicy)
    points = rules.points(row.text.kind)
    given = {each.code: bool(answers.get(each.code)) for each in points}
    row.checklist, row.note, row.policy_id = given, note.strip()[:1000], rules.policy_version
    row.reviewed_by, row.reviewer_user_id, row.reviewed_at = actor.name, actor.user_id, timezone.now()
    row.version += 1
    if not approve:
        if not row.note:
            raise RuleViolation(fields={"note": _("Say what has to change.")})
        row.state = TextState.RETURNED
        row.save()
        emit(TextReturned(row.text_id, row.number, row.note))
    else:
        first = in_use_from or business_date()
        asked = [(each.code, each.shown) for each in points]
        decided = row.text.versions.filter(state__in=DECIDED).order_by("-in_use_from").first()
        latest = decided.in_use_from if decided else None
        may_approve(asked, given, look(row.text, row.body), first, business_date(), latest).enforce()
        row.state, row.in_use_from, row.sha256 = TextState.APPROVED, first, fingerprint(row.body)
        row.save()
        emit(TextApproved(row.text_id, row.number, first, row.sha256))
    close_work(WORK, SUBJECT, row.pk, outcome=row.state, by=actor.name)
    return row


@operation("products.withdraw_text", label=_("Withdraw a product text"), plain=("reason",))
def withdraw_text(version_id: int, *, actor: Actor, reason: str) -> TextVersion:
    """Stop an approved version from being given to anybody, at once. The one before does not come back."""
    row = _locked(version_id, None)
    if row.state != TextState.APPROVED:
        raise RuleViolation(_("Only an approved version can be withdrawn."))
    if not reason.strip():
        raise RuleViolation(fields={"reason": _("Say why.")})
    row.state, row.withdrawn_reason, row.version = TextState.WITHDRAWN, reason.strip()[:1000], row.version + 1
    row.save()
    emit(TextWithdrawn(row.text_id, row.number, row.withdrawn_reason))
    return row


def _new_version(text: ProductText, number: int, body: str, change: str, actor: Actor) -> TextVersion:
    _remember(text)
    return TextVersion.objects.create(
        text=text,
        number=number,
        body=body,
        change=change.strip()[:300],
        drafted_by=actor.name,
        drafter_user_id=actor.user_id,
        writers=[actor.user_id] if actor.user_id is not None else [],
        drafted_at=timezone.now(),
    )


def _body(body: str) -> str:
    found = tidy(body)
    long_enough(found).enforce()
    if len(found) > LONGEST:
        raise RuleViolation(fields={"body": _("At most %(most)s characters.") % {"most": LONGEST}})
    return found


def _locked(version_id: int, seen: int | None) -> TextVersion:
    row = TextVersion.objects.select_for_update(of=("self",)).select_related("text").filter(pk=version_id).first()
    if row is None:
        raise NotFound
    _remember(row.text)
    if seen is not None and row.version != seen:
        raise Conflict(current={"version": row.version})
    return row


def _remember(text: ProductText) -> None:
    act = frame.current.get()
    if act is not None:
        act.subject = ("products.ProductText", text.pk)


def _unit(actor: Actor) -> int:
    """Where the writer works; the head office for a clock or a service."""
    if actor.unit_id is not None:
        return actor.unit_id
    return OrgUnit.objects.filter(parent=None).order_by("path").values_list("pk", flat=True)[0]
