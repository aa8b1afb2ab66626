"""Accuracy of quantile forecasts, per series and pooled.

Every measure takes actuals (N, H) with NaN where nothing was observed (or where a stock-out hid
the demand) and forecasts (N, H, levels). Scaled measures divide by the in-sample mean absolute
seasonal difference, as in the M5 competition and fev-bench.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from forecasting.quantiles import LEVELS, MEDIAN, Doubles, level_index, mean_of

INTERVALS = (0.5, 0.8, 0.9, 0.95, 0.99)
SCORED = tuple(level_index(level) for level in (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9))
"""Levels of the scaled quantile loss, the deciles as in fev-bench."""


def seasonal_error(y: npt.NDArray[np.float32], season: int, power: int = 1) -> Doubles:
    """(N,) mean |y_t - y_{t-season}|^power in sample; NaN where it is zero or unknown."""
    difference = np.abs(y[:, season:].astype(float) - y[:, :-season]) ** power
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # a series without any pair
        error: Doubles = np.nanmean(difference, axis=1)
    return np.where(error > 0, error, np.nan)


def pinball(y: Doubles, forecast: Doubles) -> Doubles:
    """Pinball loss (N, H, levels): 2 max(tau (y - q), (tau - 1)(y - q)).

    With the factor 2 the loss at the median is the absolute error.
    """
    error = y[..., None] - forecast
    return 2 * np.maximum(LEVELS * error, (LEVELS - 1) * error)


def score(
    y: Doubles, forecast: Doubles, scale: Doubles, squared_scale: Doubles | None = None
) -> dict[str, float]:
    """All measures, pooled over series.

    `scale` (N,) is `seasonal_error`; WAPE = sum|y - median| / sum|y|; bias = sum(mean - y) / sum y;
    MASE and the scaled quantile loss are means over series of the scaled losses; coverage_90 is
    the share of actuals within the central 90 % interval.
    """
    seen = ~np.isnan(y)
    actual, middle = y[seen], forecast[..., MEDIAN][seen]
    total = float(np.abs(actual).sum()) or float("nan")
    losses = pinball(y, forecast)
    result = {
        "wape": float(np.abs(actual - middle).sum()) / total,
        "bias": float((mean_of(forecast)[seen] - actual).sum()) / total,
        "mae": _mean(np.abs(actual - middle)),
        "mase": _over_series(np.abs(y - forecast[..., MEDIAN]), scale),
        "sql": _over_series(losses[..., SCORED].mean(axis=-1), scale),
        "wql": float(losses[..., SCORED][seen].mean(axis=-1).sum()) / total,
    }
    point = mean_of(forecast)
    result["mse"] = _mean((actual - point[seen]) ** 2)
    result["r2"] = 1 - result["mse"] / float(np.var(actual)) if np.var(actual) > 0 else float("nan")
    if squared_scale is not None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)
            squares = np.nanmean((y - point) ** 2, axis=1) / squared_scale
            result["rmsse"] = _mean(np.sqrt(squares[~np.isnan(squares)]))
    for level in (0.5, 0.8, 0.9, 0.95, 0.99):
        index = level_index(level)
        result[f"pinball_{level:g}"] = float(losses[..., index][seen].sum()) / total
    return result | coverage(y, forecast)


def coverage(y: Doubles, forecast: Doubles) -> dict[str, float]:
    """Share of actuals inside each central interval.

    Demand is often a count, so both ends belong to the interval; quantiles are rounded to the
    tolerance of their storage.
    """
    seen = ~np.isnan(y)
    found = {}
    for width in INTERVALS:
        low = forecast[..., level_index(round((1 - width) / 2, 4))][seen]
        high = forecast[..., level_index(round((1 + width) / 2, 4))][seen]
        inside = (y[seen] >= low - 1e-6) & (y[seen] <= high + 1e-6)
        found[f"coverage_{round(width * 100)}"] = _mean(inside)
    return found


def bootstrap_difference(
    ours: Mapping[str, Doubles],
    theirs: Mapping[str, Doubles],
    measure: str,
    *,
    draws: int = 1000,
    seed: int = 0,
) -> tuple[float, float, float]:
    """Difference of a pooled measure and its 95 % interval, resampling whole series.

    Both mappings hold (N,) arrays: numerators under `measure` and denominators under
    `measure + "_weight"` as made by `parts`.
    """
    generator = np.random.default_rng(seed)
    a, b = ours[measure], theirs[measure]
    weight = ours[f"{measure}_weight"]
    keep = ~np.isnan(a) & ~np.isnan(b)
    a, b, weight = a[keep], b[keep], weight[keep]
    picks = generator.integers(0, len(a), size=(draws, len(a)))
    spread = (a[picks] - b[picks]).sum(axis=1) / weight[picks].sum(axis=1)
    centre = float((a - b).sum() / weight.sum())
    low, high = np.quantile(spread, [0.025, 0.975])
    return centre, float(low), float(high)


def parts(y: Doubles, forecast: Doubles, scale: Doubles) -> dict[str, Doubles]:
    """Per-series sums from which WAPE and the scaled quantile loss are pooled."""
    seen = ~np.isnan(y)
    absolute = np.where(seen, np.abs(np.nan_to_num(y) - forecast[..., MEDIAN]), 0).sum(axis=1)
    losses = pinball(np.nan_to_num(y), forecast)[..., SCORED].mean(axis=-1)
    count = np.maximum(seen.sum(axis=1), 1)
    return {
        "wape": absolute,
        "wape_weight": np.where(seen, np.abs(np.nan_to_num(y)), 0).sum(axis=1),
        "sql": np.where(seen, losses, 0).sum(axis=1) / count / scale,
        "sql_weight": np.ones(len(y)),
    }


def _mean(values: npt.NDArray[np.float64] | npt.NDArray[np.bool_]) -> float:
    return float(np.mean(values)) if values.size else float("nan")


def _over_series(losses: Doubles, scale: Doubles) -> float:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        each = np.nanmean(losses, axis=1) / scale
    return _mean(each[~np.isnan(each)])
