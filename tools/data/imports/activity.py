"""What happened: sales by day, stock positions and stock movements.

Sales are kept per item, location and day. Rows with a time of day are single transactions and are
added up; rows without are daily totals, of which there may be one. A negative quantity is a return.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np
import numpy.typing as npt
import pandas as pd
import sqlalchemy as sa

from tools.data.imports.arrange import Work, identifiers, table
from tools.data.imports.cells import CENTS
from tools.data.schema import Location, MovementKind, SalesDay
from tools.text import Text

OUTFLOWS = (MovementKind.SALE, MovementKind.TRANSFER_OUT, MovementKind.WRITE_OFF)
KEY = ["item_id", "location_id", "day"]


def sales(work: Work) -> None:
    """Daily sales; see the module for repeated rows and negative quantities."""
    frame = work.frame
    quantity = frame["quantity"].to_numpy()
    lines = pd.DataFrame(
        {
            "item_id": work.resolved("item", "items"),
            "location_id": work.locations(),
            "day": frame["day"].dt.normalize(),
            "quantity": np.where(quantity > 0, quantity, 0.0),
            "returned": np.where(quantity < 0, -quantity, 0.0),
        }
    )
    if "returned" in frame:
        lines["returned"] += frame["returned"].fillna(0.0).to_numpy()
    work.note(
        "negative_quantity",
        Text("Negative quantities were taken as returns", "负数量按退货处理"),
        at=quantity < 0,
    )
    work.note(
        "future_day",
        Text("Sales lie in the future", "销售日期在未来"),
        at=(lines["day"] > pd.Timestamp(work.options.today)).to_numpy(),
        severity="error",
    )
    lines["price"] = _price(work, lines)
    for flag in ("promotion", "stocked_out"):
        if flag in frame:
            lines[flag] = frame[flag]
    days = _one_per_day(work, work.good(lines), timed="day" in work.typed.with_time)
    _note_gaps(work, days)
    if len(days):
        first, last = days["day"].min().date(), days["day"].max().date()
        work.save("sales_days", KEY, days, table("sales_days").c.day.between(first, last))


def _price(work: Work, lines: pd.DataFrame) -> pd.Series[Any]:
    """The price given, else revenue per unit."""
    frame = work.frame
    price = frame.get("price", pd.Series([None] * len(frame), dtype=object))
    if "revenue" in frame:
        units = frame["quantity"].abs()
        known = frame["revenue"].notna() & (units > 0) & price.isna()
        per_unit = [
            (abs(money) / Decimal(str(count))).quantize(CENTS) if usable else None
            for money, count, usable in zip(frame["revenue"], units, known, strict=True)
        ]
        price = price.where(~known, pd.Series(per_unit, dtype=object, index=price.index))
    return price.where(price.notna(), None)


def _one_per_day(work: Work, lines: pd.DataFrame, *, timed: bool) -> pd.DataFrame:
    """One row per item, location and day; units are never dropped or counted twice."""
    again = lines.duplicated(KEY, keep=False)
    if not again.any():
        return lines
    how = "sum" if timed else work.options.repeated
    if how == "reject":
        work.note(
            "repeated_day",
            Text(
                f"{int(again.sum())} rows share item, location and day with another: choose "
                "whether to add them up or to keep the first (the repeated option)",
                f"{int(again.sum())} 行的商品、地点和日期与其他行相同："
                "请选择相加还是只取第一行（重复行选项）",
            ),
            severity="error",
        )
        return lines.drop_duplicates(KEY)
    if how == "first":
        text = Text("Of repeated days the first row was kept", "同一天的多行只取第一行")
        work.note("repeated_day", text, severity="warning")
        return lines.drop_duplicates(KEY).reset_index(drop=True)
    work.note("added_up", Text("Rows of the same day were added up", "同一天的多行已相加"))
    return add_up(lines)


def add_up(lines: pd.DataFrame) -> pd.DataFrame:
    """Daily totals of single sales: units, units returned, average price paid, flags."""
    price = lines["price"].astype(float)
    weighed = lines.assign(
        money=(price * lines["quantity"]).where(price.notna(), 0.0),
        priced=lines["quantity"].where(price.notna(), 0.0),
    )
    grouped = weighed.groupby(KEY, sort=True, observed=True)
    days = grouped[["quantity", "returned", "money", "priced"]].sum()
    for flag in ("promotion", "stocked_out"):
        if flag in lines:
            days[flag] = grouped[flag].agg(lambda flags: bool(flags.fillna(False).any()))
    mean = (days["money"] / days["priced"].where(days["priced"] > 0)).round(4)
    exact = [None if value != value else Decimal(repr(value)) for value in mean]
    days["price"] = pd.Series(exact, index=days.index, dtype=object)
    return days.drop(columns=["money", "priced"]).reset_index()


def fill_open_days(days: pd.DataFrame, open_days: pd.DatetimeIndex) -> pd.DataFrame:
    """Zero rows for the open days after an item's first row on which it did not sell.

    Single transactions are a complete record: on a day on which something was sold there, an item
    without a transaction sold nothing.
    """
    calendar = open_days.sort_values()
    spans = days.groupby(["item_id", "location_id"], sort=False)["day"].min()
    starts = calendar.searchsorted(pd.DatetimeIndex(spans.to_numpy()))
    counts = len(calendar) - starts
    index = pd.DataFrame(
        {
            "item_id": np.repeat(spans.index.get_level_values(0).to_numpy(), counts),
            "location_id": np.repeat(spans.index.get_level_values(1).to_numpy(), counts),
            "day": calendar[
                np.concatenate([np.arange(start, len(calendar)) for start in starts])
            ].to_numpy(),
        }
    )
    filled = index.merge(days, on=KEY, how="outer")
    for name, value in (("quantity", 0.0), ("returned", 0.0)):
        filled[name] = filled[name].fillna(value)
    filled["price"] = filled["price"].where(filled["price"].notna(), None)
    return filled


def _note_gaps(work: Work, days: pd.DataFrame) -> None:
    """Days without a row between the first and the last of an item at a location."""
    if not len(days):
        return
    spans = days.groupby(["item_id", "location_id"])["day"].agg(["min", "max", "size"])
    missing = (spans["max"] - spans["min"]).dt.days + 1 - spans["size"]
    if (total := int(missing.sum())) > 0:
        pairs = int((missing > 0).sum())
        work.note(
            "missing_days",
            Text(
                f"{total} days lie between first and last sale without a row, in {pairs} of "
                f"{len(spans)} series; they count as missing, not as zero",
                f"{len(spans)} 个序列中有 {pairs} 个在首末销售日之间共缺 {total} 天；"
                "按缺失处理，而不是零",
            ),
        )


def stock(work: Work) -> None:
    """Stock positions; without a date they are those of the last sales day."""
    frame = work.frame
    positions = pd.DataFrame(
        {"item_id": work.resolved("item", "items"), "location_id": work.locations()}
    )
    day = frame.get("day", pd.Series(pd.NaT, index=frame.index, dtype="datetime64[ns]"))
    if day.isna().any():
        last = work.connection.scalar(sa.select(sa.func.max(SalesDay.day))) or work.options.today
        work.note(
            "undated_stock",
            Text(f"Stock without a date was taken as of {last}", f"没有日期的库存按 {last} 记录"),
        )
        day = day.fillna(pd.Timestamp(last))
    positions["day"] = day
    positions["on_hand"] = frame["on_hand"]
    if "reserved" in frame:
        positions["reserved"] = frame["reserved"]
    work.note(
        "negative_stock",
        Text("Stock on hand is negative", "现有库存为负数"),
        at=(positions["on_hand"] < 0).to_numpy(),
        severity="warning",
        field="on_hand",
    )
    positions = work.single(work.good(positions), KEY)
    if len(positions):
        first, last = positions["day"].min().date(), positions["day"].max().date()
        where = table("stock_positions").c.day.between(first, last)
        work.save("stock_positions", KEY, positions, where)


def movements(work: Work) -> None:
    """Stock movements; outflows are stored negative, whatever sign the file gives them."""
    frame = work.frame
    item, location = work.resolved("item", "items"), work.locations()
    quantity = frame["quantity"].to_numpy().copy()
    outflow = frame["kind"].isin([str(kind) for kind in OUTFLOWS]).to_numpy()
    if outflow.any() and not (quantity[outflow] < 0).any():
        quantity[outflow] *= -1
        work.note(
            "unsigned_outflows",
            Text(
                "Issues were written without a sign and are stored negative",
                "出库数量无符号，按负数记录",
            ),
        )
    records = pd.DataFrame({"item_id": item, "location_id": location})
    records["at"] = instants(work, "at", location)
    records["kind"] = frame["kind"]
    records["quantity"] = quantity
    for field in ("reference", "note"):
        if field in frame:
            records[field] = frame[field]
    records["external_id"] = identifiers(
        work,
        "stock_movements",
        "row-",
        [frame["item"], frame["kind"]],
        [frame["item"], location, records["at"], frame["kind"], quantity]
        + [frame[field] for field in ("reference", "note") if field in frame],
    )
    records = work.good(records)
    if len(records):
        work.save("stock_movements", ["external_id"], records)


def instants(
    work: Work, field: str, location: npt.NDArray[np.float64] | None = None
) -> pd.Series[Any]:
    """UTC instants: an offset in the file counts, else the location's time zone, else UTC."""
    local = work.frame[field]
    result: pd.Series[Any] = local.dt.tz_localize("UTC")
    if location is not None:
        zones = {
            row.id: row.time_zone
            for row in work.connection.execute(sa.select(Location.id, Location.time_zone))
        }
        for identity in np.unique(location[~np.isnan(location)]):
            zone = _zone(zones.get(int(identity), "UTC"))
            here = location == identity
            moved = local[here].dt.tz_localize(
                zone, ambiguous=np.zeros(int(here.sum()), dtype=bool), nonexistent="shift_forward"
            )
            result = result.where(~here, moved.dt.tz_convert("UTC").reindex(result.index))
    if f"{field}_offset" in work.frame:
        offset = work.frame[f"{field}_offset"]
        exact = local.dt.tz_localize("UTC") - pd.to_timedelta(offset, unit="min")
        result = result.where(offset.isna(), exact)
    return result


def _zone(name: str) -> dt.tzinfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return dt.UTC
