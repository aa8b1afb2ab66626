"""Expected demand per day for every item at every location.

The stored forecast says it where there is one; otherwise the mean of recent sales does, on days
when the shelf was not empty. Which of the two was used is part of the answer.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from sqlalchemy import Engine

from tools.data import frames
from tools.demand.stored import QuantileForecast, load_many
from tools.errors import NoData

Doubles = npt.NDArray[np.float64]
Pair = tuple[str, str]

HORIZON_DAYS = 180
RECENT_DAYS = 28
"""Days of sales behind a rate when no forecast is stored."""


@dataclass(frozen=True)
class ExpectedDemand:
    """Mean demand of P pairs over the days from the planning day on."""

    pairs: Sequence[Pair]
    daily: Doubles
    """(P, HORIZON_DAYS) units a day."""
    source: Sequence[str]
    """(P,) `forecast`, `sales`, or `none` when nothing was sold there lately."""


def quantile_weights(levels: Doubles) -> Doubles:
    """(K,) weights with which quantiles at `levels` sum to the mean they imply.

    The integral of the quantile function over (0, 1) by the trapezoid rule, with the outermost
    quantiles standing for the tails beyond them.
    """
    edges = np.concatenate([[0.0], (levels[1:] + levels[:-1]) / 2, [1.0]])
    weights: Doubles = np.diff(edges)
    return weights


def expected_demand(engine: Engine, today: dt.date, pairs: Sequence[Pair]) -> ExpectedDemand:
    """Mean demand of `pairs` from `today` on."""
    stored = _stored(engine)
    recent = recent_rates(frames.sales(engine), today)
    daily = np.zeros((len(pairs), HORIZON_DAYS))
    source = []
    for number, pair in enumerate(pairs):
        if pair in stored:
            forecast = stored[pair]
            weights = quantile_weights(forecast.levels)
            daily[number] = forecast.between(today, HORIZON_DAYS) @ weights
            source.append("forecast")
        elif pair in recent.index:
            daily[number] = recent[pair]
            source.append("sales")
        else:
            source.append("none")
    return ExpectedDemand(pairs, np.maximum(daily, 0.0), source)


def _stored(engine: Engine) -> dict[Pair, QuantileForecast]:
    try:
        return load_many(engine)
    except NoData:
        return {}


def recent_rates(sales: pd.DataFrame, today: dt.date, days: int = RECENT_DAYS) -> pd.Series[float]:
    """Units a day over the last `days`, by (item, location), from days that were not censored.

    A pair that was out of stock all the time keeps the rate of what it sold.
    """
    recent = sales[sales["ds"] >= pd.Timestamp(today) - pd.Timedelta(days=days)]
    recent = recent.astype({"item": object, "location": object})
    keys = ["item", "location"]
    everything = recent.groupby(keys)["quantity"].mean()
    uncensored = recent[~recent["stocked_out"]].groupby(keys)["quantity"].mean()
    return uncensored.reindex(everything.index).fillna(everything)
