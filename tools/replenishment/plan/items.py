"""Items of an order plan as arrays: what every cumulative supply costs in every period.

Within the plan shortages are owed, so the expected holding and shortage cost of a period depends
only on the supply up to it. That makes an item's problem a path through (period, packs ordered so
far), with a cost table computed once from samples of cumulative demand.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tools.errors import InvalidInput

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class PlanItems:
    """N items over T order periods; quantities are counted in packs, at most K - 1 per item."""

    pack: Floats
    """(N,) units per pack."""
    starts: Counts
    """(N, B) packs from which each price holds; the first is the minimum order."""
    pack_costs: Floats
    """(N, B) money per pack in each price bracket, falling."""
    pack_volumes: Floats
    """(N,) cubic metres per pack."""
    order_cost: Floats
    """(N,) fixed cost of each order line."""
    costs: NDArray[np.float32]
    """(N, T, K) expected cost of the period in which orders of period t arrive, by packs so far."""
    final: NDArray[np.float32]
    """(N, K) cost at the end (minus the value of stock left), by packs ordered in all."""

    @property
    def count(self) -> int:
        return int(self.costs.shape[0])

    @property
    def periods(self) -> int:
        return int(self.costs.shape[1])

    def part(self, rows: Counts) -> PlanItems:
        """Only some of the items."""
        return PlanItems(
            self.pack[rows],
            self.starts[rows],
            self.pack_costs[rows],
            self.pack_volumes[rows],
            self.order_cost[rows],
            self.costs[rows],
            self.final[rows],
        )

    def cost_of_packs(self, orders: Counts) -> Floats:
        """Money of orders (N, T) in packs, at the price bracket each one reaches."""
        price = np.broadcast_to(self.pack_costs[:, :1], orders.shape).copy()
        for bracket in range(1, self.starts.shape[1]):
            reached = orders >= self.starts[:, bracket : bracket + 1]
            price = np.where(reached, self.pack_costs[:, bracket : bracket + 1], price)
        return np.asarray(price * orders, dtype=float)


def plan_items(
    cumulative_demand: Floats,
    lead_periods: Counts,
    supply: Floats,
    *,
    pack: ArrayLike,
    moq: ArrayLike,
    unit_cost: ArrayLike,
    unit_volume: ArrayLike,
    order_cost: ArrayLike,
    holding: ArrayLike,
    shortage: ArrayLike,
    periods: int,
    levels: int = 64,
    breaks: tuple[ArrayLike, ArrayLike] | None = None,
) -> PlanItems:
    """Tabulate the costs of N items.

    `cumulative_demand` (N, n, P) are samples of demand up to and including each period, with
    P >= periods + the longest lead time; `supply` (N, P) is stock plus receipts on order up to each
    period. `holding` and `shortage` are costs per unit and period. `breaks` are one further price
    bracket: units from which it holds, and its unit cost (N,).

    Raises:
        InvalidInput: a cost is not positive, or the horizon is shorter than the lead time needs.
    """
    count, _, horizon = cumulative_demand.shape
    pack, moq, cost = (np.asarray(x, dtype=float) for x in (pack, moq, unit_cost))
    h, p = np.asarray(holding, dtype=float), np.asarray(shortage, dtype=float)
    if (cost <= 0).any() or (pack <= 0).any():
        item = int(np.flatnonzero((cost <= 0) | (pack <= 0))[0])
        raise InvalidInput(
            f"Item {item + 1} of the plan has a cost or pack size of zero or less.",
            f"计划中第 {item + 1} 个商品的成本或包装数不大于零。",
        )
    if periods + int(lead_periods.max()) > horizon:
        raise InvalidInput(
            f"Demand is known for {horizon} periods, but {periods} order periods and the longest "
            f"lead time need {periods + int(lead_periods.max())}.",
            f"需求只有 {horizon} 期，而 {periods} 个订货期加上交期需要更多期数。",
        )
    starts = np.maximum(np.ceil(moq / pack - 1e-9), 1).astype(np.int64)[:, None]
    prices = (cost * pack)[:, None]
    if breaks is not None:
        start, reduced = (np.asarray(x, dtype=float) for x in breaks)
        further = np.maximum(np.ceil(start / pack - 1e-9).astype(np.int64), starts[:, 0])
        starts = np.stack([starts[:, 0], further], axis=1)
        prices = np.stack([prices[:, 0], reduced * pack], axis=1)
    costs = np.empty((count, periods, levels), dtype=np.float32)
    final = np.empty((count, levels), dtype=np.float32)
    steps = np.arange(levels)
    for i in range(count):
        arrive = np.arange(periods) + lead_periods[i]
        demand = np.sort(cumulative_demand[i][:, arrive], axis=0)  # (n, T)
        stock = supply[i, arrive][:, None] + pack[i] * steps  # (T, K)
        over, short = _over_and_short(demand, stock)
        costs[i] = h[i] * over + p[i] * short
        # stock left at the end is worth what it cost, stock owed has to be bought
        final[i] = -cost[i] * over[-1] + cost[i] * short[-1]
    return PlanItems(
        pack,
        starts,
        prices,
        np.asarray(unit_volume, dtype=float) * pack,
        np.asarray(order_cost, dtype=float),
        costs,
        final,
    )


def _over_and_short(demand: Floats, stock: Floats) -> tuple[Floats, Floats]:
    """E[(y - D)+] and E[(D - y)+] for samples (n, T) ascending along n and levels (T, K)."""
    n, periods = demand.shape
    sums = np.concatenate([np.zeros((1, periods)), np.cumsum(demand, axis=0)])
    over = np.empty_like(stock)
    for t in range(periods):
        below = np.searchsorted(demand[:, t], stock[t], side="right")
        over[t] = (below * stock[t] - sums[below, t]) / n
    return over, over - stock + demand.mean(axis=0)[:, None]
