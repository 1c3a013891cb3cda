"""Loading customers: new ones through the worker processes and COPY, known ones compared after decryption.

While PostgreSQL takes one part of a batch in, the workers make the next ones ready.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from django.db.models import F, Q
from django.utils import timezone

from kexin.core.imports.importable import Batch, Load, Outcome, Rejection
from kexin.core.imports.keys import checked_already, hold
from kexin.core.imports.sources import LINE
from kexin.core.imports.staging import copy_binary, run
from kexin.core.masking import plain
from kexin.party.importing.documents import insert_documents
from kexin.party.importing.known import take_over_known
from kexin.party.importing.suspicion import suspect_same_person
from kexin.party.intake import tables
from kexin.party.intake.making import Made, Part, make_new
from kexin.people.models import OrgUnit, PostHolder

PART_ROWS = 2_500
Columns = dict[str, list[Any]]


def begin_customers(load: Load, mark: dict[str, Any]) -> None:
    """The worker processes start while the file is looked through."""
    load.scratch["mark"] = mark
    if load.workers is not None and mark["rows"] > mark["done"]:
        load.workers.start()


def load_customers(batch: Batch) -> Outcome:
    """One batch of customers. A document that another customer holds is refused alone and makes a candidate."""
    outcome = Outcome()
    columns = {name: batch.table.column(name).to_pylist() for name in batch.table.column_names}
    columns.setdefault("kind", ["individual"] * batch.rows)
    chosen = _placed(columns, _first_of_each(columns, outcome), batch.load, outcome)
    known = _known(batch.load.source, [columns["source_no"][at] for at in chosen])
    numbers = columns["source_no"]
    new = [at for at in chosen if numbers[at] not in known] if known else chosen
    if new:
        _insert(columns, new, batch.load, outcome)
    if known:
        old = [at for at in chosen if numbers[at] in known]
        take_over_known([_row(columns, at) for at in old], known, batch, outcome)
    return outcome


def _row(columns: Columns, at: int) -> dict[str, Any]:
    return {name: values[at] for name, values in columns.items()}


def _first_of_each(columns: Columns, outcome: Outcome) -> list[int]:
    """Of rows with one number the first counts; the places of those that stay."""
    numbers = columns["source_no"]
    if len(set(numbers)) == len(numbers):
        return list(range(len(numbers)))
    first: dict[str, int] = {}
    for at, number in enumerate(numbers):
        before = first.setdefault(number, at)
        if before == at:
            continue
        if all(values[at] == values[before] for name, values in columns.items() if name != LINE):
            outcome.unchanged += 1
        else:
            outcome.refuse(columns[LINE][at], "source_no", plain(number), "repeated")
    return list(first.values())


def _placed(columns: Columns, rows: list[int], load: Load, outcome: Outcome) -> list[int]:
    """Find unit and lead post; check what belongs together. Refused rows are left out."""
    unit_ids, post_ids = _places(load)
    none: list[Any] = [None] * len(columns[LINE])
    units, staff = columns.get("unit", none), columns.get("lead_staff_no", none)
    columns["unit_id"] = [unit_ids.get(unit) if unit else None for unit in units]
    columns["post_id"] = [post_ids.get(number) if number else None for number in staff]
    states, ends, born = columns.get("status", none), columns.get("closed_on", none), columns.get("born_on", none)
    numbers, types = columns.get("document_number", none), columns.get("document_type", none)
    kept, today = [], load.business_date
    for at in rows:
        if columns["unit_id"][at] is None:
            shown = plain(units[at])[:80] if units[at] else ""
            outcome.refuse(columns[LINE][at], "unit", shown, "reference" if units[at] else "missing")
        elif staff[at] and columns["post_id"][at] is None:
            outcome.refuse(columns[LINE][at], "lead_staff_no", plain(staff[at])[:80], "reference")
        elif states[at] == "closed" and ends[at] is None:
            outcome.refuse(columns[LINE][at], "closed_on", "", "missing")
        elif numbers[at] and not types[at]:
            outcome.refuse(columns[LINE][at], "document_type", "", "missing")
        elif born[at] and born[at] > today:
            outcome.refuse(columns[LINE][at], "born_on", "", "range")
        else:
            kept.append(at)
    return kept


def _places(load: Load) -> tuple[dict[str, int], dict[str, int]]:
    """Units by code, or by a name that only one has, and posts by the staff number of who holds them today.

    Read once per file.
    """
    if "places" not in load.scratch:
        known = list(OrgUnit.objects.values_list("code", "name", "pk"))
        often = Counter(name for _code, name, _pk in known)
        units = {name: pk for _code, name, pk in known if often[name] == 1} | {code: pk for code, _name, pk in known}
        held = PostHolder.objects.filter(Q(ends_on=None) | Q(ends_on__gte=load.business_date), post__closed_on=None)
        posts = dict(held.order_by("-starts_on").values_list(F("employee__staff_no"), F("post_id")))
        load.scratch["places"] = units, posts
    units, posts = load.scratch["places"]
    return units, posts


def _known(source: str, numbers: Sequence[str]) -> dict[str, int]:
    found = run(
        "SELECT source_no, party_id FROM party_customer WHERE source = %s AND source_no = ANY(%s) AND source_no <> ''",
        [source, list(numbers)],
    )
    return dict(found.fetchall())


def _insert(columns: Columns, new: list[int], load: Load, outcome: Outcome) -> None:
    run("SET CONSTRAINTS ALL IMMEDIATE")  # what is still checked row by row is so part by part, while the workers work
    hold("people_orgunit", (columns["unit_id"][at] for at in new))
    hold("people_post", filter(None, (columns["post_id"][at] for at in new)))
    ids = _sequence("party_party_id_seq", len(new))
    lines = dict(zip(ids, (columns[LINE][at] for at in new), strict=True))
    parts = _parts(columns, new, ids, load)
    for made in load.workers.stream(make_new, parts) if load.workers else map(make_new, parts):
        outcome.rejected += [Rejection(*refused) for refused in made.refused]
        outcome.created += made.made
        with checked_already():  # units and posts are held, the parties are this transaction's own
            copy_made(made)
        insert_documents(made.document, made.document_tokens, lines, outcome, own=True)
    _assign(ids, load)
    suspect_same_person(ids, load)


def _parts(columns: Columns, new: list[int], ids: list[int], load: Load) -> Iterator[Part]:
    """The new rows in parts for the workers, each made when it is asked for."""
    numbers = [f"C{number:011d}" for number in _sequence("party_customer_no", len(new))]
    now = timezone.now()
    names = [name for name in columns if name not in (LINE, "unit", "unit_id", "post_id", "lead_staff_no")]
    for start in range(0, len(new), PART_ROWS):
        some, span = new[start : start + PART_ROWS], slice(start, start + PART_ROWS)
        yield Part(
            columns={name: [columns[name][at] for at in some] for name in names},
            lines=[columns[LINE][at] for at in some],
            party_ids=ids[span],
            customer_nos=numbers[span],
            unit_ids=[columns["unit_id"][at] for at in some],
            post_ids=[columns["post_id"][at] for at in some],
            source=load.source,
            now=now,
            dry_run=load.dry_run,
        )


def _sequence(name: str, count: int) -> list[int]:
    return [number for (number,) in run("SELECT nextval(%s::regclass) FROM generate_series(1, %s)", [name, count])]


def copy_made(made: Made) -> None:
    """Write all that was made but the documents, which may be somebody else's."""
    for table, columns, block in (
        ("party_party", tables.PARTY_COLUMNS, made.party),
        ("party_customer", tables.CUSTOMER_COLUMNS, made.customer),
        ("party_enterpriseprofile", tables.ENTERPRISE_COLUMNS, made.enterprise),
        ("party_contactpoint", tables.CONTACT_COLUMNS, made.contact),
        ("party_address", tables.ADDRESS_COLUMNS, made.address),
    ):
        if block:
            copy_binary(table, columns, [block])


def _assign(ids: Sequence[int], load: Load) -> None:
    """Portfolios begin on the business date of the load."""
    run(
        "INSERT INTO party_portfolioassignment (customer_id, post_id, unit_id, starts_on, reason, made_by)"
        " SELECT c.party_id, c.lead_post_id, c.unit_id, %s, '', %s FROM party_customer c"
        " WHERE c.party_id = ANY(%s) AND c.lead_post_id IS NOT NULL",
        [load.business_date, load.actor.name, list(ids)],
    )


def tell_candidates(load: Load) -> None:
    """Tell of the candidates that this load found, a thousand at most: the rest shows in the list of candidates."""
    from kexin.core.events import emit
    from kexin.core.models import ImportRun
    from kexin.party.events import DuplicateFound
    from kexin.party.models import DuplicateCandidate

    began: dt.datetime = ImportRun.objects.values_list("started_at", flat=True).get(pk=load.run_id)
    told = load.scratch.setdefault("told", False)
    if told or load.dry_run:
        return
    load.scratch["told"] = True
    found = DuplicateCandidate.objects.filter(found_at__gte=began, status="open").select_related("first", "second")
    for each in found.order_by("pk")[:1_000]:
        emit(DuplicateFound(each.first_id, each.first.customer_no, each.second.customer_no, tuple(each.reasons)))
