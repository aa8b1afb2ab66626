"""Answers that are lists: what is at risk, what there is too much of, what is sold out."""

from __future__ import annotations

from typing import Any

import pandas as pd
from sqlalchemy import Engine

from tools.facts import Chart, Fact, Series, Source, ToolResult
from tools.stock.levels import EXCESS_DAYS
from tools.stock.money import base_currency
from tools.stock.rates import RECENT_DAYS
from tools.stock.scope import StockScope
from tools.stock.status_answers import TOOL, common_unit, missing_cost_notes, rate_values
from tools.stock.tables import excess_table, names_of, out_table, risk_table
from tools.text import Text

CHART_BARS = 12


def select_state(rows: pd.DataFrame, show: str) -> pd.DataFrame:
    """Rows that are at risk, in excess or out of stock, those that matter most in money first."""
    if show == "at_risk":
        return rows[rows["lost_units"] > 0].sort_values(
            ["money_at_risk", "item", "location"], ascending=[False, True, True]
        )
    if show == "excess":
        return rows[rows["excess_units"] > 0].sort_values(
            ["excess_value", "item", "location"], ascending=[False, True, True]
        )
    out = rows[(rows["available"] <= 0) & (rows["daily"] > 0)]
    return out.sort_values(["money_at_risk", "daily", "item"], ascending=[False, False, True])


def at_risk(engine: Engine, scope: StockScope, rows: pd.DataFrame) -> ToolResult:
    """Items whose stock runs out before an order placed today could arrive."""
    chosen = select_state(rows, "at_risk")
    about, currency = scope.focus, base_currency(engine)
    source = Source("at_risk", about)
    facts = [
        Fact("items", int(chosen["item"].nunique()), "items", about, source),
        Fact("checked", int(rows["item"].nunique()), "items", about, Source("stock_positions")),
        Fact("money_at_risk", float(chosen["money_at_risk"].sum()), currency, about, source),
        Fact("recent_days", RECENT_DAYS, "days"),
    ]
    values: dict[str, Any] = {"any": len(chosen) > 0, "scope": scope.item, **rate_values(rows)}
    if chosen.empty:
        return ToolResult(TOOL, "stock_at_risk", facts, values=values, focus=about)
    worst = chosen.iloc[0]
    where = {"item": str(worst["item"]), "location": str(worst["location"])}
    facts += [
        Fact("worst_on", worst["stock_out_on"].date(), "date", where, source),
        Fact("worst_available", float(worst["available"]), str(worst["unit"]), where, source),
        Fact("worst_lead", int(worst["lead_days"]), "days", where, source),
        Fact("worst_money", float(worst["money_at_risk"]), currency, where, source),
        Fact("worst_lost", float(worst["lost_units"]), str(worst["unit"]), where, source),
    ]
    values |= _worst_names(engine, worst)
    values["worst_out"] = bool(worst["available"] <= 0)
    values["worst_coming"] = bool(worst["on_order"] > 0)
    late = chosen[chosen["overdue"] > 0]
    if len(late):
        facts.append(Fact("late_items", int(late["item"].nunique()), "items", about, source))
    return ToolResult(
        TOOL,
        "stock_at_risk",
        facts,
        tables=[risk_table(engine, chosen)],
        charts=[
            _bars(
                engine, chosen, "money_at_risk", Text("Margin at risk", "可能损失的毛利"), currency
            )
        ],
        values=values,
        notes=missing_cost_notes(chosen),
        focus=about,
    )


def excess(engine: Engine, scope: StockScope, rows: pd.DataFrame) -> ToolResult:
    """Stock beyond what four months of expected demand use up."""
    chosen = select_state(rows, "excess")
    about, currency = scope.focus, base_currency(engine)
    source = Source(
        "excess",
        about,
        Text(
            "available stock beyond the expected demand of the stated days",
            "可用库存超出所示天数预期需求的部分",
        ),
    )
    total = float(rows["value"].sum())
    facts = [
        Fact("items", int(chosen["item"].nunique()), "items", about, source),
        Fact("excess_value", float(chosen["excess_value"].sum()), currency, about, source),
        Fact("excess_days", EXCESS_DAYS, "days"),
        Fact("recent_days", RECENT_DAYS, "days"),
    ]
    if total > 0:
        share = float(chosen["excess_value"].sum()) / total
        facts.append(Fact("excess_share", share, "%", about, source))
    values: dict[str, Any] = {"any": len(chosen) > 0, **rate_values(rows)}
    if len(chosen):
        worst = chosen.iloc[0]
        where = {"item": str(worst["item"]), "location": str(worst["location"])}
        unit = str(worst["unit"])
        facts += [
            Fact("worst_units", float(worst["excess_units"]), unit, where, source),
            Fact("worst_value", float(worst["excess_value"]), currency, where, source),
        ]
        values |= _worst_names(engine, worst)
    ordered = chosen[chosen["on_order"] > 0]
    if len(ordered):
        facts += [
            Fact("still_ordered_items", int(ordered["item"].nunique()), "items", about, source),
            Fact("still_ordered", float(ordered["on_order"].sum()), common_unit(ordered), about,
                 source),
        ]  # fmt: skip
    return ToolResult(
        TOOL,
        "stock_excess",
        facts,
        tables=[excess_table(engine, chosen)] if len(chosen) else [],
        charts=[_bars(engine, chosen, "excess_value", Text("Excess value", "过剩金额"), currency)]
        if len(chosen)
        else [],
        values=values,
        notes=missing_cost_notes(rows),
        focus=about,
    )


def out_of_stock(engine: Engine, scope: StockScope, rows: pd.DataFrame) -> ToolResult:
    """Pairs with demand and nothing available."""
    chosen = select_state(rows, "out_of_stock")
    about, currency = scope.focus, base_currency(engine)
    source = Source("out_of_stock", about)
    covered = chosen[chosen["on_order"] > 0]
    facts = [
        Fact("items", int(chosen["item"].nunique()), "items", about, source),
        Fact("pairs", len(chosen), "rows", about, source),
        Fact("covered", len(covered), "rows", about, source),
        Fact("money_at_risk", float(chosen["money_at_risk"].sum()), currency, about, source),
        Fact("recent_days", RECENT_DAYS, "days"),
    ]
    values: dict[str, Any] = {
        "any": len(chosen) > 0,
        "all_covered": len(covered) == len(chosen),
        "none_covered": covered.empty,
        **rate_values(rows),
    }
    if len(chosen):
        worst = chosen.iloc[0]
        where = {"item": str(worst["item"]), "location": str(worst["location"])}
        rate = f"{worst['unit']}/day"
        facts.append(Fact("worst_daily", float(worst["daily"]), rate, where, source))
        if pd.notna(worst["next_receipt_on"]):
            due = worst["next_receipt_on"].date()
            facts.append(Fact("worst_next", due, "date", where, source))
        values |= _worst_names(engine, worst)
    return ToolResult(
        TOOL,
        "stock_out_of_stock",
        facts,
        tables=[out_table(engine, chosen)] if len(chosen) else [],
        values=values,
        focus=about,
    )


def _worst_names(engine: Engine, worst: pd.Series[Any]) -> dict[str, Any]:
    return {
        "worst_item": names_of(engine, "item", str(worst["item"])),
        "worst_location": names_of(engine, "location", str(worst["location"])),
    }


def _bars(engine: Engine, chosen: pd.DataFrame, column: str, title: Text, currency: str) -> Chart:
    top = chosen.groupby("item", sort=False)[column].sum().sort_values(ascending=False)
    top = top.head(CHART_BARS)
    return Chart(
        column,
        "bar",
        title,
        [names_of(engine, "item", str(code))["en"] for code in top.index],
        [Series(column, title, [round(float(value), 2) for value in top], "bar")],
        currency,
    )
