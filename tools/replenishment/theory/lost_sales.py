"""Lost sales with a lead time, solved exactly, and the simple policies it is compared with.

Event order: an order is placed, then demand occurs; the order arrives L periods later. State: what
is on hand after today's receipt, and the L-1 orders under way. Cost per period: h (x - D)+ +
p (D - x)+. There is no closed form; relative value iteration gives the optimal average cost within
a bound (Zipkin 2008 for the bounds on states).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class LostSales:
    """A lost-sales problem with discrete demand, truncated where demand is all but impossible."""

    demand: Any
    lead_time: int
    shortage_cost: float
    holding_cost: float = 1.0

    @property
    def ratio(self) -> float:
        return self.shortage_cost / (self.shortage_cost + self.holding_cost)

    @property
    def order_limit(self) -> int:
        """No optimal order exceeds the one-period newsvendor level."""
        return int(self.demand.ppf(self.ratio)) + 1

    @property
    def stock_limit(self) -> int:
        """No optimal position exceeds the newsvendor level of L + 1 periods of demand."""
        pmf = self.pmf
        total = pmf
        for _ in range(self.lead_time):
            total = np.convolve(total, pmf)
        return int(np.searchsorted(np.cumsum(total), self.ratio)) + 1

    @property
    def pmf(self) -> Floats:
        top = int(self.demand.ppf(1 - 1e-13)) + 1
        pmf = np.asarray(self.demand.pmf(np.arange(top + 1)), dtype=float)
        return np.asarray(pmf / pmf.sum(), dtype=float)


def optimal_cost(problem: LostSales, tolerance: float = 1e-7) -> float:
    """Optimal long-run average cost, within `tolerance`.

    >>> from scipy import stats
    >>> round(optimal_cost(LostSales(stats.poisson(5), 1, 4)), 4)
    4.0407
    """
    return _Iteration(problem).run(tolerance)


Policy = Callable[[NDArray[np.int64]], NDArray[np.int64]]
"""States (m, L) of units on hand and under way -> order quantities (m,)."""


def policy_cost(
    problem: LostSales, order: Policy, position_limit: int, cap: int, tolerance: float = 1e-6
) -> float:
    """Exact average cost of a policy that never orders above `cap` or a position above the limit.

    The chain of states under the policy is laid out as a sparse matrix and iterated.
    """
    chain = _Chain(problem, position_limit, cap)
    return chain.average_cost(order(chain.states), tolerance)


def best_base_stock(problem: LostSales) -> tuple[int, float]:
    """Best level S of "order up to S" and its exact average cost."""
    # an order equals the sales of a period, so larger ones than this all but never happen
    largest = int(problem.demand.ppf(1 - 1e-7))
    return _best_level(problem, largest, problem.stock_limit - 1 - problem.lead_time)


def best_capped_base_stock(problem: LostSales) -> tuple[int, int, float]:
    """Best level S and cap r of "order min(r, S - position)", and its exact average cost.

    The cost is unimodal in S for every r and in r in all cases met, which the search relies on.
    """
    cap = max(int(np.floor(problem.demand.mean())), 1)
    level, cost = _best_level(problem, cap, problem.stock_limit - 1 - problem.lead_time)
    best = (level, cap, cost)
    for wider in range(cap + 1, problem.order_limit + 2):
        level, cost = _best_level(problem, wider, level)
        if cost >= best[2]:
            break
        best = (level, wider, cost)
    return best


def _best_level(problem: LostSales, cap: int, start: int) -> tuple[int, float]:
    known: dict[int, float] = {}

    def cost(target: int) -> float:
        if target not in known:
            known[target] = base_stock_cost(problem, target, cap)
        return known[target]

    level = start
    while cost(level + 1) < cost(level):
        level += 1
    while level > 0 and cost(level - 1) < cost(level):
        level -= 1
    return level, cost(level)


def base_stock_cost(problem: LostSales, target: int, cap: int | None = None) -> float:
    """Exact average cost of ordering min(cap, target - position)."""
    most = min(target, int(problem.demand.ppf(1 - 1e-7)) if cap is None else cap)
    return policy_cost(
        problem, lambda states: np.clip(target - states.sum(axis=1), 0, most), target, most
    )


class _Chain:
    """States with a position up to a limit, and the Markov chain a policy makes of them."""

    def __init__(self, problem: LostSales, limit: int, cap: int) -> None:
        self.problem, self.limit = problem, limit
        states = np.arange(limit + 1)[:, None]
        for _ in range(problem.lead_time - 1):
            states = np.concatenate(
                [
                    np.repeat(states, cap + 1, axis=0),
                    np.tile(np.arange(cap + 1), len(states))[:, None],
                ],
                axis=1,
            )
            states = states[states.sum(axis=1) <= limit]
        self.states = states
        self._radix = (limit + 1) ** np.arange(problem.lead_time)
        keys = states @ self._radix
        self._order = np.argsort(keys)
        self._keys = keys[self._order]

    def _index(self, states: NDArray[np.int64]) -> NDArray[np.int64]:
        found = self._order[np.searchsorted(self._keys, states @ self._radix)]
        return np.asarray(found, dtype=np.int64)

    def average_cost(self, orders: NDArray[np.int64], tolerance: float) -> float:
        problem = self.problem
        pmf = problem.pmf
        on_hand = self.states[:, 0]
        tail = np.concatenate([[1.0], 1.0 - np.cumsum(pmf)])
        rows, columns, weights = [], [], []
        numbers = np.arange(len(self.states))
        for left in range(self.limit + 1):
            alive = on_hand >= left
            sold = on_hand[alive] - left
            # nothing left: any demand of at least what was on hand
            reach = np.minimum(sold, tail.size - 1)
            chance = tail[reach] if left == 0 else np.append(pmf, np.zeros(self.limit + 1))[sold]
            after = np.concatenate([self.states[alive][:, 1:], orders[alive][:, None]], axis=1)
            after[:, 0] += left
            rows.append(numbers[alive])
            columns.append(self._index(after))
            weights.append(chance)
        size = len(self.states)
        matrix = sparse.csr_matrix(
            (np.concatenate(weights), (np.concatenate(rows), np.concatenate(columns))),
            shape=(size, size),
        )
        cost = _period_costs(problem, self.limit)[on_hand]
        value = np.zeros(size)
        low = high = 0.0
        for _ in range(20000):
            new = cost + matrix @ value
            change = new - value
            low, high = float(change.min()), float(change.max())
            value = new - new[0]
            if high - low < tolerance:
                break
        return (low + high) / 2.0


def _period_costs(problem: LostSales, limit: int) -> Floats:
    """Expected cost of a period by the units on hand, 0..limit."""
    pmf, x = problem.pmf, np.arange(limit + 1)
    demand = np.arange(pmf.size)
    over = np.maximum(x[:, None] - demand, 0) @ pmf
    short = np.maximum(demand - x[:, None], 0) @ pmf
    return np.asarray(problem.holding_cost * over + problem.shortage_cost * short, dtype=float)


class _Iteration:
    """Relative value iteration on the grid (stock, order_1, .., order_{L-1})."""

    def __init__(self, problem: LostSales) -> None:
        self.problem, self.orders = problem, problem.order_limit
        orders = self.orders
        self.stock = problem.stock_limit
        lead = problem.lead_time
        self.shape = (self.stock + 1, *([orders + 1] * (lead - 1)))
        x = np.arange(self.stock + 1)
        pmf = problem.pmf
        demand = np.arange(pmf.size)
        self.period_cost = _period_costs(problem, self.stock)
        left = np.maximum(x[:, None] - demand, 0)
        self.transition = np.zeros((x.size, x.size))
        for d, probability in enumerate(pmf):
            self.transition[x, left[:, d]] += probability

    def action_values(self, value: Floats) -> Floats:
        """Cost of every order in every state: shape (*state, order)."""
        lead, states = self.problem.lead_time, self.stock + 1
        if lead == 1:
            # next stock = left + order
            index = np.minimum(np.arange(states)[:, None] + np.arange(self.orders + 1), self.stock)
            after = value[index]
            total = self.transition @ after
            return np.asarray(self.period_cost[:, None] + total, dtype=float)
        index = np.minimum(np.arange(states)[:, None] + np.arange(self.orders + 1), self.stock)
        after = value[index]  # (left, q1, q2, .., q_{L-1}, order)
        flat = self.transition @ after.reshape(states, -1)
        total = flat.reshape(after.shape)
        cost = self.period_cost.reshape(-1, *([1] * (total.ndim - 1)))
        return np.asarray(cost + total, dtype=float)

    def run(self, tolerance: float) -> float:
        """Average cost: the middle of the bounds that the change of the value gives."""
        value = np.zeros(self.shape)
        low = high = 0.0
        for _ in range(20000):
            new = self.action_values(value).min(axis=-1)
            change = new - value
            low, high = float(change.min()), float(change.max())
            value = new - new.flat[0]
            if high - low < tolerance:
                break
        return (low + high) / 2.0


def dual_sourcing_cost(
    demand_pmf: Floats,
    regular_lead: int,
    holding_cost: float,
    backorder_cost: float,
    regular_cost: float,
    express_cost: float,
    tolerance: float = 1e-7,
) -> float:
    """Optimal average cost with a slow cheap and an immediate dear supplier, backorders.

    Event order: receive the regular order placed `regular_lead` periods ago, order from both, the
    express order arrives at once, demand, costs. State: net stock and the regular orders under way.

    >>> round(dual_sourcing_cost(np.full(5, 0.2), 2, 5, 495, 0, 20), 4)
    23.0714
    """
    if regular_lead != 2:
        raise NotImplementedError("one regular order under way (lead time 2) is supported")
    top = len(demand_pmf) - 1
    low, high = -2 * top, 5 * top
    net = np.arange(low, high + 1)
    orders = np.arange(0, 2 * top + 1)
    demand = np.arange(top + 1)
    one_period = np.zeros(net.size)
    for d, probability in zip(demand, demand_pmf, strict=True):
        end = net - d
        cost = holding_cost * np.maximum(end, 0) + backorder_cost * np.maximum(-end, 0)
        one_period += probability * cost
    value = np.zeros((net.size, orders.size))
    spread = (0.0, 0.0)
    for _ in range(20000):
        # y: stock after the express order; next state (y - D + q1, regular order placed now)
        after = np.zeros((net.size, orders.size, orders.size))
        for d, probability in zip(demand, demand_pmf, strict=True):
            index = np.clip(net[:, None] - d + orders - low, 0, net.size - 1)
            after += probability * value[index]
        after = (after + regular_cost * orders).min(axis=2)
        total = one_period[:, None] + after + express_cost * net[:, None]
        best = np.minimum.accumulate(total[::-1], axis=0)[::-1] - express_cost * net[:, None]
        change = best - value
        spread = (float(change.min()), float(change.max()))
        value = best - best[-low, 0]
        if spread[1] - spread[0] < tolerance:
            break
    return sum(spread) / 2.0
