"""Purchase order lines as a planner looks at them: what is open, what is late, what comes next.

A line is late when something of it is still outstanding after the day it was due; it is due on the
latest day the supplier promised, or on the requested day when nothing was promised.
"""

from __future__ import annotations

import datetime as dt

import pandas as pd
from sqlalchemy import Engine

from tools.data import frames


def lines(engine: Engine, today: dt.date) -> pd.DataFrame:
    """`frames.order_lines` with due_on, late_days (0 when not late), value (outstanding money)."""
    return describe_lines(frames.order_lines(engine), today)


def describe_lines(order_lines: pd.DataFrame, today: dt.date) -> pd.DataFrame:
    """Add due_on, late_days and value to order lines (a pure function over the frame)."""
    frame = order_lines.copy()
    frame["due_on"] = frame["promised_on"].fillna(frame["requested_on"])
    overdue = (pd.Timestamp(today) - frame["due_on"]).dt.days
    frame["late_days"] = overdue.where((frame["outstanding"] > 0) & (overdue > 0), 0).astype(int)
    frame["value"] = frame["outstanding"] * frame["unit_cost"]
    return frame


def select_lines(
    frame: pd.DataFrame,
    *,
    status: str = "open",
    supplier: str | None = None,
    items: tuple[str, ...] | None = None,
    order: str | None = None,
    location: str | None = None,
) -> pd.DataFrame:
    """The lines a question is about, the most urgent first (received ones: the newest first).

    `status` is one of open, late, draft, received, all; `items` are codes, None for any.
    """
    chosen = frame
    for column, value in (("supplier", supplier), ("order", order), ("location", location)):
        if value is not None:
            chosen = chosen[chosen[column] == value]
    if items is not None:
        chosen = chosen[chosen["item"].isin(items)]
    if status == "open":
        chosen = chosen[chosen["outstanding"] > 0]
    elif status == "late":
        chosen = chosen[chosen["late_days"] > 0]
    elif status in ("draft", "received"):
        chosen = chosen[chosen["status"] == status]
    if status in ("received", "all"):
        return chosen.sort_values(["ordered_on", "order", "line_no"], ascending=[False, True, True])
    return chosen.sort_values(["due_on", "order", "line_no"])


def arrivals_by_week(frame: pd.DataFrame, today: dt.date, weeks: int = 12) -> pd.DataFrame:
    """Outstanding quantity and value per week (Monday) of the due day; overdue in this week."""
    monday = pd.Timestamp(today) - pd.Timedelta(days=today.weekday())
    due = frame["due_on"].where(frame["due_on"] >= monday, monday)
    week = due - pd.to_timedelta(due.dt.weekday, unit="D")
    index = pd.date_range(monday, periods=weeks, freq="7D")
    sums = frame.assign(week=week).groupby("week")[["outstanding", "value"]].sum()
    return sums.reindex(index, fill_value=0.0)
