"""Patterns hold no digits, and every figure they print is a segment with its fact."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from assistant.agent.patterns import ANSWERS, render
from assistant.agent.verifier import numerals
from tools.facts import Fact, ToolResult
from tools.text import Language, Text

PATTERNS = sorted(ANSWERS.rglob("*.j2"))
SINGULAR = {"一", "zero", "one item", "one order", "one day", "one unit"}
_LOGIC = re.compile(r"\{[%{#].*?[%}#]\}", re.DOTALL)


@pytest.mark.parametrize("path", PATTERNS, ids=lambda p: f"{p.parent.name}/{p.stem}")
def test_a_pattern_writes_no_number(path: Path) -> None:
    found = numerals(_LOGIC.sub(" ", path.read_text(encoding="utf-8")))
    # "one item", "一家": a person's wording, not a figure of the records.
    assert [n for n in found if n not in SINGULAR] == []


def test_both_languages_have_the_same_patterns() -> None:
    english = {p.name for p in (ANSWERS / "en").glob("*.j2")}
    chinese = {p.name for p in (ANSWERS / "zh").glob("*.j2")}
    assert english == chinese
    assert english


@pytest.mark.parametrize(
    ("language", "words"), [("en", "Safety stock is a buffer. (Silver et al.)"), ("zh", "（")]
)
def test_a_fact_becomes_a_segment(language: Language, words: str) -> None:
    result = ToolResult(
        tool="concept",
        pattern="concept",
        facts=[Fact("definition", "Safety stock is a buffer.")],
        values={"term": "safety stock", "source": "Silver et al."},
    )
    found = render(result, language, {})
    assert [s.text for s in found if s.fact == "definition"] == ["Safety stock is a buffer."]
    assert words in "".join(s.text for s in found)


def test_a_sentence_comes_in_the_language_of_the_answer() -> None:
    result = ToolResult(
        tool="forecast", pattern="problem", values={"sentence": Text("No item.", "没有商品。")}
    )
    assert render(result, "zh", {})[0].text == "没有商品。"
    assert render(result, "en", {})[0].text == "No item."
