"""Grammars of the selector's and the extractor's answers, in llguidance's Lark dialect.

They guarantee form: a known outcome, its own arguments in order, enumerated values from the schema
and every other value an exact run of pieces of the message. Whether it is the right value is the
model's affair; that it was written by the planner is not left to the model.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence

from assistant.models.prompt import IT, UnseenTool, slots
from assistant.models.render import Rendered
from assistant.models.state import ENTITY_SLOTS, DialogueState

Values = Mapping[str, Mapping[str, float]]
"""Argument -> value ("" for absent) -> probability, from the second reader."""
SURE, UNLIKELY = 0.7, 0.02


def selection_grammar(
    rendered: Rendered,
    state: DialogueState,
    outcomes: Sequence[str],
    unseen: Sequence[UnseenTool] = (),
    values: Values | None = None,
    given: Mapping[str, Sequence[float]] | None = None,
) -> str:
    """Answers that fit the message, the state and the tools on offer.

    `values` and `given` (what the second reader thinks of enumerated and of copied arguments)
    narrow the choice when only one outcome is left.
    """
    schemas = {name: slots(name) for name in outcomes}
    for tool in unseen:
        choices = tool.choices or {}
        schemas[tool.name] = tuple((name, choices.get(name, ())) for name in tool.arguments)
    chunks = [piece.text for piece in rendered.pieces]
    rules = [f"start: {' | '.join(f'o{i}' for i in range(len(schemas)))}"]
    for position, (name, arguments) in enumerate(schemas.items()):
        options = [
            _enumerated(slot, choices, (values or {}).get(slot))
            if choices
            else _copied(slot, state, rendered, (given or {}).get(slot))
            for slot, choices in arguments
        ]
        rules.append(f"o{position}: {' '.join([_quoted(name), *filter(None, options)])}")
    if chunks:
        rules.append(f"SPAN: %regex {json.dumps({'substring_chunks': chunks}, ensure_ascii=False)}")
    return "\n".join(rules) + "\n"


def _enumerated(slot: str, choices: Sequence[str], shares: Mapping[str, float] | None) -> str:
    """One optional enumerated argument; a sure second reader settles it."""
    opening = _quoted(f"\n{slot}:")
    if not shares:
        return f"({opening} {_alternatives(choices)})?"
    best = max(shares, key=lambda value: shares[value])
    if shares[best] >= SURE:
        return f"{opening} {_quoted(f' {best}')}" if best else ""
    likely = [value for value in choices if shares.get(value, 0.0) >= UNLIKELY]
    return f"({opening} {_alternatives(likely)})?" if likely else ""


def _copied(
    slot: str, state: DialogueState, rendered: Rendered, shares: Sequence[float] | None
) -> str:
    """One optional argument that is a run of pieces, or points at the dialogue."""
    opening = _quoted(f"\n{slot}:")
    can_point = slot in ENTITY_SLOTS and state.entity(slot) is not None
    pointed = _quoted(f" {IT}")
    span = "SPAN" if rendered.pieces else ""
    if shares is not None:
        absent, written, it = shares
        if absent >= SURE:
            return ""
        if can_point and it >= SURE:
            return f"{opening} {pointed}"
        if span and written >= SURE:
            return f"{opening} {span}"
    values = [value for value in (span, pointed if can_point else "") if value]
    return f"({opening} ({' | '.join(values)}))?" if values else ""


def _alternatives(values: Iterable[str]) -> str:
    return f"({' | '.join(_quoted(f' {value}') for value in values)})"


def _quoted(text: str) -> str:
    return json.dumps(text)
