"""Economic order quantities: the fixed cost of ordering against the cost of keeping stock.

Symbols: K fixed cost per order, h holding cost per unit and year, d demand per year. Costs are per
year and leave out the purchase price unless a price is an argument.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from scipy import optimize

from tools.errors import InvalidInput


@dataclass(frozen=True)
class Lot:
    """An order quantity and its yearly cost."""

    quantity: float
    cost: float
    stock_out_fraction: float = 0.0
    """Share of demand that is backordered on purpose."""


def _positive(**values: float) -> None:
    for name, value in values.items():
        if not value > 0:
            raise InvalidInput(
                f"{name.replace('_', ' ')} must be more than zero, not {value:g}.",
                f"{name} 必须大于零，而不是 {value:g}。",
            )


def eoq(
    fixed_cost: float,
    holding_cost: float,
    demand: float,
    *,
    production_rate: float | None = None,
    backorder_cost: float | None = None,
) -> Lot:
    """Economic order quantity; with a production rate or planned backorders when given.

    Q = sqrt(2 K d / (h (1 - d/P)) * (h + p)/p), cost sqrt(2 K d h (1 - d/P) * p/(h + p)); P is the
    production rate, p the backorder cost per unit and year (Harris 1913; Snyder & Shen, ch. 3).

    >>> lot = eoq(8, 0.225, 1300)
    >>> round(lot.quantity, 4), round(lot.cost, 4)
    (304.0468, 68.4105)
    >>> round(eoq(8, 0.225, 1300, production_rate=2000).quantity, 4)
    513.9329
    >>> round(eoq(8, 0.225, 1300, backorder_cost=5).stock_out_fraction, 5)
    0.04306
    """
    _positive(fixed_cost=fixed_cost, holding_cost=holding_cost, demand=demand)
    effective = holding_cost
    if production_rate is not None:
        if production_rate <= demand:
            raise InvalidInput(
                f"A production rate of {production_rate:g} cannot meet a demand of {demand:g}.",
                f"产能 {production_rate:g} 无法满足需求 {demand:g}。",
            )
        effective = holding_cost * (1.0 - demand / production_rate)
    ratio, short = 1.0, 0.0
    if backorder_cost is not None:
        _positive(backorder_cost=backorder_cost)
        ratio = backorder_cost / (effective + backorder_cost)
        short = 1.0 - ratio
    quantity = math.sqrt(2.0 * fixed_cost * demand / (effective * ratio))
    return Lot(quantity, math.sqrt(2.0 * fixed_cost * demand * effective * ratio), short)


def lot_cost(quantity: float, fixed_cost: float, holding_cost: float, demand: float) -> float:
    """Yearly ordering and holding cost of any quantity: K d / Q + h Q / 2."""
    _positive(quantity=quantity)
    return fixed_cost * demand / quantity + holding_cost * quantity / 2.0


def eoq_all_units(
    fixed_cost: float, rate: float, demand: float, breaks: Sequence[tuple[float, float]]
) -> Lot:
    """Quantity under all-units price breaks [(from quantity, price), ...]; cost includes purchase.

    h = rate * price; each price's EOQ is moved up to its break when it falls below it, and the
    cheapest candidate wins (Hadley & Whitin 1963).

    >>> lot = eoq_all_units(8, 0.3, 1300, [(0, 0.75), (400, 0.72), (800, 0.68)])
    >>> round(lot.quantity, 4), round(lot.cost, 4)
    (800, 978.6)
    """
    _positive(fixed_cost=fixed_cost, rate=rate, demand=demand)
    lots = []
    for start, price in breaks:
        _positive(price=price)
        quantity = max(eoq(fixed_cost, rate * price, demand).quantity, start)
        cost = price * demand + lot_cost(quantity, fixed_cost, rate * price, demand)
        if price == _price_at(quantity, breaks):
            lots.append(Lot(quantity, cost))
    return min(lots, key=lambda lot: lot.cost)


def _price_at(quantity: float, breaks: Sequence[tuple[float, float]]) -> float:
    return [price for start, price in breaks if quantity >= start][-1]


def eoq_incremental(
    fixed_cost: float, rate: float, demand: float, breaks: Sequence[tuple[float, float]]
) -> Lot:
    """Quantity when a break's price holds only for the units beyond it; cost includes purchase.

    Each bracket acts like an EOQ with fixed cost K + (what the earlier units cost more).

    >>> lot = eoq_incremental(8, 0.3, 1300, [(0, 0.75), (400, 0.72), (800, 0.68)])
    >>> round(lot.quantity, 4), round(lot.cost, 4)
    (304.0468, 1043.4105)
    """
    lots = []
    extra = 0.0
    for index, (start, price) in enumerate(breaks):
        if index:
            extra += (breaks[index - 1][1] - price) * start
        quantity = eoq(fixed_cost + extra, rate * price, demand).quantity
        end = breaks[index + 1][0] if index + 1 < len(breaks) else math.inf
        if start <= quantity < end:
            average = price + extra / quantity
            cost = average * demand + lot_cost(quantity, fixed_cost, rate * average, demand)
            lots.append(Lot(quantity, cost))
    return min(lots, key=lambda lot: lot.cost)


def eoq_with_disruptions(
    fixed_cost: float,
    holding_cost: float,
    backorder_cost: float,
    demand: float,
    disruption_rate: float,
    recovery_rate: float,
) -> Lot:
    """EOQ when the supplier fails at rate lambda and recovers at rate mu; unmet demand is lost.

    Cost (K + h Q^2 / 2d + p d psi/mu) / (Q/d + psi/mu) with psi = lambda/(lambda+mu) *
    (1 - exp(-(lambda+mu) Q/d)), minimised numerically (Berk & Arreola-Risa 1994).

    >>> lot = eoq_with_disruptions(8, 0.225, 5, 1300, 1.5, 14)
    >>> round(lot.quantity, 3), round(lot.cost, 3)
    (772.811, 173.95)
    """
    _positive(fixed_cost=fixed_cost, holding_cost=holding_cost, demand=demand)
    total = disruption_rate + recovery_rate

    def cost(quantity: float) -> float:
        down = disruption_rate / total * -math.expm1(-total * quantity / demand) / recovery_rate
        spent = fixed_cost + holding_cost * quantity**2 / (2.0 * demand)
        return (spent + backorder_cost * demand * down) / (quantity / demand + down)

    start = eoq(fixed_cost, holding_cost, demand).quantity
    found = optimize.minimize_scalar(
        cost, bounds=(start / 10, start * 50), method="bounded", options={"xatol": 1e-9}
    )
    return Lot(float(found.x), float(found.fun))
