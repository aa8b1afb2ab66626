"""A purchase order as a file: its lines for a spreadsheet, or the mail to the supplier."""

from __future__ import annotations

import dataclasses
from typing import Any, Literal

from sqlalchemy import Engine

from assistant.server.downloads import File
from assistant.server.order_mail import mail_draft
from assistant.server.orders import read_order
from assistant.server.table_files import table_file
from tools.facts import Column, Table
from tools.text import Language, Text

MAIL_TYPE = "message/rfc822"

_COLUMNS = [
    Column("order", Text("Purchase order", "采购订单")),
    Column("supplier", Text("Supplier", "供应商"), "entity"),
    Column("location", Text("Deliver to", "收货地点"), "entity"),
    Column("line_no", Text("Line", "行号"), "number"),
    Column("item", Text("Item", "商品编码"), "entity"),
    Column("name", Text("Name", "名称"), "entity"),
    Column("quantity", Text("Quantity", "数量"), "number"),
    Column("unit_cost", Text("Unit cost", "单价"), "money"),
    Column("amount", Text("Amount", "金额"), "money"),
    Column("currency", Text("Currency", "币种")),
    Column("requested_on", Text("Requested for", "要求到货"), "date"),
    Column("promised_on", Text("Promised for", "承诺到货"), "date"),
]


def order_file(
    engine: Engine,
    number: str,
    kind: Literal["csv", "xlsx", "eml"],
    language: Language | None,
) -> File:
    """The file to download; raises `NotFound`."""
    order = read_order(engine, number)
    if kind == "eml":
        return File(f"{number}.eml", MAIL_TYPE, mail_draft(engine, order, language))
    file = table_file(_table(order), kind, language or "en")
    return dataclasses.replace(file, name=f"{number}.{kind}")


def _table(order: dict[str, Any]) -> Table:
    party = {kind: order[kind]["names"] or order[kind]["code"] for kind in ("supplier", "location")}
    rows = [
        {
            "order": order["number"],
            **party,
            "line_no": line["line_no"],
            "item": line["item"],
            "name": line["names"],
            "quantity": line["quantity"] - line["cancelled_quantity"],
            "unit_cost": line["unit_cost"],
            "amount": line["amount"],
            "currency": order["currency"],
            "requested_on": line["requested_on"],
            "promised_on": line["promised_on"],
        }
        for line in order["lines"]
    ]
    return Table(order["number"], Text(order["number"], order["number"]), _COLUMNS, rows)
