"""Writes the simulated purchase orders: lines, promises and receipts as they are known today."""

from __future__ import annotations

import datetime as dt
from typing import Any

from tools.data import schema
from tools.data.demo.company import BASE_CURRENCY, BUYER, SUPPLIERS
from tools.data.demo.ordering import DemoLine, DemoOrder
from tools.data.demo.records import RecordWriter

Row = dict[str, Any]
Status = schema.OrderStatus


def order_status(order: DemoOrder, today: int) -> schema.OrderStatus:
    """Where an order stands at the start of day `today`."""
    if all(line.cancelled_before(today) >= line.quantity for line in order.lines):
        return Status.CANCELLED
    if all(line.outstanding(today) <= 0 for line in order.lines):
        return Status.RECEIVED
    if any(line.received(today) for line in order.lines):
        return Status.PARTIALLY_RECEIVED
    if any(line.promises and line.promises[0][0] < today for line in order.lines):
        return Status.CONFIRMED
    return Status.SENT


class OrderWriter:
    """Collects order rows with consecutive ids and inserts them."""

    def __init__(self, writer: RecordWriter) -> None:
        self.writer, self.today = writer, writer.today
        self.first = writer.calendar.days[0]
        self.orders: list[Row] = []
        self.lines: list[Row] = []
        self.receipts: list[Row] = []
        self.promises: list[Row] = []

    def _day(self, index: int) -> dt.date:
        return self.first + dt.timedelta(index)

    def write(self) -> None:
        for order in self.writer.history.orders:
            self._add_order(order)
        for model, rows in (
            (schema.PurchaseOrder, self.orders),
            (schema.PurchaseOrderLine, self.lines),
            (schema.Receipt, self.receipts),
            (schema.Promise, self.promises),
        ):
            self.writer.insert(model, rows)

    def _add_order(self, order: DemoOrder) -> None:
        identity = len(self.orders) + 1
        self.orders.append(
            {
                "id": identity,
                "number": order.number,
                "supplier_id": order.supplier + 1,
                "location_id": order.location + 1,
                "ordered_on": self._day(order.ordered),
                "status": order_status(order, self.today),
                "currency": BASE_CURRENCY,
                "created_by": BUYER,
                "note": "",
            }
        )
        for number, line in enumerate(order.lines, 1):
            self._add_line(identity, order, number, line)

    def _add_line(self, order_id: int, order: DemoOrder, number: int, line: DemoLine) -> None:
        identity = len(self.lines) + 1
        stated = [promise for promise in line.promises if promise[0] < self.today]
        self.lines.append(
            {
                "id": identity,
                "order_id": order_id,
                "line_no": number,
                "item_id": line.item + 1,
                "quantity": float(line.quantity),
                "cancelled_quantity": float(line.cancelled_before(self.today)),
                "unit_cost": line.unit_cost,
                "requested_on": self._day(line.requested),
                "promised_on": self._day(stated[-1][1]) if stated else None,
                "version": max(1, len(stated)),
            }
        )
        # Suppliers write in their office hours; noon in Shanghai is four in the morning in UTC.
        hour = 4 if SUPPLIERS[order.supplier].country == "CN" else 14
        for at, promised, quantity in stated:
            self.promises.append(
                {
                    "line_id": identity,
                    "stated_at": dt.datetime.combine(self._day(at), dt.time(hour), dt.UTC),
                    "promised_on": self._day(promised),
                    "quantity": float(quantity),
                }
            )
        for part, (day, quantity, rejected) in enumerate(line.arrivals, 1):
            if day < self.today:
                self.receipts.append(
                    {
                        "external_id": f"GR-{order.number[3:]}-{number}-{part}",
                        "line_id": identity,
                        "received_on": self._day(day),
                        "quantity": float(quantity),
                        "rejected": float(rejected),
                    }
                )
