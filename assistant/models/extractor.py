"""The local model as a reader of suppliers' clauses: which event, how certain, which value is what.

It has no tools and sees no values, only labels where code found them; the grammar lets a role take
only labels of its kinds, so nothing that the message does not hold can come out.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Protocol, get_args

from assistant.models.clauses import clause_prompt
from assistant.models.narrow import Decoded, Grammar
from assistant.models.render import Span, render
from tools.suppliers.messages.candidates import ROLE_KINDS, Clause, ClauseReading
from tools.suppliers.messages.schema import ROLES, Certainty, EventKind
from tools.text import Language

MAX_EVENTS = 6
MAX_LABELS = 26


class Answers(Protocol):
    """What the reader needs of a model; `NarrowModel` is one."""

    def answer(self, prompt: str, grammar: Grammar) -> Decoded: ...


class ModelReader:
    """A `ClauseReader` over the narrow model."""

    name = "local model"

    def __init__(self, model: Answers) -> None:
        self._model = model

    def read(self, clauses: Sequence[Clause], language: Language) -> list[list[ClauseReading]]:
        """Readings per clause, in order; empty when nothing actionable is said."""
        return [self._read(clause) for clause in clauses]

    def _read(self, clause: Clause) -> list[ClauseReading]:
        labels = {k: v for k, v in clause.labels.items() if len(k) == 1}
        spans = [
            Span(c.start - clause.start, c.end - clause.start, f"{label}:{c.kind}")
            for label, c in labels.items()
        ]
        rendered = render(clause.text, _apart(spans))
        if not rendered.pieces:
            return []
        kinds = {label: c.kind for label, c in labels.items()}
        grammar = clause_grammar(kinds)
        decoded = self._model.answer(clause_prompt(rendered), lambda _: grammar)
        return parse_readings(
            decoded.text if decoded.complete else decoded.text.rpartition("\n")[0]
        )


def clause_grammar(kinds: dict[str, str]) -> str:
    """Answers for a clause whose labels have these candidate kinds."""
    events = [str(kind) for kind in EventKind if kind is not EventKind.NOTHING]
    certainties = [f" {c}" for c in get_args(Certainty)]
    options = []
    for role in ROLES:
        fitting = [label for label, kind in kinds.items() if kind in ROLE_KINDS[role]]
        if fitting:
            label = f"({' | '.join(json.dumps(x) for x in fitting)})"
            options.append(f'({json.dumps(f" {role}=")} {label} ("," {label})*)?')
    event = " ".join([_any(events), _any(certainties), *options])
    more = f'("\\n" event){{0,{MAX_EVENTS - 1}}}'
    return f'start: "nothing" | event {more}\nevent: {event}\n'


def _any(words: Sequence[str]) -> str:
    return f"({' | '.join(json.dumps(word) for word in words)})"


def parse_readings(text: str) -> list[ClauseReading]:
    """Readings of an answer; repeated lines are one reading."""
    readings: list[ClauseReading] = []
    for line in dict.fromkeys(text.strip().split("\n")):
        words = line.split()
        if len(words) < 2:
            continue
        roles = {}
        for word in words[2:]:
            role, _, labels = word.partition("=")
            roles[role] = tuple(dict.fromkeys(label for label in labels.split(",") if label))
        readings.append(ClauseReading(EventKind(words[0]), words[1], roles))  # type: ignore[arg-type]
    return readings


def _apart(spans: Sequence[Span]) -> list[Span]:
    """Candidates may lie inside one another; the outer one is shown."""
    kept: list[Span] = []
    for span in sorted(spans, key=lambda s: (s.start, -s.end)):
        if not kept or span.start >= kept[-1].end:
            kept.append(span)
    return kept
