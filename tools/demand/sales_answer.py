"""Answers about the past: what was sold, when and where, and what sold best or worst."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd

from tools.data import frames
from tools.demand.outlook import marked_days
from tools.demand.scope import DemandScope, read_scope, sales_of
from tools.errors import InvalidInput, NoData
from tools.facts import Chart, Column, Fact, Series, Table, ToolResult
from tools.spec import ToolContext
from tools.text import Text
from tools.values import Period, parse_period

DEFAULT_DAYS = 30
RANKED = 10
"""Rows named as the best or worst; the table holds all."""


def read_past(text: str | None, today: dt.date) -> Period:
    """The stretch of past days that a period names; without one, the last 30 days."""
    yesterday = today - dt.timedelta(days=1)
    if not text:
        return Period(today - dt.timedelta(days=DEFAULT_DAYS), yesterday)
    period = parse_period(text, today, "past")
    if period.start > yesterday:
        raise InvalidInput(
            f"“{text[:80]}” has not happened yet; ask for a forecast instead.",
            f"“{text[:80]}”还没有到来；请改为查询预测。",
        )
    return Period(period.start, min(period.end, yesterday))


def totals(
    context: ToolContext, item: str | None, location: str | None, words: str | None
) -> ToolResult:
    """Units and revenue of a period beside the period before and the same days last year."""
    scope = read_scope(context, item, location)
    period = read_past(words, context.today)
    sales = sales_of(context, scope)
    rows = _within(sales, period)
    if rows.empty:
        raise NoData(
            f"No sales are recorded for this from {period.start} to {period.end}.",
            f"{period.start} 至 {period.end} 没有该范围的销售记录。",
        )
    units = float(rows["quantity"].sum())
    about, source = scope.about(period), scope.source("sales_days", period)
    currency = _currency(context, scope)
    returned = float(rows["returned"].sum())
    lost_days = int(rows["stocked_out"].sum())
    facts = [
        Fact("sold", round(units, 1), scope.unit, about, source),
        Fact("per_day", round(units / period.days, 1), scope.unit, about, source),
        Fact("days", period.days, "days", about),
        Fact("starts_on", period.start, "date", about),
        Fact("ends_on", period.end, "date", about),
        Fact("returned", round(returned, 1), scope.unit, about, source),
        Fact("stock_out_days", lost_days, "", about, source),
        *_revenue(rows, currency, about, source),
        *_best_day(scope, rows),
        *_comparisons(context, scope, sales, period, units),
    ]
    return ToolResult(
        tool="sales_history",
        pattern="sales_history",
        facts=facts,
        tables=[_bucket_table(scope, rows, period), *_part_tables(context, scope, rows)],
        charts=[_chart(context, scope, sales, period)],
        values={
            "whole": scope.whole,
            "returned": returned > 0,
            "stock_outs": lost_days > 0,
            "one_day": period.days == 1,
            "filled": units > 0,
        },
        notes=_unit_note(scope),
        focus=scope.focus,
    )


def ranking(
    context: ToolContext, item: str | None, location: str | None, words: str | None, order: str
) -> ToolResult:
    """Best or worst sellers of a period; goods that were not on sale then do not count."""
    scope = read_scope(context, item, location)
    period = read_past(words, context.today)
    sales = sales_of(context, scope)
    rows = _within(sales, period)
    on_sale = _on_sale(context, scope, period)
    if rows.empty or not on_sale:
        raise NoData(
            f"No sales are recorded for this from {period.start} to {period.end}.",
            f"{period.start} 至 {period.end} 没有该范围的销售记录。",
        )
    names = frames.items(context.engine)
    table = _by_item(rows, on_sale)
    before = _within(sales, _before(period)).groupby("item", observed=True)["quantity"].sum()
    table["before"] = before.reindex(table.index).astype(float).fillna(0.0)
    ascending = order == "worst"
    table = table.sort_values(["quantity", "revenue"], ascending=ascending)
    currency = _currency(context, scope)
    about, source = scope.about(period), scope.source("sales_days", period)
    first = str(table.index[0])
    facts = [
        Fact("count", len(table), "", about, source),
        Fact("starts_on", period.start, "date", about),
        Fact("ends_on", period.end, "date", about),
        Fact("days", period.days, "days", about),
    ]
    top = table.head(3)
    for place, (code, sold) in enumerate(zip(top.index, top["quantity"], strict=True), start=1):
        key = ("first", "second", "third")[place - 1]
        unit = str(names.at[code, "unit"])
        facts.append(Fact(key, round(float(sold), 1), unit, {**about, "item": str(code)}, source))
    share = float(table["quantity"].iloc[0]) / max(float(table["quantity"].sum()), 1e-9)
    facts.append(Fact("share", round(share, 3), "%", about, source))
    return ToolResult(
        tool="sales_history",
        pattern="sales_ranking",
        facts=facts,
        tables=[_ranking_table(names, table, currency)],
        charts=[_ranking_chart(context, names, table)],
        values={
            "worst": ascending,
            "none_sold": bool((table["quantity"] == 0).any()),
            "names": [
                {"en": names.at[code, "name_en"], "zh": names.at[code, "name_zh"]}
                for code in top.index
            ],
        },
        focus={**scope.focus, **({"item": first} if len(table) == 1 else {})},
    )


def _within(sales: pd.DataFrame, period: Period) -> pd.DataFrame:
    return sales[sales["ds"].between(pd.Timestamp(period.start), pd.Timestamp(period.end))]


def _before(period: Period) -> Period:
    """The same number of days right before."""
    end = period.start - dt.timedelta(days=1)
    return Period(end - dt.timedelta(days=period.days - 1), end)


def _currency(context: ToolContext, scope: DemandScope) -> str:
    """Currency of the scope's prices; empty when the items are priced in several."""
    currencies = set(frames.items(context.engine).loc[list(scope.items), "currency"])
    return str(currencies.pop()) if len(currencies) == 1 else ""


def _revenue(
    rows: pd.DataFrame, currency: str, about: dict[str, str], source: object
) -> list[Fact]:
    priced = rows["price"].notna()
    if not currency or not priced.any():
        return []
    value = float((rows["quantity"] * rows["price"])[priced].sum())
    return [Fact("revenue", round(value, 2), currency, about, source)]  # type: ignore[arg-type]


def _best_day(scope: DemandScope, rows: pd.DataFrame) -> list[Fact]:
    daily = rows.groupby("ds", observed=True)["quantity"].sum()
    if len(daily) < 3 or daily.max() <= 0:
        return []
    day = pd.Timestamp(str(daily.idxmax())).date()
    about = {**scope.focus, "period": day.isoformat()}
    source = scope.source("sales_days", Period(day, day))
    return [
        Fact("best_day", day, "date", about, source),
        Fact("best_day_units", round(float(daily.max()), 1), scope.unit, about, source),
    ]


def _comparisons(
    context: ToolContext, scope: DemandScope, sales: pd.DataFrame, period: Period, units: float
) -> list[Fact]:
    """Totals of the period before and of the same weekdays last year, where recorded."""
    facts: list[Fact] = []
    first = sales["ds"].min().date()
    year = dt.timedelta(days=364)
    spans = {"before": _before(period), "last_year": Period(period.start - year, period.end - year)}
    for key, span in spans.items():
        if span.start < first:
            continue
        total = float(_within(sales, span)["quantity"].sum())
        about, source = scope.about(span), scope.source("sales_days", span)
        facts.append(Fact(key, round(total, 1), scope.unit, about, source))
        if total > 0:
            change = units / total - 1
            facts.append(Fact(f"{key}_change", round(abs(change), 3), "%", about, source))
            facts.append(
                Fact(f"{key}_difference", round(units - total, 1), scope.unit, about, source)
            )
    return facts


def _bucket(period: Period) -> str:
    return "D" if period.days <= 45 else "W-SUN" if period.days <= 200 else "M"


def _bucket_table(scope: DemandScope, rows: pd.DataFrame, period: Period) -> Table:
    bucket = _bucket(period)
    start = rows["ds"].dt.to_period(bucket).dt.start_time
    value = rows["quantity"] * rows["price"].fillna(0.0)
    grouped = (
        rows.assign(start=start, value=value)
        .groupby("start", observed=True)[["quantity", "returned", "value", "stocked_out"]]
        .sum()
    )
    title = {
        "D": Text("Sales by day", "逐日销售"),
        "W-SUN": Text("Sales by week", "逐周销售"),
        "M": Text("Sales by month", "逐月销售"),
    }[bucket]
    columns = [
        Column("from", Text("From", "起始日"), "date"),
        Column("sold", Text("Sold", "销量"), "number", scope.unit),
        Column("returned", Text("Returned", "退货"), "number", scope.unit),
        Column("revenue", Text("Revenue", "销售额"), "number"),
        Column("stock_outs", Text("Stock-out days", "缺货天数"), "number"),
    ]
    table_rows = [
        {
            "from": str(day)[:10],
            "sold": round(row["quantity"], 1),
            "returned": round(row["returned"], 1),
            "revenue": round(row["value"], 2),
            "stock_outs": int(row["stocked_out"]),
        }
        for day, row in zip(grouped.index, _records(grouped), strict=True)
    ]
    return Table("sales", title, columns, table_rows)


def _part_tables(context: ToolContext, scope: DemandScope, rows: pd.DataFrame) -> list[Table]:
    """Sales by location, when there are several."""
    if len(scope.locations) < 2:
        return []
    names = frames.locations(context.engine)
    grouped = rows.groupby("location", observed=True)["quantity"].sum().sort_values(ascending=False)
    columns = [
        Column("location", Text("Location", "地点"), "entity"),
        Column("sold", Text("Sold", "销量"), "number", scope.unit),
    ]
    table_rows = [
        {
            "location": {"en": names.at[code, "name_en"], "zh": names.at[code, "name_zh"]},
            "sold": round(float(units), 1),
        }
        for code, units in grouped.items()
    ]
    return [Table("by_location", Text("By location", "按地点"), columns, table_rows)]


def _chart(context: ToolContext, scope: DemandScope, sales: pd.DataFrame, period: Period) -> Chart:
    """The period, and the one before it on the same axis."""
    bucket = {"D": 1, "W-SUN": 7, "M": 30}[_bucket(period)]
    count = -(-period.days // bucket)

    def buckets(span: Period) -> list[float | None]:
        rows = _within(sales, span)
        at = (rows["ds"] - pd.Timestamp(span.start)).dt.days // bucket
        summed = rows.groupby(at)["quantity"].sum()
        seen = sales["ds"].min() <= pd.Timestamp(span.start)
        return [float(summed.get(k, 0.0)) if seen else None for k in range(count)]

    days = [period.start + dt.timedelta(days=k * bucket) for k in range(count)]
    now = [float(v) if v is not None else 0.0 for v in buckets(period)] if count else []
    series = [Series("sold", Text("sold", "已售"), now, "bar")]
    before = buckets(_before(period))
    if any(value is not None for value in before):
        series.append(Series("before", Text("period before", "上一期"), before, "line"))
    markers = marked_days(context.engine, scope, period.start, period.end)
    if bucket > 1:
        markers = [_on_bucket(mark, days) for mark in markers]
    return Chart(
        "sales_chart",
        "bar",
        Text("Sales", "销售"),
        [day.isoformat() for day in days],
        series,
        scope.unit,
        markers,
    )


def _on_bucket(mark: dict[str, object], days: list[dt.date]) -> dict[str, object]:
    day = dt.date.fromisoformat(str(mark["x"]))
    return {**mark, "x": max((d for d in days if d <= day), default=days[0]).isoformat()}


def _on_sale(context: ToolContext, scope: DemandScope, period: Period) -> list[str]:
    """Items of the scope that were on offer during the period: seen in sales and not ended."""
    items = frames.items(context.engine).loc[list(scope.items)]
    sales = sales_of(context, scope)
    first = sales.groupby("item", observed=True)["ds"].min()
    ended = items["discontinued_on"].notna() & (
        items["discontinued_on"] < pd.Timestamp(period.start)
    )
    began = first.reindex(items.index) <= pd.Timestamp(period.end)
    return [str(code) for code in items.index[np.asarray(began) & ~ended.to_numpy()]]


def _by_item(rows: pd.DataFrame, on_sale: list[str]) -> pd.DataFrame:
    value = rows["quantity"] * rows["price"].fillna(0.0)
    grouped = rows.assign(revenue=value).groupby("item", observed=True)[
        ["quantity", "revenue", "stocked_out"]
    ]
    return grouped.sum().reindex(on_sale).fillna(0.0)


def _ranking_table(names: pd.DataFrame, table: pd.DataFrame, currency: str) -> Table:
    columns = [
        Column("rank", Text("Rank", "名次"), "number"),
        Column("item", Text("Item", "商品"), "entity"),
        Column("code", Text("Code", "编码")),
        Column("sold", Text("Sold", "销量"), "number"),
        Column("revenue", Text("Revenue", "销售额"), "money", currency),
        Column("change", Text("Against the period before", "与上一期相比"), "percent"),
        Column("stock_outs", Text("Stock-out days", "缺货天数"), "number"),
    ]
    rows = [
        {
            "rank": place,
            "item": {"en": names.at[code, "name_en"], "zh": names.at[code, "name_zh"]},
            "code": str(code),
            "sold": round(row["quantity"], 1),
            "revenue": round(row["revenue"], 2),
            "change": round(row["quantity"] / row["before"] - 1, 3) if row["before"] > 0 else None,
            "stock_outs": int(row["stocked_out"]),
        }
        for place, (code, row) in enumerate(zip(table.index, _records(table), strict=True), start=1)
    ]
    return Table("ranking", Text("Items by units sold", "按销量排列的商品"), columns, rows)


def _records(table: pd.DataFrame) -> list[dict[str, float]]:
    """Rows of a table of numbers as plain floats."""
    return [
        dict(zip(table.columns, map(float, values), strict=True)) for values in table.to_numpy()
    ]


def _ranking_chart(context: ToolContext, names: pd.DataFrame, table: pd.DataFrame) -> Chart:
    top = table.head(RANKED)
    column = "name_zh" if context.language == "zh" else "name_en"
    return Chart(
        "ranking_chart",
        "bar",
        Text("Units sold", "销量"),
        [str(names.at[code, column]) for code in top.index],
        [Series("sold", Text("sold", "已售"), [float(v) for v in top["quantity"]], "bar")],
    )


def _unit_note(scope: DemandScope) -> list[Text]:
    if scope.unit:
        return []
    return [
        Text(
            "The items are counted in different units; the totals add them up as they are.",
            "这些商品的计量单位不同，合计为直接相加。",
        )
    ]
