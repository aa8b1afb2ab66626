"""Finding the order line that an event speaks of, and saying so when it is not certain.

An order number decides, also with one slip of the finger; without a number the item, then the
quantity, among what this sender still owes us. Several fitting lines are candidates to show, never
a choice made in silence.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import pandas as pd
from rapidfuzz.distance import DamerauLevenshtein

from tools.data.catalogue import Catalogue
from tools.data.entities import compact
from tools.suppliers.messages.candidates import Hints
from tools.suppliers.messages.schema import EventKind
from tools.suppliers.messages.values import ReadEvent
from tools.text import Text
from tools.values import fold

How = Literal["number", "typo", "item", "quantity", "sender", "none"]
K = EventKind
_WHOLE_ORDER = frozenset(
    {K.CONFIRMATION, K.DELAY, K.EARLY, K.DELIVERY_DATE, K.CANCELLATION, K.SHIPMENT}
)
"""What is said of an order without naming an item holds for all its open lines."""
_LINELESS = frozenset(
    {K.PRICE_BREAK, K.MOQ_CHANGE, K.PACK_CHANGE, K.LEAD_TIME_CHANGE, K.SHUTDOWN, K.OFFER,
     K.BANK_CHANGE, K.CONTACT_CHANGE, K.NOTHING}
)  # fmt: skip


@dataclass(frozen=True)
class Link:
    """The lines (rows of the orders frame) of one event; empty when none is certain."""

    lines: tuple[dict[str, Any], ...] = ()
    candidates: tuple[dict[str, Any], ...] = ()
    """Lines that fit as well, when no single one does."""
    how: How = "none"
    items: tuple[str, ...] = ()
    """Item codes the event names, with or without a line."""
    notes: tuple[Text, ...] = field(default=())


def link(event: ReadEvent, lines: pd.DataFrame, catalogue: Catalogue, hints: Hints) -> Link:
    """Link one event to `lines` (of `tools.suppliers.orders.lines`)."""
    items = item_codes(event, catalogue, hints)
    if event.kind in _LINELESS or (event.kind is K.PRICE_CHANGE and not event.first("order")):
        return Link(items=items)
    notes: list[Text] = []
    number = event.first("order")
    if number is not None:
        own, how, said = _by_number(number.text, lines, hints)
        notes += said
        if own.empty:
            return Link(items=items, notes=tuple(notes))
        return _within(event, own, items, how, notes)
    mine = lines[lines["outstanding"] > 0]
    if hints.supplier:
        mine = mine[mine["supplier"] == hints.supplier]
    elif not items:
        return Link(items=items)
    if items:
        return _within(event, mine[mine["item"].isin(items)], items, "item", notes)
    quantity = _quantity(event)
    if quantity is not None:
        return _within(event, mine[mine["outstanding"] == quantity], items, "quantity", notes)
    if mine["order"].nunique() == 1:
        return _within(event, mine, items, "sender", notes)
    return Link(items=items)


def item_codes(event: ReadEvent, catalogue: Catalogue, hints: Hints) -> tuple[str, ...]:
    """Codes of the items that the event's words name; several when the words fit several."""
    value = event.first("item")
    if value is None:
        return ()
    learnt = {fold(word): code for word, code in hints.vocabulary.items()}
    if (code := learnt.get(fold(value.text))) is not None:
        return (code,)
    found = catalogue.search(value.text, "item")
    if not found:
        found = [e for m in catalogue.mentions(value.text) for e in m.entities if e.kind == "item"]
    return tuple(dict.fromkeys(entity.code for entity in found))


def _by_number(
    words: str, lines: pd.DataFrame, hints: Hints
) -> tuple[pd.DataFrame, How, list[Text]]:
    written = compact(words)
    numbers = [str(number) for number in lines["order"].unique()]
    exact = [n for n in numbers if compact(n) == written]
    if not exact and written.isdigit():
        exact = [n for n in numbers if _digits(n) == written]
    if exact:
        return lines[lines["order"].isin(exact)], "number", []
    open_lines = lines[lines["outstanding"] > 0]
    if hints.supplier:
        open_lines = open_lines[open_lines["supplier"] == hints.supplier]
    near = [n for n in map(str, open_lines["order"].unique()) if _one_slip(written, compact(n))]
    if len(near) == 1:
        note = Text(
            f"The message says {words}, which we do not have; {near[0]} differs by one sign and is "
            "an open order of this supplier.",
            f"消息中写的是{words}，系统中没有；{near[0]} 只差一个字符，是该供应商的未完成订单。",
        )
        return lines[lines["order"] == near[0]], "typo", [note]
    note = Text(f"There is no order {words} in the records.", f"系统中没有订单 {words}。")
    return lines.iloc[:0], "none", [note]


def _digits(number: str) -> str:
    return "".join(c for c in number if c.isdigit())


def _one_slip(written: str, number: str) -> bool:
    """One wrong, missing, doubled or swapped sign; O for 0 and l for 1 are no slip at all."""
    table = str.maketrans("oil", "011")
    a, b = written.translate(table), number.translate(table)
    if len(written) < 4:
        return False
    if written.isdigit():
        b = _digits(number)
    return DamerauLevenshtein.distance(a, b) <= 1


def _within(
    event: ReadEvent, own: pd.DataFrame, items: Sequence[str], how: How, notes: list[Text]
) -> Link:
    """Narrow the lines of an order (or of a sender) by line number, item and quantity."""
    chosen = own
    line_no = event.reading("line")
    if isinstance(line_no, int) and line_no in set(chosen["line_no"]):
        chosen = chosen[chosen["line_no"] == line_no]
    elif items:
        named = chosen[chosen["item"].isin(items)]
        if named.empty and how in ("number", "typo"):
            value = event.first("item")
            words = value.text if value else ""
            order = str(own["order"].iloc[0])
            notes.append(
                Text(f"{order} has no line of {words}.", f"{order} 中没有“{words}”这一行。")
            )
            if value is not None and not value.inherited:
                return Link(candidates=_rows(own), items=tuple(items), notes=tuple(notes))
        else:
            chosen = named
    still = chosen[chosen["outstanding"] > 0]
    if not still.empty:
        chosen = still
    quantity = _quantity(event)
    if len(chosen) > 1 and quantity is not None:
        fitting = chosen[(chosen["outstanding"] == quantity) | (chosen["quantity"] == quantity)]
        chosen = fitting if len(fitting) else chosen
    if len(chosen) == 1:
        return Link(_rows(chosen), how=how, items=tuple(items), notes=tuple(notes))
    whole = event.kind in _WHOLE_ORDER and quantity is None and not items
    if how in ("number", "typo", "sender") and whole and chosen["order"].nunique() == 1:
        return Link(_rows(chosen), how=how, items=tuple(items), notes=tuple(notes))
    return Link(candidates=_rows(chosen), items=tuple(items), notes=tuple(notes))


def _quantity(event: ReadEvent) -> float | None:
    reading = event.reading("quantity")
    return float(reading["value"]) if isinstance(reading, dict) else None


def _rows(frame: pd.DataFrame) -> tuple[dict[str, Any], ...]:
    return tuple({str(k): v for k, v in row.items()} for row in frame.head(12).to_dict("records"))
