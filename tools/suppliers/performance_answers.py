"""Answers about how suppliers deliver: one scorecard, or all of them beside each other."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import pandas as pd
from sqlalchemy import Engine

from tools.data import frames
from tools.data.catalogue import Scope
from tools.errors import NoData
from tools.facts import Chart, Column, Fact, Series, Source, Table, ToolResult
from tools.suppliers import performance
from tools.suppliers.performance import Scorecard
from tools.text import Text

DEFINITION = Text(
    "On time: the share of the ordered quantity that had arrived by the day first promised "
    "(requested, where nothing was promised); part deliveries count in proportion.",
    "准时率：在首次承诺日（未承诺则为要求日）前到货的数量占订购数量的比例，分批到货按比例计算。",
)
IN_FULL = Text(
    "In full: the share of the ordered quantity that arrived in good condition at all.",
    "足量率：最终合格到货的数量占订购数量的比例。",
)
_LEAD = Text(
    "Days from the order to the receipt that completed the line.", "从下单到该行全部到货的天数。"
)


def one_supplier(
    engine: Engine, today: dt.date, supplier: str, scope: Scope | None, measure: str
) -> ToolResult:
    """The scorecard of one supplier over the last twelve months.

    Raises:
        NoData: no order line of this supplier was due in that time.
    """
    due = _due(engine, today, scope)
    mine = due[due["supplier"] == supplier]
    if mine.empty:
        name = frames.suppliers(engine).loc[supplier]
        raise NoData(
            f"No order line of {name['name_en']} was due in the last twelve months, so there is "
            "nothing to measure yet.",
            f"过去十二个月没有{name['name_zh']}的到期订单行，暂时无法评估。",
        )
    card = performance.scorecard(mine)
    focus = {"supplier": supplier, **_scope_focus(scope)}
    prices = performance.price_changes(frames.order_lines(engine), today)
    prices = prices[prices["supplier"] == supplier]
    if scope:
        prices = prices[prices["item"].isin(scope.items)]
    others = {str(s): performance.scorecard(g) for s, g in due.groupby("supplier")}
    return ToolResult(
        "supplier_performance",
        "supplier_performance",
        [
            *_card_facts(card, focus),
            *_price_facts(prices, focus),
            *_rank_facts(others, supplier, focus),
        ],
        tables=_tables(engine, mine, prices, measure),
        charts=_charts(mine, today, measure),
        values={**_values(card, prices, measure), "compared": len(others) > 1},
        notes=[DEFINITION, IN_FULL],
        focus=focus,
    )


def all_suppliers(engine: Engine, today: dt.date, scope: Scope | None, measure: str) -> ToolResult:
    """Every supplier's scorecard in one table, and who is best and worst by the measure asked.

    Raises:
        NoData: no order line was due in the last twelve months.
    """
    due = _due(engine, today, scope)
    if due.empty:
        raise NoData(
            "No order line was due in the last twelve months, so suppliers cannot be compared yet.",
            "过去十二个月没有到期的订单行，暂时无法比较供应商。",
        )
    cards = {str(s): performance.scorecard(g) for s, g in due.groupby("supplier")}
    prices = performance.price_changes(frames.order_lines(engine), today)
    if scope:
        prices = prices[prices["item"].isin(scope.items)]
    names = frames.suppliers(engine)
    ranked = _ranked(cards, prices, measure)
    best, worst = ranked[0], ranked[-1]
    focus = _scope_focus(scope)
    facts = [Fact("suppliers", len(cards), "", focus, Source("scorecards"))]
    facts.append(_window(Source("scorecards")))
    for key, code in (("best", best), ("worst", worst)):
        about = {"supplier": code, **focus}
        figure, unit = _figure(cards[code], prices, code, measure)
        facts.append(Fact(f"{key}_figure", figure, unit, about, Source("scorecards", about)))
        if measure == "lead_time" and (lead := cards[code].lead_times):
            facts.append(Fact(f"{key}_high", lead.high, "days", about, Source("scorecards", about)))
    return ToolResult(
        "supplier_performance",
        "supplier_comparison",
        facts,
        tables=[_comparison(names, cards, prices)],
        charts=[_comparison_chart(names, cards, prices, ranked, measure)],
        values={
            "measure": measure,
            "best": _names(names, best),
            "worst": _names(names, worst),
            "several": len(cards) > 1,
        },
        notes=[DEFINITION, IN_FULL],
        focus=focus,
    )


def _window(source: Source) -> Fact:
    return Fact("window", round(performance.WINDOW_DAYS / 30.4), "months", {}, source)


def _due(engine: Engine, today: dt.date, scope: Scope | None) -> pd.DataFrame:
    due = performance.due_lines(engine, today)
    return due[due["item"].isin(scope.items)] if scope else due


def _scope_focus(scope: Scope | None) -> dict[str, str]:
    return {"category" if scope.is_category else "item": scope.entity.code} if scope else {}


def _names(frame: pd.DataFrame, code: str) -> dict[str, str]:
    return {"en": str(frame.at[code, "name_en"]), "zh": str(frame.at[code, "name_zh"])}


def _card_facts(card: Scorecard, about: Mapping[str, str]) -> list[Fact]:
    source = Source("lines", dict(about), DEFINITION)
    in_full = Source("lines", dict(about), IN_FULL)
    lead_source = Source("lines", dict(about), _LEAD)
    facts = [Fact("due_lines", card.lines, "", about, source), _window(source)]
    if card.on_time is not None and card.on_time_interval is not None:
        facts += [
            Fact("on_time", round(card.on_time, 4), "%", about, source),
            Fact("on_time_low", round(card.on_time_interval[0], 4), "%", about, source),
            Fact("on_time_high", round(card.on_time_interval[1], 4), "%", about, source),
        ]
    for key, value, unit, where in (
        ("in_full", card.in_full, "%", in_full),
        ("on_time_in_full", card.lines_on_time_in_full, "%", source),
        ("rejected", card.rejected, "%", in_full),
        ("mean_delay", card.mean_delay, "days", source),
        ("drift", card.drift, "days", source),
    ):
        if value is not None:
            facts.append(Fact(key, round(value, 4 if unit == "%" else 1), unit, about, where))
    if (lead := card.lead_times) is not None:
        facts += [
            Fact("lead_time", round(lead.median, 1), "days", about, lead_source),
            Fact("lead_time_low", round(lead.low, 1), "days", about, lead_source),
            Fact("lead_time_high", round(lead.high, 1), "days", about, lead_source),
            Fact("lead_time_promised", round(lead.promised, 1), "days", about, lead_source),
        ]
    return facts


def _price_facts(prices: pd.DataFrame, about: Mapping[str, str]) -> list[Fact]:
    change = performance.spend_weighted_change(prices)
    if change is None:
        return []
    source = Source("prices", dict(about), Text("Weighted by spend.", "按采购金额加权。"))
    facts = [Fact("price_change", round(change, 4), "%", about, source)]
    known = prices[prices["orders"] > 1].dropna(subset=["change"])
    top = known.sort_values("change").iloc[-1]
    where = {"supplier": about["supplier"], "item": str(top["item"])}
    facts.append(Fact("top_price_change", round(float(top["change"]), 4), "%", where, source))
    return facts


def _rank_facts(
    cards: Mapping[str, Scorecard], supplier: str, about: Mapping[str, str]
) -> list[Fact]:
    shares = sorted(
        ((c.on_time or 0.0, s) for s, c in cards.items() if c.on_time is not None), reverse=True
    )
    rank = [s for _, s in shares].index(supplier) + 1
    return [
        Fact("rank", rank, "", about, Source("lines", {}, DEFINITION)),
        Fact("ranked", len(shares), "", about, Source("lines", {}, DEFINITION)),
    ]


def _values(card: Scorecard, prices: pd.DataFrame, measure: str) -> dict[str, Any]:
    lead = card.lead_times
    return {
        "measure": measure,
        "few": card.lines < performance.FEW_LINES,
        "idle": card.idle_months > 0,
        "has_lead_time": lead is not None,
        "slower": lead is not None and lead.median > lead.promised,
        "spread": lead is not None and lead.high - lead.median > 0.4 * lead.median,
        "drifts": (card.drift or 0.0) >= 1.0,
        "has_price": performance.spend_weighted_change(prices) is not None,
        "dearer": (performance.spend_weighted_change(prices) or 0.0) > 0.001,
        "cheaper": (performance.spend_weighted_change(prices) or 0.0) < -0.001,
        "rejects": (card.rejected or 0.0) >= 0.01,
    }


def _tables(engine: Engine, due: pd.DataFrame, prices: pd.DataFrame, measure: str) -> list[Table]:
    items = frames.items(engine)
    lines = Table(
        "lines",
        Text("Order lines that fell due", "到期订单行"),
        [
            Column("order", Text("Order", "订单"), "entity"),
            Column("line_no", Text("Line", "行"), "number"),
            Column("item", Text("Item", "商品编码"), "entity"),
            Column("name", Text("Name", "名称")),
            Column("ordered_on", Text("Ordered on", "下单日"), "date"),
            Column("due_on", Text("First promised", "首次承诺日"), "date"),
            Column("completed_on", Text("Complete on", "到齐日"), "date"),
            Column("ordered", Text("Ordered", "订购"), "number"),
            Column("on_time", Text("On time", "准时到货"), "number"),
            Column("good", Text("Arrived good", "合格到货"), "number"),
            Column("delay", Text("Mean delay (days)", "平均延迟（天）"), "number"),
        ],
        [
            {
                "order": row["order"],
                "line_no": int(row["line_no"]),
                "item": row["item"],
                "name": _names(items, str(row["item"])),
                "ordered_on": row["ordered_on"].date().isoformat(),
                "due_on": row["due_on"].date().isoformat(),
                "completed_on": _day(row["completed_on"]),
                "ordered": float(row["ordered"]),
                "on_time": float(row["on_time_quantity"]),
                "good": float(row["good_quantity"]),
                "delay": None if pd.isna(row["delay_days"]) else round(float(row["delay_days"]), 1),
            }
            for row in due.sort_values("due_on", ascending=False).head(500).to_dict("records")
        ],
    )
    price_table = Table(
        "prices",
        Text("Unit costs over the last twelve months", "过去十二个月的单价"),
        [
            Column("item", Text("Item", "商品编码"), "entity"),
            Column("name", Text("Name", "名称")),
            Column("first_cost", Text("First", "期初"), "money"),
            Column("last_cost", Text("Last", "最近"), "money"),
            Column("currency", Text("Currency", "币种")),
            Column("change", Text("Change", "变化"), "percent"),
            Column("orders", Text("Orders", "订单数"), "number"),
        ],
        [
            {
                "item": row["item"],
                "name": _names(items, str(row["item"])),
                "first_cost": round(float(row["first_cost"]), 4),
                "last_cost": round(float(row["last_cost"]), 4),
                "currency": row["currency"],
                "change": None if pd.isna(row["change"]) else round(float(row["change"]), 4),
                "orders": int(row["orders"]),
            }
            for row in prices.to_dict("records")
        ],
    )
    return [price_table, lines] if measure == "price" else [lines, price_table]


def _day(value: Any) -> str | None:
    return None if pd.isna(value) else pd.Timestamp(value).date().isoformat()


def _charts(due: pd.DataFrame, today: dt.date, measure: str) -> list[Chart]:
    monthly = performance.monthly_on_time(due, today)
    on_time = Chart(
        "on_time",
        "bar",
        Text("On time by month", "每月准时率"),
        [str(month) for month in monthly.index],
        [
            Series(
                "on_time",
                Text("On time", "准时率"),
                [None if pd.isna(v) else round(float(v), 4) for v in monthly["on_time"]],
                "bar",
            )
        ],
        "%",
    )
    done = due.dropna(subset=["lead_days"])
    if done.empty:
        return [on_time]
    counts = done["lead_days"].astype(int).value_counts().sort_index()
    days = list(range(int(counts.index.min()), int(counts.index.max()) + 1))
    lead = Chart(
        "lead_times",
        "bar",
        Text("Days from order to complete receipt", "从下单到到齐的天数"),
        [str(day) for day in days],
        [
            Series(
                "lines",
                Text("Order lines", "订单行数"),
                [float(counts.get(day, 0)) for day in days],
                "bar",
            )
        ],
    )
    return [lead, on_time] if measure == "lead_time" else [on_time, lead]


def _figure(
    card: Scorecard, prices: pd.DataFrame, supplier: str, measure: str
) -> tuple[float, str]:
    if measure == "lead_time":
        return (card.lead_times.median if card.lead_times else 0.0), "days"
    if measure == "in_full":
        return round(card.in_full or 0.0, 4), "%"
    if measure == "price":
        mine = performance.spend_weighted_change(prices[prices["supplier"] == supplier])
        return round(mine or 0.0, 4), "%"
    return round(card.on_time or 0.0, 4), "%"


def _ranked(cards: Mapping[str, Scorecard], prices: pd.DataFrame, measure: str) -> list[str]:
    """Codes from best to worst by the measure that was asked for."""
    lower_is_better = measure in ("lead_time", "price")
    return sorted(
        cards,
        key=lambda code: _figure(cards[code], prices, code, measure)[0],
        reverse=not lower_is_better,
    )


def _comparison(names: pd.DataFrame, cards: Mapping[str, Scorecard], prices: pd.DataFrame) -> Table:
    rows = []
    for code, card in cards.items():
        lead = card.lead_times
        change = performance.spend_weighted_change(prices[prices["supplier"] == code])
        rows.append(
            {
                "code": code,
                "supplier": _names(names, code),
                "lines": card.lines,
                "on_time": _rounded(card.on_time),
                "on_time_low": _rounded(card.on_time_interval and card.on_time_interval[0]),
                "on_time_high": _rounded(card.on_time_interval and card.on_time_interval[1]),
                "in_full": _rounded(card.in_full),
                "lead_time": lead and round(lead.median, 1),
                "lead_time_high": lead and round(lead.high, 1),
                "promised": lead and round(lead.promised, 1),
                "drift": None if card.drift is None else round(card.drift, 1),
                "price_change": _rounded(change),
            }
        )
    return Table(
        "scorecards",
        Text("Suppliers over the last twelve months", "过去十二个月的供应商表现"),
        [
            Column("code", Text("Code", "编码"), "entity"),
            Column("supplier", Text("Supplier", "供应商")),
            Column("lines", Text("Lines due", "到期行数"), "number"),
            Column("on_time", Text("On time", "准时率"), "percent"),
            Column("on_time_low", Text("… at least", "下限"), "percent"),
            Column("on_time_high", Text("… at most", "上限"), "percent"),
            Column("in_full", Text("In full", "足量率"), "percent"),
            Column("lead_time", Text("Lead time, median (days)", "交期中位数（天）"), "number"),
            Column("lead_time_high", Text("Lead time, slowest tenth", "交期最慢一成"), "number"),
            Column("promised", Text("Promised (days)", "承诺交期（天）"), "number"),
            Column("drift", Text("Promise drift (days)", "承诺推迟（天）"), "number"),
            Column("price_change", Text("Price change", "价格变化"), "percent"),
        ],
        rows,
    )


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)


def _comparison_chart(
    names: pd.DataFrame,
    cards: Mapping[str, Scorecard],
    prices: pd.DataFrame,
    ranked: list[str],
    measure: str,
) -> Chart:
    figures = [_figure(cards[code], prices, code, measure) for code in ranked]
    titles = {
        "lead_time": Text("Median lead time", "交期中位数"),
        "in_full": Text("In full", "足量率"),
        "price": Text("Price change over twelve months", "十二个月价格变化"),
    }
    title = titles.get(measure, Text("On time", "准时率"))
    return Chart(
        "comparison",
        "bar",
        title,
        [str(names.at[code, "name_en"]) for code in ranked],
        [Series("figure", title, [float(value) for value, _ in figures], "bar")],
        figures[0][1],
    )
