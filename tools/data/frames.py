"""The planner's records as pandas frames, by code instead of database id.

Every function returns a private copy of a frame that is loaded once per data version, so callers
may change what they get. Day columns are datetime64[ns], instants are aware UTC timestamps,
quantities and money are float64 (engines compute with them; records keep Decimal). The long frames
(`sales`, `demand`, `stock_history`, `movements`) hold their codes as categoricals: group them with
`observed=True`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
from sqlalchemy import Engine, Float, cast, func, select
from sqlalchemy.orm import aliased

from tools.data.columns import (
    as_codes,
    as_days,
    as_floats,
    as_instants,
    cached,
    categorical,
    fetch_columns,
    raw,
)
from tools.data.schema import (
    OPEN_STATUSES,
    Category,
    Event,
    Item,
    Location,
    PriceBreak,
    Promise,
    PurchaseOrder,
    PurchaseOrderLine,
    Receipt,
    SalesDay,
    Signal,
    StockMovement,
    StockPosition,
    Supplier,
    SupplyTerm,
    Weather,
)


def _frame(engine: Engine, name: str, load: Callable[[], pd.DataFrame]) -> pd.DataFrame:
    frame: pd.DataFrame = cached(engine, name, load)
    return frame.copy()


def planning_day(engine: Engine) -> dt.date:
    """The planner's today: the day after the last recorded sales day (or today, without sales)."""

    def load() -> dt.date:
        with engine.connect() as connection:
            last = connection.scalar(select(func.max(SalesDay.day)))
        return last + dt.timedelta(days=1) if last else dt.datetime.now(dt.UTC).date()

    day: dt.date = cached(engine, "planning day", load)
    return day


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

    return _frame(engine, "sales", load)


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

    return _frame(engine, "demand", load)


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


def _rows(engine: Engine, statement: Any) -> pd.DataFrame:
    """A small result with SQLAlchemy's own conversions (JSON, Decimal, dates)."""
    with engine.connect() as connection:
        result = connection.execute(statement)
        return pd.DataFrame.from_records(
            [tuple(row) for row in result], columns=list(result.keys())
        )


def _named(frame: pd.DataFrame, key: str) -> pd.DataFrame:
    """Index by `key`; the names mapping becomes name_en and name_zh, each falling back."""
    names = frame.pop("names")
    for position, (language, other) in enumerate((("en", "zh"), ("zh", "en"))):
        spelled = [
            row.get(language) or row.get(other) or code
            for row, code in zip(names, frame[key], strict=True)
        ]
        frame.insert(position + 1, f"name_{language}", pd.Series(spelled, dtype=object))
    return frame.set_index(key).sort_index()


def _typed(
    frame: pd.DataFrame, floats: tuple[str, ...] = (), days: tuple[str, ...] = ()
) -> pd.DataFrame:
    for name in floats:
        frame[name] = frame[name].astype(float)
    for name in days:
        frame[name] = as_days(frame[name].to_numpy(dtype=object))
    return frame


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
        frame = _rows(
            engine,
            select(*columns)
            .select_from(Item)
            .join(older, Item.replaces_item_id == older.id, isouter=True),
        )
        floats = ("unit_cost", "unit_price", "shelf_life_days", "volume_m3")
        return _named(_typed(frame, floats, ("introduced_on", "discontinued_on")), "code")

    return _frame(engine, "items", load)


def locations(engine: Engine) -> pd.DataFrame:
    """Index code: name_en, name_zh, kind, country, time_zone, supplied_by (a code or None)."""

    def load() -> pd.DataFrame:
        parent = aliased(Location)
        frame = _rows(
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
        return _named(frame, "code")

    return _frame(engine, "locations", load)


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
        return _named(_rows(engine, select(*columns)), "code")

    return _frame(engine, "suppliers", load)


def categories(engine: Engine) -> pd.DataFrame:
    """Index key: name_en, name_zh. A category that only items mention is listed by its key."""

    def load() -> pd.DataFrame:
        frame = _named(_rows(engine, select(Category.key, Category.names)), "key")
        mentioned = items(engine)["category"]
        missing = sorted(set(mentioned) - set(frame.index) - {""})
        extra = pd.DataFrame(
            {"name_en": missing, "name_zh": missing}, index=pd.Index(missing, name="key")
        )
        return pd.concat([frame, extra]).sort_index() if missing else frame

    return _frame(engine, "categories", load)


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

    return _frame(engine, "stock history", load)


def stock(engine: Engine) -> pd.DataFrame:
    """item, location, day, on_hand, reserved: the latest position of each pair (plain codes)."""

    def load() -> pd.DataFrame:
        history = stock_history(engine)
        latest = history.drop_duplicates(["item", "location"], keep="last").reset_index(drop=True)
        return latest.astype({"item": object, "location": object})

    return _frame(engine, "stock", load)


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

    return _frame(engine, "movements", load)


# --- supply -------------------------------------------------------------------------------------


def terms(engine: Engine) -> pd.DataFrame:
    """Supply terms valid on the planning day, the latest per item and supplier: item, supplier,
    unit_cost, currency, moq, pack_size, lead_time_days, weekly_capacity, preferred, valid_from,
    supplier_item_code, breaks (list of (min_quantity, unit_cost), ascending)."""

    def load() -> pd.DataFrame:
        today = planning_day(engine)
        frame = _rows(
            engine,
            select(
                SupplyTerm.id.label("term_id"),
                Item.code.label("item"),
                Supplier.code.label("supplier"),
                SupplyTerm.unit_cost,
                SupplyTerm.currency,
                SupplyTerm.moq,
                SupplyTerm.pack_size,
                SupplyTerm.lead_time_days,
                SupplyTerm.weekly_capacity,
                SupplyTerm.preferred,
                SupplyTerm.valid_from,
                SupplyTerm.supplier_item_code,
            )
            .join(Item, SupplyTerm.item_id == Item.id)
            .join(Supplier, SupplyTerm.supplier_id == Supplier.id)
            .where(SupplyTerm.valid_from <= today)
            .where((SupplyTerm.valid_to.is_(None)) | (SupplyTerm.valid_to >= today))
            .order_by(Item.code, Supplier.code, SupplyTerm.valid_from),
        )
        frame = frame.drop_duplicates(["item", "supplier"], keep="last").reset_index(drop=True)
        steps = _price_breaks(engine)
        frame["breaks"] = pd.Series(
            [steps.get(int(term), []) for term in frame.pop("term_id")], dtype=object
        )
        return _typed(frame, ("unit_cost", "moq", "pack_size", "weekly_capacity"), ("valid_from",))

    return _frame(engine, "terms", load)


def _price_breaks(engine: Engine) -> dict[int, list[tuple[float, float]]]:
    found: dict[int, list[tuple[float, float]]] = {}
    with engine.connect() as connection:
        for row in connection.execute(
            select(PriceBreak.term_id, PriceBreak.min_quantity, PriceBreak.unit_cost).order_by(
                PriceBreak.term_id, PriceBreak.min_quantity
            )
        ):
            found.setdefault(row.term_id, []).append((row.min_quantity, float(row.unit_cost)))
    return found


def order_lines(engine: Engine) -> pd.DataFrame:
    """order, line_no, line_id, supplier, location, item, ordered_on, status, quantity,
    cancelled_quantity, received_quantity, outstanding, unit_cost, currency, requested_on,
    promised_on, version; by order and line.

    outstanding is what is still to come: ordered less cancelled less received, never negative, and
    zero unless the order is approved, sent, confirmed or partially received.
    """

    def load() -> pd.DataFrame:
        received = (
            select(Receipt.line_id, func.sum(Receipt.quantity).label("quantity"))
            .group_by(Receipt.line_id)
            .subquery()
        )
        line = PurchaseOrderLine
        frame = _rows(
            engine,
            select(
                PurchaseOrder.number.label("order"),
                line.line_no,
                line.id.label("line_id"),
                Supplier.code.label("supplier"),
                Location.code.label("location"),
                Item.code.label("item"),
                PurchaseOrder.ordered_on,
                PurchaseOrder.status,
                line.quantity,
                line.cancelled_quantity,
                func.coalesce(received.c.quantity, 0.0).label("received_quantity"),
                line.unit_cost,
                PurchaseOrder.currency,
                line.requested_on,
                line.promised_on,
                line.version,
            )
            .join(PurchaseOrder, line.order_id == PurchaseOrder.id)
            .join(Supplier, PurchaseOrder.supplier_id == Supplier.id)
            .join(Location, PurchaseOrder.location_id == Location.id)
            .join(Item, line.item_id == Item.id)
            .join(received, received.c.line_id == line.id, isouter=True)
            .order_by(PurchaseOrder.number, line.line_no),
        )
        frame = _typed(
            frame,
            ("quantity", "cancelled_quantity", "received_quantity", "unit_cost"),
            ("ordered_on", "requested_on", "promised_on"),
        )
        frame["status"] = pd.Series([str(status) for status in frame["status"]], dtype=object)
        still = frame["quantity"] - frame["cancelled_quantity"] - frame["received_quantity"]
        is_open = frame["status"].isin([str(status) for status in OPEN_STATUSES])
        place = list(frame.columns).index("received_quantity") + 1
        frame.insert(place, "outstanding", still.clip(lower=0.0).where(is_open, 0.0))
        return frame

    return _frame(engine, "order lines", load)


def receipts(engine: Engine) -> pd.DataFrame:
    """line_id, order, line_no, supplier, location, item, received_on, quantity, rejected,
    external_id; by day. `rejected` is the part of `quantity` that was refused on inspection."""

    def load() -> pd.DataFrame:
        frame = _rows(
            engine,
            select(
                Receipt.line_id,
                PurchaseOrder.number.label("order"),
                PurchaseOrderLine.line_no,
                Supplier.code.label("supplier"),
                Location.code.label("location"),
                Item.code.label("item"),
                Receipt.received_on,
                Receipt.quantity,
                Receipt.rejected,
                Receipt.external_id,
            )
            .join(PurchaseOrderLine, Receipt.line_id == PurchaseOrderLine.id)
            .join(PurchaseOrder, PurchaseOrderLine.order_id == PurchaseOrder.id)
            .join(Supplier, PurchaseOrder.supplier_id == Supplier.id)
            .join(Location, PurchaseOrder.location_id == Location.id)
            .join(Item, PurchaseOrderLine.item_id == Item.id)
            .order_by(Receipt.received_on, Receipt.external_id),
        )
        return _typed(frame, ("quantity", "rejected"), ("received_on",))

    return _frame(engine, "receipts", load)


def promises(engine: Engine) -> pd.DataFrame:
    """line_id, order, line_no, supplier, item, stated_at, promised_on, quantity, message_id."""

    def load() -> pd.DataFrame:
        frame = _rows(
            engine,
            select(
                Promise.line_id,
                PurchaseOrder.number.label("order"),
                PurchaseOrderLine.line_no,
                Supplier.code.label("supplier"),
                Item.code.label("item"),
                Promise.stated_at,
                Promise.promised_on,
                Promise.quantity,
                Promise.message_id,
            )
            .join(PurchaseOrderLine, Promise.line_id == PurchaseOrderLine.id)
            .join(PurchaseOrder, PurchaseOrderLine.order_id == PurchaseOrder.id)
            .join(Supplier, PurchaseOrder.supplier_id == Supplier.id)
            .join(Item, PurchaseOrderLine.item_id == Item.id)
            .order_by(Promise.stated_at, Promise.id),
        )
        frame["stated_at"] = as_instants(frame["stated_at"].to_numpy(dtype=object))
        return _typed(frame, ("quantity",), ("promised_on",))

    return _frame(engine, "promises", load)


# --- circumstances ------------------------------------------------------------------------------


def events(engine: Engine) -> pd.DataFrame:
    """external_id, kind, name_en, name_zh, starts_on, ends_on, country, item, category, location,
    discount; an empty scope (None or "") means everywhere."""

    def load() -> pd.DataFrame:
        frame = _rows(
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
        frame = _named(_typed(frame, ("discount",), ("starts_on", "ends_on")), "external_id")
        return frame.reset_index().sort_values(["starts_on", "external_id"], ignore_index=True)

    return _frame(engine, "events", load)


def weather(engine: Engine) -> pd.DataFrame:
    """location, day, temperature_c, precipitation_mm."""

    def load() -> pd.DataFrame:
        frame = _rows(
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
        return _typed(frame, ("temperature_c", "precipitation_mm"), ("day",))

    return _frame(engine, "weather", load)


def signals(engine: Engine) -> pd.DataFrame:
    """kind, day, item (a code or None), category, value, volume; by kind and day."""

    def load() -> pd.DataFrame:
        frame = _rows(
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
        return _typed(frame, ("value", "volume"), ("day",))

    return _frame(engine, "signals", load)
