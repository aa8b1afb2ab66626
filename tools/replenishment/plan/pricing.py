"""Best plan of every item at given prices of the shared resources, by exact dynamic programming.

Along an item's periods the only decision is how many packs to add, none or at least the minimum.
Because the cost of packs is linear within a price bracket, the best amount is a running minimum
from the right, so all items of a period are solved by a few array operations.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tools.replenishment.plan.items import Counts, Floats, PlanItems


@dataclass(frozen=True, eq=False)
class Columns:
    """One plan per item: orders in packs, own cost, and what it uses of the shared resources."""

    orders: Counts
    """(N, T) packs."""
    cost: Floats
    """(N,) purchase, ordering, holding and shortage cost."""
    money: Floats
    """(N, T) money spent by period."""
    volume: Floats
    """(N, T) volume ordered by period."""


def price_items(
    items: PlanItems, money_price: Floats, volume_price: Floats
) -> tuple[Columns, Floats]:
    """Best columns and their cost including resource prices (T,) per unit of money and volume."""
    count, periods, levels = items.costs.shape
    k = np.arange(levels)
    value = items.final.astype(np.float64)
    target = np.empty((periods, count, levels), dtype=np.int16)
    for t in range(periods - 1, -1, -1):
        after = items.costs[:, t, :] + value
        best, goal = after, np.broadcast_to(k, after.shape).astype(np.int16)
        for bracket in range(items.starts.shape[1]):
            each = items.pack_costs[:, bracket] * (1.0 + money_price[t])
            each = each + items.pack_volumes * volume_price[t]
            total = after + each[:, None] * k
            lowest, where = _suffix_minimum(total)
            source = np.minimum(k + items.starts[:, bracket : bracket + 1], levels - 1)
            reachable = k + items.starts[:, bracket : bracket + 1] < levels
            cost = np.take_along_axis(lowest, source, axis=1) - each[:, None] * k
            cost = np.where(reachable, cost + items.order_cost[:, None], np.inf)
            better = cost < best - 1e-9
            goal = np.where(better, np.take_along_axis(where, source, axis=1), goal)
            best = np.where(better, cost, best)
        value, target[t] = best, goal
    return _follow(items, target), value[:, 0]


def _suffix_minimum(values: Floats) -> tuple[Floats, NDArray[np.int16]]:
    """Minimum over k' >= k, and the nearest k' that attains it."""
    lowest = np.minimum.accumulate(values[:, ::-1], axis=1)[:, ::-1]
    levels = values.shape[1]
    where = np.where(values <= lowest, np.arange(levels), levels).astype(np.int16)
    return lowest, np.minimum.accumulate(where[:, ::-1], axis=1)[:, ::-1]


def _follow(items: PlanItems, target: NDArray[np.int16]) -> Columns:
    count, periods = items.count, items.periods
    rows = np.arange(count)
    level = np.zeros(count, dtype=np.int64)
    orders = np.zeros((count, periods), dtype=np.int64)
    for t in range(periods):
        reached = target[t, rows, level].astype(np.int64)
        orders[:, t] = reached - level
        level = reached
    return evaluate(items, orders)


def evaluate(items: PlanItems, orders: Counts) -> Columns:
    """Cost and resource use of given orders (N, T) in packs."""
    rows = np.arange(items.count)[:, None]
    reached = np.cumsum(orders, axis=1)
    table = items.costs[rows, np.arange(items.periods), reached].sum(axis=1, dtype=np.float64)
    money = items.cost_of_packs(orders)
    cost = table + items.final[rows[:, 0], reached[:, -1]] + money.sum(axis=1)
    cost = cost + items.order_cost * (orders > 0).sum(axis=1)
    return Columns(orders, cost, money, orders * items.pack_volumes[:, None])
