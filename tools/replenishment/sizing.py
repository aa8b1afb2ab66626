"""How much of one item to order today, from whom, and what that is worth.

The quantity covers the shortages an order placed today can prevent in the share of futures the
service level asks for; packs, minimum, price breaks, capacity and shelf life then shape it. Each
rule can be switched off, which is how a recommendation explains itself: solve again without it.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from tools.errors import InvalidInput
from tools.replenishment.lead_time import LeadTime
from tools.replenishment.offers import Offer
from tools.replenishment.preventable import Futures, Preventable, on_hand, preventable

DAYS_PER_YEAR = 365.0

Outcome = Literal["order", "enough", "not_worth_it", "spoils", "no_supplier"]
Binding = Literal["target", "pack", "moq", "price_break", "capacity", "shelf_life", "budget"]


@dataclass(frozen=True)
class Rules:
    """Which rules shape the quantity; switching one off shows what it adds."""

    moq: bool = True
    pack: bool = True
    price_break: bool = True
    lead_time_spread: bool = True
    money: bool = True
    """Leave out an order that costs more than it earns."""


@dataclass(frozen=True, eq=False)
class Need:
    """One item at the place that suppliers deliver it to, with everything its order depends on."""

    item: str
    location: str
    futures: Futures
    offers: tuple[Offer, ...]
    unit_price: float
    """What a sale brings, in the base currency."""
    holding_rate: float = 0.25
    """Yearly cost of stock as a share of its value (capital, space, insurance)."""
    review_days: int = 7
    service_level: float = 0.95
    shelf_life_days: int | None = None

    def __post_init__(self) -> None:
        check_service_level(self.service_level)
        if self.review_days < 1:
            raise InvalidInput(
                "The review interval must be at least one day.", "补货检查间隔至少为一天。"
            )

    @property
    def seed(self) -> int:
        """The same item meets the same lead times in every re-solve (common random numbers)."""
        return zlib.crc32(f"{self.item}|{self.location}".encode())


@dataclass(frozen=True, eq=False)
class Sized:
    """The quantity one offer leads to, before suppliers are compared."""

    offer: Offer
    quantity: float
    target: float
    """Quantity the service level asks for, before packs and minimum."""
    outlook: Preventable
    binding: Binding
    lead_days: NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Recommendation:
    """An order line (or why there is none) with what it costs and earns."""

    need: Need
    outcome: Outcome
    chosen: Sized | None
    quantity: float = 0.0
    binding: Binding = "target"
    choice: Literal["only", "cheapest", "faster"] = "only"
    others: tuple[Sized, ...] = field(default=())
    """What the other suppliers' terms would have led to."""
    last_order_day: int = 0
    """Days from today until which ordering still arrives before stock runs out at the target."""

    @property
    def offer(self) -> Offer:
        if self.chosen is None:
            raise ValueError(f"{self.need.item} has no offer")
        return self.chosen.offer

    @property
    def unit_cost(self) -> float:
        return self.offer.unit_cost_at(self.quantity)

    @property
    def cost(self) -> float:
        return self.quantity * self.unit_cost

    def with_quantity(self, quantity: float, binding: Binding) -> Recommendation:
        """The same line with another quantity (a budget cut, a planner's trial)."""
        return Recommendation(
            need=self.need,
            outcome="order" if quantity > 0 else self.outcome,
            chosen=self.chosen,
            quantity=quantity,
            binding=binding,
            choice=self.choice,
            others=self.others,
            last_order_day=self.last_order_day,
        )


@dataclass(frozen=True)
class Worth:
    """Expected consequence of ordering a quantity instead of nothing, in base currency."""

    saved_units: float
    margin_saved: float
    holding_cost: float
    spoilage_cost: float
    purchase_saving: float
    """Money saved by a price break on units that would be bought later anyway."""

    @property
    def value(self) -> float:
        return self.margin_saved + self.purchase_saving - self.holding_cost - self.spoilage_cost


def check_service_level(level: float) -> None:
    """Refuse levels outside [0.5, 1), naming the likely slip.

    Below one half the plan would run out more often than not, which nobody asks for.

    Raises:
        InvalidInput: 0, 1, a percentage written as 95, or anything else outside the range.
    """
    if 0.5 <= level < 1.0:
        return
    if level >= 1.0 and level != 1.0 and level < 100.0:
        raise InvalidInput(
            f"A service level of {level:g} is more than everything; write {level:g} % if you "
            "meant percent.",
            f"服务水平 {level:g} 超过了全部需求；如果是百分数，请写 {level:g}%。",
        )
    if level == 1.0:
        raise InvalidInput(
            "No finite stock guarantees a 100 % service level; ask for 99.5 % or less.",
            "没有任何库存能保证 100% 的服务水平，请设定 99.5% 或更低。",
        )
    raise InvalidInput(
        f"A service level of {level * 100:g} % is not possible; give one between 50 % and 99.5 %.",
        f"服务水平 {level * 100:g}% 不可能实现，请给出 50% 到 99.5% 之间的值。",
    )


def worth(need: Need, sized: Sized, quantity: float) -> Worth:
    """What an order of `quantity` under `sized.offer` brings over ordering nothing."""
    offer, outlook = sized.offer, sized.outlook
    regular = offer.unit_cost_at(max(offer.orderable(min(sized.target, quantity)), offer.smallest))
    unit_cost = offer.unit_cost_at(quantity)
    saved = float(outlook.saved(quantity))
    spoiled = float(outlook.spoiled(quantity))
    daily = need.holding_rate / DAYS_PER_YEAR * unit_cost
    return Worth(
        saved_units=saved,
        margin_saved=saved * (need.unit_price - regular),
        holding_cost=float(outlook.unit_days(quantity)) * daily,
        spoilage_cost=spoiled * unit_cost,
        purchase_saving=(quantity - spoiled) * (regular - unit_cost) if quantity > 0 else 0.0,
    )


def recommend(need: Need, rules: Rules | None = None) -> Recommendation:
    """Quantity, supplier and reason for one item.

    Suppliers are compared on what choosing them costs: margin lost before their order can arrive,
    plus the premium over the cheapest. The slow supplier wins unless waiting loses more than the
    quick one's premium.
    """
    rules = rules or Rules()
    if not need.offers:
        return Recommendation(need, "no_supplier", None)
    sized = [size_offer(need, offer, rules) for offer in need.offers]
    cheapest = min(sized, key=lambda s: (s.offer.unit_cost_at(s.quantity), not s.offer.preferred))
    best = min(sized, key=lambda s: (_choice_cost(need, s, cheapest), not s.offer.preferred))
    choice: Literal["only", "cheapest", "faster"] = "only"
    if len(sized) > 1:
        choice = "cheapest" if best is cheapest else "faster"
    quantity, outcome = best.quantity, "order" if best.quantity > 0 else "enough"
    if quantity > 0 and rules.money and worth(need, best, quantity).value < 0:
        spoils = worth(need, best, quantity).spoilage_cost
        outcome = "spoils" if spoils > worth(need, best, quantity).holding_cost else "not_worth_it"
        quantity = 0.0
    return Recommendation(
        need=need,
        outcome=outcome,  # type: ignore[arg-type]
        chosen=best,
        quantity=quantity,
        binding=best.binding,
        choice=choice,
        others=tuple(s for s in sized if s is not best),
        last_order_day=_last_order_day(need, best),
    )


def _choice_cost(need: Need, sized: Sized, cheapest: Sized) -> float:
    unit_cost = sized.offer.unit_cost_at(sized.quantity)
    base = cheapest.offer.unit_cost_at(cheapest.quantity)
    margin = max(need.unit_price - base, 0.0)
    # a quick supplier may need nothing yet, but would supply these units at its price all the same
    units = max(sized.quantity, cheapest.quantity, 1.0)
    return margin * sized.outlook.lost_before + (unit_cost - base) * units


def size_offer(need: Need, offer: Offer, rules: Rules) -> Sized:
    """Quantity to order under one offer: target, then packs, minimum, breaks, caps."""
    lead_days, outlook = _outlook(
        need.futures,
        offer.lead_time,
        rules.lead_time_spread,
        need.review_days,
        need.shelf_life_days,
        need.seed,
    )
    target = outlook.quantity_for(need.service_level)
    quantity, binding = target, "target"
    if quantity > 0:
        quantity, binding = _shape(need, offer, rules, outlook, target)
    return Sized(offer, quantity, target, outlook, binding, lead_days)  # type: ignore[arg-type]


@lru_cache(maxsize=2048)
def _outlook(
    futures: Futures,
    lead_time: LeadTime,
    spread: bool,
    review_days: int,
    shelf_life_days: int | None,
    seed: int,
) -> tuple[NDArray[np.int64], Preventable]:
    """Lead times and outlook of one offer; the same at every service level, hence remembered."""
    lead_time = lead_time if spread else lead_time.without_spread()
    n = futures.demand.shape[0]
    lead_days = lead_time.sample(n, seed)
    following = lead_time.sample(n, seed + 1)
    return lead_days, preventable(futures, lead_days, review_days, shelf_life_days, following)


def _shape(
    need: Need, offer: Offer, rules: Rules, outlook: Preventable, target: float
) -> tuple[float, str]:
    quantity, binding = target, "target"
    if rules.pack and offer.round_up(quantity) > quantity + 1e-9:
        quantity, binding = offer.round_up(quantity), "pack"
    minimum = offer.smallest if rules.pack else offer.moq
    if rules.moq and quantity < minimum - 1e-9:
        quantity, binding = minimum, "moq"
    if rules.price_break and offer.breaks:
        draft = Sized(offer, quantity, target, outlook, "target", np.empty(0, dtype=np.int64))
        reach = [offer.round_up(start) for start, _ in offer.breaks if start > quantity]
        value = {q: worth(need, draft, q).value for q in (quantity, *reach)}
        best = max(value, key=lambda q: value[q])
        if best > quantity:
            quantity, binding = best, "price_break"
    caps: list[tuple[float, str]] = []
    if offer.weekly_capacity is not None:
        caps.append((offer.weekly_capacity * max(need.review_days / 7.0, 1.0), "capacity"))
    if outlook.shelf is not None:
        # the last unit must still be expected to sell: newsvendor ratio on shelf-life demand
        unit_cost = offer.unit_cost_at(quantity)
        ratio = max(need.unit_price - unit_cost, 0.0) / max(need.unit_price, 1e-9)
        caps.append((float(np.quantile(outlook.shelf, ratio)), "shelf_life"))
    for cap, name in caps:
        if quantity > cap:
            packs = np.floor(cap / offer.pack_size + 1e-9) * offer.pack_size if rules.pack else cap
            allowed = float(packs) if packs >= minimum or not rules.moq else 0.0
            if name == "capacity" or allowed > 0:
                quantity, binding = allowed, name
            else:
                quantity = minimum  # judged by its worth: it may still earn more than it spoils
    return quantity, binding


def _last_order_day(need: Need, sized: Sized) -> int:
    """Largest day on which ordering still arrives before stock runs out, at the service level."""
    shelf = on_hand(need.futures.cumulative_net())
    empty = shelf <= 1e-9
    horizon = need.futures.horizon
    first = np.where(empty.any(axis=1), empty.argmax(axis=1), horizon)
    slack = np.sort(first - sized.lead_days)
    rank = int(np.floor((1.0 - need.service_level) * slack.size))
    return int(slack[min(rank, slack.size - 1)])
