"""Turning an approved draft into a purchase order, numbered after the planner's own numbers."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from assistant.proposals.effect import Effect, Occasion
from assistant.proposals.values import day_of, money_of, quantity_of, required
from tools.data.schema import (
    Item,
    Location,
    OrderStatus,
    PurchaseOrder,
    PurchaseOrderLine,
    Supplier,
)
from tools.errors import InvalidInput, RecordConflict

FIRST_NUMBER = "PO-10001"
_NUMBER = re.compile(r"^(.*?)(\d{1,12})$")


def create_order(session: Session, payload: Mapping[str, Any], occasion: Occasion) -> Effect:
    """Add the order with status `approved`.

    Raises `RecordConflict` when the supplier, place or an item is no longer recorded or an item was
    discontinued, `InvalidInput` when a value cannot be used.
    """
    supplier = _by_code(session, Supplier, required(payload, "supplier"))
    location = _by_code(session, Location, required(payload, "location"))
    requested_on = day_of(payload, "requested_on")
    lines = [_line(session, line, occasion) for line in required(payload, "lines")]
    if not lines:
        raise InvalidInput("The draft order has no lines.", "订单草稿没有任何行。")
    if requested_on < occasion.today:
        raise RecordConflict(
            f"The requested day {requested_on} has passed; change it and approve the new version.",
            f"要求到货日期 {requested_on} 已过，请修改日期后再批准。",
        )
    order = PurchaseOrder(
        number=next_number(session),
        supplier_id=supplier.id,
        location_id=location.id,
        ordered_on=occasion.today,
        status=OrderStatus.APPROVED,
        currency=str(payload.get("currency") or supplier.currency),
        created_by=occasion.actor,
        note=_note(payload.get("reason")),
    )
    for line_no, (item, quantity, unit_cost) in enumerate(lines, start=1):
        order.lines.append(
            PurchaseOrderLine(
                line_no=line_no,
                item_id=item.id,
                quantity=quantity,
                unit_cost=unit_cost,
                requested_on=requested_on,
            )
        )
    session.add(order)
    session.flush()
    return _effect(order, supplier, lines)


def next_number(session: Session) -> str:
    """One above the highest number written with the prefix most orders have.

    Two processes may compute the same one; the unique index lets one of them win and the other
    tries again.
    """
    found = [
        match
        for number in session.scalars(select(PurchaseOrder.number))
        if (match := _NUMBER.match(number))
    ]
    if not found:
        return FIRST_NUMBER
    prefix = Counter(match[1] for match in found).most_common(1)[0][0]
    highest = max((match[2] for match in found if match[1] == prefix), key=int)
    return f"{prefix}{int(highest) + 1:0{len(highest)}d}"


def _by_code(
    session: Session, model: type[Supplier] | type[Location] | type[Item], code: str
) -> Any:
    row = session.scalars(select(model).where(model.code == str(code))).first()
    if row is None:
        raise RecordConflict(
            f"{code} is no longer in the records; propose the order again.",
            f"记录中已没有 {code}，请重新提出订单。",
        )
    return row


def _line(session: Session, line: Mapping[str, Any], occasion: Occasion) -> tuple[Item, float, Any]:
    item: Item = _by_code(session, Item, required(line, "item"))
    if item.discontinued_on is not None and item.discontinued_on <= occasion.today:
        raise RecordConflict(
            f"{item.code} was discontinued on {item.discontinued_on}; remove it from the order.",
            f"{item.code} 已于 {item.discontinued_on} 停产，请从订单中移除。",
        )
    return item, quantity_of(line), money_of(line)


def _note(reason: object) -> str:
    """The reason may be a sentence or the same sentence in both languages."""
    if isinstance(reason, Mapping):
        return str(reason.get("en") or "")
    return str(reason or "")


def _effect(
    order: PurchaseOrder, supplier: Supplier, lines: list[tuple[Item, float, Any]]
) -> Effect:
    effect = Effect(order=order.number)
    effect.created(order, order.number, supplier=supplier.code, status=order.status)
    for line, (item, quantity, unit_cost) in zip(order.lines, lines, strict=True):
        effect.created(
            line,
            f"{order.number}/{line.line_no}",
            item=item.code,
            quantity=quantity,
            unit_cost=unit_cost,
            requested_on=line.requested_on,
        )
    return effect
