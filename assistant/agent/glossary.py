"""Definitions that are quoted, not remembered: `prompts/glossary/<language>.toml`."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from rapidfuzz import fuzz, process

import prompts
from tools.data.entities import fold, tokens
from tools.text import Language

GLOSSARY = Path(prompts.__file__).parent / "glossary"


@dataclass(frozen=True, slots=True)
class Entry:
    key: str
    term: str
    text: str
    source: str
    aliases: tuple[str, ...] = ()


class Glossary:
    """Terms of one language, found by name or alias, whole or inside a question."""

    def __init__(self, entries: Mapping[str, Entry]) -> None:
        self.entries = dict(entries)
        self._names = {
            _key(name): entry
            for entry in entries.values()
            for name in (entry.key.replace("_", " "), entry.term, *entry.aliases)
        }

    @classmethod
    @lru_cache
    def load(cls, language: Language) -> Glossary:
        data = tomllib.loads((GLOSSARY / f"{language}.toml").read_text(encoding="utf-8"))
        return cls(
            {
                key: Entry(
                    key, row["term"], row["text"], row["source"], tuple(row.get("aliases", ()))
                )
                for key, row in data.items()
            }
        )

    def find(self, words: str) -> Entry | None:
        """The term that `words` name; the longest term inside them; or a near spelling."""
        wanted = _key(words)
        if not wanted:
            return None
        if wanted in self._names:
            return self._names[wanted]
        inside = [name for name in self._names if len(name) >= 2 and _holds(wanted, name)]
        if inside:
            return self._names[max(inside, key=len)]
        best = process.extractOne(wanted, list(self._names), scorer=fuzz.ratio, score_cutoff=82.0)
        return self._names[best[0]] if best else None


def _key(words: str) -> str:
    return " ".join(tokens(fold(words)))


def _holds(text: str, name: str) -> bool:
    """Whole words for English ("moq" is not in "smoqing"), characters for Chinese."""
    return f" {name} " in f" {text} " if name.isascii() else name in text
