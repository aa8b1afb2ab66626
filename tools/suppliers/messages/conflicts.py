"""What does not add up between a message and the records, said before anything is proposed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from tools.suppliers.messages.candidates import Hints
from tools.suppliers.messages.schema import EventKind
from tools.suppliers.messages.values import ReadEvent, due_date
from tools.text import Text

K = EventKind
FAR_PRICE = Decimal("0.3")
"""A price that differs by more from the one agreed is questioned."""


def line_conflicts(event: ReadEvent, line: Mapping[str, Any], hints: Hints) -> list[Text]:
    """Conflicts of one event with one order line."""
    found: list[Text] = []
    label = f"{line['order']}/{line['line_no']}"
    if hints.supplier and line["supplier"] != hints.supplier:
        found.append(
            Text(
                f"{line['order']} was placed with {line['supplier']}, not with the sender.",
                f"{line['order']} 的供应商是 {line['supplier']}，不是发件人。",
            )
        )
    if float(line["outstanding"]) <= 0 and event.kind is not K.INVOICE:
        state = (
            Text("is cancelled", "已取消")
            if line["status"] == "cancelled"
            else Text("has been received in full", "已全部到货")
        )
        found.append(Text(f"{label} {state.en}.", f"{label} {state.zh}。"))
    found += _date_conflicts(event, line, hints, label)
    quantity = event.reading("quantity")
    outstanding = float(line["outstanding"])
    if isinstance(quantity, Mapping) and event.kind in _COUNTED:
        told = float(quantity["value"])
        if 0 < outstanding < told:
            found.append(
                Text(
                    f"The message speaks of {told:g}, but only {outstanding:g} is outstanding on "
                    f"{label}.",
                    f"消息中的数量是 {told:g}，而 {label} 未到数量只有 {outstanding:g}。",
                )
            )
    found += _price_conflicts(event, line, label)
    return found


_COUNTED = frozenset(
    {K.CONFIRMATION, K.SPLIT, K.PARTIAL, K.CANCELLATION, K.SHIPMENT, K.DELAY, K.EARLY}
)


def _date_conflicts(
    event: ReadEvent, line: Mapping[str, Any], hints: Hints, label: str
) -> list[Text]:
    base = line["due_on"].date() if line.get("due_on") is not None else None
    day = due_date(event, hints.today, base)
    if day is None:
        return []
    if day < line["ordered_on"].date():
        return [
            Text(
                f"The date {day.isoformat()} lies before {label} was ordered.",
                f"日期 {day.isoformat()} 早于 {label} 的下单日。",
            )
        ]
    if day < hints.today and event.kind is not K.SHIPMENT:
        return [
            Text(
                f"The date {day.isoformat()} is already past.", f"日期 {day.isoformat()} 已经过去。"
            )
        ]
    if base is not None and event.kind is K.DELAY and day < base:
        return [
            Text(
                f"The message speaks of a delay, but {day.isoformat()} is earlier than the "
                f"{base.isoformat()} we expect.",
                f"消息说延期，但 {day.isoformat()} 早于我们预计的 {base.isoformat()}。",
            )
        ]
    return []


def _price_conflicts(event: ReadEvent, line: Mapping[str, Any], label: str) -> list[Text]:
    price = event.reading("price")
    if not isinstance(price, Mapping) or "value" not in price or event.kind is K.INVOICE:
        return []
    if price["currency"] and price["currency"] != line["currency"]:
        return [
            Text(
                f"The price is in {price['currency']}, {label} is in {line['currency']}.",
                f"价格币种为 {price['currency']}，而 {label} 为 {line['currency']}。",
            )
        ]
    agreed, told = Decimal(str(line["unit_cost"])), Decimal(str(price["value"]))
    if agreed > 0 and abs(told / agreed - 1) > FAR_PRICE:
        return [
            Text(
                f"The price {told.normalize():f} is far from the {agreed.normalize():f} agreed on "
                f"{label}.",
                f"价格 {told.normalize():f} 与 {label} 约定的 {agreed.normalize():f} 相差很大。",
            )
        ]
    return []


def ambiguities(event: ReadEvent) -> list[Text]:
    """Values that can be read in more than one way, with all readings."""
    found: list[Text] = []
    for values in event.values.values():
        for value in values:
            if not value.ambiguous:
                continue
            shown = [_plain(reading) for reading in value.readings]
            found.append(
                Text(
                    f"“{value.text}” may mean {' or '.join(shown)}; the first is assumed.",
                    f"“{value.text}”可能是{'或'.join(shown)}，暂按前者理解。",
                )
            )
    return found


def _plain(reading: Any) -> str:
    if isinstance(reading, Mapping):
        parts = [f"{v:g}" if isinstance(v, float) else str(v) for v in reading.values() if v]
        return " ".join(parts)
    return reading.isoformat() if isinstance(reading, dt.date) else str(reading)
