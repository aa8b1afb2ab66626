"""Numerals outside facts are found in digits, English words and Chinese characters."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.agent.verifier import verify


@pytest.mark.parametrize(
    "text",
    [
        "You have 480 of them.",
        "about twenty days of cover",
        "it will double next month",
        "half of the stock is gone",
        "order three hundred",
        "还剩四百八十件",
        "大约两周后到货",
        "再订三成",
        "４８０ units",
        "arrives on 2026-12-03",
        "sells out in one week",
        "٤٨٠ units",
    ],
)
def test_an_unsupported_numeral_is_refused(text: str) -> None:
    assert not verify(text, []).supported


@pytest.mark.parametrize(
    "text",
    [
        "No one has touched this one.",
        "It is the only one at risk.",
        "请看一下这个商品，十分畅销，下一步先盘点。",
        "周三之前不会到货，一般供应商会提前通知。",
        "Sales are seasonal and rise before the holidays.",
    ],
)
def test_words_that_only_look_like_numbers_pass(text: str) -> None:
    assert verify(text, []).unsupported == []


def test_figures_of_facts_may_be_repeated() -> None:
    allowed = ["480 pcs", "98%", "Insulated bottle 500 ml", "PO-2026-0142"]
    assert verify("480 pcs of Insulated bottle 500 ml at 98% on PO-2026-0142.", allowed).supported


@pytest.mark.parametrize("text", ["1480 pcs", "480.5 pcs", "980%", "12,480 pcs", "480,5"])
def test_a_part_of_another_number_is_not_supported(text: str) -> None:
    assert not verify(text, ["480 pcs", "98%", "480"]).supported


@given(st.integers(min_value=0, max_value=10**9), st.integers(min_value=0, max_value=10**9))
def test_only_the_number_of_the_fact_passes(written: int, known: int) -> None:
    assert verify(f"There are {written} left.", [str(known)]).supported == (written == known)
