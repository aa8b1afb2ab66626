"""Purchase orders of the simulated company: how much is ordered, and how suppliers deliver it.

Orders follow a periodic (R, s, S) policy on a planner's moving average, not on the true mean, so
that they carry the mistakes real orders carry. Deliveries scatter around the promised lead time,
arrive late around the Chinese New Year, in parts, or in part only; suppliers revise promises.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np

from tools.data.demo.company import SUPPLIERS, DemoTerm

REVIEW_DAYS = 7
CYCLE_DAYS = 24
"""Days of demand an order covers beyond the reorder point, minimum and pack apart."""
SHUTDOWN_DAYS = 14
"""How long Chinese factories stand still from shortly before the New Year."""
ANNUAL_RISE = 0.025
"""Yearly rise of purchase prices, every first of January."""


@dataclass
class DemoLine:
    """One order line; days are positions on the day axis."""

    item: int
    term: DemoTerm
    quantity: int
    unit_cost: float
    requested: int
    promises: list[tuple[int, int, int]] = field(default_factory=list)
    """(day stated, day promised, quantity)."""
    arrivals: list[tuple[int, int, int]] = field(default_factory=list)
    """(day, quantity delivered, of which rejected)."""
    cancelled: int = 0
    cancelled_at: int | None = None

    def received(self, before: int) -> int:
        return sum(quantity for day, quantity, _ in self.arrivals if day < before)

    def cancelled_before(self, day: int) -> int:
        settled = self.cancelled_at is not None and self.cancelled_at < day
        return self.cancelled if settled else 0

    def outstanding(self, today: int) -> int:
        return self.quantity - self.cancelled_before(today) - self.received(today)


@dataclass
class DemoOrder:
    """A purchase order with its lines."""

    number: str
    supplier: int
    location: int
    ordered: int
    lines: list[DemoLine]


@dataclass(frozen=True)
class DeliveryFault:
    """A planted supplier anomaly: befalls the supplier's first line ordered from `day` on."""

    kind: str
    supplier: int
    day: int
    size: float


def round_up(quantity: float, term: DemoTerm) -> int:
    """Smallest order of at least `quantity` that the term's minimum, pack and capacity allow."""
    packs = math.ceil(max(quantity, term.moq) / term.pack_size)
    if term.weekly_capacity is not None:
        most = math.floor(term.weekly_capacity / term.pack_size)
        packs = max(min(packs, most), math.ceil(term.moq / term.pack_size))
    return packs * term.pack_size


def cost_on(term: DemoTerm, quantity: float, years_before_today: int) -> float:
    """Unit cost of an order of `quantity`, `years_before_today` price lists ago."""
    cost = term.unit_cost
    for minimum, lower in term.breaks:
        if quantity >= minimum:
            cost = lower
    return round(cost / (1 + ANNUAL_RISE) ** years_before_today, 4)


def plan_delivery(
    line: DemoLine, ordered: int, shutdowns: list[int], delay: int, rng: np.random.Generator
) -> None:
    """Draw when and in what parts `line` arrives, and what the supplier promises meanwhile."""
    partner = SUPPLIERS[line.term.supplier]
    promised = line.requested + (int(rng.integers(1, 6)) if rng.random() < 0.2 else 0)
    stated = ordered + int(rng.integers(1, 4))
    line.promises.append((stated, promised, line.quantity))
    length = line.term.lead_time_days * math.exp(rng.normal(-0.8, 1.0) * partner.spread)
    actual = ordered + max(2, round(length) + delay)
    if partner.country == "CN":
        for start in shutdowns:
            if start - 12 <= actual <= start + SHUTDOWN_DAYS:
                actual += SHUTDOWN_DAYS
    if actual > promised + 1 and rng.random() < 0.92:
        told = max(stated + 1, promised - int(rng.integers(1, 9)))
        line.promises.append((told, actual + int(rng.integers(-1, 6)), line.quantity))
    rejected = int(line.quantity * rng.uniform(0.01, 0.06)) if rng.random() < 0.02 else 0
    if rng.random() >= partner.partial or line.quantity < 2 * line.term.pack_size:
        line.arrivals.append((actual, line.quantity, rejected))
        return
    packs = line.quantity // line.term.pack_size
    first = max(1, round(packs * rng.uniform(0.4, 0.8))) * line.term.pack_size
    rest = line.quantity - first
    line.arrivals.append((actual, first, min(rejected, first)))
    second = actual + int(rng.integers(6, 22))
    if rest and rng.random() < partner.short:
        line.cancelled, line.cancelled_at = rest, second
    elif rest:
        line.arrivals.append((second, rest, 0))
        if rng.random() < 0.9:
            last = line.promises[-1][0]
            told = max(last + 1, min(actual, promised) - int(rng.integers(0, 3)))
            line.promises.append((told, second + int(rng.integers(-1, 4)), rest))


def cut_short(line: DemoLine, share: float, today: int) -> None:
    """Deliver only `share` of the line; the rest is cancelled three days after the delivery."""
    day = min(line.arrivals[0][0], today - 5)
    packs = max(1, round(line.quantity * share / line.term.pack_size))
    delivered = min(packs * line.term.pack_size, line.quantity - 1)
    line.arrivals[:] = [(day, delivered, 0)]
    line.cancelled, line.cancelled_at = line.quantity - delivered, day + 3
