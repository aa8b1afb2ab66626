"""Weights of the members per demand class, learnt on held-out windows and applied to quantiles.

The weights minimise the scaled pinball loss of the averaged quantiles over the simplex. When a
mixture is hardly better than the best member, the member alone is taken: fewer models to run, and
an answer that can name what made the forecast.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from forecasting.conformal import Calibration, fit_calibration
from forecasting.metrics import pinball
from forecasting.quantiles import LEVELS, Doubles, proper

Names = np.ndarray[tuple[int], np.dtype[np.str_]]

STEPS = 150
RATE = 0.5
WORTH = 0.005
"""A mixture has to lower the loss of the best member by this share."""
LEAST = 0.08
"""Weights below this are dropped."""


@dataclass(frozen=True)
class Ensemble:
    """Weights by class and member, and the calibration of the mixture."""

    weights: dict[str, dict[str, float]]
    calibration: Calibration
    default: dict[str, float]
    """Weights for a class that was not seen when learning."""

    def members(self) -> set[str]:
        """Names of the members that carry weight anywhere."""
        return {m for table in (*self.weights.values(), self.default) for m in table}

    def label(self, kind: str) -> str:
        """How the forecast of a class is named: members by falling weight."""
        table = self.weights.get(kind, self.default)
        return "+".join(sorted(table, key=lambda name: -table[name]))

    def combine(self, forecasts: Mapping[str, Doubles], classes: Names) -> Doubles:
        """Calibrated quantile average (N, H, levels) of the members' forecasts."""
        first = next(iter(forecasts.values()))
        out = np.zeros_like(first)
        for kind in np.unique(classes):
            rows = classes == kind
            table = self.weights.get(str(kind), self.default)
            for name, weight in table.items():
                out[rows] += weight * forecasts[name][rows]
        return self.calibration.apply(proper(out), classes)


def learn_ensemble(
    y: Doubles,
    forecasts: Mapping[str, Doubles],
    scale: Doubles,
    classes: Names,
    *,
    fallback: str,
) -> Ensemble:
    """Learn weights and calibration from held-out windows.

    `y` is (N, H) with NaN where nothing is known, each forecast (N, H, levels), `scale` (N,) as in
    `metrics.seasonal_error`, `classes` (N,). `fallback` is the member for unseen classes.
    """
    unit = np.where(np.isfinite(scale), scale, np.nanmedian(scale) if len(scale) else 1.0)
    unit = np.nan_to_num(unit, nan=1.0)
    weights = {}
    for kind in np.unique(classes):
        rows = classes == kind
        members = {name: values[rows] for name, values in forecasts.items()}
        weights[str(kind)] = _weights(y[rows], members, unit[rows])
    ensemble = Ensemble(weights, Calibration({}), {fallback: 1.0})
    mixed = ensemble.combine(forecasts, classes)
    return Ensemble(weights, fit_calibration(y, mixed, classes), {fallback: 1.0})


def _weights(y: Doubles, members: Mapping[str, Doubles], unit: Doubles) -> dict[str, float]:
    names = list(members)
    single = {name: _loss(y, members[name], unit) for name in names}
    best = min(single, key=lambda name: single[name])
    if len(names) == 1 or not np.isfinite(single[best]):
        return {best: 1.0}
    stacked = np.stack([members[name] for name in names])
    found = _descend(y, stacked, unit, np.array([single[name] for name in names]))
    kept = np.where(found < LEAST, 0.0, found)
    kept /= kept.sum()
    mixture = _loss(y, np.tensordot(kept, stacked, axes=1), unit)
    if mixture > (1 - WORTH) * single[best]:
        return {best: 1.0}
    return {name: round(float(w), 4) for name, w in zip(names, kept, strict=True) if w > 0}


def _descend(y: Doubles, stacked: Doubles, unit: Doubles, single: Doubles) -> Doubles:
    """Exponentiated gradient on the simplex; the pinball loss is convex in the weights."""
    weights = np.exp(-4 * (single / max(float(single.min()), 1e-9) - 1).clip(max=50))
    weights /= weights.sum()
    seen = ~np.isnan(y)
    actual = np.nan_to_num(y)[..., None]
    for step in range(STEPS):
        mixed = np.tensordot(weights, stacked, axes=1)
        slope = np.where(actual > mixed, -LEVELS, 1 - LEVELS) * seen[..., None]
        slope /= unit[:, None, None]
        gradient = np.array([(slope * member).sum() for member in stacked])
        gradient -= gradient.mean()  # constants do not move a point of the simplex
        size = float(np.abs(gradient).max()) or 1.0
        weights *= np.exp(-RATE / np.sqrt(step + 1) * gradient / size)
        weights /= weights.sum()
    found: Doubles = weights
    return found


def _loss(y: Doubles, forecast: Doubles, unit: Doubles) -> float:
    losses = pinball(y, forecast).mean(axis=-1) / unit[:, None]
    seen = losses[~np.isnan(losses)]
    return float(seen.mean()) if len(seen) else float("inf")
