"""Pages and forms at one user: what a person waits for, beside bare SQL for the same rows."""

from __future__ import annotations

import itertools
import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from django.test import Client

from bench.measure import Timing, bare, timed
from bench.people import READERS, WORDS, client_of, portfolio_of

CALLS = int(os.environ.get("CALLS") or 45)
PEERS = {  # milliseconds, p50 at 100k / 1M records, one client, administrators without access filters
    "list": "EspoCRM 38 / 145, DjangoCRM 415 / –",
    "sort": "EspoCRM 35 / 145, DjangoCRM 515 / –",
    "deep": "EspoCRM 674 / 12,053, BottleCRM 650 / –",
    "search": "EspoCRM 71 / 457, DjangoCRM 877 / –",
    "page": "EspoCRM 18 / 17 (+ 15–18 per panel)",
    "create": "EspoCRM 443 / 5,091, BottleCRM 91 / –",
}


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the table."""

    what: str
    who: str
    timing: Timing
    bare: float | None = None
    peers: str = ""
    target: float | None = None


def get(client: Client, url: str, *, htmx: bool = False) -> Callable[[], Any]:
    """A call that asks for a page and insists on its being one."""

    def call() -> Any:
        answer = client.get(url, headers={"HX-Request": "true"} if htmx else None)
        assert answer.status_code == 200, (url, answer.status_code, answer.content[:300])
        return answer

    return call


_LIST = (
    "SELECT c.*, p.name, p.born_on, p.key_id, u.name FROM party_customer c JOIN party_party p ON p.id = c.party_id"
    " JOIN people_orgunit u ON u.id = c.unit_id WHERE {where} c.status <> 'merged' {beyond}ORDER BY {order} LIMIT 51"
)


def _where(who: str) -> str:
    return {
        "manager": "c.lead_post_id = (SELECT min(lead_post_id) FROM party_customer) AND",
        "head": "c.unit_id = ANY (SELECT id FROM people_orgunit WHERE kind = 'sub_branch' ORDER BY id LIMIT 10) AND",
        "compliance": "",
    }[who]


def _beside(who: str, order: str, beyond: str = "", choices: Any = ()) -> float:
    statement = _LIST.format(where=_where(who), beyond=beyond, order=order)
    return bare(statement, list(choices) or [()] * 20)


def lists(who: str, client: Client) -> Iterator[Line]:
    """First page, sorted, and a page from deep inside."""
    from kexin.core.ui.keyset import Cursor, KeysetPage
    from kexin.party.models import Customer

    say = WORDS[who]
    first = timed([get(client, "/customers/")] * CALLS)
    yield Line("customer list", say, first, _beside(who, "c.customer_no"), PEERS["list"], 30)
    for label, sort, order in (
        ("assets", "-assets", "c.assets DESC, c.party_id DESC"),
        ("last change", "-changed", "c.updated_at DESC, c.party_id DESC"),
    ):
        timing = timed([get(client, f"/customers/?sort={sort}")] * CALLS)
        yield Line(f"sorted by {label}", say, timing, _beside(who, order), PEERS["sort"], 30)
    chosen = portfolio_of(who, 20)
    for label, sort, by, names in (
        ("customer number", "number", [("customer_no", "asc")], ("customer_no",)),
        ("assets", "-assets", [("assets", "desc")], ("assets",)),
    ):
        fingerprint = KeysetPage(Customer.objects.none(), by)._fingerprint
        calls, beyond = [], []
        for row in itertools.islice(itertools.cycle(chosen), CALLS):
            values = (*(str(getattr(row, name)) for name in names), row.pk)
            url = f"/customers/?sort={sort}&at={quote(str(Cursor('next', fingerprint, values, 500_000)))}"
            calls.append(get(client, url))
            beyond.append(values)
        sign, column, way = (">", "c.customer_no", "") if sort == "number" else ("<", "c.assets", " DESC")
        after = f"AND ({column}, c.party_id) {sign} (%s, %s) "
        beside = _beside(who, f"{column}{way}, c.party_id{way}", after, beyond[:20])
        yield Line(f"page deep inside, by {label}", say, timed(calls), beside, PEERS["deep"], 30)


def searches(who: str, client: Client) -> Iterator[Line]:
    """What is typed into the box of the list: part of a name, initials, a number."""
    from pypinyin import Style, lazy_pinyin

    from kexin.core.fields import decrypt_rows
    from kexin.party.models import ContactPoint, IdentityDocument

    say = WORDS[who]
    chosen = portfolio_of(who, 40)
    ids = [row.pk for row in chosen]
    mobiles = [
        row.value for row in decrypt_rows(ContactPoint, ContactPoint.objects.filter(party_id__in=ids, kind="mobile"))
    ]
    numbers = [
        row.number
        for row in decrypt_rows(IdentityDocument, IdentityDocument.objects.filter(party_id__in=ids, type="CN-RIC"))
    ]
    names = [row.party.name for row in chosen]
    texts = {
        "whole name": names,
        "two characters of a name": [name[:2] for name in names],
        "surname alone": [name[0] for name in names],
        "pinyin": ["".join(lazy_pinyin(name)) for name in names],
        "initials": ["".join(lazy_pinyin(name, style=Style.FIRST_LETTER)) for name in names],
        "one letter": [lazy_pinyin(name)[0][0] for name in names],
        "mobile": mobiles,
        "last four": [each[-4:] for each in mobiles],
        "identity number": numbers,
        "customer number": [row.customer_no for row in chosen],
        "nobody’s name": ["魑魅魍魉"] * 10,
    }
    for label, each in texts.items():
        calls = [get(client, f"/customers/?q={quote(text)}") for text in itertools.islice(itertools.cycle(each), CALLS)]
        yield Line(f"search: {label}", say, timed(calls), None, PEERS["search"], 30)
    calls = [get(client, f"/palette/?q={quote(text)}") for text in itertools.islice(itertools.cycle(names), CALLS)]
    yield Line("palette: whole name", say, timed(calls), None, PEERS["search"], 30)


def files(who: str, client: Client) -> Iterator[Line]:
    """The customer page and every panel of every tab."""
    say = WORDS[who]
    ids = [row.pk for row in portfolio_of(who, CALLS)]
    beside = bare(
        "SELECT c.*, p.*, u.* FROM party_customer c JOIN party_party p ON p.id = c.party_id"
        " JOIN people_orgunit u ON u.id = c.unit_id WHERE c.party_id = %s",
        [(pk,) for pk in ids[:20]],
    )
    timing = timed([get(client, f"/customers/{pk}/") for pk in ids])
    yield Line("customer page, first response", say, timing, beside, PEERS["page"], 50)
    page = get(client, f"/customers/{ids[0]}/")().content.decode()
    tabs = ["", *dict.fromkeys(re.findall(r'href="(\?tab=[a-z]+)"', page))]
    total = quiet = 0.0
    for tab in tabs:
        body = get(client, f"/customers/{ids[0]}/{tab}")().content.decode()
        for name in dict.fromkeys(re.findall(r'hx-get="/panel/customer/\d+/([a-z_]+)/"', body)):
            timing = timed([get(client, f"/panel/customer/{pk}/{name}/", htmx=True) for pk in ids])
            if not tab:
                total, quiet = total + timing.median, quiet + timing.quiet
            yield Line(f"panel: {name}", say, timing, None, "", 30)
    yield Line("all panels of the overview, one after the other", say, Timing(total, 0, quiet, 0, 0, 0))


_serial = itertools.count(1)


def writing(who: str, client: Client) -> Iterator[Line]:
    """A new file with its check for duplicates, and one field changed in place."""
    from kexin.party.models import Customer
    from kexin.project.demo.identity import check_digits

    say = WORDS[who]
    before = Customer.objects.count()
    first = portfolio_of(who, 1)[0]

    def create() -> Any:
        number = before * 10 + next(_serial)
        born = f"19{55 + number % 40:02d}{1 + number // 40 % 12:02d}{1 + number // 480 % 28:02d}"
        body = f"310115{born}{number // 13_440 % 900 + 100:03d}"
        answer = client.post(
            "/customers/new/",
            {
                "kind": "individual", "name": "司徒测", "nationality": "CN", "document_type": "CN-RIC",
                "document_number": body + check_digits([body])[0], "mobile": f"198{number % 10**8:08d}",
                "area": "江澜市 城东区", "detail": "桂花路 1 号", "unit": first.unit_id,
                "lead_post": first.lead_post_id,
                "anyway": "on",
            },
        )  # fmt: skip
        assert answer.status_code == 302, re.sub(r"<[^>]+>|\s+", " ", answer.content.decode())[:1500]

    yield Line("create a customer", say, timed([create] * CALLS), None, PEERS["create"], 40)
    rows = portfolio_of(who, CALLS)
    turn = itertools.count()

    def change(row: Any) -> Callable[[], Any]:
        def call() -> Any:
            version = Customer.objects.values_list("version", flat=True).get(pk=row.pk)
            data = {"occupation": f"教师{next(turn)}", "version": version}
            answer = client.post(f"/customers/{row.pk}/field/occupation/", data, headers={"HX-Request": "true"})
            assert answer.status_code == 200, answer.content[:500]

        return call

    yield Line("change one field", say, timed([change(row) for row in rows]), None, "", 40)


def measure(heard: Callable[[Line], None]) -> list[Line]:
    """Everything, reader by reader."""
    lines: list[Line] = []
    for who in READERS:
        client = client_of(who)
        parts = [lists(who, client), searches(who, client), files(who, client)]
        if who == "manager":
            parts.append(writing(who, client))
        for line in itertools.chain(*parts):
            heard(line)
            lines.append(line)
    return lines
