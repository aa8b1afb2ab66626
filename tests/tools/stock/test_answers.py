"""What the stock tools answer on the demo company, in both languages."""

from __future__ import annotations

import re
import time
from itertools import pairwise
from typing import Any

import pytest
from sqlalchemy import Engine

from assistant.agent.patterns import plain, render
from tools.arguments import Kpis, StockStatus
from tools.data import frames
from tools.data.catalogue import Catalogue
from tools.errors import AmbiguousEntity, InvalidInput, NoData, UnknownEntity
from tools.facts import ToolResult
from tools.spec import ToolContext
from tools.stock.levels import stock_levels
from tools.stock.overview import overview
from tools.stock.tables import names_of
from tools.stock.tool import SPECS, kpis, stock_status
from tools.text import Language

STOCK_QUESTIONS: list[dict[str, Any]] = [
    {"item": "wool scarf"},
    {"item": "保温杯"},
    {"item": "WS-2041", "location": "main warehouse"},
    {"item": "drinkware"},
    {"location": "网店"},
    {},
    {"show": "at_risk"},
    {"show": "at_risk", "supplier": "Huaxin"},
    {"show": "excess"},
    {"show": "excess", "item": "thermos", "location": "STORE"},
    {"show": "out_of_stock"},
    {"show": "out_of_stock", "item": "羊毛围巾"},
]
KPI_QUESTIONS: list[dict[str, Any]] = [
    {},
    {"measure": "turnover"},
    {"measure": "stock_out_rate", "location": "ONLINE"},
    {"measure": "fill_rate", "period": "last month"},
    {"measure": "inventory_accuracy"},
    {"measure": "stock_value", "item": "冬季配饰"},
    {"item": "thermos", "period": "过去三个月"},
]


def context(engine: Engine, language: Language = "en") -> ToolContext:
    return ToolContext(engine, frames.planning_day(engine), language, Catalogue.load(engine))


def ask(engine: Engine, arguments: StockStatus | Kpis, language: Language = "en") -> ToolResult:
    tool = stock_status if isinstance(arguments, StockStatus) else kpis
    return tool(context(engine, language), arguments)  # type: ignore[operator,no-any-return]


def sentence(engine: Engine, result: ToolResult, language: Language) -> str:
    names = {kind: names_of(engine, kind, code) for kind, code in result.focus.items()}
    return plain(render(result, language, names))


def _names(result: ToolResult, names: dict[str, dict[str, str]], language: Language) -> list[str]:
    """Names an answer may mention; a name such as "notebook a5" holds a digit of its own."""
    found = [name[language] for name in names.values()]
    return found + [value[language] for value in result.values.values() if isinstance(value, dict)]


def questions() -> list[StockStatus | Kpis]:
    return [StockStatus(**q) for q in STOCK_QUESTIONS] + [Kpis(**q) for q in KPI_QUESTIONS]


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("arguments", questions(), ids=str)
def test_every_answer_is_a_sentence_whose_figures_are_facts(
    demo_engine: Engine, arguments: StockStatus | Kpis, language: Language
) -> None:
    result = ask(demo_engine, arguments, language)
    names = {kind: names_of(demo_engine, kind, code) for kind, code in result.focus.items()}
    segments = render(result, language, names)
    text = plain(segments)
    assert text.endswith("." if language == "en" else "。")
    assert not re.search(r"\bnan\b|None|unknown|未知", text)
    words = "".join(segment.text for segment in segments if not segment.fact)
    for mention in _names(result, names, language):
        words = words.replace(mention, "")
    assert not re.search(r"\d", words), "a figure that is no fact"
    assert bool(re.search("[一-鿿]", text)) == (language == "zh")
    assert result.slots()
    for fact in result.facts:
        if fact.source is not None and not fact.source.table.startswith(("stock_", "sales_")):
            assert (
                fact.source.table in {t.key for t in result.tables}
                or not result.tables
                or (fact.source.table == "orders")
            )


def test_levels_add_up_over_locations(demo_engine: Engine) -> None:
    together = ask(demo_engine, StockStatus(item="wool scarf")).slots()
    stock = frames.stock(demo_engine)
    rows = stock[stock["item"] == "WS-2041"]
    assert together["on_hand"].value == rows["on_hand"].sum()
    assert together["locations"].value == len(rows)


def test_at_risk_is_ranked_by_money(demo_engine: Engine) -> None:
    result = ask(demo_engine, StockStatus(show="at_risk"))
    money = [row["money_at_risk"] for row in result.tables[0].rows]
    assert all(higher >= lower for higher, lower in pairwise(money))
    assert result.slots()["money_at_risk"].value == pytest.approx(sum(money), abs=0.01 * len(money))
    for row in result.tables[0].rows:
        assert row["stock_out_on"] is not None


def test_the_first_screen_shows_what_the_question_lists(demo_engine: Engine) -> None:
    shown = overview(demo_engine, frames.planning_day(demo_engine))
    listed = ask(demo_engine, StockStatus(show="at_risk")).slots()
    assert len(shown.at_risk) == listed["items"].value
    assert shown.money_at_risk == pytest.approx(listed["money_at_risk"].value)
    money = [row.money for row in shown.at_risk]
    assert money == sorted(money, reverse=True)


def test_a_supplier_narrows_the_list(demo_engine: Engine) -> None:
    terms = frames.terms(demo_engine)
    theirs = set(terms.loc[terms["supplier"] == "HUAXIN", "item"])
    result = ask(demo_engine, StockStatus(supplier="华信"))
    assert {row["item"] for row in result.tables[0].rows} <= theirs
    assert result.focus["supplier"] == "HUAXIN"


def test_the_projection_begins_where_the_record_ends(demo_engine: Engine) -> None:
    result = ask(demo_engine, StockStatus(item="WS-2041", location="MAIN"))
    chart = result.charts[0]
    series = {line.key: line for line in chart.series}
    assert all(len(line.values) == len(chart.x) for line in chart.series)
    today = frames.planning_day(demo_engine).isoformat()
    start = list(chart.x).index(today)
    assert series["on_hand"].values[start - 1] == result.slots()["on_hand"].value
    assert series["on_hand"].values[start] is None
    assert series["median"].values[start] is not None


def test_recent_sales_stand_in_for_a_missing_forecast(demo_engine: Engine) -> None:
    levels = stock_levels(demo_engine, frames.planning_day(demo_engine))
    assert set(levels["rate_source"]) <= {"sales", "none"}
    result = ask(demo_engine, StockStatus(item="thermos"))
    assert "no forecast is stored" in sentence(demo_engine, result, "en")


def test_what_cannot_be_answered_is_said_in_one_sentence(demo_engine: Engine) -> None:
    with pytest.raises(UnknownEntity):
        ask(demo_engine, StockStatus(item="flux capacitor"))
    with pytest.raises((AmbiguousEntity, UnknownEntity)):
        ask(demo_engine, StockStatus(location="the moon"))
    with pytest.raises(InvalidInput, match="lies ahead"):
        ask(demo_engine, Kpis(period="next month"))
    with pytest.raises(NoData, match="Nothing is recorded"):
        ask(demo_engine, Kpis(measure="turnover", period="from 2020-01-01 to 2020-02-01"))


def test_answers_come_from_what_is_loaded(demo_engine: Engine) -> None:
    for arguments in questions():
        ask(demo_engine, arguments)
    began = time.process_time()
    for arguments in questions():
        ask(demo_engine, arguments)
    assert (time.process_time() - began) / len(questions()) < 0.5


def test_specs_name_tools_of_the_closed_list() -> None:
    assert [spec.name for spec in SPECS] == ["stock_status", "kpis"]
    assert [spec.arguments for spec in SPECS] == [StockStatus, Kpis]
