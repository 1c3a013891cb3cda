"""Finding files of the same person by indexed keyed tokens: never by comparing names row by row."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor
from kexin.core.calendar import add
from kexin.core.events import emit
from kexin.core.policy import in_force
from kexin.core.tokens import name_match_candidates
from kexin.core.values import Duration
from kexin.core.workflow import duty_holder, open_work
from kexin.party.choices import CustomerStatus
from kexin.party.data import PartyData
from kexin.party.events import DuplicateFound
from kexin.party.models import ContactPoint, Customer, DuplicateCandidate, IdentityDocument
from kexin.party.policies import FilePolicy
from kexin.party.rules import clean_text
from kexin.party.tokens import contact_candidates, identity_candidates

REASONS = {
    "identity": _("Same identity document"),
    "contact": _("Same telephone number or e-mail"),
    "name_birth": _("Same name and birth date"),
    "attribute": _("Same attribute from the source system"),
}
WORK_KIND = "party.duplicate_review"
MOST = 20  # candidates looked at per new file: more point to a shared switchboard, not to one person


@dataclass(frozen=True, slots=True)
class Match:
    """A file that looks alike. Outside the actor's reach only the unit is told, not the customer."""

    customer_id: int
    customer_no: str
    unit_name: str
    reasons: tuple[str, ...]
    within_reach: bool


def matches_of(data: PartyData, actor: Actor) -> list[Match]:
    """Files that share a document, a contact, or name and birth date with a new party."""
    found: dict[int, set[str]] = defaultdict(set)
    identity = [token for each in data.documents for token in identity_candidates(each.type, each.country, each.number)]
    if identity:
        for (pk,) in IdentityDocument.objects.filter(token__in=identity).values_list("party_id")[:MOST]:
            found[pk].add("identity")
    contacts = [token for each in data.contacts for token in contact_candidates(each.kind, each.value)]
    if contacts:
        for (pk,) in ContactPoint.objects.filter(token__in=contacts).values_list("party_id")[:MOST]:
            found[pk].add("contact")
    if data.born_on is not None and data.name:
        keys = name_match_candidates(clean_text(data.name))
        birthday = data.born_on.month * 100 + data.born_on.day
        same = Customer.objects.filter(name_match__in=keys, birthday=birthday, born_year=data.born_on.year)
        for (pk,) in same.values_list("pk")[:MOST]:
            found[pk].add("name_birth")
    return _told(found, actor)


def _told(found: dict[int, set[str]], actor: Actor) -> list[Match]:
    if not found:
        return []
    rows = Customer.objects.filter(pk__in=found).exclude(status=CustomerStatus.MERGED).select_related("unit")
    reach = set(
        Customer.objects.visible_to(actor, "party.view_customer").filter(pk__in=found).values_list("pk", flat=True)
    )
    return [
        Match(row.pk, row.customer_no, row.unit.shown_name, tuple(sorted(found[row.pk])), row.pk in reach)
        for row in sorted(rows, key=lambda row: row.pk)
    ]


def record_candidates(customer: Customer, matches: Iterable[Match]) -> list[DuplicateCandidate]:
    """Keep the suspicion as candidates to be reviewed; an old decision about the same pair stands."""
    made = []
    for match in matches:
        first, second = sorted((customer.pk, match.customer_id))
        if first == second:
            continue
        candidate, new = DuplicateCandidate.objects.get_or_create(
            first_id=first, second_id=second, defaults={"reasons": list(match.reasons)}
        )
        if new:
            made.append(candidate)
            owe_review(candidate, customer)
            emit(DuplicateFound(customer.pk, customer.customer_no, match.customer_no, match.reasons))
    return made


def owe_review(candidate: DuplicateCandidate, customer: Customer) -> None:
    """The data steward owes a look at the pair, within the policy's working days."""
    owner = duty_holder("party.propose_merge", customer.unit_id)
    if owner is None:
        return
    rules = in_force(FilePolicy)
    due = add(timezone.now(), Duration(rules.duplicate_review_working_days, "working_days"))
    open_work(
        WORK_KIND,
        unit_id=customer.unit_id,
        owner_post_id=owner,
        due_at=due,
        customer_id=customer.pk,
        subject_kind="party.DuplicateCandidate",
        subject_id=candidate.pk,
        details={"reasons": list(candidate.reasons)},
        policy_id=rules.policy_version,
    )


def open_candidates_of(customer_id: int) -> int:
    """How many undecided suspicions concern a customer."""
    return DuplicateCandidate.objects.filter(
        Q(first_id=customer_id) | Q(second_id=customer_id), status__in=("open", "proposed")
    ).count()
