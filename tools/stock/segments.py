"""ABC by revenue and XYZ by steadiness of weekly demand.

ABC: items ranked by revenue of the last year; A until 80 % of it is reached, B until 95 %, then C.
XYZ: coefficient of variation of weekly units over the same time; X up to 0.5, Y up to 1.0, then Z.
"""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
from sqlalchemy import Engine

from tools.data import frames
from tools.data.columns import cached

PERIOD_DAYS = 364
A_SHARE, B_SHARE = 0.80, 0.95
X_LIMIT, Y_LIMIT = 0.5, 1.0


def segments(engine: Engine, today: dt.date) -> pd.DataFrame:
    """Index item: revenue, share (cumulated, descending revenue), abc, variation, xyz."""

    def load() -> pd.DataFrame:
        return classify(frames.sales(engine), frames.items(engine), today)

    frame: pd.DataFrame = cached(engine, f"segments {today}", load)
    return frame.copy()


def classify(sales: pd.DataFrame, items: pd.DataFrame, today: dt.date) -> pd.DataFrame:
    """`segments` from frames; an item without a price counts with its cost, and with one without
    both. Items without sales are C and Z."""
    start = pd.Timestamp(today) - pd.Timedelta(days=PERIOD_DAYS)
    recent = sales[(sales["ds"] >= start) & (sales["ds"] < pd.Timestamp(today))]
    recent = recent.assign(item=recent["item"].astype(object))
    worth = items["unit_price"].fillna(items["unit_cost"]).fillna(1.0)
    price = recent["price"].fillna(recent["item"].map(worth))
    revenue = (recent["quantity"] * price).groupby(recent["item"]).sum()
    revenue = revenue.reindex(items.index, fill_value=0.0).sort_values(ascending=False)
    total = float(revenue.sum())
    share = revenue.cumsum() / total if total else revenue
    before = share - revenue / total if total else share
    # The item that crosses a limit still belongs to the higher class.
    abc = np.where(before < A_SHARE, "A", np.where(before < B_SHARE, "B", "C"))
    abc = np.where(revenue > 0, abc, "C")
    variation = _variation(recent, start).reindex(revenue.index)
    xyz = np.where(variation <= X_LIMIT, "X", np.where(variation <= Y_LIMIT, "Y", "Z"))
    return pd.DataFrame(
        {"revenue": revenue, "share": share, "abc": abc, "variation": variation, "xyz": xyz}
    )


def _variation(recent: pd.DataFrame, start: pd.Timestamp) -> pd.Series[float]:
    """Standard deviation over mean of weekly units, from the first week on sale."""
    week = (recent["ds"] - start).dt.days // 7
    weekly = recent.groupby([recent["item"], week.rename("week")])["quantity"].sum().unstack()
    mean = weekly.mean(axis=1)
    return (weekly.std(axis=1, ddof=0) / mean).where(mean > 0)
