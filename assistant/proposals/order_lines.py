"""Applying a change to a line of a purchase order, exactly as it was shown or not at all.

A proposal names the version of the line it was computed on and the old values a person saw; when
either no longer holds, nothing is changed and the planner is told why.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from assistant.proposals.effect import Effect, Occasion
from assistant.proposals.values import day_of, money_of, quantity_of, required
from tools.data.schema import (
    OPEN_STATUSES,
    Item,
    OrderStatus,
    Promise,
    PurchaseOrder,
    PurchaseOrderLine,
    Receipt,
)
from tools.errors import InvalidInput, RecordConflict

QUANTITY_TOLERANCE = 1e-6


class OpenLine:
    """A line that is still to be delivered, locked for this transaction."""

    def __init__(self, session: Session, payload: Mapping[str, Any]) -> None:
        self.session = session
        self.order, self.line = _find(session, payload)
        self.label = f"{self.order.number}/{self.line.line_no}"
        self.received = float(
            session.scalar(
                select(func.coalesce(func.sum(Receipt.quantity), 0.0)).where(
                    Receipt.line_id == self.line.id
                )
            )
            or 0.0
        )
        self.effect = Effect(order=self.order.number)
        if self.order.status not in OPEN_STATUSES or self.outstanding <= 0:
            raise RecordConflict(
                f"Nothing is outstanding on line {self.line.line_no} of {self.order.number} "
                f"any more, so it cannot be changed.",
                f"{self.order.number} 第 {self.line.line_no} 行已无未到数量，不能再更改。",
            )

    @property
    def outstanding(self) -> float:
        return self.line.quantity - self.line.cancelled_quantity - self.received

    def set(self, name: str, value: Any) -> None:
        self.effect.set(self.line, self.label, name, value)

    def promise(self, day: dt.date, quantity: float, occasion: Occasion) -> None:
        """The supplier committed to a day: on the line, and in the history of promises."""
        self.set("promised_on", day)
        self.session.add(
            Promise(
                line_id=self.line.id,
                stated_at=occasion.at,
                promised_on=day,
                quantity=quantity,
                message_id=occasion.message_id,
            )
        )


def apply_to_line(
    session: Session, kind: str, payload: Mapping[str, Any], occasion: Occasion
) -> Effect:
    """Apply a change of `kind` (a `ProposalKind` value that concerns one line)."""
    target = OpenLine(session, payload)
    old, new = payload.get("old") or {}, required(payload, "new")
    _expect_old_values(target, old)
    _APPLY[kind](target, new, occasion)
    target.line.version += 1
    _settle(target)
    return target.effect


def _find(session: Session, payload: Mapping[str, Any]) -> tuple[PurchaseOrder, PurchaseOrderLine]:
    number, line_no = required(payload, "order"), required(payload, "line_no")
    row = session.execute(
        select(PurchaseOrder, PurchaseOrderLine)
        .join(PurchaseOrderLine, PurchaseOrderLine.order_id == PurchaseOrder.id)
        .where(PurchaseOrder.number == str(number), PurchaseOrderLine.line_no == int(line_no))
        .with_for_update()
    ).first()
    if row is None:
        raise RecordConflict(
            f"{number} has no line {line_no}; read the message again.",
            f"{number} 没有第 {line_no} 行，请重新读取消息。",
        )
    order, line = row
    item = session.scalar(select(Item.code).where(Item.id == line.item_id))
    if payload.get("item") not in (None, item) or line.version != payload.get("version"):
        raise RecordConflict(
            f"Line {line_no} of {number} was changed after this was proposed; read it again.",
            f"{number} 第 {line_no} 行在提议之后已被更改，请重新读取。",
        )
    return order, line


def _expect_old_values(target: OpenLine, old: Mapping[str, Any]) -> None:
    """Belt and braces beside the version: an import may have changed the line."""
    line, currency = target.line, target.order.currency
    shown: dict[str, Callable[[Any], bool]] = {
        "promised_on": lambda value: value == (line.promised_on and line.promised_on.isoformat()),
        "quantity": lambda value: any(
            abs(float(value) - now) < QUANTITY_TOLERANCE
            for now in (line.quantity, line.quantity - line.cancelled_quantity, target.outstanding)
        ),
        "unit_cost": lambda value: money_of({"unit_cost": value}) == line.unit_cost,
        "currency": lambda value: value == currency,
    }
    for name, holds in shown.items():
        if old.get(name) is not None and not holds(old[name]):
            raise RecordConflict(
                f"The {name.replace('_', ' ')} of line {line.line_no} of {target.order.number} "
                f"is no longer {old[name]}; read it again.",
                f"{target.order.number} 第 {line.line_no} 行的 {name} 已不是 {old[name]}，"
                f"请重新读取。",
            )


def _change_date(target: OpenLine, new: Mapping[str, Any], occasion: Occasion) -> None:
    target.promise(day_of(new, "promised_on"), target.outstanding, occasion)


def _change_quantity(target: OpenLine, new: Mapping[str, Any], occasion: Occasion) -> None:
    quantity = quantity_of(new)
    least = target.received + target.line.cancelled_quantity
    if quantity < least - QUANTITY_TOLERANCE:
        raise RecordConflict(
            f"Line {target.line.line_no} of {target.order.number} cannot become {quantity:g}: "
            f"{least:g} is already received or cancelled.",
            f"{target.order.number} 第 {target.line.line_no} 行不能改为 {quantity:g}，"
            f"已到货或取消 {least:g}。",
        )
    target.set("quantity", quantity)
    if new.get("promised_on"):
        target.promise(day_of(new, "promised_on"), target.outstanding, occasion)


def _change_price(target: OpenLine, new: Mapping[str, Any], occasion: Occasion) -> None:
    del occasion
    currency = new.get("currency") or target.order.currency
    if currency != target.order.currency:
        raise InvalidInput(
            f"{target.order.number} is in {target.order.currency}; a price in {currency} cannot be "
            f"set on it.",
            f"{target.order.number} 的币种是 {target.order.currency}，不能设为 {currency} 的价格。",
        )
    target.set("unit_cost", money_of(new))


def _cancel(target: OpenLine, new: Mapping[str, Any], occasion: Occasion) -> None:
    del occasion
    cancelled = quantity_of(new, "cancelled_quantity")
    most = target.line.quantity - target.received
    if cancelled > most + QUANTITY_TOLERANCE:
        raise RecordConflict(
            f"Only {most:g} of line {target.line.line_no} of {target.order.number} can still be "
            f"cancelled.",
            f"{target.order.number} 第 {target.line.line_no} 行最多还能取消 {most:g}。",
        )
    target.set("cancelled_quantity", cancelled)


def _split(target: OpenLine, new: Mapping[str, Any], occasion: Occasion) -> None:
    parts = [(quantity_of(part), day_of(part, "promised_on")) for part in required(new, "parts")]
    total = sum(quantity for quantity, _ in parts)
    if len(parts) < 2 or abs(total - target.outstanding) > QUANTITY_TOLERANCE:
        raise RecordConflict(
            f"The parts add up to {total:g}, but {target.outstanding:g} is outstanding on line "
            f"{target.line.line_no} of {target.order.number}.",
            f"各批合计 {total:g}，而 {target.order.number} 第 {target.line.line_no} 行"
            f"未到数量为 {target.outstanding:g}。",
        )
    first, day = parts[0]
    target.set("quantity", target.line.quantity - (total - first))
    target.promise(day, first, occasion)
    last = target.session.scalar(
        select(func.max(PurchaseOrderLine.line_no)).where(
            PurchaseOrderLine.order_id == target.order.id
        )
    )
    for offset, (quantity, promised_on) in enumerate(parts[1:], start=1):
        _add_part(target, (last or 0) + offset, quantity, promised_on, occasion)


def _add_part(
    target: OpenLine, line_no: int, quantity: float, promised_on: dt.date, occasion: Occasion
) -> None:
    line = PurchaseOrderLine(
        order_id=target.order.id,
        line_no=line_no,
        item_id=target.line.item_id,
        quantity=quantity,
        unit_cost=target.line.unit_cost,
        requested_on=target.line.requested_on,
        promised_on=promised_on,
    )
    line.promises.append(
        Promise(
            stated_at=occasion.at,
            promised_on=promised_on,
            quantity=quantity,
            message_id=occasion.message_id,
        )
    )
    target.session.add(line)
    target.effect.created(
        line, f"{target.order.number}/{line_no}", quantity=quantity, promised_on=promised_on
    )


def _confirm(target: OpenLine, new: Mapping[str, Any], occasion: Occasion) -> None:
    if new.get("quantity") is not None:
        settled = target.received + target.line.cancelled_quantity
        confirmed = quantity_of(new)
        known = (target.line.quantity, target.outstanding)
        if all(abs(confirmed - quantity) > QUANTITY_TOLERANCE for quantity in known):
            target.set("quantity", confirmed + settled)
    day = day_of(new, "promised_on") if new.get("promised_on") else target.line.requested_on
    target.promise(day, target.outstanding, occasion)
    if target.order.status in (OrderStatus.APPROVED, OrderStatus.SENT):
        target.effect.set(target.order, target.order.number, "status", OrderStatus.CONFIRMED)


def _settle(target: OpenLine) -> None:
    """Close the order when its last outstanding line was cancelled or reduced away."""
    target.session.flush()
    lines = target.session.execute(
        select(
            PurchaseOrderLine.quantity,
            PurchaseOrderLine.cancelled_quantity,
            func.coalesce(func.sum(Receipt.quantity), 0.0),
        )
        .outerjoin(Receipt, Receipt.line_id == PurchaseOrderLine.id)
        .where(PurchaseOrderLine.order_id == target.order.id)
        .group_by(
            PurchaseOrderLine.id, PurchaseOrderLine.quantity, PurchaseOrderLine.cancelled_quantity
        )
    ).all()
    if any(q - c - r > QUANTITY_TOLERANCE for q, c, r in lines):
        return
    received = any(r > 0 for _, _, r in lines)
    status = OrderStatus.RECEIVED if received else OrderStatus.CANCELLED
    target.effect.set(target.order, target.order.number, "status", status)


_APPLY: dict[str, Callable[[OpenLine, Mapping[str, Any], Occasion], None]] = {
    "change_date": _change_date,
    "change_quantity": _change_quantity,
    "change_price": _change_price,
    "cancel_line": _cancel,
    "split_line": _split,
    "confirm_line": _confirm,
}
