"""Supply contracts for one selling season: who earns what, and which terms make both better off.

Symbols: price p, supplier's unit cost c, salvage v, wholesale price w. The channel is coordinated
when the retailer's own best quantity is the one that maximises the joint profit (Cachon 2003).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from scipy import optimize

from tools.errors import InvalidInput
from tools.replenishment.theory.newsvendor import expected_shortage


@dataclass(frozen=True)
class Season:
    """Demand (a frozen distribution) and the channel's prices."""

    demand: Any
    price: float
    cost: float
    salvage: float = 0.0

    def __post_init__(self) -> None:
        if not self.price > self.cost > self.salvage >= 0:
            raise InvalidInput(
                "Prices must satisfy price > cost > salvage ≥ 0.",
                "价格必须满足：售价 > 成本 > 残值 ≥ 0。",
            )

    def sales(self, quantity: float) -> float:
        """Expected units sold of an order of `quantity`."""
        return float(self.demand.mean()) - expected_shortage(self.demand, quantity)


@dataclass(frozen=True)
class Split:
    """Order quantity and expected profits under a contract."""

    quantity: float
    retailer: float
    supplier: float

    @property
    def total(self) -> float:
        return self.retailer + self.supplier


def integrated(season: Season) -> Split:
    """What one company owning both would do: the yardstick of every contract.

    >>> from scipy import stats
    >>> best = integrated(Season(stats.norm(250, 125), 115, 35, 25))
    >>> round(best.quantity, 2), round(best.total, 2)
    (402.58, 17869.31)
    """
    quantity = _best(season, season.price - season.cost, season.cost - season.salvage)
    sold = season.sales(quantity)
    total = season.price * sold + season.salvage * (quantity - sold) - season.cost * quantity
    return Split(quantity, total, 0.0)


def _best(season: Season, under: float, over: float) -> float:
    if under <= 0:
        return 0.0
    return float(season.demand.ppf(under / (under + over)))


@dataclass(frozen=True)
class Contract:
    """Payments from retailer to supplier: per unit ordered, per unit sold, back per unit left."""

    wholesale: float
    buyback: float = 0.0
    """Paid by the supplier for each unit left over (the retailer keeps no salvage of it)."""
    revenue_share: float = 1.0
    """Part of the revenue the retailer keeps."""
    fee: float = 0.0
    """Fixed payment of a two-part tariff."""


def outcome(season: Season, contract: Contract, quantity: float | None = None) -> Split:
    """Profits under a contract when the retailer orders its own best quantity (or the given one).

    >>> from scipy import stats
    >>> split = outcome(Season(stats.norm(250, 125), 115, 35, 25), Contract(75))
    >>> [round(x, 2) for x in (split.quantity, split.retailer, split.supplier, split.total)]
    [232.54, 5555.49, 9301.45, 14856.94]
    """
    kept = contract.revenue_share
    left_value = max(contract.buyback, kept * season.salvage)
    sold_value = kept * season.price
    if quantity is None:
        if contract.wholesale <= left_value:
            raise InvalidInput(
                "With these terms the retailer would order without limit: the value of a unit left "
                "over is not below its price.",
                "按这些条款零售商会无限订货：剩余商品的价值不低于进价。",
            )
        under, over = sold_value - contract.wholesale, contract.wholesale - left_value
        quantity = _best(season, under, over)
    sold = season.sales(quantity)
    left = quantity - sold
    retailer = sold_value * sold + left_value * left - contract.wholesale * quantity - contract.fee
    total = season.price * sold + season.salvage * left - season.cost * quantity
    return Split(quantity, retailer, total - retailer)


def efficiency(season: Season, split: Split) -> float:
    """Joint profit as a share of the integrated channel's."""
    return split.total / integrated(season).total


def coordinating_buyback(season: Season, wholesale: float) -> Contract:
    """Buyback price that coordinates the channel at a wholesale price (Pasternack 1985).

    b = p - (p - w)(p - v)/(p - c); the retailer keeps the share (p - w)/(p - c) of joint profit.

    >>> from scipy import stats
    >>> coordinating_buyback(Season(stats.norm(250, 125), 115, 35, 25), 75).buyback
    70.0
    """
    if not season.cost <= wholesale < season.price:
        raise InvalidInput(
            "The wholesale price must lie between the supplier's cost and the selling price.",
            "批发价必须在供应商成本与售价之间。",
        )
    p, c, v = season.price, season.cost, season.salvage
    return Contract(wholesale, buyback=p - (p - wholesale) * (p - v) / (p - c))


def coordinating_revenue_share(season: Season, kept: float) -> Contract:
    """Wholesale price w = phi c that coordinates when the retailer keeps the share phi.

    Leftovers are shared alike (Cachon & Lariviere 2005).

    >>> from scipy import stats
    >>> coordinating_revenue_share(Season(stats.norm(250, 125), 115, 35, 25), 0.5).wholesale
    17.5
    """
    if not 0.0 < kept <= 1.0:
        raise InvalidInput(
            "The kept share must be between 0 and 100 %.", "保留比例必须在 0 到 100% 之间。"
        )
    return Contract(kept * season.cost, revenue_share=kept)


def two_part_tariff(season: Season, retailer_profit: float) -> Contract:
    """Selling at cost for a fixed fee that leaves the retailer a given profit."""
    total = integrated(season).total
    return Contract(season.cost, fee=total - retailer_profit)


@dataclass(frozen=True)
class Flexibility:
    """Quantity flexibility: a share of the order may be returned at the full price paid."""

    wholesale: float
    returnable: float


def flexibility_outcome(
    season: Season, contract: Flexibility, quantity: float | None = None
) -> Split:
    """Profits when up to `returnable * Q` unsold units are refunded in full (Tsay 1999)."""

    def retailer(q: float) -> float:
        sold = season.sales(q)
        # beyond the refunded units the retailer salvages what is left
        committed = q * (1.0 - contract.returnable)
        kept = committed - season.sales(committed)
        returned = q - sold - kept
        revenue = season.price * sold + season.salvage * kept
        return revenue + contract.wholesale * returned - contract.wholesale * q

    if quantity is None:
        top = float(season.demand.ppf(0.9999))
        found = optimize.minimize_scalar(
            lambda q: -retailer(q), bounds=(0.0, 2 * top), method="bounded", options={"xatol": 1e-8}
        )
        quantity = float(found.x)
    sold = season.sales(quantity)
    total = season.price * sold + season.salvage * (quantity - sold) - season.cost * quantity
    own = retailer(quantity)
    return Split(quantity, own, total - own)


def coordinating_flexibility(season: Season, returnable: float) -> Flexibility:
    """Wholesale price at which a returnable share coordinates the channel.

    The retailer's marginal profit at the integrated quantity is set to zero.
    """
    if not 0.0 < returnable < 1.0:
        raise InvalidInput(
            "The returnable share must be between 0 and 100 %.", "可退比例必须在 0 到 100% 之间。"
        )
    best = integrated(season).quantity
    upper = float(season.demand.cdf(best))
    kept = 1.0 - returnable
    lower = float(season.demand.cdf(best * kept))
    p, v = season.price, season.salvage
    wholesale = (p * (1.0 - upper) + v * kept * lower) / (1.0 - upper + kept * lower)
    return Flexibility(wholesale, returnable)


def stackelberg(season: Season) -> tuple[float, Split]:
    """Wholesale price a leading supplier sets, knowing how the retailer will order.

    >>> from scipy import stats
    >>> w, split = stackelberg(Season(stats.uniform(0, 100), 10, 2))
    >>> [round(x, 4) for x in (w, split.quantity, split.supplier, split.retailer)]
    [6.0, 40.0, 160.0, 80.0]
    """
    found = optimize.minimize_scalar(
        lambda w: -outcome(season, Contract(w)).supplier,
        bounds=(season.cost, season.price),
        method="bounded",
        options={"xatol": 1e-10},
    )
    wholesale = float(found.x)
    return wholesale, outcome(season, Contract(wholesale))


def better_for_both(season: Season, wholesale: float) -> tuple[Contract, Split, Split] | None:
    """A coordinating buyback under which neither side earns less than at a plain wholesale price.

    The gain is shared in equal parts. Returns the contract and the split before and after, or None
    when the wholesale price already coordinates.
    """
    before = outcome(season, Contract(wholesale))
    best = integrated(season)
    gain = best.total - before.total
    if gain <= 1e-9 * abs(best.total):
        return None
    share = (before.retailer + gain / 2.0) / best.total
    new_wholesale = season.price - share * (season.price - season.cost)
    contract = coordinating_buyback(season, new_wholesale)
    return contract, before, outcome(season, contract)
