"""A figure in the words of a language: "1,240 pcs" and "1,240 件", "3 Dec 2026", "2026年12月3日".

Answers, tables, approval cards and mails all render through here, so that one figure never looks
like two. Precision follows size: what a planner would say aloud, not what a float holds; amounts
that are approved or ordered are `exact`.
"""

from __future__ import annotations

import datetime as dt
import math
from decimal import ROUND_HALF_UP, Decimal

from assistant.presentation.units import is_currency, unit_name, with_currency
from tools.facts import Fact, Value
from tools.text import Language, Text

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
UNKNOWN = Text("unknown", "未知")
_YES_NO = {True: Text("yes", "是"), False: Text("no", "否")}
_PER = {"day": "每天", "week": "每周", "month": "每月", "year": "每年", "order": "每单"}


def fact_text(fact: Fact, language: Language) -> str:
    """The fact's value with its unit, as a planner reads it."""
    return value_text(fact.value, fact.unit, language)


def fact_texts(fact: Fact) -> Text:
    """`fact_text` in both languages."""
    return Text(fact_text(fact, "en"), fact_text(fact, "zh"))


def value_text(value: Value | None, unit: str, language: Language, *, exact: bool = False) -> str:
    """Any value of a fact or cell with its unit.

    `unit` is `%` (a fraction: 0.98 -> "98%"), an ISO currency, a unit of quantity or time, a rate
    of these (`pcs/day`), `date` or empty. None and numbers that are not finite read "unknown".
    """
    if value is None:
        return UNKNOWN(language)
    if isinstance(value, bool):
        return _YES_NO[value](language)
    if isinstance(value, dt.date):
        return date_text(value, language)
    if isinstance(value, str):
        return _words_or_date(value, unit, language)
    if not math.isfinite(value):
        return UNKNOWN(language)
    if unit == "%":
        return percent_text(value, language)
    amount_unit, slash, per = unit.partition("/")
    if slash:
        return _rate_text(value, amount_unit, per, language, exact=exact)
    if is_currency(unit):
        return money_text(value, unit, language, exact=exact)
    return quantity_text(value, unit, language, exact=exact)


def _words_or_date(value: str, unit: str, language: Language) -> str:
    if unit == "date":
        try:
            return date_text(dt.date.fromisoformat(value), language)
        except ValueError:
            return value
    return value


def _rate_text(
    value: float | Decimal, unit: str, per: str, language: Language, *, exact: bool
) -> str:
    amount = value_text(value, unit, language, exact=exact)
    if language == "zh":
        return f"{_PER.get(per) or '每' + unit_name(per, 'zh')} {amount}"
    return f"{amount} per {unit_name(per, 'en', singular=True)}"


def number_text(value: float | Decimal, *, exact: bool = False) -> str:
    """A plain number with thousands separators and as many decimals as its size deserves."""
    number = Decimal(str(value))
    size = abs(number)
    decimals = 4 if exact else 0 if size >= 100 else 1 if size >= 1 else 2
    return _grouped(number, decimals, trim=True)


def quantity_text(
    value: float | Decimal, unit: str, language: Language, *, exact: bool = False
) -> str:
    """A quantity with its unit; English has a singular."""
    number = number_text(value, exact=exact)
    if not unit:
        return number
    return f"{number} {unit_name(unit, language, singular=number == '1')}"


def money_text(
    value: float | Decimal, currency: str, language: Language, *, exact: bool = False
) -> str:
    """An amount with its currency.

    From 10,000 on cents are left out and whole amounts have none, unless `exact`; below one unit
    of money, as in the price of a screw, up to four decimals are kept.
    """
    amount = Decimal(str(value))
    whole = amount == amount.to_integral_value()
    if 0 < abs(amount) < 1 or (exact and amount != round(amount, 2)):
        text = _at_least_two_decimals(_grouped(amount, 4, trim=True))
    elif exact:
        text = _grouped(amount, 2)
    else:
        text = _grouped(amount, 0 if whole or abs(amount) >= 10_000 else 2)
    return with_currency(text, currency, language)


def percent_text(value: float | Decimal, language: Language) -> str:
    """A fraction as a percentage with at most one decimal: 0.9835 -> "98.4%"."""
    del language  # both write it alike
    return f"{_grouped(Decimal(str(value)) * 100, 1, trim=True)}%"


def date_text(day: dt.date, language: Language) -> str:
    """A day as it is written in the language, always with its year."""
    if language == "zh":
        return f"{day.year}年{day.month}月{day.day}日"
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def texts(value: Value | None, unit: str = "", *, exact: bool = False) -> dict[str, str]:
    """`value_text` in both languages, as the page takes it."""
    return {
        "en": value_text(value, unit, "en", exact=exact),
        "zh": value_text(value, unit, "zh", exact=exact),
    }


def _grouped(number: Decimal, decimals: int, *, trim: bool = False) -> str:
    rounded = number.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)
    text = f"{rounded:,.{decimals}f}"
    if trim and "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def _at_least_two_decimals(text: str) -> str:
    whole, _, decimals = text.partition(".")
    return f"{whole}.{decimals:0<2}"
