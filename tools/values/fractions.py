"""Shares: percentages, 成, and fractions in words, as a number between 0 and 1."""

from __future__ import annotations

import re
from decimal import Decimal

from tools.errors import InvalidInput
from tools.values.folding import fold
from tools.values.numbers import CHINESE_NUMERAL, parse_number

_DIGITS = r"\d+(?:[.,]\d+)?"
_NAMED = {
    "three quarters": 0.75,
    "three-quarters": 0.75,
    "two thirds": 2 / 3,
    "two-thirds": 2 / 3,
    "a quarter": 0.25,
    "one quarter": 0.25,
    "quarter": 0.25,
    "a third": 1 / 3,
    "one third": 1 / 3,
    "third": 1 / 3,
    "a fifth": 0.2,
    "a tenth": 0.1,
    "half": 0.5,
    "一半": 0.5,
    "对半": 0.5,
}
_PATTERN = re.compile(
    rf"百分之(?P<of_hundred>{_DIGITS}|{CHINESE_NUMERAL}(?:点{CHINESE_NUMERAL})?)"
    rf"|(?P<below>{CHINESE_NUMERAL})分之(?P<above>{CHINESE_NUMERAL})"
    rf"|(?P<cheng>{_DIGITS}|[一二两三四五六七八九十])成(?P<cheng_tenth>[一二三四五六七八九半])?"
    rf"|(?P<percent>{_DIGITS})\s?(?:%|percent|per\s?cent|pct|个百分点|个点)"
    rf"|(?P<words>[a-z]+(?:[\s-][a-z]+)*?)\s(?:percent|per\s?cent)"
    rf"|(?P<named>{'|'.join(sorted(_NAMED, key=len, reverse=True))})(?![a-z])"
    r"|(?P<plain>(?<!\d)(?:0?[.,]\d+))(?!\d)"
)


def find_fraction(text: str) -> tuple[int, int, float] | None:
    """Start, end and value of the first share in `text`; a bare `95` is not one."""
    match = _PATTERN.search(fold(text))
    return None if match is None else (*match.span(), _value(match))


def _value(match: re.Match[str]) -> float:
    group = match.lastgroup
    if match["of_hundred"]:
        return _number(match["of_hundred"]) / 100
    if match["below"]:
        below = _number(match["below"])
        if below == 0:
            raise InvalidInput("A fraction cannot have zero parts.", "分母不能是零。")
        return _number(match["above"]) / below
    if match["cheng"]:
        tenth = match["cheng_tenth"]
        extra = 0.0 if not tenth else 5.0 if tenth == "半" else _number(tenth)
        return round(_number(match["cheng"]) / 10 + extra / 100, 10)
    if match["percent"]:
        return _number(match["percent"]) / 100
    if match["words"]:
        return float(parse_number(match["words"])) / 100
    if match["named"]:
        return _NAMED[match["named"]]
    if group == "plain":
        return float(match["plain"].replace(",", "."))
    raise InvalidInput("No share was found.", "没有找到比例。")


def _number(text: str) -> float:
    if re.fullmatch(_DIGITS, text):
        return float(Decimal(text.replace(",", ".")))
    if "点" in text:
        whole, part = text.split("点")
        return float(
            f"{int(parse_number(whole))}.{''.join(str(int(parse_number(c))) for c in part)}"
        )
    return float(parse_number(text))


def parse_fraction(text: str) -> float:
    """`98 %`, `98`, `0.98`, `九成八`, `百分之九十八` -> 0.98.

    Raises:
        InvalidInput: no share, or one outside 0 to 1.
    """
    found = find_fraction(text)
    if found is not None:
        value = found[2]
    else:
        try:
            value = float(parse_number(text))
        except InvalidInput:
            raise _refuse(text) from None
        value = value / 100 if value > 1 else value
    if not 0 <= value <= 1:
        raise _refuse(text)
    return value


def _refuse(text: str) -> InvalidInput:
    return InvalidInput(
        f"“{text[:80]}” should be a share between 0 and 100 %, such as “95 %”.",
        f"“{text[:80]}”应该是 0 到 100% 之间的比例，例如“95%”。",
    )
