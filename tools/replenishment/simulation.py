"""Simulating order policies: millions of item-periods per second, with honest error bars.

Event order in a period: (1) orders due are received, (2) the policy sees the stock and orders,
(3) demand occurs, (4) costs are charged on what is left and on what was short. A lead time of 0
arrives before the same period's demand; a lead time of L arrives at (1) L periods later. With
`random_lead` each order draws its own lead time, so orders may overtake each other.

Replications share their demand across policies (common random numbers): give the same `seed`.
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise

import numba
import numpy as np
from numpy.typing import ArrayLike, NDArray

from tools.errors import InvalidInput

Floats = NDArray[np.float64]
Z99 = 2.5758293035489004


@dataclass(frozen=True)
class Policy:
    """Order when the position is at or below `reorder`, up to `up_to`, at most `cap` at a time.

    A base-stock policy has reorder = up_to - 1; (r, Q) is `fixed_quantity` with up_to ignored.
    """

    reorder: float
    up_to: float
    cap: float = np.inf
    fixed_quantity: float = 0.0
    pack: float = 0.0
    """Orders are rounded up to whole packs when positive."""
    minimum: float = 0.0


@dataclass(frozen=True)
class Costs:
    """Per order, per unit left over and per unit short, each period."""

    holding: float
    shortage: float
    order: float = 0.0
    unit: float = 0.0


@dataclass(frozen=True)
class Estimate:
    """Mean of the replications with the half-width of its 99 % confidence interval."""

    mean: float
    half_width: float

    def contains(self, value: float) -> bool:
        return abs(value - self.mean) <= self.half_width


@dataclass(frozen=True, eq=False)
class Outcome:
    """What a policy led to after the warm-up."""

    cost: Estimate
    """Per period."""
    fill_rate: Estimate
    """Share of demand met from stock at once."""
    ready_rate: Estimate
    """Share of periods without a shortage."""
    mean_stock: Estimate
    by_replication: Floats
    """(n,) cost per period, to compare policies replication by replication."""


def simulate(
    demand: ArrayLike,
    policy: Policy,
    costs: Costs,
    lead_time: int | NDArray[np.int64] = 0,
    *,
    lost_sales: bool = True,
    start: float | None = None,
    warm_up: int = 0,
) -> Outcome:
    """Run one policy on demand (n replications, T periods), simulated or replayed from history.

    `lead_time` is one number, or whole days (n, T) for the order placed in each period.

    Raises:
        InvalidInput: no periods are left after the warm-up, or a lead time is negative.
    """
    paths = np.ascontiguousarray(np.atleast_2d(np.asarray(demand, dtype=float)))
    periods = paths.shape[1]
    if warm_up >= periods:
        raise InvalidInput(
            f"A warm-up of {warm_up} leaves none of the {periods} periods; shorten it.",
            f"预热 {warm_up} 期后没有剩余的期数（共 {periods} 期），请缩短。",
        )
    leads = np.broadcast_to(np.asarray(lead_time, dtype=np.int64), paths.shape)
    if leads.min() < 0:
        raise InvalidInput("A lead time cannot be negative.", "交期不能为负。")
    first = policy.up_to if start is None else start
    rules = np.array(
        [
            policy.reorder,
            policy.up_to,
            min(policy.cap, 1e18),
            policy.fixed_quantity,
            policy.pack,
            policy.minimum,
        ]
    )
    prices = np.array([costs.holding, costs.shortage, costs.order, costs.unit])

    def run(rows: slice) -> Floats:
        days = np.ascontiguousarray(leads[rows])
        part: Floats = _run(paths[rows], days, rules, prices, lost_sales, float(first), warm_up)
        return part

    # replications are independent and the loop releases the interpreter: one thread per core
    cores = min(os.cpu_count() or 1, max(paths.size // 500_000, 1))
    edges = np.linspace(0, len(paths), cores + 1).astype(int)
    with ThreadPoolExecutor(cores) as pool:
        parts = list(pool.map(run, [slice(a, b) for a, b in pairwise(edges.tolist())]))
    sums = np.concatenate(parts)
    kept = periods - warm_up
    total, short, asked, ready, stock = sums.T
    per_period = total / kept
    return Outcome(
        cost=estimate(per_period),
        fill_rate=estimate(1.0 - short / np.maximum(asked, 1e-12)),
        ready_rate=estimate(ready / kept),
        mean_stock=estimate(stock / kept),
        by_replication=per_period,
    )


def estimate(values: Floats) -> Estimate:
    """Mean and 99 % half-width over independent replications; no half-width for a single one."""
    n = values.size
    spread = float(values.std(ddof=1)) / np.sqrt(n) if n > 1 else np.inf
    return Estimate(float(values.mean()), float(Z99 * spread))


def compare(first: Outcome, second: Outcome) -> Estimate:
    """Cost of the second policy minus the first, by pairs on common random numbers."""
    return estimate(second.by_replication - first.by_replication)


@numba.njit(nogil=True, cache=True)
def _run(
    demand: Floats,
    leads: NDArray[np.int64],
    policy: Floats,
    costs: Floats,
    lost_sales: bool,
    start: float,
    warm_up: int,
) -> Floats:  # pragma: no cover - compiled
    n, periods = demand.shape
    reorder, up_to, cap, fixed, pack, minimum = policy
    holding, shortage, per_order, per_unit = costs
    result = np.zeros((n, 5))
    longest = leads.max() + 1
    for i in range(n):
        coming = np.zeros(longest)
        stock, under_way = start, 0.0
        for t in range(periods):
            slot = t % longest
            stock += coming[slot]
            under_way -= coming[slot]
            coming[slot] = 0.0
            position = stock + under_way
            quantity = 0.0
            if position <= reorder:
                quantity = fixed if fixed > 0.0 else up_to - position
                if fixed > 0.0:
                    while position + quantity <= reorder:
                        quantity += fixed
                quantity = max(quantity, minimum)
                if pack > 0.0:
                    quantity = np.ceil(quantity / pack - 1e-9) * pack
                quantity = min(quantity, cap)
            if quantity > 0.0:
                lead = leads[i, t]
                if lead == 0:
                    stock += quantity
                else:
                    coming[(t + lead) % longest] += quantity
                    under_way += quantity
            need = demand[i, t]
            # what is owed from before was counted as short then
            short = max(need - max(stock, 0.0), 0.0)
            stock -= need
            owed = max(-stock, 0.0)
            if lost_sales and stock < 0.0:
                stock = 0.0
            if t >= warm_up:
                left = max(stock, 0.0)
                result[i, 0] += holding * left + shortage * owed
                if quantity > 0.0:
                    result[i, 0] += per_order + per_unit * quantity
                result[i, 1] += short
                result[i, 2] += need
                result[i, 3] += 1.0 if short <= 1e-12 else 0.0
                result[i, 4] += left
    return result
