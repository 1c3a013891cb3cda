"""Telling the opinion, disclosing the risks, the customer's own confirmation.

The customer's gates are passed by the customer alone: on the portal, by app session, link or the branch's QR code.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor
from kexin.core.choices import ActorKind
from kexin.core.errors import NotPermitted, RuleViolation
from kexin.core.models import PolicyVersion
from kexin.core.operation import operation
from kexin.core.policy import numbers_of
from kexin.engagement.models import Document
from kexin.products.choices import ProductState
from kexin.sales.choices import Gate, TellingMode
from kexin.sales.matching import opinion_of
from kexin.sales.material import questions_for, texts_for
from kexin.sales.models import Sale
from kexin.sales.operations.passing import is_open, pass_gate
from kexin.sales.rules import may_say_understood
from kexin.sales.sale_policies import SalePolicy


def cooling_end(sale: Sale, begins: dt.datetime) -> dt.datetime | None:
    """When the right to withdraw ends that begins now, by the opinion the sale rests on; None where there is none."""
    hours = opinion_of(sale.decision_no).cooling_hours if sale.decision_no else 0
    return begins + dt.timedelta(hours=hours) if hours else None


CONFIRMED = ("risk", "returns", "suitable", "own_will")
DECLARED = (  # where the opinion asks for it
    "insurance_declaration",
    "insist_confirmation",
    "insist_warning",
    "little_experience",
    "experience_approval",
    "objective_own_wish",
)


def to_confirm(sale: Sale) -> tuple[str, ...]:
    """What the customer confirms: the four statements, and each declaration that the matching opinion asks for."""
    return statements(opinion_of(sale.decision_no).conditions if sale.decision_no else frozenset())


def statements(conditions: Collection[str]) -> tuple[str, ...]:
    """The four statements and the declarations for these conditions of an opinion."""
    return (*CONFIRMED, *(each for each in DECLARED if each in conditions))


def rules_of(sale: Sale) -> SalePolicy:
    """The numbers by which this round of the sale began: a later version does not touch it."""
    version = PolicyVersion.objects.get(pk=sale.policies["sales.sale"])
    return numbers_of(SalePolicy, version)


@operation("sales.tell_opinion", label=_("Tell the matching opinion"), plain=("mode",))
def tell_opinion(sale: Sale | int, *, actor: Actor, mode: str, document_id: int | None = None) -> Sale:
    """The customer was told what the matching came to, by word, on paper or on the screen (NFRA 2025-7 Art. 28).

    On paper, the copy the customer signed is kept among the customer's documents: ``document_id`` names it, and its
    fingerprint stands in the gate.
    """
    row = Sale.objects.lock(sale, actor)
    is_open(row).enforce()
    if mode not in TellingMode.values:
        raise RuleViolation(fields={"mode": _("Choose one of the list.")})
    evidence: dict[str, object] = {"decision": row.decision_no, "mode": mode}
    if mode == TellingMode.PAPER:
        paper = Document.objects.filter(pk=document_id or 0, customer=row.customer_id, withdrawn_at=None).first()
        if paper is None:
            raise RuleViolation(
                fields={"document_id": _("File the signed paper with the customer's documents first, then choose it.")}
            )
        evidence |= {"document": paper.pk, "sha256": paper.digest}
    pass_gate(row, Gate.TOLD, actor=actor, evidence=evidence)
    return row


def own(sale: Sale | int, actor: Actor) -> Sale:
    """The sale, locked, if it is open and the customer who acts is the one it is for."""
    if actor.kind != ActorKind.CUSTOMER:
        raise NotPermitted(_("Only the customer can take this step, never staff on the customer's behalf."))
    row = Sale.objects.lock(sale, actor)
    is_open(row).enforce()
    if row.product.state != ProductState.ADMITTED:
        raise RuleViolation(
            _("The sale of this product is stopped at present. Nothing was bought; please ask your manager.")
        )
    return row


@operation("sales.acknowledge_disclosure", label=_("Say that the risks were understood"))
def acknowledge_disclosure(
    sale: Sale | int,
    *,
    actor: Actor,
    texts: Sequence[int],
    language: str,
    seconds: int,
    answers: Mapping[str, str],
    device: str = "",
) -> Sale:
    """The customer has read the texts in use now and answered the questions about them.

    ``texts`` are the versions that were on the page: other ones in use meanwhile are refused, to be read first.
    """
    row = own(sale, actor)
    given = texts_for(row.product, language)
    if not given:
        raise RuleViolation(_("There is no reviewed risk disclosure for this product. Please ask the institution."))
    if sorted(texts) != sorted(each.pk for each in given):
        raise RuleViolation(_("The text has changed while you were reading. Please read the new one."))
    rules = rules_of(row)
    asked = questions_for(row.product) if row.product.product_class in rules.question_classes else ()
    wrong = [each.code for each in asked if answers.get(each.code) != each.right]
    may_say_understood(seconds=seconds, least=rules.disclosure_seconds, wrong=wrong).enforce()
    pass_gate(
        row,
        Gate.DISCLOSED,
        actor=actor,
        evidence={
            "texts": [{"id": each.pk, "version": each.number, "sha256": each.sha256} for each in given],
            "language": language,
            "seconds": seconds,
            "answers": dict(answers) if asked else {},
            "device": device[:200],
            "session": actor.session[:12],
        },
    )
    return row


@operation("sales.confirm_sale", label=_("Confirm one's own purchase"))
def confirm_sale(sale: Sale | int, *, actor: Actor, confirmed: Sequence[str], turn: int, device: str = "") -> Sale:
    """The customer confirms risk, returns, suitability and the own will (D-22), as shown in round ``turn``.

    Insurance beyond income, budget or age, and what the customer insists on, is declared in writing besides
    (NFRA 2025-7 Art. 38, 39); so is little experience, and what is contrary to the customer's own objective.
    """
    row = own(sale, actor)
    if turn != row.round:
        raise RuleViolation(_("The purchase has changed while you were reading. Please look at it again."))
    wanted = to_confirm(row)
    missing = [each for each in wanted if each not in confirmed]
    if missing:
        raise RuleViolation(fields={each: _("Please confirm this too.") for each in missing})
    pass_gate(
        row,
        Gate.CONFIRMED,
        actor=actor,
        evidence={
            "confirmed": list(wanted),
            "amount": str(row.amount),
            "currency": row.currency,
            "device": device[:200],
            "session": actor.session[:12],
            "at": timezone.now().isoformat(timespec="seconds"),
        },
    )
    return row
