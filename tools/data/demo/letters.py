"""Letters with slots: a text to fill in and the typed events it means.

An event names the slot text of each of its fields, so that the truth holds, for every value, the
exact words of the message it comes from.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

SLOT = re.compile(r"\{(\w+)")


@dataclass(frozen=True)
class Template:
    """A message to be filled in; `events` maps field names to slot texts such as `{date:%d %B}`."""

    subject: str
    body: str
    events: tuple[Mapping[str, str], ...] = ()
    """Each has the keys `kind` and `certainty`, and any of order, item, quantity, date, …"""
    sender: str = ""
    """A foreign address, when the message does not come from the supplier's own."""
    minimum: int = 0
    """Outstanding units the order line needs for the message to make sense."""


@dataclass
class Slots:
    """What a message can say about one order line."""

    values: dict[str, Any] = field(default_factory=dict)

    def fill(self, text: str) -> str:
        return text.format(**self.values)

    def value(self, text: str) -> Any:
        """JSON-ready value of the slot that `text` shows."""
        found = SLOT.search(text)
        if found is None:
            return text
        name = found.group(1)
        value = self.values[ALIASES.get(name, name)]
        return value.isoformat() if isinstance(value, dt.date) else value


ALIASES = {
    "date_zh": "date",
    "later_zh": "later",
    "first_zh": "first",
    "from_zh": "from_day",
    "until_zh": "until_day",
    "quantity_text": "quantity",
    "item": "code",
    "item_zh": "code",
}
"""Slots that show the value of another slot in words."""


def true_events(slots: Slots, template: Template, text: str) -> list[dict[str, Any]]:
    """What `text`, the filled-in `template`, means; every field with the words that say it."""
    events: list[dict[str, Any]] = []
    for described in template.events:
        event: dict[str, Any] = {"kind": described["kind"], "certainty": described["certainty"]}
        spans: dict[str, str] = {}
        for name, shown in described.items():
            if name in ("kind", "certainty"):
                continue
            words = slots.fill(shown)
            if words not in text:
                raise ValueError(f"{words!r} does not occur in the message {template.subject!r}")
            event[name], spans[name] = slots.value(shown), words
        events.append({**event, "spans": spans})
    return events
