"""Arithmetic on quantiles, accuracy measures, demand classes, calibration and weights."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from forecasting import LEVELS, demand_statistics, mean_of
from forecasting.conformal import fit_calibration
from forecasting.ensemble import learn_ensemble
from forecasting.metrics import bootstrap_difference, parts, pinball, score, seasonal_error
from forecasting.quantiles import at_levels, level_index, proper


def normal(centre: float, spread: float, shape: tuple[int, int]) -> np.ndarray:
    return np.broadcast_to(stats.norm.ppf(LEVELS, centre, spread), (*shape, len(LEVELS))).copy()


def test_levels_are_symmetric_and_known() -> None:
    assert np.allclose(LEVELS + LEVELS[::-1], 1)
    assert LEVELS[level_index(0.5)] == 0.5
    with pytest.raises(ValueError, match="not stored"):
        level_index(0.123)


def test_proper_sorts_and_clips() -> None:
    assert proper([3.0, -1.0, 2.0]).tolist() == [0.0, 2.0, 3.0]


def test_the_mean_of_quantiles_is_the_mean() -> None:
    assert mean_of(normal(50, 5, (1, 1)))[0, 0] == pytest.approx(50, abs=1e-9)
    skewed = stats.gamma.ppf(LEVELS, 2.0, scale=10.0)[None, None]
    assert mean_of(skewed)[0, 0] == pytest.approx(20, rel=0.01)


@given(st.floats(0.001, 0.999))
def test_interpolated_quantiles_stay_between_neighbours(probability: float) -> None:
    values = np.arange(len(LEVELS), dtype=float)[None]
    found = at_levels(values, np.array([[probability]]))[0, 0]
    assert max(0, np.searchsorted(LEVELS, probability) - 1.5) <= found <= len(LEVELS)


def test_pinball_by_hand() -> None:
    forecast = np.full((1, 1, len(LEVELS)), 10.0)
    losses = pinball(np.array([[14.0]]), forecast)[0, 0]
    assert losses[level_index(0.9)] == pytest.approx(2 * 0.9 * 4)
    losses = pinball(np.array([[6.0]]), forecast)[0, 0]
    assert losses[level_index(0.9)] == pytest.approx(2 * 0.1 * 4)


def test_scores_by_hand() -> None:
    y = np.array([[10.0, 20.0, np.nan], [4.0, 0.0, 6.0]])
    forecast = np.repeat(np.array([[12.0, 16.0, 99.0], [4.0, 2.0, 6.0]])[..., None], 25, axis=2)
    found = score(y, forecast, np.array([2.0, 1.0]), np.array([4.0, 1.0]))
    assert found["wape"] == pytest.approx((2 + 4 + 0 + 2 + 0) / 40)
    assert found["bias"] == pytest.approx((2 - 4 + 0 + 2 + 0) / 40)
    assert found["mase"] == pytest.approx((3 / 2 + (2 / 3) / 1) / 2)
    assert found["rmsse"] == pytest.approx((np.sqrt(10 / 4) + np.sqrt(4 / 3)) / 2)
    assert found["coverage_90"] == pytest.approx(2 / 5)


def test_a_constant_series_has_no_seasonal_error() -> None:
    assert np.isnan(seasonal_error(np.ones((1, 30), dtype=np.float32), 7)[0])


def test_bootstrap_tells_a_clear_difference_from_none() -> None:
    generator = np.random.default_rng(0)
    y = generator.poisson(10, (60, 14)).astype(float)
    good, bad = normal(10, 3, (60, 14)), normal(14, 3, (60, 14))
    scale = np.ones(60)
    ours, theirs = parts(y, good, scale), parts(y, bad, scale)
    assert bootstrap_difference(ours, theirs, "wape")[2] < 0
    centre, low, high = bootstrap_difference(ours, ours, "sql")
    assert centre == low == high == 0


def test_demand_statistics_textbook() -> None:
    adi, cv2 = demand_statistics(np.array([[0, 0, 3, 0, 0, 3], [0, 0, 0, 0, 0, 0]], dtype="f4"))
    assert adi.tolist() == [3.0, np.inf]
    assert cv2.tolist() == [0.0, 0.0]


def test_calibration_repairs_too_narrow_intervals() -> None:
    generator = np.random.default_rng(3)
    kinds = np.array(["smooth"] * 80)
    y = generator.normal(100, 10, (80, 28))
    narrow = normal(100, 5, (80, 28))
    repaired = fit_calibration(y, narrow, kinds).apply(narrow, kinds)
    fresh = generator.normal(100, 10, (80, 28))
    for width in (0.5, 0.8, 0.9, 0.95):
        low = repaired[..., level_index(round((1 - width) / 2, 3))]
        high = repaired[..., level_index(round((1 + width) / 2, 3))]
        assert np.mean((fresh >= low) & (fresh <= high)) == pytest.approx(width, abs=0.02)


def test_the_ensemble_takes_the_better_member_and_mixes_complements() -> None:
    generator = np.random.default_rng(5)
    kinds = np.array(["smooth"] * 60)
    y = generator.normal(50, 5, (60, 28))
    scale = np.full(60, 5.0)
    good, bad = normal(50, 5, (60, 28)), normal(80, 5, (60, 28))
    alone = learn_ensemble(y, {"good": good, "bad": bad}, scale, kinds, fallback="good")
    assert alone.weights["smooth"] == {"good": 1.0}
    high, low = normal(56, 5, (60, 28)), normal(44, 5, (60, 28))
    mixed = learn_ensemble(y, {"high": high, "low": low}, scale, kinds, fallback="high")
    assert mixed.weights["smooth"]["high"] == pytest.approx(0.5, abs=0.1)
    assert mixed.label("unseen") == "high"
