"""The answer to "how much will be asked for?": expected demand with its range."""

from __future__ import annotations

import datetime as dt

import numpy as np

from tools.data import frames
from tools.demand.outlook import Outlook, look_ahead, marked_days
from tools.demand.scope import DemandScope, read_future, read_scope, sales_of
from tools.demand.wording import FALLBACKS, MODEL_NAMES
from tools.facts import Chart, Column, Fact, Series, Source, Table, ToolResult
from tools.spec import ToolContext
from tools.text import Text
from tools.values import Period

DEFAULT_DAYS = 30
SHOWN_HISTORY = 60
STALE_DAYS = 7
"""Days after which stored forecasts are called old."""


def expected_demand(
    context: ToolContext, item: str | None, location: str | None, horizon: str | None
) -> ToolResult:
    """How much will be asked for, between what and what, and how that compares."""
    scope = read_scope(context, item, location)
    period = read_future(horizon, context.today, DEFAULT_DAYS)
    outlook = look_ahead(context.engine, scope, period, context.today)
    comparison = _comparison(context, scope, period)
    about = scope.about(period)
    source = Source("forecast", note=Text("sum of sample paths", "样本路径之和"))
    digits = 0 if outlook.mean >= 20 else 1
    facts = [
        Fact("expected", round(outlook.mean, digits), scope.unit, about, source),
        Fact("low", round(outlook.total_low, digits), scope.unit, about, source),
        Fact("high", round(outlook.total_high, digits), scope.unit, about, source),
        Fact("per_day", round(outlook.mean / period.days, 1), scope.unit, about, source),
        Fact("interval", 0.9, "%", about, source),
        Fact("days", period.days, "days", about),
        Fact("starts_on", period.start, "date", about),
        Fact("ends_on", period.end, "date", about),
        *_peak(scope, outlook),
        *comparison,
    ]
    if comparison and float(comparison[0].value) > 0:  # type: ignore[arg-type]
        change = outlook.mean / float(comparison[0].value) - 1  # type: ignore[arg-type]
        facts.append(Fact("change", round(change, 3), "%", about, source))
    markers = marked_days(context.engine, scope, period.start, period.end)
    planned = [mark for mark in markers if mark["kind"] != "holiday"]
    return ToolResult(
        tool="forecast",
        pattern="forecast",
        facts=facts,
        tables=[_day_table(scope, outlook), *_pair_table(context, scope, outlook)],
        charts=[_demand_chart(context, scope, outlook)],
        values={
            "model": _model(outlook),
            "whole": scope.whole,
            "from_today": period.start == context.today,
            "event": planned[0]["text"] if planned else "",
            "single": period.days == 1,
        },
        notes=fallback_notes(context, outlook),
        focus=scope.focus,
    )


def _model(outlook: Outlook) -> Text:
    weights: dict[str, float] = {}
    for forecast, share in zip(outlook.forecasts, outlook.by_pair, strict=True):
        weights[forecast.model] = weights.get(forecast.model, 0.0) + float(share)
    label = max(weights, key=lambda name: weights[name])
    parts = [MODEL_NAMES.get(name, Text(name, name)) for name in label.split("+")]
    return Text(" + ".join(p.en for p in parts), " + ".join(p.zh for p in parts))


def _peak(scope: DemandScope, outlook: Outlook) -> list[Fact]:
    offset = (outlook.period.start - outlook.start).days
    ahead = outlook.median[offset:]
    if len(ahead) < 2 or ahead.max() <= 0:
        return []
    at = int(np.argmax(ahead))
    day = outlook.period.start + dt.timedelta(days=at)
    source = Source("forecast")
    about = {**scope.focus, "period": day.isoformat()}
    return [
        Fact("peak_day", day, "date", about, source),
        Fact("peak", round(float(ahead[at]), 1), scope.unit, about, source),
    ]


def _comparison(context: ToolContext, scope: DemandScope, period: Period) -> list[Fact]:
    """Sales of the same number of days before today, and of the same days last year."""
    sales = sales_of(context, scope)
    facts = []
    year = dt.timedelta(days=364)
    spans = {
        "recent": Period(
            context.today - dt.timedelta(days=period.days), context.today - dt.timedelta(days=1)
        ),
        "last_year": Period(period.start - year, period.end - year),
    }
    first = sales["ds"].min() if len(sales) else None
    for key, span in spans.items():
        if first is None or span.start < first.date():
            continue
        rows = sales["ds"].between(str(span.start), str(span.end))
        facts.append(
            Fact(
                key,
                round(float(sales.loc[rows, "quantity"].sum()), 1),
                scope.unit,
                scope.about(span),
                scope.source("sales_days", span),
            )
        )
    return facts


def fallback_notes(context: ToolContext, outlook: Outlook) -> list[Text]:
    """What the answer has to say about how the forecast came about."""
    notes = []
    kinds = {forecast.fallback for forecast in outlook.forecasts}
    if len(outlook.forecasts) <= 6 or len(kinds) == 1:
        notes += [FALLBACKS[kind] for kind in sorted(kinds) if kind in FALLBACKS]
    if (context.today - outlook.first_stored).days > STALE_DAYS:
        notes.append(
            Text(
                "The stored forecasts are older than the latest sales; refresh them.",
                "已存的预测早于最新的销售数据，请刷新。",
            )
        )
    return notes


def _demand_chart(context: ToolContext, scope: DemandScope, outlook: Outlook) -> Chart:
    sales = sales_of(context, scope)
    start = context.today - dt.timedelta(days=SHOWN_HISTORY)
    recent = sales[sales["ds"] >= np.datetime64(start)]
    daily = recent.groupby("ds", observed=True)["quantity"].sum()
    past = [start + dt.timedelta(days=k) for k in range(SHOWN_HISTORY)]
    actual = [daily.get(np.datetime64(day)) for day in past]
    blank: list[float | None] = [None] * len(past)
    ahead = len(outlook.median)

    def future(values: np.ndarray[tuple[int], np.dtype[np.float64]]) -> list[float | None]:
        return blank + [round(float(v), 2) for v in values]

    return Chart(
        "forecast_chart",
        "line",
        Text("Demand: sold so far and expected", "需求：已售与预测"),
        [day.isoformat() for day in [*past, *outlook.dates]],
        [
            Series(
                "sold",
                Text("sold", "已售"),
                [None if v is None else float(v) for v in actual] + [None] * ahead,
                "actual",
            ),
            Series("low_90", Text("90 % low", "90%下限"), future(outlook.low_90), "low", "90"),
            Series("high_90", Text("90 % high", "90%上限"), future(outlook.high_90), "high", "90"),
            Series("low_50", Text("50 % low", "50%下限"), future(outlook.low_50), "low", "50"),
            Series("high_50", Text("50 % high", "50%上限"), future(outlook.high_50), "high", "50"),
            Series(
                "median", Text("median forecast", "预测中位数"), future(outlook.median), "median"
            ),
        ],
        scope.unit,
        marked_days(context.engine, scope, start, outlook.period.end),
    )


def _day_table(scope: DemandScope, outlook: Outlook) -> Table:
    skip = (outlook.period.start - outlook.start).days
    columns = [
        Column("day", Text("Day", "日期"), "date"),
        Column("median", Text("Median", "中位数"), "number", scope.unit),
        Column("low", Text("90 % low", "90%下限"), "number", scope.unit),
        Column("high", Text("90 % high", "90%上限"), "number", scope.unit),
    ]
    rows = [
        {
            "day": day.isoformat(),
            "median": round(float(outlook.median[k]), 1),
            "low": round(float(outlook.low_90[k]), 1),
            "high": round(float(outlook.high_90[k]), 1),
        }
        for k, day in enumerate(outlook.dates)
        if k >= skip
    ]
    return Table("forecast", Text("Forecast by day", "逐日预测"), columns, rows)


def _pair_table(context: ToolContext, scope: DemandScope, outlook: Outlook) -> list[Table]:
    """Expected demand by item or, for one item, by location."""
    if len(outlook.pairs) < 2:
        return []
    one_item = len({item for item, _ in outlook.pairs}) == 1
    names = frames.locations(context.engine) if one_item else frames.items(context.engine)
    totals: dict[str, float] = {}
    for (item, location), expected in zip(outlook.pairs, outlook.by_pair, strict=True):
        code = location if one_item else item
        totals[code] = totals.get(code, 0.0) + float(expected)
    title = Text("By location", "按地点") if one_item else Text("By item", "按商品")
    kind = "location" if one_item else "item"
    columns = [
        Column(kind, Text(kind.capitalize(), "地点" if one_item else "商品"), "entity"),
        Column("code", Text("Code", "编码")),
        Column("expected", Text("Expected", "预计"), "number", scope.unit),
    ]
    rows = [
        {
            kind: {"en": names.at[code, "name_en"], "zh": names.at[code, "name_zh"]},
            "code": code,
            "expected": round(value, 1),
        }
        for code, value in sorted(totals.items(), key=lambda entry: -entry[1])
    ]
    return [Table("by_part", title, columns, rows)]
