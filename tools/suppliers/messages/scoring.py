"""How well an extractor reads labelled messages: per field, per kind, per language.

A case is one JSON object per line: `{"lang", "text", "subject"?, "today"?, "events": [...]}`. Every
event has `kind`, optionally `certainty`, and for each role the exact words of the text (a string,
or a list of accepted wordings). A value is right when its words mean the same ("12 Dec" for "by 12
Dec"); what is extracted but not labelled is an invention, what is labelled but missing an omission.
"""

from __future__ import annotations

import datetime as dt
import json
import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, get_args

import numpy as np
from scipy.optimize import linear_sum_assignment

from tools.suppliers.messages.candidates import Extractor, Hints
from tools.suppliers.messages.cleaning import clean
from tools.suppliers.messages.schema import EventKind, RawEvent, Role
from tools.suppliers.messages.values import readings
from tools.values import fold

DEFAULT_TODAY = dt.date(2026, 11, 18)
FIELDS: tuple[str, ...] = ("kind", "certainty", *get_args(Role))


@dataclass
class Counts:
    """True positives, false positives and false negatives of one field."""

    right: int = 0
    wrong: int = 0
    missed: int = 0

    @property
    def precision(self) -> float:
        return self.right / (self.right + self.wrong) if self.right + self.wrong else 1.0

    @property
    def recall(self) -> float:
        return self.right / (self.right + self.missed) if self.right + self.missed else 1.0

    @property
    def f1(self) -> float:
        total = 2 * self.right + self.wrong + self.missed
        return 2 * self.right / total if total else 1.0

    def add(self, other: Counts) -> None:
        self.right += other.right
        self.wrong += other.wrong
        self.missed += other.missed


@dataclass
class Score:
    """Everything the evaluation prints."""

    reader: str
    messages: int = 0
    exact: Counter[str] = field(default_factory=Counter)
    """Messages with every field right, by language."""
    by_language: Counter[str] = field(default_factory=Counter)
    fields: dict[tuple[str, str], Counts] = field(default_factory=dict)
    """(language, field) -> counts."""
    kinds: dict[tuple[str, str], Counts] = field(default_factory=dict)
    """(language, event kind) -> counts over its fields."""
    spans: int = 0
    invalid_spans: int = 0
    """Values whose words do not stand in the message: must be zero by construction."""
    inventions: int = 0
    """Values given for a role that the label leaves empty."""
    omissions: int = 0
    seconds: list[float] = field(default_factory=list)
    misses: list[dict[str, Any]] = field(default_factory=list)

    def overall(self, language: str) -> Counts:
        total = Counts()
        for (lang, _), counts in self.fields.items():
            if language in (lang, "all"):
                total.add(counts)
        return total

    def exact_rate(self, language: str = "all") -> float:
        if language == "all":
            return sum(self.exact.values()) / max(self.messages, 1)
        return self.exact[language] / max(self.by_language[language], 1)


def load_cases(paths: Iterable[Path]) -> list[dict[str, Any]]:
    """Cases of JSON-lines files; blank lines and lines that begin with # are skipped."""
    cases: list[dict[str, Any]] = []
    for path in paths:
        lines = path.read_text(encoding="utf-8").splitlines()
        cases += [json.loads(line) for line in lines if line.strip() and not line.startswith("#")]
    return cases


def score(cases: Sequence[Mapping[str, Any]], extractor: Extractor) -> Score:
    """Run `extractor` over labelled messages."""
    result = Score(extractor.name)
    for case in cases:
        language = str(case["lang"])
        today = dt.date.fromisoformat(case["today"]) if "today" in case else DEFAULT_TODAY
        hints = Hints(today)
        message = clean(str(case.get("subject", "")), str(case["text"]))
        started = time.perf_counter()
        events = [e for e in extractor.extract(message, hints) if e.kind is not EventKind.NOTHING]
        result.seconds.append(time.perf_counter() - started)
        found = [_found(event, message.text, hints) for event in events]
        wanted = [_wanted(event, hints) for event in case["events"] if event["kind"] != "nothing"]
        for event in events:
            for spans in event.roles.values():
                result.spans += len(spans)
                result.invalid_spans += sum(not s.of(message.text) for s in spans)
        _count(result, language, wanted, found, case)
    return result


_Field = tuple[str, frozenset[str]]


def _found(event: RawEvent, text: str, hints: Hints) -> dict[str, frozenset[str]]:
    fields = {"kind": frozenset({event.kind.value}), "certainty": frozenset({event.certainty})}
    for role, spans in event.roles.items():
        span = spans[0]
        fields[role] = _meaning(role, text, span.start, span.end, hints)
    return fields


def _wanted(event: Mapping[str, Any], hints: Hints) -> dict[str, frozenset[str]]:
    fields = {"kind": frozenset({str(event["kind"])})}
    if "certainty" in event:
        fields["certainty"] = frozenset({str(event["certainty"])})
    for role in get_args(Role):
        words = event.get(role)
        if words:
            accepted = [words] if isinstance(words, str) else list(words)
            fields[role] = frozenset().union(
                *(_meaning(role, w, 0, len(w), hints) for w in accepted)
            )
    return fields


def _meaning(role: Role, text: str, start: int, end: int, hints: Hints) -> frozenset[str]:
    """The words and their likelier meaning; two wordings agree when these overlap."""
    words = "".join(fold(text[start:end]).split())
    found = readings(role, text, start, end, hints)
    meanings = {f"={json.dumps(found[0], sort_keys=True)}"} if found else set()
    return frozenset({words, *meanings})


def _count(
    result: Score,
    language: str,
    wanted: Sequence[Mapping[str, frozenset[str]]],
    found: Sequence[Mapping[str, frozenset[str]]],
    case: Mapping[str, Any],
) -> None:
    result.messages += 1
    result.by_language[language] += 1
    pairs = _align(wanted, found)
    right = len(wanted) == len(found)
    for want, have in pairs:
        kind = next(iter((want or have or {})["kind"]))
        for name in FIELDS:
            w = want.get(name) if want else None
            h = have.get(name) if have else None
            if name == "certainty" and (want is None or w is None):
                continue
            counts = Counts()
            if w and h and w & h:
                counts.right = 1
            else:
                counts.missed, counts.wrong = int(bool(w)), int(bool(h))
                right = right and not (w or h)
                result.omissions += int(bool(w) and not h)
                result.inventions += int(bool(h) and not w)
            result.fields.setdefault((language, name), Counts()).add(counts)
            result.kinds.setdefault((language, kind), Counts()).add(counts)
    if right:
        result.exact[language] += 1
    else:
        result.misses.append(
            {
                "lang": language,
                "text": case["text"],
                "wanted": [_shown(event) for event in wanted],
                "found": [_shown(event) for event in found],
            }
        )


def _shown(event: Mapping[str, frozenset[str]]) -> dict[str, str]:
    return {
        name: " | ".join(sorted(v for v in values if not v.startswith("=")))
        for name, values in event.items()
    }


def _align(
    wanted: Sequence[Mapping[str, frozenset[str]]], found: Sequence[Mapping[str, frozenset[str]]]
) -> list[tuple[Mapping[str, frozenset[str]] | None, Mapping[str, frozenset[str]] | None]]:
    """Pair labelled with extracted events so that most fields agree; the rest stay alone."""
    if not wanted or not found:
        return [*((w, None) for w in wanted), *((None, f) for f in found)]
    agreement = np.array([[_agreement(w, f) for f in found] for w in wanted])
    rows, columns = linear_sum_assignment(-agreement)
    pairs: list[Any] = [
        (wanted[r], found[c]) for r, c in zip(rows, columns, strict=True) if agreement[r, c] > 0
    ]
    taken_w = {r for r, c in zip(rows, columns, strict=True) if agreement[r, c] > 0}
    taken_f = {c for r, c in zip(rows, columns, strict=True) if agreement[r, c] > 0}
    pairs += [(w, None) for n, w in enumerate(wanted) if n not in taken_w]
    pairs += [(None, f) for n, f in enumerate(found) if n not in taken_f]
    return pairs


def _agreement(want: Mapping[str, frozenset[str]], have: Mapping[str, frozenset[str]]) -> float:
    same = sum(bool(want[name] & have.get(name, frozenset())) for name in want)
    return same + (2.0 if want["kind"] & have["kind"] else 0.0)
