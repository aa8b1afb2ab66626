"""A plan under shared budgets and volumes: column generation with an LP master on HiGHS.

The master mixes known plans of every item so that the shared limits hold; its dual prices make the
exact item solver propose better plans. Any prices give a lower bound on every plan, so the answer
carries its proven gap. At most as many items as there are limits stay mixed; they are settled by
swaps among all known plans, which are many and nearly as good.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

import highspy
import numpy as np
from scipy import sparse

from tools.errors import InvalidInput
from tools.replenishment.plan.items import Counts, Floats, PlanItems
from tools.replenishment.plan.pricing import Columns, evaluate, price_items


@dataclass(frozen=True, eq=False)
class Limits:
    """Money and volume that all orders of a period may take together; inf where nothing limits."""

    money: Floats
    volume: Floats


@dataclass(frozen=True, eq=False)
class OrderPlan:
    """Orders by item and period, with the proof of how good they are."""

    orders: Counts
    """(N, T) packs."""
    quantities: Floats
    """(N, T) units."""
    cost: float
    bound: float
    """No plan costs less."""
    money_prices: Floats
    """(T,) what one more unit of money in a period would save."""
    volume_prices: Floats
    seconds: float
    rounds: int

    @property
    def gap(self) -> float:
        """(cost - bound) / |cost|."""
        return (self.cost - self.bound) / max(abs(self.cost), 1e-9)


def solve_plan(
    items: PlanItems,
    limits: Limits,
    tolerance: float = 1e-3,
    max_rounds: int = 40,
    sample: int = 300,
    seed: int = 0,
) -> OrderPlan:
    """Cheapest expected plan within the limits, to a proven relative gap.

    Raises:
        InvalidInput: a limit is negative.
    """
    if (limits.money < 0).any() or (limits.volume < 0).any():
        raise InvalidInput(
            "A budget or volume limit is negative; give zero or more for every period.",
            "预算或体积上限为负，请为每期给出零或以上的数值。",
        )
    began = time.perf_counter()
    prices = np.zeros((2, items.periods))
    if items.count > 2 * sample:
        rows = np.random.default_rng(seed).choice(items.count, sample, replace=False)
        share = sample / items.count
        scaled = Limits(limits.money * share, limits.volume * share)
        start = _Master(items.part(np.sort(rows)), scaled)
        prices = start.run(prices, tolerance, max_rounds)[1]
    master = _Master(items, limits)
    bound, prices, rounds = master.run(prices, tolerance / 2, max_rounds)
    orders = master.round(prices)
    cost = float(evaluate(items, orders).cost.sum())
    return OrderPlan(
        orders,
        orders * items.pack[:, None],
        cost,
        bound,
        prices[0],
        prices[1],
        time.perf_counter() - began,
        rounds,
    )


class _Master:
    """Known columns of every item and the linear program that mixes them."""

    def __init__(self, items: PlanItems, limits: Limits) -> None:
        self.items, self.limits = items, limits
        self.capacity = np.concatenate([limits.money, limits.volume])
        self.columns: list[tuple[Counts, Columns]] = []
        self.highs = highspy.Highs()  # type: ignore[no-untyped-call]
        self.highs.setOptionValue("output_flag", False)
        self.highs.setOptionValue("threads", 2)
        inf = highspy.kHighsInf
        count, shared = items.count, self.capacity.size
        lower = np.concatenate([np.ones(count), np.full(shared, -inf)])
        upper = np.concatenate([np.ones(count), np.minimum(self.capacity, inf)])
        empty = np.zeros(0)
        none = np.zeros(count + shared, dtype=np.int32)
        self.highs.addRows(
            count + shared, lower, upper, 0, none, np.zeros(0, dtype=np.int32), empty
        )
        idle = evaluate(items, np.zeros((count, items.periods), dtype=np.int64))
        self._add(np.arange(count), idle)

    def _add(self, rows: Counts, columns: Columns) -> None:
        """Add one column for each of the items `rows`; `columns` is aligned with them."""
        self.columns.append((rows, columns))
        use = np.concatenate([columns.money, columns.volume], axis=1)
        matrix = sparse.csr_matrix(use)
        counts = np.diff(matrix.indptr) + 1
        starts = np.concatenate([[0], np.cumsum(counts)[:-1]]).astype(np.int32)
        total = int(counts.sum())
        indices, values = np.empty(total, dtype=np.int32), np.empty(total)
        indices[starts], values[starts] = rows, 1.0
        rest = np.ones(total, dtype=bool)
        rest[starts] = False
        indices[rest], values[rest] = matrix.indices + self.items.count, matrix.data
        m = len(rows)
        self.highs.addCols(
            m,
            np.ascontiguousarray(columns.cost),
            np.zeros(m),
            np.full(m, highspy.kHighsInf),
            total,
            starts,
            indices,
            values,
        )

    def run(self, prices: Floats, tolerance: float, max_rounds: int) -> tuple[float, Floats, int]:
        """Generate columns until the bound is within `tolerance` of the mixed optimum."""
        bound, best_prices = -np.inf, prices
        duals, proposed = np.full(self.items.count, np.inf), prices
        rounds = 0
        while rounds < max_rounds:
            rounds += 1
            added = 0
            for asked in (prices, proposed):
                columns, reduced = price_items(self.items, asked[0], asked[1])
                value = self._bound(reduced, asked)
                if value > bound:
                    bound, best_prices = value, asked
                gain = duals - columns.cost
                gain -= columns.money @ proposed[0] + columns.volume @ proposed[1]
                fresh = np.flatnonzero(gain > 1e-7 * np.maximum(np.abs(columns.cost), 1.0))
                if fresh.size:
                    self._add(fresh, _pick(columns, fresh))
                added += fresh.size
                if added:
                    break  # the newest prices are only asked when the steadier ones add nothing
            self.highs.run()
            mixed = self.highs.getObjectiveValue()
            if mixed - bound <= tolerance * abs(mixed) or not added:
                break
            dual = np.asarray(self.highs.getSolution().row_dual)
            duals = dual[: self.items.count]
            proposed = np.maximum(-dual[self.items.count :], 0.0).reshape(2, -1)
            # between the best and the newest prices: plain duals swing from side to side
            prices = 0.5 * proposed + 0.5 * best_prices
        return bound, best_prices, rounds

    def _bound(self, reduced: Floats, prices: Floats) -> float:
        """Cost that no plan can undercut, from the items' best costs at any prices."""
        finite = np.isfinite(self.capacity)
        return float(reduced.sum() - prices.ravel()[finite] @ self.capacity[finite])

    def round(self, prices: Floats) -> Counts:
        """Whole plans near the mix: the heaviest column of each item, then repaired by swaps."""
        finite = np.isfinite(self.capacity)
        pool = _Pool(
            owner=np.concatenate([rows for rows, _ in self.columns]),
            cost=np.concatenate([columns.cost for _, columns in self.columns]),
            use=np.concatenate(
                [np.concatenate([c.money, c.volume], axis=1)[:, finite] for _, c in self.columns]
            ),
            capacity=self.capacity[finite],
            prices=prices.ravel()[finite],
        )
        weights = np.asarray(self.highs.getSolution().col_value)
        order = np.argsort(weights, kind="stable")
        current = np.zeros(self.items.count, dtype=np.int64)
        current[pool.owner[order]] = order  # the last, heaviest one stays
        current = pool.improve(pool.repair(current))
        every = np.concatenate([columns.orders for _, columns in self.columns])
        return np.asarray(every[current], dtype=np.int64)


@dataclass(frozen=True, eq=False)
class _Pool:
    """All known columns; a plan is the index of one column per item."""

    owner: Counts
    cost: Floats
    use: Floats
    capacity: Floats
    prices: Floats

    def _excess(self, used: Floats) -> Floats:
        scale = np.maximum(self.capacity, 1e-9)
        return np.asarray(np.maximum(used - self.capacity, 0.0) @ (1.0 / scale), dtype=float)

    def repair(self, current: Counts) -> Counts:
        """Swap columns until every limit holds, at the least priced cost per excess removed."""
        current = current.copy()
        priced = self.cost + self.use @ self.prices
        used = self.use[current].sum(axis=0)
        while (excess := float(self._excess(used))) > 1e-9:
            after = used - self.use[current[self.owner]] + self.use
            removed = excess - self._excess(after)
            dearer = np.maximum(priced - priced[current[self.owner]], 0.0)
            ratio = np.where(removed > 1e-12, (dearer + 1e-9) / np.maximum(removed, 1e-12), np.inf)
            swap = int(ratio.argmin())
            if not np.isfinite(ratio[swap]):
                # ordering nothing at all always fits; every item knows that column
                return np.arange(current.size, dtype=np.int64)
            current[self.owner[swap]] = swap
            used = after[swap]
        return current

    def improve(self, current: Counts, most: int = 2000) -> Counts:
        """Swap to cheaper columns while they fit into what is left of the limits."""
        current = current.copy()
        used = self.use[current].sum(axis=0)
        for _ in range(most):
            saving = self.cost[current[self.owner]] - self.cost
            better = np.flatnonzero(saving > 1e-6)
            after = used - self.use[current[self.owner[better]]] + self.use[better]
            fits = better[(after <= self.capacity + 1e-9).all(axis=1)]
            if not fits.size:
                break
            swap = int(fits[saving[fits].argmax()])
            used = used - self.use[current[self.owner[swap]]] + self.use[swap]
            current[self.owner[swap]] = swap
        return current


def _pick(columns: Columns, rows: Counts) -> Columns:
    return Columns(
        columns.orders[rows], columns.cost[rows], columns.money[rows], columns.volume[rows]
    )


def check_plan(items: PlanItems, limits: Limits, plan: OrderPlan) -> list[str]:
    """Every rule the plan breaks, in words; empty when it keeps them all."""
    broken = []
    columns = evaluate(items, plan.orders)
    for name, used, limit in (
        ("budget", columns.money.sum(axis=0), limits.money),
        ("volume", columns.volume.sum(axis=0), limits.volume),
    ):
        over = used - limit
        broken += [
            f"{name} of period {t + 1} exceeded by {over[t]:g}"
            for t in np.flatnonzero(over > 1e-6 * np.maximum(limit, 1.0))
        ]
    low = (plan.orders > 0) & (plan.orders < items.starts[:, :1])
    broken += [f"item {i + 1} below its minimum in period {t + 1}" for i, t in np.argwhere(low)]
    return broken
