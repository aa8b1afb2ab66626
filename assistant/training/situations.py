"""Training examples for the selector: who asks what, in which state of the dialogue.

An example is a prompt exactly as it is served and the answer the model should write. Wording
(`frames/`), names (`names`), values (`values`) and roughness (`noise`) are drawn independently, so
that a short run sees many thousand different messages and none twice.
"""

# ruff: noqa: E501 - one list a row reads better than a wrapped one

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from assistant.models.prompt import AGAIN, IT, UnseenTool, answer, selection_prompt, slots
from assistant.models.render import Span, render
from assistant.models.state import ENTITY_SLOTS, DialogueState
from assistant.training import names as made_names
from assistant.training import values
from assistant.training.frames import Section, expand, sections
from assistant.training.noise import Part, disturb
from assistant.training.unseen import catalogue, distractors, offer
from tools.arguments import TOOLS

WEIGHTS = {"ask": 1.3, "decline": 1.7, "none": 1.1, "concept": 0.8, "stock_status": 1.5,
           "purchase_orders": 1.4, "sales_history": 1.2, "supplier_performance": 1.2,
           "recommend_orders": 1.3, "what_if": 1.2, "anomalies": 1.2}  # fmt: skip
ARGUMENT_OF = {"changes": "demand_change", "change": "demand_change", "qty": "quantity",
               "half": "quantity", "level": "service_level", "ordinal": "item"}  # fmt: skip
HINTED = 0.72
"""Share of names that the catalogue finds; the others stand in the message as written."""
UNSEEN_SHARE, FOLLOW_UP_SHARE = 0.05, 0.27
TAILS = {
    "en": {
        "recommend_orders": [" with {budget}", " at {level}", ", budget {budget}", " for {location}", " from {supplier}"],
        "sales_history": [" in {location}", " {period}"],
        "forecast": [" {horizon}", " in {location}"],
        "kpis": [" {period}", " in {location}"],
        "anomalies": [" {period}", " in {location}"],
        "purchase_orders": [" for {location}"],
        "stock_status": [" in {location}"],
    },
    "zh": {
        "recommend_orders": ["，预算{budget}", "，按{level}的服务水平", "，只有{budget}", "，{location}的"],
        "sales_history": ["，{period}", "，{location}的"],
        "forecast": ["，{horizon}", "，{location}的"],
        "kpis": ["，{period}", "，{location}的"],
        "anomalies": ["，{period}", "，{location}的"],
        "purchase_orders": ["，{location}的"],
        "stock_status": ["，{location}的"],
    },
}  # fmt: skip
_SLOT = re.compile(r"\{(\w+)\}")
_PREFIX = re.compile(r"^<([^>]*)>")
_ENTITIES = {"item", "location", "supplier", "order"}


@dataclass(frozen=True, slots=True)
class Example:
    """A prompt as served, the wanted answer, and the message it was made from."""

    prompt: str
    answer: str
    message: str = ""
    shown: str = ""
    state: DialogueState = field(default_factory=DialogueState)


def example(rng: random.Random) -> Example:
    """One example; drawn again when a value cannot be pointed at in the shown text."""
    while True:
        language = "zh" if rng.random() < 0.5 else "en"
        draw = rng.random()
        if draw < UNSEEN_SHARE:
            made = _unseen(rng, language)
        elif draw < UNSEEN_SHARE + FOLLOW_UP_SHARE:
            made = _follow_up(rng, language)
        else:
            made = _single(rng, language)
        if made is not None:
            return made


def _single(rng: random.Random, language: str) -> Example | None:
    section = _draw_section(rng, sections(language))
    line = expand(rng.choice(section.lines), rng)
    tails = TAILS[language].get(section.outcome, [])
    if tails and rng.random() < 0.06 and not section.flags:
        tail = rng.choice(tails)
        if not set(_SLOT.findall(tail)) & set(_SLOT.findall(line.replace("{at}", "{location}"))):
            line += tail
    state = DialogueState() if rng.random() < 0.6 else _any_state(rng)
    if "nostate" in section.flags and state.focus:
        state = (
            DialogueState(state.tool, {}, {})
            if state.tool in {"kpis", "data_quality"}
            else DialogueState()
        )
    return _compose(rng, language, section, line, state)


def _follow_up(rng: random.Random, language: str) -> Example | None:
    section = _draw_section(rng, sections(f"followups_{language}"))
    line = expand(rng.choice(section.lines), rng)
    pointed = [k for k, v in section.fixed.items() if v == IT]
    state = _state_before(rng, section, pointed)
    return _compose(rng, language, section, line, state, bare=rng.random() < 0.6)


def _unseen(rng: random.Random, language: str) -> Example | None:
    """A question for a tool that only its description explains."""
    wanted = rng.choice(catalogue())
    tools, name = offer(rng, wanted)
    line = expand(rng.choice(wanted[language]), rng)
    section = Section(name, {}, frozenset(), (), "", ())
    names = tuple((argument, ()) for argument in wanted["arguments"])
    return _compose(rng, language, section, line, DialogueState(), unseen=tools, names=names)


def _draw_section(rng: random.Random, pool: tuple[Section, ...]) -> Section:
    outcomes = sorted({section.outcome for section in pool})
    weights = [
        WEIGHTS.get(outcome, 1.0) * (4.0 if outcome == AGAIN else 1.0) for outcome in outcomes
    ]
    outcome = rng.choices(outcomes, weights)[0]
    fitting = [section for section in pool if section.outcome == outcome]
    return rng.choices(fitting, [len(section.lines) ** 0.6 for section in fitting])[0]


def _compose(
    rng: random.Random,
    language: str,
    section: Section,
    line: str,
    state: DialogueState,
    bare: bool = False,
    unseen: Sequence[UnseenTool] | None = None,
    names: tuple[tuple[str, tuple[str, ...]], ...] | None = None,
) -> Example | None:
    parts = disturb(_fill(rng, language, line), language, rng, bare)
    message = "".join(text for text, _ in parts)
    hinted = rng.random() < HINTED
    spans: list[Span] = []
    where: dict[str, tuple[int, int]] = {}
    at = 0
    for text, slot in parts:
        if slot:
            where[slot] = (at, at + len(text))
            kind = "category" if slot == "category" else slot
            if slot in _ENTITIES and (hinted or rng.random() < 0.3):
                spans.append(Span(at, at + len(text), kind))
        at += len(text)
    rendered = render(message, spans)
    arguments: dict[str, str] = {}
    for name, _ in names if names is not None else slots(section.outcome):
        source = next((s for s in where if ARGUMENT_OF.get(s, s) == name), None)
        if source is not None:
            shown = rendered.shown(*where[source])
            exact = message[slice(*where[source])].strip()
            if not shown or (rendered.original(shown) or "").strip() != exact:
                return None
            arguments[name] = shown
        elif name in section.fixed and section.fixed[name] != "ordinal":
            arguments[name] = section.fixed[name]
    if unseen is None:
        unseen = distractors(rng) if rng.random() < 0.05 else ()
    prompt = selection_prompt(rendered, state, unseen)
    return Example(prompt, answer(section.outcome, arguments), message, rendered.text, state)


def _fill(rng: random.Random, language: str, line: str) -> list[Part]:
    """Put values into the slots of a wording; a `<prefix>` of a value is no part of it."""
    line = line.replace("{at}", _place(rng, language))
    if language == "zh":
        line = line.replace(" ", "") if not re.search(r"[A-Za-z] [A-Za-z]", line) else line
    parts: list[Part] = []
    for position, text in enumerate(_SLOT.split(line)):
        if position % 2 == 0:
            if text:
                parts.append((text, ""))
            continue
        value = _value(rng, language, text)
        if match := _PREFIX.match(value):
            parts.append((match[1], ""))
            value = value[match.end() :]
        parts.append((value, text))
    return parts


def _place(rng: random.Random, language: str) -> str:
    if language == "zh":
        return rng.choice(["在{location}", "{location}", "{location}", "{location}的"])
    return rng.choice(
        ["in {location}", "at {location}", "at {location}", "in {location}", "for {location}"]
    )


def _value(rng: random.Random, language: str, slot: str) -> str:
    if slot in _ENTITIES:
        # Names of the other language turn up in every company with two languages.
        other = "en" if language == "zh" else "zh"
        spoken = language if rng.random() < (0.8 if language == "zh" else 0.96) else other
        text = getattr(made_names, slot)(rng, spoken).text
        return f"<the >{text[4:]}" if text.startswith("the ") else str(text)
    return str(getattr(values, slot)(rng, language))


def _any_state(rng: random.Random) -> DialogueState:
    """A last turn that has nothing to do with the message."""
    tool = rng.choice([*TOOLS])
    arguments = {
        name: (rng.choice(choices) if choices else "x")
        for name, choices in slots(tool)
        if rng.random() < (0.65 if name == "item" else 0.25)
    }
    focus = {name: "x" for name in ENTITY_SLOTS if name in arguments or rng.random() < 0.12}
    listed = tuple("abcde") if rng.random() < 0.35 and "item" not in focus else ()
    return DialogueState(tool, arguments, focus, listed)


def _state_before(rng: random.Random, section: Section, pointed: list[str]) -> DialogueState:
    """A last turn that the section's lines can follow."""
    if section.after and section.after != ("any",):
        tool = rng.choice(section.after)
    elif section.slot and rng.random() < 0.9:
        tool = rng.choice([t for t in TOOLS if any(n == section.slot for n, _ in slots(t))])
    else:
        tool = rng.choice([*TOOLS])
    state = _any_state(rng)
    arguments = {
        name: (rng.choice(choices) if choices else "x")
        for name, choices in slots(tool)
        if rng.random() < (0.6 if name in {"item", section.slot} else 0.2)
    }
    focus = {name: "x" for name in ENTITY_SLOTS if name in arguments}
    focus |= dict.fromkeys(pointed, "x")
    for name in pointed:
        if rng.random() < 0.6 and any(n == name for n, _ in slots(tool)):
            arguments[name] = "x"
    listed = tuple("abcde") if "list" in section.flags else state.listed if not pointed else ()
    ordered = {name: arguments[name] for name, _ in slots(tool) if name in arguments}
    return DialogueState(tool, ordered, focus, listed)
