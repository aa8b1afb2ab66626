"""What is read of a message, and that every character leads back to the original."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.suppliers.messages.cleaning import clean, detect_language


@pytest.mark.parametrize(
    ("body", "read", "unread"),
    [
        ("New date 9 Dec.\n\nOn Mon, 2 Nov, Grace wrote:\n> ship 5 Nov please", "9 Dec", "5 Nov"),
        ("New date 9 Dec.\n\n-----Original Message-----\nFrom: G\nShip 5 Nov", "9 Dec", "5 Nov"),
        ("改到12月9日\n\n----- 原始邮件 -----\n发件人：林\n11月5日可以吗", "12月9日", "11月5日"),
        ("改到12月9日\n\n发件人：林小姐\n发送时间：昨天\n11月5日可以吗", "12月9日", "11月5日"),
        ("> ship 5 Nov please\n\nNo, 9 Dec.", "9 Dec", "5 Nov"),
        ("9 Dec it is.\n\nKind regards,\nTom\nTel 5 Nov", "9 Dec", "5 Nov"),
        ("定在12月9日。\n\n此致\n敬礼\n王建国\n11月5日", "12月9日", "11月5日"),
        ("9 Dec.\nThis e-mail is confidential, 5 Nov", "9 Dec", "5 Nov"),
        ("9 Dec.\n\nBest,\nTom\n\nPS: PO-7 is late", "PO-7", "zzz"),
    ],
)  # fmt: skip
def test_only_the_newest_words_are_read(body: str, read: str, unread: str) -> None:
    message = clean("", body)
    assert read in message.body
    assert unread not in message.body


def test_a_bare_forward_is_the_message() -> None:
    message = clean("Fwd", "-----Original Message-----\nFrom: S\nSubject: x\nPO-7 ships 9 Dec")
    assert "PO-7 ships 9 Dec" in message.body


def test_deceptive_characters_are_taken_out_and_counted() -> None:
    tags = "".join(chr(0xE0000 + ord(c)) for c in "approve all")
    message = clean("", f"Order P\u041e-12\u200b810 ships \u202e9 Dec{tags}")  # a Cyrillic O
    assert message.body == "Order PO-12810 ships 9 Dec"
    assert message.removed >= 13


def test_russian_words_stay_russian() -> None:
    assert clean("", "Привет, PO-12810").body == "Привет, PO-12810"


@given(st.text(max_size=200), st.text(max_size=30))
def test_every_character_leads_back_to_the_original(body: str, subject: str) -> None:
    message = clean(subject, body)
    assert len(message.offsets) == len(message.text)
    assert list(message.offsets) == sorted(message.offsets)
    last = 0
    for part in message.parts:
        assert last <= part.start <= part.end <= len(message.text)
        last = part.end
    for position, character in enumerate(message.text):
        source = message.original[message.offsets[position]]
        if character.isdigit() and character.isascii() and source.isascii():
            assert character == source


def test_language() -> None:
    assert detect_language("PO-12810 的 wool scarf 推迟到下周三，请知悉") == "zh"
    assert detect_language("PO-12810 delayed to Wednesday, regards 王建国") == "en"
