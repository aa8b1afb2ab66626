"""Continuous review: order Q whenever the inventory position falls to r.

Symbols: D demand per year, L lead time in years, K fixed cost per order, h and p holding and
backorder cost per unit and year. Cycle service level and fill rate are different targets and give
different reorder points; both are here.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy import optimize, stats

from tools.errors import InvalidInput


@dataclass(frozen=True)
class ReorderPolicy:
    """Reorder point r, order quantity Q and the expected yearly cost."""

    reorder_point: float
    quantity: float
    cost: float


def loss(z: float) -> float:
    """Standard normal loss: E[(Z - z)+]."""
    return float(stats.norm.pdf(z) - z * stats.norm.sf(z))


def second_loss(z: float) -> float:
    """Second-order standard normal loss: E[((Z - z)+)^2] / 2."""
    return float(((z * z + 1.0) * stats.norm.sf(z) - z * stats.norm.pdf(z)) / 2.0)


def reorder_cost_normal(
    r: float, q: float, h: float, p: float, K: float, D: float, sd: float, L: float
) -> float:
    """Exact yearly cost of (r, Q) with normal demand of standard deviation `sd` per year^0.5.

    (K D + integral over y in [r, r+Q] of h E[(y - X)+] + p E[(X - y)+]) / Q, X the lead-time demand
    (Hadley & Whitin 1963; Snyder & Shen, eq. 5.7).

    >>> round(reorder_cost_normal(126.8, 328.5, 0.225, 7.5, 8, 1300, 150, 1 / 12), 5)
    78.07116
    """
    mean, spread = D * L, sd * math.sqrt(L)
    short = spread**2 * (second_loss((r - mean) / spread) - second_loss((r + q - mean) / spread))
    held = h * (q * (r - mean) + q * q / 2.0) + (h + p) * short
    return (K * D + held) / q


def reorder_loss_function(
    h: float, p: float, K: float, D: float, sd: float, L: float
) -> ReorderPolicy:
    """(r, Q) by the loss-function method: the exact cost with n2(r + Q) taken as zero.

    n(r) = h Q / (h + p) and Q = sqrt(2 (K D + (h + p) n2(r)) / h), solved together
    (Snyder & Shen, sec. 5.3).

    >>> found = reorder_loss_function(0.225, 7.5, 8, 1300, 150, 1 / 12)
    >>> round(found.reorder_point, 3), round(found.quantity, 3)
    (126.867, 328.449)
    """
    mean, spread = D * L, sd * math.sqrt(L)

    def quantity(r: float) -> float:
        tail = spread**2 * second_loss((r - mean) / spread)
        return math.sqrt(2.0 * (K * D + (h + p) * tail) / h)

    def condition(r: float) -> float:
        return spread * loss((r - mean) / spread) - h * quantity(r) / (h + p)

    r = float(optimize.brentq(condition, mean - 10 * spread, mean + 10 * spread, xtol=1e-12))
    q = quantity(r)
    return ReorderPolicy(r, q, reorder_cost_normal(r, q, h, p, K, D, sd, L))


def reorder_poisson(h: float, p: float, K: float, rate: float, L: float) -> ReorderPolicy:
    """Exact (r, Q) for Poisson demand (Federgruen & Zheng 1992).

    Cost (K rate + sum of G(y) for y = r+1 .. r+Q) / Q with G the newsvendor cost of lead-time
    demand; the set of y grows by its cheaper end until the average stops falling.

    >>> found = reorder_poisson(20, 150, 100, 1.5, 2)
    >>> found.reorder_point, found.quantity, round(found.cost, 5)
    (3, 5, 107.92358)
    """
    demand = stats.poisson(rate * L)

    def cost(y: int) -> float:
        below = np.arange(0, max(y, 0) + 1)
        over = float(((y - below) * demand.pmf(below)).sum()) if y >= 0 else 0.0
        return h * over + p * (rate * L - y + over)

    low = high = int(demand.ppf(p / (p + h)))
    total, best = cost(low), K * rate + cost(low)
    while True:
        left, right = cost(low - 1), cost(high + 1)
        if min(left, right) >= best:
            return ReorderPolicy(low - 1, high - low + 1, best)
        low, high = (low - 1, high) if left <= right else (low, high + 1)
        total += min(left, right)
        best = (K * rate + total) / (high - low + 1)


def reorder_point_cycle_service(
    mean: float, sd: float, lead_mean: float, lead_sd: float, service: float
) -> float:
    """Reorder point for a cycle service level when demand and lead time both vary.

    mean_D mean_L + z sqrt(mean_L sd_D^2 + mean_D^2 sd_L^2), per period. The normal approximation is
    textbook; with lumpy demand use the quantile of simulated lead-time demand instead.

    >>> round(reorder_point_cycle_service(100, 20, 4, 1, 0.95), 3)
    577.156
    """
    if not 0.0 < service < 1.0:
        raise InvalidInput(
            "The cycle service level must be between 0 and 100 %.",
            "周期服务水平必须在 0 到 100% 之间。",
        )
    spread = math.sqrt(lead_mean * sd**2 + mean**2 * lead_sd**2)
    return mean * lead_mean + float(stats.norm.ppf(service)) * spread


def reorder_point_fill_rate(mean: float, sd: float, quantity: float, fill_rate: float) -> float:
    """Reorder point for a fill rate: expected shortage per cycle is (1 - fill rate) Q.

    `mean` and `sd` are of lead-time demand; sd L(z) = (1 - beta) Q is solved for z.

    >>> round(reorder_point_fill_rate(400, 107.7, 500, 0.95), 1)
    442.6
    """
    if not 0.0 < fill_rate < 1.0:
        raise InvalidInput(
            "The fill rate must be between 0 and 100 %.", "满足率必须在 0 到 100% 之间。"
        )
    target = (1.0 - fill_rate) * quantity / sd
    z = float(optimize.brentq(lambda x: loss(x) - target, -50.0, 10.0))
    return mean + z * sd


def reorder_point_samples(
    lead_time_demand: np.ndarray[tuple[int], np.dtype[np.float64]], service: float
) -> float:
    """Reorder point for a cycle service level from samples of lead-time demand.

    >>> reorder_point_samples(np.arange(1.0, 101.0), 0.95)
    95.0
    """
    return float(np.quantile(lead_time_demand, service, method="inverted_cdf"))
