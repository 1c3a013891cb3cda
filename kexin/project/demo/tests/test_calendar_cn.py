from datetime import date

import numpy as np
import pytest

from kexin.project.demo.calendar_cn import (
    Calendar,
    add_months,
    anniversary,
    day_number,
    lunar_month_day,
    month_starts,
    spring_festival,
    to_date,
)


@pytest.fixture(scope="module")
def calendar() -> Calendar:
    return Calendar(date(2024, 1, 1), date(2030, 12, 31))


def moved(days: object) -> date:
    return to_date(int(np.asarray(days).ravel()[0]))


def test_wages_move_before_the_holiday_and_debits_after_it(calendar: Calendar) -> None:
    holiday = [day_number(date(2025, 10, 5))]
    assert moved(calendar.previous_working(holiday)) == date(2025, 9, 30)
    assert moved(calendar.next_trading(holiday)) == date(2025, 10, 9)


def test_make_up_saturday_is_worked_but_not_traded(calendar: Calendar) -> None:
    saturday = [day_number(date(2025, 10, 11))]
    assert moved(calendar.next_working(saturday)) == date(2025, 10, 11)
    assert moved(calendar.next_trading(saturday)) == date(2025, 10, 13)


def test_a_year_the_library_does_not_know_keeps_the_statutory_days(calendar: Calendar) -> None:
    assert moved(calendar.next_working([day_number(date(2030, 1, 1))])) == date(2030, 1, 2)
    festival = spring_festival(2030)
    assert moved(calendar.next_working([day_number(festival)])) > festival


@pytest.mark.parametrize(
    ("born", "lunar"),
    [(date(1949, 10, 1), (8, 10, False)), (date(1957, 10, 1), (8, 8, True)), (date(1990, 1, 1), (0, 0, False))],
)
def test_lunar_birthdays(born: date, lunar: tuple[int, int, bool]) -> None:
    month, day, leap = lunar_month_day([day_number(born)])
    assert (int(month[0]), int(day[0]), bool(leap[0])) == lunar


def test_months_and_years() -> None:
    assert moved(anniversary([day_number(date(2024, 2, 29))], [1])) == date(2025, 3, 1)
    assert moved(add_months([day_number(date(2025, 3, 3))], [36])) == date(2028, 3, 3)
    assert [to_date(n) for n in month_starts(date(2025, 11, 20), 3)] == [
        date(2025, 11, 1),
        date(2025, 12, 1),
        date(2026, 1, 1),
    ]
