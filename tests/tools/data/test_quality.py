"""The quality report finds what was broken on purpose, and nothing in clean records."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import Engine

from tools.arguments import DataQuality
from tools.data import frames
from tools.data.catalogue import Catalogue
from tools.data.imports import Options, import_file
from tools.data.quality import quality_report
from tools.data.stock_balance import unexplained
from tools.data.tool import data_quality
from tools.errors import NoData
from tools.facts import ToolResult
from tools.spec import ToolContext

Write = Callable[..., Path]


def ask(engine: Engine, subject: str = "all") -> ToolResult:
    context = ToolContext(engine, frames.planning_day(engine), "en", Catalogue.load(engine))
    return data_quality(context, DataQuality(subject=subject))  # type: ignore[arg-type]


@pytest.fixture
def recorded(company_anywhere: Engine, write: Write) -> Engine:
    """Ten clean days of sales and stock that adds up."""
    days = [dt.date(2026, 4, day) for day in range(1, 11)]
    sales = [f"{day},S1,{item},2,10" for day in days for item in ("A-1", "A-2")]
    import_file(
        company_anywhere, write("sales.csv", "Date,Store,SKU,Qty,Price\n" + "\n".join(sales))
    )
    stock = [
        f"{day},S1,{item},{100 - 2 * (place + 1)}"
        for place, day in enumerate(days)
        for item in ("A-1", "A-2")
    ]
    import_file(company_anywhere, write("stock.csv", "Date,Store,SKU,On hand\n" + "\n".join(stock)))
    moves = [f"{day} 12:00,S1,{item},sale,-2" for day in days for item in ("A-1", "A-2")]
    text = "Time,Store,SKU,Movement type,Quantity\n" + "\n".join(moves)
    import_file(company_anywhere, write("movements.csv", text))
    return company_anywhere


def checks(engine: Engine) -> set[str]:
    return {
        finding.check for finding in quality_report(engine, "all", dt.date(2026, 4, 11)).findings
    }


def test_clean_records_raise_no_objection(recorded: Engine) -> None:
    assert checks(recorded) == set()
    report = quality_report(recorded, "all", dt.date(2026, 4, 11))
    assert (report.sales_complete, report.items_complete, report.stock_explained) == (1, 1, 1)


def test_what_is_broken_is_found(recorded: Engine, write: Write) -> None:
    broken = {
        "items.csv": "Item Code,Name,Unit Cost,Unit Price\nB-1,Lost thing,9,5\nB-2,Wool scarf,,\n",
        "stock.csv": "Date,Store,SKU,On hand\n2026-04-10,S1,A-1,60\n2026-04-10,W1,A-2,-4\n",
        "sales.csv": "Date,Store,SKU,Qty,Price\n2026-04-01,S1,B-1,1,5\n2026-04-09,S1,B-1,1,\n",
    }
    for name, text in broken.items():
        import_file(recorded, write(name, text), options=Options(create_missing=True))
    assert checks(recorded) == {
        *("missing_cost", "missing_price", "missing_category", "price_below_cost", "same_name"),
        *("unexplained_stock", "negative_stock", "missing_stock", "missing_days"),
        "missing_sale_price",
    }
    off = unexplained(recorded).query("difference != 0")
    assert off[["item", "difference"]].values.tolist() == [["A-1", -20.0]]


def test_the_answer_names_the_worst_and_every_figure_has_rows(
    recorded: Engine, write: Write
) -> None:
    import_file(recorded, write("stock.csv", "Date,Store,SKU,On hand\n2026-04-10,S1,A-1,60\n"))
    result = ask(recorded)
    tables = {table.key: table for table in result.tables}
    slots = result.slots()
    assert slots["problems"].value == len(tables["findings"].rows) == 1
    assert slots["worst_count"].value == len(tables["unexplained_stock"].rows) == 1
    assert slots["stock_explained"].value == pytest.approx(17 / 18, abs=0.001)
    for fact in result.facts:
        assert fact.source is not None
    assert ask(recorded, "items").values["any"] is False


def test_nothing_recorded_is_no_clean_bill_of_health(sqlite_engine: Engine) -> None:
    with pytest.raises(NoData):
        ask(sqlite_engine)


def test_the_second_question_is_answered_from_the_cache(recorded: Engine) -> None:
    first = quality_report(recorded, "all", dt.date(2026, 4, 11))
    start = time.perf_counter()
    assert quality_report(recorded, "all", dt.date(2026, 4, 11)) is first
    assert time.perf_counter() - start < 0.5
