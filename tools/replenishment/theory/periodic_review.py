"""Periodic review with a fixed ordering cost: (s, S) policies, exact and approximate.

Event order each period: order up to S when the position is at or below s, receive it at once,
demand occurs, costs h per unit left and p per unit owed are paid. A lead time of L periods is
handled by passing demand over L + 1 periods as `lead_time_demand`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class MinMax:
    """Reorder at or below s, order up to S; cost per period."""

    s: int
    S: int
    cost: float


def one_period_costs(
    demand: Any, h: float, p: float, levels: NDArray[np.int64]
) -> NDArray[np.float64]:
    """h E[(y - D)+] + p E[(D - y)+] for every level y; demand on the non-negative integers."""
    top = int(max(levels.max(), 0)) + 1
    cdf = demand.cdf(np.arange(top))
    over = np.concatenate([[0.0], np.cumsum(cdf)])  # E[(y - D)+] for y = 0..top
    held = np.where(levels >= 0, over[np.maximum(levels, 0)], 0.0)
    return np.asarray(h * held + p * (demand.mean() - levels + held), dtype=float)


def min_max(
    demand: Any, h: float, p: float, K: float, lead_time_demand: Any | None = None
) -> MinMax:
    """Optimal (s, S) for discrete demand (Zheng & Federgruen 1991), backorders.

    >>> from scipy import stats
    >>> found = min_max(stats.poisson(10), 1, 9, 64)
    >>> found.s, found.S, round(found.cost, 5)
    (6, 40, 35.02156)
    >>> found = min_max(stats.poisson(6), 1, 4, 5)
    >>> found.s, found.S, round(found.cost, 7)
    (4, 10, 8.0341116)
    """
    covered = lead_time_demand or demand
    base = int(covered.ppf(p / (p + h)))
    reach = base + max(50, int(12 * math.sqrt(2 * (K + 1) * demand.mean() / h)) + 10)
    low = -int(demand.ppf(1 - 1e-12)) - 10
    levels = np.arange(low, reach + 1)
    G = dict(zip(levels.tolist(), one_period_costs(covered, h, p, levels).tolist(), strict=True))
    m = _renewal(demand.pmf(np.arange(reach - low + 2)))
    M = np.concatenate([[0.0], np.cumsum(m)])

    def cost(s: int, S: int) -> float:
        width = S - s
        total = sum(m[j] * G[S - j] for j in range(width))
        return float((K + total) / M[width])

    S = base
    s = base - 1
    while cost(s, S) > G[s]:
        s -= 1
    best, best_cost = (s, S), cost(s, S)
    S += 1
    while S in G and G[S] <= best_cost:
        if cost(s, S) < best_cost:
            while cost(s, S) <= G[s + 1]:
                s += 1
            best, best_cost = (s, S), cost(s, S)
        S += 1
    return MinMax(best[0], best[1], best_cost)


def _renewal(pmf: NDArray[np.float64]) -> NDArray[np.float64]:
    """m(j): expected visits to a cumulative demand of j before passing it (m(0) = 1/(1-p0))."""
    m = np.zeros(pmf.size)
    m[0] = 1.0 / (1.0 - pmf[0])
    for j in range(1, pmf.size):
        m[j] = m[0] * float(pmf[1 : j + 1] @ m[j - 1 :: -1][:j])
    return m


def min_max_power(
    mean: float, sd: float, h: float, p: float, K: float, lead_time: int = 0
) -> tuple[float, float]:
    """(s, S) by the power approximation (Ehrhardt & Mosier 1984), for a quick first guess.

    >>> tuple(round(x, 4) for x in min_max_power(50, 8, 0.18, 0.70, 2.5))
    (40.1946, 74.2902)
    """
    mean_l = mean * (lead_time + 1)
    sd_l = sd * math.sqrt(lead_time + 1)
    quantity = 1.30 * mean**0.494 * (K / h) ** 0.506 * (1 + sd_l**2 / mean**2) ** 0.116
    z = math.sqrt(quantity / sd_l * h / p)
    s = 0.973 * mean_l + sd_l * (0.183 / z + 1.063 - 2.192 * z)
    return s, s + quantity


@dataclass(frozen=True)
class FinitePlan:
    """Order-up-to levels by period and the expected cost from the starting stock."""

    reorder_points: tuple[int, ...]
    """s_t: order when the stock is at or below it."""
    order_up_to: tuple[int, ...]
    cost: float


def finite_horizon(
    pmfs: Sequence[NDArray[np.float64]],
    h: float,
    p: float,
    K: float,
    unit_cost: float = 0.0,
    discount: float = 1.0,
    terminal: tuple[float, float] = (0.0, 0.0),
    start: int = 0,
    levels: tuple[int, int] | None = None,
    period_cost: Callable[[NDArray[np.int64]], NDArray[np.float64]] | None = None,
) -> FinitePlan:
    """Exact dynamic program for nonstationary demand, zero lead time, backorders (Scarf 1960).

    `pmfs[t][d]` is the probability of demand d in period t. `terminal` prices stock left and
    backorders at the end. `levels` bounds the stock considered. `period_cost` replaces the expected
    holding and backorder cost of a level where demand itself is continuous and only its effect on
    the next stock is rounded.

    >>> from scipy import stats
    >>> pmfs = [stats.poisson(mean).pmf(np.arange(200)) for mean in (20, 40, 60, 40)]
    >>> plan = finite_horizon(pmfs, h=1, p=10, K=100)
    >>> plan.reorder_points, plan.order_up_to, round(plan.cost, 2)
    ((15, 28, 55, 28), (67, 49, 109, 49), 332.18)
    """
    most = max(len(pmf) for pmf in pmfs)
    mean_total = sum(float(pmf @ np.arange(len(pmf))) for pmf in pmfs)
    low, high = levels or (-most - 50, int(mean_total) + 60)
    # backorders can pile up below the grid; costs there are linear and are extended linearly
    y = np.arange(low, high + 1)
    value = terminal[0] * np.maximum(y, 0) + terminal[1] * np.maximum(-y, 0)
    points: list[int] = []
    targets: list[int] = []
    for pmf in reversed(pmfs):
        after = _expected(value, pmf)
        mean = float(pmf @ np.arange(len(pmf)))
        cumulative = np.cumsum(np.concatenate([np.cumsum(pmf), np.ones(max(high, 0) + 2)]))
        held = np.where(y > 0, cumulative[np.maximum(y - 1, 0)], 0.0)
        one_period = h * held + p * (mean - y + held) if period_cost is None else period_cost(y)
        total = unit_cost * y + one_period + discount * after
        # the best level at or above each stock: a reversed running minimum
        best = np.minimum.accumulate(total[::-1])[::-1]
        arg = int(np.argmin(total))
        order = K + best
        value = np.minimum(order, total) - unit_cost * y
        wants = np.flatnonzero(order[: arg + 1] < total[: arg + 1] - 1e-12)
        points.append(int(y[wants[-1]]) if wants.size else low - 1)
        targets.append(int(y[arg]))
    return FinitePlan(tuple(points[::-1]), tuple(targets[::-1]), float(value[start - low]))


def _expected(value: NDArray[np.float64], pmf: NDArray[np.float64]) -> NDArray[np.float64]:
    """E[value(y - D)] on the grid, continuing the value linearly below it."""
    step = value[0] - value[1]
    pad = len(pmf)
    below = value[0] + step * np.arange(pad, 0, -1)
    full = np.concatenate([below, value])
    expected = np.convolve(full, pmf)[pad : pad + len(value)]
    return np.asarray(expected, dtype=float)
