"""Answer patterns: sentences in `prompts/answers/<language>/` whose figures are slots.

A pattern holds no digit. Rendering leaves a mark where a fact belongs, and the marks become
segments that carry the fact's key, so that each figure on the page opens where it came from.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import jinja2
from jinja2.sandbox import SandboxedEnvironment

import prompts
from assistant.presentation.format import fact_text
from tools.facts import Fact, ToolResult
from tools.text import Language, Text

ANSWERS = Path(prompts.__file__).parent / "answers"
_MARK = re.compile("\ue000([^\ue001]+)\ue001")
_SPACES = re.compile(r"[ \t]*\n[ \t]*|[ \t]{2,}")

NameLookup = Mapping[str, Mapping[str, str]]
"""Focus kind (item, supplier, …) -> language -> name."""


@dataclass(frozen=True, slots=True)
class Segment:
    """A piece of an answer; `fact` is the key of the fact it shows, or empty."""

    text: str
    fact: str = ""


class _Slot:
    """A fact inside a pattern: prints its mark, offers `value` and `unit` for conditions."""

    def __init__(self, fact: Fact) -> None:
        self.value = fact.value
        self.unit = fact.unit
        self.about = fact.about
        self._mark = f"\ue000{fact.key}\ue001"

    def __str__(self) -> str:
        return self._mark


class _Slots:
    """`f.on_hand` is the fact of that key; a missing one is falsy in a condition."""

    def __init__(self, facts: Mapping[str, Fact]) -> None:
        self._facts = facts

    def __getattr__(self, key: str) -> _Slot | jinja2.Undefined:
        if key in self._facts:
            return _Slot(self._facts[key])
        return _MissingFact(name=f"f.{key}")

    __getitem__ = __getattr__


class _MissingFact(jinja2.StrictUndefined):
    """A fact the tool did not find: usable in `if`, an error when printed."""

    __slots__ = ()

    def __bool__(self) -> bool:
        return False

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return self


@lru_cache
def _environment(language: Language) -> SandboxedEnvironment:
    return SandboxedEnvironment(
        loader=jinja2.FileSystemLoader([ANSWERS / language, ANSWERS]),
        undefined=jinja2.StrictUndefined,
        autoescape=False,  # the page renders segments as text, never as HTML
        trim_blocks=True,
        lstrip_blocks=True,
    )


def render(result: ToolResult, language: Language, names: NameLookup) -> list[Segment]:
    """The tool's own answer in `language`, figures as segments of their own.

    Raises:
        jinja2.TemplateError: the pattern asks for a fact or value the tool did not give.
    """
    facts = result.slots()
    text = (
        _environment(language)
        .get_template(f"{result.pattern}.j2")
        .render(
            f=_Slots(facts),
            v=_Values(result.values, language),
            names={kind: _named(entries, language) for kind, entries in names.items()},
            status=result.status,
            notes=[note(language) for note in result.notes],
        )
    )
    return segments(_tidy(text, language), facts, language)


def segments(marked: str, facts: Mapping[str, Fact], language: Language) -> list[Segment]:
    """Split a marked text; each mark becomes the fact's words."""
    found: list[Segment] = []
    position = 0
    for match in _MARK.finditer(marked):
        if match.start() > position:
            found.append(Segment(marked[position : match.start()]))
        key = match.group(1)
        found.append(Segment(fact_text(facts[key], language), key))
        position = match.end()
    if position < len(marked):
        found.append(Segment(marked[position:]))
    return found


def mark(key: str) -> str:
    """What stands for a fact until `segments` puts its words there."""
    return f"\ue000{key}\ue001"


def plain(found: list[Segment]) -> str:
    return "".join(segment.text for segment in found)


class _Values:
    """`ToolResult.values` with texts in the language of the answer."""

    def __init__(self, values: Mapping[str, Any], language: Language) -> None:
        self._values = values
        self._language = language

    def __getattr__(self, key: str) -> Any:
        if key not in self._values:
            return jinja2.Undefined(name=f"v.{key}")
        return _in_language(self._values[key], self._language)

    __getitem__ = __getattr__


def _in_language(value: Any, language: Language) -> Any:
    if isinstance(value, Text):
        return value(language)
    if isinstance(value, Mapping) and set(value) <= {"en", "zh"} and value:
        return value.get(language) or next(iter(value.values()))
    if isinstance(value, Mapping):
        return {key: _in_language(part, language) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_in_language(part, language) for part in value]
    return value


def _named(entries: Mapping[str, str], language: Language) -> str:
    return entries.get(language) or next(iter(entries.values()), "")


_CHINESE_GAP = re.compile(
    r"(?<=[\u3000-\u9fff\uff00-\uffef]) (?=[\u3000-\u9fff\uff00-\uffef])"
    r"|(?<=[，。；：、（！？]) | (?=[，。；：、）！？])"
)


def _tidy(text: str, language: Language) -> str:
    """One paragraph; Chinese has no space between words, nor beside its own punctuation."""
    text = _SPACES.sub(" ", text.strip())
    return _CHINESE_GAP.sub("", text) if language == "zh" else text
