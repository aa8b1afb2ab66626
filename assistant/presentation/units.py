"""Names of units and currencies in both languages.

Units are written as the records write them (`pcs`, `pairs`); a unit that is not listed is shown as
it is, because planners bring their own.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

from tools.text import Language


class UnitNames(NamedTuple):
    """`{singular, plural}` in English and the measure word in Chinese."""

    singular: str
    plural: str
    chinese: str


_UNITS = [
    UnitNames("pc", "pcs", "件"),
    UnitNames("piece", "pieces", "件"),
    UnitNames("unit", "units", "件"),
    UnitNames("pair", "pairs", "双"),
    UnitNames("set", "sets", "套"),
    UnitNames("box", "boxes", "盒"),
    UnitNames("case", "cases", "箱"),
    UnitNames("carton", "cartons", "箱"),
    UnitNames("pack", "packs", "包"),
    UnitNames("bag", "bags", "袋"),
    UnitNames("bottle", "bottles", "瓶"),
    UnitNames("can", "cans", "罐"),
    UnitNames("jar", "jars", "罐"),
    UnitNames("roll", "rolls", "卷"),
    UnitNames("sheet", "sheets", "张"),
    UnitNames("dozen", "dozen", "打"),
    UnitNames("pallet", "pallets", "托"),
    UnitNames("kg", "kg", "千克"),
    UnitNames("g", "g", "克"),
    UnitNames("l", "l", "升"),
    UnitNames("ml", "ml", "毫升"),
    UnitNames("m", "m", "米"),
    UnitNames("m3", "m³", "立方米"),
    UnitNames("m²", "m²", "平方米"),
    UnitNames("°C", "°C", "°C"),
    UnitNames("day", "days", "天"),
    UnitNames("week", "weeks", "周"),
    UnitNames("month", "months", "个月"),
    UnitNames("year", "years", "年"),
    UnitNames("hour", "hours", "小时"),
    UnitNames("minute", "minutes", "分钟"),
    UnitNames("second", "seconds", "秒"),
    UnitNames("time", "times", "次"),
    UnitNames("turn", "turns", "次"),
    UnitNames("item", "items", "种商品"),
    UnitNames("location", "locations", "个地点"),
    UnitNames("supplier", "suppliers", "家供应商"),
    UnitNames("order", "orders", "张订单"),
    UnitNames("line", "lines", "行"),
    UnitNames("row", "rows", "行"),
    UnitNames("message", "messages", "条消息"),
    UnitNames("delivery", "deliveries", "次到货"),
    UnitNames("receipt", "receipts", "次到货"),
    UnitNames("incident", "incidents", "起异常"),
    UnitNames("series", "series", "个序列"),
    UnitNames("count", "counts", "次盘点"),
]
_BY_NAME = {name: unit for unit in _UNITS for name in (unit.plural, unit.singular)} | {
    "m3": next(unit for unit in _UNITS if unit.singular == "m3")
}

CurrencyPlace = Literal["before", "after"]

_ENGLISH_CURRENCIES = {"USD": "$", "EUR": "€", "GBP": "£", "CNY": "CN¥", "JPY": "JP¥"}
_CHINESE_CURRENCIES = {
    "CNY": "元",
    "USD": "美元",
    "EUR": "欧元",
    "GBP": "英镑",
    "JPY": "日元",
    "HKD": "港元",
    "TWD": "新台币",
}


def is_currency(unit: str) -> bool:
    """Whether `unit` is written like an ISO 4217 code."""
    return len(unit) == 3 and unit.isascii() and unit.isalpha() and unit.isupper()


def unit_name(unit: str, language: Language, *, singular: bool = False) -> str:
    """`pcs` -> "pcs" or "件"; `singular` for a quantity of exactly one."""
    names = _BY_NAME.get(unit)
    if names is None:
        return unit
    if language == "zh":
        return names.chinese
    return names.singular if singular else names.plural


def with_currency(amount: str, currency: str, language: Language) -> str:
    """Set a formatted amount beside its currency: "$12.50", "CHF 12.50", "12.50 元"."""
    sign, digits = ("-", amount[1:]) if amount.startswith("-") else ("", amount)
    if language == "zh":
        return f"{sign}{digits} {_CHINESE_CURRENCIES.get(currency, currency)}"
    symbol = _ENGLISH_CURRENCIES.get(currency)
    return f"{sign}{symbol}{digits}" if symbol else f"{currency} {sign}{digits}"
