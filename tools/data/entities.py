"""What a planner's words can refer to, and how names are compared.

Comparison is on folded text: NFKC, lower case, no accents, English plurals cut to a stem. Chinese
has no word boundaries, so Chinese names are compared as substrings and English ones by token.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Literal

from tools.text import Language

Kind = Literal["item", "category", "location", "supplier", "order"]

KIND_NAMES: Mapping[str, tuple[str, str]] = {
    "item": ("item", "商品"),
    "category": ("category", "品类"),
    "location": ("location", "地点"),
    "supplier": ("supplier", "供应商"),
    "order": ("purchase order", "采购订单"),
}


@dataclass(frozen=True, slots=True)
class Entity:
    """One entry of the catalogue; `code` is its key in every frame."""

    kind: Kind
    code: str
    names: Mapping[str, str] = field(default_factory=dict, compare=False)

    def name(self, language: Language) -> str:
        """Name in `language`, in the other one when it has none, or its code."""
        other = "en" if language == "zh" else "zh"
        return self.names.get(language) or self.names.get(other) or self.code


@dataclass(frozen=True, slots=True)
class Mention:
    """Characters `start:end` of a text, and what they may refer to, best first."""

    start: int
    end: int
    text: str
    entities: tuple[Entity, ...]
    exact: bool
    """The words are a whole name or code, not a part of one."""


CJK = re.compile(r"[\u3400-\u9fff]")
WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)?", re.UNICODE)


def fold(text: str) -> str:
    """Lower-case NFKC text without accents."""
    decomposed = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text))
    return "".join(c for c in decomposed if not unicodedata.combining(c)).casefold()


@lru_cache(maxsize=65536)
def stem(token: str) -> str:
    """Fold an English token to its singular; other tokens are only case-folded."""
    token = fold(token).replace("’", "'").removesuffix("'s")
    if len(token) > 4 and token.endswith("ies"):
        return token[:-3] + "y"
    if len(token) > 4 and token.endswith("ves"):
        return token[:-3] + "f"
    if len(token) > 4 and token.endswith(("ches", "shes", "xes", "sses", "zes")):
        return token[:-2]
    if len(token) > 3 and token.endswith("s") and not token.endswith("ss"):
        return token[:-1]
    return token


def tokens(text: str) -> list[str]:
    """Stemmed words of a text; a run of Chinese characters is one token."""
    return [stem(match.group()) for match in WORD.finditer(text)]


def compact(text: str) -> str:
    """Letters, digits and Chinese characters only: how codes and numbers are compared."""
    return "".join(c for c in fold(text) if c.isalnum())
