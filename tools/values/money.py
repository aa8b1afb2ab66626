"""Amounts of money with the currency they were written in.

`¥` is yuan beside Chinese text and yen beside `JPY` or 日元; a bare `$` is the US dollar. A number
without a currency keeps `None`, because only the caller knows whose currency is meant.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from tools.errors import InvalidInput
from tools.values.folding import fold
from tools.values.numbers import NUMBER_PATTERN, find_numbers

_CURRENCY_WORDS: dict[str, str] = {
    "USD": "us$ usd $ us dollars|us dollar|dollars|dollar|bucks|美元|美金",
    "CNY": "cny rmb cn¥ ¥ yuan|renminbi|人民币|元人民币|元|块钱|块",
    "EUR": "eur € euros|euro|欧元",
    "GBP": "gbp £ pounds sterling|pounds|英镑",
    "JPY": "jpy yen|日元|日圆",
    "HKD": "hkd hk$ 港币|港元",
    "TWD": "twd nt$ ntd 台币|新台币",
    "CAD": "cad c$ ca$ 加元",
    "AUD": "aud a$ au$ 澳元",
    "SGD": "sgd s$ 新加坡元|新元",
    "CHF": "chf 瑞士法郎",
    "KRW": "krw ₩ 韩元",
    "INR": "inr ₹ rupees|卢比",
    "VND": "vnd ₫ 越南盾",
}


def _words() -> dict[str, str]:
    found: dict[str, str] = {}
    for code, words in _CURRENCY_WORDS.items():
        head, *rest = words.split("|")
        # the first part is split at blanks; the parts after a bar may contain blanks
        for word in [*head.split(" "), *rest]:
            found.setdefault(word, code)
    found["us dollars"] = "USD"
    found["pounds sterling"] = "GBP"
    del found["us"], found["sterling"]
    return found


CURRENCIES = {word: code for word, code in _words().items() if word not in ("pounds ", "")}
_ordered = sorted(CURRENCIES, key=len, reverse=True)
CURRENCY_PATTERN = (
    "(?:"
    + "|".join(
        rf"(?<![a-z]){re.escape(w)}(?![a-z])" if w.isascii() and w.isalpha() else re.escape(w)
        for w in _ordered
    )
    + ")"
)
_BEFORE = rf"(?P<before>{CURRENCY_PATTERN})\s?:?\s?"
_AFTER = rf"\s?(?P<after>{CURRENCY_PATTERN})"
_MONEY = re.compile(
    rf"(?:{_BEFORE})?(?<!\d)(?<!\d[.,])(?P<number>{NUMBER_PATTERN})(?:{_AFTER}(?P<jiao>[一二三四五六七八九]|\d)?"
    r"(?P<jiao_unit>角|毛)?)?"
)


@dataclass(frozen=True, slots=True)
class Amount:
    """`value` in `currency` (ISO 4217), or in an unnamed currency when None."""

    value: Decimal
    currency: str | None


@dataclass(frozen=True, slots=True)
class AmountMatch:
    """Money at `text[start:end]`; `currency_span` is where the currency was written."""

    start: int
    end: int
    readings: tuple[Amount, ...]
    number_span: tuple[int, int]
    currency_span: tuple[int, int] | None

    @property
    def value(self) -> Amount:
        return self.readings[0]


def find_amounts(text: str, *, bare: bool = False) -> Iterator[AmountMatch]:
    """Every number with a currency beside it; with `bare`, numbers without one too."""
    for match in _MONEY.finditer(fold(text)):
        if match["before"] or match["after"]:
            yield _amount(match, "before" if match["before"] else "after")
        elif bare:
            yield _amount(match, None)


def _amount(match: re.Match[str], group: str | None) -> AmountMatch:
    currency = CURRENCIES[match[group]] if group else None
    numbers = next(find_numbers(match["number"])).readings
    end = match.end()
    if match["jiao"] and match["after"] in ("块", "元", "块钱") and len(numbers) == 1:
        numbers = (numbers[0] + Decimal(next(find_numbers(match["jiao"])).value) / 10,)
    elif match["jiao"]:
        end = match.start("jiao")
    if len(numbers) > 1 and "." in match["number"] and numbers[1] < 100:
        # a price of 1.200 is likelier one and a fifth than twelve hundred; 1,200 is not
        numbers = numbers[::-1]
    return AmountMatch(
        match.start(),
        end,
        tuple(Amount(n, currency) for n in numbers),
        match.span("number"),
        match.span(group) if group else None,
    )


def parse_money(text: str) -> Amount:
    """`20k` -> 20000, `2万元` -> 20000 CNY, `$1,250.50` -> 1250.50 USD, `三块五` -> 3.5 CNY.

    Raises:
        InvalidInput: no amount, several amounts, or a negative one.
    """
    folded = fold(text)
    found = list(find_amounts(folded, bare=True))
    if len(found) > 1:
        found = [amount for amount in found if amount.currency_span] or found
    if len(found) != 1 or re.search(r"-\s?[$€£¥]?\s?\d", folded[: found[0].end]):
        raise InvalidInput(
            f"“{text[:80]}” should name one amount, such as “20k” or “USD 1,500”.",
            f"“{text[:80]}”里应该有一个金额，例如“2万元”。",
        )
    amount = found[0].value
    if len(found[0].readings) > 1 and not found[0].currency_span:
        amount = Amount(max(r.value for r in found[0].readings), amount.currency)
    return amount
