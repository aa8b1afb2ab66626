"""The course of an item's stock over the coming weeks, with its range.

Demand follows sampled futures of the stored forecast (the expected path when none is stored), open
orders arrive when promised, and demand that finds no stock is lost. Locations are projected apart
and added up, because stock in one does not serve customers of another.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from sqlalchemy import Engine

from tools.data import frames
from tools.demand.stored import path_samples
from tools.errors import NoData
from tools.facts import Chart, Series
from tools.stock.levels import arrivals, company_demand, open_receipts
from tools.text import Text

Doubles = npt.NDArray[np.float64]

SAMPLES = 300
LOW, HIGH = 0.1, 0.9
HISTORY_DAYS = 84
MOST_DAYS = 120


@dataclass(frozen=True)
class Projection:
    """Stock at the end of each day from the planning day on; arrays are (days,)."""

    low: Doubles
    median: Doubles
    high: Doubles
    sampled: bool
    """Whether the range comes from the stored forecast; without one there is no range."""


def project(engine: Engine, today: dt.date, pairs: pd.DataFrame, days: int) -> Projection:
    """Total stock of `pairs` (rows of `stock_levels`) over the next `days`."""
    names = list(zip(pairs["item"], pairs["location"], strict=True))
    receipts = arrivals(pairs, open_receipts(engine, today), days)
    stock = pairs["available"].clip(lower=0.0).to_numpy(float)
    try:
        demand = path_samples(engine, names, days, n=SAMPLES, start=today)
        sampled = bool((demand.sum(axis=(1, 2)) > 0).any())
    except NoData:
        sampled = False
    if not sampled:
        demand = company_demand(engine, today).daily[pairs.index][:, None, :days]
    total = course(stock, receipts, demand).sum(axis=0)
    low, median, high = np.quantile(total, [LOW, 0.5, HIGH], axis=0)
    return Projection(low, median, high, sampled)


def course(stock: Doubles, receipts: Doubles, demand: Doubles) -> Doubles:
    """(P, n, days) stock at the end of each day: receipts arrive, then demand occurs, and what
    finds no stock is lost. `stock` (P,), `receipts` (P, days), `demand` (P, n, days)."""
    net = stock[:, None, None] + (receipts[:, None, :] - demand).cumsum(axis=2)
    lost = np.maximum.accumulate(np.maximum(-net, 0.0), axis=2)
    result: Doubles = net + lost
    return result


def projection_chart(engine: Engine, today: dt.date, pairs: pd.DataFrame, unit: str) -> Chart:
    """Recorded stock of the last weeks, and its course until well after the next order arrives."""
    days = int(min(pairs["lead_days"].max() + 28, MOST_DAYS))
    future = project(engine, today, pairs, days)
    past = _past(engine, today, pairs)
    ahead = [today + dt.timedelta(k) for k in range(days)]
    x = [day.isoformat() for day in [*past.index, *ahead]]
    empty: list[float | None] = [None] * len(past)
    recorded = [round(float(v), 1) for v in past]
    series = [
        Series(
            "on_hand", Text("Recorded stock", "账面库存"), [*recorded, *[None] * days], "actual"
        ),
        Series("median", Text("Expected", "预计"), [*empty, *_rounded(future.median)], "median"),
    ]
    if future.sampled:
        low, high = [*empty, *_rounded(future.low)], [*empty, *_rounded(future.high)]
        series += [
            Series("low", Text("Low", "低"), low, "low", band="range"),
            Series("high", Text("High", "高"), high, "high", band="range"),
        ]
    return Chart(
        "projection",
        "line",
        Text("Stock projection", "库存走势"),
        x,
        series,
        unit,
        _markers(engine, today, pairs, days),
    )


def _rounded(values: Doubles) -> list[float]:
    return [round(float(value), 1) for value in values]


def _past(engine: Engine, today: dt.date, pairs: pd.DataFrame) -> pd.Series[float]:
    """Total recorded stock on the days on which every pair has a position."""
    history = frames.stock_history(engine)
    history = history[history["day"] >= pd.Timestamp(today) - pd.Timedelta(days=HISTORY_DAYS)]
    history = history.astype({"item": object, "location": object})
    wanted = pairs[["item", "location"]]
    chosen = history.merge(wanted, on=["item", "location"])
    by_day = chosen.groupby("day")["on_hand"].agg(["sum", "size"])
    complete = by_day.loc[by_day["size"] == len(wanted), "sum"]
    return pd.Series(complete.to_numpy(), index=[day.date() for day in complete.index])


def _markers(
    engine: Engine, today: dt.date, pairs: pd.DataFrame, days: int
) -> list[dict[str, object]]:
    lines = open_receipts(engine, today).merge(pairs[["item", "location"]], on=["item", "location"])
    lines = lines[lines["in_days"] < days].sort_values("in_days")
    marks: list[dict[str, object]] = [
        {
            "x": (today + dt.timedelta(int(row["in_days"]))).isoformat(),
            "text": {
                "en": f"{row['order']}: +{row['outstanding']:,.0f}",
                "zh": f"{row['order']}：+{row['outstanding']:,.0f}",
            },
            "kind": "receipt",
        }
        for row in lines.to_dict("records")
    ]
    out = pairs["stock_out_on"].dropna()
    if len(out):
        day = out.min().date().isoformat()
        marks.append({"x": day, "text": {"en": "stock-out", "zh": "断货"}, "kind": "stock_out"})
    return marks
