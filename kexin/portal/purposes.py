"""What a link is for. A session opened by it may do the operations of its purpose and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from kexin.core.actor import Actor
from kexin.core.errors import RuleViolation
from kexin.party.models import Customer
from kexin.service.complaints.own import CUSTOMER_OPERATIONS as COMPLAINT_OPERATIONS
from kexin.service.feedback.taking import OWN as FEEDBACK_OPERATIONS
from kexin.service.surveys.answering import CUSTOMER_OPERATIONS as SURVEY_OPERATIONS
from kexin.service.surveys.queries import may_answer
from kexin.suitability.assessments.operations import CUSTOMER_OPERATIONS, invite_to_assess
from kexin.suitability.questionnaires.choices import QuestionnaireKind

_OWN = ("portal.end_session",)
LOOK = "look"
ASSESS = "assess"
INSURANCE = "insurance"
BUY = "buy"
PLAN = "plan"
SURVEY = "survey"
_KINDS = {INSURANCE: QuestionnaireKind.INSURANCE_NEEDS.value}  # other purposes ask the risk questionnaire


@dataclass(frozen=True, slots=True)
class Purpose:
    """``invited`` completes a message to the customer; ``room`` is the address of the first page.

    ``needs`` is what a member of staff must be allowed besides inviting; ``before`` is done with the invitation, in the
    same transaction.
    """

    code: str
    label: str | Promise
    invited: str | Promise
    room: str
    operations: tuple[str, ...]
    needs: str = ""
    before: Callable[[Customer, Actor], object] | None = None


purposes: dict[str, Purpose] = {}


def register_purpose(
    code: str,
    label: str | Promise,
    invited: str | Promise,
    room: str,
    operations: tuple[str, ...],
    *,
    needs: str = "",
    before: Callable[[Customer, Actor], object] | None = None,
) -> None:
    """Offer a purpose when customers are invited."""
    purposes[code] = Purpose(code, label, invited, room, (*_OWN, *operations), needs, before)


def kind_of(purpose: str) -> str:
    """Which questionnaire a purpose asks; empty: the risk questionnaire that fits the customer."""
    return _KINDS.get(purpose, "")


def operations_of(code: str) -> tuple[str, ...]:
    """What a session of this purpose may do; nothing for a purpose that is not offered any more."""
    return purposes[code].operations if code in purposes else ()


def _survey_waits(customer: Customer, actor: Actor) -> None:
    """Nobody is led to an empty room."""
    if not may_answer(customer.pk):
        raise RuleViolation(fields={"purpose": _("No survey waits for this customer; send one first.")})


def register() -> None:
    """The purposes of this floor (called when it starts)."""
    register_purpose(
        LOOK,
        _("Look at holdings and documents"),
        _("look at your holdings and documents"),
        "portal:home",
        (
            "party.view_customer",
            "holdings.view_accounts",
            "engagement.view_documents",
            "engagement.download_document",
            "portal.view_own_holdings",
            "portal.view_own_documents",
            "portal.download_own_document",
            "sales.view_own_plans",
            "sales.view_own_notices",
            "sales.open_own_notice",
            "party.give_own_consent",
            "service.view_own_requests",
            "service.send_own_request",
            "service.confirm_own_request",
            "service.view_help",
            "service.vote_own_article",
            "service.view_own_talk",
            "service.ask_assistant",
            "service.choose_answer",
            "service.pick_in_talk",
            "service.hand_over_talk",
            *SURVEY_OPERATIONS,
            *COMPLAINT_OPERATIONS,
            "service.view_own_conversations",
            "service.write_own_words",
            "service.download_own_conversation_file",
            *FEEDBACK_OPERATIONS,
            *CUSTOMER_OPERATIONS,
        ),
    )
    register_purpose(
        ASSESS,
        pgettext_lazy("customer", "Risk assessment"),
        _("answer your risk assessment"),
        "portal:assessment",
        ("party.view_customer", *CUSTOMER_OPERATIONS),
        needs="suitability.invite_to_assess",
        before=lambda row, actor: invite_to_assess(row, actor=actor),
    )
    register_purpose(
        INSURANCE,
        _("Insurance needs"),
        _("state your insurance needs"),
        "portal:assessment",
        ("party.view_customer", *CUSTOMER_OPERATIONS),
        needs="suitability.invite_to_assess",
        before=lambda row, actor: invite_to_assess(row, actor=actor, kind=_KINDS[INSURANCE]),
    )
    register_purpose(
        BUY,
        _("Confirm and sign a purchase"),
        _("read, confirm and sign a purchase"),
        "portal:purchases",
        (
            "party.view_customer",
            "sales.view_own_sales",
            "sales.open_own_sheet",
            "sales.acknowledge_disclosure",
            "sales.confirm_sale",
            "sales.sign_sale",
            "sales.cancel_sale",
            "sales.withdraw_sale",
            "sales.redeem_units",
            "sales.choose_dividends",
        ),
        needs="sales.tell_opinion",
    )
    register_purpose(
        PLAN,
        _("Read and answer a plan"),
        _("read a plan that was made for you, and answer it"),
        "portal:plans",
        ("party.view_customer", "sales.view_own_plans", "sales.accept_plan", "sales.decline_plan"),
        needs="sales.send_plan",
    )
    register_purpose(
        SURVEY,
        _("Answer a survey"),
        _("tell us what you think of our service"),
        "portal:surveys",
        ("party.view_customer", *SURVEY_OPERATIONS),
        needs="service.invite_to_survey",
        before=_survey_waits,
    )
