"""The planner's records as pandas frames, by code instead of database id.

Every function returns a private copy of a frame that is loaded once per data version, so callers
may change what they get. Day columns are datetime64[ns], instants are aware UTC timestamps,
quantities and money are float64 (engines compute with them; records keep Decimal). The long frames
(`sales`, `demand`, `stock_history`, `movements`) hold their codes as categoricals: group them with
`observed=True`.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from sqlalchemy import Engine, Float, cast, select
from sqlalchemy.orm import aliased

from tools.data.columns import (
    as_codes,
    as_days,
    as_floats,
    as_instants,
    categorical,
    fetch_columns,
    raw,
)
from tools.data.frame_loading import by_name, keep, planning_day, small_result, typed
from tools.data.schema import (
    Category,
    Event,
    Item,
    Location,
    SalesDay,
    Signal,
    StockMovement,
    StockPosition,
    Supplier,
    Weather,
)
from tools.data.supply_frames import order_lines, promises, receipts, terms

__all__ = [
    "categories",
    "demand",
    "events",
    "items",
    "locations",
    "movements",
    "order_lines",
    "planning_day",
    "promises",
    "receipts",
    "sales",
    "signals",
    "stock",
    "stock_history",
    "suppliers",
    "terms",
    "weather",
]


# --- demand -------------------------------------------------------------------------------------


def sales(engine: Engine) -> pd.DataFrame:
    """item, location, ds, quantity, returned, price, promotion, stocked_out; sorted by the first
    three. An absent row is a missing day; price is NaN where none was recorded."""

    def load() -> pd.DataFrame:
        columns = fetch_columns(
            engine,
            select(
                SalesDay.item_id,
                SalesDay.location_id,
                raw(SalesDay.day),
                SalesDay.quantity,
                SalesDay.returned,
                cast(SalesDay.price, Float).label("price"),
                raw(SalesDay.promotion),
                raw(SalesDay.stocked_out),
            ),
        )
        frame = pd.DataFrame(
            {
                "item": as_codes(engine, Item, columns["item_id"]),
                "location": as_codes(engine, Location, columns["location_id"]),
                "ds": as_days(columns["day"]),
                "quantity": as_floats(columns["quantity"]),
                "returned": as_floats(columns["returned"]),
                "price": as_floats(columns["price"]),
                "promotion": columns["promotion"].astype(bool),
                "stocked_out": columns["stocked_out"].astype(bool),
            }
        )
        return _sorted(frame, ["item", "location", "ds"])

    return keep(engine, "sales", load)


def demand(engine: Engine) -> pd.DataFrame:
    """Nixtla's long frame: unique_id ("ITEM|LOCATION"), ds, y, censored, price, promotion.

    y is units sold before returns; censored marks days on which demand may have been higher.
    """

    def load() -> pd.DataFrame:
        frame = sales(engine)
        items, places = frame["item"].cat, frame["location"].cat
        width = max(len(places.categories), 1)
        pair = items.codes.astype(np.int64) * width + places.codes
        positions, distinct = pd.factorize(pair, sort=True)
        names = [
            f"{items.categories[value // width]}|{places.categories[value % width]}"
            for value in distinct
        ]
        long = pd.DataFrame(
            {
                "unique_id": categorical(positions, names),
                "ds": frame["ds"],
                "y": frame["quantity"],
                "censored": frame["stocked_out"],
                "price": frame["price"],
                "promotion": frame["promotion"],
            }
        )
        return _sorted(long, ["unique_id", "ds"])

    return keep(engine, "demand", load)


def _sorted(frame: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    """Sorted by category order and day, skipping the sort when the database delivered it so."""
    keys = [
        frame[name].cat.codes.to_numpy()
        if isinstance(frame[name].dtype, pd.CategoricalDtype)
        else frame[name].to_numpy()
        for name in by
    ]
    order = np.lexsort(keys[::-1])
    if np.array_equal(order, np.arange(len(order))):
        return frame
    return frame.take(order).reset_index(drop=True)


# --- master data --------------------------------------------------------------------------------


def items(engine: Engine) -> pd.DataFrame:
    """Index code: name_en, name_zh, category, brand, unit, unit_cost, unit_price, currency,
    shelf_life_days, volume_m3, introduced_on, discontinued_on, replaces (a code or None), abc."""

    def load() -> pd.DataFrame:
        older = aliased(Item)
        columns = (
            Item.code,
            Item.names,
            Item.category,
            Item.brand,
            Item.unit,
            Item.unit_cost,
            Item.unit_price,
            Item.currency,
            Item.shelf_life_days,
            Item.volume_m3,
            Item.introduced_on,
            Item.discontinued_on,
            older.code.label("replaces"),
            Item.abc,
        )
        frame = small_result(
            engine,
            select(*columns)
            .select_from(Item)
            .join(older, Item.replaces_item_id == older.id, isouter=True),
        )
        floats = ("unit_cost", "unit_price", "shelf_life_days", "volume_m3")
        return by_name(typed(frame, floats, ("introduced_on", "discontinued_on")), "code")

    return keep(engine, "items", load)


def locations(engine: Engine) -> pd.DataFrame:
    """Index code: name_en, name_zh, kind, country, time_zone, supplied_by (a code or None)."""

    def load() -> pd.DataFrame:
        parent = aliased(Location)
        frame = small_result(
            engine,
            select(
                Location.code,
                Location.names,
                Location.kind,
                Location.country,
                Location.time_zone,
                parent.code.label("supplied_by"),
            )
            .select_from(Location)
            .join(parent, Location.supplied_by_id == parent.id, isouter=True),
        )
        frame["kind"] = [str(kind) for kind in frame["kind"]]
        return by_name(frame, "code")

    return keep(engine, "locations", load)


def suppliers(engine: Engine) -> pd.DataFrame:
    """Index code: name_en, name_zh, language, country, currency, contact, addresses (a list)."""

    def load() -> pd.DataFrame:
        columns = (
            Supplier.code,
            Supplier.names,
            Supplier.language,
            Supplier.country,
            Supplier.currency,
            Supplier.contact,
            Supplier.addresses,
        )
        return by_name(small_result(engine, select(*columns)), "code")

    return keep(engine, "suppliers", load)


def categories(engine: Engine) -> pd.DataFrame:
    """Index key: name_en, name_zh. A category that only items mention is listed by its key."""

    def load() -> pd.DataFrame:
        frame = by_name(small_result(engine, select(Category.key, Category.names)), "key")
        mentioned = items(engine)["category"]
        missing = sorted(set(mentioned) - set(frame.index) - {""})
        extra = pd.DataFrame(
            {"name_en": missing, "name_zh": missing}, index=pd.Index(missing, name="key")
        )
        return pd.concat([frame, extra]).sort_index() if missing else frame

    return keep(engine, "categories", load)


# --- stock --------------------------------------------------------------------------------------


def stock_history(engine: Engine) -> pd.DataFrame:
    """item, location, day, on_hand, reserved: every recorded position, sorted."""

    def load() -> pd.DataFrame:
        columns = fetch_columns(
            engine,
            select(
                StockPosition.item_id,
                StockPosition.location_id,
                raw(StockPosition.day),
                StockPosition.on_hand,
                StockPosition.reserved,
            ),
        )
        frame = pd.DataFrame(
            {
                "item": as_codes(engine, Item, columns["item_id"]),
                "location": as_codes(engine, Location, columns["location_id"]),
                "day": as_days(columns["day"]),
                "on_hand": as_floats(columns["on_hand"]),
                "reserved": as_floats(columns["reserved"]),
            }
        )
        return _sorted(frame, ["item", "location", "day"])

    return keep(engine, "stock history", load)


def stock(engine: Engine) -> pd.DataFrame:
    """item, location, day, on_hand, reserved: the latest position of each pair (plain codes)."""

    def load() -> pd.DataFrame:
        history = stock_history(engine)
        latest = history.drop_duplicates(["item", "location"], keep="last").reset_index(drop=True)
        return latest.astype({"item": object, "location": object})

    return keep(engine, "stock", load)


def movements(engine: Engine) -> pd.DataFrame:
    """external_id, item, location, at, kind, quantity (signed), reference, note; by instant."""

    def load() -> pd.DataFrame:
        columns = fetch_columns(
            engine,
            select(
                StockMovement.external_id,
                StockMovement.item_id,
                StockMovement.location_id,
                raw(StockMovement.at),
                raw(StockMovement.kind),
                StockMovement.quantity,
                StockMovement.reference,
                StockMovement.note,
            ),
        )
        frame = pd.DataFrame(
            {
                "external_id": columns["external_id"],
                "item": as_codes(engine, Item, columns["item_id"]),
                "location": as_codes(engine, Location, columns["location_id"]),
                "at": as_instants(columns["at"]),
                "kind": pd.Categorical(columns["kind"]),
                "quantity": as_floats(columns["quantity"]),
                "reference": columns["reference"],
                "note": columns["note"],
            }
        )
        return frame.sort_values(["at", "external_id"], ignore_index=True)

    return keep(engine, "movements", load)


# --- circumstances ------------------------------------------------------------------------------


def events(engine: Engine) -> pd.DataFrame:
    """external_id, kind, name_en, name_zh, starts_on, ends_on, country, item, category, location,
    discount; an empty scope (None or "") means everywhere."""

    def load() -> pd.DataFrame:
        frame = small_result(
            engine,
            select(
                Event.external_id,
                Event.names,
                Event.kind,
                Event.starts_on,
                Event.ends_on,
                Event.country,
                Item.code.label("item"),
                Event.category,
                Location.code.label("location"),
                Event.discount,
            )
            .join(Item, Event.item_id == Item.id, isouter=True)
            .join(Location, Event.location_id == Location.id, isouter=True),
        )
        frame["kind"] = pd.Series([str(kind) for kind in frame["kind"]], dtype=object)
        frame = by_name(typed(frame, ("discount",), ("starts_on", "ends_on")), "external_id")
        return frame.reset_index().sort_values(["starts_on", "external_id"], ignore_index=True)

    return keep(engine, "events", load)


def weather(engine: Engine) -> pd.DataFrame:
    """location, day, temperature_c, precipitation_mm."""

    def load() -> pd.DataFrame:
        frame = small_result(
            engine,
            select(
                Location.code.label("location"),
                Weather.day,
                Weather.temperature_c,
                Weather.precipitation_mm,
            )
            .join(Location, Weather.location_id == Location.id)
            .order_by(Location.code, Weather.day),
        )
        return typed(frame, ("temperature_c", "precipitation_mm"), ("day",))

    return keep(engine, "weather", load)


def signals(engine: Engine) -> pd.DataFrame:
    """kind, day, item (a code or None), category, value, volume; by kind and day."""

    def load() -> pd.DataFrame:
        frame = small_result(
            engine,
            select(
                Signal.kind,
                Signal.day,
                Item.code.label("item"),
                Signal.category,
                Signal.value,
                Signal.volume,
            )
            .join(Item, Signal.item_id == Item.id, isouter=True)
            .order_by(Signal.kind, Signal.day, Item.code, Signal.category),
        )
        return typed(frame, ("value", "volume"), ("day",))

    return keep(engine, "signals", load)
