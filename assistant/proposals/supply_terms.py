"""Applying changed supply terms: a new period begins, the old one is closed the day before."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from assistant.proposals.effect import Effect, Occasion
from assistant.proposals.values import day_of, money_of, quantity_of, required
from tools.data.schema import Item, PriceBreak, Supplier, SupplyTerm
from tools.errors import InvalidInput, RecordConflict

_FIELDS = ("unit_cost", "currency", "moq", "pack_size", "lead_time_days", "weekly_capacity")


def change_terms(session: Session, payload: Mapping[str, Any], occasion: Occasion) -> Effect:
    """Copy the current terms with the new values, valid from `new.valid_from` (or today)."""
    supplier, item = str(required(payload, "supplier")), str(required(payload, "item"))
    old, new = payload.get("old") or {}, required(payload, "new")
    valid_from = day_of(new, "valid_from") if new.get("valid_from") else occasion.today
    current = _current(session, supplier, item, valid_from)
    values = {name: _value(name, new) for name in _FIELDS if new.get(name) is not None}
    if not values:
        raise InvalidInput("The proposal changes no term.", "提议没有更改任何条款。")
    for name in _FIELDS:
        if old.get(name) is not None and _value(name, old) != getattr(current, name):
            raise RecordConflict(
                f"The terms of {supplier} for {item} are no longer what was shown; read again.",
                f"{supplier} 对 {item} 的供货条款已与显示的不同，请重新读取。",
            )
    return _begin(session, current, values, valid_from, f"{supplier}/{item}")


def _current(session: Session, supplier: str, item: str, day: dt.date) -> SupplyTerm:
    term = session.scalars(
        select(SupplyTerm)
        .join(Supplier, SupplyTerm.supplier_id == Supplier.id)
        .join(Item, SupplyTerm.item_id == Item.id)
        .where(Supplier.code == supplier, Item.code == item, SupplyTerm.valid_from <= day)
        .where(SupplyTerm.valid_to.is_(None) | (SupplyTerm.valid_to >= day))
        .order_by(SupplyTerm.valid_from.desc())
        .with_for_update(of=SupplyTerm)
        .limit(1)
    ).first()
    if term is None:
        raise RecordConflict(
            f"There are no terms of {supplier} for {item} on {day}.",
            f"{day} 没有 {supplier} 对 {item} 的供货条款。",
        )
    return term


def _begin(
    session: Session,
    current: SupplyTerm,
    values: Mapping[str, Any],
    valid_from: dt.date,
    label: str,
) -> Effect:
    effect = Effect()
    if current.valid_from == valid_from:
        for name, value in values.items():
            effect.set(current, label, name, value)
        return effect
    successor = SupplyTerm(
        item_id=current.item_id,
        supplier_id=current.supplier_id,
        valid_from=valid_from,
        valid_to=current.valid_to,
        preferred=current.preferred,
        supplier_item_code=current.supplier_item_code,
        **{name: values.get(name, getattr(current, name)) for name in _FIELDS},
    )
    if "unit_cost" not in values:
        successor.breaks = [
            PriceBreak(min_quantity=step.min_quantity, unit_cost=step.unit_cost)
            for step in current.breaks
        ]
    for name, value in values.items():
        effect.record(successor, label, name, getattr(current, name), value)
    effect.record(successor, label, "valid_from", current.valid_from, valid_from)
    current.valid_to = valid_from - dt.timedelta(days=1)
    session.add(successor)
    return effect


def _value(name: str, values: Mapping[str, Any]) -> Decimal | float | int | str:
    if name == "unit_cost":
        return money_of(values)
    if name == "currency":
        return str(values[name])
    number = quantity_of(values, name)
    return int(number) if name == "lead_time_days" else number
