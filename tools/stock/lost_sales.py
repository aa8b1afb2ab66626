"""Demand that found no stock, estimated from days on which the shelf was full.

On a censored day the expected demand is the pair's mean of uncensored days within four weeks on
either side, times the weekday's usual share; what is expected beyond the units sold counts as lost.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pandas as pd

WINDOW_DAYS = 28
Doubles = npt.NDArray[np.float64]


def estimate_lost(sales: pd.DataFrame) -> Doubles:
    """(rows,) estimated lost units for every row of `frames.sales`; zero on uncensored days."""
    lost = np.zeros(len(sales))
    pair = sales.groupby(["item", "location"], observed=True, sort=False).ngroup().to_numpy()
    order = np.argsort(pair, kind="stable")
    bounds = np.flatnonzero(np.diff(pair[order], prepend=-1, append=-1))
    day = sales["ds"].to_numpy().astype("datetime64[D]").astype(np.int64)
    quantity = sales["quantity"].to_numpy(float)
    censored = sales["stocked_out"].to_numpy(bool)
    for start, stop in pairwise(bounds):
        rows = order[start:stop]
        if censored[rows].any():
            lost[rows] = _pair_lost(day[rows], quantity[rows], censored[rows])
    return lost


def _pair_lost(
    day: npt.NDArray[np.int64], sold: Doubles, censored: npt.NDArray[np.bool_]
) -> Doubles:
    open_days = ~censored
    if not open_days.any():
        return np.zeros(len(sold))
    by_day = np.argsort(day, kind="stable")
    position = np.searchsorted(day[by_day], [day - WINDOW_DAYS, day + WINDOW_DAYS + 1])
    units = np.concatenate([[0.0], (sold * open_days)[by_day].cumsum()])
    count = np.concatenate([[0], open_days[by_day].cumsum()])
    nearby = count[position[1]] - count[position[0]]
    mean = np.divide(
        units[position[1]] - units[position[0]],
        nearby,
        out=np.full(len(sold), sold[open_days].mean()),
        where=nearby > 0,
    )
    expected = mean * _weekday_share(day, sold, open_days)
    result: Doubles = np.where(censored, np.maximum(expected - sold, 0.0), 0.0)
    return result


def _weekday_share(
    day: npt.NDArray[np.int64], sold: Doubles, open_days: npt.NDArray[np.bool_]
) -> Doubles:
    """(rows,) mean of the row's weekday over the mean of all days; one where it is unknown."""
    weekday = day % 7
    overall = sold[open_days].mean()
    total = np.bincount(weekday[open_days], weights=sold[open_days], minlength=7)
    count = np.bincount(weekday[open_days], minlength=7)
    if overall <= 0:
        return np.ones(len(sold))
    mean = np.divide(total, count, out=np.full(7, overall), where=count >= 4)
    share: Doubles = (mean / overall)[weekday]
    return share
