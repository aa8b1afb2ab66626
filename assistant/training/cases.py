"""Evaluation cases: one JSON object a line, in a format a planner can write by hand.

    {"lang": "en", "text": "how many scarves are left", "outcome": "stock_status",
     "arguments": {"item": "scarves"}}
    {"lang": "zh", "turns": [{"text": …, "outcome": …, "arguments": …}, …]}
    {"lang": "en", "text": "<a supplier's message>", "events": [{"kind": "delay", …}]}

`outcome` is a tool or ask / decline / none / concept; several acceptable ones are joined by "|", as
are acceptable values of an argument. Arguments that are not listed must be absent or default.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tools.errors import InvalidInput

_TEXT = ("text", "message", "question", "user", "input", "utterance")
_OUTCOME = ("outcome", "tool", "expected", "name", "label")
_ARGUMENTS = ("arguments", "args", "parameters", "slots")
_CHINESE = re.compile(r"[\u4e00-\u9fff]")


@dataclass(frozen=True, slots=True)
class WantedTurn:
    """A message and what should be made of it; several outcomes and values may be right."""

    text: str
    outcomes: tuple[str, ...]
    arguments: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Case:
    """A question (one turn) or a dialogue."""

    language: str
    turns: tuple[WantedTurn, ...]
    tag: str = ""

    @property
    def is_dialogue(self) -> bool:
        return len(self.turns) > 1


def load(paths: Iterable[Path]) -> tuple[list[Case], list[dict[str, Any]]]:
    """Questions and dialogues, and supplier messages, of JSON-lines files.

    Raises:
        InvalidInput: a file or a line that cannot be read, named by its number.
    """
    cases: list[Case] = []
    messages: list[dict[str, Any]] = []
    for path in paths:
        try:
            lines = path.read_text(encoding="utf-8-sig").splitlines()
        except (OSError, UnicodeDecodeError) as error:
            raise InvalidInput(f"The cases in {path} cannot be read: {error}.") from error
        for number, line in enumerate(lines, 1):
            if not line.strip() or line.lstrip().startswith(("#", "//")):
                continue
            try:
                row = json.loads(line)
                if "events" in row:
                    messages.append(_message(row))
                else:
                    cases.append(_case(row))
            except (ValueError, KeyError, TypeError, AttributeError) as error:
                raise InvalidInput(
                    f"Line {number} of {path.name} is not a case ({error}); see docs/model.md."
                ) from error
    return cases, messages


def _message(row: dict[str, Any]) -> dict[str, Any]:
    text = _first(row, _TEXT)
    return {**row, "text": text, "lang": _language(row, str(text))}


def _case(row: Mapping[str, Any]) -> Case:
    turns = row.get("turns") or row.get("dialogue") or row.get("messages") or [row]
    wanted = tuple(_turn(turn) for turn in turns if turn.get("role") != "assistant")
    language = _language(row, wanted[0].text)
    return Case(language, wanted, str(row.get("tag", row.get("group", ""))))


def _turn(row: Mapping[str, Any]) -> WantedTurn:
    outcome = _first(row, _OUTCOME)
    options = outcome if isinstance(outcome, list) else str(outcome).split("|")
    arguments = next((row[key] for key in _ARGUMENTS if key in row), None) or {}
    return WantedTurn(
        str(_first(row, _TEXT)),
        tuple(str(option).strip() for option in options),
        {name: _values(value) for name, value in arguments.items() if value is not None},
    )


def _values(value: object) -> tuple[str, ...]:
    if isinstance(value, Sequence) and not isinstance(value, str):
        return tuple(str(option) for option in value)
    return tuple(option.strip() for option in str(value).split("|"))


def _first(row: Mapping[str, Any], names: Sequence[str]) -> Any:
    for name in names:
        if name in row:
            return row[name]
    raise KeyError(f"it has none of {', '.join(names)}")


def _language(row: Mapping[str, Any], text: str) -> str:
    given = str(row.get("lang") or row.get("language") or "")
    if given:
        return "zh" if given.lower().startswith(("zh", "cn", "ch")) else "en"
    return "zh" if _CHINESE.search(text) else "en"
