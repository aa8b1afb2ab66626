"""Dates as people and programs write them; what can be read two ways is reported, not guessed.

`03/04/26` fits several orders of day, month and year. All values of a column are tried under every
order; the column is settled when one order is left, or when those left agree on every value.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

DateOrder = Literal["dmy", "mdy", "ymd"]
ORDERS: tuple[DateOrder, ...] = ("dmy", "mdy", "ymd")
EARLIEST, LATEST = dt.date(1970, 1, 1), dt.date(2100, 12, 31)
"""Dates outside are placeholders of other systems (1900-01-00, 9999-12-31), not days."""

_TIME = (
    r"(?:[T\s]+(?P<ampm1>上午|下午)?\s*(?P<H>\d{1,2})(?::|时|点)(?P<M>\d{1,2})(?:(?::|分)"
    r"(?P<S>\d{1,2})(?:[.,]\d+)?)?(?:分|秒)?\s*(?P<ampm2>[AaPp]\.?[Mm]\.?)?\s*"
    r"(?P<zone>Z|UTC|GMT|[+-]\d{2}:?\d{2})?)?"
)
_MONTHS = {
    name: number
    for number, name in enumerate("jan feb mar apr may jun jul aug sep oct nov dec".split(), 1)
}
_YEAR_FIRST = re.compile(
    rf"(?P<y>\d{{4}})\s*(?:[-/.年])\s*(?P<m>\d{{1,2}})\s*(?:[-/.月])\s*(?P<d>\d{{1,2}})日?{_TIME}"
)
_COMPACT = re.compile(r"(?P<y>\d{4})(?P<m>\d{2})(?P<d>\d{2})" + _TIME)
_MONTH_NAME = re.compile(
    r"(?:[A-Za-z]{3,9},\s*)?(?P<d>\d{1,2})[\s.-]*(?P<name>[A-Za-z]{3,9})\.?[\s,-]*(?P<y>\d{4}|\d{2})"
    + _TIME
)
_NAME_FIRST = re.compile(
    r"(?P<name>[A-Za-z]{3,9})\.?\s+(?P<d>\d{1,2})(?:st|nd|rd|th)?,?\s+(?P<y>\d{4})" + _TIME
)
_NUMERIC = re.compile(
    rf"(?P<a>\d{{1,2}})\s*(?P<sep>[-/.])\s*(?P<b>\d{{1,2}})\s*(?P=sep)\s*(?P<c>\d{{4}}|\d{{2}}){_TIME}"
)


class NotADate(ValueError):
    """`reason`: `not_a_date`, `impossible_date` or `ambiguous_date`."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Moment:
    """A date with the time and offset beside it, if any were written."""

    day: dt.date
    time: dt.time | None = None
    offset: dt.timezone | None = None


@dataclass(frozen=True, slots=True)
class _Open:
    """A date of three numbers whose order is not written."""

    first: int
    second: int
    last: int
    separator: str
    orders: tuple[DateOrder, ...]
    time: dt.time | None
    offset: dt.timezone | None

    def under(self, order: DateOrder) -> Moment | None:
        """The moment under an order, None when that is no date."""
        day, month, year = {
            "dmy": (self.first, self.second, self.last),
            "mdy": (self.second, self.first, self.last),
            "ymd": (self.last, self.second, self.first),
        }[order]
        if order not in self.orders:
            return None
        try:
            return Moment(_checked(_full_year(year), month, day), self.time, self.offset)
        except NotADate:
            return None


def _full_year(year: int) -> int:
    """Two digits are 1970-2069, as POSIX reads them (to the year)."""
    if year >= 100:
        return year
    return 2000 + year if year < 70 else 1900 + year


def _checked(year: int, month: int, day: int) -> dt.date:
    try:
        found = dt.date(year, month, day)
    except ValueError as error:
        raise NotADate("impossible_date") from error
    if not EARLIEST <= found <= LATEST:
        raise NotADate("impossible_date")
    return found


def _clock(match: re.Match[str]) -> tuple[dt.time | None, dt.timezone | None]:
    if match["H"] is None:
        return None, None
    hour, half = int(match["H"]), (match["ampm2"] or match["ampm1"] or "").lower().replace(".", "")
    if half in {"pm", "下午"} and hour < 12:
        hour += 12
    elif half in {"am", "上午"} and hour == 12:
        hour = 0
    offset = None
    if zone := match["zone"]:
        minutes = 0
        if zone[0] in "+-":
            minutes = (int(zone[1:3]) * 60 + int(zone[-2:])) * (-1 if zone[0] == "-" else 1)
        offset = dt.timezone(dt.timedelta(minutes=minutes))
    try:
        return dt.time(hour, int(match["M"]), int(match["S"] or 0)), offset
    except ValueError as error:
        raise NotADate("impossible_date") from error


def _read(text: str) -> Moment | _Open:
    body = unicodedata.normalize("NFKC", text).strip()
    for pattern in (_YEAR_FIRST, _COMPACT):
        if match := pattern.fullmatch(body):
            day = _checked(int(match["y"]), int(match["m"]), int(match["d"]))
            return Moment(day, *_clock(match))
    for pattern in (_MONTH_NAME, _NAME_FIRST):
        if match := pattern.fullmatch(body):
            month = _MONTHS.get(match["name"][:3].lower())
            if month is None:
                raise NotADate("not_a_date")
            day = _checked(_full_year(int(match["y"])), month, int(match["d"]))
            return Moment(day, *_clock(match))
    if match := _NUMERIC.fullmatch(body):
        return _open(match)
    raise NotADate("not_a_date")


def _open(match: re.Match[str]) -> _Open:
    long_year = len(match["c"]) == 4
    orders: tuple[DateOrder, ...] = ORDERS
    if long_year:
        # No country writes month.day.year with dots.
        orders = ("dmy",) if match["sep"] == "." else ("dmy", "mdy")
    return _Open(
        int(match["a"]), int(match["b"]), int(match["c"]), match["sep"], orders, *_clock(match)
    )


@dataclass
class ParsedDates:
    """Distinct texts of a column: those read, those not with the reason, and how it was settled."""

    moments: dict[str, Moment]
    failures: dict[str, str]
    order: DateOrder | None = None
    """Set when values of three numbers were read under this order."""


def parse_dates(texts: Iterable[str], order: DateOrder | None = None) -> ParsedDates:
    """Read the distinct values of one column; `order` is what the planner said, if anything."""
    result = ParsedDates({}, {})
    unsettled: dict[str, _Open] = {}
    for text in texts:
        try:
            read = _read(text)
        except NotADate as error:
            result.failures[text] = error.reason
            continue
        if isinstance(read, _Open):
            unsettled[text] = read
        else:
            result.moments[text] = read
    if unsettled:
        _settle(unsettled, order, result)
    return result


def _settle(unsettled: dict[str, _Open], order: DateOrder | None, result: ParsedDates) -> None:
    """Read what all values agree on; an order that the planner gave wins wherever it applies."""
    possible = {
        text: {each: found for each in ORDERS if (found := value.under(each)) is not None}
        for text, value in unsettled.items()
    }
    fitting = [readings for readings in possible.values() if readings]
    tried = [each for each in ORDERS if each != "ymd" or _may_start_with_year(unsettled.values())]
    common = [each for each in tried if all(each in readings for readings in fitting)]
    if order or len(common) == 1:
        result.order = order or common[0]
    for text, readings in possible.items():
        allowed: Sequence[DateOrder] = common or tried
        if order:
            allowed = [order] if order in unsettled[text].orders else ORDERS
        choices = {readings[each] for each in allowed if each in readings}
        if len(choices) == 1:
            result.moments[text] = choices.pop()
        else:
            result.failures[text] = "ambiguous_date" if choices else "impossible_date"


def _may_start_with_year(values: Iterable[_Open]) -> bool:
    """Of two-digit numbers the year varies least: `13/04/26, 14/04/26` do not begin with it.

    When first and last vary alike, only slashes speak against it: nobody writes 26/04/13 so.
    """
    short = [value for value in values if "ymd" in value.orders]
    firsts, lasts = {value.first for value in short}, {value.last for value in short}
    if len(firsts) != len(lasts):
        return len(firsts) < len(lasts)
    return any(value.separator != "/" for value in short)


def parse_day(text: str, order: DateOrder | None = None) -> dt.date:
    """One date on its own; raises `NotADate`."""
    parsed = parse_dates([text], order)
    if text in parsed.failures:
        raise NotADate(parsed.failures[text])
    return parsed.moments[text].day
