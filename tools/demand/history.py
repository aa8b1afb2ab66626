"""The planner's records as the demand table that `forecasting` reads.

One rule decides what an absent day means. Where the records hold zero-sales days, an absent day is
missing. Where they hold only days with sales (exports of order lines do), an absent day between a
series' first day and the end of the records is a day without demand, provided that the location
sold something else that day.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from sqlalchemy import Engine

from forecasting import Covariates
from tools.data import frames

ZERO_SHARE = 0.002
"""Records with fewer zero-sales rows than this share are taken to leave out zero days."""

COVARIATES = Covariates(
    flags=("promotion", "campaign"),
    prices=("price",),
    static=("item", "category", "brand", "location", "abc"),
    country="country",
)
"""What is known of every series; anything else in the records is not used by the models."""


@dataclass(frozen=True)
class DemandTable:
    """Everything a forecast of the company is made from; `starts_on` is its first day."""

    demand: pd.DataFrame
    """unique_id, ds, y, censored, promotion, campaign, price."""
    static: pd.DataFrame
    """Index unique_id: item, location, category, brand, abc, country, discontinued_on."""
    future: pd.DataFrame
    """unique_id, ds, promotion, campaign, price for each day of the horizon."""
    starts_on: dt.date
    horizon: int
    zero_filled: bool
    """Absent days were read as days without demand."""


def demand_table(engine: Engine, horizon: int) -> DemandTable:
    """The demand table of all item-location pairs that ever sold; empty without sales."""
    starts_on = frames.planning_day(engine)
    demand = frames.demand(engine)
    demand["unique_id"] = demand["unique_id"].astype(str)
    zero_filled = len(demand) > 0 and float((demand["y"] == 0).mean()) < ZERO_SHARE
    if zero_filled:
        demand = _with_zero_days(demand)
    static = _static(engine, demand)
    future = _future(demand, static, starts_on, horizon)
    for table in (demand, future):
        table["campaign"] = _campaign_days(engine, table, static)
    promoted, discount = _planned_promotions(engine, future, static)
    future["promotion"] = promoted.astype(float)
    future["price"] = future["price"] * (1 - discount)
    demand["promotion"] = demand["promotion"].astype(float)
    return DemandTable(demand, static, future, starts_on, horizon, zero_filled)


def _with_zero_days(demand: pd.DataFrame) -> pd.DataFrame:
    """Rows of zero demand for the days a location was open and a series sold nothing."""
    location = demand["unique_id"].str.rsplit("|", n=1).str[-1]
    parts = []
    for _, rows in demand.groupby(location):
        days = np.sort(rows["ds"].unique())
        first = rows.groupby("unique_id")["ds"].min()
        wide_days = np.tile(days, len(first))
        wide_ids = np.repeat(first.index.to_numpy(), len(days))
        keep = wide_days >= np.repeat(first.to_numpy(), len(days))
        grid = pd.DataFrame({"unique_id": wide_ids[keep], "ds": wide_days[keep]})
        full = grid.merge(rows, on=["unique_id", "ds"], how="left")
        full["y"] = full["y"].fillna(0.0)
        full["censored"] = full["censored"].eq(True)
        full["promotion"] = full["promotion"].eq(True)
        full["price"] = full.groupby("unique_id")["price"].ffill()
        parts.append(full)
    return pd.concat(parts, ignore_index=True)


def _static(engine: Engine, demand: pd.DataFrame) -> pd.DataFrame:
    ids = pd.Index(sorted(demand["unique_id"].unique()), name="unique_id")
    pairs = [name.rsplit("|", 1) for name in ids]
    table = pd.DataFrame(
        {"item": [pair[0] for pair in pairs], "location": [pair[1] for pair in pairs]}, index=ids
    )
    items, locations = frames.items(engine), frames.locations(engine)
    for column in ("category", "brand", "abc"):
        table[column] = table["item"].map(items[column]).fillna("").astype(str)
    table["discontinued_on"] = table["item"].map(items["discontinued_on"])
    table["country"] = table["location"].map(locations["country"]).fillna("").astype(str)
    return table


def _future(
    demand: pd.DataFrame, static: pd.DataFrame, starts_on: dt.date, horizon: int
) -> pd.DataFrame:
    """One row per series and day of the horizon with the last regular price."""
    days = pd.date_range(pd.Timestamp(starts_on), periods=horizon)
    regular = demand[~demand["promotion"].astype(bool) & demand["price"].notna()]
    last = regular.drop_duplicates("unique_id", keep="last").set_index("unique_id")["price"]
    price = static.index.to_series().map(last).to_numpy(dtype=float)
    return pd.DataFrame(
        {
            "unique_id": np.repeat(static.index.to_numpy(), horizon),
            "ds": np.tile(days.to_numpy(), len(static)),
            "price": np.repeat(price, horizon),
        }
    )


def _campaign_days(
    engine: Engine, table: pd.DataFrame, static: pd.DataFrame
) -> npt.NDArray[np.float64]:
    """1 where a campaign runs in the country of the location."""
    events = frames.events(engine)
    campaigns = events[events["kind"].astype(str) == "campaign"]
    country = table["unique_id"].map(static["country"])
    running = np.zeros(len(table))
    for event in campaigns.itertuples():
        days = (table["ds"] >= event.starts_on) & (table["ds"] <= event.ends_on)
        if event.country:
            days &= country == event.country
        running[days.to_numpy()] = 1.0
    return running


def _planned_promotions(
    engine: Engine, future: pd.DataFrame, static: pd.DataFrame
) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.float64]]:
    """Whether a promotion is planned on each future row, and its discount."""
    events = frames.events(engine)
    start, end = future["ds"].min(), future["ds"].max()
    planned = events[
        (events["kind"].astype(str) == "promotion")
        & (events["ends_on"] >= start)
        & (events["starts_on"] <= end)
    ]
    promoted = np.zeros(len(future), dtype=bool)
    discount = np.zeros(len(future))
    scope = static.loc[future["unique_id"], ["item", "location", "category"]]
    columns = {name: scope[name].to_numpy() for name in scope.columns}
    days = future["ds"].to_numpy()
    for event in planned.itertuples():
        rows = (days >= np.datetime64(event.starts_on)) & (days <= np.datetime64(event.ends_on))
        for name in ("item", "location", "category"):
            wanted = getattr(event, name)
            if isinstance(wanted, str) and wanted:
                rows &= columns[name] == wanted
        promoted |= rows
        cut = float(event.discount) if pd.notna(event.discount) else 0.0
        discount[rows] = np.maximum(discount[rows], cut)
    return promoted, discount
