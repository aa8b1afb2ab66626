"""The two supplier tools on the demo company, in both languages."""

from __future__ import annotations

import datetime as dt
import json
import re
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

import prompts
from tools.arguments import PurchaseOrders, SupplierPerformance
from tools.data import frames
from tools.data.catalogue import Catalogue
from tools.errors import NoData, UnknownEntity
from tools.facts import ToolResult
from tools.spec import ToolContext
from tools.suppliers.tool import purchase_orders, supplier_performance


@pytest.fixture
def context(company: Engine, catalogue: Catalogue, today: dt.date) -> ToolContext:
    return ToolContext(company, today, "en", catalogue)


def _check(result: ToolResult) -> dict[str, Any]:
    """Slots are unique, rows are JSON-ready, patterns exist without a digit in both languages."""
    for table in result.tables:
        json.dumps(list(table.rows))
        assert all({c.key for c in table.columns} <= set(row) for row in table.rows)
    for chart in result.charts:
        assert all(len(series.values) == len(chart.x) for series in chart.series)
    for language in ("en", "zh"):
        path = Path(prompts.__file__).parent / "answers" / language / f"{result.pattern}.j2"
        words = re.sub(r"\{[%{].*?[%}]\}", "", path.read_text(encoding="utf-8"))
        assert not any(c.isdigit() for c in words)
    return {key: fact.value for key, fact in result.slots().items()}


def test_open_orders_add_up_to_the_records(context: ToolContext) -> None:
    result = purchase_orders(context, PurchaseOrders())
    facts = _check(result)
    lines = frames.order_lines(context.engine)
    assert facts["outstanding"] == lines["outstanding"].sum()
    assert facts["orders"] == lines[lines["outstanding"] > 0]["order"].nunique()
    assert sum(result.charts[0].series[0].values) <= facts["outstanding"]


def test_late_lines_are_due_before_today(context: ToolContext) -> None:
    result = purchase_orders(context, PurchaseOrders(status="late"))
    _check(result)
    for row in result.tables[0].rows:
        assert row["due_on"] < context.today.isoformat()
        assert row["outstanding"] > 0


def test_one_order_is_shown_line_by_line(context: ToolContext) -> None:
    lines = frames.order_lines(context.engine)
    number = str(lines[lines["outstanding"] > 0]["order"].iloc[-1])
    result = purchase_orders(context, PurchaseOrders(order=number))
    facts = _check(result)
    own = lines[lines["order"] == number]
    assert facts["lines"] == len(own)
    assert result.focus["order"] == number
    assert facts["outstanding"] == own["outstanding"].sum()


def test_a_filter_narrows_by_supplier_item_and_place(context: ToolContext) -> None:
    result = purchase_orders(context, PurchaseOrders(supplier="华信", status="all"))
    _check(result)
    assert {row["supplier"]["zh"] for row in result.tables[0].rows} == {"华信纺织"}
    assert not purchase_orders(context, PurchaseOrders(status="draft")).tables


def test_an_unknown_supplier_is_said_to_be_unknown(context: ToolContext) -> None:
    with pytest.raises(UnknownEntity, match="Zzyzx"):
        supplier_performance(context, SupplierPerformance(supplier="Zzyzx"))


@pytest.mark.parametrize("measure", ["all", "lead_time", "on_time", "in_full", "price"])
def test_a_scorecard_agrees_with_the_comparison(context: ToolContext, measure: str) -> None:
    one = supplier_performance(context, SupplierPerformance(supplier="Huaxin", measure=measure))
    every = supplier_performance(context, SupplierPerformance(measure=measure))
    facts = _check(one)
    _check(every)
    row = next(r for r in every.tables[0].rows if r["code"] == "HUAXIN")
    assert row["on_time"] == facts["on_time"]
    assert row["lead_time"] == facts["lead_time"]
    assert facts["on_time_low"] <= facts["on_time"] <= facts["on_time_high"]


def test_nothing_due_is_no_data(context: ToolContext) -> None:
    early = ToolContext(context.engine, dt.date(2020, 1, 1), "en", context.catalogue)
    with pytest.raises(NoData):
        supplier_performance(early, SupplierPerformance(supplier="Huaxin"))
