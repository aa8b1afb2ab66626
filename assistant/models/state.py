"""What the conversation is about, kept in code and shown to the selector as one short line.

The model only says "the same again, but …" or "it"; which item, which supplier and which arguments
that means is decided here, so that no name has to survive in a model's memory.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

ORDINALS = {
    "first": 0, "1st": 0, "top": 0, "second": 1, "2nd": 1, "third": 2, "3rd": 2, "fourth": 3,
    "4th": 3, "fifth": 4, "5th": 4, "last": -1, "bottom": -1,
}  # fmt: skip
_CHINESE_ORDINAL = re.compile(r"第([一二三四五六七八九]|\d+)|最后|头一")
_ENGLISH_ORDINAL = re.compile(r"\b(" + "|".join(ORDINALS) + r")\b", re.IGNORECASE)
_NUMBERED = re.compile(r"(?:number|no\.?|#)\s?(\d+)", re.IGNORECASE)
ENTITY_SLOTS = ("item", "location", "supplier", "order")


@dataclass(frozen=True, slots=True)
class DialogueState:
    """The last turn: which tool ran, with which arguments, and what it was about.

    `focus` holds what "it" and "they" mean, by kind (item, location, supplier, order), as codes or
    names that the catalogue resolves. `listed` holds the items of the last table in their order.
    """

    tool: str = ""
    arguments: Mapping[str, Any] = field(default_factory=dict)
    focus: Mapping[str, str] = field(default_factory=dict)
    listed: Sequence[str] = ()

    def line(self) -> str:
        """How the selector sees the state; empty at the start of a conversation."""
        if not self.tool:
            return ""
        given = [name for name, value in self.arguments.items() if _is_given(value)]
        about = [name for name in ENTITY_SLOTS if self.focus.get(name) and name not in given]
        words = [self.tool, *given, *(f"+{name}" for name in about)]
        if self.listed:
            words.append("list")
        return f"({' '.join(words)})\n"

    def entity(self, slot: str) -> str | None:
        """What "it" means for an argument of this name."""
        value = self.focus.get(slot) or self.arguments.get(slot)
        return str(value) if _is_given(value) else None

    def ordinal(self, words: str) -> str | None:
        """The listed item that words such as "the second one" or 第二个 point at."""
        position = _position(words)
        if position is None or not -len(self.listed) <= position < len(self.listed):
            return None
        return self.listed[position]


def _is_given(value: object) -> bool:
    return value not in (None, "", "none", "any", "all", "levels", "demand")


def _position(words: str) -> int | None:
    if match := _NUMBERED.search(words):
        return int(match[1]) - 1
    if match := _CHINESE_ORDINAL.search(words):
        if match[1] is None:
            return -1 if match.group() == "最后" else 0
        return int(match[1]) - 1 if match[1].isdecimal() else "一二三四五六七八九".index(match[1])
    if match := _ENGLISH_ORDINAL.search(words):
        return ORDINALS[match[1].lower()]
    return None
