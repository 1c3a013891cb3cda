"""Loading customers: new ones through the worker processes and COPY, known ones compared after decryption."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import F, Q
from django.utils import timezone
from psycopg import sql

from kexin.core.imports.importable import Batch, Load, Outcome, Rejection
from kexin.core.imports.sources import LINE
from kexin.core.imports.staging import copy_text, run
from kexin.core.masking import plain
from kexin.party.importing import sealing
from kexin.party.importing.known import take_over_known
from kexin.party.importing.sealing import Made, Part, make_new
from kexin.people.models import OrgUnit, PostHolder

PART_ROWS = 5_000


def load_customers(batch: Batch) -> Outcome:
    """One batch of customers. A document that another customer holds is refused alone and makes a candidate."""
    outcome = Outcome()
    rows = _first_of_each(batch, outcome)
    rows = _placed(rows, batch, outcome)
    known = _known(batch.load.source, [row["source_no"] for row in rows])
    new = [row for row in rows if row["source_no"] not in known]
    old = [row for row in rows if row["source_no"] in known]
    if new:
        _insert(new, batch.load, outcome)
    if old:
        take_over_known(old, known, batch, outcome)
    return outcome


def _first_of_each(batch: Batch, outcome: Outcome) -> list[dict[str, Any]]:
    """Of rows with one number the first counts."""
    seen: dict[str, dict[str, Any]] = {}
    for row in batch.table.to_pylist():
        first = seen.setdefault(row["source_no"], row)
        if first is row:
            continue
        if {**first, LINE: 0} == {**row, LINE: 0}:
            outcome.unchanged += 1
        else:
            outcome.refuse(row[LINE], "source_no", plain(row["source_no"]), "repeated")
    return list(seen.values())


def _placed(rows: list[dict[str, Any]], batch: Batch, outcome: Outcome) -> list[dict[str, Any]]:
    """Find unit and lead post; check what belongs together. Refused rows are left out."""
    units, posts = _places(batch.load)
    kept = []
    for row in rows:
        row["unit_id"] = units.get(row["unit"]) if row.get("unit") else None
        staff_no = row.get("lead_staff_no")
        row["post_id"] = posts.get(staff_no) if staff_no else None
        row.setdefault("kind", "individual")
        if row["unit_id"] is None:
            outcome.refuse(
                row[LINE], "unit", plain(row.get("unit"))[:80], "reference" if row.get("unit") else "missing"
            )
        elif staff_no and row["post_id"] is None:
            outcome.refuse(row[LINE], "lead_staff_no", plain(staff_no)[:80], "reference")
        elif row.get("status") == "closed" and row.get("closed_on") is None:
            outcome.refuse(row[LINE], "closed_on", "", "missing")
        elif row.get("document_number") and not row.get("document_type"):
            outcome.refuse(row[LINE], "document_type", "", "missing")
        elif row.get("born_on") and row["born_on"] > batch.load.business_date:
            outcome.refuse(row[LINE], "born_on", "", "range")
        else:
            kept.append(row)
    return kept


def _places(load: Load) -> tuple[dict[str, int], dict[str, int]]:
    """Units by code and posts by the staff number of who holds them today; read once per file."""
    if "places" not in load.scratch:
        units = dict(OrgUnit.objects.values_list("code", "pk"))
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


def _insert(rows: list[dict[str, Any]], load: Load, outcome: Outcome) -> None:
    count = len(rows)
    ids = _sequence("party_party_id_seq", count)
    numbers = [f"C{number:011d}" for number in _sequence("party_customer_no", count)]
    now = timezone.now()
    names = [name for name in rows[0] if name != LINE]
    parts = []
    for start in range(0, count, PART_ROWS):
        some, span = rows[start : start + PART_ROWS], slice(start, start + PART_ROWS)
        parts.append(
            Part(
                columns={name: [row[name] for row in some] for name in names},
                lines=[row[LINE] for row in some],
                party_ids=ids[span],
                customer_nos=numbers[span],
                unit_ids=[row["unit_id"] for row in some],
                post_ids=[row["post_id"] for row in some],
                source=load.source,
                now=now,
                dry_run=load.dry_run,
            )
        )
    made = load.workers.map(make_new, parts) if load.workers else [make_new(part) for part in parts]
    for each in made:
        outcome.rejected += [Rejection(*refused) for refused in each.refused]
        outcome.created += each.made
    _copy(made)
    insert_documents([each.document for each in made], outcome)
    _assign(rows, ids, load)
    _suspect_same_person(ids)


def _sequence(name: str, count: int) -> list[int]:
    return [number for (number,) in run("SELECT nextval(%s::regclass) FROM generate_series(1, %s)", [name, count])]


def _copy(made: Iterable[Made]) -> None:
    made = list(made)
    for table, columns, name in (
        ("party_party", sealing.PARTY_COLUMNS, "party"),
        ("party_customer", sealing.CUSTOMER_COLUMNS, "customer"),
        ("party_enterpriseprofile", sealing.ENTERPRISE_COLUMNS, "enterprise"),
        ("party_contactpoint", sealing.CONTACT_COLUMNS, "contact"),
        ("party_address", sealing.ADDRESS_COLUMNS, "address"),
    ):
        blocks = [bytes(block) for each in made if (block := getattr(each, name))]
        if blocks:
            copy_text(table, columns, blocks)


def insert_documents(blocks: Sequence[bytes | bytearray], outcome: Outcome) -> None:
    """Documents through a staging table: the unique token decides who holds a number; the other becomes a candidate."""
    filled = [bytes(block) for block in blocks if block]
    if not filled:
        return
    columns = sql.SQL(", ").join(map(sql.Identifier, sealing.DOCUMENT_COLUMNS[1:]))
    run("DROP TABLE IF EXISTS pg_temp.import_documents")
    run(
        sql.SQL(
            "CREATE TEMP TABLE import_documents ON COMMIT DROP AS SELECT 0::bigint AS _line, {}"
            " FROM party_identitydocument WITH NO DATA"
        ).format(columns)
    )
    copy_text("import_documents", sealing.DOCUMENT_COLUMNS, filled)
    inserted = run(
        sql.SQL(
            "INSERT INTO party_identitydocument ({c}) SELECT {c} FROM import_documents ORDER BY _line"
            " ON CONFLICT DO NOTHING RETURNING party_id, token"
        ).format(c=columns)
    ).rowcount
    total = run("SELECT count(*) FROM import_documents").fetchone()
    assert total is not None
    if inserted == total[0]:
        return
    taken = run(
        "SELECT s._line, s.party_id, d.party_id FROM import_documents s JOIN party_identitydocument d"
        " ON d.token = s.token AND d.retired_at IS NULL AND d.party_id <> s.party_id ORDER BY s._line"
    ).fetchall()
    for at, _mine, _other in taken:
        outcome.rejected.append(Rejection(at, "document_number", "***", "identity_taken", whole_row=False))
    record_candidates([(mine, other) for _at, mine, other in taken], "identity")


def record_candidates(pairs: Sequence[tuple[int, int]], reason: str) -> None:
    """Pairs that may be one person, for review; an older decision about a pair stands."""
    if pairs:
        run(
            "INSERT INTO party_duplicatecandidate (first_id, second_id, reasons, status, found_at, decided_by, note)"
            " SELECT DISTINCT least(a, b), greatest(a, b), jsonb_build_array(%s::text), 'open', clock_timestamp(),"
            " '', ''"
            " FROM unnest(%s::bigint[], %s::bigint[]) AS pair(a, b) WHERE a <> b ON CONFLICT DO NOTHING",
            [reason, [a for a, _b in pairs], [b for _a, b in pairs]],
        )


def _suspect_same_person(ids: Sequence[int]) -> None:
    """Customers with the same name and birth date, by the indexed name key; five at most per newcomer."""
    found = run(
        "SELECT n.party_id, o.party_id FROM party_customer n CROSS JOIN LATERAL ("
        " SELECT party_id FROM party_customer o WHERE o.name_match = n.name_match AND o.birthday = n.birthday"
        " AND o.born_year = n.born_year AND o.party_id <> n.party_id AND o.status <> 'merged' LIMIT 5) o"
        " WHERE n.party_id BETWEEN %s AND %s AND n.name_match IS NOT NULL AND n.birthday IS NOT NULL",
        [min(ids), max(ids)],
    ).fetchall()
    record_candidates(found, "name_birth")


def _assign(rows: list[dict[str, Any]], ids: Sequence[int], load: Load) -> None:
    """Portfolios begin on the business date of the load."""
    led = [(pk, row["post_id"]) for row, pk in zip(rows, ids, strict=True) if row["post_id"] is not None]
    if led:
        run(
            "INSERT INTO party_portfolioassignment (customer_id, post_id, unit_id, starts_on, reason, made_by)"
            " SELECT c.party_id, c.lead_post_id, c.unit_id, %s, '', %s FROM party_customer c"
            " WHERE c.party_id = ANY(%s) AND c.lead_post_id IS NOT NULL",
            [load.business_date, load.actor.name, [pk for pk, _post in led]],
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
