"""From a planner's words to one tool call.

The narrow model chooses and points; everything it left to code is settled here: placeholders become
the words they stand for, "it" and "the second one" become codes of the dialogue state, "again"
becomes the last call with the new arguments. A name the catalogue knows goes to the argument of its
kind, whatever the model called it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from assistant.models.grammar import selection_grammar
from assistant.models.intent import IntentReader
from assistant.models.narrow import Decoded, Grammar
from assistant.models.prompt import AGAIN, IT, UnseenTool, parse_answer, selection_prompt, slots
from assistant.models.render import PLACEHOLDERS, Rendered, Span, render
from assistant.models.state import ENTITY_SLOTS, DialogueState
from assistant.models.tidy import only_names, tidy
from tools.arguments import OUTCOMES, TOOLS

ALL_OUTCOMES = (*TOOLS, *OUTCOMES, AGAIN)
FALLBACK_TOOLS = {
    "service_level": "recommend_orders", "budget": "recommend_orders", "quantity": "what_if",
    "demand_change": "what_if", "delay": "what_if", "horizon": "forecast",
    "period": "sales_history", "order": "purchase_orders", "supplier": "supplier_performance",
}  # fmt: skip
"""Which tool takes an argument that the last tool does not have."""
SCENARIO = {"demand_change", "delay", "quantity", "service_level"}
"""A new what-if replaces the last one."""
ELLIPTICAL = {"kpis", "supplier_performance"}
"""Tools whose figures are asked for one after the other ("and turnover?") about one thing."""
SHORT = 5
_KIND_OF_PLACEHOLDER = {
    name: "item" if name == "ITEM" else kind for kind, name in PLACEHOLDERS.items()
}
_PLACEHOLDER = re.compile(r"(?<![\w-])(ITEM|PLACE|VENDOR|PO)(\d*)(?![\w-])")


class Answers(Protocol):
    """What a selection needs of a model; `NarrowModel` is one."""

    intent: IntentReader | None

    def answer(
        self,
        prompt: str,
        grammar: Grammar,
        prior: Mapping[str, float] | None = None,
        cancelled: Callable[[], bool] = ...,
    ) -> Decoded: ...


@dataclass(frozen=True, slots=True)
class Selection:
    """A settled call and what the model wrote for it."""

    outcome: str
    arguments: Mapping[str, Any]
    decoded: Decoded
    shown: str = field(repr=False, default="")


def select(
    model: Answers,
    message: str,
    state: DialogueState,
    spans: Sequence[Span] = (),
    *,
    outcomes: Sequence[str] = ALL_OUTCOMES,
    unseen: Sequence[UnseenTool] = (),
    cancelled: Callable[[], bool] = lambda: False,
) -> Selection:
    """Choose an outcome and its arguments for `message` after the turn described by `state`."""
    rendered = render(message, spans)
    offered = [name for name in outcomes if name != AGAIN or state.tool]
    opinion = None
    if model.intent is not None and not unseen:
        opinion = model.intent.read(rendered, state, offered)

    def grammar(outcome: str | None) -> str:
        if outcome is None:
            return selection_grammar(rendered, state, offered, unseen)
        values = opinion.values(outcome) if opinion else None
        given = opinion.slots if opinion else None
        return selection_grammar(rendered, state, [outcome], (), values, given)

    prior = opinion.outcomes if opinion else None
    if state.tool and only_names(rendered):
        prior = {AGAIN: 1.0}  # "and the scarf?" can only mean: the same for the scarf
    decoded = model.answer(
        selection_prompt(rendered, state, unseen), grammar, prior, cancelled=cancelled
    )
    outcome, raw = parse_answer(decoded.text)
    if not decoded.complete and raw:
        raw.popitem()
    outcome, arguments = settle(outcome, raw, rendered, spans, state)
    return Selection(outcome, arguments, decoded, rendered.text)


def settle(
    outcome: str,
    raw: Mapping[str, str],
    rendered: Rendered,
    spans: Sequence[Span],
    state: DialogueState,
) -> tuple[str, dict[str, Any]]:
    """Replace everything that stands for something else, and merge with the last call."""
    named = _known(outcome, raw)
    moved = _by_kind(outcome, named)
    arguments = {
        name: value
        for name, shown in moved.items()
        if (value := _words(name, shown, outcome, rendered, state))
    }
    arguments = tidy(outcome, arguments, rendered.message)
    arguments = _with_leftovers(outcome, arguments, moved, rendered, spans)
    if outcome == AGAIN:
        return _again(arguments, state)
    if outcome in TOOLS:
        arguments = _carried(outcome, arguments, moved, rendered, state)
        if "order" in arguments:
            arguments.pop("status", None)  # one order is shown whatever its status is
    return outcome, arguments


def _known(outcome: str, raw: Mapping[str, str]) -> dict[str, str]:
    if outcome != AGAIN and outcome not in TOOLS and outcome not in OUTCOMES:
        return dict(raw)
    names = [name for name, _ in slots(outcome)]
    return {name: value for name, value in raw.items() if name in names and value}


def _by_kind(outcome: str, raw: Mapping[str, str]) -> dict[str, str]:
    """Names the catalogue knows go to the argument of their kind, if the outcome has it."""
    if outcome not in TOOLS and outcome != AGAIN:
        return dict(raw)
    names = [name for name, _ in slots(outcome)]
    moved: dict[str, str] = {}
    for name, value in raw.items():
        match = _PLACEHOLDER.fullmatch(value)
        if match is None and name in ENTITY_SLOTS and (inside := _PLACEHOLDER.search(value)):
            match, value = inside, inside.group()  # a known name is the whole value
        kind = _KIND_OF_PLACEHOLDER[match[1]] if match else name
        if name in ENTITY_SLOTS and kind != name:
            if kind in names and kind not in raw:
                moved[kind] = value
            continue
        moved[name] = value
    return moved


def _words(
    name: str, shown: str, outcome: str, rendered: Rendered, state: DialogueState
) -> str | None:
    """What an argument really says."""
    choices = dict(slots(outcome)).get(name, ()) if outcome in (*TOOLS, *OUTCOMES) else ()
    if shown in choices:
        return shown
    if shown == IT and name in ENTITY_SLOTS and state.entity(name):
        return state.entity(name)
    original = rendered.original(shown)
    if original is None:
        return None
    original = original.strip(" ,.?!;:，。？！；：")
    if name == "item" and (listed := state.ordinal(original)):
        return listed
    return original or None


def _with_leftovers(
    outcome: str,
    arguments: dict[str, Any],
    shown: Mapping[str, str],
    rendered: Rendered,
    spans: Sequence[Span],
) -> dict[str, Any]:
    """A known name that the model passed over fills the empty argument of its kind."""
    if outcome not in TOOLS and outcome != AGAIN:
        return arguments
    used = " ".join(shown.values())
    for piece in rendered.pieces:
        match = _PLACEHOLDER.fullmatch(piece.text.strip())
        is_span = any(s.start == piece.start and s.end == piece.end for s in spans)
        if not match or not is_span or piece.text.strip() in used:
            continue
        kind = _KIND_OF_PLACEHOLDER[match[1]]
        if kind not in arguments and any(name == kind for name, _ in slots(outcome)):
            arguments[kind] = rendered.message[piece.start : piece.end]
    order = {name: i for i, (name, _) in enumerate(slots(outcome))}
    return dict(sorted(arguments.items(), key=lambda pair: order.get(pair[0], 99)))


def _carried(
    outcome: str,
    arguments: dict[str, Any],
    shown: Mapping[str, str],
    rendered: Rendered,
    state: DialogueState,
) -> dict[str, Any]:
    """What a turn that leans on the last one keeps of it: the place, or what it was about."""
    names = [name for name, _ in slots(outcome)]
    keep: tuple[str, ...] = ()
    if IT in shown.values():
        keep = ("location",)
    elif outcome == state.tool and outcome in ELLIPTICAL and len(rendered.pieces) <= SHORT:
        keep = ENTITY_SLOTS if not any(name in arguments for name in ENTITY_SLOTS) else ()
    kept = {n: state.arguments[n] for n in keep if n in names and state.arguments.get(n)}
    merged = {**kept, **arguments}
    return {name: merged[name] for name in names if name in merged}


def _again(arguments: Mapping[str, Any], state: DialogueState) -> tuple[str, dict[str, Any]]:
    """The last call with new arguments, or the tool that takes them."""
    tool = state.tool
    if tool not in TOOLS:
        tool = next(
            (FALLBACK_TOOLS[name] for name in arguments if name in FALLBACK_TOOLS), "stock_status"
        )
        return tool, _fitting(tool, arguments)
    names = {name for name, _ in slots(tool)}
    foreign = [name for name in arguments if name not in names]
    if foreign and len(foreign) == len(arguments):
        tool = FALLBACK_TOOLS.get(foreign[0], tool)
        kept = {"item": state.entity("item")} if state.entity("item") else {}
        return tool, _fitting(tool, {**kept, **arguments})
    before = {
        name: value
        for name, value in state.arguments.items()
        if value is not None and not (tool == "what_if" and name in SCENARIO)
    }
    if "item" in arguments or "supplier" in arguments:
        # Another item or supplier is asked about alone: the old one would contradict it.
        for name in {"item", "order"} if "item" in arguments else {"order"}:
            before.pop(name, None)
    return tool, _fitting(tool, {**before, **arguments})


def _fitting(tool: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
    return {n: arguments[n] for n, _ in slots(tool) if arguments.get(n) is not None}
