"""Sample paths from marginal quantiles: a Gaussian copula ties the days together.

Demand of neighbouring days is not independent: a forecast that is too low today is mostly too low
tomorrow. The dependence is a common share (level error) plus a part that fades day by day, both
measured on the backtest; sums over a lead time or over locations are then sums of paths, never
sums of quantiles.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import special

from forecasting.quantiles import LEVELS, Doubles, at_levels


@dataclass(frozen=True, slots=True)
class Dependence:
    """Correlation of two days of a series at distance k: common + (1 - common) fade^k."""

    common: float = 0.1
    fade: float = 0.2
    across: float = 0.1
    """Correlation of the same period between locations of one item."""


def sample_paths(values: Doubles, draws: int, dependence: Dependence, *, seed: int = 0) -> Doubles:
    """Paths (S, draws, H) of S series from their quantiles (S, H, levels).

    The marginals are those of `values`; days follow `dependence`, and the S series share
    `across` of their variation (they are taken for locations of one item).
    """
    generator = np.random.default_rng(seed)
    series, horizon, _ = values.shape
    own = _normals(generator, (series, draws, horizon), dependence)
    if series > 1 and dependence.across > 0:
        shared = _normals(generator, (1, draws, horizon), dependence)
        share = min(max(dependence.across, 0.0), 0.99)
        own = np.sqrt(share) * shared + np.sqrt(1 - share) * own
    uniform = special.ndtr(own)
    flat = at_levels(
        values.reshape(series * horizon, -1),
        uniform.transpose(0, 2, 1).reshape(series * horizon, draws),
    )
    return flat.reshape(series, horizon, draws).transpose(0, 2, 1)


def _normals(
    generator: np.random.Generator, shape: tuple[int, int, int], dependence: Dependence
) -> Doubles:
    """Standard normal paths with the common and the fading part."""
    series, draws, horizon = shape
    common = min(max(dependence.common, 0.0), 0.99)
    fade = min(max(dependence.fade, 0.0), 0.99)
    noise = generator.standard_normal(shape)
    for t in range(1, horizon):
        noise[:, :, t] = fade * noise[:, :, t - 1] + np.sqrt(1 - fade**2) * noise[:, :, t]
    level = generator.standard_normal((series, draws, 1))
    mixed: Doubles = np.sqrt(common) * level + np.sqrt(1 - common) * noise
    return mixed


def probability_integral(y: Doubles, values: Doubles, *, seed: int = 0) -> Doubles:
    """Where each actual (N, H) falls in its forecast (N, H, levels), within (0, 1); NaN kept.

    Actuals that sit on a flat stretch of the quantile function (counts) are spread evenly over it.
    """
    generator = np.random.default_rng(seed)
    edges = np.concatenate([[0.0], LEVELS, [1.0]])
    below = (values < y[..., None] - 0.5e-6).sum(axis=-1)
    upto = (values <= y[..., None] + 0.5e-6).sum(axis=-1)
    low, high = edges[below], edges[np.minimum(upto + 1, len(LEVELS) + 1)]
    spread = low + (high - low) * generator.random(y.shape)
    return np.where(np.isnan(y), np.nan, np.clip(spread, 1e-4, 1 - 1e-4))


def measure_dependence(y: Doubles, values: Doubles, *, longest: int = 14) -> Dependence:
    """Estimate the correlation of forecast errors over time from backtest windows."""
    z = special.ndtri(probability_integral(y, values))
    if z.shape[1] < 4 or np.isfinite(z).sum() < 100:
        return Dependence()
    lags = np.arange(1, min(longest, z.shape[1] - 1) + 1)
    found = np.array([_correlation(z[:, lag:], z[:, :-lag]) for lag in lags])
    common = float(np.clip(np.mean(found[len(found) // 2 :]), 0.0, 0.9))
    first = float(np.clip((found[0] - common) / (1 - common), 0.0, 0.9))
    return Dependence(common=round(common, 4), fade=round(first, 4))


def error_correlation(
    y: Doubles, values: Doubles, groups: np.ndarray[tuple[int], np.dtype[np.str_]]
) -> float:
    """Mean correlation of forecast errors of the same period between series of one group.

    `y` is (N, H), `values` (N, H, levels), `groups` (N,): rows with the same label are compared,
    such as the locations of one item in one backtest window. 0 without any such pair.
    """
    z = special.ndtri(probability_integral(y, values))
    order = np.argsort(groups, kind="stable")
    total, pairs = 0.0, 0
    for rows in np.split(order, np.flatnonzero(groups[order][1:] != groups[order][:-1]) + 1):
        for first in range(len(rows)):
            for second in rows[:first]:
                product = z[rows[first]] * z[second]
                seen = np.isfinite(product)
                total, pairs = total + float(product[seen].sum()), pairs + int(seen.sum())
    return round(float(np.clip(total / pairs, 0.0, 0.9)), 4) if pairs else 0.0


def _correlation(a: Doubles, b: Doubles) -> float:
    both = np.isfinite(a) & np.isfinite(b)
    return float(np.mean(a[both] * b[both])) if both.any() else 0.0
