"""Spans into values: what the words of an event mean, every reading that is possible.

A reading that code cannot settle (`03/04/26`, `1.200`) is kept beside the likelier one, and the
planner is shown both.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from tools.errors import InvalidInput
from tools.suppliers.messages.candidates import Hints
from tools.suppliers.messages.cleaning import CleanMessage
from tools.suppliers.messages.schema import Certainty, EventKind, RawEvent, Role
from tools.values import find_amounts, find_dates, find_durations, find_quantities, fold
from tools.values.fractions import find_fraction
from tools.values.numbers import find_numbers


@dataclass(frozen=True, slots=True)
class Value:
    """One value of an event: the words, where they stand, and what they may mean.

    `readings` holds JSON-ready values, the likelier first: ISO dates, numbers, item-independent
    codes; money as `{"value": "3.20", "currency": "USD"}`, a quantity as `{"value", "unit"}`.
    """

    role: Role
    text: str
    start: int
    end: int
    original_start: int
    original_end: int
    readings: tuple[Any, ...]
    inherited: bool = False

    @property
    def reading(self) -> Any:
        """The likelier reading; None when the words mean nothing in this role."""
        return self.readings[0] if self.readings else None

    @property
    def ambiguous(self) -> bool:
        return len(self.readings) > 1


@dataclass(frozen=True)
class ReadEvent:
    """An event with its values; `quote` is the sender's own words, from the original."""

    kind: EventKind
    certainty: Certainty
    quote: str
    quote_start: int
    quote_end: int
    values: Mapping[Role, tuple[Value, ...]]

    def first(self, role: Role) -> Value | None:
        found = self.values.get(role, ())
        return found[0] if found else None

    def reading(self, role: Role) -> Any:
        """The likelier reading of the first value of `role`, None when the message says none."""
        value = self.first(role)
        return None if value is None else value.reading


def read_values(event: RawEvent, message: CleanMessage, hints: Hints) -> ReadEvent:
    """Turn the spans of `event` into values; a span without a reading keeps its words."""
    start, end = message.original_span(event.clause.start, event.clause.end)
    values: dict[Role, tuple[Value, ...]] = {}
    for role, spans in event.roles.items():
        values[role] = tuple(
            Value(
                role,
                span.of(message.text),
                span.start,
                span.end,
                *message.original_span(span.start, span.end),
                readings(role, message.text, span.start, span.end, hints),
                role in event.inherited,
            )
            for span in spans
        )
    return ReadEvent(event.kind, event.certainty, message.original[start:end], start, end, values)


def readings(role: Role, text: str, start: int, end: int, hints: Hints) -> tuple[Any, ...]:
    """JSON-ready readings of `text[start:end]` in `role`, the likelier first."""
    words = text[start:end]
    if role in ("date", "until"):
        # the words before decide between "by" and "after", so the match is sought in context
        around = text[max(0, start - 24) : end + 6]
        for match in find_dates(around, hints.today):
            if match.start <= min(24, start) < match.end:
                return tuple(day.isoformat() for day in match.readings)
        return tuple(day.isoformat() for m in find_dates(words, hints.today) for day in m.readings)
    if role == "duration":
        return tuple(match.days for match in find_durations(words))[:1]
    if role == "quantity":
        found = next(iter(find_quantities(words)), None)
        return tuple({"value": q.value, "unit": q.unit} for q in found.readings) if found else ()
    if role == "price":
        return _price(words, hints.supplier_currency)
    if role == "line":
        return tuple(int(number.value) for number in find_numbers(words))[:1]
    if role in ("order", "tracking"):
        return (fold(words).upper().strip(),)
    return (words.strip(),)


def _price(words: str, currency: str) -> tuple[Any, ...]:
    fraction = (
        find_fraction(words)
        if re.search(r"%|percent|per cent|pct|百分|个点", fold(words))
        else None
    )
    if fraction is not None:
        return ({"share": round(fraction[2], 6)},)
    try:
        amount = next(iter(find_amounts(words, bare=True)), None)
    except InvalidInput:
        return ()
    if amount is None:
        return ()
    return tuple(
        {
            "value": str(a.value.normalize() if a.value else Decimal(0)),
            "currency": a.currency or currency,
        }
        for a in amount.readings
    )


def due_date(event: ReadEvent, today: dt.date, base: dt.date | None) -> dt.date | None:
    """The day an event promises: its date, or `base` moved by its duration.

    A delay moves the promised day (`base`) later, an early delivery earlier; a delivery promise in
    days counts from today.
    """
    written = event.reading("date")
    if written is not None:
        return dt.date.fromisoformat(written)
    days = event.reading("duration")
    if not isinstance(days, int):
        return None
    if event.kind is EventKind.DELAY and base is not None:
        return base + dt.timedelta(days=days)
    if event.kind is EventKind.EARLY and base is not None:
        return base - dt.timedelta(days=days)
    if event.kind in (EventKind.DELAY, EventKind.EARLY):
        return None
    return today + dt.timedelta(days=days)
