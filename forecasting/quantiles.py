"""Quantile forecasts: the levels that are stored, and the arithmetic on them.

A forecast is an array (series, periods, levels). Levels are fixed for the whole product, so that
forecasts of different models can be averaged, calibrated and stored without translation.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

Doubles = npt.NDArray[np.float64]

LEVELS: Doubles = np.array(
    [0.005, 0.01, 0.025, *np.round(np.arange(0.05, 0.951, 0.05), 2), 0.975, 0.99, 0.995]
)
"""The stored quantile levels, 25 of them; symmetric about the median."""


def level_index(level: float) -> int:
    """Position of a stored level; ValueError for a level that is not stored."""
    found = np.flatnonzero(np.isclose(LEVELS, level))
    if not len(found):
        raise ValueError(f"The quantile level {level} is not stored.")
    return int(found[0])


MEDIAN = level_index(0.5)


@dataclass(frozen=True)
class Forecasts:
    """Quantile forecasts of N series over H periods.

    `values` is (N, H, len(LEVELS)), non-negative and non-decreasing along levels; `models` names
    for each series what made its forecast; `notes` are fallbacks that an answer has to name.
    """

    ids: tuple[str, ...]
    dates: pd.DatetimeIndex
    values: Doubles
    models: tuple[str, ...]
    notes: tuple[str, ...] = ()

    def frame(self) -> pd.DataFrame:
        """Long frame `unique_id, ds` and one column per level."""
        n, h, q = self.values.shape
        table = pd.DataFrame(
            self.values.reshape(n * h, q), columns=[f"{level:g}" for level in LEVELS]
        )
        table.insert(0, "ds", np.tile(self.dates.to_numpy(), n))
        table.insert(0, "unique_id", np.repeat(np.array(self.ids, dtype=object), h))
        return table


def proper(values: npt.ArrayLike) -> Doubles:
    """Non-negative and non-decreasing along the last axis (rearranged, which never hurts).

    Sorting crossing quantiles lowers the pinball loss or keeps it (Chernozhukov et al. 2010).
    """
    return np.maximum(np.sort(np.asarray(values, dtype=np.float64), axis=-1), 0.0)


def mean_of(values: Doubles) -> Doubles:
    """Mean of the distribution whose quantiles are the last axis (trapezoid over levels)."""
    edges = np.concatenate([[0.0], (LEVELS[1:] + LEVELS[:-1]) / 2, [1.0]])
    weighted: Doubles = values @ np.diff(edges)
    return weighted


def at_levels(values: Doubles, probabilities: Doubles) -> Doubles:
    """Quantile functions (n, levels) evaluated at `probabilities` (n, m), linear in between.

    Beyond the outermost levels the line through the last two levels goes on, not below zero.
    """
    order = np.clip(np.searchsorted(LEVELS, probabilities) - 1, 0, len(LEVELS) - 2)
    low = np.take_along_axis(values, order, axis=1)
    high = np.take_along_axis(values, order + 1, axis=1)
    share = (probabilities - LEVELS[order]) / (LEVELS[order + 1] - LEVELS[order])
    return np.maximum(low + share * (high - low), 0.0)
