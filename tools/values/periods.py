"""Stretches of days as planners ask for them: `last month`, `since March`, `未来30天`, `Q1`.

"Last" and "past" stretches of days end yesterday, because the planning day has no sales yet;
"next" ones begin today. A month, a season or a holiday without a year is the nearest one in the
direction the caller prefers: sales look back, forecasts look ahead.
"""

# ruff: noqa: E501 - one pattern a row reads better than a wrapped one

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from dateutil.relativedelta import relativedelta

from tools.errors import InvalidInput
from tools.values import calendar as cal
from tools.values.dates import find_dates
from tools.values.durations import find_durations
from tools.values.folding import fold
from tools.values.holidays import NAME_PATTERN, nearest_span
from tools.values.numbers import CHINESE_NUMERAL, read_chinese_numeral

Direction = Literal["past", "future", "nearest"]


@dataclass(frozen=True, slots=True)
class Period:
    """Days from `start` to `end`, both included."""

    start: dt.date
    end: dt.date

    @property
    def days(self) -> int:
        return (self.end - self.start).days + 1

    def __str__(self) -> str:
        return f"{self.start.isoformat()}/{self.end.isoformat()}"


_Reader = Callable[["re.Match[str]", dt.date, Direction], "Period | None"]
_M = cal.MONTH_PATTERN
_ZNUM = rf"(?:\d{{1,2}}|{CHINESE_NUMERAL})"
_PAST = r"last|past|previous|preceding|trailing|过去|最近|近|前|上|之前"
_NEXT = r"next|coming|following|upcoming|未来|接下来|今后|往后|后续|下|之后|后"
_SPAN_OF = {"week": cal.week_of, "month": cal.month_of, "quarter": cal.quarter_of, "year": cal.year_of,
            "周": cal.week_of, "星期": cal.week_of, "礼拜": cal.week_of, "月": cal.month_of,
            "季度": cal.quarter_of, "季": cal.quarter_of, "年": cal.year_of, "年度": cal.year_of}  # fmt: skip
_OFFSET = {"this": 0, "the current": 0, "current": 0, "last": -1, "previous": -1, "past": -1, "next": 1,
           "coming": 1, "the coming": 1, "following": 1, "本": 0, "这": 0, "这个": 0, "当": 0, "今": 0,
           "上": -1, "上个": -1, "上一": -1, "上一个": -1, "去": -1, "前": -2, "下": 1, "下个": 1, "下一": 1,
           "下一个": 1, "明": 1, "后": 2, "上上": -2, "上上个": -2, "下下": 2, "下下个": 2}  # fmt: skip
_SEASONS = {"spring": 3, "summer": 6, "autumn": 9, "fall": 9, "winter": 12,
            "春": 3, "夏": 6, "秋": 9, "冬": 12}  # fmt: skip
_RELATIVE_YEAR = {"明": 1, "今": 0, "本": 0, "去": -1, "前": -2, "后": 2}


def _int(text: str) -> int:
    return int(text) if text.isdigit() else read_chinese_numeral(text)


def _nearest(spans: list[tuple[dt.date, dt.date]], today: dt.date, prefer: Direction) -> Period:
    """The span that is running or, failing that, the nearest in the preferred direction."""
    if prefer == "past":
        begun = [span for span in spans if span[0] < today]
        return Period(*max(begun))
    if prefer == "future":
        return Period(*min(span for span in spans if span[1] >= today))
    return Period(*min(spans, key=lambda s: abs((s[0] - today).days) + abs((s[1] - today).days)))


def _month_spans(month: int, today: dt.date) -> list[tuple[dt.date, dt.date]]:
    return [cal.month_of(dt.date(today.year + offset, month, 1)) for offset in (-2, -1, 0, 1, 2)]


def _rolling(m: re.Match[str], today: dt.date, prefer: Direction) -> Period | None:
    length = next(find_durations(m["length"]), None)
    if length is None or length.days < 1:
        return None
    past = bool(re.fullmatch(_PAST, m["which"]))
    if months := re.fullmatch(
        r"(\d+|[a-z]+|\D+?)\s?个?(?:months?|月|years?|年)", m["length"].strip()
    ):
        count = round(length.days / (365 if re.search(r"year|年", m["length"]) else 30))
        step = relativedelta(months=count * (12 if re.search(r"year|年", m["length"]) else 1))
        if months and count:
            return (
                Period(today - step, today - cal.days(1))
                if past
                else Period(today, today + step - cal.days(1))
            )
    if past:
        return Period(today - cal.days(length.days), today - cal.days(1))
    return Period(today, today + cal.days(length.days - 1))


def _unit(m: re.Match[str], today: dt.date, prefer: Direction) -> Period:
    if m["which"] == "past":  # "the past year" is the twelve months up to yesterday
        months = {"quarter": 3, "month": 1, "year": 12}.get(m["unit"], 0)
        step = relativedelta(months=months) if months else relativedelta(weeks=1)
        return Period(today - step, today - cal.days(1))
    return Period(*_SPAN_OF[m["unit"]](today, _OFFSET[m["which"].strip()]))


def _half(m: re.Match[str], today: dt.date, prefer: Direction) -> Period:
    year = today.year + _RELATIVE_YEAR.get((m["y"] or "今")[0], 0)
    if (m["y"] or "")[:1].isdigit():
        year = int(m["y"].removesuffix("年"))
    first = m["half"] in ("上半年", "first half", "h1")
    return (
        Period(dt.date(year, 1, 1), dt.date(year, 6, 30))
        if first
        else Period(dt.date(year, 7, 1), dt.date(year, 12, 31))
    )


def _quarter(m: re.Match[str], today: dt.date, prefer: Direction) -> Period:
    number = _int(m["q"])
    if not 1 <= number <= 4:
        raise InvalidInput("A year has four quarters, Q1 to Q4.", "一年只有一到四季度。")
    year = m["y"] or m.groupdict().get("y2")
    month = 3 * number - 2
    if year:
        relative = _RELATIVE_YEAR.get(year[0])
        full = today.year + relative if relative is not None else int(year.removesuffix("年"))
        return Period(*cal.quarter_of(dt.date(full, month, 1)))
    spans = [cal.quarter_of(dt.date(today.year + offset, month, 1)) for offset in (-1, 0, 1)]
    return _nearest(spans, today, prefer)


def _month(m: re.Match[str], today: dt.date, prefer: Direction) -> Period | None:
    name = m["month"]
    month = cal.MONTHS[name] if name in cal.MONTHS else _int(name)
    if not 1 <= month <= 12:
        return None
    which = (m.groupdict().get("which") or "").strip()
    year = m["y"]
    if year:
        relative = _RELATIVE_YEAR.get(year[0])
        full = today.year + relative if relative is not None else int(year.removesuffix("年"))
        return Period(*cal.month_of(dt.date(full, month, 1)))
    if which:
        prefer = "past" if which == "last" else "future"
        spans = [s for s in _month_spans(month, today) if not s[0] <= today <= s[1]]
        return _nearest(spans, today, prefer)
    return _nearest(_month_spans(month, today), today, prefer)


def _year(m: re.Match[str], today: dt.date, prefer: Direction) -> Period:
    return Period(*cal.year_of(dt.date(int(m["y"]), 1, 1)))


def _iso_month(m: re.Match[str], today: dt.date, prefer: Direction) -> Period | None:
    first = cal.safe_date(int(m["y"]), int(m["m"]), 1)
    return Period(*cal.month_of(first)) if first else None


def _to_date(m: re.Match[str], today: dt.date, prefer: Direction) -> Period:
    unit = m.group().strip()
    span_of = (
        cal.month_of
        if re.search(r"month|mtd|月", unit)
        else (cal.quarter_of if re.search(r"quarter|qtd|季", unit) else cal.year_of)
    )
    last = today - cal.days(1)
    return Period(span_of(last)[0], last)


def _season(m: re.Match[str], today: dt.date, prefer: Direction) -> Period:
    month = _SEASONS[m["season"]]
    spans = []
    for offset in (-2, -1, 0, 1):
        first = dt.date(today.year + offset, month, 1)
        spans.append((first, first + relativedelta(months=3) - cal.days(1)))
    which = (m["which"] or "").strip()
    if which in ("last", "去年"):
        return Period(*max(span for span in spans if span[1] < today))
    if which in ("next", "明年"):
        return Period(*min(span for span in spans if span[0] > today))
    return _nearest(spans, today, "future" if which == "this" else prefer)


def _holiday(m: re.Match[str], today: dt.date, prefer: Direction) -> Period:
    first, last = nearest_span(
        m["name"], today, past=prefer == "past" or m["which"] in ("last ", "去年")
    )
    around = 3 if first == last and re.search(r"over|around|前后", m.group()) else 0
    return Period(first - cal.days(around), last + cal.days(around))


def _near(m: re.Match[str], today: dt.date, prefer: Direction) -> Period:
    offset = {"today": 0, "今天": 0, "今日": 0, "tomorrow": 1, "明天": 1, "yesterday": -1, "昨天": -1,
              "前天": -2, "后天": 2}[m["near"]]  # fmt: skip
    day = today + cal.days(offset)
    return Period(day, day)


def _weekend(m: re.Match[str], today: dt.date, prefer: Direction) -> Period:
    which = m["which"] or ""
    offset = (
        -1 if which.startswith(("last", "上")) else 1 if which.startswith(("next", "下")) else 0
    )
    monday = cal.week_of(today, offset)[0]
    return Period(monday + cal.days(5), monday + cal.days(6))


_DURATION = (
    rf"(?:\d+(?:\.\d)?|{CHINESE_NUMERAL}|半|an?\s|few|couple\sof|[a-z]+)\s?-?个?半?\s?(?:(?:working|business|calendar)\s)?"
    r"(?:days?|weeks?|wks?|fortnights?|months?|quarters?|years?|天|日|周|个?星期|个?礼拜|个?月|个?季度|年)"
)
_YEAR = r"(?:20\d\d年?|[明今去前]年)"
_PATTERNS: list[tuple[str, _Reader]] = [
    (r"year[\s-]to[\s-]date|ytd|month[\s-]to[\s-]date|mtd|quarter[\s-]to[\s-]date|qtd|so far this (?:year|month|quarter)|今年以来|年初至今|本月至今|本月以来|本季度至今", _to_date),
    (rf"(?P<y>{_YEAR})?(?P<half>上半年|下半年)", _half),
    (r"(?<![a-z])(?P<half>h[12]|(?:first|second) half)(?:\sof)?\s(?P<y>20\d\d)", _half),
    (r"(?<![a-z\d])(?P<y>20\d\d\s?)?q(?P<q>\d)(?:\s?(?:of\s)?(?P<y2>20\d\d))?(?![\d])", _quarter),
    (rf"(?P<y>{_YEAR})?第?(?P<q>[一二三四1-4])季度?", _quarter),
    (rf"(?<![a-z])(?P<which>{_PAST}|{_NEXT})\s?(?P<length>{_DURATION})(?![a-z])", _rolling),
    (r"(?<![\d])(?P<y>20\d\d)[-/.年]\s?(?P<m>1[0-2]|0?[1-9])(?:月份?)?(?![\d/.-])", _iso_month),
    (r"(?<![a-z])(?:the\s)?(?P<which>this|current|last|previous|past|next|coming|following)\s(?P<unit>week|month|quarter|year)(?![a-z])", _unit),
    (r"(?P<which>上上个?|上一个?|上个?|这个?|本|当|下下个?|下一个?|下个?)(?P<unit>周|星期|礼拜|月|季度?|年度?)(?![一二三四五六日末底初])", _unit),
    (r"(?P<which>今|去|明|前)(?P<unit>年)(?![一二三四五六七八九十\d])", _unit),
    (rf"(?<![a-z])(?:(?P<which>last|next|this)\s)?(?P<month>{_M})\.?(?![a-z])(?:,?\s(?P<y>20\d\d))?(?!\s\d)", _month),
    (rf"(?P<y>{_YEAR})?(?<![\d个])(?P<month>{_ZNUM})月份?(?![\d一二三四五六七八九十底初中])", _month),
    (r"(?:(?P<which>this|last|next|去年|明年|今年|the)\s?)?(?<![a-z])(?P<season>spring|summer|autumn|fall|winter|春|夏|秋|冬)(?:天|季)?(?!节|[a-z])", _season),
    (rf"(?:over\s|around\s|during\s)?(?:the\s)?(?P<which>last\s|this\s|next\s|去年|今年|明年)?(?P<name>{NAME_PATTERN})(?![a-z])(?:期间|前后)?", _holiday),
    (r"(?<![a-z])(?P<which>last\s|this\s|next\s|the\s)?weekend(?![a-z])", _weekend),
    (r"(?P<which>上个?|这个?|本|下个?)?周末", _weekend),
    (r"(?<![a-z])(?P<near>today|tomorrow|yesterday)(?![a-z])|(?P<_>)(?!)", _near),
    (r"(?P<near>今天|今日|明天|昨天|前天|后天)", _near),
    (r"(?<![\d.,])(?P<y>20[0-4]\d)年?(?![\d.,]|\s?(?:pcs|units|件|个))", _year),
]  # fmt: skip
_COMPILED = [(re.compile(pattern), reader) for pattern, reader in _PATTERNS]
_SINCE = re.compile(
    r"(?<![a-z])(?:since|from|starting|as of)\s(?P<from>.+)|(?:自从?|从)?(?P<zh>.+?)(?:以来|至今|开始到现在)"
)
_UNTIL = re.compile(
    r"(?<![a-z])(?:until|till|up to|through|by|before|to)\s(?P<to>.+)|(?:到|截至|至)(?P<zh>.+?)(?:为止|止|$)"
)
_BETWEEN = re.compile(
    r"(?:(?<![a-z])(?:from|between)\s)?(?P<a>[^,;]+?)\s?(?:\s(?:to|until|till|through|thru|and)\s|–|~|\.\.|/(?=20)|\s-\s)\s?(?P<b>[^,;]+)"
    r"|(?:从)?(?P<za>.+?)(?:到|至|~|-(?=\d+月))(?P<zb>.+)"
)


def _single(folded: str, today: dt.date, prefer: Direction) -> Period | None:
    """The one stretch that `folded` names, without since/until."""
    best: tuple[int, int, Period] | None = None
    for rank, (pattern, reader) in enumerate(_COMPILED):
        for match in pattern.finditer(folded):
            read = reader(match, today, prefer)
            size = match.end() - match.start()
            if read is not None and (best is None or size > best[0]):
                best = (size, rank, read)
    dates = [d for d in find_dates(folded, today) if d.window is None]
    if dates:
        longest = max(dates, key=lambda d: d.end - d.start)
        if best is None or longest.end - longest.start > best[0]:
            day = longest.value
            if prefer == "past" and day > today and not re.search(r"20\d\d|明|next|下", folded):
                day -= relativedelta(years=1)
            return Period(day, day)
    return best[2] if best else None


def parse_period(text: str, today: dt.date, prefer: Direction = "nearest") -> Period:
    """The stretch of days that `text` names, relative to the planning day `today`.

    `last 30 days` ends yesterday, `next 3 weeks` begins today, `last month` is the calendar month,
    `since March` runs to yesterday, `from 1 March to 15 April` is as written, and a bare `3 weeks`
    lies in the preferred direction (ahead unless that is "past").

    Raises:
        InvalidInput: no stretch of time is named, or it ends before it starts.
    """
    folded = fold(text).strip()
    try:
        period = _read(folded, today, prefer)
    except (ValueError, OverflowError, KeyError, ArithmeticError):
        period = None
    if period is None:
        raise InvalidInput(
            f"“{text[:80]}” should name a period, such as “last month”, “next 3 weeks” or “Q1”.",
            f"“{text[:80]}”应该是一段时间，例如“上个月”“未来三周”或“一季度”。",
        )
    if period.end < period.start:
        raise InvalidInput(
            f"“{text[:80]}” ends before it starts.", f"“{text[:80]}”的结束早于开始。"
        )
    return period


def _read(folded: str, today: dt.date, prefer: Direction) -> Period | None:
    if (match := _BETWEEN.fullmatch(folded)) is not None:
        first = _single(match["a"] or match["za"], today, prefer)
        second = _single(match["b"] or match["zb"], today, prefer)
        if first and second:
            while first.start > second.end and first.start > today:
                first = Period(first.start - relativedelta(years=1), first.end)
            if second.end < first.start:
                second = _single(match["b"] or match["zb"], first.start, "future") or second
            return Period(first.start, second.end)
    if (match := _SINCE.search(folded)) is not None:
        first = _single(match["from"] or match["zh"], today, "past")
        if first is not None:
            return Period(first.start, max(first.start, today - cal.days(1)))
    if (match := _UNTIL.search(folded)) is not None:
        last = _single(match["to"] or match["zh"], today, "future")
        if last is not None and last.end >= today:
            return Period(today, last.end)
    found = _single(folded, today, prefer)
    if found is None and (length := next(find_durations(folded), None)) and length.days > 0:
        back = prefer == "past" or re.search(r"ago|前", folded)
        if back:
            return Period(today - cal.days(length.days), today - cal.days(1))
        return Period(today, today + cal.days(length.days - 1))
    return found
