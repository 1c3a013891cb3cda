"""The numbers of calls: result codes, when the unreached come back, when nobody is called."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from kexin.core.policy import Policy, policy, setting
from kexin.engagement.calls.choices import ResultKind
from kexin.people.models import by_language


@dataclass(frozen=True, slots=True)
class CallResult:
    """One result code: its words, what it means, and the key that gives it on the screen."""

    code: str
    name: str
    name_en: str
    kind: ResultKind
    key: str

    @property
    def label(self) -> str:
        return by_language(self.name, self.name_en)


def parse_results(rows: list[dict[str, Any]]) -> tuple[CallResult, ...]:
    """The result codes in order. Raises ValueError for what is given twice and for kinds nobody knows."""
    found = tuple(
        CallResult(str(row["code"]), str(row["name"]), str(row["name_en"]), ResultKind(row["kind"]), str(row["key"]))
        for row in rows
    )
    for values in ([each.code for each in found], [each.key for each in found]):
        if len(set(values)) < len(values) or not all(values):
            raise ValueError("codes and keys stand once")
    if [each.kind for each in found].count(ResultKind.VISIT) > 1:
        raise ValueError("one result at most agrees on a visit")
    if not {ResultKind.UNREACHED, ResultKind.DO_NOT_CALL} <= {each.kind for each in found}:
        raise ValueError("a result for the unreached and one for those who want no calls are needed")
    return found


def _explain_results(rows: list[dict[str, Any]]) -> list[tuple[str, str]]:
    return [(f"{each.key} {each.label}", str(each.kind.label)) for each in parse_results(rows)]


def parse_time(text: str) -> dt.time:
    """A time of day, local. Raises ValueError."""
    return dt.time.fromisoformat(text)


def parse_times(rows: list[str]) -> tuple[dt.time, ...]:
    """Times of day, local, each once and in order. Raises ValueError."""
    found = tuple(sorted(parse_time(str(row)) for row in rows))
    if not found or len(set(found)) < len(found):
        raise ValueError("times stand once")
    return found


@policy("engagement.calls", _("Calls to customers"))
class CallPolicy(Policy):
    """Result codes, when somebody who was not reached is called again, and when nobody is called at all."""

    results: list = setting(_("Result codes"), check=parse_results, explain=_explain_results)  # type: ignore[type-arg]
    first_retry_hours: int = setting(_("Second attempt after"), unit=_("working hours"), minimum=1, maximum=40)
    morning: str = setting(_("Morning attempt at"), check=parse_time)
    afternoon: str = setting(_("Afternoon attempt at"), check=parse_time)
    give_up_after: int = setting(_("Given up after"), unit=_("attempts"), minimum=1, maximum=20)
    later_days: int = setting(_("Called again, where no day was agreed, after"), unit=_("days"), minimum=1, maximum=365)
    quiet_from: str = setting(_("No calls from"), check=parse_time)
    quiet_until: str = setting(_("No calls until"), check=parse_time)
    per_customer_a_day: int = setting(
        _("Calls to one customer a day, over all lists, at most"), unit=_("calls"), minimum=1, maximum=10
    )
    dials_per_hour: int = setting(_("Numbers shown for dialling, per person and hour"), minimum=1, maximum=500)
    hold_minutes: int = setting(_("A customer is kept for one caller for"), unit=_("minutes"), minimum=1, maximum=240)
    undo_minutes: int = setting(_("A result can be taken back for"), unit=_("minutes"), minimum=1, maximum=1440)
    elder_age: int = setting(_("Special care from the age of"), unit=_("years"), minimum=50, maximum=120)
    visit_times: list = setting(_("Visits are offered at"), check=parse_times)  # type: ignore[type-arg]
    visit_days: int = setting(_("Visits are offered for the next"), unit=_("working days"), minimum=1, maximum=20)
    most_entries: int = setting(_("Customers on one list, at most"), minimum=1, maximum=20_000)

    def result(self, code: str) -> CallResult | None:
        """The result code, if the version in force has it."""
        return next((each for each in parse_results(self.results) if each.code == code), None)


def label_of(rules: CallPolicy, code: str) -> str:
    """The words of a result; the code itself where the version in force has forgotten it."""
    found = rules.result(code)
    return found.label if found else (code or _t("None"))
