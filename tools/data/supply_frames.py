"""Frames of supply: terms, order lines, receipts and promises; read through `tools.data.frames`."""

from __future__ import annotations

import pandas as pd
from sqlalchemy import Engine, func, select

from tools.data.columns import (
    as_instants,
)
from tools.data.frame_loading import keep, planning_day, small_result, typed
from tools.data.schema import (
    OPEN_STATUSES,
    Item,
    Location,
    PriceBreak,
    Promise,
    PurchaseOrder,
    PurchaseOrderLine,
    Receipt,
    Supplier,
    SupplyTerm,
)


def terms(engine: Engine) -> pd.DataFrame:
    """Supply terms valid on the planning day, the latest per item and supplier: item, supplier,
    unit_cost, currency, moq, pack_size, lead_time_days, weekly_capacity, preferred, valid_from,
    supplier_item_code, breaks (list of (min_quantity, unit_cost), ascending)."""

    def load() -> pd.DataFrame:
        today = planning_day(engine)
        frame = small_result(
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
        return typed(frame, ("unit_cost", "moq", "pack_size", "weekly_capacity"), ("valid_from",))

    return keep(engine, "terms", load)


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
        frame = small_result(
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
        frame = typed(
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

    return keep(engine, "order lines", load)


def receipts(engine: Engine) -> pd.DataFrame:
    """line_id, order, line_no, supplier, location, item, received_on, quantity, rejected,
    external_id; by day. `rejected` is the part of `quantity` that was refused on inspection."""

    def load() -> pd.DataFrame:
        frame = small_result(
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
        return typed(frame, ("quantity", "rejected"), ("received_on",))

    return keep(engine, "receipts", load)


def promises(engine: Engine) -> pd.DataFrame:
    """line_id, order, line_no, supplier, item, stated_at, promised_on, quantity, message_id."""

    def load() -> pd.DataFrame:
        frame = small_result(
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
        return typed(frame, ("quantity",), ("promised_on",))

    return keep(engine, "promises", load)
