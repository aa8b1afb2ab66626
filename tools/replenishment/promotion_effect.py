"""How much of the coming demand a promotion brings, measured on the item's own past promotions."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sqlalchemy import Engine

from tools.data import frames
from tools.replenishment.preventable import Futures

PRIOR_DAYS = 14.0
"""Days' worth of belief that a promotion changes nothing."""


def promotion_days(
    engine: Engine, item: str, location: str, today: dt.date, horizon: int
) -> NDArray[np.bool_]:
    """(horizon,) whether a planned promotion or campaign covers the item on that day."""
    events = frames.events(engine)
    events = events[events["kind"].isin(["promotion", "campaign"])]
    category = frames.items(engine)["category"].get(item, "")
    mask = np.zeros(horizon, dtype=bool)
    for row in events.to_dict("records"):
        if (
            row["item"] not in (None, "", item)
            or row["category"] not in ("", category)
            or row["location"] not in (None, "", location)
        ):
            continue
        first = (row["starts_on"].date() - today).days
        last = (row["ends_on"].date() - today).days
        mask[max(first, 0) : max(last + 1, 0)] = True
    return mask


def promotion_uplift(sales: pd.DataFrame, item: str) -> float:
    """Demand on promoted days over demand on the other days, shrunk to one when few were seen.

    Days with a stock-out are left out, because they do not show demand.
    """
    own = sales[(sales["item"] == item) & ~sales["stocked_out"]]
    promoted = own.loc[own["promotion"], "quantity"]
    ordinary = float(own.loc[~own["promotion"], "quantity"].mean() or 0.0)
    if promoted.empty or not ordinary > 0:
        return 1.0
    ratio = float(promoted.mean()) / ordinary
    weight = len(promoted) / (len(promoted) + PRIOR_DAYS)
    return max(1.0 + weight * (ratio - 1.0), 0.05)


def without_promotion(
    engine: Engine, futures: Futures, item: str, location: str, today: dt.date
) -> tuple[Futures, int, float]:
    """The futures without planned promotions, how many days they cover, and the uplift."""
    mask = promotion_days(engine, item, location, today, futures.horizon)
    uplift = promotion_uplift(frames.sales(engine), item)
    demand = futures.demand.copy()
    demand[:, mask] /= uplift
    return Futures(demand, futures.receipts, futures.available), int(mask.sum()), uplift
