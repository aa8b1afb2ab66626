"""Answers to "how much is there, and how long does it last": one item, or a part of the company."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from sqlalchemy import Engine

from tools.facts import Chart, Fact, Series, Source, ToolResult
from tools.stock.levels import EXCESS_DAYS, company_demand, cover_days
from tools.stock.money import base_currency
from tools.stock.projection import projection_chart
from tools.stock.rates import RECENT_DAYS
from tools.stock.scope import StockScope
from tools.stock.tables import level_table, names_of, order_table
from tools.text import Text

TOOL = "stock_status"
COVER_NOTE = Text(
    "available stock (on hand less reserved) against expected demand, day by day",
    "可用库存（现有减预留）逐日对比预期需求",
)


def common_unit(rows: pd.DataFrame) -> str:
    """The unit of all rows, or `units` when they differ."""
    found = rows["unit"].unique()
    return str(found[0]) if len(found) == 1 else "units"


def rate_values(rows: pd.DataFrame) -> dict[str, Any]:
    """Whether cover rests on forecasts or on sales, for the wording of an answer."""
    sources = set(rows["rate_source"]) - {"none"}
    return {"rate": sources.pop() if len(sources) == 1 else "mixed" if sources else "none"}


def one_item(engine: Engine, today: dt.date, scope: StockScope, rows: pd.DataFrame) -> ToolResult:
    """On hand, on order, cover and risk of one item, at one location or all of them."""
    about, unit = scope.focus, common_unit(rows)
    source = Source("levels", about)
    orders = order_table(engine, today, rows)
    facts = [
        Fact("on_hand", float(rows["on_hand"].sum()), unit, about, source),
        Fact("available", float(rows["available"].sum()), unit, about, source),
        Fact("reserved", float(rows["reserved"].sum()), unit, about, source),
        Fact("on_order", float(rows["on_order"].sum()), unit, about, Source("orders", about)),
        Fact("locations", len(rows), "locations", about, source),
        Fact("daily", float(rows["daily"].sum()), f"{unit}/day", about, source),
        Fact("recent_days", RECENT_DAYS, "days"),
    ]
    cover = _joint_cover(engine, today, rows)
    if cover is not None:
        facts.append(Fact("cover_days", cover, "days", about, Source("levels", about, COVER_NOTE)))
    facts += _next_receipt(rows, unit, about) + _risk(engine, rows, unit, about)
    values = {
        **rate_values(rows),
        "several": len(rows) > 1,
        "at_risk": bool((rows["lost_units"] > 0).any()),
        "negative": bool((rows["on_hand"] < 0).any()),
        "out": bool((rows["available"] <= 0).all()),
        "overdue": bool((rows["overdue"] > 0).any()),
        **_risk_names(engine, rows),
    }
    return ToolResult(
        TOOL,
        "stock_item",
        facts,
        tables=[level_table(engine, rows), *([orders] if orders.rows else [])],
        charts=[projection_chart(engine, today, rows, unit)],
        values=values,
        focus=about,
    )


def _joint_cover(engine: Engine, today: dt.date, rows: pd.DataFrame) -> float | None:
    """Days until the stock of all rows together is used up; None without demand."""
    daily = company_demand(engine, today).daily[rows.index].sum(axis=0, keepdims=True)
    stock = np.array([rows["available"].clip(lower=0.0).sum()], dtype=float)
    cover = float(cover_days(stock, daily)[0])
    return round(cover, 1) if np.isfinite(cover) else None


def _next_receipt(rows: pd.DataFrame, unit: str, about: Mapping[str, str]) -> list[Fact]:
    coming = rows.dropna(subset=["next_receipt_on"]).sort_values("next_receipt_on")
    if coming.empty:
        return []
    first, source = coming.iloc[0], Source("orders", about)
    facts = [
        Fact("next_receipt_on", first["next_receipt_on"].date(), "date", about, source),
        Fact("next_receipt", float(first["next_receipt_quantity"]), unit, about, source),
    ]
    late = float(rows["overdue"].sum())
    return [*facts, Fact("overdue", late, unit, about, source)] if late else facts


def _risk(engine: Engine, rows: pd.DataFrame, unit: str, about: Mapping[str, str]) -> list[Fact]:
    risky = rows[rows["lost_units"] > 0].sort_values("stock_out_on")
    if risky.empty:
        return []
    first = risky.iloc[0]
    where = {**about, "location": str(first["location"])}
    source = Source("levels", where)
    currency = base_currency(engine)
    return [
        Fact("stock_out_on", first["stock_out_on"].date(), "date", where, source),
        Fact("lead_days", int(first["lead_days"]), "days", where, source),
        Fact("lost_units", float(risky["lost_units"].sum()), unit, about, source),
        Fact("money_at_risk", float(risky["money_at_risk"].sum()), currency, about, source),
    ]


def _risk_names(engine: Engine, rows: pd.DataFrame) -> dict[str, Any]:
    risky = rows[rows["lost_units"] > 0].sort_values("stock_out_on")
    if risky.empty:
        return {}
    return {"risk_location": names_of(engine, "location", str(risky.iloc[0]["location"]))}


def part(engine: Engine, today: dt.date, scope: StockScope, rows: pd.DataFrame) -> ToolResult:
    """The stock of a category, location, supplier or the whole company."""
    about, currency = scope.focus, base_currency(engine)
    source = Source("levels", about)
    out = rows[(rows["available"] <= 0) & (rows["daily"] > 0)]
    risky = rows[rows["lost_units"] > 0]
    excess = rows[rows["excess_units"] > 0]
    facts = [
        Fact("items", int(rows["item"].nunique()), "items", about, source),
        Fact("on_hand", float(rows["on_hand"].sum()), common_unit(rows), about, source),
        Fact("stock_value", float(rows["value"].sum()), currency, about, source),
        Fact("on_order", float(rows["on_order"].sum()), common_unit(rows), about, source),
        Fact("at_risk_items", int(risky["item"].nunique()), "items", about, source),
        Fact("money_at_risk", float(risky["money_at_risk"].sum()), currency, about, source),
        Fact("out_items", int(out["item"].nunique()), "items", about, source),
        Fact("excess_value", float(excess["excess_value"].sum()), currency, about, source),
        Fact("excess_days", EXCESS_DAYS, "days"),
        Fact("recent_days", RECENT_DAYS, "days"),
    ]
    cover = _joint_cover(engine, today, rows)
    if cover is not None:
        facts.append(Fact("cover_days", cover, "days", about, Source("levels", about, COVER_NOTE)))
    worst = risky.sort_values("money_at_risk", ascending=False).head(1)
    values: dict[str, Any] = {**rate_values(rows), "scope": next(iter(about), "")}
    if len(worst):
        values["worst_item"] = names_of(engine, "item", str(worst["item"].iloc[0]))
        values["worst_location"] = names_of(engine, "location", str(worst["location"].iloc[0]))
    return ToolResult(
        TOOL,
        "stock_part",
        facts,
        tables=[level_table(engine, rows.sort_values("value", ascending=False))],
        charts=[_value_chart(engine, rows, currency)],
        values=values,
        notes=missing_cost_notes(rows),
        focus=about,
    )


def missing_cost_notes(rows: pd.DataFrame) -> list[Text]:
    """Say so when values leave items out because their cost is not known."""
    if not rows["unit_cost"].isna().any():
        return []
    return [
        Text(
            "Items without a cost or an exchange rate are not in the values.",
            "没有成本或汇率的商品未计入金额。",
        )
    ]


def _value_chart(engine: Engine, rows: pd.DataFrame, currency: str) -> Chart:
    key = "category" if rows["category"].nunique() > 1 else "item"
    top = rows.groupby(key)["value"].sum().sort_values(ascending=False).head(12)
    labels = [names_of(engine, key, str(code))["en"] for code in top.index]
    return Chart(
        "value",
        "bar",
        Text("Stock value", "库存金额"),
        labels,
        [Series("value", Text("Value", "金额"), [round(float(v), 2) for v in top], "bar")],
        currency,
    )
