"""The tables of stock answers: rows a planner sorts, opens and exports."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import pandas as pd
from sqlalchemy import Engine

from tools.data import frames
from tools.facts import Column, Table
from tools.stock.levels import open_receipts
from tools.stock.money import base_currency
from tools.text import Text

MAX_ROWS = 500

_TITLES: dict[str, tuple[Text, str]] = {
    "item": (Text("Item", "商品编码"), "entity"),
    "name": (Text("Name", "名称"), "text"),
    "location": (Text("Location", "地点"), "text"),
    "supplier": (Text("Supplier", "供应商"), "text"),
    "order": (Text("Order", "订单"), "entity"),
    "on_hand": (Text("On hand", "现有库存"), "number"),
    "reserved": (Text("Reserved", "预留"), "number"),
    "available": (Text("Available", "可用"), "number"),
    "on_order": (Text("On order", "在途"), "number"),
    "outstanding": (Text("Outstanding", "未到"), "number"),
    "due_on": (Text("Due", "应到日"), "date"),
    "overdue": (Text("Overdue", "逾期未到"), "number"),
    "next_receipt_on": (Text("Next receipt", "下次到货"), "date"),
    "daily": (Text("Demand per day", "日均需求"), "number"),
    "cover_days": (Text("Cover (days)", "可售天数"), "number"),
    "lead_days": (Text("Lead time (days)", "交货周期（天）"), "number"),
    "stock_out_on": (Text("Runs out", "预计断货"), "date"),
    "lost_units": (Text("Lost units", "可能损失销量"), "number"),
    "money_at_risk": (Text("Margin at risk", "可能损失毛利"), "money"),
    "excess_units": (Text("Excess", "过剩数量"), "number"),
    "excess_value": (Text("Excess value", "过剩金额"), "money"),
    "value": (Text("Value", "金额"), "money"),
    "unit": (Text("Unit", "单位"), "text"),
}


def names_of(engine: Engine, kind: str, code: str) -> dict[str, str]:
    """Names of an item, location, supplier or category; the code where none is recorded."""
    table = {
        "item": frames.items,
        "location": frames.locations,
        "supplier": frames.suppliers,
        "category": frames.categories,
    }[kind](engine)
    if code not in table.index:
        return {"en": code, "zh": code}
    row = table.loc[code]
    return {"en": str(row["name_en"]), "zh": str(row["name_zh"])}


def level_table(engine: Engine, rows: pd.DataFrame) -> Table:
    """Stock by item and location."""
    keys = (
        "item", "name", "location", "on_hand", "reserved", "on_order", "next_receipt_on", "daily",
        "cover_days", "stock_out_on", "value", "unit",
    )  # fmt: skip
    return _table(engine, "levels", Text("Stock by location", "各地点库存"), keys, rows)


def risk_table(engine: Engine, rows: pd.DataFrame) -> Table:
    """Items at risk."""
    keys = (
        "item", "name", "location", "available", "on_order", "next_receipt_on", "overdue", "daily",
        "cover_days", "lead_days", "stock_out_on", "lost_units", "money_at_risk",
    )  # fmt: skip
    return _table(engine, "at_risk", Text("Items at risk", "缺货风险商品"), keys, rows)


def excess_table(engine: Engine, rows: pd.DataFrame) -> Table:
    """Items with more stock than needed."""
    keys = (
        "item", "name", "location", "available", "daily", "cover_days", "on_order", "excess_units",
        "excess_value",
    )  # fmt: skip
    return _table(engine, "excess", Text("Excess stock", "过剩库存"), keys, rows)


def out_table(engine: Engine, rows: pd.DataFrame) -> Table:
    """Items out of stock."""
    keys = (
        "item", "name", "location", "on_hand", "reserved", "daily", "on_order", "next_receipt_on",
        "overdue", "money_at_risk",
    )  # fmt: skip
    return _table(engine, "out_of_stock", Text("Out of stock", "断货商品"), keys, rows)


def order_table(engine: Engine, today: dt.date, rows: pd.DataFrame) -> Table:
    """Open order lines for the pairs of `rows`."""
    pairs = rows[["item", "location", "unit"]]
    lines = open_receipts(engine, today).merge(pairs, on=["item", "location"])
    lines = lines.sort_values(["due_on", "order"])
    keys = ("order", "supplier", "item", "location", "outstanding", "due_on", "unit")
    return _table(engine, "orders", Text("On order", "在途订单"), keys, lines)


def _table(engine: Engine, key: str, title: Text, keys: Sequence[str], rows: pd.DataFrame) -> Table:
    currency = base_currency(engine)
    columns = [
        Column(name, _TITLES[name][0], _TITLES[name][1], currency)  # type: ignore[arg-type]
        if _TITLES[name][1] == "money"
        else Column(name, _TITLES[name][0], _TITLES[name][1])  # type: ignore[arg-type]
        for name in keys
    ]
    named = _names(engine)
    shown = rows.head(MAX_ROWS).to_dict("records")
    return Table(
        key,
        title,
        columns,
        [{name: _cell(name, row, named) for name in keys} for row in shown],
    )


def _names(engine: Engine) -> dict[str, dict[str, dict[str, str]]]:
    tables = {
        "name": frames.items(engine),
        "location": frames.locations(engine),
        "supplier": frames.suppliers(engine),
    }
    return {
        kind: {
            str(code): {"en": str(en), "zh": str(zh)}
            for code, en, zh in zip(table.index, table["name_en"], table["name_zh"], strict=True)
        }
        for kind, table in tables.items()
    }


def _cell(name: str, row: dict[Any, Any], named: dict[str, dict[str, dict[str, str]]]) -> Any:
    if name in named:
        code = str(row["item"] if name == "name" else row[name])
        return named[name].get(code, {"en": code, "zh": code})
    value = row[name]
    if value is None or value is pd.NaT or (isinstance(value, float) and pd.isna(value)):
        return None
    if isinstance(value, pd.Timestamp):
        return value.date().isoformat()
    if isinstance(value, float):
        return round(value, 2)
    return value if isinstance(value, str) else int(value)
