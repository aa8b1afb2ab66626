"""From the results of a turn to the words on the page, with every figure traced to a fact.

Patterns answer for the small model. A larger model may write the sentence, under the same contract:
slots or verified numerals, one repair round, then the pattern after all.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import jinja2
from langchain_core.messages import AIMessage, HumanMessage

import prompts
from assistant.agent.patterns import Segment, mark, plain, render, segments
from assistant.agent.turn import Turn, focus_names
from assistant.agent.verifier import Verdict, verify
from assistant.presentation.format import fact_text
from tools.arguments import TOOLS
from tools.data.catalogue import Catalogue
from tools.facts import Fact, ToolResult

WRITER = Path(prompts.__file__).parent / "system" / "writer.md"
_SLOT = re.compile(r"\{([A-Za-z_][A-Za-z0-9_]*)\}")
logger = logging.getLogger(__name__)

Write = Callable[[list[HumanMessage | AIMessage]], Awaitable[AIMessage]]
"""Ask the model for a text; earlier attempts and objections come as messages."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What is shown; `by_model` says who found the words."""

    segments: list[Segment]
    by_model: bool = False

    @property
    def text(self) -> str:
        return plain(self.segments)


def from_patterns(turn: Turn) -> Answer:
    """The tools' own renderings, one after the other."""
    catalogue = Catalogue.load(turn.services.engine)
    gap = "" if turn.language == "zh" else " "
    found: list[Segment] = []
    for result in turn.results:
        if found and gap:
            found.append(Segment(gap))
        found += _render(result, turn, catalogue)
    return Answer(found)


def _render(result: ToolResult, turn: Turn, catalogue: Catalogue) -> list[Segment]:
    try:
        return render(result, turn.language, focus_names(catalogue, [result]))
    except jinja2.TemplateError:
        logger.exception("pattern %s/%s.j2 failed", turn.language, result.pattern)
        return list(_figures(result, turn))


def _figures(result: ToolResult, turn: Turn) -> Iterable[Segment]:
    """Bare figures: what is left to say when a pattern and its facts do not fit."""
    comma = "；" if turn.language == "zh" else "; "
    for position, fact in enumerate(result.facts):
        yield Segment((comma if position else "") + fact.key.replace("_", " ") + ": ")
        yield Segment(fact_text(fact, turn.language), fact.key)


def may_be_written(results: Iterable[ToolResult]) -> bool:
    """Only plain findings are worded freely; questions, refusals and problems keep their words."""
    found = list(results)
    return bool(found) and all(r.status == "ok" and r.tool in TOOLS for r in found)


async def by_model(turn: Turn, write: Write) -> Answer:
    """The model's sentence if every figure in it is a fact of this turn, else the patterns'."""
    attempts: list[HumanMessage | AIMessage] = []
    for _ in range(2):
        reply = await write(attempts)
        found, verdict = check(reply.text, turn)
        if found and verdict.supported:
            return Answer(found, by_model=True)
        attempts += [reply, HumanMessage(_objection(verdict))]
    logger.warning("unsupported figures in a written answer: %s", verdict.unsupported)
    return from_patterns(turn)


def check(text: str, turn: Turn) -> tuple[list[Segment], Verdict]:
    """Put facts into the slots of `text` and look for numerals that no fact holds."""
    facts = turn.facts()
    unknown = [key for key in _SLOT.findall(text) if key not in facts]
    if unknown or not text.strip():
        return [], Verdict(unknown or ["(empty)"])
    outside = _SLOT.sub(" ", text)
    verdict = verify(outside, [*_words_of(facts.values(), turn), *_names(turn)])
    return segments(_SLOT.sub(lambda m: mark(m.group(1)), text), facts, turn.language), verdict


def _words_of(facts: Iterable[Fact], turn: Turn) -> list[str]:
    return [fact_text(fact, turn.language) for fact in facts]


def _names(turn: Turn) -> list[str]:
    """Names and codes that may hold digits."""
    catalogue = Catalogue.load(turn.services.engine)
    names = focus_names(catalogue, turn.results).values()
    codes = [code for result in turn.results for code in result.focus.values()]
    codes += [code for fact in turn.facts().values() for code in fact.about.values()]
    return [name for entry in names for name in entry.values()] + codes


def _objection(verdict: Verdict) -> str:
    listed = ", ".join(verdict.unsupported)
    return (
        f"These are not facts of this turn: {listed}. Write the answer again; "
        "put each figure as its {slot} and write no other number."
    )


def writer_prompt() -> str:
    """What a larger model reads before it words an answer."""
    return WRITER.read_text(encoding="utf-8")
