"""The two tools: figures against the records, both languages, and every way to ask wrongly."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import replace

import pandas as pd
import pytest

from assistant.agent.patterns import plain, render
from tools.arguments import Forecast, SalesHistory
from tools.data import frames
from tools.demand.tool import forecast, sales_history
from tools.errors import AmbiguousEntity, InvalidInput, NoData, UnknownEntity
from tools.facts import ToolResult
from tools.spec import ToolContext

from .conftest import Forecasted


@pytest.fixture
def context(forecasted: Forecasted) -> ToolContext:
    return forecasted.context()


@pytest.fixture
def item(context: ToolContext) -> str:
    """The best seller, by code."""
    sales = frames.sales(context.engine)
    recent = sales[sales["ds"] > sales["ds"].max() - pd.Timedelta(days=28)]
    return str(recent.groupby("item", observed=True)["quantity"].sum().idxmax())


def spoken(result: ToolResult, context: ToolContext) -> str:
    names = {
        kind: context.catalogue.get(kind, code).names  # type: ignore[arg-type]
        for kind, code in result.focus.items()
    }
    return plain(render(result, context.language, names))


QUESTIONS = [
    Forecast(),
    Forecast(horizon="next 3 weeks"),
    Forecast(horizon="tomorrow"),
    Forecast(aspect="accuracy"),
    Forecast(aspect="drivers"),
    SalesHistory(),
    SalesHistory(period="last month"),
    SalesHistory(period="yesterday"),
    SalesHistory(period="last 12 months"),
    SalesHistory(ranking="best"),
    SalesHistory(ranking="worst", period="last month"),
]


@pytest.mark.parametrize("scope", ["item", "category", "place", "all"])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_answer_reads_well(
    forecasted: Forecasted, item: str, language: str, scope: str
) -> None:
    context = forecasted.context(language)
    category = str(frames.items(context.engine).at[item, "category"])
    place = str(frames.locations(context.engine).index[0])
    given = {
        "item": {"item": item},
        "category": {"item": category},
        "place": {"location": place},
        "all": {},
    }
    for question in QUESTIONS:
        asked = question.model_copy(update=given[scope])
        tool = forecast if isinstance(asked, Forecast) else sales_history
        result = tool(context, asked)
        text = spoken(result, context)
        assert len(text) > 20
        assert "  " not in text.strip()
        assert text.rstrip().endswith((".", "。")), text
        assert "None" not in text
        assert "nan" not in text
        for table in result.tables:
            json.dumps(table.rows, allow_nan=False)
            keys = {column.key for column in table.columns}
            assert all(set(row) <= keys for row in table.rows)
        for chart in result.charts:
            assert all(len(series.values) == len(chart.x) for series in chart.series)


def test_sales_figures_are_those_of_the_records(context: ToolContext, item: str) -> None:
    result = sales_history(context, SalesHistory(item=item, period="last 30 days"))
    facts = {key: fact.value for key, fact in result.slots().items()}
    sales = frames.sales(context.engine)
    mine = sales[sales["item"] == item]
    start = pd.Timestamp(context.today - dt.timedelta(days=30))
    now = mine[mine["ds"] >= start]
    before = mine[(mine["ds"] < start) & (mine["ds"] >= start - pd.Timedelta(days=30))]
    assert facts["sold"] == pytest.approx(now["quantity"].sum())
    assert facts["before"] == pytest.approx(before["quantity"].sum())
    assert facts["stock_out_days"] == now["stocked_out"].sum()
    assert facts["revenue"] == pytest.approx((now["quantity"] * now["price"]).sum(), abs=0.01)
    table = result.tables[0]
    assert sum(row["sold"] for row in table.rows) == pytest.approx(facts["sold"])


def test_ranking_is_sorted_and_only_counts_what_was_on_sale(context: ToolContext) -> None:
    best = sales_history(context, SalesHistory(ranking="best", period="last month"))
    worst = sales_history(context, SalesHistory(ranking="worst", period="last month"))
    sold = [row["sold"] for row in best.tables[0].rows]
    assert sold == sorted(sold, reverse=True)
    assert [row["sold"] for row in worst.tables[0].rows] == sorted(sold)
    ended = frames.items(context.engine)["discontinued_on"].dropna()
    gone = set(ended[ended < pd.Timestamp(context.today) - pd.Timedelta(days=70)].index)
    assert not gone & {row["code"] for row in best.tables[0].rows}


def test_forecast_of_all_places_is_coherent(context: ToolContext, item: str) -> None:
    result = forecast(context, Forecast(item=item, horizon="next 4 weeks"))
    facts = {key: fact.value for key, fact in result.slots().items()}
    assert facts["days"] == 28
    assert facts["low"] < facts["expected"] < facts["high"]
    parts = result.tables[1].rows
    assert sum(row["expected"] for row in parts) == pytest.approx(facts["expected"], rel=0.02)
    daily = result.tables[0].rows
    assert sum(row["high"] for row in daily) > facts["high"]  # quantiles do not add up
    one = forecast(context, Forecast(item=item, horizon="next 4 weeks", location=parts[0]["code"]))
    assert one.slots()["expected"].value == pytest.approx(parts[0]["expected"], rel=0.1)
    chart = result.charts[0]
    assert {series.role for series in chart.series} == {"actual", "low", "high", "median"}


def test_a_named_month_is_summed_over_its_days(context: ToolContext, item: str) -> None:
    result = forecast(context, Forecast(item=item, horizon="December"))
    facts = result.slots()
    assert facts["starts_on"].value == dt.date(2026, 12, 1)
    assert facts["ends_on"].value == dt.date(2026, 12, 31)
    assert len(result.tables[0].rows) == 31


def test_drivers_add_up(context: ToolContext, item: str) -> None:
    result = forecast(context, Forecast(item=item, aspect="drivers"))
    facts = result.slots()
    parts = [float(fact.value) for key, fact in facts.items() if key.startswith("part_")]
    assert sum(parts) == pytest.approx(float(facts["expected"].value), abs=0.5)


def test_accuracy_beats_repeating_last_week(context: ToolContext) -> None:
    result = forecast(context, Forecast(aspect="accuracy"))
    facts = {key: fact.value for key, fact in result.slots().items()}
    assert facts["wape"] < facts["naive_wape"]
    assert result.values["better"]
    assert 0.85 < facts["coverage"] <= 1


@pytest.mark.parametrize(
    ("question", "error", "words"),
    [
        (Forecast(item="unobtainium"), UnknownEntity, "unobtainium"),
        (Forecast(horizon="next 5 years"), InvalidInput, "stored up to"),
        (Forecast(horizon="last month"), InvalidInput, "past"),
        (Forecast(horizon="banana"), InvalidInput, "banana"),
        (SalesHistory(period="next week"), InvalidInput, "forecast instead"),
        (SalesHistory(period="banana"), InvalidInput, "banana"),
        (SalesHistory(location="Atlantis"), UnknownEntity, "Atlantis"),
        (SalesHistory(period="March 2019"), NoData, "No sales"),
    ],
)
def test_wrong_questions_get_a_clear_sentence(
    context: ToolContext, question: Forecast | SalesHistory, error: type[Exception], words: str
) -> None:
    tool = forecast if isinstance(question, Forecast) else sales_history
    with pytest.raises(error, match=words):
        tool(context, question)  # type: ignore[arg-type]


def test_an_ambiguous_item_is_asked_back(context: ToolContext) -> None:
    names = frames.items(context.engine)["name_en"]
    heads = names.str.split().str[-1].value_counts()
    shared = heads[heads > 1].index
    asked = [word for word in shared if word not in set(names)]
    if not asked:
        pytest.skip("no ambiguous name in this company")
    with pytest.raises(AmbiguousEntity):
        forecast(context, Forecast(item=str(asked[0])))


def test_old_forecasts_are_named(context: ToolContext, item: str) -> None:
    later = replace(context, today=context.today + dt.timedelta(days=10))
    result = forecast(later, Forecast(item=item, horizon="next 7 days"))
    assert any("older than the latest sales" in note.en for note in result.notes)
