"""What the demo company sells: items with names in two languages and how each one behaves.

The catalogue is the text table beside this module. A smaller company takes items from every
category in turn; a larger one adds colour variants, so that any number of items stays readable.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from importlib import resources

import numpy as np

from tools.errors import InvalidInput

CATEGORIES: dict[str, tuple[str, str]] = {
    "winter": ("Winter accessories", "冬季配饰"),
    "drinkware": ("Drinkware", "水具"),
    "kitchen": ("Kitchenware", "厨具"),
    "outdoor": ("Outdoor and garden", "户外园艺"),
    "bags": ("Bags and luggage", "箱包"),
    "home": ("Home textiles", "家纺"),
    "electronics": ("Small appliances", "小家电"),
    "stationery": ("Stationery", "文具"),
    "toys": ("Toys and games", "玩具"),
    "food": ("Tea and snacks", "茶叶零食"),
    "sports": ("Sports and fitness", "运动健身"),
    "spare": ("Spare parts", "备件"),
}
"""Category key -> English and Chinese name."""

BRANDS = {
    "winter": "Nordlys",
    "drinkware": "Thermia",
    "kitchen": "Kochwerk",
    "outdoor": "Trailhead",
    "bags": "Carrow",
    "home": "Linden",
    "electronics": "Voltek",
    "stationery": "Papermark",
    "toys": "Wonderoo",
    "food": "Leaf & Co",
    "sports": "Stride",
    "spare": "Genuine",
}
COST_SHARE = {"food": 0.58, "electronics": 0.60, "stationery": 0.48, "spare": 0.40, "toys": 0.52}
"""Unit cost as a share of the selling price; 0.5 where a category is not named."""
VOLUME_M3 = {"outdoor": 0.012, "home": 0.010, "bags": 0.015, "electronics": 0.006, "spare": 0.0004}
PAIRS = ("gloves", "socks")

COLOURS = (
    ("navy", "藏青色"),
    ("grey", "灰色"),
    ("red", "红色"),
    ("green", "绿色"),
    ("beige", "米色"),
    ("black", "黑色"),
    ("white", "白色"),
    ("blue", "蓝色"),
    ("pink", "粉色"),
    ("brown", "棕色"),
)


@dataclass(frozen=True)
class DemoItem:
    """One article and the parameters of its demand."""

    code: str
    name_en: str
    name_zh: str
    category: str
    price: float
    rate: float
    """Mean demand of the company in units a day, before season and trend."""
    season: str
    amplitude: float
    temperature: float
    """Change of log demand per 10 degrees above what the day of the year usually brings."""
    introduced_days_ago: int | None = None
    discontinued_in_days: int | None = None
    replaces: str = ""
    unit: str = "pcs"
    cost: float = 0.0
    volume_m3: float = 0.003
    shelf_life_days: int | None = None

    @property
    def intermittent(self) -> bool:
        return self.season == "intermittent"


def _parse_life(life: str) -> dict[str, int | str]:
    if not life:
        return {}
    kind, _, rest = life.partition(":")
    days, _, replaced = rest.partition(">")
    if kind == "new":
        return {"introduced_days_ago": int(days), "replaces": replaced}
    return {"discontinued_in_days": int(days)}


def _parse(line: str) -> DemoItem:
    english, chinese, category, code, price, rate, season, temperature, life = line.split("|")
    season, _, amplitude = season.partition(":")
    selling = float(price)
    return DemoItem(
        code=code,
        name_en=english,
        name_zh=chinese,
        category=category,
        price=selling,
        rate=float(rate),
        season=season,
        amplitude=float(amplitude or 0.0),
        temperature=float(temperature),
        unit="pair" if any(word in english for word in PAIRS) else "pcs",
        cost=round(selling * COST_SHARE.get(category, 0.5), 2),
        volume_m3=VOLUME_M3.get(category, 0.003),
        shelf_life_days={"food": 365}.get(category),
        **_parse_life(life),  # type: ignore[arg-type]
    )


def base_catalogue() -> list[DemoItem]:
    """The 120 items of the text table, in its order."""
    table = resources.files(__package__).joinpath("assortment.txt").read_text(encoding="utf-8")
    return [_parse(line) for line in table.splitlines() if line and not line.startswith("#")]


def _variant(item: DemoItem, number: int, rng: np.random.Generator) -> DemoItem:
    english, chinese = COLOURS[number % len(COLOURS)]
    series = number // len(COLOURS)
    suffix = f" {series + 1}" if series else ""
    return replace(
        item,
        code=f"{item.code}-{english.upper()}{series or ''}",
        name_en=f"{item.name_en} {english}{suffix}",
        name_zh=f"{chinese}{item.name_zh}{suffix}",
        rate=float(item.rate * rng.lognormal(-0.7, 0.7)),
        introduced_days_ago=None,
        discontinued_in_days=None,
        replaces="",
    )


def choose_items(count: int, rng: np.random.Generator) -> list[DemoItem]:
    """`count` items: the catalogue, a balanced part of it, or the catalogue with variants."""
    if count < 1:
        raise InvalidInput(
            f"A demo company needs at least one item, not {count}.",
            f"演示公司至少需要一个商品，而不是{count}个。",
        )
    catalogue = base_catalogue()
    if count >= len(catalogue):
        extra = range(count - len(catalogue))
        return catalogue + [
            _variant(catalogue[i % len(catalogue)], i // len(catalogue), rng) for i in extra
        ]
    by_category = {key: [i for i in catalogue if i.category == key] for key in CATEGORIES}
    rounds = [
        items[k] for k in range(len(catalogue)) for items in by_category.values() if k < len(items)
    ]
    chosen = rounds[:count]
    codes = {item.code for item in chosen}
    return [item if item.replaces in codes else replace(item, replaces="") for item in chosen]
