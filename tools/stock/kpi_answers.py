"""Answers about turnover, stock-out rate, fill rate, inventory accuracy and stock value."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pandas as pd
from sqlalchemy import Engine

from tools.data import frames
from tools.data.columns import cached
from tools.errors import InvalidInput, NoData
from tools.facts import Chart, Column, Fact, Series, Source, Table, ToolResult
from tools.stock.kpis import COUNT_TOLERANCE, Kpis, by_month, kpis
from tools.stock.lost_sales import WINDOW_DAYS
from tools.stock.money import base_currency
from tools.stock.scope import StockScope
from tools.stock.segments import segments
from tools.stock.tables import names_of
from tools.text import Text
from tools.values import Period, parse_period

TOOL = "kpis"
DEFAULT_DAYS = 364
"""Fifty-two whole weeks, so that every weekday counts equally."""
MEASURES = {
    "turnover": Text("Turns a year", "年周转次数"),
    "stock_out_rate": Text("Stock-out rate", "断货率"),
    "fill_rate": Text("Fill rate", "满足率"),
    "inventory_accuracy": Text("Inventory accuracy", "库存准确率"),
    "stock_value": Text("Stock value", "库存金额"),
}
HOW = {
    "turnover": Text(
        "cost of units sold per year over the mean value of recorded stock",
        "年化销售成本除以平均库存金额",
    ),
    "stock_out_rate": Text(
        "share of item-location-days on which the shelf ran empty",
        "商品在各地点断货的天数占比",
    ),
    "fill_rate": Text(
        "units sold over units sold plus demand estimated for stock-out days",
        "销量除以销量与断货日估计需求损失之和",
    ),
    "inventory_accuracy": Text(
        "share of counts that found the recorded stock within the tolerance",
        "盘点结果与账面在允许误差内一致的比例",
    ),
    "stock_value": Text("recorded stock at unit cost", "账面库存按单位成本计价"),
}


def read_period(words: str | None, today: dt.date) -> Period:
    """The period as written, ending at the latest yesterday; the last year when none is named."""
    yesterday = today - dt.timedelta(days=1)
    if not words:
        return Period(today - dt.timedelta(days=DEFAULT_DAYS), yesterday)
    period = parse_period(words, today, prefer="past")
    if period.start > yesterday:
        raise InvalidInput(
            f"The figures look back, and “{words[:80]}” lies ahead; name a past period.",
            f"这些指标只能回顾过去，“{words[:80]}”在未来，请给出过去的时间段。",
        )
    return Period(period.start, min(period.end, yesterday))


def figures(
    engine: Engine, today: dt.date, scope: StockScope, period: Period, measure: str
) -> ToolResult:
    """The figure asked for (or all), the one of the period before, and its course by month."""
    now = _kpis(engine, scope, period)
    wanted = list(MEASURES) if measure == "all" else [measure]
    if all(getattr(now, name) is None for name in wanted):
        raise NoData(
            f"Nothing is recorded from {period.start} to {period.end} for that.",
            f"{period.start}至{period.end}没有相应的记录。",
        )
    about = {**scope.focus, "period": f"{period.start}/{period.end}"}
    currency = base_currency(engine)
    facts = [
        *(
            fact
            for name in MEASURES
            if (fact := _fact(name, getattr(now, name), currency, about)) is not None
        ),
        *_parts(now, currency, about),
        Fact("from_day", period.start, "date", about),
        Fact("to_day", period.end, "date", about),
        Fact("tolerance", COUNT_TOLERANCE, "%"),
        Fact("window", WINDOW_DAYS, "days"),
    ]
    values: dict[str, Any] = {"measure": measure, "scope": next(iter(scope.focus), "")}
    if measure not in ("all", "stock_value"):
        facts += _before(engine, scope, period, measure, getattr(now, measure), values)
    tables = [_summary(now, currency)]
    if scope.item is None:
        tables += [
            _by_category(engine, scope, period, currency),
            _segment_table(engine, today, scope),
        ]
    return ToolResult(
        TOOL,
        "kpis",
        facts,
        tables=tables,
        charts=[_course(engine, scope, period, measure, currency)],
        values=values,
        notes=_notes(now),
        focus=dict(scope.focus),
    )


def _kpis(engine: Engine, scope: StockScope, period: Period) -> Kpis:
    key = f"kpis {scope} {period}"
    found: Kpis = cached(
        engine, key, lambda: kpis(engine, period, items=scope.items, location=scope.location)
    )
    return found


def _fact(name: str, value: float | None, currency: str, about: dict[str, str]) -> Fact | None:
    if value is None:
        return None
    unit = {"turnover": "turns", "stock_value": currency}.get(name, "%")
    shown = round(value, 2) if unit != "%" else round(value, 4)
    return Fact(name, shown, unit, about, Source("kpis", about, HOW[name]))


def _parts(now: Kpis, currency: str, about: dict[str, str]) -> list[Fact]:
    """The figures a figure is made of."""
    source = Source("kpis", about)
    facts = [
        Fact("units_sold", now.units_sold, "units", about, source),
        Fact("lost_units", round(now.lost_units), "units", about, source),
        Fact("stock_out_days", now.stock_out_days, "days", about, source),
        Fact("cost_of_sales", round(now.cost_of_sales, 2), currency, about, source),
        Fact("counts", now.counts, "counts", about, Source("stock_movements", {"kind": "count"})),
        Fact("wrong_counts", now.counts - now.exact_counts, "counts", about, source),
    ]
    if now.average_stock_value is not None:
        average = round(now.average_stock_value, 2)
        facts.append(Fact("average_stock_value", average, currency, about, source))
    return facts


def _before(
    engine: Engine,
    scope: StockScope,
    period: Period,
    measure: str,
    value: float | None,
    values: dict[str, Any],
) -> list[Fact]:
    """The same figure over as many days just before, if the records reach that far back."""
    days = (period.end - period.start).days + 1
    earlier = Period(period.start - dt.timedelta(days), period.start - dt.timedelta(1))
    first = frames.sales(engine)["ds"].min()
    if value is None or pd.isna(first) or first > pd.Timestamp(earlier.start):
        return []
    before = getattr(_kpis(engine, scope, earlier), measure)
    if before is None:
        return []
    noticeable = before * 0.02 if measure == "turnover" else 0.005
    change = value - before
    values["trend"] = "same" if abs(change) <= noticeable else "up" if change > 0 else "down"
    unit = "turns" if measure == "turnover" else "%"
    about = {**scope.focus, "period": f"{earlier.start}/{earlier.end}"}
    return [Fact("before", round(before, 4), unit, about, Source("kpis", about, HOW[measure]))]


def _notes(now: Kpis) -> list[Text]:
    if not now.items_without_cost:
        return []
    return [
        Text(
            "Items without a cost or an exchange rate are not in the values.",
            "没有成本或汇率的商品未计入金额。",
        )
    ]


def _summary(now: Kpis, currency: str) -> Table:
    rows = [
        {
            "measure": {"en": title.en, "zh": title.zh},
            "value": _shown(name, getattr(now, name), currency),
            "how": {"en": HOW[name].en, "zh": HOW[name].zh},
        }
        for name, title in MEASURES.items()
    ]
    return Table(
        "kpis",
        Text("Inventory figures", "库存指标"),
        [
            Column("measure", Text("Figure", "指标")),
            Column("value", Text("Value", "数值")),
            Column("how", Text("How it is computed", "计算方法")),
        ],
        rows,
    )


def _shown(name: str, value: float | None, currency: str) -> str | None:
    if value is None:
        return None
    if name == "turnover":
        return f"{value:.1f}"
    return f"{currency} {value:,.0f}" if name == "stock_value" else f"{value:.1%}"


def _by_category(engine: Engine, scope: StockScope, period: Period, currency: str) -> Table:
    items = frames.items(engine)
    if scope.items is not None:
        items = items.loc[list(scope.items)]
    grouped = items.groupby(["category"] if items["category"].nunique() > 1 else [items.index])
    rows = []
    for key, members in list(grouped)[:60]:
        part = StockScope(location=scope.location, items=tuple(members.index))
        found = _kpis(engine, part, period)
        code = str(key[0] if isinstance(key, tuple) else key)
        kind = "category" if items["category"].nunique() > 1 else "item"
        row: dict[str, Any] = {"name": names_of(engine, kind, code)}
        for name in MEASURES:
            value = getattr(found, name)
            row[name] = None if value is None else round(value, 4)
        rows.append(row)
    kinds = {"turnover": "number", "stock_value": "money"}
    columns = [Column("name", Text("Part", "分组"))] + [
        Column(name, title, kinds.get(name, "percent"), currency if name == "stock_value" else "")  # type: ignore[arg-type]
        for name, title in MEASURES.items()
    ]
    return Table("by_part", Text("By category", "按类别"), columns, rows)


def _segment_table(engine: Engine, today: dt.date, scope: StockScope) -> Table:
    """Items and revenue by ABC and XYZ class."""
    found = segments(engine, today)
    if scope.items is not None:
        found = found.loc[found.index.intersection(list(scope.items))]
    total = float(found["revenue"].sum())
    rows = [
        {
            "segment": f"{abc}{xyz}",
            "items": len(part),
            "revenue_share": round(float(part["revenue"].sum()) / total, 4) if total else None,
        }
        for (abc, xyz), part in found.groupby(["abc", "xyz"])
    ]
    return Table(
        "segments",
        Text(
            "ABC (revenue: A to 80%, B to 95%) and XYZ (weekly variation: X to 0.5, Y to 1.0)",
            "ABC（销售额：A至80%，B至95%）与XYZ（周波动系数：X至0.5，Y至1.0）",
        ),
        [
            Column("segment", Text("Class", "分类")),
            Column("items", Text("Items", "商品数"), "number"),
            Column("revenue_share", Text("Share of revenue", "销售额占比"), "percent"),
        ],
        rows,
    )


def _course(
    engine: Engine, scope: StockScope, period: Period, measure: str, currency: str
) -> Chart:
    """The figure by month; accuracy and turnover show the value of stock they move with."""
    monthly = by_month(engine, period, items=scope.items, location=scope.location)
    column = measure if measure in monthly.columns else "stock_value"
    if measure == "all":
        column = "fill_rate"
    values = [None if pd.isna(v) else round(float(v), 4) for v in monthly[column]]
    return Chart(
        "course",
        "line",
        MEASURES[column],
        [month.date().isoformat() for month in monthly.index],
        [Series(column, MEASURES[column], values, "actual")],
        currency if column == "stock_value" else "%",
    )
