"""Who belongs to whom: households, legal representatives, beneficial owners, guarantors, referrers."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from kexin.project.demo.customers import Ints, People
from kexin.project.demo.loans import Loan
from kexin.project.demo.party_tables import dates

RELATION_SCHEMA = pa.schema(
    [
        ("from_party_id", pa.int64()),
        ("to_party_id", pa.int64()),
        (
            "kind",
            pa.string(),
        ),  # spouse | child_of | legal_representative_of | beneficial_owner_of | guarantor_of | referrer_of
        ("share_bp", pa.int64()),  # per cent × 100, beneficial owners only
        ("since", pa.date32()),
    ]
)


def relationships(rng: np.random.Generator, people: People, business_loans: list[Loan], now: int) -> pa.Table:
    """Each relation once, read from the first party to the second."""
    parts: list[tuple[Ints, Ints, str, Ints]] = []
    heads = np.flatnonzero(people.role == 0)
    head_of = np.full(int(people.household.max()) + 1, -1)
    head_of[people.household[heads]] = heads

    def none(count: int) -> Ints:
        return np.full(count, -1, np.int64)

    spouse = np.flatnonzero(people.role == 1)
    parts.append((spouse, head_of[people.household[spouse]], "spouse", none(len(spouse))))
    child = np.flatnonzero(people.role == 2)
    parts.append((child, head_of[people.household[child]], "child_of", none(len(child))))
    parent = np.flatnonzero(people.role == 3)
    parts.append((head_of[people.household[parent]], parent, "child_of", none(len(parent))))
    firms = np.flatnonzero(people.owner >= 0)
    owners = people.owner[firms]
    parts.append((owners, firms, "legal_representative_of", none(len(firms))))
    parts += _owners(rng, people, firms, owners, head_of)
    for loan in business_loans:
        guarantor = people.owner[loan.party]
        guaranteed = (guarantor >= 0) & (rng.random(len(loan.party)) < 0.7)
        parts.append((guarantor[guaranteed], loan.party[guaranteed], "guarantor_of", none(int(guaranteed.sum()))))
    persons = np.flatnonzero(people.person & ~people.prospect)
    came = persons[rng.random(len(persons)) < 0.03]
    referrer = rng.choice(persons, size=len(came)) if len(persons) else came
    earlier = people.admitted[referrer] < people.admitted[came]
    parts.append((referrer[earlier], came[earlier], "referrer_of", none(int(earlier.sum()))))
    source = np.concatenate([part[0] for part in parts])
    target = np.concatenate([part[1] for part in parts])
    share = np.concatenate([part[3] for part in parts])
    kinds = [part[2] for part in parts for _ in part[0]]
    since = np.maximum(people.admitted[source], people.admitted[target])
    table = {
        "from_party_id": source + people.first + 1,
        "to_party_id": target + people.first + 1,
        "kind": kinds,
        "share_bp": pa.array(share, mask=share < 0),
        "since": dates(np.minimum(since, now - 1)),
    }
    return pa.table(table, schema=RELATION_SCHEMA)


def _owners(
    rng: np.random.Generator, people: People, firms: Ints, owners: Ints, head_of: Ints
) -> list[tuple[Ints, Ints, str, Ints]]:
    """Owners from 25 % up: the representative, and in every third firm somebody of the household."""
    mate = head_of[np.maximum(people.household[owners], 0)]
    shared = (mate >= 0) & (mate != owners) & (rng.random(len(firms)) < 0.5)
    if people.first == 0 and len(firms):
        shared[0] = bool(mate[0] >= 0 and mate[0] != owners[0])
    other = np.where(shared, rng.integers(5, 10, len(firms)) * 500, 0)
    if people.first == 0 and len(firms) and shared[0]:
        other[0] = 3_000  # Mrs Chen holds 30 % of her daughter's firm
    own = 10_000 - other
    return [
        (owners, firms, "beneficial_owner_of", own),
        (mate[shared], firms[shared], "beneficial_owner_of", other[shared]),
    ]
