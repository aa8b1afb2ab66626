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
Described = Mapping[str, str | tuple[str, ...]]
"""Role -> slot text, or several wordings that are equally right."""
ITEM = ("{code}", "{item_zh}", "{item}", "{their_code}")
"""Whatever the message calls the item."""


@dataclass(frozen=True)
class Template:
    """A message to be filled in; `events` maps field names to slot texts such as `{date:%d %B}`."""

    subject: str
    body: str
    events: tuple[Described, ...] = ()
    """Each has the keys `kind` and `certainty`, and the roles of a supplier event."""
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
    """What `text`, the filled-in subject and body, means.

    Every event has its kind, its certainty, per role the accepted wordings that stand in the text,
    and under `values` what the first of them means.
    """
    return [_true_event(slots, described, text) for described in template.events]


def _true_event(slots: Slots, described: Described, text: str) -> dict[str, Any]:
    event: dict[str, Any] = {}
    values: dict[str, Any] = {}
    for role, shown in described.items():
        if role in ("kind", "certainty"):
            event[role] = shown
            continue
        wordings = (shown,) if isinstance(shown, str) else shown
        event[role] = [words for w in wordings if (words := slots.fill(w)) in text]
        if not event[role]:
            raise ValueError(f"the message does not say its {role}, {slots.fill(wordings[0])!r}")
        values[role] = slots.value(wordings[0])
    return {**event, "values": values}
