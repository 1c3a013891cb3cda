"""What is done to a complaint: each act is one form of its own, listed here with when it is possible."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse, QueryDict
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor
from kexin.core.ui.form_page import form_page, need
from kexin.service.complaints.choices import FORWARDED, ComplaintNature, Grade, Mandate, SettlementState
from kexin.service.complaints.handling import (
    admit_petition,
    answer_regulator,
    classify_complaint,
    direct_complaint,
    grade_complaint,
    shield_complaint,
    verify_mandate,
    withdraw_complaint,
)
from kexin.service.complaints.letters import letter_of
from kexin.service.complaints.matching import UNDECIDED, join_complaints
from kexin.service.complaints.queries import complaint_file
from kexin.service.models import Complaint, ComplaintExtension, ComplaintLetter, Settlement, StatutoryReview
from kexin.service.ui.complaint_act_forms import (
    ClassifyForm,
    GradeForm,
    JoinCaseForm,
    MandateForm,
    ShieldForm,
    SpokenForm,
    TextForm,
    first_values,
)

Text = str | Promise
Data = QueryDict | None


@dataclass(frozen=True)
class Around:
    """What stands beside a case and decides what can be done: asked once for all acts."""

    letter: ComplaintLetter | None
    extension: ComplaintExtension | None
    untold: bool
    review: StatutoryReview | None
    settlement: Settlement | None

    @classmethod
    def of(cls, row: Complaint) -> Around:
        extensions = list(row.extensions.order_by("pk"))
        return cls(
            letter_of(row),
            next((each for each in extensions if each.approved is None), None),
            any(each.approved and each.told_at is None for each in extensions),
            row.reviews.order_by("pk").last(),
            row.settlements.exclude(state=SettlementState.REFUSED).first(),
        )


@dataclass(frozen=True)
class Act:
    """One act: who may do it, when, with which form; ``main`` ones are buttons of the head."""

    name: str
    operation: str
    label: Text
    done: Text
    icon: str
    form: Callable[[Data, Complaint, Actor], forms.Form]
    run: Callable[[int, Actor, dict[str, Any]], Any]
    when: Callable[[Complaint, Around], bool]
    main: bool = False


def _open(row: Complaint, _around: Around) -> bool:
    return row.is_open


acts: dict[str, Act] = {}


def register_act(act: Act) -> None:
    """Enter an act of complaints; its page is ``/complaints/PK/<name>/``."""
    acts[act.name] = act


for each in (
    Act(
        "grade", "service.grade_complaint", _("Confirm the grade"), _("Graded; the clocks follow."), "scale",
        lambda data, row, actor: GradeForm(data, initial=first_values(row, "grade", "regulatory_major")),
        lambda pk, actor, said: grade_complaint(pk, actor=actor, **said), _open,
    ),
    Act(
        "classify", "service.classify_complaint", _("Classify"), _("Classified."), "tags",
        lambda data, row, actor: ClassifyForm(data, initial=first_values(row, "place", "business", "causes")),
        lambda pk, actor, said: classify_complaint(pk, actor=actor, **said), lambda row, _around: row.state != "merged",
    ),
    Act(
        "shield", "service.shield_complaint", _("About whom, hidden from whom"), _("Kept from them."), "shield-lock",
        lambda data, row, actor: ShieldForm(data, initial=first_values(row, "accused", "hidden_from_unit")),
        lambda pk, actor, said: shield_complaint(pk, actor=actor, **said), _open,
    ),
    Act(
        "mandate", "service.verify_mandate", _("Verify the mandate"), _("The mandate is verified."), "id-badge-2",
        lambda data, row, actor: MandateForm(data),
        lambda pk, actor, said: verify_mandate(pk, actor=actor, **said),
        lambda row, _around: row.is_open and row.mandate == Mandate.UNVERIFIED,
    ),
    Act(
        "admit", "service.admit_petition", _("Tell whether it is admitted"), _("Told."), "mail-check",
        lambda data, row, actor: SpokenForm(data),
        lambda pk, actor, said: admit_petition(pk, actor=actor, **said),
        lambda row, _around: row.is_open and row.nature == ComplaintNature.PETITION,
    ),
    Act(
        "receipt", "service.answer_regulator", _("Receipt to the regulator"), _("Receipt given."), "receipt",
        lambda data, row, actor: forms.Form(data),
        lambda pk, actor, said: answer_regulator(pk, actor=actor, reply=False),
        lambda row, _around: row.source in FORWARDED and row.receipt_at is None,
    ),
    Act(
        "reply-regulator", "service.answer_regulator", _("Answer to the regulator"), _("Answered."), "building-bank",
        lambda data, row, actor: TextForm(data),
        lambda pk, actor, said: answer_regulator(pk, actor=actor, reply=True, **said),
        lambda row, _around: row.source in FORWARDED and row.regulator_replied_at is None,
    ),
    Act(
        "direct", "service.direct_complaint", _("Give directions"), _("Your directions stand in the record."),
        "message-2-check",
        lambda data, row, actor: TextForm(data),
        lambda pk, actor, said: direct_complaint(pk, actor=actor, **said),
        lambda row, _around: row.is_open and row.grade == Grade.MAJOR, True,
    ),
    Act(
        "join", "service.join_complaints", _("Join with another complaint"), _("It goes on in the other complaint."),
        "git-merge",
        lambda data, row, actor: JoinCaseForm(data),
        lambda pk, actor, said: join_complaints(pk, actor=actor, **said), lambda row, _around: row.state in UNDECIDED,
    ),
    Act(
        "withdraw", "service.withdraw_complaint", _("The complainant withdraws"), _("The case ended."),
        "arrow-back-up",
        lambda data, row, actor: SpokenForm(data),
        lambda pk, actor, said: withdraw_complaint(pk, actor=actor, **said), _open,
    ),
):  # fmt: skip
    register_act(each)


def possible(row: Complaint, actor: Actor, around: Around) -> list[Act]:
    """What this reader may do with the case now."""
    return [act for act in acts.values() if actor.may(act.operation) and act.when(row, around)]


def act_page(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """GET, POST /complaints/PK/<act>/."""
    act = acts[name]
    actor = need(request, act.operation)
    row = complaint_file(actor, pk).row
    return form_page(
        request,
        act.form(request.POST if request.method == "POST" else None, row, actor),
        lambda data: act.run(pk, actor, data),
        title=act.label,
        sub=row.complaint_no,
        back_url=reverse("complaints:complaint", args=[pk]),
        done=act.done,
        submit_label=act.label,
    )
