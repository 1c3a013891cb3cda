"""The measured bank: real encryption and tokens, realistic Chinese names, filled by COPY and set by set.

Two tenths of the work is Python's (keys, ciphertexts, tokens: two worker processes, the importer's own functions); the
ledger is made inside PostgreSQL, month by month, through its indexes. Every run of the same size uses the same bank.
"""

from __future__ import annotations

import datetime as dt
import time
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from bench.size import MONTHS, PER_BRANCH, PORTFOLIO, Size

FIRST_NO = 10_000_001
PART = 5_000
OWN_KEYS = 100_000  # customers with keys and numbers of their own; a larger bank repeats them (see repeat)
JOINED = dt.date(2019, 1, 7)
PASSWORD = "correct-horse-7-staple"
ACCOUNT_COLUMNS = (
    "id", "customer_id", "key_id", "number", "token", "last4_token", "kind", "currency", "unit_id", "status",
    "opened_on", "matures_on", "balance", "balance_on", "source", "source_no", "version",
)  # fmt: skip


@dataclass(slots=True)
class Plan:
    """Where some customers belong: all that a worker process needs to make them."""

    first: int
    count: int
    units: list[int]
    posts: list[int]
    now: dt.datetime
    today: dt.date


def make_part(plan: Plan) -> tuple[Any, bytes, bytes]:
    """Rows of some customers and their accounts, ready for COPY; the keys are on the disk when it returns."""
    import numpy as np

    from kexin.core.imports.staging import line
    from kexin.core.keystore import customer_keys
    from kexin.core.sealing import place
    from kexin.core.tokens import exact_token
    from kexin.party.intake.making import Part, make_new
    from kexin.project.demo import identity, names

    rng = np.random.default_rng(plan.first)
    serial = np.arange(plan.first, plan.first + plan.count)
    areas = identity.area_codes()
    born = [
        dt.date(1948, 1, 1) + dt.timedelta(days=int(each))
        for each in (serial // len(areas) * 53 + serial * 17) % 20_800
    ]
    male = rng.random(plan.count) < 0.5
    bodies = [
        f"{areas[each % len(areas)]}{day:%Y%m%d}{100 + each // len(areas) % 400 * 2 + int(sex):03d}"
        for each, day, sex in zip(serial.tolist(), born, male, strict=True)
    ]
    numbers = [body + check for body, check in zip(bodies, identity.check_digits(bodies), strict=True)]
    years = np.array([day.year for day in born])
    area, street = names.addresses(rng, plan.count)
    cents = (np.exp(rng.normal(11.0, 1.6, (plan.count, 2))) * 100).astype(np.int64)
    cents[rng.random(plan.count) < 0.08] = 0  # accounts that stand empty: equal assets, as in life
    made = make_new(
        Part(
            columns={
                "source_no": [f"K{each}" for each in serial],
                "kind": ["individual"] * plan.count,
                "name": names.full_names(names.surnames(rng, plan.count), names.given_names(rng, years, male)).tolist(),
                "document_type": ["CN-RIC"] * plan.count,
                "document_number": numbers,
                "mobile": [
                    f"{identity.MOBILE_PREFIXES[each % 30]}{each * 48_611 % 10**8:08d}" for each in serial.tolist()
                ],
                "address_area": area.tolist(),
                "address_detail": street.tolist(),
                "assets": [Decimal(int(each)) / 100 for each in cents.sum(axis=1)],
                "admitted_on": [JOINED + dt.timedelta(days=int(each) % 2_000) for each in serial],
            },
            lines=serial.tolist(),
            party_ids=serial.tolist(),
            customer_nos=[f"C{FIRST_NO + each:011d}" for each in serial.tolist()],
            unit_ids=plan.units,
            post_ids=plan.posts,
            source="bench",
            now=plan.now,
            dry_run=False,
        )
    )
    assert not made.refused, made.refused[:3]
    key_ids = [UUID(bytes=made.keys[at : at + 16]) for at in range(0, len(made.keys), 16)]
    ciphers = customer_keys().aead_many(key_ids)
    where = place("holdings_account", "number")
    accounts, parties = bytearray(), bytearray()
    for index, each in enumerate(serial.tolist()):
        key_id = key_ids[index]
        for nth, kind in enumerate(("current", "time_deposit")):
            account = 2 * each + nth - 1
            number = f"6222{account:012d}"
            accounts += line(
                (
                    account, each, key_id, ciphers[key_id].encrypt(number.encode(), where + key_id.bytes),
                    exact_token("account", number), exact_token("last4", number[-4:]), kind, "CNY", plan.units[index],
                    "open", JOINED, plan.today + dt.timedelta(days=each % 700) if nth else None,
                    f"{cents[index, nth] / 100:.2f}", plan.today, "bench", number, 1,
                )
            )  # fmt: skip
            parties += line((account, each, "owner", ""))
    return made, bytes(accounts), bytes(parties)


def is_filled(size: Size) -> bool:
    """Whether the bank is whole; a half-filled one is refused with a sentence."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE IF NOT EXISTS bench_filled (what text PRIMARY KEY, seconds real, rows bigint)")
        cursor.execute("SELECT what FROM bench_filled")
        done = {name for (name,) in cursor.fetchall()}
        cursor.execute("SELECT EXISTS (SELECT FROM party_customer WHERE source = 'bench')")
        begun = cursor.fetchone()[0]
    if begun and "customers" not in done:
        raise SystemExit(f"{size.folder} was filled only in part; remove it and run again.")
    return {"customers", "ledger"} <= done


def fill(size: Size, heard: Any) -> None:
    """Everything that is missing."""
    from django.db import connection

    from kexin.core.calendar import business_date

    today = business_date()
    with connection.cursor() as cursor:
        cursor.execute("SELECT what FROM bench_filled")
        done = {name for (name,) in cursor.fetchall()}
    if "customers" not in done:
        began = time.perf_counter()
        _customers(size, today, heard)
        _note("customers", time.perf_counter() - began, size.customers)
    if "ledger" not in done:
        began = time.perf_counter()
        rows = _ledger(size, today, heard)
        _note("ledger", time.perf_counter() - began, rows)


def _note(what: str, seconds: float, rows: int) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO bench_filled VALUES (%s, %s, %s)", [what, seconds, rows])


def _customers(size: Size, today: dt.date, heard: Any) -> None:
    from django.db import connection, transaction
    from django.utils import timezone

    from kexin.core.history import inserts_unrecorded
    from kexin.core.imports.importable import Outcome
    from kexin.core.imports.staging import copy_text
    from kexin.core.imports.workers import Workers
    from kexin.party.importing.customers import copy_made
    from kexin.party.importing.documents import insert_documents

    units, posts = people(size)
    plans = []
    now = timezone.now()
    own = min(size.customers, OWN_KEYS)
    for first in range(1, own + 1, PART):
        serial = range(first, min(first + PART, own + 1))
        post = [each // PORTFOLIO % len(posts) for each in serial]
        plans.append(
            Plan(
                first,
                len(serial),
                [units[each % len(units)] for each in post],
                [posts[each] for each in post],
                now,
                today,
            )
        )
    with Workers(own) as workers:
        for start in range(0, len(plans), 4):
            parts = workers.map(make_part, plans[start : start + 4])
            with transaction.atomic(), inserts_unrecorded():
                for made, accounts, parties in parts:
                    copy_made(made)
                    insert_documents(made.document, made.document_tokens, {}, Outcome())
                    copy_text("holdings_account", ACCOUNT_COLUMNS, [accounts])
                    copy_text("holdings_accountparty", ("account_id", "customer_id", "role", "source_no"), [parties])
            heard("customers", min(own, (start + 4) * PART), own)
    repeat(size, own, units, posts, heard)
    with connection.cursor() as cursor:
        # Only for the first: each line is checked against an exclusion constraint, a million take minutes.
        cursor.execute("SET kexin.history = 'off'")
        cursor.execute(
            "INSERT INTO party_portfolioassignment (customer_id, post_id, unit_id, starts_on, reason, made_by)"
            " SELECT party_id, lead_post_id, unit_id, admitted_on, '', 'bench' FROM party_customer"
            " WHERE party_id <= 20000"
        )
        cursor.execute("RESET kexin.history")
        for table, column in (("party_party", "id"), ("holdings_account", "id")):
            cursor.execute(
                f"SELECT setval(pg_get_serial_sequence(%s, %s), (SELECT max({column}) FROM {table}))", [table, column]
            )
        cursor.execute("SELECT setval('party_customer_no', %s)", [FIRST_NO + size.customers + 1])
        cursor.execute("VACUUM ANALYZE")


_REPEAT = (
    "INSERT INTO party_party ({party}) SELECT id + {off}, {party_rest} FROM party_party WHERE id <= {most}",
    "INSERT INTO party_customer ({customer}) SELECT party_id + {off},"
    " 'C' || lpad((party_id + {off} + {first_no})::text, 11, '0'),"
    " (%(units)s::bigint[])[(party_id + {off}) / {portfolio} %% {posts} + 1],"
    " (%(posts)s::bigint[])[(party_id + {off}) / {portfolio} %% {posts} + 1], 'K' || party_id + {off},"
    " round(assets * (0.5 + random()::numeric), 2), updated_at + party_id %% 86400 * interval '1 second',"
    " {customer_rest}"
    " FROM party_customer WHERE party_id <= {most}",
    "INSERT INTO party_identitydocument ({document}) SELECT party_id + {off},"
    " decode(md5('d' || party_id + {off}), 'hex'),"
    " {document_rest} FROM party_identitydocument WHERE party_id <= {most}",
    "INSERT INTO party_contactpoint ({contact}) SELECT party_id + {off}, decode(md5('c' || party_id + {off}), 'hex'),"
    " {contact_rest} FROM party_contactpoint WHERE party_id <= {most}",
    "INSERT INTO party_address ({address}) SELECT party_id + {off}, {address_rest} FROM party_address"
    " WHERE party_id <= {most}",
    "INSERT INTO holdings_account ({account}) SELECT id + 2 * {off}, customer_id + {off},"
    " decode(md5('a' || id + 2 * {off}), 'hex'),"
    " (%(units)s::bigint[])[(customer_id + {off}) / {portfolio} %% {posts} + 1],"
    " '6222' || lpad((id + 2 * {off})::text, 12, '0'),"
    " {account_rest} FROM holdings_account WHERE id <= 2 * {most}",
    "INSERT INTO holdings_accountparty (account_id, customer_id, role, source_no) SELECT account_id + 2 * {off},"
    " customer_id + {off}, role, source_no FROM holdings_accountparty WHERE account_id <= 2 * {most}",
)
_SET = {  # table: the columns that a repetition writes itself, in the order of the statements above
    "party": ("party_party", ("id",)),
    "customer": (
        "party_customer",
        ("party_id", "customer_no", "unit_id", "lead_post_id", "source_no", "assets", "updated_at"),
    ),
    "document": ("party_identitydocument", ("party_id", "token")),
    "contact": ("party_contactpoint", ("party_id", "token")),
    "address": ("party_address", ("party_id",)),
    "account": ("holdings_account", ("id", "customer_id", "token", "unit_id", "source_no")),
}


def repeat(size: Size, own: int, units: list[int], posts: list[int], heard: Any) -> None:
    """Customers beyond the first ``own``: the same ciphertexts and keys, with files, numbers and posts of their own.

    Their documents and contacts have tokens that no number answers to; everything else is as for the others.
    """
    import psycopg

    from kexin.project.postgres import ensure_running

    with psycopg.connect(ensure_running().superuser_url, autocommit=True) as server:
        server.execute("SET session_replication_role = replica")
        server.execute("SET synchronous_commit = off")
        names: dict[str, str] = {}
        for key, (table, written) in _SET.items():
            rows = server.execute(
                "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped"
                " AND attname <> ALL (%s) AND (attname <> 'id' OR %s) ORDER BY attnum",
                [table, list(written), False],
            ).fetchall()
            rest = [name for (name,) in rows]
            names[key] = ", ".join((*written, *rest))
            names[f"{key}_rest"] = ", ".join(rest)
        values = {"units": [units[each % len(units)] for each in range(len(posts))], "posts": posts}
        for off in range(own, size.customers, own):
            for statement in _REPEAT:
                server.execute(
                    statement.format(
                        off=off, most=min(own, size.customers - off), first_no=FIRST_NO, portfolio=PORTFOLIO,
                        posts=len(posts), **names,
                    ),
                    values if "%(" in statement else None,
                )  # fmt: skip
            heard("customers", off + own, size.customers)


def people(size: Size) -> tuple[list[int], list[int]]:
    """Head office, branches of ten sub-branches, and a post for every 450 customers; who measures can sign in."""
    from kexin.core.actor import system
    from kexin.core.models import Role
    from kexin.people.models import OrgUnit, Post
    from kexin.people.operations import apply_grant, appoint, create_employee, create_post, create_unit, create_user

    actor = system("bench")
    head = create_unit(actor=actor, code="000", name="总行", name_en="Head office", kind="head_office", parent=None)
    units, branches = [], []
    for number in range(PER_BRANCH):
        branch = create_unit(
            actor=actor, code=f"{number + 1}00", name=f"第{number + 1}分行", name_en=f"Branch {number + 1}",
            kind="branch", parent=head,
        )  # fmt: skip
        branches.append(branch)
        for nth in range(PER_BRANCH):
            code = f"{number + 1}{nth + 1:02d}"
            units.append(
                create_unit(
                    actor=actor,
                    code=code,
                    name=f"{code}支行",
                    name_en=f"Sub-branch {code}",
                    kind="sub_branch",
                    parent=branch,
                ).pk
            )
    count = -(-size.customers // PORTFOLIO)
    Post.objects.bulk_create(Post(unit_id=units[each % len(units)], title="理财经理") for each in range(count))
    posts = list(Post.objects.order_by("pk").values_list("pk", flat=True)[:count])
    first = Post.objects.get(pk=posts[0])
    cast = (
        ("manager", first, "wealth_manager", "portfolio", OrgUnit.objects.get(pk=first.unit_id)),
        ("head", None, "sub_branch_head", "subtree", branches[0]),
        ("compliance", None, "compliance_officer", "all", head),
    )
    for staff_no, post, role, reach, unit in cast:
        employee = create_employee(
            actor=actor, staff_no=staff_no, name=staff_no, name_en=staff_no, unit=unit, joined_on=JOINED
        )
        user = create_user(employee, actor=actor, password=PASSWORD)
        user.must_change_password = False
        user.save(update_fields=["must_change_password"])
        place = post or create_post(actor=actor, unit=unit, title=staff_no, title_en=staff_no)
        apply_grant(place, actor=actor, role=Role.objects.get(code=role), reach=reach)
        appoint(place, actor=actor, employee=employee, starts_on=JOINED)
    return units, posts


_MONTH = """
INSERT INTO holdings_transaction (account_id, booked_on, booked_at, direction, amount, balance_after, kind, channel,
                                  counterparty, description, source_no)
SELECT a, d, d + time '09:30', CASE WHEN h %% 7 = 0 THEN 'in' ELSE 'out' END, (h %% 900000) / 100.0 + 1,
       (h %% 90000000) / 100.0,
       CASE WHEN h %% 7 = 0 THEN 'salary' ELSE 'card' END, 'mobile', '商户' || h %% 5000, '消费', {month} || '-' || n
  FROM (SELECT a, n, DATE {first} + (((a * 7 + n * 11) % {days}))::int AS d,
               abs(hashint8(a * 1009 + n + {seed})::bigint) AS h
          FROM generate_series(1, {accounts}) a, generate_series(1, {many}) n ORDER BY a, d) x
"""


def _ledger(size: Size, today: dt.date, heard: Any) -> int:
    """Bookings of 24 months and a balance for every month's end, through all indexes."""
    import psycopg

    from kexin.core.partitions import ensure_partitions
    from kexin.project.postgres import ensure_running

    start = dt.date(today.year - 2, today.month, 1)
    for table in ("holdings_transaction", "holdings_balance"):
        ensure_partitions(table, start, today)
    per_account = size.per_customer // 2
    rows = 0
    month = start
    # Foreign keys of the ledger are true by construction here; bench/importing.py measures the load that checks them.
    with psycopg.connect(ensure_running().superuser_url, autocommit=True) as server:
        server.execute("SET session_replication_role = replica")
        server.execute("SET synchronous_commit = off")
        for number in range(MONTHS):
            after = (month + dt.timedelta(days=32)).replace(day=1)
            many = per_account * (number + 1) // MONTHS - per_account * number // MONTHS
            if many:
                statement = _MONTH.replace("%%", "%").format(
                    month=f"'{month:%y%m}'", first=f"'{month}'", days=(after - month).days, seed=number * 7919,
                    accounts=size.accounts, many=many,
                )  # fmt: skip
                rows += server.execute(statement).rowcount
            if number >= MONTHS - 12:
                server.execute(
                    "INSERT INTO holdings_balance"
                    " SELECT a, %s::date, (abs(hashint8(a + %s)::bigint) %% 9000000) / 100.0"
                    " FROM generate_series(1, %s) a",
                    [after - dt.timedelta(days=1), number, size.accounts],
                )
            month = after
            heard("ledger", number + 1, MONTHS)
        server.execute("SET session_replication_role = origin")
        server.execute("VACUUM ANALYZE holdings_transaction")
        server.execute("VACUUM ANALYZE holdings_balance")
    return rows
