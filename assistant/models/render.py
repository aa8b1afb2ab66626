"""How a message is shown to the selector: names as placeholders, Chinese as glosses, in pieces.

The model reads short English-looking text ("how are we fixed for ITEM next month") and points at
runs of pieces; each piece remembers the characters it stands for, so a pointed-at run is always an
exact piece of what the planner wrote.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from assistant.models.gloss import planner_words, segment

MAX_CHARACTERS = 1200
"""Longer messages are cut for the selector: a request is in its first lines."""

PLACEHOLDERS = {
    "item": "ITEM",
    "category": "ITEM",
    "location": "PLACE",
    "supplier": "VENDOR",
    "order": "PO",
}
NUMERALS = "零〇一二两三四五六七八九十百千万亿"
_DIGITS = {c: i for i, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_UNITS = {"十": 10, "百": 100, "千": 1000}
_PUNCTUATION = str.maketrans("，。？！；：（）、“”‘’【】《》％￥～—", ',.?!;:(),""\'\'[]""%¥~-')
_GLUED = set(",.?!;:)%]")
_SHARE = re.compile(
    r"(百分之[零〇一二两三四五六七八九十百点]+|[一二两三四五六七八九]成[一二三四五六七八九半]?)"
)
_TOKEN = re.compile(
    r"(?P<myriad>\d+(?:\.\d+)?[万千百亿])"
    r"|(?P<percent>\d+(?:[.,]\d+)?\s?[%％])"
    r"|(?P<word>[A-Za-z0-9À-ɏ][A-Za-z0-9À-ɏ\-_/.,'’]*[A-Za-z0-9À-ɏ]|[A-Za-z0-9À-ɏ])"
    r"|(?P<chinese>[\u3400-\u9fff]+)"
    r"|(?P<mark>[^\s\w])"
)


class Span(NamedTuple):
    """Characters `start:end` shown as a placeholder: a name of the catalogue, a labelled value.

    `kind` is a key of `PLACEHOLDERS`, or the placeholder itself (`B:date`).
    """

    start: int
    end: int
    kind: str


class Piece(NamedTuple):
    """What the model sees for characters `start:end` of the message."""

    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Rendered:
    """A message as the selector reads it."""

    message: str
    pieces: tuple[Piece, ...]

    @property
    def text(self) -> str:
        return "".join(piece.text for piece in self.pieces)

    def original(self, shown: str) -> str | None:
        """The characters of the message behind a run of pieces shown as `shown`.

        When the same run occurs twice the first is meant; None when it does not occur.
        """
        wanted = shown.strip()
        for first in range(len(self.pieces)):
            text = ""
            for last in range(first, len(self.pieces)):
                text += self.pieces[last].text
                if text.strip() == wanted:
                    return self.message[self.pieces[first].start : self.pieces[last].end]
                if not wanted.startswith(text.strip()):
                    break
        return None

    def shown(self, start: int, end: int) -> str:
        """The inverse of `original`: how the characters `start:end` are shown."""
        inside = [p.text for p in self.pieces if p.start < end and p.end > start]
        return "".join(inside).strip()


def render(message: str, spans: Sequence[Span] = ()) -> Rendered:
    """Cut `message` into pieces; `spans` (not overlapping) become placeholders."""
    message = message[:MAX_CHARACTERS]
    pieces: list[Piece] = []
    counts: dict[str, int] = {}
    at = 0
    for span in sorted(spans):
        if span.end > len(message) or span.start < at:
            continue
        pieces += _plain(message, at, span.start)
        name = PLACEHOLDERS.get(span.kind, span.kind)
        counts[name] = counts.get(name, 0) + 1
        number = "" if counts[name] == 1 else str(counts[name])
        pieces.append(Piece(f" {name}{number}", span.start, span.end))
        at = span.end
    pieces += _plain(message, at, len(message))
    return Rendered(message, tuple(pieces))


def _plain(message: str, start: int, end: int) -> list[Piece]:
    pieces: list[Piece] = []
    for match in _TOKEN.finditer(message, start, end):
        text = match.group()
        if match["chinese"]:
            offset = match.start()
            for part in _SHARE.split(text):
                if _SHARE.fullmatch(part):
                    pieces.append(Piece(f" {_share(part)}", offset, offset + len(part)))
                elif part:
                    pieces += _chinese(part, offset)
                offset += len(part)
        elif match["myriad"]:
            factor = {"百": 100, "千": 1000, "万": 10_000, "亿": 100_000_000}[text[-1]]
            pieces.append(Piece(f" {float(text[:-1]) * factor:g}", match.start(), match.end()))
        elif match["percent"]:
            pieces.append(Piece(f" {text[:-1].strip()}%", match.start(), match.end()))
        elif match["word"]:
            pieces.append(Piece(f" {text}", match.start(), match.end()))
        else:
            mark = text.translate(_PUNCTUATION)
            if mark.isascii() or mark == "¥":
                shown = mark if mark in _GLUED else f" {mark}"
                pieces.append(Piece(shown, match.start(), match.end()))
    return pieces


def _chinese(run: str, offset: int) -> list[Piece]:
    """Words of a Chinese run as glosses; neighbouring numerals are read as one number."""
    pieces: list[Piece] = []
    numeral, began = "", 0

    def flush() -> None:
        nonlocal numeral
        if numeral:
            value = read_numeral(numeral)
            pieces.append(Piece(f" {value:g}", offset + began, offset + began + len(numeral)))
            numeral = ""

    for word in segment(run):
        text = run[word.start : word.end]
        if all(c in NUMERALS for c in text) and (len(text) == 1 or text not in planner_words()):
            began = word.start if not numeral else began
            numeral += text
            continue
        flush()
        shown = text if word.gloss is None else word.gloss
        if shown:
            glue = "" if shown in _GLUED else " "
            pieces.append(Piece(glue + shown, offset + word.start, offset + word.end))
    flush()
    return pieces


def read_numeral(text: str) -> float:
    """The value of a Chinese numeral made of `NUMERALS` ("四百八十" is 480, "两千五" is 2500)."""
    if all(c in _DIGITS for c in text):
        return float("".join(str(_DIGITS[c]) for c in text))
    total, section, digit, unit = 0.0, 0.0, 0.0, 1.0
    for c in text:
        if c in _DIGITS:
            digit = _DIGITS[c]
            unit = 1.0 if c in "零〇" else unit
        elif c in _UNITS:
            unit = _UNITS[c]
            section += (digit or 1.0) * unit
            digit = 0.0
        else:
            unit = 10_000.0 if c == "万" else 100_000_000.0
            total = (total + section + digit or 1.0) * unit
            section = digit = 0.0
    # A last digit counts in tenths of the unit before it: 八千五 is 8500, 八千零五 is 8005.
    return total + section + digit * (unit / 10 if unit > 10 else 1.0)


def _share(text: str) -> str:
    """A share written in Chinese as a percentage ("九成五" is 95%)."""
    if text.startswith("百分之"):
        number = text.removeprefix("百分之")
        whole, _, part = number.partition("点")
        value = float(whole) if whole.isdecimal() else read_numeral(whole)
        return f"{value:g}{'.' + str(int(read_numeral(part))) if part else ''}%"
    last = {"半": 5, "": 0}.get(text[2:], _DIGITS.get(text[2:], 0))
    return f"{_DIGITS[text[0]] * 10 + last}%"
