"""What sales should have been: a predictive distribution for every past day of every series.

Mean = level x weekday x season x promotion x common shock, each from the series' own past or its
group; spread = negative binomial. Days after `t` never enter the level of day `t`, stocked-out and
missing days enter nothing. Tail probabilities are calibrated on the quiet part of the history,
because real sales have heavier tails than any model.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import stats

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

LEVEL_HALF_LIFE = 21.0
"""Days after which a day weighs half in the level."""
SEASON_SMOOTHING = 21
SHRINKAGE_DAYS = 8.0
"""Days of evidence a weekday or promotion factor needs to count as much as its group's."""
MIN_MEAN = 0.02


@dataclass(frozen=True)
class SalesMatrix:
    """Daily sales of S series over T days; NaN where no row exists."""

    series: pd.DataFrame
    """S rows: item, location, category."""
    days: pd.DatetimeIndex
    y: Floats
    """(S, T) units."""
    promotion: Bools
    stocked_out: Bools

    @property
    def usable(self) -> Bools:
        """Days that say something about demand."""
        usable: Bools = ~np.isnan(self.y) & ~self.stocked_out
        return usable


@dataclass(frozen=True)
class Expectation:
    """Mean and dispersion per day; variance = mean + dispersion * mean^2."""

    matrix: SalesMatrix
    level: Floats
    """(S, T) level known before each day."""
    shape: Floats
    """(S, T) weekday x season x promotion x common shock."""
    mean: Floats
    """(S, T) units: level x shape."""
    dispersion: Floats
    """(S,)."""

    def quantile(self, level: float) -> Floats:
        """(S, T) quantiles of the predictive distribution."""
        size = 1.0 / self.dispersion[:, None]
        values: Floats = stats.nbinom.ppf(level, size, size / (size + self.mean))
        return values


def matrix_of(sales: pd.DataFrame, categories: pd.Series) -> SalesMatrix:
    """Long sales (item, location, ds, quantity, promotion, stocked_out) as matrices."""
    keys = sales[["item", "location"]].astype(str)
    codes, series = pd.factorize(pd.MultiIndex.from_frame(keys), sort=True)
    days = pd.date_range(sales["ds"].min(), sales["ds"].max(), freq="D")
    at = ((sales["ds"] - days[0]).dt.days).to_numpy()
    shape = (len(series), len(days))
    y = np.full(shape, np.nan)
    y[codes, at] = sales["quantity"].to_numpy(float)
    promotion = np.zeros(shape, bool)
    promotion[codes, at] = sales["promotion"].to_numpy(bool)
    stocked_out = np.zeros(shape, bool)
    stocked_out[codes, at] = sales["stocked_out"].to_numpy(bool)
    frame = pd.DataFrame(list(series), columns=["item", "location"])
    frame["category"] = frame["item"].map(categories).fillna("")
    return SalesMatrix(frame, days, y, promotion, stocked_out)


def expect(matrix: SalesMatrix) -> Expectation:
    """Fit the factors and the level of every series."""
    y = np.where(matrix.usable, matrix.y, np.nan)
    groups = pd.factorize(matrix.series["category"] + "|" + matrix.series["location"])[0]
    ordinary = np.where(matrix.promotion, np.nan, y)
    weekday = _weekday_factors(ordinary, matrix.days, groups)
    season = _season_factors(ordinary, matrix.days, matrix.series["category"].to_numpy())
    base = weekday * season
    base *= _promotion_factors(y / base, matrix.promotion, groups)
    level = _levels(y / base)
    shape = base * _common_shocks(y, np.maximum(level * base, MIN_MEAN), groups)
    mean = np.maximum(level * shape, MIN_MEAN)
    return Expectation(matrix, level, shape, mean, dispersion_of(y, mean))


def _weekday_factors(y: Floats, days: pd.DatetimeIndex, groups: npt.NDArray[np.intp]) -> Floats:
    """(S, T) weekday over average day, shrunk to the factor of category and location."""
    weekday = days.dayofweek.to_numpy()
    own = np.ones((y.shape[0], 7))
    weight = np.zeros((y.shape[0], 7))
    overall = _mean(y, axis=1)[:, None]
    for day in range(7):
        part = y[:, weekday == day]
        own[:, day] = _mean(part, axis=1) / np.maximum(overall[:, 0], 1e-9)
        weight[:, day] = (~np.isnan(part)).sum(axis=1) * np.minimum(overall[:, 0], 5.0)
    shared = _by_group(own, groups, weights=overall[:, 0])
    factors = (own * weight + shared * SHRINKAGE_DAYS * 5) / (weight + SHRINKAGE_DAYS * 5)
    factors = np.maximum(factors / factors.mean(axis=1, keepdims=True), 0.05)
    return np.asarray(factors[:, weekday], dtype=float)


def _season_factors(
    y: Floats, days: pd.DatetimeIndex, categories: npt.NDArray[np.object_]
) -> Floats:
    """(S, T) day of the year over the year's average, per category; flat below 400 days."""
    factors = np.ones_like(y)
    if len(days) < 400:
        return factors
    day_of_year = np.minimum(days.dayofyear.to_numpy(), 365) - 1
    for category in np.unique(categories):
        rows = categories == category
        total = np.nansum(y[rows], axis=0)
        trend = pd.Series(total).rolling(365, min_periods=180, center=True).mean()
        ratio = (pd.Series(total) / trend).clip(0.05, 20.0)
        profile = (
            ratio.groupby(day_of_year)
            .mean()
            .reindex(range(365))
            .interpolate(limit_direction="both")
        )
        wrapped = pd.concat([profile, profile, profile], ignore_index=True)
        smooth = wrapped.rolling(SEASON_SMOOTHING, center=True, min_periods=1).mean()
        cycle = smooth.iloc[365:730].to_numpy()
        factors[rows] = np.maximum(cycle / np.nanmean(cycle), 0.05)[day_of_year]
    return factors


def _promotion_factors(ratio: Floats, promotion: Bools, groups: npt.NDArray[np.intp]) -> Floats:
    """(S, T) uplift on promotion days: the series' own, shrunk to its group's."""
    on = np.where(promotion, ratio, np.nan)
    off = np.where(promotion, np.nan, ratio)
    own = _mean(on, axis=1) / np.maximum(_mean(off, axis=1), 1e-9)
    days = (~np.isnan(on)).sum(axis=1)
    own = np.where(days > 0, np.clip(own, 0.2, 20.0), 1.0)
    shared = _by_group(own[:, None], groups, weights=days.astype(float))[:, 0]
    uplift = (own * days + shared * SHRINKAGE_DAYS) / (days + SHRINKAGE_DAYS)
    return np.where(promotion, uplift[:, None], 1.0)


def _levels(deseasonalised: Floats) -> Floats:
    """(S, T) level before each day: exponentially weighted, of days strictly before."""
    frame = pd.DataFrame(deseasonalised.T)
    level = frame.ewm(halflife=LEVEL_HALF_LIFE, ignore_na=True, min_periods=7).mean().shift(1)
    return np.asarray(level.ffill().to_numpy().T, dtype=float)


def _common_shocks(y: Floats, mean: Floats, groups: npt.NDArray[np.intp]) -> Floats:
    """(S, T) what moved the whole group that day (holiday, weather), as far as it is visible.

    The largest excess of the day is left out, so that one series' spike is not explained away.
    """
    seen = ~np.isnan(y) & ~np.isnan(mean)
    observed, expected = np.where(seen, y, 0.0), np.where(seen, mean, 0.0)
    shocks = np.ones_like(mean)
    for group in np.unique(groups):
        rows = groups == group
        if rows.sum() < 4:
            continue
        excess = np.abs(observed[rows] - expected[rows])
        out = excess == excess.max(axis=0, keepdims=True)
        top = np.where(out, 0.0, observed[rows]).sum(axis=0)
        bottom = np.where(out, 0.0, expected[rows]).sum(axis=0)
        shocks[rows] = (top + 20.0) / (bottom + 20.0)
    return np.clip(shocks, 0.2, 8.0)


def dispersion_of(y: Floats, mean: Floats) -> Floats:
    """(S,) negative binomial dispersion by moments, robust to a few wild days."""
    with np.errstate(invalid="ignore"):
        squares = np.square(y - mean) - mean
        weight = np.square(mean)
    # A series that was never seen has no spread of its own; it falls back to the least.
    seen = np.where(np.isnan(squares).all(axis=1, keepdims=True), 0.0, squares)
    limit = np.nanquantile(seen, 0.995, axis=1, keepdims=True)
    squares = np.minimum(squares, limit)
    ok = ~np.isnan(squares)
    top = np.where(ok, squares, 0.0).sum(axis=1)
    bottom = np.where(ok, weight, 0.0).sum(axis=1)
    return np.asarray(np.clip(top / np.maximum(bottom, 1e-9), 0.02, 4.0), dtype=float)


def _mean(values: Floats, axis: int) -> Floats:
    """Mean of what is there; 0 where nothing is."""
    there = ~np.isnan(values)
    total = np.where(there, values, 0.0).sum(axis=axis)
    mean: Floats = total / np.maximum(there.sum(axis=axis), 1)
    return mean


def _by_group(values: Floats, groups: npt.NDArray[np.intp], weights: Floats) -> Floats:
    """(S, k) weighted mean of each row's group."""
    shared = np.ones_like(values)
    for group in np.unique(groups):
        rows = groups == group
        weight = weights[rows]
        if weight.sum() > 0:
            shared[rows] = np.average(values[rows], axis=0, weights=weight)
    return shared
