"""Lot sizing for known demand: which periods to order in, and how much.

Costs: K per order, v per unit, h per unit and period in stock at the period's end, p per unit and
period owed. Without capacity the Wagner-Whitin network is exact; with one, a dynamic program over
whole units is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tools.errors import InvalidInput


@dataclass(frozen=True)
class LotPlan:
    """Order quantity by period and the total cost."""

    quantities: tuple[float, ...]
    cost: float


def wagner_whitin(
    demand: Sequence[float], K: float, h: float, v: float = 0.0, shelf_life: int | None = None
) -> LotPlan:
    """Cheapest plan without backorders; an order may cover at most `shelf_life` periods.

    f(j) = min over i <= j of f(i-1) + K + v sum d + h sum (t-i) d_t (Wagner & Whitin 1958).

    >>> wagner_whitin([90, 120, 80, 70], 500, 2)
    LotPlan(quantities=(210.0, 0.0, 150.0, 0.0), cost=1380.0)
    """
    periods = len(demand)
    best = [0.0] + [np.inf] * periods
    last = [0] * (periods + 1)
    for first in range(periods):
        carried = total = 0.0
        reach = periods if shelf_life is None else min(periods, first + shelf_life)
        for end in range(first, reach):
            carried += h * (end - first) * demand[end]
            total += demand[end]
            cost = best[first] + (K + v * total + carried if total > 0 else 0.0)
            if cost < best[end + 1] - 1e-12:
                best[end + 1], last[end + 1] = cost, first
    quantities = [0.0] * periods
    end = periods
    while end > 0:
        quantities[last[end]] = float(sum(demand[last[end] : end]))
        end = last[end]
    return LotPlan(tuple(quantities), float(best[periods]))


def lot_sizing(
    demand: Sequence[int],
    K: float,
    h: float,
    v: float = 0.0,
    capacity: int | None = None,
    backorder_cost: float | None = None,
) -> LotPlan:
    """Exact plan over whole units, with an order capacity and planned backorders when given.

    Raises:
        InvalidInput: the capacity cannot meet the demand by the end of some period.

    >>> lot_sizing([10, 20, 30, 40], 40, 1, v=1, capacity=30)
    LotPlan(quantities=(10, 30, 30, 30), cost=280.0)
    >>> lot_sizing([10, 20, 30, 40], 40, 1, v=1, backorder_cost=2)
    LotPlan(quantities=(0, 60, 0, 40), cost=230.0)
    """
    total = int(sum(demand))
    if backorder_cost is None and capacity is not None:
        _check_capacity(demand, capacity)
    low = 0 if backorder_cost is None else -total
    stock = np.arange(low, total + 1)
    value = np.where(stock >= 0, 0.0, np.inf)  # everything is delivered in the end
    choices: list[np.ndarray[tuple[int], np.dtype[np.int64]]] = []
    most = total if capacity is None else min(capacity, total)
    for need in reversed(demand):
        left = stock - need
        state = np.where(left >= low, np.take(value, np.maximum(left - low, 0)), np.inf)
        state = state + h * np.maximum(left, 0) + (backorder_cost or 0.0) * np.maximum(-left, 0)
        best, order = state.copy(), np.zeros(stock.size, dtype=np.int64)
        for quantity in range(1, most + 1):
            cost = K + v * quantity + np.append(state[quantity:], np.full(quantity, np.inf))
            better = cost < best - 1e-12
            best[better], order[better] = cost[better], quantity
        value, choices = best, [order, *choices]
    level, quantities = 0, []
    for order, need in zip(choices, demand, strict=True):
        quantities.append(int(order[level - low]))
        level += quantities[-1] - need
    return LotPlan(tuple(quantities), float(value[-low]))


def _check_capacity(demand: Sequence[int], capacity: int) -> None:
    for period in range(1, len(demand) + 1):
        short = sum(demand[:period]) - capacity * period
        if short > 0:
            raise InvalidInput(
                f"A capacity of {capacity} per period is {short} short of the demand up to period "
                f"{period}; raise it or allow backorders.",
                f"每期产能 {capacity} 到第 {period} 期还差 {short}，请提高产能或允许延期交货。",
            )
