"""Buying down a ranked list until the money is gone.

Every line is cut into steps (the smallest order, then pack by pack). A step's return is the value
it adds per unit of money it ties up; the envelope of a line makes returns fall along it, so taking
the best step each time is the optimum of the relaxed problem, and its value bounds every plan.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from tools.errors import InvalidInput
from tools.replenishment.sizing import Recommendation, worth

MAX_STEPS = 60
"""Steps per line; beyond that several packs make one step."""


@dataclass(frozen=True)
class Step:
    """Raising line `line` from the previous step to `quantity`."""

    line: int
    quantity: float
    cost: float
    value: float

    @property
    def rate(self) -> float:
        """Expected return on the money this step ties up."""
        return self.value / self.cost


@dataclass(frozen=True)
class Purchase:
    """What the budget buys."""

    lines: tuple[Recommendation, ...]
    """In the order of their return; quantities may be cut, and 0 where nothing was bought."""
    rates: tuple[float, ...]
    """Return on the money of each line, aligned with `lines`."""
    spent: float
    value: float
    bound: float
    """No plan within the budget is expected to earn more than this."""
    next_rate: float | None
    """Return of the first step that was left out: what one more unit of money would earn."""


def buy_down(lines: Sequence[Recommendation], budget: float) -> Purchase:
    """Spend at most `budget` on `lines`, best return first.

    Raises:
        InvalidInput: the budget is not positive, or no line's smallest order fits in it.
    """
    if not budget > 0:
        raise InvalidInput(
            "The budget must be more than zero.",
            "预算必须大于零。",
        )
    wanted = [line for line in lines if line.quantity > 0]
    steps = sorted(
        (step for index, line in enumerate(wanted) for step in envelope(line, index)),
        key=lambda step: -step.rate,
    )
    bought = [0.0] * len(wanted)
    spent = value = bound = 0.0
    left = budget
    next_rate: float | None = None
    stopped: set[int] = set()
    for step in steps:
        if left > 0:
            bound += step.value * min(1.0, left / step.cost) if step.value > 0 else 0.0
            left -= step.cost
        if step.line in stopped:
            continue
        if spent + step.cost > budget + 1e-6:
            # a later step of this line would need this one first
            stopped.add(step.line)
            next_rate = step.rate if next_rate is None else next_rate
            continue
        bought[step.line] = step.quantity
        spent += step.cost
        value += step.value
    if wanted and spent == 0.0:
        least = min(line.offer.cost(line.offer.smallest) for line in wanted)
        raise InvalidInput(
            f"The budget of {budget:,.2f} buys none of these lines; the smallest order costs "
            f"{least:,.2f}.",
            f"{budget:,.2f} 的预算买不了其中任何一行，最小的一单需要 {least:,.2f}。",
        )
    cut = [
        line
        if abs(quantity - line.quantity) < 1e-9
        else line.with_quantity(quantity, "budget" if quantity > 0 else line.binding)
        for line, quantity in zip(wanted, bought, strict=True)
    ]
    rates = [_rate(line) for line in cut]
    ranked = sorted(range(len(cut)), key=lambda i: (cut[i].quantity <= 0, -rates[i]))
    return Purchase(
        lines=tuple(cut[i] for i in ranked),
        rates=tuple(rates[i] for i in ranked),
        spent=spent,
        value=value,
        bound=max(bound, value),
        next_rate=next_rate,
    )


def return_on_money(line: Recommendation) -> float:
    """Expected value of the whole line per unit of money."""
    return _rate(line)


def _rate(line: Recommendation) -> float:
    if line.chosen is None or line.quantity <= 0:
        return 0.0
    return worth(line.need, line.chosen, line.quantity).value / line.cost


def envelope(line: Recommendation, index: int = 0) -> list[Step]:
    """Steps of one line with falling returns (upper concave envelope of value over cost)."""
    if line.chosen is None:
        return []
    offer = line.offer
    first = min(offer.smallest, line.quantity)
    packs = max(round((line.quantity - first) / offer.pack_size), 0)
    stride = max(1, -(-packs // MAX_STEPS))
    quantities = [first + offer.pack_size * k for k in range(0, packs, stride)]
    quantities = [*quantities, line.quantity]
    points = [(0.0, 0.0, 0.0)]
    for quantity in quantities:
        value = worth(line.need, line.chosen, quantity).value
        points.append((offer.cost(quantity), value, quantity))
    hull: list[tuple[float, float, float]] = []
    for point in sorted(points):
        while len(hull) >= 2 and _turns_up(hull[-2], hull[-1], point):
            hull.pop()
        hull.append(point)
    return [
        Step(index, after[2], after[0] - before[0], after[1] - before[1])
        for before, after in pairwise(hull)
        if after[0] - before[0] > np.finfo(float).eps and after[2] > before[2]
    ]


def _turns_up(
    a: tuple[float, float, float], b: tuple[float, float, float], c: tuple[float, float, float]
) -> bool:
    return (b[0] - a[0]) * (c[1] - a[1]) >= (c[0] - a[0]) * (b[1] - a[1])
