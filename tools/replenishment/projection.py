"""Stock day by day over the sampled futures, with and without an order.

What-if, charts and the money at risk all read the same projection: receipts arrive, demand occurs,
what finds no stock is lost.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from tools.replenishment.preventable import Futures, lost_sales

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Projection:
    """Expected course of the stock of one item."""

    low: Floats
    """(H,) 10 % quantile of stock at the end of each day."""
    median: Floats
    high: Floats
    """(H,) 90 % quantile."""
    lost_units: float
    """Expected sales lost within the horizon."""
    lost_by_day: Floats
    """(H,) expected sales lost up to and including each day."""
    stock_out_share: float
    """Share of futures in which some demand finds no stock."""
    stock_out_day: int | None
    """Days from today until stock is out in at least half of the futures; None when it is not."""
    risk_day: int | None
    """The same for one future in ten."""


def project(
    futures: Futures,
    quantity: float = 0.0,
    lead_days: NDArray[np.int64] | None = None,
    days: int | None = None,
) -> Projection:
    """Course of the stock over `days`, with an order of `quantity` arriving after `lead_days`."""
    window = futures.horizon if days is None else min(days, futures.horizon)
    if quantity > 0.0 and lead_days is not None:
        futures = with_order(futures, quantity, lead_days)
    net = futures.cumulative_net()[:, :window]
    lost = lost_sales(net)
    stock = net + lost
    low, median, high = np.quantile(stock, [0.1, 0.5, 0.9], axis=0)
    out = np.minimum.accumulate((lost <= 1e-9).mean(axis=0))
    return Projection(
        low=low,
        median=median,
        high=high,
        lost_units=float(lost[:, -1].mean()),
        lost_by_day=lost.mean(axis=0),
        stock_out_share=float((lost[:, -1] > 1e-9).mean()),
        stock_out_day=_first(out <= 0.5),
        risk_day=_first(out <= 0.9),
    )


def _first(condition: NDArray[np.bool_]) -> int | None:
    return int(condition.argmax()) if condition.any() else None


def with_order(futures: Futures, quantity: float, lead_days: NDArray[np.int64]) -> Futures:
    """The futures when an order of `quantity` placed today arrives after `lead_days` (n,)."""
    n, horizon = futures.demand.shape
    receipts = np.broadcast_to(futures.receipts, (n, horizon)).copy()
    inside = np.flatnonzero(lead_days < horizon)
    receipts[inside, lead_days[inside]] += quantity
    return replace(futures, receipts=receipts)


def with_demand(futures: Futures, factor: float) -> Futures:
    """The futures with every day's demand multiplied by `factor`."""
    return replace(futures, demand=futures.demand * factor)


def with_delay(futures: Futures, days: int) -> Futures:
    """The futures when everything on order arrives `days` later (earlier when negative)."""
    receipts = futures.receipts
    horizon = receipts.shape[1]
    moved = np.zeros_like(receipts)
    target = np.maximum(np.arange(horizon) + days, 0)
    keep = target < horizon
    for source, day in zip(np.flatnonzero(keep), target[keep], strict=True):
        moved[:, day] += receipts[:, source]
    return replace(futures, receipts=moved)
