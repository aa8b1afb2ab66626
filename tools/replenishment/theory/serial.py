"""Stock along a chain: the serial system and guaranteed-service safety stock.

Serial: every stage follows an echelon base-stock level, found stage by stage from the customer
(Clark & Scarf 1960; Chen & Zheng 1994). Guaranteed service: every stage promises a delivery time,
and safety stock covers what the promises leave open (Graves & Willems 2000).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats

from tools.errors import InvalidInput


@dataclass(frozen=True)
class EchelonPlan:
    """Echelon base-stock levels, customer stage first, and the cost per period."""

    levels: tuple[float, ...]
    cost: float


def serial_system(
    echelon_holding: Sequence[float],
    lead_times: Sequence[float],
    backorder_cost: float,
    mean: float,
    sd: float,
    step: float = 0.01,
) -> EchelonPlan:
    """Optimal echelon base-stock levels; stages are listed from the customer upwards.

    C_j(y) = E[h_j (y - D_j) + C_{j-1}(min(S_{j-1}, y - D_j))], S_j = argmin C_j, D_j normal demand
    over lead time L_j, the last stage paying (p + sum h) per unit owed.

    >>> plan = serial_system([3, 2, 2], [1, 1, 2], 37.12, 5, 1)
    >>> [round(level, 2) for level in plan.levels], round(plan.cost, 1)
    ([6.49, 12.02, 22.71], 47.7)
    """
    longest = sum(lead_times)
    top = mean * longest + 8 * sd * math.sqrt(longest)
    grid = np.arange(-top, 1.6 * top + step, step)
    below = np.maximum(-grid, 0.0) * (backorder_cost + sum(echelon_holding))
    levels: list[float] = []
    cost = 0.0
    for holding, lead in zip(echelon_holding, lead_times, strict=True):
        spread = sd * math.sqrt(lead)
        reach = math.ceil(8 * spread / step)
        offsets = np.arange(-reach, reach + 1) * step
        weights = stats.norm.cdf((offsets + step / 2) / spread) - stats.norm.cdf(
            (offsets - step / 2) / spread
        )
        weights /= weights.sum()
        value = holding * grid + below
        # y - D: shift by the mean, then average over the spread; ends continue linearly
        shifted = np.interp(grid - mean * lead, grid, value)
        left = grid - mean * lead < grid[0]
        slope = (value[1] - value[0]) / step
        shifted[left] = value[0] + slope * (grid[left] - mean * lead - grid[0])
        padded = np.concatenate(
            [
                shifted[0] + (shifted[1] - shifted[0]) * np.arange(-reach, 0),
                shifted,
                shifted[-1] + (shifted[-1] - shifted[-2]) * np.arange(1, reach + 1),
            ]
        )
        expected = np.convolve(padded, weights, mode="valid")
        inside = grid > 0
        index = int(np.flatnonzero(inside)[np.argmin(expected[inside])])
        levels.append(float(grid[index]))
        cost = float(expected[index])
        below = np.where(grid < grid[index], expected, expected[index])
    return EchelonPlan(tuple(levels), cost)


@dataclass(frozen=True)
class ServiceStage:
    """One stage of a supply tree; times in whole periods."""

    processing_time: int
    holding_cost: float
    demand_sd: float = 0.0
    """Standard deviation of external demand at this stage."""
    inbound_time: int = 0
    """Service time an external supplier quotes."""
    outbound_limit: int | None = None
    """Longest service time that customers accept; None for a stage with none of its own."""


@dataclass(frozen=True)
class ServicePlan:
    """Committed service time by stage, and the cost of the safety stock."""

    service_times: Mapping[str, int]
    cost: float


def guaranteed_service(
    stages: Mapping[str, ServiceStage], edges: Sequence[tuple[str, str]], safety_factor: float = 1.0
) -> ServicePlan:
    """Cheapest service times on a tree of stages (edges run from supplier to customer).

    A stage holds safety_factor * sd * sqrt(SI + T - S) with SI the longest time its suppliers
    quote. The tree is solved by message passing from the leaves (Graves & Willems 2000).

    >>> stages = {
    ...     "1": ServiceStage(2, 1, inbound_time=1), "2": ServiceStage(1, 3, 1.0, outbound_limit=0),
    ...     "3": ServiceStage(1, 2), "4": ServiceStage(1, 3, 1.0, outbound_limit=1)}
    >>> plan = guaranteed_service(stages, [("1", "3"), ("3", "2"), ("3", "4")])
    >>> round(plan.cost, 5), plan.service_times["4"]
    (8.27792, 1)
    """
    if len(edges) != len(stages) - 1:
        raise InvalidInput(
            "The stages must form one tree: as many links as stages less one.",
            "各环节必须构成一棵树：连接数应等于环节数减一。",
        )
    solver = _TreeSolver(stages, edges, safety_factor)
    root = next(iter(stages))
    tables = solver.message(root, None)
    best = min(tables.items(), key=lambda entry: entry[1][0])
    times: dict[str, int] = {}
    solver.collect(root, best[0], tables, times)
    return ServicePlan(times, best[1][0])


Choice = tuple[int, int]
"""(inbound service time, outbound service time) of a stage."""
_Table = dict[Choice, tuple[float, dict[str, Choice]]]


class _TreeSolver:
    """Costs of a subtree for every pair of service times of its root stage."""

    def __init__(
        self,
        stages: Mapping[str, ServiceStage],
        edges: Sequence[tuple[str, str]],
        safety_factor: float,
    ) -> None:
        self.stages, self.factor = stages, safety_factor
        self.suppliers = {name: [a for a, b in edges if b == name] for name in stages}
        self.customers = {name: [b for a, b in edges if a == name] for name in stages}
        self.variance = {name: self._variance(name) for name in stages}
        self.longest = {name: self._longest(name) for name in stages}
        self.tables: dict[str, _Table] = {}

    def _variance(self, name: str) -> float:
        own = self.stages[name].demand_sd ** 2
        return own + sum(self._variance(customer) for customer in self.customers[name])

    def _longest(self, name: str) -> int:
        stage = self.stages[name]
        before = max((self._longest(s) for s in self.suppliers[name]), default=stage.inbound_time)
        return max(before, stage.inbound_time) + stage.processing_time

    def message(self, name: str, parent: str | None) -> _Table:
        """Cheapest cost of the subtree behind `name`, by its service times, and how."""
        stage = self.stages[name]
        neighbours = [n for n in self.suppliers[name] + self.customers[name] if n != parent]
        below = {n: self.message(n, name) for n in neighbours}
        limit = self.longest[name]
        if stage.outbound_limit is not None:
            limit = min(limit, stage.outbound_limit)
        earliest = stage.inbound_time
        table: _Table = {}
        for inbound in range(earliest, self.longest[name] - stage.processing_time + 1):
            for outbound in range(min(limit, inbound + stage.processing_time) + 1):
                net = inbound + stage.processing_time - outbound
                sd = math.sqrt(self.variance[name] * net)
                total, picks = stage.holding_cost * self.factor * sd, {}
                for other, costs in below.items():
                    is_supplier = other in self.suppliers[name]
                    fitting = [
                        (cost, choice)
                        for choice, (cost, _) in costs.items()
                        if (choice[1] <= inbound if is_supplier else choice[0] >= outbound)
                    ]
                    if not fitting:
                        total = math.inf
                        break
                    cost, picks[other] = min(fitting)
                    total += cost
                if total < math.inf:
                    table[inbound, outbound] = (total, picks)
        self.tables[name] = table
        return table

    def collect(self, name: str, choice: Choice, table: _Table, times: dict[str, int]) -> None:
        """Read the chosen service times back along the tree."""
        times[name] = choice[1]
        for other, picked in table[choice][1].items():
            self.collect(other, picked, self.tables[other], times)
