"""Conformal calibration: quantiles moved so that they hold what they promise.

On held-out windows each quantile's error is measured in units of the forecast's own spread; the
level's own quantile of those errors is the shift (split conformal, one set of shifts per demand
class). Where demand sits exactly on a quantile, as zeros of intermittent demand do, nothing moves.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from forecasting.quantiles import LEVELS, Doubles, level_index, proper

LEAST = 200
"""Observations below which a class is left uncalibrated."""


@dataclass(frozen=True)
class Calibration:
    """Shift of each level, in units of the forecast's 10-90 % spread, by class."""

    shifts: dict[str, Doubles]

    def apply(
        self, values: Doubles, classes: Doubles | np.ndarray[tuple[int], np.dtype[np.str_]]
    ) -> Doubles:
        """Calibrated quantiles (N, H, levels) for series of the given classes (N,)."""
        out = values.copy()
        for name, shift in self.shifts.items():
            rows = classes == name
            if rows.any():
                out[rows] += shift * spread(values[rows])[..., None]
        return proper(out)


def spread(values: Doubles) -> Doubles:
    """Width of the 10-90 % interval, at least a tenth of the median and never zero."""
    width = values[..., level_index(0.9)] - values[..., level_index(0.1)]
    floor = 0.1 * values[..., level_index(0.5)] + 1e-3
    return np.maximum(width, floor)


def fit_calibration(
    y: Doubles, values: Doubles, classes: np.ndarray[tuple[int], np.dtype[np.str_]]
) -> Calibration:
    """Learn shifts from actuals (N, H; NaN is skipped) and forecasts (N, H, levels).

    The error quantile is taken at the finite-sample level ceil((n + 1) tau) / n.
    """
    shifts = {}
    for name in np.unique(classes):
        rows = classes == name
        seen = ~np.isnan(y[rows])
        count = int(seen.sum())
        if count < LEAST:
            continue
        errors = (y[rows][..., None] - values[rows]) / spread(values[rows])[..., None]
        usable = np.sort(errors[seen], axis=0)
        rank = np.clip(np.ceil((count + 1) * LEVELS).astype(int) - 1, 0, count - 1)
        shift = usable[rank, np.arange(len(LEVELS))]
        shifts[str(name)] = np.clip(shift, -2.0, 2.0)
    return Calibration(shifts)
