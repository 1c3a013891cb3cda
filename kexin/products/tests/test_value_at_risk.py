"""Value at risk against published examples, against SciPy and NumPy, and what must hold whatever the returns."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import integrate, stats

from kexin.products.values.value_at_risk import (
    Loss,
    cornish_fisher,
    expanded_quantile,
    expansion_holds,
    historical,
    moments,
    parametric,
    risk_of,
)

# The worst of 500 scenarios in thousands of dollars, from a reprinted exercise (docs/algorithms/value-at-risk.md says
# what was looked at): the fifth worst is the one-day 99 % value at risk, the mean of the four worse ones the expected
# shortfall, reckoned by hand.
HULL = (1082.969, 715.512, 687.720, 661.221, 602.968, 546.540, 492.764, 470.092, 458.177)


def test_the_published_example_of_historical_simulation() -> None:
    rest = np.linspace(400, -900, 500 - len(HULL))
    found = historical(-np.concatenate([np.array(HULL), rest]), 0.99)
    assert found.value_at_risk == pytest.approx(602.968)
    assert found.expected_shortfall == pytest.approx(786.856, abs=0.001)


def test_the_published_example_of_the_normal_method() -> None:
    """Hull: ten million at 2 % a day lose $465,300 over one day at 99 %; over ten days × √10, by hand."""
    one = parametric(0, 0.02, 0.99)
    assert one.value_at_risk * 10_000_000 == pytest.approx(465_300, abs=50)
    assert one.over(10).value_at_risk * 10_000_000 == pytest.approx(1_471_300, abs=100)


@pytest.mark.parametrize(
    ("order", "skewness", "kurtosis", "published"),
    [
        (0.9, 0.1, 0, 1.292868),
        (0.9, 0.1, 1, 1.220374),
        (0.9, 0.1, -1, 1.365363),
        (0.99, 0.1, 0, 2.396116),
        (0.99, 0.1, 1, 2.629904),
        (0.99, 0.1, -1, 2.162328),
        (0.01, 0.1, 0, -2.249053),
        (0.01, 0.1, 1, -2.482841),
        (0.01, 0.1, -1, -2.015265),
        (0.95, 5, 2, 2.55621),  # mean 10, deviation 25: the 95th percentile would be 73.905
    ],
)
def test_the_published_quantiles_of_cornish_and_fisher(
    order: float, skewness: float, kurtosis: float, published: float
) -> None:
    """The first nine from the documentation of the library mir-stat, the last by hand after the formula."""
    assert expanded_quantile(float(stats.norm.ppf(order)), skewness, kurtosis) == pytest.approx(published, abs=1e-5)


@pytest.mark.parametrize("confidence", [0.9, 0.95, 0.975, 0.99, 0.999])
def test_scipy_agrees_on_the_normal_method(confidence: float) -> None:
    found = parametric(0.0004, 0.013, confidence)
    loss = stats.norm(-0.0004, 0.013)
    assert found.value_at_risk == pytest.approx(loss.ppf(confidence), rel=1e-9)
    beyond = loss.expect(lambda x: x, lb=loss.ppf(confidence), conditional=True)
    assert found.expected_shortfall == pytest.approx(beyond, rel=1e-6)


@pytest.mark.parametrize("confidence", [0.95, 0.99])
@pytest.mark.parametrize(("skewness", "kurtosis"), [(0.0, 0.0), (-0.5, 1.5), (-0.7, 4.5), (0.6, 2.0)])
def test_numerical_integration_agrees_on_the_adjusted_shortfall(
    confidence: float, skewness: float, kurtosis: float
) -> None:
    found = cornish_fisher(0.0002, 0.01, skewness, kurtosis, confidence)
    assert found is not None

    def lost(order: float) -> float:
        return -(0.0002 + 0.01 * expanded_quantile(float(stats.norm.ppf(order)), skewness, kurtosis))

    area, _error = integrate.quad(lost, 0, 1 - confidence, limit=400)
    assert found.value_at_risk == pytest.approx(lost(1 - confidence), rel=1e-9)
    assert found.expected_shortfall == pytest.approx(area / (1 - confidence), rel=1e-4)


def test_scipy_and_numpy_agree_on_the_sample() -> None:
    returns = np.random.default_rng(7).standard_t(5, 750) * 0.01
    mean, deviation, skewness, kurtosis = moments(returns)
    assert (mean, deviation) == pytest.approx((returns.mean(), returns.std(ddof=1)))
    assert skewness == pytest.approx(float(stats.skew(returns)))
    assert kurtosis == pytest.approx(float(stats.kurtosis(returns)))
    for confidence in (0.9, 0.95, 0.99):
        ranked = np.quantile(-returns, confidence, method="inverted_cdf")
        worse = np.sort(-returns)[::-1]
        assert historical(returns, confidence).value_at_risk in (ranked, worse[np.flatnonzero(worse == ranked)[0] - 1])


def test_where_the_expansion_does_not_hold_no_figure_is_given() -> None:
    assert expansion_holds(0, 0)
    assert not expansion_holds(3, 1)
    assert not expansion_holds(0, -0.5)
    assert cornish_fisher(0, 0.01, 3, 1, 0.99) is None
    z = np.linspace(-6, 6, 2001)
    for skewness in np.linspace(-2.5, 2.5, 21):
        for kurtosis in np.linspace(-1, 9, 21):
            rises = bool((np.diff([expanded_quantile(float(x), skewness, kurtosis) for x in z[::20]]) > 0).all())
            if expansion_holds(float(skewness), float(kurtosis)):
                assert rises, (skewness, kurtosis)


def test_little_is_not_enough_and_nothing_is_refused() -> None:
    few = np.array([-0.02, 0.01, 0.03])
    assert historical(few, 0.99) == Loss(0.02, 0.02)
    assert historical(np.array([0.01, 0.02]), 0.99) == Loss(0.0, 0.0)
    with pytest.raises(ValueError, match="no returns"):
        historical(np.empty(0), 0.99)
    assert moments(np.array([0.01, 0.01, 0.01]))[1:] == (0.0, 0.0, 0.0)


returns = st.lists(st.floats(-0.4, 0.4), min_size=30, max_size=300).map(np.array)
levels = st.sampled_from([0.9, 0.95, 0.975, 0.99])


@given(returns, levels)
def test_a_loss_beyond_is_never_smaller_and_more_confidence_never_loses_less(sample: object, confidence: float) -> None:
    found = risk_of(np.asarray(sample), confidence, 1)
    for each in (found.historical, found.parametric, found.cornish_fisher):
        if each is not None:
            assert 0 <= each.value_at_risk <= each.expected_shortfall
    surer = risk_of(np.asarray(sample), 0.995, 1)
    assert surer.historical.value_at_risk >= found.historical.value_at_risk
    assert surer.parametric.value_at_risk >= found.parametric.value_at_risk


@given(returns, st.floats(0.1, 3), st.integers(1, 60))
def test_twice_the_stake_is_twice_the_loss_and_time_goes_by_its_root(
    sample: object, factor: float, horizon: int
) -> None:
    once = historical(np.asarray(sample), 0.95)
    scaled = historical(np.asarray(sample) * factor, 0.95)
    assert math.isclose(scaled.value_at_risk, once.value_at_risk * factor, rel_tol=1e-9, abs_tol=1e-12)
    assert math.isclose(once.over(horizon).value_at_risk, once.value_at_risk * math.sqrt(horizon), rel_tol=1e-12)
