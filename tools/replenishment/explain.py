"""Why a line has its quantity, told by re-solving with one rule removed at a time.

Every component is a difference between two solutions, so the components add up to the quantity and
each is what that rule alone costs in units and money.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

from tools.replenishment.sizing import Need, Recommendation, Rules, Sized, recommend, size_offer

ComponentKey = Literal[
    "demand",
    "available",
    "lost_before",
    "demand_buffer",
    "lead_time_spread",
    "pack",
    "moq",
    "price_break",
    "cap",
    "budget",
]


@dataclass(frozen=True)
class Component:
    """What one cause adds to the quantity."""

    key: ComponentKey
    units: float
    money: float


def components(line: Recommendation, quantity: float | None = None) -> list[Component]:
    """The causes of a line's quantity, adding up to it.

    Demand until the next order could arrive, less the stock for it, less demand lost before this
    order can arrive; then the buffer for uncertain demand at the service level, what the spread of
    the lead time adds, and what packs, minimum, price break and caps add. `quantity` is the final
    one when a budget or a planner changed it.
    """
    if line.chosen is None:
        return []
    need, offer = line.need, line.offer
    final = line.quantity if quantity is None else quantity

    def sized(rules: Rules) -> Sized:
        return size_offer(need, offer, rules)

    free = Rules(moq=False, pack=False, price_break=False)
    steady = sized(replace(free, lead_time_spread=False))
    demand = steady.outlook.demand_until_next
    lost = steady.outlook.lost_before
    # what the mean future needs: demand less everything that serves it, never below nothing
    supply = need.futures.available + _receipts_before_next(need, steady)
    plain = max(demand - supply - lost, 0.0)
    chain: list[tuple[ComponentKey, float]] = [
        ("demand", demand),
        ("available", plain - (demand - lost)),
        ("lost_before", -lost),
        ("demand_buffer", steady.target - plain),
    ]
    level = steady.target
    stages: list[tuple[ComponentKey, float]] = [
        ("lead_time_spread", sized(free).target),
        ("pack", _uncapped(need, line, Rules(moq=False, price_break=False))),
        ("moq", _uncapped(need, line, Rules(price_break=False))),
        ("price_break", _uncapped(need, line, Rules())),
        ("cap", line.chosen.quantity),
        ("budget", final),
    ]
    for key, reached in stages:
        chain.append((key, reached - level))
        level = reached
    cost = line.offer.unit_cost_at(max(final, offer.smallest))
    return [Component(key, units, units * cost) for key, units in chain]


def _uncapped(need: Need, line: Recommendation, rules: Rules) -> float:
    """Quantity of the chosen offer before capacity and shelf life cut it."""
    offer = replace(line.offer, weekly_capacity=None)
    return size_offer(replace(need, shelf_life_days=None), offer, rules).quantity


def _receipts_before_next(need: Need, sized: Sized) -> float:
    last = int(sized.lead_days[0]) + need.review_days
    return float(need.futures.receipts[:, :last].sum(axis=1).mean())


WITHOUT: Mapping[str, Rules] = {
    "moq": Rules(moq=False),
    "pack": Rules(pack=False),
    "price_break": Rules(price_break=False),
    "lead_time_spread": Rules(lead_time_spread=False),
}
"""Rules that a planner can ask to leave out, by the tool's argument."""


def without_rule(need: Need, rule: str) -> Recommendation:
    """The recommendation if one rule did not exist."""
    return recommend(need, WITHOUT[rule])
