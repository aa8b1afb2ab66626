"""Supply: terms with their price breaks, purchase orders with lines, and receipts."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import sqlalchemy as sa

from tools.data.imports.arrange import Work, identifiers
from tools.data.schema import (
    OrderStatus,
    PurchaseOrder,
    PurchaseOrderLine,
    SupplyTerm,
)
from tools.text import Text

ALWAYS = pd.Timestamp(2000, 1, 1)
"""Start of terms that were written without one."""
TERM_KEY = ["item_id", "supplier_id", "valid_from"]
LINE_KEY = ["order_id", "line_no"]


def terms(work: Work) -> None:
    """Supply terms; without a start day they correct the latest recorded term of the pair."""
    frame = work.frame
    records = pd.DataFrame(
        {"item_id": work.resolved("item", "items")}
        | {"supplier_id": work.resolved("supplier", "suppliers")}
    )
    latest = _latest_terms(work)
    pairs = list(zip(records["item_id"], records["supplier_id"], strict=True))
    start = frame.get("valid_from", pd.Series(pd.NaT, index=frame.index, dtype="datetime64[ns]"))
    known = pd.Series([latest.get(pair, (ALWAYS, 0))[0] for pair in pairs], index=frame.index)
    records["valid_from"] = start.fillna(known) if len(frame) else start
    plain = ("unit_cost", "currency", "moq", "pack_size", "lead_time_days", "weekly_capacity")
    for field in (*plain, "preferred", "valid_to", "supplier_item_code"):
        if field in frame:
            records[field] = frame[field]
    if "currency" not in frame and work.typed.currency:
        records["currency"] = work.typed.currency
    if "lead_time_weeks" in frame:
        days = (frame["lead_time_weeks"] * 7).round()
        records["lead_time_days"] = (
            records["lead_time_days"].fillna(days) if "lead_time_days" in records else days
        )
    lead = records.get("lead_time_days", pd.Series(np.nan, index=frame.index))
    new = np.array([pair not in latest for pair in pairs], dtype=bool)
    work.note(
        "missing_lead_time",
        Text("A new supply term needs a lead time", "新的供货条件需要交货期"),
        at=(lead.isna() & new).to_numpy(),
        severity="error",
        field="lead_time_days",
    )
    older = pd.Series([latest.get(pair, (ALWAYS, 0))[1] for pair in pairs], dtype=float)
    records["lead_time_days"] = lead.fillna(older)
    if "valid_to" in records:
        work.note(
            "impossible_period",
            Text("The term ends before it starts", "失效日期早于生效日期"),
            at=(records["valid_to"] < records["valid_from"]).to_numpy(),
            severity="error",
        )
    records = work.single(work.good(records), TERM_KEY)
    if len(records):
        work.save("supply_terms", TERM_KEY, records)


def _latest_terms(work: Work) -> dict[tuple[float, float], tuple[pd.Timestamp, int]]:
    """(item, supplier) -> start and lead time of the latest recorded term."""
    found = {}
    statement = sa.select(
        SupplyTerm.item_id, SupplyTerm.supplier_id, SupplyTerm.valid_from, SupplyTerm.lead_time_days
    ).order_by(SupplyTerm.valid_from)
    for item, supplier, start, lead in work.connection.execute(statement):
        found[(float(item), float(supplier))] = (pd.Timestamp(start), lead)
    return found


def price_breaks(work: Work) -> None:
    """Price breaks of the latest recorded term of an item and supplier."""
    item, supplier = work.resolved("item", "items"), work.resolved("supplier", "suppliers")
    ids = {
        (float(row.item_id), float(row.supplier_id)): row.id
        for row in work.connection.execute(
            sa.select(SupplyTerm.item_id, SupplyTerm.supplier_id, SupplyTerm.id).order_by(
                SupplyTerm.valid_from
            )
        )
    }
    term = np.array([ids.get(pair, np.nan) for pair in zip(item, supplier, strict=True)])
    work.note(
        "unknown_term",
        Text(
            "There is no supply term for this item and supplier: import the terms first",
            "该商品与供应商之间没有供货条件：请先导入供货条件",
        ),
        at=np.isnan(term) & ~work.typed.bad,
        severity="error",
    )
    records = pd.DataFrame({"term_id": term})
    records["min_quantity"] = work.frame["min_quantity"]
    records["unit_cost"] = work.frame["unit_cost"]
    records = work.single(work.good(records), ["term_id", "min_quantity"])
    if len(records):
        work.save("price_breaks", ["term_id", "min_quantity"], records)


# --- orders -------------------------------------------------------------------------------------


def orders(work: Work) -> None:
    """Purchase orders from one row per line; what the header says must agree between its rows."""
    frame = work.frame
    supplier = work.resolved("supplier", "suppliers")
    location, item = work.locations(), work.resolved("item", "items")
    lines = pd.DataFrame({"number": frame["order"], "item_id": item})
    lines["line_no"] = _line_numbers(frame)
    for field in ("quantity", "cancelled_quantity", "unit_cost", "requested_on", "promised_on"):
        if field in frame:
            lines[field] = frame[field]
    lines["requested_on"] = _requested(work, lines)
    heads = pd.DataFrame({"number": frame["order"], "supplier_id": supplier})
    heads["location_id"], heads["ordered_on"] = location, frame["ordered_on"]
    heads["status"] = _status(work)
    for field in ("currency", "note"):
        if field in frame:
            heads[field] = frame[field]
    if "currency" not in frame and work.typed.currency:
        heads["currency"] = work.typed.currency
    heads, lines = work.good(heads), work.good(lines)
    received = frame.loc[~work.typed.bad].reset_index(drop=True)
    heads = _one_head(work, heads)
    if not len(heads):
        return
    work.save("purchase_orders", ["number"], heads)
    numbers = _order_ids(work)
    lines.insert(0, "order_id", lines.pop("number").map(numbers).astype(float))
    keyed = work.single(lines, LINE_KEY)
    work.save("purchase_order_lines", LINE_KEY, keyed)
    if "received_quantity" in received:
        _receipts_of_lines(work, received, lines)


def _line_numbers(frame: pd.DataFrame) -> pd.Series[Any]:
    """The file's line numbers, else the position of the row within its order."""
    counted = (frame.groupby("order", dropna=False).cumcount() + 1).astype(float)
    given = frame.get("line_no")
    return counted if given is None else given.fillna(counted)


def _requested(work: Work, lines: pd.DataFrame) -> pd.Series[Any]:
    """The day asked for, else the day promised, else the order day plus the known lead time."""
    empty = pd.Series(pd.NaT, index=lines.index, dtype="datetime64[ns]")
    asked = lines.get("requested_on", empty).fillna(lines.get("promised_on", empty))
    if not asked.isna().any():
        return asked
    lead: dict[int, int] = {
        row.item_id: row.lead_time_days
        for row in work.connection.execute(
            sa.select(SupplyTerm.item_id, SupplyTerm.lead_time_days).order_by(SupplyTerm.valid_from)
        )
    }
    days = pd.to_timedelta(lines["item_id"].map(lead), unit="D")
    blank = asked.isna()
    asked = asked.fillna(work.frame["ordered_on"] + days)
    work.note(
        "assumed_date",
        Text(
            "Lines without a requested date got the order date plus the lead time",
            "没有要求到货日期的行按下单日期加交货期处理",
        ),
        at=(blank & asked.notna()).to_numpy(),
        severity="warning",
    )
    work.note(
        "missing_value",
        Text(
            "The line has no requested date and no lead time is known",
            "该行没有要求到货日期，也没有已知的交货期",
        ),
        at=(asked.isna().to_numpy() & ~work.typed.bad),
        severity="error",
        field="requested_on",
    )
    return asked


def _status(work: Work) -> pd.Series[Any]:
    """The status given; else from what was received; else sent."""
    frame = work.frame
    status = frame.get("status", pd.Series([None] * len(frame), dtype=object))
    derived = pd.Series([str(OrderStatus.SENT)] * len(frame), dtype=object)
    if "received_quantity" in frame:
        sums = frame.assign(got=frame["received_quantity"].fillna(0.0)).groupby("order")
        wanted, got = sums["quantity"].transform("sum"), sums["got"].transform("sum")
        derived[got > 0] = str(OrderStatus.PARTIALLY_RECEIVED)
        complete = (frame["received_quantity"].fillna(0.0) >= frame["quantity"]).groupby(
            frame["order"]
        )
        derived[complete.transform("all") & (wanted > 0)] = str(OrderStatus.RECEIVED)
    return status.where(status.notna(), derived)


def _one_head(work: Work, heads: pd.DataFrame) -> pd.DataFrame:
    """One header per order. Status may differ by line: the order is as open as its openest line."""
    rank = {
        str(status): place
        for place, status in enumerate(
            (
                *(OrderStatus.PARTIALLY_RECEIVED, OrderStatus.CONFIRMED, OrderStatus.SENT),
                *(OrderStatus.APPROVED, OrderStatus.DRAFT, OrderStatus.RECEIVED),
                OrderStatus.CANCELLED,
            )
        )
    }
    if not len(heads):
        return heads
    openest = heads["status"].map(rank).groupby(heads["number"]).transform("min")
    names = {place: status for status, place in rank.items()}
    heads = heads.assign(status=openest.map(names))
    if "note" in heads:
        heads["note"] = heads.groupby("number")["note"].transform("first")
    heads = heads.drop_duplicates().reset_index(drop=True)
    return work.single(heads, ["number"])


def _order_ids(work: Work) -> dict[str, int]:
    statement = sa.select(PurchaseOrder.number, PurchaseOrder.id)
    return {row.number: row.id for row in work.connection.execute(statement)}


def _line_ids(work: Work) -> dict[tuple[float, float], int]:
    line = PurchaseOrderLine
    statement = sa.select(line.order_id, line.line_no, line.id)
    found = work.connection.execute(statement)
    return {(float(order), float(number)): identity for order, number, identity in found}


def _receipts_of_lines(work: Work, frame: pd.DataFrame, lines: pd.DataFrame) -> None:
    """A received quantity beside a line becomes one receipt, dated when the file says so."""
    got = frame["received_quantity"].fillna(0.0) > 0
    if not got.any():
        return
    ids = _line_ids(work)
    pairs = zip(lines.loc[got, "order_id"], lines.loc[got, "line_no"], strict=True)
    day = frame.get("received_on", pd.Series(pd.NaT, index=frame.index, dtype="datetime64[ns]"))
    yesterday = pd.Timestamp(work.options.today) - pd.Timedelta(days=1)
    undated = day.isna() & got
    day = day.fillna(lines["requested_on"])
    day = day.where(day <= yesterday, yesterday)
    if undated.any():
        text = Text(
            "Received quantities without a date were put on the requested day",
            "没有日期的收货数量按要求到货日记录",
        )
        work.note("assumed_date", text, severity="warning")
    records = pd.DataFrame({"line_id": [float(ids[pair]) for pair in pairs]})
    records["received_on"] = day[got].to_numpy()
    records["quantity"] = frame.loc[got, "received_quantity"].to_numpy()
    numbers = zip(frame.loc[got, "order"], lines.loc[got, "line_no"], strict=True)
    records["external_id"] = [f"order|{order}|{int(line)}" for order, line in numbers]
    work.save("receipts", ["external_id"], records)


def receipts(work: Work) -> None:
    """Receipts against recorded order lines, found by line number or by their only item."""
    frame = work.frame
    orders_known = _order_ids(work)
    order = frame["order"].map(orders_known).astype(float).to_numpy()
    work.note(
        "unknown_order",
        Text("The order is not recorded: import the orders first", "没有该订单：请先导入采购订单"),
        at=np.isnan(order) & ~work.typed.bad,
        severity="error",
        field="order",
    )
    line = _line_of(work, order)
    work.note(
        "unknown_line",
        Text(
            "The order has no such line, or several: give the line number",
            "订单中没有该行或有多行：请提供行号",
        ),
        at=np.isnan(line) & ~work.typed.bad,
        severity="error",
        field="line_no",
    )
    work.note(
        "future_day",
        Text("Receipts lie in the future", "收货日期在未来"),
        at=(frame["received_on"] > pd.Timestamp(work.options.today)).to_numpy(),
        severity="error",
    )
    records = pd.DataFrame({"line_id": line, "received_on": frame["received_on"]})
    records["quantity"] = frame["quantity"]
    if "rejected" in frame:
        records["rejected"] = frame["rejected"]
        work.note(
            "impossible_value",
            Text("More was rejected than received", "拒收数量大于收货数量"),
            at=(records["rejected"] > records["quantity"]).to_numpy(),
            severity="error",
            field="rejected",
        )
    records["external_id"] = identifiers(
        work,
        "receipts",
        "row-",
        [frame["order"], line],
        [frame["order"], line, frame["received_on"], frame["quantity"]],
    )
    records = work.good(records)
    if len(records):
        work.save("receipts", ["external_id"], records)


def _line_of(work: Work, order: Any) -> Any:
    """Line ids by order and line number, else by order and item when that is unique."""
    frame = work.frame
    by_number = _line_ids(work)
    by_item: dict[tuple[float, float], list[int]] = {}
    line = PurchaseOrderLine
    for order_id, item_id, identity in work.connection.execute(
        sa.select(line.order_id, line.item_id, line.id)
    ):
        by_item.setdefault((float(order_id), float(item_id)), []).append(identity)
    blank = np.full(len(frame), np.nan)
    item = work.resolved("item", "items") if "item" in frame else blank
    number = frame["line_no"].to_numpy() if "line_no" in frame else blank
    found = []
    for order_id, line_no, item_id in zip(order, number, item, strict=True):
        same = by_item.get((order_id, item_id), [])
        if line_no == line_no:
            found.append(float(by_number.get((order_id, line_no), np.nan)))
        else:
            found.append(float(same[0]) if len(same) == 1 else np.nan)
    return np.array(found, dtype=float)
