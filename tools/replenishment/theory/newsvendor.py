"""One order against uncertain demand: the overage cost h against the underage cost p.

The best quantity is the demand quantile at p / (p + h), for any distribution with a quantile
function (a frozen `scipy.stats` distribution) and for samples alike.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from scipy import integrate, stats

from tools.errors import InvalidInput


@dataclass(frozen=True)
class Stocking:
    """A stock level and its expected cost."""

    level: float
    cost: float


def critical_ratio(holding_cost: float, shortage_cost: float) -> float:
    """p / (p + h).

    Raises:
        InvalidInput: a cost is zero or negative.
    """
    if not (holding_cost > 0 and shortage_cost > 0):
        raise InvalidInput(
            "Holding and shortage cost must both be more than zero.",
            "持有成本和缺货成本都必须大于零。",
        )
    return shortage_cost / (shortage_cost + holding_cost)


def expected_shortage(demand: Any, level: float) -> float:
    """E[(D - S)+] of a frozen distribution; exact for normal, lognormal, Poisson, geometric."""
    kind = demand.dist.name if hasattr(demand, "dist") else ""
    if kind == "norm":
        mean, sd = demand.mean(), demand.std()
        z = (level - mean) / sd
        return float(sd * (stats.norm.pdf(z) - z * stats.norm.sf(z)))
    if kind == "lognorm" and level > 0:
        sigma = demand.args[0] if demand.args else demand.kwds["s"]
        scale = demand.kwds.get("scale", 1.0)
        z = (np.log(scale) - np.log(level)) / sigma
        return float(demand.mean() * stats.norm.cdf(z + sigma) - level * stats.norm.cdf(z))
    if hasattr(demand.dist, "pmf"):
        below = np.arange(0, int(np.floor(level)) + 1)
        short_of = float(((level - below) * demand.pmf(below)).sum())
        return float(demand.mean()) - level + short_of
    return float(integrate.quad(demand.sf, level, np.inf)[0])


def newsvendor_cost(demand: Any, level: float, holding_cost: float, shortage_cost: float) -> float:
    """h E[(S - D)+] + p E[(D - S)+].

    >>> round(newsvendor_cost(stats.norm(50, 8), 40, 0.18, 0.70), 6)
    7.356132
    """
    short = expected_shortage(demand, level)
    return holding_cost * (level - float(demand.mean()) + short) + shortage_cost * short


def newsvendor(demand: Any, holding_cost: float, shortage_cost: float) -> Stocking:
    """Best level and its cost for a frozen distribution.

    >>> best = newsvendor(stats.norm(50, 8), 0.18, 0.70)
    >>> round(best.level, 5), round(best.cost, 6)
    (56.60396, 1.997605)
    >>> best = newsvendor(stats.poisson(6), 1, 4)
    >>> int(best.level), round(best.cost, 6)
    (8, 3.570107)
    """
    level = float(demand.ppf(critical_ratio(holding_cost, shortage_cost)))
    return Stocking(level, newsvendor_cost(demand, level, holding_cost, shortage_cost))


def newsvendor_samples(samples: ArrayLike, holding_cost: float, shortage_cost: float) -> Stocking:
    """Best level for equally likely samples of demand.

    >>> newsvendor_samples([2, 4, 6, 8, 10], 1, 4).level
    8.0
    """
    values = np.sort(np.asarray(samples, dtype=float).ravel())
    if values.size == 0:
        raise InvalidInput("There are no demand samples.", "没有需求样本。")
    ratio = critical_ratio(holding_cost, shortage_cost)
    level = float(values[max(int(np.ceil(ratio * values.size - 1e-9)), 1) - 1])
    over = np.maximum(level - values, 0.0).mean()
    short = np.maximum(values - level, 0.0).mean()
    return Stocking(level, float(holding_cost * over + shortage_cost * short))


def base_stock_normal(
    mean: float, sd: float, lead_time: int, holding_cost: float, shortage_cost: float
) -> Stocking:
    """Base-stock level with a lead time: newsvendor on demand over L + 1 periods.

    Event order: order, receive what was ordered L periods ago, demand, costs; backorders.

    >>> best = base_stock_normal(50, 8, 4, 0.18, 0.70)
    >>> round(best.level, 4), round(best.cost, 6)
    (264.7669, 4.466781)
    """
    periods = lead_time + 1
    return newsvendor(
        stats.norm(mean * periods, sd * np.sqrt(periods)), holding_cost, shortage_cost
    )
