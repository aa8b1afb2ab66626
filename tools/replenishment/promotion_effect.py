"""How much of the coming demand a promotion brings, measured on the item's own past promotions."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sqlalchemy import Engine

from tools.data import frames
from tools.data.columns import cached
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


def promotion_uplifts(sales: pd.DataFrame) -> dict[str, float]:
    """Demand on promoted days over demand on the other days, by item.

    Shrunk to one when few promoted days were seen; days with a stock-out are left out, because
    they do not show demand.
    """
    seen = sales[~sales["stocked_out"]]
    groups = seen.groupby(["item", "promotion"], observed=True)["quantity"]
    mean, count = groups.mean().unstack(), groups.size().unstack()
    if True not in mean or False not in mean:
        return {}
    ratio = mean[True] / mean[False]
    weight = count[True] / (count[True] + PRIOR_DAYS)
    uplift = (1.0 + weight * (ratio - 1.0)).clip(lower=0.05)
    known = uplift[np.isfinite(uplift)]
    return {str(item): float(value) for item, value in known.items()}


def without_promotion(
    engine: Engine, futures: Futures, item: str, location: str, today: dt.date
) -> tuple[Futures, int, float]:
    """The futures without planned promotions, how many days they cover, and the uplift."""
    mask = promotion_days(engine, item, location, today, futures.horizon)
    uplifts: dict[str, float] = cached(
        engine, "promotion uplifts", lambda: promotion_uplifts(frames.sales(engine))
    )
    uplift = uplifts.get(item, 1.0)
    demand = futures.demand.copy()
    demand[:, mask] /= uplift
    return Futures(demand, futures.receipts, futures.available), int(mask.sum()), uplift
