"""Purchase orders, their exports and the mail to the supplier."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query, Response
from pydantic import BaseModel

from assistant.server import order_files, orders
from assistant.server.downloads import download
from assistant.server.problems import TextModel
from assistant.server.state import Owner, Records
from tools.text import Language

router = APIRouter(prefix="/api/orders", tags=["orders"])

Number = Annotated[str, Path(max_length=40)]


class Party(BaseModel):
    """A supplier or location."""

    code: str
    names: dict[str, str]


class OrderListed(BaseModel):
    """One order as a line of the list."""

    number: str
    supplier: Party
    location: Party
    ordered_on: str
    ordered_on_text: TextModel
    status: str
    status_text: TextModel
    currency: str
    total: str
    total_text: TextModel
    line_count: int
    outstanding: float
    next_due_on: str | None
    next_due_on_text: TextModel | None
    late: bool
    created_by: str


class OrderList(BaseModel):
    orders: list[OrderListed]


class OrderRead(OrderListed):
    note: str
    lines: list[dict[str, Any]]


@router.get("", summary="Purchase orders, the newest first")
def list_orders(
    owner: Owner,
    engine: Records,
    status: Literal[
        "open",
        "late",
        "draft",
        "approved",
        "sent",
        "confirmed",
        "partially_received",
        "received",
        "cancelled",
        "all",
    ] = "open",
    supplier: Annotated[str | None, Query(max_length=64)] = None,
) -> OrderList:
    return OrderList.model_validate({"orders": orders.list_orders(engine, status, supplier)})


@router.get("/{number}", summary="One purchase order with its lines")
def read_order(number: Number, owner: Owner, engine: Records) -> OrderRead:
    return OrderRead.model_validate(orders.read_order(engine, number))


@router.get(
    "/{number}/export",
    summary="The order as CSV, Excel, or a mail draft in the supplier's language",
    response_class=Response,
)
def export_order(
    number: Number,
    owner: Owner,
    engine: Records,
    format: Literal["csv", "xlsx", "eml"] = "csv",
    language: Language | None = None,
) -> Response:
    return download(order_files.order_file(engine, number, format, language))


@router.post("/{number}/sent", summary="Record that the order was sent to the supplier")
def mark_sent(number: Number, owner: Owner, engine: Records) -> OrderRead:
    """The assistant sends nothing by itself; saying so twice changes nothing."""
    return OrderRead.model_validate(orders.mark_sent(engine, number))
