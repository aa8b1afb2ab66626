"""Inventory figures: turnover, stock-out rate, fill rate, inventory accuracy, stock value.

Definitions, each over a period and a part of the company:
- turnover: cost of the units sold (net of returns) per year, over the mean value of recorded stock;
- stock-out rate: share of item-location-days on sale on which the shelf ran empty;
- fill rate: units sold over units sold plus estimated lost units (see `lost_sales`);
- inventory accuracy: share of counts that found the recorded stock, within two percent or one unit;
- stock value: recorded stock at unit cost in the base currency, negative records taken as zero.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
import pandas as pd
from sqlalchemy import Engine

from tools.data import frames
from tools.data.columns import cached
from tools.stock.lost_sales import estimate_lost
from tools.stock.money import unit_money
from tools.values import Period

COUNT_TOLERANCE = 0.02
COUNT_TOLERANCE_UNITS = 1.0
YEAR_DAYS = 365.25


@dataclass(frozen=True)
class Kpis:
    """Figures of one part of the company over one period; None where nothing was recorded."""

    turnover: float | None
    """Turns a year."""
    stock_out_rate: float | None
    fill_rate: float | None
    inventory_accuracy: float | None
    stock_value: float | None
    cost_of_sales: float
    average_stock_value: float | None
    units_sold: float
    lost_units: float
    stock_out_days: int
    sales_days: int
    counts: int
    exact_counts: int
    items_without_cost: int


def kpis(
    engine: Engine,
    period: Period,
    *,
    items: Collection[str] | None = None,
    location: str | None = None,
) -> Kpis:
    """All figures over `period`, for some items and one location when they are given."""
    cost = unit_money(engine)["cost"]
    sold = _part(_sales_with_lost(engine), "ds", period, items, location)
    history = _part(frames.stock_history(engine), "day", period, items, location)
    counted = _part(_counts(engine), "day", period, items, location)
    now = _part(frames.stock(engine), None, period, items, location)
    unit_cost = sold["item"].astype(object).map(cost).astype(float)
    net = sold["quantity"] - sold["returned"]
    cost_of_sales = float((net * unit_cost).sum())
    average = _average_value(history, cost)
    units, lost = float(sold["quantity"].sum()), float(sold["lost"].sum())
    exact = int(counted["exact"].sum())
    values = now["on_hand"].clip(lower=0.0) * now["item"].map(cost).astype(float)
    yearly = cost_of_sales * YEAR_DAYS / ((period.end - period.start).days + 1)
    return Kpis(
        turnover=yearly / average if average else None,
        stock_out_rate=float(sold["stocked_out"].mean()) if len(sold) else None,
        fill_rate=units / (units + lost) if units + lost > 0 else None,
        inventory_accuracy=exact / len(counted) if len(counted) else None,
        stock_value=float(values.sum()) if len(now) else None,
        cost_of_sales=cost_of_sales,
        average_stock_value=average,
        units_sold=units,
        lost_units=lost,
        stock_out_days=int(sold["stocked_out"].sum()),
        sales_days=len(sold),
        counts=len(counted),
        exact_counts=exact,
        items_without_cost=int(now.loc[values.isna(), "item"].nunique()),
    )


def by_month(
    engine: Engine,
    period: Period,
    *,
    items: Collection[str] | None = None,
    location: str | None = None,
) -> pd.DataFrame:
    """stock_out_rate, fill_rate and stock_value by month (index: first days), oldest first."""
    sold = _part(_sales_with_lost(engine), "ds", period, items, location)
    month = sold["ds"].dt.to_period("M").dt.to_timestamp()
    grouped = sold.groupby(month)
    units, lost = grouped["quantity"].sum(), grouped["lost"].sum()
    history = _part(frames.stock_history(engine), "day", period, items, location)
    worth = history["on_hand"].clip(lower=0.0) * history["item"].astype(object).map(
        unit_money(engine)["cost"]
    ).astype(float)
    daily = worth.groupby(history["day"]).sum().rename("value").reset_index()
    value = daily.groupby(daily["day"].dt.to_period("M").dt.to_timestamp())["value"].mean()
    return pd.DataFrame(
        {
            "stock_out_rate": grouped["stocked_out"].mean(),
            "fill_rate": units / (units + lost).where(units + lost > 0),
            "stock_value": value,
        }
    ).sort_index()


def _sales_with_lost(engine: Engine) -> pd.DataFrame:
    def load() -> pd.DataFrame:
        sales = frames.sales(engine)
        sales["lost"] = estimate_lost(sales)
        return sales

    frame: pd.DataFrame = cached(engine, "sales with lost units", load)
    return frame


def _part(
    frame: pd.DataFrame,
    day: str | None,
    period: Period,
    items: Collection[str] | None,
    location: str | None,
) -> pd.DataFrame:
    chosen = np.ones(len(frame), dtype=bool)
    if day is not None:
        chosen &= (
            frame[day].between(pd.Timestamp(period.start), pd.Timestamp(period.end)).to_numpy()
        )
    if items is not None:
        chosen &= frame["item"].isin(list(items)).to_numpy()
    if location is not None:
        chosen &= (frame["location"] == location).to_numpy()
    return frame[chosen]


def _average_value(history: pd.DataFrame, cost: pd.Series[float]) -> float | None:
    """Mean over the recorded days of the value of all positions of the day."""
    if history.empty:
        return None
    value = history["on_hand"].clip(lower=0.0) * history["item"].astype(object).map(cost).astype(
        float
    )
    return float(value.groupby(history["day"]).sum().mean())


def _counts(engine: Engine) -> pd.DataFrame:
    """item, location, day, correction, recorded, exact: every physical count."""

    def load() -> pd.DataFrame:
        movements = frames.movements(engine)
        pair = ["item", "location"]
        latest = frames.stock(engine).set_index(pair)["on_hand"]
        total = movements.groupby(pair, observed=True)["quantity"].transform("sum")
        after = total - movements.groupby(pair, observed=True)["quantity"].cumsum()
        index = pd.MultiIndex.from_frame(movements[pair].astype(object))
        # Read backwards from the present record, so that a ledger without its beginning works.
        balance = latest.reindex(index).to_numpy() - after.to_numpy()
        movements["recorded"] = balance - movements["quantity"].to_numpy()
        counts = movements[movements["kind"] == "count"].copy()
        counts["day"] = counts["at"].dt.tz_localize(None).dt.normalize()
        allowed = (counts["recorded"].abs() * COUNT_TOLERANCE).clip(lower=COUNT_TOLERANCE_UNITS)
        counts["exact"] = counts["quantity"].abs() <= allowed
        return counts[[*pair, "day", "quantity", "recorded", "exact"]].rename(
            columns={"quantity": "correction"}
        )

    frame: pd.DataFrame = cached(engine, "counts", load)
    return frame
