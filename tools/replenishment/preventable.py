"""Which shortages an order placed today can still prevent: the heart of every recommendation.

Each sample is one future: daily demand, receipts already on order, and the day a new order would
arrive. Demand that finds no stock is lost. In such a future an order of Q units saves min(Q, G)
sales, where G is the shortage after its arrival that nothing else covers, and (Q - G)+ units stay
in stock. Saved sales, service level, holding and spoilage of every quantity follow from G alone.

Event order within a day: receipts arrive, then demand occurs. Day 0 is the planning day; an order
placed on day 0 with lead time L arrives at the start of day L, the next one at L + review.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Futures:
    """Sampled futures of one stocking point.

    `demand` (n, H) units per day; `receipts` (n, H) or (1, H) units already on order, by the day
    they arrive; `available` units on hand and not reserved, at the start of day 0.
    """

    demand: Floats
    receipts: Floats
    available: float

    @property
    def horizon(self) -> int:
        return int(self.demand.shape[1])

    def cumulative_net(self) -> Floats:
        """(n, H) stock after each day if shortages were owed instead of lost."""
        return self.available + np.cumsum(self.receipts - self.demand, axis=1)


def lost_sales(net: Floats) -> Floats:
    """(n, H) units lost up to and including each day, from `Futures.cumulative_net`.

    Stock that cannot fall below zero is the net path reflected at zero, and the push needed is the
    running maximum of its negative part (Skorokhod reflection).
    """
    return np.maximum(np.maximum.accumulate(-net, axis=1), 0.0)


def on_hand(net: Floats) -> Floats:
    """(n, H) units on the shelf at the end of each day."""
    return net + lost_sales(net)


@dataclass(frozen=True, eq=False)
class Preventable:
    """What an order of any quantity would do, over the sampled futures."""

    shortage: Floats
    """(n,) ascending: units short between the arrival of this order and of the next."""
    later: Floats
    """(m,) ascending: running shortage on every (future, day) after arrival, up to the horizon,
    thinned to at most `THINNED` values of equal weight."""
    later_days: float
    """Days per future that `later` stands for."""
    at_horizon: Floats
    """(n,) ascending: running shortage at the end of the horizon."""
    daily_demand: float
    """Mean demand per day, taken to continue after the horizon."""
    lost_before: float
    """Expected units lost before this order can arrive, whatever its quantity."""
    left_at_arrival: float
    """Expected stock on the shelf when it arrives."""
    demand_until_next: float
    """Expected demand from today until the next order could arrive."""
    shelf: Floats | None = None
    """(n,) ascending: demand the order would meet before it spoils; None without a shelf life."""

    @property
    def futures(self) -> int:
        return int(self.shortage.size)

    def saved(self, quantity: float | Floats) -> Floats:
        """Expected sales saved by an order of `quantity`: E[min(Q, G)]."""
        return _expected_minimum(self.shortage, np.asarray(quantity, dtype=float))

    def service(self, quantity: float) -> float:
        """Share of futures without a preventable shortage."""
        return float(np.searchsorted(self.shortage, quantity + 1e-9, side="right")) / self.futures

    def quantity_for(self, service_level: float) -> float:
        """Smallest quantity for which `service` reaches the level."""
        rank = int(np.ceil(service_level * self.futures - 1e-9))
        return float(max(self.shortage[max(rank, 1) - 1], 0.0)) if rank > 0 else 0.0

    def unit_days(self, quantity: float | Floats) -> Floats:
        """Expected days, summed over units, that the order's stock lies on the shelf.

        Stock left at the horizon sells on at the mean daily rate.
        """
        units = np.asarray(quantity, dtype=float)
        held = (units - _expected_minimum(self.later, units)) * self.later_days
        if self.daily_demand <= 0.0:
            return np.asarray(held, dtype=float)
        tail = _expected_square_above(self.at_horizon, units) / (2.0 * self.daily_demand)
        return np.asarray(held + tail, dtype=float)

    def spoiled(self, quantity: float | Floats) -> Floats:
        """Expected units of the order that outlive their shelf life."""
        units = np.asarray(quantity, dtype=float)
        if self.shelf is None:
            return np.zeros_like(units)
        return units - _expected_minimum(self.shelf, units)


THINNED = 1500


def _thinned(ascending: Floats) -> Floats:
    """At most `THINNED` values at the middle of equal shares of the sample."""
    if ascending.size <= THINNED:
        return ascending
    middle = (np.arange(THINNED) + 0.5) * (ascending.size / THINNED)
    return np.asarray(ascending[middle.astype(np.int64)], dtype=float)


def _expected_minimum(ascending: Floats, quantity: Floats) -> Floats:
    """Mean over the sample of min(sample, q), for every q, with one search each."""
    if ascending.size == 0:
        return np.asarray(quantity, dtype=float)
    sums = np.concatenate([[0.0], np.cumsum(ascending)])
    below = np.searchsorted(ascending, quantity, side="right")
    result = (sums[below] + (ascending.size - below) * quantity) / ascending.size
    return np.asarray(result, dtype=float)


def _expected_square_above(ascending: Floats, quantity: Floats) -> Floats:
    """Mean over the sample of ((q - sample)+)**2, for every q."""
    sums = np.concatenate([[0.0], np.cumsum(ascending)])
    squares = np.concatenate([[0.0], np.cumsum(ascending**2)])
    below = np.searchsorted(ascending, quantity, side="right")
    total = below * quantity**2 - 2.0 * quantity * sums[below] + squares[below]
    return np.asarray(np.maximum(total, 0.0) / ascending.size, dtype=float)


def preventable(
    futures: Futures,
    lead_days: NDArray[np.int64],
    review_days: int,
    shelf_life_days: int | None = None,
    next_lead_days: NDArray[np.int64] | None = None,
) -> Preventable:
    """Evaluate an order placed today that arrives `lead_days` (n,) later.

    The next chance to order is `review_days` from today; that order takes `next_lead_days` (n,),
    by default as long as this one. Days beyond the horizon of the futures are cut off, so the
    horizon should cover lead time + review.
    """
    net = futures.cumulative_net()
    n, horizon = net.shape
    day = np.arange(horizon)
    arrival = np.minimum(np.broadcast_to(lead_days, (n,)), horizon)[:, None]
    before = day < arrival
    short = -net
    lost_first = np.maximum(np.where(before, short, 0.0).max(axis=1, initial=0.0), 0.0)
    after = np.maximum.accumulate(np.where(before, -np.inf, short), axis=1)
    running = np.maximum(after - lost_first[:, None], 0.0)
    following = lead_days if next_lead_days is None else next_lead_days
    last = np.minimum(np.broadcast_to(following, (n,)) + review_days, horizon) - 1
    reachable = last >= arrival[:, 0]
    shortage = np.where(reachable, running[np.arange(n), np.maximum(last, 0)], 0.0)
    shelf = None
    if shelf_life_days is not None:
        spoils = arrival[:, 0] + shelf_life_days
        end = np.minimum(spoils, horizon) - 1
        within = np.where(end >= arrival[:, 0], running[np.arange(n), end], 0.0)
        beyond = np.maximum(spoils - horizon, 0) * futures.demand.mean(axis=1)
        shelf = np.sort(within + beyond)
    start = net[np.arange(n), np.maximum(arrival[:, 0] - 1, 0)]
    start = np.where(arrival[:, 0] > 0, start + lost_first, futures.available)
    window = day <= last[:, None]
    return Preventable(
        shortage=np.sort(shortage),
        later=_thinned(np.sort(running[~before])),
        later_days=float((~before).sum()) / n,
        at_horizon=np.sort(np.where(arrival[:, 0] < horizon, running[:, -1], 0.0)),
        daily_demand=float(futures.demand.mean()),
        lost_before=float(lost_first.mean()),
        left_at_arrival=float(start.mean()),
        demand_until_next=float((futures.demand * window).sum(axis=1).mean()),
        shelf=shelf,
    )
