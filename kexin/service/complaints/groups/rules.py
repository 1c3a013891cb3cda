"""Rules of group complaints: pure functions."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from kexin.service.complaints.choices import ComplaintState, RegulatoryMajor

ENDED = (ComplaintState.CLOSED, ComplaintState.ARCHIVED, ComplaintState.WITHDRAWN, ComplaintState.MERGED)
ANSWERED = (ComplaintState.CONFIRMING, ComplaintState.CLOSED, ComplaintState.ARCHIVED)


@dataclass(frozen=True, slots=True)
class MemberFacts:
    """What is added up of one case."""

    state: str
    persons: int
    face_to_face: bool
    amount: Decimal | None
    joined_into: int | None


@dataclass(frozen=True, slots=True)
class GroupSum:
    """A group added up. A case that goes on in another is counted with it; ``in_person`` came together in person."""

    cases: int
    persons: int
    in_person: int
    amount: Decimal
    answered: int
    ended: int


def added_up(members: Iterable[MemberFacts]) -> GroupSum:
    """Sums over the cases that stand for themselves."""
    own = [each for each in members if each.joined_into is None]
    return GroupSum(
        len(own),
        sum(each.persons for each in own),
        sum(each.persons for each in own if each.face_to_face),
        sum((each.amount or Decimal(0) for each in own), Decimal(0)),
        sum(each.state in ANSWERED for each in own),
        sum(each.state in ENDED for each in own),
    )


def suggested_major(found: GroupSum, *, persons: int) -> RegulatoryMajor:
    """Together in person, so many: the rule's own words (Order 2020-3, Art. 29)."""
    return RegulatoryMajor.GROUP if found.in_person >= persons else RegulatoryMajor.NO


def to_be_decided(found: GroupSum, *, cases: int, persons: int) -> bool:
    """So large that somebody decides whether it is reported."""
    return found.cases >= cases or found.persons >= persons
