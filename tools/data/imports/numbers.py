"""Numbers as people and programs write them, read by one rule for a whole file.

`1.234` is a thousand in one country and about one in another. Values that can only be read one way
(`1.234,50`, `12,5`) settle the decimal mark for the file; the delimiter never does. What stays
ambiguous is reported, except a lone comma before three digits, which without other evidence groups
thousands.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Literal

DecimalMark = Literal[".", ","]
MISSING = frozenset(
    {"", "-", "--", "—", "na", "n/a", "#n/a", "nan", "null", "none", "nil", "无", "空", "暂无", "?"}
)
LARGEST = Decimal(10) ** 12
"""No planner has a quantity or a price beyond this; larger values are broken exports."""

_CURRENCY_SIGNS = {"$": "USD", "€": "EUR", "£": "GBP", "¥": "", "元": "CNY", "₹": "INR"}
_CURRENCY = re.compile(
    r"(?:US|HK|A|C)?\$|€|£|[¥￥]|元|₹|\b(?:USD|EUR|GBP|CNY|RMB|JPY|HKD|CAD|AUD|CHF|INR)\b",
    re.IGNORECASE,
)
_SCALES = {"万": Decimal(10_000), "千": Decimal(1_000), "亿": Decimal(100_000_000)}
_SPACES = re.compile(r"[\s\u00a0\u2009\u202f'’]")
_SHAPE = re.compile(r"\d+(?:[.,]\d+)*|[.,]\d+")


@dataclass(frozen=True, slots=True)
class Written:
    """A numeral taken apart: sign, digits with marks, power of ten, and a currency beside it."""

    negative: bool
    digits: str
    factor: Decimal
    currency: str


class NotANumber(ValueError):
    """The text is no number; `reason` is `not_a_number`, `infinite` or `ambiguous_number`."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def is_missing(text: str) -> bool:
    """Ways in which programs write that there is no value."""
    return text.strip().casefold() in MISSING


def take_apart(text: str) -> Written:
    """Sign, digits and scale of a numeral; raises `NotANumber`."""
    body = unicodedata.normalize("NFKC", text).strip().replace("−", "-")
    if body.casefold().lstrip("+-") in {"inf", "infinity", "∞", "1.#inf"}:
        raise NotANumber("infinite")
    currency = ""
    if sign := _CURRENCY.search(body):
        currency = _currency_code(sign.group())
        body = body[: sign.start()] + body[sign.end() :]
    body = _SPACES.sub("", body)
    negative = False
    if body.startswith("(") and body.endswith(")"):
        negative, body = True, body[1:-1]
    if body.endswith("-"):  # SAP writes the sign behind
        negative, body = not negative, body[:-1]
    if body.startswith(("-", "+")):
        negative, body = negative != (body[0] == "-"), body[1:]
    factor = Decimal(1)
    if body.endswith("%"):
        factor, body = Decimal("0.01"), body[:-1]
    elif body and body[-1] in _SCALES:
        factor, body = _SCALES[body[-1]], body[:-1]
    mantissa, mark, exponent = body.replace("E", "e").partition("e")
    if mark:
        if not re.fullmatch(r"[+-]?\d{1,3}", exponent):
            raise NotANumber("not_a_number")
        factor *= Decimal(10) ** int(exponent)
    if not _SHAPE.fullmatch(mantissa):
        raise NotANumber("not_a_number")
    return Written(negative, mantissa, factor, currency)


def _currency_code(sign: str) -> str:
    upper = sign.upper()
    if upper in {"RMB", "元"}:
        return "CNY"
    if upper in {"HK$", "A$", "C$", "US$"}:
        return {"HK$": "HKD", "A$": "AUD", "C$": "CAD", "US$": "USD"}[upper]
    return _CURRENCY_SIGNS.get(sign, upper if len(upper) == 3 else "")


def _readings(digits: str) -> set[DecimalMark]:
    """Decimal marks under which the digits are well-formed."""
    found: set[DecimalMark] = set()
    marks: tuple[tuple[DecimalMark, str], ...] = ((".", ","), (",", "."))
    for decimal, group in marks:
        whole, _, fraction = digits.partition(decimal)
        if decimal in fraction or group in fraction:
            continue
        if group in whole and not re.fullmatch(rf"\d{{1,3}}(?:[{group}]\d{{3}})+", whole):
            continue
        found.add(decimal)
    return found


def decimal_mark(texts: Iterable[str]) -> DecimalMark | None:
    """The mark that the unambiguous values of a file use; None without evidence.

    Raises `NotANumber("mixed_marks")` when values contradict each other.
    """
    evidence: set[DecimalMark] = set()
    for text in texts:
        try:
            digits = take_apart(text).digits
        except NotANumber:
            continue
        if "," in digits or "." in digits:
            readings = _readings(digits)
            if len(readings) == 1:
                evidence |= readings
    if len(evidence) > 1:
        raise NotANumber("mixed_marks")
    return evidence.pop() if evidence else None


def parse_number(text: str, mark: DecimalMark | None = None) -> Decimal:
    """Value of a numeral; `mark` is what settled the file, None when nothing did.

    Raises `NotANumber`. Values of more than `LARGEST` are `too_large`.
    """
    written = take_apart(text)
    readings = _readings(written.digits)
    if not readings:
        raise NotANumber("not_a_number")
    chosen: DecimalMark
    if mark is not None:
        if mark not in readings:
            raise NotANumber("ambiguous_number")
        chosen = mark
    else:
        # Without evidence "1,234" groups thousands and "1.234" has decimals: the point is decimal.
        chosen = "." if "." in readings else ","
    group = "," if chosen == "." else "."
    try:
        value = Decimal(written.digits.replace(group, "").replace(chosen, ".")) * written.factor
    except InvalidOperation as error:
        raise NotANumber("not_a_number") from error
    if value > LARGEST:
        raise NotANumber("too_large")
    return -value if written.negative else value


def check_float(value: float) -> float:
    """A number that Excel or Parquet already typed; raises `NotANumber` for infinite or absurd."""
    if math.isinf(value):
        raise NotANumber("infinite")
    if abs(value) > LARGEST:
        raise NotANumber("too_large")
    return value
