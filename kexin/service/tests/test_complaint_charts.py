"""Control charts against published examples, rate ratios against scipy, tables of a report. No database."""

from __future__ import annotations

import datetime as dt
import random

import pytest
from scipy import stats

from kexin.service.complaints.analysis.charts import BEYOND, FOUR_OF_FIVE, RUN, TWO_OF_THREE, ChartRules, u_chart
from kexin.service.complaints.analysis.disclosure import differences, fingerprint, per, period_of, tables
from kexin.service.complaints.analysis.effects import sides
from kexin.service.complaints.analysis.facts import CaseFacts
from kexin.service.complaints.analysis.figures import counted
from kexin.service.complaints.analysis.policies import parse_kinds, parse_signals
from kexin.service.complaints.analysis.ratios import change
from kexin.service.complaints.analysis.trend import month_end, months_until

# NIST/SEMATECH e-Handbook of Statistical Methods, 6.3.3.1: defects on 25 wafers; limits 28 and 4 around 16.
WAFERS = [16, 14, 28, 16, 12, 20, 10, 12, 10, 17, 19, 17, 14, 16, 15, 13, 14, 16, 11, 20, 11, 19, 16, 31, 13]
# Montgomery, Introduction to Statistical Quality Control: defects of dyed cloth, rolls of several sizes.
CLOTH = [14, 12, 20, 11, 7, 10, 21, 16, 19, 23]
ROLLS = [10.0, 8.0, 13.0, 10.0, 9.5, 10.0, 12.0, 10.5, 12.0, 12.5]
UPPER = [2.55, 2.68, 2.41, 2.55, 2.58, 2.55, 2.45, 2.52, 2.45, 2.43]
LOWER = [0.29, 0.16, 0.43, 0.29, 0.26, 0.29, 0.39, 0.32, 0.39, 0.41]


def test_limits_are_those_of_the_published_examples() -> None:
    wafers = u_chart(WAFERS, [1.0] * 25, ChartRules())
    assert wafers.centre == 16
    assert {(point.low, point.high) for point in wafers.points} == {(4.0, 28.0)}
    assert wafers.signals == (23,)  # 31 defects; 28 lies on the limit, not beyond it
    cloth = u_chart(CLOTH, ROLLS, ChartRules())
    assert cloth.centre == pytest.approx(1.42, abs=0.005)
    assert [point.high for point in cloth.points] == pytest.approx(UPPER, abs=0.012)  # the book rounds 1.4233 to 1.42
    assert [point.low for point in cloth.points] == pytest.approx(LOWER, abs=0.012)
    assert not cloth.signals


def test_each_rule_signals_where_it_should_and_a_wobble_does_not() -> None:
    calm = [16, 17, 15, 16, 18, 14, 16, 15, 17, 16, 16, 15]
    every = ChartRules(signals=(BEYOND, RUN, TWO_OF_THREE, FOUR_OF_FIVE), least=12)
    assert not u_chart(calm, [1.0] * 12, every, 12).signals
    found = u_chart([*calm, 29], [1.0] * 13, every, 12)
    assert found.points[-1].signals[0] == BEYOND
    assert u_chart([*calm, *[17] * 8], [1.0] * 20, every, 12).points[-1].signals == (RUN,)
    assert not u_chart([*calm, *[17] * 7], [1.0] * 19, every, 12).points[-1].signals
    assert TWO_OF_THREE in u_chart([*calm, 25, 16, 25], [1.0] * 15, every, 12).points[-1].signals
    assert FOUR_OF_FIVE in u_chart([*calm, 21, 21, 15, 21, 21], [1.0] * 17, every, 12).points[-1].signals
    assert not u_chart([*calm, 29], [1.0] * 13, ChartRules(signals=(RUN,)), 12).signals
    low = u_chart([*calm, 2], [1.0] * 13, every, 12).points[-1]
    assert low.signals[0] == BEYOND
    assert low.rate is not None
    assert low.low is not None
    assert low.rate < low.low


def test_few_months_no_customers_and_much_spread_are_told() -> None:
    assert u_chart([3, 4], [1.0, 1.0], ChartRules(least=12)).centre is None
    assert u_chart([], [], ChartRules()).points == ()
    assert u_chart([0, 0, 0], [1.0] * 3, ChartRules()).centre is None
    gap = u_chart([5, 0, 5], [1.0, 0.0, 1.0], ChartRules())
    assert gap.points[1].rate is None
    assert gap.points[1].signals == ()
    assert u_chart([2, 3], [1.0, 1.0], ChartRules()).rough
    assert not u_chart([3] * 24, [1e-7] * 24, ChartRules()).signals  # alike months lie on the centre
    assert BEYOND in u_chart([0] * 12 + [9], [1.0] * 13, ChartRules(), 12).points[-1].signals  # what never came before
    wild = [5, 40, 6, 45, 8, 38, 4, 44, 7, 41, 5, 39]
    plain, widened = u_chart(wild, [1.0] * 12, ChartRules()), u_chart(wild, [1.0] * 12, ChartRules(widen=True))
    assert plain.signals
    assert not widened.signals
    assert widened.spread > 3
    assert u_chart([16] * 12, [1.0] * 12, ChartRules(widen=True)).spread == 1.0  # never narrower than chance


def test_false_alarms_are_rare_for_pure_chance() -> None:
    dice, rules = random.Random(7), ChartRules(signals=(BEYOND,), least=12)
    alarms = 0
    for _round in range(400):
        counts = [_poisson(dice, 30.0) for _month in range(25)]
        alarms += bool(u_chart(counts, [1.0] * 25, rules, 24).points[-1].signals)
    assert alarms <= 8  # 0.27 % expected of a normal count; 2 % would be alarming


def _poisson(dice: random.Random, mean: float) -> int:
    """Arrivals within one unit of time."""
    passed, count = dice.expovariate(mean), 0
    while passed < 1:
        passed, count = passed + dice.expovariate(mean), count + 1
    return count


@pytest.mark.parametrize(
    ("before", "after", "share"), [(12, 3, 0.5), (5, 5, 0.25), (0, 4, 0.5), (7, 0, 0.5), (40, 61, 0.4)]
)
def test_the_ratio_and_its_interval_are_those_of_scipy(before: int, after: int, share: float) -> None:
    found = change(before, 1 - share, after, share, 95)
    exact = stats.binomtest(after, before + after).proportion_ci(0.95, "exact")
    scale = (1 - share) / share
    assert found is not None
    assert found.low == pytest.approx(exact.low / (1 - exact.low) * scale, rel=1e-6)
    if before:
        assert found.value == pytest.approx(after / before * scale)
        assert found.high == pytest.approx(exact.high / (1 - exact.high) * scale, rel=1e-6)
    else:
        assert (found.value, found.high) == (None, None)


def test_the_word_of_a_change_needs_certainty() -> None:
    assert change(0, 1, 0, 1, 95) is None
    words = [change(*each, 95) for each in ((20, 1, 4, 1), (4, 1, 20, 1), (5, 1, 3, 1), (0, 1, 9, 1))]
    assert [each.word for each in words if each] == ["fell", "rose", "unclear", "rose"]


def test_months_periods_and_sides() -> None:
    assert months_until(dt.date(2026, 3, 31), 3) == tuple(dt.date(2026, month, 1) for month in (1, 2, 3))
    assert months_until(dt.date(2026, 3, 30), 2) == (dt.date(2026, 1, 1), dt.date(2026, 2, 1))
    assert month_end(dt.date(2028, 2, 1)) == dt.date(2028, 2, 29)
    assert period_of("quarter", 2026, 4) == (dt.date(2026, 10, 1), dt.date(2026, 12, 31))
    assert period_of("quarter", 2026, 1) == (dt.date(2026, 1, 1), dt.date(2026, 3, 31))
    assert period_of("year", 2026, 0) == (dt.date(2026, 1, 1), dt.date(2026, 12, 31))
    done = dt.date(2026, 3, 10)
    assert sides(done, done, 90) is None
    assert sides(done, dt.date(2026, 3, 13), 90) == (
        (dt.date(2026, 3, 8), dt.date(2026, 3, 9)),
        (dt.date(2026, 3, 11), dt.date(2026, 3, 12)),
    )
    found = sides(done, dt.date(2027, 3, 13), 90)
    assert found is not None
    assert (found[1][1] - done).days == 90


def case(
    number: str, *, causes: tuple[str, ...] = ("fees",), joined: bool = False, flags: frozenset[str] = frozenset()
) -> CaseFacts:
    return CaseFacts(
        1, number, 1, joined, True, "cards", causes, "premises", 7, "phone", "hotline", "", "", "", flags
    )  # fmt: skip


def test_a_case_counts_once_under_each_cause_and_differences_name_digit_and_case() -> None:
    cases = [case("C1", causes=("fees", "data")), case("C2", flags=frozenset(("repeated",))), case("C3", joined=True)]
    counts = counted(cases, {7: 3})
    assert (counts["whole", ""].brought, counts["whole", ""].cases, counts["cause", "fees"].cases) == (3, 2, 2)
    assert counts["cause", "data"].cases == 1
    assert counts["whole", ""].flags["repeated"] == 1
    assert ("product", "") not in counts
    then = {"tables": tables(counts, {}, 0)}
    kept = [["C1", 1, False, "fees"], ["C2", 1, False, "fees"]]
    assert not differences(then, then, kept, [["C1", 2, False, "fees"], ["C2", 9, False, "fees"]]).any
    now = {"tables": tables(counted(cases[:1], {7: 3}), {}, 0)}
    found = differences(then, now, kept, [["C1", 2, False, "data"], ["C9", 1, False, "fees"]])
    assert ("cause", "fees", "cases", "2", "1") in [(c.table, c.key, c.head, c.then, c.now) for c in found.cells]
    assert (found.added, found.gone, found.changed) == (("C9",), ("C2",), ("C1",))
    assert fingerprint(then, kept) == fingerprint(dict(reversed(then.items())), kept) != fingerprint(now, kept)
    assert (per(1, 3, 1000), per(2, 0, 10), per(1, 8, 1)) == ("333.33", "", "0.13")


def test_a_policy_that_makes_no_sense_is_refused() -> None:
    for wrong in ([], ["moon"]):
        with pytest.raises(ValueError, match="unknown"):
            parse_kinds(wrong)
        with pytest.raises(ValueError, match="unknown"):
            parse_signals(wrong)
