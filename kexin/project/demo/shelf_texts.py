"""Texts and net values of the demo shelf: reviewed texts of every class in both languages, one script refused."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import yaml

from kexin.core.calendar import zone
from kexin.core.imports.staging import copy_text
from kexin.core.policy import in_force
from kexin.people.models import Employee
from kexin.products.choices import ProductClass
from kexin.products.models import ProductText, TextVersion
from kexin.products.texts.choices import TextKind, TextState
from kexin.products.texts.policies import TextReviewPolicy
from kexin.products.texts.rules import fingerprint
from kexin.products.values.rules import WITH_NET_VALUE
from kexin.project.demo.calendar_cn import day_number, to_date
from kexin.project.demo.shelf_past import DRAFTER, STEPS
from kexin.project.demo.simulate import Bank

TEXTS_FILE = Path(__file__).with_name("product_texts.yaml")
REVIEWER = STEPS["protection"]
IN_USE_FOR = 300  # days before the day of loading
YEARS = 3  # of net values
TITLES = {
    (TextKind.RISK_DISCLOSURE, "zh"): "{name}风险揭示书",
    (TextKind.RISK_DISCLOSURE, "en"): "{name}: risk disclosure",
    (TextKind.PRODUCT_SHEET, "zh"): "{name}产品说明书",
    (TextKind.PRODUCT_SHEET, "en"): "{name}: product sheet",
    (TextKind.SALES_SCRIPT, "zh"): "{name}话术",
    (TextKind.SALES_SCRIPT, "en"): "{name}: sales script",
}
COLUMNS = ("product_id", "day", "unit_value", "accumulated", "source", "entered_by", "entered_at", "version")


def demo_texts() -> Iterator[tuple[str, str, str, str, str]]:
    """Kind, class, language, title and body of every text that is in use."""
    data: dict[str, Any] = yaml.safe_load(TEXTS_FILE.read_text(encoding="utf-8"))
    for name, languages in data["classes"].items():
        for language, (label, *words) in languages.items():
            suitable = data["sheet"][language]
            bodies = {TextKind.RISK_DISCLOSURE: [*words, suitable[1]], TextKind.PRODUCT_SHEET: [*words, *suitable]}
            if name == ProductClass.WEALTH:
                bodies[TextKind.SALES_SCRIPT] = data["script"][language]
            for kind, parts in bodies.items():
                yield kind, name, language, TITLES[kind, language].format(name=label), "\n\n".join(parts)
            if name in WITH_NET_VALUE:
                for kind, notice in data["notices"].items():
                    title, *said = notice[language]
                    yield kind, name, language, title, "\n\n".join(said)


def refused_script() -> str:
    """The model script of the requirements, which promises a return (CF-29)."""
    data: dict[str, Any] = yaml.safe_load(TEXTS_FILE.read_text(encoding="utf-8"))
    return "\n\n".join(data["refused"]["zh"])


def load_texts(bank: Bank) -> int:
    """Write the texts as two persons made them; how many versions."""
    users = dict(Employee.objects.filter(staff_no__in=[DRAFTER, REVIEWER]).values_list("staff_no", "user_id"))
    first = bank.today - dt.timedelta(days=IN_USE_FOR)
    rows = []
    for kind, name, language, title, body in demo_texts():
        text = _text(kind, name, language, title, first)
        rows.append(_approved(text, body, first, users))
    rows.append(_refused(bank, users))
    TextVersion.objects.bulk_create(rows)
    return len(rows)


def _text(kind: str, name: str, language: str, title: str, day: dt.date) -> ProductText:
    return ProductText.objects.create(
        kind=kind, product_class=name, language=language, title=title, created_at=_at(day, 9)
    )


def _approved(text: ProductText, body: str, first: dt.date, users: Mapping[str, int]) -> TextVersion:
    points = in_force(TextReviewPolicy).points(text.kind)
    return TextVersion(
        text=text,
        number=1,
        body=body,
        state=TextState.APPROVED,
        reviewed_by=REVIEWER,
        reviewer_user_id=users.get(REVIEWER),
        reviewed_at=_at(first, 16),
        checklist={each.code: True for each in points},
        in_use_from=first,
        sha256=fingerprint(body),
        **_drafted(first, users),
    )


def _refused(bank: Bank, users: Mapping[str, int]) -> TextVersion:
    day = bank.today - dt.timedelta(days=6)
    text = _text(TextKind.SALES_SCRIPT, ProductClass.INSURANCE, "zh", "保险话术", day)
    points = in_force(TextReviewPolicy).points(text.kind)
    return TextVersion(
        text=text,
        number=1,
        body=refused_script(),
        state=TextState.RETURNED,
        reviewed_by=REVIEWER,
        reviewer_user_id=users.get(REVIEWER),
        reviewed_at=_at(day, 16),
        checklist={each.code: each.code not in ("promise", "risk_said", "truth", "empathy") for each in points},
        note="“稳健的收益保障”是收益承诺，全文没有提示风险，“错过不再”制造紧迫感。请改写后重新提交。",
        **_drafted(day, users),
    )


def _drafted(day: dt.date, users: Mapping[str, int]) -> dict[str, Any]:
    user = users.get(DRAFTER)
    return {
        "drafted_by": DRAFTER,
        "drafter_user_id": user,
        "writers": [user] if user is not None else [],
        "drafted_at": _at(day - dt.timedelta(days=3), 10),
        "submitted_at": _at(day - dt.timedelta(days=2), 10),
    }


def _at(day: dt.date, hour: int) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(hour), tzinfo=zone())


def load_net_values(bank: Bank, ids: Mapping[str, int]) -> int:
    """Net values of every trading day by COPY; how many."""
    rows = list(_values(bank, ids))
    copy_text("products_netvalue", COLUMNS, rows)
    return len(rows)


def _values(bank: Bank, ids: Mapping[str, int]) -> Iterable[bytes]:
    last = day_number(bank.today)
    first = max(bank.shelf.first_day, last - YEARS * 365)
    at = _at(bank.today, 6).isoformat()
    days = [
        (number, to_date(number).isoformat())
        for number in range(first, last)
        if bank.calendar.trading[number - bank.calendar.first]
    ]
    for index, product in enumerate(bank.shelf.products):
        if not product.path:
            continue
        prices = bank.shelf.prices[index]
        for number, day in days:
            value = Decimal(int(prices[number - bank.shelf.first_day])) / 10_000
            yield f"{ids[product.code]}\t{day}\t{value}\t{value}\tcustodian\tdemo.load\t{at}\t1\n".encode()
