"""Estimates against published numbers and scipy; groups of texts. No database."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from kexin.service.surveys.statistics import Stratum, hidden, mean, net_promoters, share, t_of, weighted_mean, z_of
from kexin.service.surveys.texts import groups, pairs


@pytest.mark.parametrize("confidence", [80, 90, 95, 99])
@pytest.mark.parametrize("df", [1, 2, 5, 29, 200, 5000])
def test_quantiles_are_those_of_scipy(confidence: int, df: int) -> None:
    p = 0.5 + confidence / 200
    assert t_of(confidence, df) == pytest.approx(stats.t.ppf(p, df), rel=1e-9)
    assert z_of(confidence) == pytest.approx(stats.norm.ppf(p), rel=1e-12)


@given(st.integers(1, 400), st.data())
def test_shares_are_wilsons(n: int, data: st.DataObject) -> None:
    k = data.draw(st.integers(0, n))
    found, known = share(k, n, 95), stats.binomtest(k, n).proportion_ci(0.95, method="wilson")
    assert found is not None
    assert (found.low, found.high) == (pytest.approx(100 * known.low, abs=1e-9), pytest.approx(100 * known.high))


def test_nobody_asked_is_no_share_and_one_answer_no_spread() -> None:
    assert share(0, 0, 95) is None
    assert mean(0, 0, 0, 95) is None
    one = mean(1, 80.0, 0.0, 95)
    assert one is not None
    assert (one.value, one.low) == (80.0, None)
    assert net_promoters(0, 0, 0, 95) is None


def test_the_mean_has_students_interval() -> None:
    values = [55.0, 70.0, 80.0, 90.0, 100.0]
    found = mean(5, sum(values) / 5, 307.5, 95)  # variance with n − 1
    low, high = stats.t.interval(0.95, 4, loc=79.0, scale=math.sqrt(307.5 / 5))
    assert found is not None
    assert found.low == pytest.approx(low)
    assert found.high == pytest.approx(min(high, 100.0))


def test_the_net_promoter_score_by_the_adjusted_wald() -> None:
    found = net_promoters(60, 25, 15, 95)
    # Worked by hand after Rocks (2016): p = 60.75 ÷ 103, d = 15.75 ÷ 103, se = √((p + d − (p − d)²) ÷ 103)
    p, d = 60.75 / 103, 15.75 / 103
    half = 1.959963984540054 * math.sqrt((p + d - (p - d) ** 2) / 103)
    assert found is not None
    assert found.value == pytest.approx(45.0)
    assert (found.low, found.high) == (pytest.approx(100 * (p - d - half)), pytest.approx(100 * (p - d + half)))
    every = net_promoters(12, 0, 0, 95)
    assert every is not None
    assert every.value == 100
    assert every.low is not None
    assert every.low < 100  # twelve promoters prove no hundred


def test_weighting_gives_each_segment_its_share_of_the_customers() -> None:
    found = weighted_mean([Stratum(900, 10, 60.0, 100.0), Stratum(100, 90, 90.0, 25.0)], 95)
    assert found is not None
    assert found.value == pytest.approx(63.0)
    half = stats.t.ppf(0.975, 98) * math.sqrt(0.81 * 10 + 0.01 * 25 / 90)
    assert found.high == pytest.approx(63.0 + half)
    pooled = weighted_mean([Stratum(50, 1, 0.0, 0.0), Stratum(50, 3, 80.0, 0.0)], 95)
    assert pooled is not None
    assert pooled.value == pytest.approx(60.0)  # the single answer was joined with its neighbour
    assert weighted_mean([Stratum(10, 1, 50.0, 0.0)], 95) is None
    assert weighted_mean([], 95) is None


@pytest.mark.parametrize(
    ("sizes", "gone"),
    [([20, 30], set()), ([20, 3, 30], {0, 1}), ([3, 4, 30], {0, 1}), ([0, 30], set()), ([5], {0}), ([], set())],
)
def test_small_groups_are_hidden_and_not_found_by_subtraction(sizes: list[int], gone: set[int]) -> None:
    assert hidden(sizes, 10) == gone


def test_texts_that_say_the_same_come_together_always_alike() -> None:
    texts = [
        "排队时间太长了", "排队等了一个小时", "网点排队太久", "排队时间长",
        "手机银行登录不了", "手机银行总是登录失败", "手机银行登录太慢",
        "很满意", "The app crashes", "谢谢",
    ]  # fmt: skip
    found = groups(texts)
    assert [set(each.members) for each in found][:2] == [{0, 1, 2, 3}, {4, 5, 6}]
    assert "排队" in found[0].shared
    assert groups(texts) == found
    assert groups([]) == []
    assert groups(["一", "二", "三"]) == []
    assert pairs("ＡＢc d") == {"ab": 1, "bc": 1, "d": 1}
