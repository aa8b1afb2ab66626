"""Numbers as people write them: digits with any separators, Chinese numerals, English words.

A written number may have two readings (`1.200` is 1200 in Berlin and 1.2 in Boston); `readings`
holds both, the likelier first, and the caller decides with what it knows about the unit.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from tools.errors import InvalidInput
from tools.values.folding import fold


@dataclass(frozen=True, slots=True)
class NumberMatch:
    """A number in a text: `text[start:end]`, with its readings, the likelier first."""

    start: int
    end: int
    readings: tuple[Decimal, ...]

    @property
    def value(self) -> Decimal:
        return self.readings[0]


CHINESE_DIGITS = {c: i for i, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2, "俩": 2}
_CHINESE_UNITS = {"十": 10, "百": 100, "千": 1000, "廿": 20, "卅": 30}
_CHINESE_SECTIONS = {"万": 10**4, "亿": 10**8}

_ONES = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen "
    "fifteen sixteen seventeen eighteen nineteen"
).split()
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
_WORDS = {w: i for i, w in enumerate(_ONES)} | {w: 20 + 10 * i for i, w in enumerate(_TENS)}
_SCALES = {"hundred": 100, "thousand": 1000, "million": 10**6}
_SUFFIXES = {
    "k": 10**3,
    "m": 10**6,
    "mn": 10**6,
    "million": 10**6,
    "thousand": 10**3,
    "hundred": 100,
    "百": 100,
    "千": 1000,
    "万": 10**4,
    "百万": 10**6,
    "亿": 10**8,
}

_DIGITS = r"\d{1,3}(?:[,.' ]\d{3})+(?:[.,]\d+)?(?!\d)|\d+(?:[.,]\d+)?"
_SUFFIX = r"\s?(?:百万|万|亿|千|百)|\s?(?:million|thousand|hundred|mn|k|m)(?![a-z])"
_DIGIT_NUMBER = rf"(?P<digits>{_DIGITS})(?P<suffix>{_SUFFIX})?"
CHINESE_NUMERAL = "[零〇一二两俩三四五六七八九十百千万亿廿卅]+"
_WORD = "|".join(sorted([*_WORDS, *_SCALES], key=len, reverse=True))
_ENGLISH = rf"(?<![a-z])(?:(?:a|an)\s)?(?:{_WORD})(?:[\s-](?:and\s)?(?:{_WORD}))*(?![a-z])"
_NUMBER = re.compile(rf"(?<![\d])(?:{_DIGIT_NUMBER}|(?P<zh>{CHINESE_NUMERAL})|(?P<en>{_ENGLISH}))")


def read_chinese_numeral(text: str) -> int:
    """`一百二十` -> 120, `两万五` -> 25000, `二〇二六` -> 2026; `text` is folded.

    Raises:
        InvalidInput: characters that do not make a number.
    """
    if not text or any(
        c not in CHINESE_DIGITS and c not in _CHINESE_UNITS and c not in _CHINESE_SECTIONS
        for c in text
    ):
        raise InvalidInput(f"“{text}” is not a number.", f"“{text}”不是数字。")
    if all(c in CHINESE_DIGITS for c in text):
        return int("".join(str(CHINESE_DIGITS[c]) for c in text))
    total = section = digit = 0
    last_unit, pending, after_zero = 1, False, False
    for c in text:
        if c in CHINESE_DIGITS:
            digit, pending = CHINESE_DIGITS[c], True
            after_zero = after_zero or c in "零〇"
        elif c in _CHINESE_UNITS:
            unit = _CHINESE_UNITS[c]
            section += unit if not pending or unit in (20, 30) else digit * unit
            digit, last_unit, pending, after_zero = 0, unit if unit != 20 else 10, False, False
        else:
            unit = _CHINESE_SECTIONS[c]
            total = (
                (total + section + digit) * unit
                if unit == 10**8
                else (total + (section + digit or 1) * unit)
            )
            section, digit, last_unit, pending, after_zero = 0, 0, unit, False, False
    if pending and not after_zero and last_unit > 10:
        digit *= last_unit // 10  # colloquial: 一百二 is 120, 两万五 is 25000
    return total + section + digit


def _read_english(text: str) -> int:
    total = current = 0
    for word in re.split(r"[\s-]+", text):
        if word in ("and",):
            continue
        if word in ("a", "an"):
            current = 1
        elif word in _WORDS:
            current += _WORDS[word]
        elif word == "hundred":
            current = (current or 1) * 100
        else:
            total += (current or 1) * _SCALES[word]
            current = 0
    return total + current


def read_digits(text: str) -> tuple[Decimal, ...]:
    """The readings of digits with separators, the likelier first.

    `1,200` -> 1200 (or 1.2 where a comma is the decimal sign), `1.234,50` -> 1234.50,
    `1 200` -> 1200, `12.5` -> 12.5, `0.500` -> 0.5.
    """
    text = text.replace(" ", "").replace("'", "")
    marks = [c for c in text if c in ",."]
    if not marks:
        return (Decimal(text),)
    if len(set(marks)) == 2:
        decimal = "." if text.rfind(".") > text.rfind(",") else ","
        thousands = "," if decimal == "." else "."
        return (Decimal(text.replace(thousands, "").replace(decimal, ".")),)
    mark = marks[0]
    whole = Decimal(text.replace(mark, ""))
    if len(marks) > 1:
        return (whole,)
    head, tail = text.split(mark)
    fraction = Decimal(f"{head}.{tail}")
    if len(tail) != 3 or head == "0" or len(head) > 3 or head.startswith("0"):
        return (fraction,)
    return (whole, fraction)


def find_numbers(text: str) -> Iterator[NumberMatch]:
    """Every number in `text`, left to right."""
    for match in _NUMBER.finditer(fold(text)):
        yield NumberMatch(match.start(), match.end(), _readings(match))


def number_at(folded: str, position: int) -> NumberMatch | None:
    """The number that starts exactly at `position` of a folded text."""
    match = _NUMBER.match(folded, position)
    return None if match is None else NumberMatch(match.start(), match.end(), _readings(match))


def _readings(match: re.Match[str]) -> tuple[Decimal, ...]:
    if digits := match["digits"]:
        readings = read_digits(digits)
        if suffix := (match["suffix"] or "").strip():
            # "1.200k" is nobody's 1,200,000: before a scale the mark is a decimal mark
            readings = tuple(r * _SUFFIXES[suffix] for r in readings[-1:])
        return readings
    if match["zh"]:
        return (Decimal(read_chinese_numeral(match["zh"])),)
    return (Decimal(_read_english(match["en"])),)


def parse_number(text: str) -> Decimal:
    """The one number that `text` holds, likeliest reading.

    Raises:
        InvalidInput: none, or several numbers.
    """
    found = list(find_numbers(text))
    if len(found) != 1:
        raise InvalidInput(
            f"“{text[:80]}” should hold exactly one number.",
            f"“{text[:80]}”里应该正好有一个数字。",
        )
    return found[0].value


NUMBER_PATTERN = rf"(?:(?:{_DIGITS})(?:{_SUFFIX})?|{CHINESE_NUMERAL}|{_ENGLISH})"
"""A number inside a larger pattern over folded text; read what it matched with `parse_number`."""
