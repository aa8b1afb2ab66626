"""What needs a decision about stock today: the first thing a planner sees.

Items at risk are ranked by the margin that is lost before an order placed today could arrive.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import pandas as pd
from sqlalchemy import Engine

from tools.stock.levels import open_receipts, stock_levels
from tools.stock.list_answers import select_state
from tools.stock.money import base_currency
from tools.stock.tables import names_of
from tools.text import Text


@dataclass(frozen=True)
class AtRisk:
    """One item at its worst location, with the money of all its locations."""

    item: str
    name: Text
    location: str
    location_name: Text
    unit: str
    available: float
    cover_days: float | None
    stock_out_on: dt.date
    next_receipt_on: dt.date | None
    money: float


@dataclass(frozen=True)
class LateOrder:
    """An order with something overdue."""

    order: str
    supplier: str
    supplier_name: Text
    lines: int
    outstanding: float
    due_on: dt.date
    late_days: int
    value: float
    currency: str


@dataclass(frozen=True)
class Overview:
    """Stock matters of the day; lists are complete, the most expensive first."""

    currency: str
    at_risk: list[AtRisk]
    late_orders: list[LateOrder]
    out_of_stock_items: int
    excess_items: int
    excess_value: float
    stock_value: float

    @property
    def money_at_risk(self) -> float:
        return sum(row.money for row in self.at_risk)


def overview(engine: Engine, today: dt.date) -> Overview:
    """Items at risk, late orders and the sums beside them; `NoData` without stock positions."""
    levels = stock_levels(engine, today)
    excess = select_state(levels, "excess")
    return Overview(
        currency=base_currency(engine),
        at_risk=_at_risk(engine, select_state(levels, "at_risk")),
        late_orders=_late_orders(engine, today),
        out_of_stock_items=int(select_state(levels, "out_of_stock")["item"].nunique()),
        excess_items=int(excess["item"].nunique()),
        excess_value=float(excess["excess_value"].sum()),
        stock_value=float(levels["value"].sum()),
    )


def _text(engine: Engine, kind: str, code: str) -> Text:
    names = names_of(engine, kind, code)
    return Text(names["en"], names["zh"])


def _at_risk(engine: Engine, chosen: pd.DataFrame) -> list[AtRisk]:
    money = chosen.groupby("item")["money_at_risk"].sum()
    worst = chosen.drop_duplicates("item").assign(total=lambda f: f["item"].map(money))
    rows = worst.sort_values(["total", "item"], ascending=[False, True]).to_dict("records")
    return [
        AtRisk(
            item=str(row["item"]),
            name=_text(engine, "item", str(row["item"])),
            location=str(row["location"]),
            location_name=_text(engine, "location", str(row["location"])),
            unit=str(row["unit"]),
            available=float(row["available"]),
            cover_days=None if pd.isna(row["cover_days"]) else round(float(row["cover_days"]), 1),
            stock_out_on=row["stock_out_on"].date(),
            next_receipt_on=None
            if pd.isna(row["next_receipt_on"])
            else row["next_receipt_on"].date(),
            money=float(row["total"]),
        )
        for row in rows
    ]


def _late_orders(engine: Engine, today: dt.date) -> list[LateOrder]:
    lines = open_receipts(engine, today)
    late = lines[lines["overdue"]].assign(value=lambda f: f["outstanding"] * f["unit_cost"])
    found = [
        LateOrder(
            order=str(order),
            supplier=str(part["supplier"].iloc[0]),
            supplier_name=_text(engine, "supplier", str(part["supplier"].iloc[0])),
            lines=len(part),
            outstanding=float(part["outstanding"].sum()),
            due_on=part["due_on"].min().date(),
            late_days=(today - part["due_on"].min().date()).days,
            value=float(part["value"].sum()),
            currency=str(part["currency"].iloc[0]),
        )
        for order, part in late.groupby("order")
    ]
    return sorted(found, key=lambda order: (-order.value, order.order))
