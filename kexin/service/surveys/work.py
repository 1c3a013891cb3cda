"""The work a low score gives: the head of the unit whose service was judged looks into it."""

from __future__ import annotations

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from kexin.core.actor import Actor
from kexin.core.calendar import add
from kexin.core.errors import NotPermitted
from kexin.core.models import WorkItem
from kexin.core.operation import operation
from kexin.core.policy import in_force
from kexin.core.values import Duration
from kexin.core.workflow import WorkKind, duty_holder, open_work, register_work_kind
from kexin.service.models import SurveyInvitation
from kexin.service.surveys.policies import SurveyPolicy

LOW = "service.low_score"
SUBJECT = "service.SurveyInvitation"
HEAD_DUTY = "core.reassign_work"  # the head of a unit: who would hand this work on


@operation("service.owe_low_score", label=_("Let somebody look into a low score"))
def owe_low_score(invitation_id: int, *, actor: Actor) -> WorkItem | None:
    """Once for each survey that was answered so; None where it was not low or nobody heads the unit."""
    if not actor.everything:
        raise NotPermitted
    row = SurveyInvitation.objects.select_for_update(of=("self",)).filter(pk=invitation_id, low=True).first()
    if row is None or WorkItem.objects.filter(kind=LOW, subject_kind=SUBJECT, subject_id=invitation_id).exists():
        return None
    rules = in_force(SurveyPolicy)
    owner = duty_holder(HEAD_DUTY, row.unit_id)
    if owner is None:
        return None
    return open_work(
        LOW,
        unit_id=row.unit_id,
        owner_post_id=owner,
        due_at=add(timezone.now(), Duration(rules.low_hours, "working_hours")),
        customer_id=row.customer_id,
        subject_kind=SUBJECT,
        subject_id=row.pk,
        details={
            "survey": row.survey_version.survey.name,
            "survey_en": row.survey_version.survey.name_en,
            "score": "" if row.score is None else f"{row.score:.0f}",
            "nps": "" if row.nps is None else str(row.nps),
            "number": row.subject_no,
        },
        priority=3,
        policy_id=rules.policy_version,
    )


def _line(item: WorkItem) -> str:
    said = item.details
    if said.get("score"):
        words = _t("A customer gave %(score)s of 100; talk to the customer and find the cause.")
    else:
        words = _t("A customer would not recommend us (%(nps)s of 10); talk to the customer and find the cause.")
    return words % said


def register() -> None:
    """Declare the kind, when the floor starts."""
    register_work_kind(
        WorkKind(
            LOW,
            _("Low satisfaction"),
            _line,
            lambda item: reverse("service:survey_answer", args=[item.subject_id]),
            icon="mood-sad",
            outcomes={
                "done": pgettext_lazy("low score", "Talked to the customer"),
                "improved": pgettext_lazy("low score", "Cause found and mended"),
                "unreached": pgettext_lazy("low score", "Customer could not be reached"),
            },
        )
    )
