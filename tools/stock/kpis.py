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
from typing import Any

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
KEPT_PERIODS = 6


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
    records = _records(engine, period, location).of(items)
    sold, counted, now = records.sold, records.counted, records.now
    cost_of_sales = float(sold["cost"].sum())
    average = _average_value(records.history)
    units, lost = float(sold["quantity"].sum()), float(sold["lost"].sum())
    exact = int(counted["exact"].sum())
    yearly = cost_of_sales * YEAR_DAYS / ((period.end - period.start).days + 1)
    return Kpis(
        turnover=yearly / average if average else None,
        stock_out_rate=float(sold["stocked_out"].mean()) if len(sold) else None,
        fill_rate=units / (units + lost) if units + lost > 0 else None,
        inventory_accuracy=exact / len(counted) if len(counted) else None,
        stock_value=float(now["worth"].sum()) if len(now) else None,
        cost_of_sales=cost_of_sales,
        average_stock_value=average,
        units_sold=units,
        lost_units=lost,
        stock_out_days=int(sold["stocked_out"].sum()),
        sales_days=len(sold),
        counts=len(counted),
        exact_counts=exact,
        items_without_cost=int(now.loc[now["worth"].isna(), "item"].nunique()),
    )


def by_month(
    engine: Engine,
    period: Period,
    *,
    items: Collection[str] | None = None,
    location: str | None = None,
) -> pd.DataFrame:
    """stock_out_rate, fill_rate and stock_value by month (index: first days), oldest first."""
    records = _records(engine, period, location).of(items)
    sold, history = records.sold, records.history
    grouped = sold.groupby(sold["ds"].dt.to_period("M").dt.to_timestamp())
    units, lost = grouped["quantity"].sum(), grouped["lost"].sum()
    daily = history.groupby("day")["worth"].sum().rename("value").reset_index()
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


@dataclass(frozen=True, eq=False)
class _Records:
    """What the figures of a period are computed from."""

    sold: pd.DataFrame
    """Sales rows with `lost` units and `cost` of the units sold net of returns."""
    history: pd.DataFrame
    """Positions with their `worth`."""
    counted: pd.DataFrame
    now: pd.DataFrame
    """Latest positions with their `worth`."""

    def of(self, items: Collection[str] | None) -> _Records:
        """The part about some items."""
        if items is None:
            return self
        wanted = list(items)
        parts = (self.sold, self.history, self.counted, self.now)
        return _Records(*(frame[frame["item"].isin(wanted)] for frame in parts))


def _records(engine: Engine, period: Period, location: str | None) -> _Records:
    def load() -> _Records:
        cost = unit_money(engine)["cost"]
        sold = _within(_sales_with_lost(engine), "ds", period, location).copy()
        sold["cost"] = (sold["quantity"] - sold["returned"]) * _mapped(sold["item"], cost)
        history = _valued(_within(frames.stock_history(engine), "day", period, location), cost)
        now = frames.stock(engine)
        now = now if location is None else now[now["location"] == location]
        counted = _within(_counts(engine), "day", period, location)
        return _Records(sold, history, counted, _valued(now, cost))

    recent: dict[tuple[Period, str | None], _Records] = cached(engine, "kpi records", dict)
    found = recent.get((period, location))
    if found is None:
        # A planner may name any number of periods; only the last few are kept.
        for oldest in list(recent)[: max(len(recent) - KEPT_PERIODS + 1, 0)]:
            recent.pop(oldest, None)
        found = recent[period, location] = load()
    return found


def _within(frame: pd.DataFrame, day: str, period: Period, location: str | None) -> pd.DataFrame:
    chosen = frame[day].between(pd.Timestamp(period.start), pd.Timestamp(period.end)).to_numpy()
    if location is not None:
        chosen &= (frame["location"] == location).to_numpy()
    return frame[chosen]


def _mapped(item: pd.Series[Any], cost: pd.Series[float]) -> pd.Series[float]:
    return item.astype(object).map(cost).astype(float)


def _valued(frame: pd.DataFrame, cost: pd.Series[float]) -> pd.DataFrame:
    """Positions with `worth`; a stock recorded below zero is worth nothing."""
    return frame.assign(worth=frame["on_hand"].clip(lower=0.0) * _mapped(frame["item"], cost))


def _average_value(history: pd.DataFrame) -> float | None:
    """Mean over the recorded days of the value of all positions of the day."""
    return float(history.groupby("day")["worth"].sum().mean()) if len(history) else None


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
