"""What a supplier asks for an item, and which quantities that allows.

The two rules every line meets are here: a quantity is a whole number of packs and not below the
minimum, and the price of *all* units falls when a price break is reached.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from tools.errors import InvalidInput
from tools.replenishment.lead_time import LeadTime

_ROUNDING = 1e-9


@dataclass(frozen=True)
class Offer:
    """One supplier's current terms for one item; costs are in the planner's base currency."""

    supplier: str
    unit_cost: float
    lead_time: LeadTime
    moq: float = 1.0
    pack_size: float = 1.0
    breaks: tuple[tuple[float, float], ...] = field(default=())
    """(from quantity, unit cost) ascending; the price holds for all units of the order."""
    weekly_capacity: float | None = None
    preferred: bool = False
    currency: str = "USD"
    """Currency of the order; `exchange_rate` converts it to the base currency."""
    exchange_rate: float = 1.0

    def __post_init__(self) -> None:
        if self.unit_cost <= 0 or any(cost <= 0 for _, cost in self.breaks):
            raise InvalidInput(
                f"Supplier {self.supplier} has a unit cost of zero or less; correct its terms.",
                f"供应商 {self.supplier} 的单位成本不大于零，请更正其供货条款。",
            )
        if self.moq <= 0 or self.pack_size <= 0:
            raise InvalidInput(
                f"Supplier {self.supplier} has a minimum or pack size of zero or less; "
                "correct its terms.",
                f"供应商 {self.supplier} 的起订量或包装数不大于零，请更正其供货条款。",
            )

    @property
    def smallest(self) -> float:
        """The smallest order: the first whole number of packs that reaches the minimum."""
        return self.round_up(self.moq)

    @property
    def pack_divides_minimum(self) -> bool:
        return abs(self.smallest - self.moq) < _ROUNDING

    def round_up(self, quantity: float) -> float:
        """Whole packs covering `quantity`."""
        return math.ceil(quantity / self.pack_size - _ROUNDING) * self.pack_size

    def orderable(self, quantity: float) -> float:
        """Smallest quantity that may be ordered and covers `quantity`; 0 for nothing."""
        return 0.0 if quantity <= _ROUNDING else max(self.round_up(quantity), self.smallest)

    def unit_cost_at(self, quantity: float) -> float:
        """Price per unit of an order of `quantity` (all-units price breaks)."""
        cost = self.unit_cost
        for minimum, reduced in self.breaks:
            if quantity >= minimum - _ROUNDING:
                cost = reduced
        return cost

    def cost(self, quantity: float) -> float:
        """Money an order of `quantity` ties up."""
        return quantity * self.unit_cost_at(quantity)
