"""The numbers and sheets of return calls."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from kexin.core.policy import Policy, policy, setting
from kexin.products.choices import ProductClass
from kexin.sales.followup.rules import Option, Sheet, SheetQuestion, sheet_for
from kexin.sales.sale_policies import parse_classes

MOST_QUESTIONS = 20


def parse_time(text: str) -> dt.time:
    """A time of day, local. Raises ValueError."""
    return dt.time.fromisoformat(text)


def parse_slots(rows: list[Any]) -> tuple[dt.time, ...]:
    """Times of day in order, each once. Raises ValueError."""
    found = tuple(parse_time(str(row)) for row in rows)
    if not found or list(found) != sorted(set(found)):
        raise ValueError("times stand once and in order")
    return found


def parse_class_days(value: dict[str, Any]) -> dict[str, int]:
    """Class of products → days after the signature. Raises ValueError for anything else."""
    if any(
        name not in ProductClass.values or type(days) is not int or not 1 <= days <= 90 for name, days in value.items()
    ):
        raise ValueError("a class of products has 1 to 90 days")
    return dict(value)


def _class_days_told(value: dict[str, Any]) -> list[tuple[str, str]]:
    return [(str(ProductClass(name).label), str(days)) for name, days in parse_class_days(value).items()]


def parse_sheets(rows: list[dict[str, Any]]) -> tuple[Sheet, ...]:
    """The sheets of questions. Raises ValueError unless each reads in both languages and one is for all classes."""
    sheets = tuple(_sheet(row) for row in rows)
    if len({each.code for each in sheets}) < len(sheets):
        raise ValueError("each sheet stands once")
    named = [name for each in sheets for name in each.classes]
    if len(named) > len(set(named)) or [bool(each.classes) for each in sheets].count(False) != 1:
        raise ValueError("a class has one sheet, and one sheet is for all others")
    return sheets


def _sheet(row: dict[str, Any]) -> Sheet:
    questions = tuple(_question(each) for each in row["questions"])
    codes = [each.code for each in questions]
    if not 1 <= len(questions) <= MOST_QUESTIONS or len(set(codes)) < len(codes) or "note" in codes:
        raise ValueError("a sheet has questions, each once")
    return Sheet(str(row["code"]), parse_classes(row.get("classes", [])), questions)


def _question(row: dict[str, Any]) -> SheetQuestion:
    options = tuple(Option(str(each["code"]), _both(each), bool(each.get("contradicts"))) for each in row["options"])
    codes = [each.code for each in options]
    if len(codes) < 2 or len(set(codes)) < len(codes) or all(each.contradicts for each in options):
        raise ValueError("a question has options, one of them in order")
    return SheetQuestion(str(row["code"]), _both(row), options)


def _both(row: dict[str, Any]) -> dict[str, str]:
    words = {key: row[key] for key in ("zh", "en")}
    if not all(isinstance(each, str) and each.strip() for each in words.values()):
        raise ValueError("both languages are needed")
    return words


def _sheets_told(rows: list[dict[str, Any]]) -> list[tuple[str, str]]:
    """Each question, and which answers contradict the sale."""
    key = "en" if (get_language() or "").startswith("en") else "zh"
    told = []
    for sheet in parse_sheets(rows):
        for question in sheet.questions:
            wrong = [option.text[key] for option in question.options if option.contradicts]
            told.append((question.text[key], _t("contradicts: %(answers)s") % {"answers": " / ".join(wrong) or "–"}))
    return told


@policy("sales.return_calls", _("Return calls after a sale"))
class ReturnCallPolicy(Policy):
    """When customers are called back after a sale, how often, and what they are asked."""

    first_after_hours: int = setting(_("First attempt after"), unit=_("hours"), minimum=0, maximum=240)
    class_days: dict = setting(  # type: ignore[type-arg]
        _("Finished within so many days of the signature, by class"),
        unit=_("days"),
        check=parse_class_days,
        explain=_class_days_told,
    )
    attempts: int = setting(_("Attempts until somebody decides"), minimum=1, maximum=20)
    pause_hours: int = setting(_("Pause between attempts, at least"), unit=_("hours"), minimum=1, maximum=72)
    slots: list = setting(_("Attempts are made at"), check=parse_slots)  # type: ignore[type-arg]
    call_from: str = setting(_("Customers are called from"), check=parse_time)
    call_until: str = setting(_("Customers are called until"), check=parse_time)
    sheets: list = setting(_("Sheets of questions"), check=parse_sheets, explain=_sheets_told)  # type: ignore[type-arg]

    def sheet_of(self, product_class: str) -> Sheet:
        """The sheet for a class of products."""
        return sheet_for(parse_sheets(self.sheets), product_class)

    def sheet(self, code: str) -> Sheet:
        """The sheet of that code in this version."""
        return next(each for each in parse_sheets(self.sheets) if each.code == code)
