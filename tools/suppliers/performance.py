"""How a supplier keeps its word: lead times, on time, in full, promise drift, price development.

Everything is counted on order lines that were due in the window. On time compares what had arrived
by the day *first* promised (or requested, when nothing was promised) with what was ordered, part
deliveries in proportion, so that a promise moved later does not make a late delivery punctual. A
supplier with few lines gets a wide interval instead of a proud percentage.
"""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass

import numpy as np
import pandas as pd
from sqlalchemy import Engine

from tools.data import frames

FEW_LINES = 12
"""Under this number of due lines a share is told as uncertain."""
WINDOW_DAYS = 365


@dataclass(frozen=True, slots=True)
class LeadTimes:
    """Days from order to the receipt that completed the line, over complete lines."""

    count: int
    median: float
    low: float
    """10th percentile."""
    high: float
    """90th percentile."""
    promised: float
    """Median of the first promised (or requested) day less the order day, same lines."""


@dataclass(frozen=True, slots=True)
class Scorecard:
    """Figures of one supplier (or one of its items) over the window; None where nothing was due."""

    lines: int
    ordered: float
    on_time: float | None
    """Share of the ordered quantity that had arrived by the first promised day."""
    on_time_interval: tuple[float, float] | None
    """95 % Wilson interval on the equivalent number of lines."""
    in_full: float | None
    """Share of the ordered quantity that arrived in good condition at all."""
    lines_on_time_in_full: float | None
    rejected: float | None
    """Share of the received quantity refused on inspection."""
    mean_delay: float | None
    """Days after the first promised day, by quantity received; negative is early."""
    drift: float | None
    """Mean days by which the last promise is later than the first, over lines with a promise."""
    lead_times: LeadTimes | None
    idle_months: int
    """Months of the window in which nothing was due."""


def due_lines(engine: Engine, today: dt.date, window_days: int = WINDOW_DAYS) -> pd.DataFrame:
    """Order lines that fell due in the window before `today`, see `measure_lines`."""
    return measure_lines(
        frames.order_lines(engine),
        frames.receipts(engine),
        frames.promises(engine),
        today,
        window_days,
    )


def measure_lines(
    order_lines: pd.DataFrame,
    receipts: pd.DataFrame,
    promises: pd.DataFrame,
    today: dt.date,
    window_days: int = WINDOW_DAYS,
) -> pd.DataFrame:
    """One row per line due in the window, with what arrived when.

    Columns added to the order lines: due_on (first promise, or requested), last_promise, ordered
    (quantity less cancelled), on_time_quantity, good_quantity, rejected_quantity, completed_on,
    lead_days, promised_days, delay_days (mean by quantity), drift_days.
    """
    frame = order_lines[~order_lines["status"].isin(["draft", "cancelled"])].copy()
    stated = promises.sort_values("stated_at").groupby("line_id")["promised_on"]
    frame["last_promise"] = frame["line_id"].map(stated.last())
    frame["due_on"] = frame["line_id"].map(stated.first()).fillna(frame["requested_on"])
    first, last = pd.Timestamp(today) - pd.Timedelta(days=window_days), pd.Timestamp(today)
    frame = frame[(frame["due_on"] >= first) & (frame["due_on"] < last)]
    frame["ordered"] = (frame["quantity"] - frame["cancelled_quantity"]).clip(lower=0.0)
    frame = frame[frame["ordered"] > 0]

    came = receipts.merge(frame[["line_id", "due_on"]], on="line_id")
    came["good"] = came["quantity"] - came["rejected"]
    came["in_time"] = came["quantity"].where(came["received_on"] <= came["due_on"], 0.0)
    came["late_units"] = (came["received_on"] - came["due_on"]).dt.days * came["quantity"]
    sums = came.groupby("line_id")[["quantity", "good", "rejected", "in_time", "late_units"]].sum()
    by_line = sums.reindex(frame["line_id"]).fillna(0.0).set_index(frame.index)
    frame["on_time_quantity"] = np.minimum(by_line["in_time"], frame["ordered"])
    frame["good_quantity"] = np.minimum(by_line["good"], frame["ordered"])
    frame["rejected_quantity"] = by_line["rejected"]
    frame["delay_days"] = by_line["late_units"] / by_line["quantity"].where(by_line["quantity"] > 0)
    complete = by_line["quantity"] >= frame["ordered"]
    last_day = frame["line_id"].map(came.groupby("line_id")["received_on"].max())
    frame["completed_on"] = last_day.where(complete)
    frame["lead_days"] = (frame["completed_on"] - frame["ordered_on"]).dt.days
    frame["promised_days"] = (frame["due_on"] - frame["ordered_on"]).dt.days
    frame["drift_days"] = (frame["last_promise"] - frame["due_on"]).dt.days
    return frame.reset_index(drop=True)


def scorecard(due: pd.DataFrame) -> Scorecard:
    """Figures over rows of `measure_lines`."""
    if due.empty:
        return Scorecard(0, 0.0, None, None, None, None, None, None, None, None, 12)
    ordered = float(due["ordered"].sum())
    on_time = float(due["on_time_quantity"].sum()) / ordered
    received = float(due["good_quantity"].sum() + due["rejected_quantity"].sum())
    arrived = due["delay_days"].notna()
    weights = (due["good_quantity"] + due["rejected_quantity"])[arrived]
    delay = (
        float(np.average(due["delay_days"][arrived], weights=weights)) if weights.sum() else None
    )
    # the share is by quantity; its uncertainty comes from how many independent lines carry it
    effective = float(ordered**2 / (due["ordered"] ** 2).sum())
    whole = (due["on_time_quantity"] >= due["ordered"]) & (due["good_quantity"] >= due["ordered"])
    drift = due["drift_days"].dropna()
    months = due["due_on"].dt.to_period("M").nunique()
    return Scorecard(
        lines=len(due),
        ordered=ordered,
        on_time=on_time,
        on_time_interval=wilson_interval(on_time, effective),
        in_full=float(due["good_quantity"].sum()) / ordered,
        lines_on_time_in_full=float(whole.mean()),
        rejected=float(due["rejected_quantity"].sum()) / received if received else None,
        mean_delay=delay,
        drift=float(drift.mean()) if len(drift) else None,
        lead_times=_lead_times(due),
        idle_months=max(0, 12 - int(months)),
    )


def _lead_times(due: pd.DataFrame) -> LeadTimes | None:
    done = due.dropna(subset=["lead_days"])
    if done.empty:
        return None
    low, median, high = np.percentile(done["lead_days"], [10, 50, 90])
    promised = float(done["promised_days"].median())
    return LeadTimes(len(done), float(median), float(low), float(high), promised)


def wilson_interval(share: float, count: float, z: float = 1.959964) -> tuple[float, float]:
    """Wilson score interval of a share observed on `count` (possibly fractional) trials.

    p' = (p + z²/2n ± z √(p(1-p)/n + z²/4n²)) / (1 + z²/n); Wilson (1927).

    >>> tuple(round(x, 3) for x in wilson_interval(0.9, 10))
    (0.596, 0.982)
    """
    centre = share + z * z / (2 * count)
    spread = z * math.sqrt(share * (1 - share) / count + z * z / (4 * count * count))
    scale = 1 + z * z / count
    return max(0.0, (centre - spread) / scale), min(1.0, (centre + spread) / scale)


def price_changes(
    order_lines: pd.DataFrame, today: dt.date, window_days: int = WINDOW_DAYS
) -> pd.DataFrame:
    """Per supplier and item: first and last unit cost paid in the window and the change.

    Columns supplier, item, currency, orders, first_cost, last_cost, change (fraction), spend; only
    lines in the currency of the last one are compared, because another currency is another price.
    """
    frame = order_lines[~order_lines["status"].isin(["draft", "cancelled"])]
    frame = frame[frame["ordered_on"] >= pd.Timestamp(today) - pd.Timedelta(days=window_days)]
    frame = frame.sort_values("ordered_on").assign(spend=frame["quantity"] * frame["unit_cost"])
    current = frame.groupby(["supplier", "item"])["currency"].transform("last")
    grouped = frame[frame["currency"] == current].groupby(["supplier", "item"])
    found = grouped.agg(
        currency=("currency", "last"),
        orders=("order", "nunique"),
        first_cost=("unit_cost", "first"),
        last_cost=("unit_cost", "last"),
        spend=("spend", "sum"),
    ).reset_index()
    found["change"] = found["last_cost"] / found["first_cost"].where(found["first_cost"] > 0) - 1
    return found.sort_values("spend", ascending=False, ignore_index=True)


def spend_weighted_change(changes: pd.DataFrame) -> float | None:
    """Price change over items bought more than once, weighted by what was spent on each."""
    known = changes[(changes["orders"] > 1) & changes["change"].notna()]
    if known.empty or known["spend"].sum() <= 0:
        return None
    return float(np.average(known["change"], weights=known["spend"]))


def monthly_on_time(due: pd.DataFrame, today: dt.date) -> pd.DataFrame:
    """Index month start (12 months), columns ordered, on_time (NaN in an idle month)."""
    index = pd.period_range(end=pd.Period(today, "M"), periods=13, freq="M")[:-1]
    month = due["due_on"].dt.to_period("M")
    sums = due.groupby(month)[["ordered", "on_time_quantity"]].sum().reindex(index)
    sums["on_time"] = sums["on_time_quantity"] / sums["ordered"]
    return sums[["ordered", "on_time"]]
