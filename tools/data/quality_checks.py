"""The single checks behind the quality report, one function per thing that can be wrong.

A check reads frames and returns the rows it objects to; how many, out of how many, and what to do
about it make a `Finding`. A check that cannot be made on the records (no movements, no prices)
returns nothing rather than a clean bill of health.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
from sqlalchemy import Engine

from tools.data import frames
from tools.text import Text

Subject = Literal["sales", "stock", "orders", "items"]
Nature = Literal["wrong", "incomplete", "unusual"]
STALE_STOCK_DAYS = 14
ENDED_SALES_DAYS = 28
OVERDUE_DAYS = 60
EXTREME_FACTOR = 20.0
"""A day of more than so many times the series' 99 % quantile is taken for a typing error."""


@dataclass(frozen=True)
class Finding:
    """What one check objects to."""

    check: str
    subject: Subject
    nature: Nature
    title: Text
    advice: Text
    unit: str
    """What is counted: items, rows, days, lines, series."""
    count: int
    total: int
    rows: pd.DataFrame
    """The objectionable rows: any of item, location, supplier, order, day, value."""

    @property
    def share(self) -> float:
        return self.count / self.total if self.total else 0.0


Check = Callable[[Engine, dt.date], Finding | None]


def _finding(
    check: str,
    subject: Subject,
    nature: Nature,
    titles: tuple[str, str],
    advice: tuple[str, str],
    unit: str,
    rows: pd.DataFrame,
    total: int,
) -> Finding | None:
    if rows.empty:
        return None
    return Finding(
        check, subject, nature, Text(*titles), Text(*advice), unit, len(rows), total, rows
    )


# --- items --------------------------------------------------------------------------------------


def _active(engine: Engine, today: dt.date) -> pd.DataFrame:
    items = frames.items(engine).reset_index(names="item")
    ended = items["discontinued_on"] < pd.Timestamp(today)
    return items.loc[~ended]


def missing_cost(engine: Engine, today: dt.date) -> Finding | None:
    items = _active(engine, today)
    known = set(frames.terms(engine)["item"])
    rows = items.loc[items["unit_cost"].isna() & ~items["item"].isin(known), ["item"]]
    return _finding(
        "missing_cost",
        "items",
        "incomplete",
        ("items without a cost", "没有成本的商品"),
        (
            "Give them a unit cost: without one their money at stake is unknown.",
            "请补充单位成本，否则无法计算相关金额。",
        ),
        "items",
        rows,
        len(items),
    )


def missing_price(engine: Engine, today: dt.date) -> Finding | None:
    items = _active(engine, today)
    rows = items.loc[items["unit_price"].isna(), ["item"]]
    return _finding(
        "missing_price",
        "items",
        "incomplete",
        ("items without a price", "没有售价的商品"),
        (
            "Give them a price: lost margin cannot be valued without it.",
            "请补充售价，否则无法估算损失的毛利。",
        ),
        "items",
        rows,
        len(items),
    )


def missing_category(engine: Engine, today: dt.date) -> Finding | None:
    items = _active(engine, today)
    rows = items.loc[items["category"] == "", ["item"]]
    return _finding(
        "missing_category",
        "items",
        "incomplete",
        ("items without a category", "没有品类的商品"),
        (
            "Put them into a category, so that new ones can borrow a forecast from their like.",
            "请补充品类，新品才能参考同类商品预测。",
        ),
        "items",
        rows,
        len(items),
    )


def missing_terms(engine: Engine, today: dt.date) -> Finding | None:
    items = _active(engine, today)
    terms = frames.terms(engine)
    if terms.empty:
        return None
    rows = items.loc[~items["item"].isin(terms["item"]), ["item"]]
    return _finding(
        "missing_terms",
        "items",
        "incomplete",
        ("items that no supplier offers", "没有供应商供货的商品"),
        (
            "Import their supply terms: nothing can be ordered for them until then.",
            "请导入供货条件，否则无法为其下单。",
        ),
        "items",
        rows,
        len(items),
    )


def price_below_cost(engine: Engine, today: dt.date) -> Finding | None:
    items = _active(engine, today)
    both = items.dropna(subset=["unit_cost", "unit_price"])
    rows = both.loc[both["unit_price"] < both["unit_cost"], ["item", "unit_price"]]
    return _finding(
        "price_below_cost",
        "items",
        "wrong",
        ("items priced below their cost", "售价低于成本的商品"),
        ("Check price, cost and currency.", "请核对售价、成本和币种。"),
        "items",
        rows.rename(columns={"unit_price": "value"}),
        len(both),
    )


def same_name(engine: Engine, today: dt.date) -> Finding | None:
    items = _active(engine, today)
    folded = items["name_en"].str.casefold().str.strip()
    rows = items.loc[folded.duplicated(keep=False) & (folded != ""), ["item"]]
    return _finding(
        "same_name",
        "items",
        "unusual",
        ("items that share their name with another", "与其他商品重名的商品"),
        (
            "They may be one item recorded twice: merge them or make the names differ.",
            "可能是同一商品重复建档：请合并或区分名称。",
        ),
        "items",
        rows,
        len(items),
    )


# --- sales --------------------------------------------------------------------------------------


def sales_spans(sales: pd.DataFrame) -> pd.DataFrame:
    """Per series: first day, last day, rows, and the days its location was open in between."""
    if sales.empty:
        return pd.DataFrame(columns=["item", "location", "first", "last", "rows", "open"])
    spans = (
        sales.groupby(["item", "location"], observed=True)["ds"]
        .agg(first="min", last="max", rows="size")
        .reset_index()
    )
    spans["open"] = 0
    for location, part in sales.groupby("location", observed=True):
        days = np.sort(part["ds"].unique())
        here = spans["location"] == location
        last = np.searchsorted(days, spans.loc[here, "last"].to_numpy(), side="right")
        first = np.searchsorted(days, spans.loc[here, "first"].to_numpy(), side="left")
        spans.loc[here, "open"] = last - first
    return spans


def missing_days(engine: Engine, today: dt.date) -> Finding | None:
    del today
    spans = sales_spans(frames.sales(engine))
    gaps = (spans["open"] - spans["rows"]).astype(float)
    rows = spans.loc[gaps > 0, ["item", "location"]].assign(value=gaps[gaps > 0])
    found = _finding(
        "missing_days",
        "sales",
        "incomplete",
        (
            "days without a sales record on which the location sold other items",
            "该地点有其他销售而没有记录的日子",
        ),
        (
            "They count as unknown, not as zero: import them again if nothing was sold.",
            "这些日子按未知处理，而不是零：如确无销售，请重新导入。",
        ),
        "days",
        rows,
        int(spans["open"].sum()),
    )
    if found is None:
        return None
    ranked = found.rows.sort_values("value", ascending=False)
    return Finding(**{**found.__dict__, "count": int(gaps.clip(lower=0).sum()), "rows": ranked})


def extreme_sales(engine: Engine, today: dt.date) -> Finding | None:
    del today
    sales = frames.sales(engine)
    sold = sales.loc[sales["quantity"] > 0]
    if sold.empty:
        return None
    groups = sold.groupby(["item", "location"], observed=True)["quantity"]
    usual, days = groups.transform("quantile", 0.99), groups.transform("size")
    median = groups.transform("median")
    odd = (days >= 30) & (sold["quantity"] > EXTREME_FACTOR * median) & (sold["quantity"] >= usual)
    far = odd & (sold["quantity"] > 100)
    rows = sold.loc[far, ["item", "location", "ds", "quantity"]]
    return _finding(
        "extreme_sales",
        "sales",
        "unusual",
        ("days with sales far beyond the usual", "销量远超平常的日子"),
        (
            "Check for a typing error or a single large order: they bend the forecast.",
            "请检查是否录入错误或单笔大单：它们会影响预测。",
        ),
        "days",
        rows.rename(columns={"ds": "day", "quantity": "value"}),
        len(sold),
    )


def sold_while_out(engine: Engine, today: dt.date) -> Finding | None:
    del today
    sales, history = frames.sales(engine), frames.stock_history(engine)
    if history.empty or sales.empty:
        return None
    plain = {"item": object, "location": object}
    sold = sales.loc[sales["quantity"] > 0, ["item", "location", "ds", "quantity"]].astype(plain)
    gone = history.loc[history["on_hand"] <= 0, ["item", "location", "day"]].astype(plain)
    gone["ds"] = gone["day"] + pd.Timedelta(days=1)
    counted = history[["item", "location", "day"]].astype(plain)
    counted["ds"] = counted["day"] + pd.Timedelta(days=1)
    checked = counted.merge(sold, on=["item", "location", "ds"])
    rows = gone.merge(sold, on=["item", "location", "ds"])
    return _finding(
        "sold_while_out",
        "sales",
        "unusual",
        (
            "days with sales right after stock was recorded as gone",
            "库存记为零后次日仍有销售的日子",
        ),
        (
            "Count the stock, or look for a receipt that was booked late.",
            "请盘点库存，或检查是否有延迟入账的收货。",
        ),
        "days",
        rows[["item", "location", "ds", "quantity"]].rename(
            columns={"ds": "day", "quantity": "value"}
        ),
        len(checked),
    )


def missing_sale_price(engine: Engine, today: dt.date) -> Finding | None:
    del today
    sales = frames.sales(engine)
    sold = sales.loc[sales["quantity"] > 0]
    rows = sold.loc[sold["price"].isna(), ["item", "location", "ds"]]
    return _finding(
        "missing_sale_price",
        "sales",
        "incomplete",
        ("sales days without a price", "没有价格的销售日"),
        ("Without it the effect of price cannot be learnt.", "缺少价格就无法学习价格的影响。"),
        "days",
        rows.rename(columns={"ds": "day"}),
        len(sold),
    )


def sold_after_end(engine: Engine, today: dt.date) -> Finding | None:
    del today
    sales, items = frames.sales(engine), frames.items(engine)
    ends = items["discontinued_on"].dropna()
    if ends.empty or sales.empty:
        return None
    sold = sales.loc[(sales["quantity"] > 0) & sales["item"].isin(ends.index)]
    last = sold["item"].astype(object).map(ends)
    late = sold.loc[(sold["ds"] > last + pd.Timedelta(days=ENDED_SALES_DAYS)).to_numpy()]
    rows = late[["item", "location", "ds", "quantity"]]
    return _finding(
        "sold_after_end",
        "sales",
        "unusual",
        ("days with sales long after the item was discontinued", "停售很久后仍有销售的日子"),
        (
            "Correct the end date, or the code the sales were booked on.",
            "请更正停售日期或销售所记的编码。",
        ),
        "days",
        rows.rename(columns={"ds": "day", "quantity": "value"}),
        len(sold),
    )


# --- stock --------------------------------------------------------------------------------------


def negative_stock(engine: Engine, today: dt.date) -> Finding | None:
    del today
    stock = frames.stock(engine)
    rows = stock.loc[stock["on_hand"] < 0, ["item", "location", "day", "on_hand"]]
    return _finding(
        "negative_stock",
        "stock",
        "wrong",
        ("stock positions below zero", "低于零的库存"),
        (
            "Count them: a receipt or a transfer was probably not booked.",
            "请盘点：可能有收货或调拨没有入账。",
        ),
        "series",
        rows.rename(columns={"on_hand": "value"}),
        len(stock),
    )


def over_reserved(engine: Engine, today: dt.date) -> Finding | None:
    del today
    stock = frames.stock(engine)
    over = (stock["reserved"] > stock["on_hand"]) & (stock["on_hand"] >= 0)
    rows = stock.loc[over, ["item", "location", "day", "reserved"]]
    return _finding(
        "over_reserved",
        "stock",
        "wrong",
        ("stock positions with more reserved than there is", "预留数量超过现有库存的记录"),
        ("Release reservations or correct the stock.", "请释放预留或更正库存。"),
        "series",
        rows.rename(columns={"reserved": "value"}),
        len(stock),
    )


def stale_stock(engine: Engine, today: dt.date) -> Finding | None:
    stock = frames.stock(engine)
    limit = pd.Timestamp(today) - pd.Timedelta(days=STALE_STOCK_DAYS)
    active = set(_active(engine, today)["item"])
    stock = stock.loc[stock["item"].isin(active)]
    rows = stock.loc[stock["day"] < limit, ["item", "location", "day"]]
    return _finding(
        "stale_stock",
        "stock",
        "incomplete",
        ("stock positions that are out of date", "过期的库存记录"),
        (
            "Import the current stock: recommendations start from it.",
            "请导入最新库存，补货建议以此为起点。",
        ),
        "series",
        rows,
        len(stock),
    )


def missing_stock(engine: Engine, today: dt.date) -> Finding | None:
    sales, stock = frames.sales(engine), frames.stock(engine)
    recent = sales.loc[
        (sales["ds"] >= pd.Timestamp(today) - pd.Timedelta(days=ENDED_SALES_DAYS))
        & (sales["quantity"] > 0)
    ]
    pairs = recent[["item", "location"]].astype(object).drop_duplicates()
    known = stock[["item", "location"]].assign(known=True)
    joined = pairs.merge(known, on=["item", "location"], how="left")
    rows = joined.loc[joined["known"].isna(), ["item", "location"]]
    return _finding(
        "missing_stock",
        "stock",
        "incomplete",
        ("items that sell at a location without any stock record", "有销售却没有库存记录的商品"),
        (
            "Import their stock: nothing can be said about their cover.",
            "请导入其库存，否则无法判断可售天数。",
        ),
        "series",
        rows,
        len(pairs),
    )


# --- orders -------------------------------------------------------------------------------------


def _order_rows(lines: pd.DataFrame, chosen: Any, value: str) -> pd.DataFrame:
    columns = ["order", "supplier", "item", "location", value]
    found: pd.DataFrame = lines.loc[chosen, columns].rename(columns={value: "value"})
    return found


def over_received(engine: Engine, today: dt.date) -> Finding | None:
    del today
    lines = frames.order_lines(engine)
    wanted = lines["quantity"] - lines["cancelled_quantity"]
    rows = _order_rows(lines, lines["received_quantity"] > wanted * 1.1 + 1e-9, "received_quantity")
    return _finding(
        "over_received",
        "orders",
        "wrong",
        ("order lines that received more than was ordered", "收货多于订货的订单行"),
        ("Check the receipts: one may be booked twice.", "请核对收货：可能重复入账。"),
        "lines",
        rows,
        len(lines),
    )


def long_overdue(engine: Engine, today: dt.date) -> Finding | None:
    lines = frames.order_lines(engine)
    due = lines["promised_on"].fillna(lines["requested_on"])
    open_lines = lines["outstanding"] > 0
    late = open_lines & (due < pd.Timestamp(today) - pd.Timedelta(days=OVERDUE_DAYS))
    rows = _order_rows(lines, late, "outstanding")
    return _finding(
        "long_overdue",
        "orders",
        "unusual",
        ("open order lines that are long overdue", "逾期很久仍未关闭的订单行"),
        (
            "Close them or get a new date: they still count as on order.",
            "请关闭或确认新交期：它们仍计为在途。",
        ),
        "lines",
        rows,
        int(open_lines.sum()),
    )


def odd_dates(engine: Engine, today: dt.date) -> Finding | None:
    del today
    lines = frames.order_lines(engine)
    odd = (lines["requested_on"] < lines["ordered_on"]) | (
        lines["promised_on"] < lines["ordered_on"]
    )
    rows = _order_rows(lines, odd, "quantity")
    return _finding(
        "odd_dates",
        "orders",
        "wrong",
        ("order lines due before they were ordered", "到货日早于下单日的订单行"),
        ("Correct the dates: lead times are learnt from them.", "请更正日期：交货期由此统计。"),
        "lines",
        rows,
        len(lines),
    )


def odd_cost(engine: Engine, today: dt.date) -> Finding | None:
    del today
    lines = frames.order_lines(engine)
    usual = lines.groupby(["item", "supplier", "currency"])["unit_cost"].transform("median")
    odd = (lines["unit_cost"] > 3 * usual) | (lines["unit_cost"] < usual / 3)
    rows = _order_rows(lines, odd, "unit_cost")
    return _finding(
        "odd_cost",
        "orders",
        "unusual",
        ("order lines at a price far from the usual", "单价与平常相差很大的订单行"),
        ("Check the price and its unit (piece or pack).", "请核对单价及其单位（件或包）。"),
        "lines",
        rows,
        len(lines),
    )


def early_receipts(engine: Engine, today: dt.date) -> Finding | None:
    del today
    receipts = frames.receipts(engine)
    ordered = frames.order_lines(engine).set_index("line_id")["ordered_on"]
    early = receipts["received_on"] < receipts["line_id"].map(ordered)
    rows = receipts.loc[early, ["order", "supplier", "item", "location", "received_on"]]
    return _finding(
        "early_receipts",
        "orders",
        "wrong",
        ("receipts dated before their order", "早于下单日的收货"),
        ("Correct the dates: lead times are learnt from them.", "请更正日期：交货期由此统计。"),
        "receipts",
        rows.rename(columns={"received_on": "day"}),
        len(receipts),
    )


CHECKS: Mapping[Subject, Sequence[Check]] = {
    "items": (
        *(missing_cost, missing_price, missing_category, missing_terms),
        *(price_below_cost, same_name),
    ),
    "sales": (missing_days, missing_sale_price, extreme_sales, sold_while_out, sold_after_end),
    "stock": (negative_stock, over_reserved, stale_stock, missing_stock),
    "orders": (over_received, long_overdue, odd_dates, odd_cost, early_receipts),
}
