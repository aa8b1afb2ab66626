"""The stock of every item at every location, how long it lasts, and whether help comes in time.

One frame per data version holds what all stock answers need. A pair is at risk when its expected
demand uses up what is there and what is on its way before an order placed today could arrive.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd
from sqlalchemy import Engine

from tools.data import frames
from tools.data.columns import cached
from tools.demand.stored import refresh_state
from tools.errors import NoData
from tools.stock.money import unit_money
from tools.stock.rates import HORIZON_DAYS, ExpectedDemand, expected_demand

Doubles = npt.NDArray[np.float64]

OVERDUE_ARRIVES_IN = 7
"""An overdue delivery is expected so many days from today."""
DEFAULT_LEAD_DAYS = 14
"""Assumed for an item without supply terms."""
ORDERING_DAYS = 1
"""Days until an order decided today leaves the house."""
EXCESS_DAYS = 120
"""Stock beyond so many days of expected demand is excess."""
MINIMUM_LOSS = 1.0
"""Expected lost units, and lost days of demand, from which a pair counts as at risk."""


def stock_levels(engine: Engine, today: dt.date) -> pd.DataFrame:
    """One row per item and location with a recorded position, indexed from 0.

    item, location, category, unit, on_hand, reserved, available, on_order, next_receipt_on,
    next_receipt_quantity, overdue (units), daily (expected units a day over the next four weeks),
    rate_source, cover_days (NaN without demand), lead_days, stock_out_on (NaT when help comes in
    time), lost_units and money_at_risk (margin) until an order placed today arrives, excess_units,
    excess_value, unit_cost and value (base currency; NaN where no cost or rate is known).
    """
    name = f"stock levels {today} of {_forecast_run(engine)}"
    frame: pd.DataFrame = cached(engine, name, lambda: _levels(engine, today))
    return frame.copy()


def company_demand(engine: Engine, today: dt.date) -> ExpectedDemand:
    """Expected demand of all pairs; row n belongs to index n of `stock_levels`."""

    def load() -> ExpectedDemand:
        stock = frames.stock(engine)
        pairs = list(zip(stock["item"], stock["location"], strict=True))
        return expected_demand(engine, today, pairs)

    name = f"expected demand {today} of {_forecast_run(engine)}"
    demand: ExpectedDemand = cached(engine, name, load)
    return demand


def _forecast_run(engine: Engine) -> str:
    state = refresh_state(engine)
    return str(state["run"]) if state else "no forecast"


def _levels(engine: Engine, today: dt.date) -> pd.DataFrame:
    frame = frames.stock(engine)
    if frame.empty:
        raise NoData(
            "No stock is recorded yet; import stock positions first.",
            "还没有库存记录，请先导入库存数据。",
        )
    demand = company_demand(engine, today)
    lines = open_receipts(engine, today)
    items = frames.items(engine)
    frame["category"] = frame["item"].map(items["category"])
    frame["unit"] = frame["item"].map(items["unit"]).replace("", "pcs")
    frame["available"] = frame["on_hand"] - frame["reserved"]
    frame["daily"] = demand.daily[:, :28].mean(axis=1)
    frame["rate_source"] = list(demand.source)
    usable = frame["available"].clip(lower=0.0).to_numpy(float)
    frame["cover_days"] = cover_days(usable, demand.daily)
    lead = lead_days(engine)
    frame["lead_days"] = frame["item"].map(lead).fillna(DEFAULT_LEAD_DAYS).astype(int)
    _add_receipts(frame, lines)
    _add_risk(frame, usable, demand, lines, today)
    money = unit_money(engine)
    frame["unit_cost"] = frame["item"].map(money["cost"])
    frame["value"] = frame["on_hand"].clip(lower=0.0) * frame["unit_cost"]
    margin = frame["item"].map(money["margin"]).fillna(frame["unit_cost"]).fillna(0.0)
    frame["money_at_risk"] = frame["lost_units"] * margin
    beyond = demand.daily[:, :EXCESS_DAYS].sum(axis=1)
    frame["excess_units"] = np.floor((usable - beyond).clip(min=0.0))
    frame["excess_value"] = frame["excess_units"] * frame["unit_cost"]
    return frame


def cover_days(stock: Doubles, daily: Doubles) -> Doubles:
    """(P,) days until expected demand `daily` (P, H) has used up `stock` (P,).

    Fractions of a day count; beyond the horizon its last four weeks go on; NaN where no demand is
    expected at all.
    """
    used = daily.cumsum(axis=1)
    whole = (used <= stock[:, None]).sum(axis=1)
    inside = whole < daily.shape[1]
    rows = np.arange(len(stock))
    day = np.minimum(whole, daily.shape[1] - 1)
    before = np.where(whole > 0, used[rows, np.maximum(day - 1, 0)], 0.0)
    rate = daily[rows, day]
    fraction = np.divide(stock - before, rate, out=np.zeros(len(stock)), where=rate > 0)
    tail = daily[:, -28:].mean(axis=1)
    left = stock - used[:, -1]
    longer = np.divide(left, tail, out=np.full(len(stock), np.nan), where=tail > 1e-9)
    result: Doubles = np.where(inside, whole + fraction, daily.shape[1] + longer)
    return result


def lead_days(engine: Engine) -> Mapping[str, int]:
    """Days until an order placed today is here, by item: the preferred source's promise."""
    terms = frames.terms(engine).sort_values(
        ["preferred", "lead_time_days"], ascending=[False, True]
    )
    first = terms.drop_duplicates("item").set_index("item")["lead_time_days"]
    return {str(item): int(days) + ORDERING_DAYS for item, days in first.items()}


def open_receipts(engine: Engine, today: dt.date) -> pd.DataFrame:
    """Order lines with something to come: order, item, location, supplier, outstanding, due_on,
    overdue, and in_days, the day from today on which the delivery is expected."""
    lines = frames.order_lines(engine)
    lines = lines[lines["outstanding"] > 0].copy()
    lines["due_on"] = lines["promised_on"].fillna(lines["requested_on"])
    wait = (lines["due_on"] - pd.Timestamp(today)).dt.days
    lines["overdue"] = wait < 0
    lines["in_days"] = wait.where(~lines["overdue"], OVERDUE_ARRIVES_IN).astype(int)
    return lines


def _add_receipts(frame: pd.DataFrame, lines: pd.DataFrame) -> None:
    keys = ["item", "location"]
    index = pd.MultiIndex.from_frame(frame[keys])
    grouped = lines.groupby(keys)
    total = grouped["outstanding"].sum()
    late = lines[lines["overdue"]].groupby(keys)["outstanding"].sum()
    first = lines.sort_values("in_days").drop_duplicates(keys).set_index(keys)
    frame["on_order"] = total.reindex(index).fillna(0.0).to_numpy()
    frame["overdue"] = late.reindex(index).fillna(0.0).to_numpy()
    frame["next_receipt_on"] = first["due_on"].reindex(index).to_numpy()
    frame["next_receipt_quantity"] = first["outstanding"].reindex(index).to_numpy()


def arrivals(frame: pd.DataFrame, lines: pd.DataFrame, days: int = HORIZON_DAYS) -> Doubles:
    """(P, days) units expected to arrive at each pair of `frame` on each day."""
    index = pd.MultiIndex.from_frame(frame[["item", "location"]])
    row = index.get_indexer(pd.MultiIndex.from_frame(lines[["item", "location"]]))
    day = lines["in_days"].to_numpy()
    known = (row >= 0) & (day < days)
    units = np.zeros((len(frame), days))
    np.add.at(units, (row[known], day[known]), lines["outstanding"].to_numpy(float)[known])
    return units


def _add_risk(
    frame: pd.DataFrame,
    usable: Doubles,
    demand: ExpectedDemand,
    lines: pd.DataFrame,
    today: dt.date,
) -> None:
    net = usable[:, None] + (arrivals(frame, lines) - demand.daily).cumsum(axis=1)
    lead = np.minimum(frame["lead_days"].to_numpy(), HORIZON_DAYS)
    reachable = np.arange(HORIZON_DAYS)[None, :] < lead[:, None]
    # What cannot be served is lost: the deepest shortage so far is the sum of lost units.
    lost = np.where(reachable, -net, 0.0).max(axis=1, initial=0.0)
    short = (net < 0) & reachable
    first = np.where(short.any(axis=1), short.argmax(axis=1), -1)
    risky = lost >= MINIMUM_LOSS * np.maximum(1.0, frame["daily"].to_numpy(float))
    frame["lost_units"] = np.where(risky, np.round(lost), 0.0)
    days = pd.Timestamp(today) + pd.to_timedelta(np.maximum(first, 0), unit="D")
    frame["stock_out_on"] = pd.Series(days, index=frame.index).where(risky)
