"""Does recorded stock add up with the movements that should explain it?

Between two recorded positions of an item at a location, the difference must be the sum of the
movements of the days between. What is left over is unexplained: a booking that is missing, made
twice, or made on another day.
"""

from __future__ import annotations

import pandas as pd
from sqlalchemy import Engine

from tools.data import frames
from tools.data.columns import cached

TOLERANCE = 0.01
"""Units; rounding of fractional quantities is no difference."""


def unexplained(engine: Engine) -> pd.DataFrame:
    """Every pair of consecutive positions: item, location, day (of the later one), before,
    on_hand, moved (sum of movements between) and difference (on_hand - before - moved).

    Empty when no movements are recorded. When movements hold no sales, sold and returned units of
    the days between are added to them.
    """
    found: pd.DataFrame = cached(engine, "stock balance", lambda: _compute(engine))
    return found.copy()


def _compute(engine: Engine) -> pd.DataFrame:
    history, flows = frames.stock_history(engine), _daily_flows(engine)
    columns = ["item", "location", "day", "before", "on_hand", "moved", "difference"]
    if history.empty or flows.empty:
        return pd.DataFrame(columns=columns)
    plain = {"item": object, "location": object}
    positions = history[["item", "location", "day", "on_hand"]].astype(plain)
    flows = flows.sort_values(["item", "location", "day"], ignore_index=True)
    flows["total"] = flows.groupby(["item", "location"])["moved"].cumsum()
    joined = pd.merge_asof(
        positions.sort_values("day", kind="stable"),
        flows[["item", "location", "day", "total"]].sort_values("day", kind="stable"),
        on="day",
        by=["item", "location"],
    ).sort_values(["item", "location", "day"], ignore_index=True)
    joined["total"] = joined["total"].fillna(0.0)
    pair = joined.groupby(["item", "location"])
    joined["before"] = pair["on_hand"].shift()
    joined["moved"] = joined["total"] - pair["total"].shift()
    later = joined.dropna(subset=["before"]).reset_index(drop=True)
    difference = later["on_hand"] - later["before"] - later["moved"]
    later["difference"] = difference.where(difference.abs() > TOLERANCE, 0.0)
    return later[columns]


def _daily_flows(engine: Engine) -> pd.DataFrame:
    """item, location, day, moved: net movement per local day."""
    moves = frames.movements(engine)
    if moves.empty:
        return pd.DataFrame(columns=["item", "location", "day", "moved"])
    plain = {"item": object, "location": object}
    zones = frames.locations(engine)["time_zone"]
    place = moves["location"].astype(object)
    day = pd.Series(pd.NaT, index=moves.index, dtype="datetime64[ns]")
    for code in place.unique():
        here = (place == code).to_numpy()
        local = moves["at"].dt.tz_convert(zones[code]).dt.tz_localize(None).dt.normalize()
        day = day.where(~here, local)
    flows = pd.DataFrame({"item": moves["item"], "location": moves["location"], "day": day}).astype(
        plain | {"day": "datetime64[ns]"}
    )
    flows["moved"] = moves["quantity"].to_numpy()
    if "sale" not in set(moves["kind"].astype(object)):
        sales = frames.sales(engine)
        sold = sales[["item", "location"]].astype(plain)
        sold["day"], sold["moved"] = sales["ds"], sales["returned"] - sales["quantity"]
        flows = pd.concat([flows, sold], ignore_index=True)
    net = flows.groupby(["item", "location", "day"])["moved"].sum().round(6)
    return net.reset_index()
