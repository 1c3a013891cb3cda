"""What the customer does: answer question by question, come back, send. Staff may write down an interview."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor
from kexin.core.choices import ActorKind
from kexin.core.errors import NotFound, NotPermitted, RuleViolation
from kexin.core.events import emit
from kexin.core.fields import decrypt_rows
from kexin.core.operation import operation
from kexin.core.policy import in_force
from kexin.service.models import SurveyAnswer, SurveyInvitation
from kexin.service.surveys.choices import InvitationState
from kexin.service.surveys.content import Content, Given, Question
from kexin.service.surveys.events import SurveyAnswered
from kexin.service.surveys.policies import SurveyPolicy
from kexin.service.surveys.scoring import is_low, score

VIEW_OWN, ANSWER_OWN, SUBMIT_OWN = (
    "service.view_own_surveys", "service.answer_own_survey", "service.submit_own_survey",
)  # fmt: skip
CUSTOMER_OPERATIONS = (VIEW_OWN, ANSWER_OWN, SUBMIT_OWN)


def answers_of(row: SurveyInvitation) -> dict[str, Given]:
    """The answers so far, opened, by question."""
    rows = decrypt_rows(SurveyAnswer, list(row.answers.filter(given=True)), ("text",))
    return {each.question: Given(each.value, tuple(each.picks), str(each.text or "")) for each in rows}


def _own(actor: Actor, pk: int) -> SurveyInvitation:
    """One's own open invitation, locked. NotFound; RuleViolation where its time is over."""
    if actor.kind != ActorKind.CUSTOMER or actor.customer_id is None:
        raise NotPermitted
    rows = SurveyInvitation.objects.select_for_update(of=("self",)).select_related("survey_version__survey")
    row = rows.filter(pk=pk, customer=actor.customer_id).first()
    if row is None:
        raise NotFound
    may_still_answer(row)
    return row


def may_still_answer(row: SurveyInvitation) -> None:
    """RuleViolation where it was answered, or its time is over."""
    if row.state == InvitationState.ANSWERED:
        raise RuleViolation(_("This survey was answered already. Thank you."))
    if row.state != InvitationState.OPEN or row.expires_at <= timezone.now():
        raise RuleViolation(_("The time to answer this survey is over."))


@operation(ANSWER_OWN, label=_("Answer a question of a survey"))
def answer_own_survey(*, actor: Actor, invitation_id: int, question: str, values: Sequence[str]) -> SurveyInvitation:
    """Keep one answer; the same again changes nothing, another one replaces it until the survey is sent."""
    row = _own(actor, invitation_id)
    content = row.survey_version.parsed
    asked = content.question(question)
    if asked is None or asked not in content.shown(answers_of(row)):
        raise NotFound
    given, fits = asked.clean(values)
    fits.enforce()
    keep(row, asked, given)
    if row.started_at is None:
        row.started_at = timezone.now()
        row.save(update_fields=["started_at"])
    return row


def keep(row: SurveyInvitation, asked: Question, given: Given) -> None:
    """One answer with its scale."""
    bounds = asked.bounds
    SurveyAnswer.objects.update_or_create(
        invitation=row,
        question=asked.code,
        defaults={
            "customer_id": row.customer_id,
            "key_id": row.key_id,
            "dimension": asked.dimension,
            "kind": asked.kind,
            "value": given.value,
            "least": bounds[0] if bounds else None,
            "most": bounds[1] if bounds else None,
            "picks": list(given.picks),
            "text": given.text or None,
            "given": True,
            "said_at": timezone.now(),
        },
    )


@operation(SUBMIT_OWN, label=_("Send the answers of a survey"))
def submit_own_survey(*, actor: Actor, invitation_id: int) -> SurveyInvitation:
    """Send what was answered. RuleViolation at each question that still needs an answer."""
    return _sent(_own(actor, invitation_id))


@operation("service.record_interview", label=_("Write down the answers of an interview"), plain=("invitation_id",))
def record_interview(
    invitation_id: SurveyInvitation | int, *, actor: Actor, answers: Mapping[str, Sequence[str]]
) -> SurveyInvitation:
    """Staff who asked the customer in person or by telephone write the answers down (G-27, C-16): all or nothing."""
    row = SurveyInvitation.objects.lock(invitation_id, actor)
    may_still_answer(row)
    content = row.survey_version.parsed
    kept: dict[str, Given] = {}
    wrong = {}
    for asked in content.questions:
        if asked not in content.shown(kept):
            continue
        given, fits = asked.clean(answers.get(asked.code, ()))
        if not fits:
            wrong[asked.code] = fits.reasons[0].text
        kept[asked.code] = given
    if wrong:
        raise RuleViolation(fields=wrong)
    for code, given in kept.items():
        found = content.question(code)
        assert found is not None
        keep(row, found, given)
    row.started_at, row.by_staff = row.started_at or timezone.now(), actor.name
    return _sent(row)


def missing(content: Content, answers: Mapping[str, Given]) -> list[Question]:
    """Shown questions that need an answer and have none."""
    return [each for each in content.shown(answers) if each.required and not answers.get(each.code)]


def _sent(row: SurveyInvitation) -> SurveyInvitation:
    content, answers = row.survey_version.parsed, answers_of(row)
    left = missing(content, answers)
    if left:
        raise RuleViolation(fields={each.code: _("Please answer this question.") for each in left})
    shown = {each.code for each in content.shown(answers)}
    row.answers.exclude(question__in=shown).update(given=False)
    rules = in_force(SurveyPolicy)
    found = score(content, answers, rules.on_hundred)
    row.score, row.nps = found.score, found.nps
    row.low = is_low(found, low_score=rules.low_score, low_recommendation=rules.low_recommendation)
    row.state, row.answered_at, row.next_prompt_at = InvitationState.ANSWERED, timezone.now(), None
    row.save()
    survey = row.survey_version.survey
    emit(SurveyAnswered(row.customer_id, row.subject_no, row.pk, row.trigger, survey.name, row.low))
    return row
