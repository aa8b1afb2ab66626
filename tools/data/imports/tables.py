"""The tables a planner can import: their fields, what each may hold, and how rows are recognised.

One place describes every importable table; matching of headers, parsing of cells, checks and the
documentation read it from here. Names of columns in files are in `headers.toml`.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Literal

from tools.text import Text

Kind = Literal[
    "code", "text", "body", "number", "money", "whole", "day", "instant", "flag", "choice", "list"
]
Reference = Literal["items", "locations", "suppliers"]


@dataclass(frozen=True)
class Field:
    """What one column may hold."""

    kind: Kind
    required: bool = False
    low: float | None = None
    """Smallest value allowed (for numbers, money and whole numbers)."""
    above: float | None = None
    """The value must be larger than this."""
    length: int = 400
    choices: Mapping[str, str] = field(default_factory=dict)
    """Accepted spelling (folded) -> stored value."""
    refers: Reference | None = None


@dataclass(frozen=True)
class TableSpec:
    """One importable table."""

    name: str
    title: Text
    fields: Mapping[str, Field]
    hints: tuple[str, ...]
    """Words in a file name that speak for this table."""


CODE = Field("code", required=True, length=64)
ITEM = Field("code", required=True, length=64, refers="items")
LOCATION = Field("code", length=64, refers="locations")
SUPPLIER = Field("code", required=True, length=64, refers="suppliers")
NAME = Field("text", length=300)
COUNT = Field("number", low=0)
DAY = Field("day")


def _choices(name: str) -> dict[str, str]:
    """Accepted spelling (folded) -> stored value of one list in `choices.toml`."""
    found: dict[str, str] = {}
    for value, spellings in _toml("choices.toml")[name].items():
        for spelling in [value, value.replace("_", " "), *spellings]:
            found[spelling.casefold()] = value
    return found


@cache
def _toml(name: str) -> dict[str, dict[str, list[str]]]:
    with Path(__file__).with_name(name).open("rb") as handle:
        return tomllib.load(handle)


def aliases() -> Mapping[str, Mapping[str, list[str]]]:
    """Table -> field -> names of columns, best first."""
    return _toml("headers.toml")


CURRENCY = Field("code", length=3, choices=_choices("currency"))
COUNTRY = Field("code", length=2, choices=_choices("country"))
LANGUAGE = Field("choice", choices=_choices("language"))

_SPECS = (
    TableSpec(
        "items",
        Text("items", "商品"),
        {
            "code": CODE,
            "name": NAME,
            "name_en": NAME,
            "name_zh": NAME,
            "category": Field("text", length=80),
            "brand": Field("text", length=80),
            "unit": Field("text", length=16),
            "unit_cost": Field("money", low=0),
            "unit_price": Field("money", low=0),
            "currency": CURRENCY,
            "shelf_life_days": Field("whole", above=0),
            "volume_m3": COUNT,
            "introduced_on": DAY,
            "discontinued_on": DAY,
            "replaces": Field("code", length=64),
            "abc": Field("code", length=1),
        },
        ("item", "product", "article", "material", "商品", "物料", "存货", "产品"),
    ),
    TableSpec(
        "categories",
        Text("categories", "品类"),
        {"key": Field("text", required=True, length=80), "name": NAME}
        | {"name_en": NAME, "name_zh": NAME},
        ("categor", "品类", "分类", "类别"),
    ),
    TableSpec(
        "locations",
        Text("locations", "地点"),
        {
            "code": CODE,
            "name": NAME,
            "name_en": NAME,
            "name_zh": NAME,
            "kind": Field("choice", choices=_choices("location")),
            "country": COUNTRY,
            "time_zone": Field("text", length=64),
            "supplied_by": Field("code", length=64),
        },
        ("location", "warehouse", "store", "site", "仓库", "门店", "地点"),
    ),
    TableSpec(
        "sales",
        Text("sales", "销售"),
        {
            "item": ITEM,
            "location": LOCATION,
            "day": Field("instant", required=True),
            "quantity": Field("number", required=True),
            "returned": COUNT,
            "price": Field("money", low=0),
            "revenue": Field("money"),
            "promotion": Field("flag"),
            "stocked_out": Field("flag"),
        },
        ("sale", "sold", "demand", "销售", "销量", "出库"),
    ),
    TableSpec(
        "stock",
        Text("stock positions", "库存"),
        {
            "item": ITEM,
            "location": LOCATION,
            "day": DAY,
            "on_hand": Field("number", required=True),
            "reserved": COUNT,
        },
        ("stock", "inventory", "on_hand", "onhand", "position", "库存", "现存量"),
    ),
    TableSpec(
        "movements",
        Text("stock movements", "库存流水"),
        {
            "external_id": Field("code", length=80),
            "item": ITEM,
            "location": LOCATION,
            "at": Field("instant", required=True),
            "kind": Field("choice", required=True, choices=_choices("movement")),
            "quantity": Field("number", required=True),
            "reference": Field("text", length=80),
            "note": Field("text", length=400),
        },
        ("movement", "transaction", "流水", "出入库", "收发"),
    ),
    TableSpec(
        "suppliers",
        Text("suppliers", "供应商"),
        {
            "code": CODE,
            "name": NAME,
            "name_en": NAME,
            "name_zh": NAME,
            "language": LANGUAGE,
            "country": COUNTRY,
            "currency": CURRENCY,
            "contact": Field("text", length=120),
            "addresses": Field("list", length=400),
        },
        ("supplier", "vendor", "供应商", "供方"),
    ),
    TableSpec(
        "terms",
        Text("supply terms", "供货条件"),
        {
            "item": ITEM,
            "supplier": SUPPLIER,
            "unit_cost": Field("money", required=True, low=0),
            "currency": CURRENCY,
            "moq": Field("number", above=0),
            "pack_size": Field("number", above=0),
            "lead_time_days": Field("whole", low=0),
            "lead_time_weeks": Field("number", low=0),
            "weekly_capacity": COUNT,
            "preferred": Field("flag"),
            "valid_from": DAY,
            "valid_to": DAY,
            "supplier_item_code": Field("code", length=64),
        },
        ("term", "price_list", "pricelist", "purchasing", "条件", "价格", "货源"),
    ),
    TableSpec(
        "price_breaks",
        Text("price breaks", "阶梯价"),
        {
            "item": ITEM,
            "supplier": SUPPLIER,
            "min_quantity": Field("number", required=True, above=0),
            "unit_cost": Field("money", required=True, low=0),
        },
        ("break", "scale", "阶梯"),
    ),
    TableSpec(
        "orders",
        Text("purchase orders", "采购订单"),
        {
            "order": Field("code", required=True, length=40),
            "line_no": Field("whole", above=0),
            "supplier": SUPPLIER,
            "location": LOCATION,
            "item": ITEM,
            "ordered_on": Field("day", required=True),
            "status": Field("choice", choices=_choices("order")),
            "currency": CURRENCY,
            "quantity": Field("number", required=True, above=0),
            "cancelled_quantity": COUNT,
            "received_quantity": COUNT,
            "received_on": DAY,
            "unit_cost": Field("money", required=True, low=0),
            "requested_on": DAY,
            "promised_on": DAY,
            "note": Field("text", length=2000),
        },
        ("order", "purchase", "po_", "采购", "订单"),
    ),
    TableSpec(
        "receipts",
        Text("receipts", "收货"),
        {
            "external_id": Field("code", length=80),
            "order": Field("code", required=True, length=40),
            "line_no": Field("whole", above=0),
            "item": Field("code", length=64, refers="items"),
            "received_on": Field("day", required=True),
            "quantity": Field("number", required=True, low=0),
            "rejected": COUNT,
        },
        ("receipt", "grn", "收货", "入库", "到货"),
    ),
    TableSpec(
        "events",
        Text("events", "活动与节日"),
        {
            "external_id": Field("code", length=80),
            "kind": Field("choice", required=True, choices=_choices("event")),
            "name": NAME,
            "name_en": NAME,
            "name_zh": NAME,
            "starts_on": Field("day", required=True),
            "ends_on": DAY,
            "country": COUNTRY,
            "item": Field("code", length=64, refers="items"),
            "category": Field("text", length=80),
            "location": LOCATION,
            "discount": Field("number", low=0),
        },
        ("event", "promotion", "holiday", "campaign", "活动", "促销", "节日"),
    ),
    TableSpec(
        "weather",
        Text("weather", "天气"),
        {
            "location": LOCATION,
            "day": Field("day", required=True),
            "temperature_c": Field("number", required=True, low=-90),
            "precipitation_mm": COUNT,
        },
        ("weather", "天气", "气象"),
    ),
    TableSpec(
        "signals",
        Text("signals", "市场信号"),
        {
            "kind": Field("text", required=True, length=40),
            "day": Field("day", required=True),
            "item": Field("code", length=64, refers="items"),
            "category": Field("text", length=80),
            "value": Field("number", required=True),
            "volume": COUNT,
        },
        ("signal", "review", "sentiment", "信号", "评论"),
    ),
    TableSpec(
        "messages",
        Text("supplier messages", "供应商消息"),
        {
            "external_id": Field("code", length=120),
            "supplier": Field("code", length=64, refers="suppliers"),
            "received_at": Field("instant", required=True),
            "channel": Field("text", length=16),
            "sender": Field("text", length=200),
            "subject": Field("text", length=400),
            "body": Field("body", required=True, length=32_767),
            "language": LANGUAGE,
        },
        ("message", "mail", "inbox", "邮件", "消息"),
    ),
    TableSpec(
        "invoice_lines",
        Text("order lines", "订单明细"),
        {
            "invoice": Field("code", required=True, length=80),
            "item": Field("code", required=True, length=64),
            "description": Field("text", length=300),
            "quantity": Field("number", required=True),
            "at": Field("instant", required=True),
            "price": Field("money", required=True),
            "customer": Field("code", length=80),
            "country": Field("text", length=80),
        },
        ("invoice", "retail", "lines", "明细"),
    ),
)
TABLES: Mapping[str, TableSpec] = {spec.name: spec for spec in _SPECS}
