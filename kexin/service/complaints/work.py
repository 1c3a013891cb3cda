"""The work that complaints give. It names no customer, and is kept from whom the case is about."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from kexin.core.calendar import Deadline, add
from kexin.core.errors import type_text
from kexin.core.models import WorkItem
from kexin.core.policy import in_force
from kexin.core.values import Duration
from kexin.core.workflow import WorkKind, close_work, open_work, register_work_kind
from kexin.people.models import Post
from kexin.service.complaints.choices import Grade
from kexin.service.complaints.people import officer_for, sellers_of
from kexin.service.complaints.policies import ComplaintPolicy
from kexin.service.models import Complaint
from kexin.service.work import COMPLAINT_CLOCK, SUBJECT

MAJOR = "service.major_complaint"
INVESTIGATE, REVIEW = "service.investigation", "service.reply_review"
EXTENSION, TELL_EXTENSION = "service.extension", "service.extension_told"
DELIVERY, WORD = "service.reply_delivery", "service.complainant_word"
STATUTORY, SETTLEMENT, REMEDY = "service.statutory_review", "service.settlement", "service.remediation"
SETTLEMENT_PAPER = "service.settlement_paper"
DIRECT = "service.direct_complaint"
CASE = "service.Complaint"
WORDS = "service.complaint_words"


def owe_by(kind: str, row: Complaint, post: Post, due: dt.datetime) -> WorkItem:
    """The same, by a moment that is known."""
    return owe(kind, row, post, due)


def owe_within(kind: str, row: Complaint, post: Post) -> WorkItem:
    """The same, within the working hours that the policy gives a step between colleagues, or to tell a complainant."""
    rules = in_force(ComplaintPolicy)
    hours = rules.tell_hours if kind == TELL_EXTENSION else rules.step_hours
    return owe(kind, row, post, add(timezone.now(), Duration(hours, "working_hours")), rules.policy_version)


def owe(kind: str, row: Complaint, post: Post, due: Deadline | dt.datetime, policy_id: int | None = None) -> WorkItem:
    """Somebody owes something about a case; the database keeps it from whom the case is about."""
    return open_work(
        kind,
        unit_id=post.unit_id,
        owner_post_id=post.pk,
        due_at=due,
        subject_kind=CASE,
        subject_id=row.pk,
        details={"complaint_no": row.complaint_no, "complaint_id": row.pk},
        policy_id=policy_id or row.policy_id,
    )


def settle(kind: str, row: Complaint, *, outcome: str, by: str, cancelled: bool = False) -> None:
    """What was owed about a case is settled."""
    close_work(kind, CASE, row.pk, outcome=outcome, by=by, cancelled=cancelled)


def owe_major(row: Complaint, rules: ComplaintPolicy, by: str) -> None:
    """A major case goes to senior management (G-19); not major any more, it is taken back."""
    if row.grade != Grade.MAJOR:
        settle(MAJOR, row, outcome="changed", by=by, cancelled=True)
        return
    sellers = sellers_of(row.subject_kind, row.subject_no)
    post = officer_for(DIRECT, row.unit_id, row.accused, sellers, row.concerned_unit_id)
    if post is not None:
        owe(MAJOR, row, post, add(timezone.now(), Duration(rules.major_hours, "working_hours")), rules.policy_version)


def keep_away(row: Complaint) -> None:
    """Open work of the case is kept from whom it is about now."""
    clocks = list(row.clocks.values_list("pk", flat=True))
    items = WorkItem.objects.open().filter(
        Q(subject_kind=CASE, subject_id=row.pk) | Q(subject_kind=SUBJECT, subject_id__in=clocks)
    )
    items.update(kept_from=sorted(row.accused), version=F("version") + 1)


def clock_line(item: WorkItem) -> str:
    """The limit in the reader's language."""
    english = (get_language() or "").startswith("en")
    named = {**item.details, "clock": item.details["clock_en"] if english else item.details["clock"]}
    return _t("Complaint %(complaint_no)s: %(clock)s") % named


def page(item: WorkItem) -> str:
    """The page of the case."""
    return reverse("complaints:complaint", args=[item.details.get("complaint_id") or item.subject_id])


def register() -> None:
    """Declare the kinds, when the floor starts."""
    register_work_kind(
        WorkKind(
            COMPLAINT_CLOCK,
            _("Limit of a complaint"),
            clock_line,
            page,
            icon="message-exclamation",
            outcomes={
                "met": pgettext_lazy("clock", "Met"),
                "ended": pgettext_lazy("clock", "Ended with the request"),
                "paused": pgettext_lazy("clock", "Paused"),
            },
            closable=False,
        )
    )
    register_work_kind(
        WorkKind(
            MAJOR,
            _("Major complaint for senior management"),
            lambda item: _t("Major complaint %(complaint_no)s: give your directions.") % item.details,
            page,
            icon="alert-triangle",
            outcomes={
                "directed": pgettext_lazy("complaint", "Directions given"),
                "changed": pgettext_lazy("complaint", "No longer major"),
                "ended": pgettext_lazy("complaint", "The case ended"),
            },
            closable=False,
        )
    )
    for kind, label, sentence, icon, outcomes in _KINDS:
        register_work_kind(
            WorkKind(kind, label, _sentence(sentence), page, icon=icon, outcomes=outcomes, closable=False)
        )


def _sentence(words: type_text) -> Callable[[WorkItem], str]:
    return lambda item: str(words) % item.details


_NONE = pgettext_lazy("complaint", "The case ended")
_KINDS: tuple[tuple[str, type_text, type_text, str, dict[str, type_text]], ...] = (
    (
        INVESTIGATE, _("Investigation of a complaint"),
        _("Investigate complaint %(complaint_no)s and report what you find."), "user-search",
        {"found": pgettext_lazy("complaint", "Findings reported"),
         "reassigned": pgettext_lazy("complaint", "Somebody else investigates"), "ended": _NONE},
    ),
    (
        REVIEW, _("Review of a reply letter"), _("Review the reply to complaint %(complaint_no)s."), "mail-check",
        {"approved": pgettext_lazy("complaint", "Reply approved"),
         "returned": pgettext_lazy("complaint", "Reply returned"), "ended": _NONE},
    ),
    (
        EXTENSION, _("Extension of a complaint"), _("Decide on the extension of complaint %(complaint_no)s."),
        "calendar-plus",
        {"approved": pgettext_lazy("complaint", "Extension approved"),
         "refused": pgettext_lazy("complaint", "Extension refused"), "ended": _NONE},
    ),
    (
        TELL_EXTENSION, _("Tell of an extension"),
        _("Tell the complainant of %(complaint_no)s that it takes longer."), "phone-outgoing",
        {"told": pgettext_lazy("complaint", "Told"), "ended": _NONE},
    ),
    (
        DELIVERY, _("Delivery of a reply"), _("Deliver the reply to complaint %(complaint_no)s with a proof."), "send",
        {"delivered": pgettext_lazy("complaint", "Delivered"), "ended": _NONE},
    ),
    (
        WORD, _("Word of a complainant"), _("Ask the complainant of %(complaint_no)s whether it is settled."),
        "message-question",
        {"word": pgettext_lazy("complaint", "Word recorded"), "ended": _NONE},
    ),
    (
        STATUTORY, _("Statutory review"), _("Review the decision on complaint %(complaint_no)s."), "gavel",
        {"decided": pgettext_lazy("complaint", "Review decided")},
    ),
    (
        SETTLEMENT, _("Settlement of a complaint"), _("Decide on the settlement of complaint %(complaint_no)s."),
        "heart-handshake",
        {"approved": pgettext_lazy("settlement", "Approved"), "refused": pgettext_lazy("settlement", "Not approved"),
         "ended": _NONE},
    ),
    (
        SETTLEMENT_PAPER, _("Signed copy of a settlement"),
        _("Compare the signed copy of complaint %(complaint_no)s with the agreement."), "file-check",
        {"confirmed": pgettext_lazy("settlement", "Copy confirmed"),
         "refused": pgettext_lazy("settlement", "Copy not confirmed")},
    ),
)  # fmt: skip
ALL = tuple(kind for kind, *_rest in _KINDS if kind != SETTLEMENT_PAPER)  # a copy is looked at after the end, too


def settle_all(row: Complaint, by: str) -> None:
    """The case ended: nothing of its course is owed any more."""
    for kind in (MAJOR, *ALL):
        settle(kind, row, outcome="ended", by=by, cancelled=True)
