"""The demo company's places and business partners: where it sells, who supplies it, on what terms.

Every location is supplied directly by the suppliers; stock moves between the two American
locations only as an exception. All terms are in the base currency.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tools.data.demo.assortment import DemoItem
from tools.data.schema import LocationKind

NAME = ("Harbour & Pine Trading", "松港贸易")
BASE_CURRENCY = "USD"
BUYER = "Grace Lin"


@dataclass(frozen=True)
class DemoLocation:
    """A place with stock; `share` is its part of the company's demand."""

    code: str
    name_en: str
    name_zh: str
    kind: LocationKind
    country: str
    time_zone: str
    share: float
    weekly: tuple[float, ...]
    """Demand factor from Monday to Sunday, mean one."""
    return_rate: float
    mean_temperature: float
    swing: float
    """Half the difference between the warmest and the coldest time of the year, in degrees."""


LOCATIONS = (
    DemoLocation(
        "MAIN",
        "Main Warehouse",
        "主仓库",
        LocationKind.WAREHOUSE,
        "US",
        "America/Chicago",
        0.40,
        (1.35, 1.40, 1.35, 1.25, 1.15, 0.35, 0.15),
        0.010,
        11.0,
        14.0,
    ),
    DemoLocation(
        "STORE",
        "City Store",
        "城市门店",
        LocationKind.STORE,
        "US",
        "America/New_York",
        0.25,
        (0.75, 0.75, 0.80, 0.90, 1.15, 1.55, 1.10),
        0.030,
        13.0,
        12.5,
    ),
    DemoLocation(
        "ONLINE",
        "Online Shop",
        "网店",
        LocationKind.ONLINE,
        "CN",
        "Asia/Shanghai",
        0.35,
        (1.05, 0.95, 0.90, 0.90, 0.95, 1.05, 1.20),
        0.060,
        17.0,
        11.5,
    ),
)


@dataclass(frozen=True)
class DemoSupplier:
    """A supplier and how it delivers."""

    code: str
    name_en: str
    name_zh: str
    language: str
    country: str
    contact: str
    addresses: tuple[str, ...]
    lead_time_days: int
    spread: float
    """Standard deviation of the log of actual over promised lead time."""
    late: float
    """Chance that an order is seriously late."""
    partial: float
    """Chance that a line arrives in two deliveries."""
    short: float
    """Chance that the rest of a partial line never arrives."""
    categories: tuple[str, ...]
    second: tuple[str, ...] = ()
    """Categories of which it supplies some items as the alternative source."""


SUPPLIERS = (
    DemoSupplier(
        "HUAXIN", "Huaxin Textile", "华信纺织", "zh", "CN", "陈丽华",
        ("chen.lihua@huaxin-textile.example", "sales@huaxin-textile.example"),
        35, 0.10, 0.10, 0.16, 0.10, ("winter", "home"),
    ),
    DemoSupplier(
        "MINGDA", "Mingda Housewares", "明达家居", "zh", "CN", "王建国",
        ("wang.jianguo@mingda-home.example",),
        30, 0.08, 0.06, 0.10, 0.06, ("drinkware", "kitchen"),
    ),
    DemoSupplier(
        "YONGLI", "Yongli Electronics", "永利电子", "zh", "CN", "李敏",
        ("limin@yongli-elec.example", "order@yongli-elec.example"),
        28, 0.14, 0.12, 0.14, 0.08, ("electronics", "spare"),
    ),
    DemoSupplier(
        "JINHE", "Jinhe Toys", "金禾玩具", "zh", "CN", "周晓燕",
        ("zhou.xiaoyan@jinhe-toys.example",),
        40, 0.12, 0.12, 0.20, 0.10, ("toys",), ("stationery",),
    ),
    DemoSupplier(
        "LAKESIDE", "Lakeside Outfitters", "湖畔户外", "en", "US", "Tom Becker",
        ("tom.becker@lakeside-outfitters.example", "orders@lakeside-outfitters.example"),
        12, 0.12, 0.07, 0.10, 0.05, ("outdoor", "sports"), ("drinkware",),
    ),
    DemoSupplier(
        "ALDER", "Alder Bag Company", "奥德箱包", "en", "GB", "Emma Whitfield",
        ("emma.whitfield@alderbags.example",),
        21, 0.10, 0.08, 0.12, 0.06, ("bags",), ("winter",),
    ),
    DemoSupplier(
        "BRANDT", "Brandt Office", "布兰特办公", "en", "DE", "Jonas Brandt",
        ("j.brandt@brandt-office.example", "versand@brandt-office.example"),
        18, 0.06, 0.04, 0.08, 0.04, ("stationery",), ("kitchen",),
    ),
    DemoSupplier(
        "PACIFIC", "Pacific Leaf Foods", "太平洋茶食", "en", "US", "Maria Santos",
        ("maria.santos@pacificleaf.example",),
        10, 0.15, 0.09, 0.12, 0.06, ("food",),
    ),
)  # fmt: skip


@dataclass(frozen=True)
class DemoTerm:
    """What one supplier asks for one item today."""

    item: int
    supplier: int
    unit_cost: float
    moq: int
    pack_size: int
    lead_time_days: int
    weekly_capacity: float | None
    preferred: bool
    supplier_item_code: str
    breaks: tuple[tuple[int, float], ...] = ()


def _nice(quantity: float, pack: int) -> int:
    """`quantity` in whole packs, at least one."""
    return max(1, round(quantity / pack)) * pack


def _term(
    index: int, item: DemoItem, supplier: int, preferred: bool, rng: np.random.Generator
) -> DemoTerm:
    partner = SUPPLIERS[supplier]
    packs = [1, 5, 10] if item.intermittent else [6, 10, 12, 20] if item.rate < 12 else [12, 20, 24]
    pack = int(rng.choice(packs))
    # A minimum of one to two weeks of the average location's demand binds now and then.
    moq = _nice(item.rate / len(LOCATIONS) * rng.uniform(5.0, 14.0), pack)
    cost = round(item.cost * (1.0 if preferred else rng.uniform(1.03, 1.12)), 2)
    breaks: tuple[tuple[int, float], ...] = ()
    if item.rate >= 8 and rng.random() < 0.5:
        breaks = ((moq * 3, round(cost * 0.97, 2)), (moq * 8, round(cost * 0.94, 2)))
    capacity = float(_nice(item.rate * 14.0, pack)) if rng.random() < 0.3 else None
    lead_time = partner.lead_time_days + int(rng.integers(-3, 4))
    code = f"{partner.code[:2]}{1000 + index}"
    return DemoTerm(index, supplier, cost, moq, pack, lead_time, capacity, preferred, code, breaks)


def make_terms(items: list[DemoItem], rng: np.random.Generator) -> list[DemoTerm]:
    """A preferred source for every item and, for about one in six, a second one."""
    terms: list[DemoTerm] = []
    for index, item in enumerate(items):
        for number, supplier in enumerate(SUPPLIERS):
            if item.category in supplier.categories:
                terms.append(_term(index, item, number, True, rng))
            elif item.category in supplier.second and rng.random() < 0.4:
                terms.append(_term(index, item, number, False, rng))
    return terms
