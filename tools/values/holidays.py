"""Named days that planners and suppliers date by: 春节, Golden Week, Christmas, Thanksgiving.

A name stands for a span of days off, so that "before" and "after" mean the last working day ahead
of it and the first one behind it. Lunar days come from the `holidays` package.
"""

# ruff: noqa: E501 - one pattern a row reads better than a wrapped one

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from functools import lru_cache

import holidays as calendars
from dateutil.easter import easter

Span = tuple[dt.date, dt.date]


@lru_cache(maxsize=200)
def _lunar(year: int, name: str) -> dt.date:
    days = calendars.country_holidays("CN", years=year, language="en_US")
    return min(day for day, label in days.items() if name in label)


def _spring_festival(year: int) -> Span:
    first = _lunar(year, "Chinese New Year (Spring Festival)")
    return first - dt.timedelta(days=1), first + dt.timedelta(days=6)


def _one(day: dt.date) -> Span:
    return day, day


def _fixed(month: int, day: int, length: int = 1) -> Callable[[int], Span]:
    def span(year: int) -> Span:
        first = dt.date(year, month, day)
        return first, first + dt.timedelta(days=length - 1)

    return span


def _thanksgiving(year: int) -> Span:
    first = dt.date(year, 11, 1)
    return _one(first + dt.timedelta(days=(3 - first.weekday()) % 7 + 21))


def _black_friday(year: int) -> Span:
    return _one(_thanksgiving(year)[0] + dt.timedelta(days=1))


_NAMED: list[tuple[str, Callable[[int], Span]]] = [
    (
        r"chinese new year|lunar new year|spring festival|cny\s?holidays?|春节|农历新年|过年|年前(?!后)|年后",
        _spring_festival,
    ),
    (
        r"golden week|(?:chinese\s)?national day|国庆(?:节|假期|长假|黄金周)?|十一(?:假期|长假|黄金周)",
        _fixed(10, 1, 7),
    ),
    (r"labou?r day holidays?|may day|五一(?:节|假期|长假)?|劳动节", _fixed(5, 1, 5)),
    (r"dragon boat(?: festival)?|端午(?:节)?", lambda y: _one(_lunar(y, "Dragon Boat"))),
    (r"mid-?\s?autumn(?: festival)?|中秋(?:节)?", lambda y: _one(_lunar(y, "Mid-Autumn"))),
    (
        r"tomb[\s-]sweeping(?: day)?|qingming|清明(?:节)?",
        lambda y: _one(_lunar(y, "Tomb-Sweeping")),
    ),
    (r"christmas eve|平安夜", _fixed(12, 24)),
    (r"christmas|xmas|x-mas|圣诞(?:节)?", _fixed(12, 25)),
    (r"new year's eve", _fixed(12, 31)),
    (r"new year(?:'?s)?(?: day)?|元旦", _fixed(1, 1)),
    (r"thanksgiving|感恩节", _thanksgiving),
    (r"black friday|黑色星期五|黑五", _black_friday),
    (r"halloween|万圣节", _fixed(10, 31)),
    (r"valentine'?s(?: day)?|情人节", _fixed(2, 14)),
    (r"singles'? day|double eleven|双十一|双11", _fixed(11, 11)),
    (r"双十二|双12", _fixed(12, 12)),
    (r"618", _fixed(6, 18)),
    (r"easter", lambda y: _one(easter(y))),
]
NAME_PATTERN = "|".join(f"(?:{pattern})" for pattern, _ in _NAMED if pattern != "618")


def named_span(name: str, year: int) -> Span:
    """First and last day of the holiday called `name` (folded) in `year`."""
    for pattern, span in _NAMED:
        if re.fullmatch(pattern, name):
            return span(year)
    raise KeyError(name)


def nearest_span(name: str, today: dt.date, *, past: bool = False) -> Span:
    """The next occurrence that is not over on `today`, or the last one that has begun."""
    spans = [named_span(name, today.year + offset) for offset in (-1, 0, 1, 2)]
    if past:
        return [span for span in spans if span[0] <= today][-1]
    return next(span for span in spans if span[1] >= today)
