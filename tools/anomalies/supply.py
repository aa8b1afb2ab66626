"""Suppliers out of their own line: lead times, short deliveries, price and factor jumps.

A lead time is judged among the supplier's own receipts on a log scale with median and MAD, because
a few very late ones must not hide the next.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import stats

from tools.anomalies.finding import Evidence, Finding, score_of
from tools.anomalies.rows import each_group, each_row
from tools.text import Text

LOOKBACK_DAYS = 90
MIN_RECEIPTS = 8
LEAD_TIME_P = 1e-3
MIN_DAYS_LATE = 7.0
SHORT_SHARE = 0.25
"""Missing share of a closed delivery that is worth a word."""
PRICE_JUMP = 0.10


def supply_findings(
    lines: pd.DataFrame, receipts: pd.DataFrame, today: pd.Timestamp
) -> list[Finding]:
    """Findings of the last 90 days over order lines and their receipts."""
    found = _lead_times(lines, receipts, today)
    found += _short(lines, receipts, today)
    found += _price_jumps(lines, today)
    return found


def lead_times(lines: pd.DataFrame, receipts: pd.DataFrame) -> pd.DataFrame:
    """One row per received line: days from order to first receipt, and days after the promise."""
    first = receipts.groupby("line_id", as_index=False)["received_on"].min()
    merged = lines.merge(first, on="line_id")
    merged["days"] = (merged["received_on"] - merged["ordered_on"]).dt.days.astype(float)
    promised = merged["promised_on"].fillna(merged["requested_on"])
    merged["late"] = (merged["received_on"] - promised).dt.days.astype(float)
    return merged


def _lead_times(lines: pd.DataFrame, receipts: pd.DataFrame, today: pd.Timestamp) -> list[Finding]:
    times = lead_times(lines, receipts)
    found = []
    for (supplier,), part in each_group(times, ["supplier"]):
        if len(part) < MIN_RECEIPTS:
            continue
        logs = np.log1p(part["days"].to_numpy(float))
        center = float(np.median(logs))
        spread = max(float(stats.median_abs_deviation(logs, scale="normal")), 0.08)
        p_values = 2.0 * stats.t.sf(np.abs(logs - center) / spread, df=max(len(part) - 1, 3))
        typical = float(np.expm1(center))
        recent = (part["received_on"] >= today - pd.Timedelta(days=LOOKBACK_DAYS)).to_numpy()
        odd = recent & (p_values < LEAD_TIME_P)
        odd &= np.abs(part["days"].to_numpy(float) - typical) >= MIN_DAYS_LATE
        oddest = part.assign(p_value=p_values)[odd].sort_values("p_value")
        # One order is one incident, however many of its lines came late.
        found += [
            _lead_time(row, str(supplier), typical)
            for row in each_row(oddest.drop_duplicates("order"))
        ]
    return found


def _lead_time(row: Any, supplier: str, typical: float) -> Finding:
    up = float(row.days) > typical
    return Finding(
        kind="lead_time_outlier",
        family="supplier",
        starts_on=row.ordered_on.date(),
        ends_on=row.received_on.date(),
        score=score_of(float(row.p_value)),
        direction="up" if up else "down",
        sentence=Text(
            f"{row.order} took {row.days:.0f} days where about {typical:.0f} are usual",
            f"{row.order} 用了 {row.days:.0f} 天，通常约 {typical:.0f} 天",
        ),
        cause=Text("a delay at the supplier or in transit", "供应商或运输延误"),
        next_step=Text(
            "ask the supplier for the cause before the next order", "下次下单前向供应商了解原因"
        ),
        item=str(row.item),
        location=str(row.location),
        supplier=supplier,
        reference=str(row.order),
        money=float(row.quantity) * float(row.unit_cost),
        evidence=Evidence(figures={"days": float(row.days), "usual": round(typical, 1)}),
    )


def _short(lines: pd.DataFrame, receipts: pd.DataFrame, today: pd.Timestamp) -> list[Finding]:
    """Lines closed with less than ordered, or received in wrong multiples."""
    last = receipts.groupby("line_id")["received_on"].max()
    part = lines.assign(last=lines["line_id"].map(last))
    part = part[part["last"] >= today - pd.Timedelta(days=LOOKBACK_DAYS)]
    wanted = part["quantity"] - part["cancelled_quantity"]
    closed = part["status"].astype(str) == "received"
    waited = (today - part["last"]).dt.days > 21
    missing = wanted - part["received_quantity"]
    short = (closed | waited) & (missing > SHORT_SHARE * wanted) & (part["received_quantity"] > 0)
    return [_short_line(part.loc[label]) for label in part.index[short]]


def _short_line(row: Any) -> Finding:
    wanted = float(row["quantity"] - row["cancelled_quantity"])
    got = float(row["received_quantity"])
    return Finding(
        kind="short_delivery",
        family="supplier",
        starts_on=row["last"].date(),
        ends_on=row["last"].date(),
        score=score_of(1e-4),
        direction="down",
        sentence=Text(
            f"{row['order']} brought {got:,.0f} of {wanted:,.0f}",
            f"{row['order']} 订 {wanted:,.0f}，只到 {got:,.0f}",
        ),
        cause=Text("the supplier could not deliver in full", "供应商未能足量交货"),
        next_step=Text("ask whether the rest comes, or cancel it", "询问余量是否补发，否则取消"),
        item=str(row["item"]),
        location=str(row["location"]),
        supplier=str(row["supplier"]),
        reference=str(row["order"]),
        money=(wanted - got) * float(row["unit_cost"]),
        evidence=Evidence(figures={"received": got, "ordered": wanted}),
    )


def _price_jumps(lines: pd.DataFrame, today: pd.Timestamp) -> list[Finding]:
    """A unit cost that leaves what this supplier charged for this item before."""
    found = []
    ordered = lines.sort_values(["ordered_on", "order", "line_no"])
    for (supplier, item), part in each_group(ordered, ["supplier", "item"]):
        costs: npt.NDArray[np.float64] = part["unit_cost"].to_numpy(float)
        if len(costs) < 4:
            continue
        usual = float(np.median(costs[:-1][-8:]))
        last = part.iloc[-1]
        change = costs[-1] / usual - 1.0 if usual > 0 else 0.0
        if (
            last["ordered_on"] < today - pd.Timedelta(days=LOOKBACK_DAYS)
            or abs(change) < PRICE_JUMP
        ):
            continue
        moves = np.abs(np.diff(np.log(np.maximum(costs[:-1], 1e-9))))
        p_value = float((np.sum(moves >= abs(np.log1p(change))) + 1) / (len(moves) + 1))
        found.append(_price_jump(last, str(supplier), str(item), usual, change, p_value))
    return found


def _price_jump(
    row: Any, supplier: str, item: str, usual: float, change: float, p_value: float
) -> Finding:
    return Finding(
        kind="cost_jump",
        family="supplier",
        starts_on=row["ordered_on"].date(),
        ends_on=row["ordered_on"].date(),
        score=score_of(min(p_value, 1e-3 / max(abs(change), 0.1))),
        direction="up" if change > 0 else "down",
        sentence=Text(
            f"{row['order']} is priced {row['unit_cost']:,.2f} where {usual:,.2f} was usual "
            f"({change:+.0%})",
            f"{row['order']} 单价 {row['unit_cost']:,.2f}，以往为 {usual:,.2f}（{change:+.0%}）",
        ),
        cause=Text("a price change or a slip of unit or currency", "调价，或单位、币种录错"),
        next_step=Text("compare with the agreed terms", "与约定条款核对"),
        item=item,
        location=str(row["location"]),
        supplier=supplier,
        reference=str(row["order"]),
        money=abs(float(row["unit_cost"]) - usual) * float(row["quantity"]),
        evidence=Evidence(figures={"unit_cost": float(row["unit_cost"]), "usual": usual}),
    )
