"""When two sets of arguments mean the same: names resolved, values parsed, defaults left out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any

from assistant.agent.glossary import Glossary
from assistant.models.prompt import slots
from assistant.models.state import ENTITY_SLOTS
from assistant.training.cases import WantedTurn
from tools.arguments import OUTCOMES, TOOLS
from tools.data.catalogue import Catalogue
from tools.errors import ToolError
from tools.values import (
    fold,
    parse_change,
    parse_delay,
    parse_fraction,
    parse_money,
    parse_period,
    parse_quantity,
)

Parse = Callable[[str, dt.date], object]
_PARSERS: Mapping[str, Parse] = {
    "period": parse_period,
    "horizon": parse_period,
    "budget": lambda text, _: parse_money(text).value,
    "service_level": lambda text, _: parse_fraction(text),
    "demand_change": lambda text, _: round(parse_change(text), 4),
    "delay": lambda text, _: parse_delay(text),
    "quantity": lambda text, _: parse_quantity(text).value,
}
_ARTICLES = ("the ", "our ", "a ", "an ", "my ", "those ", "these ", "for ", "in ", "at ", "of ")
_LIMIT = 400


def right_outcome(outcome: str, wanted: WantedTurn) -> bool:
    return outcome in wanted.outcomes


def wrong_arguments(
    outcome: str,
    arguments: Mapping[str, Any],
    wanted: WantedTurn,
    catalogue: Catalogue | None,
    today: dt.date,
) -> list[str]:
    """Names of the arguments that differ in meaning; none when the call is right."""
    given = _given(outcome, arguments)
    wrong = []
    for name in sorted({*given, *wanted.arguments}):
        options = wanted.arguments.get(name, ())
        value = given.get(name)
        if not options:
            wrong.append(name)
        elif value is None:
            defaults = {str(_default(outcome, name)), "", "None"}
            if not defaults & set(options):
                wrong.append(name)
        elif not any(_same(name, value, option, catalogue, today) for option in options):
            wrong.append(name)
    return wrong


def _given(outcome: str, arguments: Mapping[str, Any]) -> dict[str, str]:
    """Arguments that say something: absent and default values are left out."""
    return {
        name: str(value)
        for name, value in arguments.items()
        if value not in (None, "") and value != _default(outcome, name)
    }


def _default(outcome: str, name: str) -> Any:
    model = (TOOLS | OUTCOMES).get(outcome)
    info = model.model_fields.get(name) if model else None
    # A refusal's reason has no neutral value: the default counts like any other.
    return info.default if info is not None and outcome in TOOLS else None


def _same(name: str, value: str, option: str, catalogue: Catalogue | None, today: dt.date) -> bool:
    if _plain(value) == _plain(option):
        return True
    if name in ENTITY_SLOTS:
        mine, theirs = _codes(value, name, catalogue), _codes(option, name, catalogue)
        return bool(mine) and mine == theirs
    if name == "term":
        return _same_term(value, option)
    if name in _PARSERS:
        mine_value = _parsed(name, value, today)
        return mine_value is not None and mine_value == _parsed(name, option, today)
    return False


def _parsed(name: str, text: str, today: dt.date) -> object | None:
    try:
        return _PARSERS[name](text[:_LIMIT], today)
    except ToolError:
        return None


def _codes(text: str, kind: str, catalogue: Catalogue | None) -> frozenset[str]:
    """Codes a name may mean, a category included."""
    if catalogue is None:
        return frozenset()
    kinds = ("item", "category") if kind == "item" else (kind,)
    found = [e for k in kinds for e in catalogue.search(text, k)]  # type: ignore[arg-type]
    return frozenset(f"{entity.kind}:{entity.code}" for entity in found)


def _same_term(value: str, option: str) -> bool:
    entries = [Glossary.load(lang).find(text) for text in (value, option) for lang in ("en", "zh")]
    mine = {e.key for e in entries[:2] if e}
    theirs = {e.key for e in entries[2:] if e}
    return bool(mine & theirs) or _plain(option) in _plain(value)


def _plain(text: str) -> str:
    folded = fold(text).strip(" .,?!，。？！的")
    for article in _ARTICLES:
        folded = folded.removeprefix(article)
    return folded


def argument_names(outcome: str) -> list[str]:
    """Arguments of an outcome, in the order of its schema."""
    return [name for name, _ in slots(outcome)]
