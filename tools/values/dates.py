"""Dates as suppliers and planners write them, each with every reading it allows.

A written date may be ambiguous (`03/04/26`), relative (`下周三`), a deadline (`3天内`) or a stretch
(`end of next week`); `DateMatch.readings` lists the days it may mean, likeliest first, and `window`
the stretch. A stretch counts as its last day, because that is when goods are sure to be there.
"""

# ruff: noqa: E501 - one pattern a row reads better than a wrapped one

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from dateutil.relativedelta import relativedelta

from tools.errors import InvalidInput
from tools.values import calendar as cal
from tools.values.durations import find_durations
from tools.values.folding import fold
from tools.values.holidays import NAME_PATTERN, nearest_span
from tools.values.numbers import CHINESE_NUMERAL, read_chinese_numeral

Span = tuple[dt.date, dt.date]


@dataclass(frozen=True, slots=True)
class DateMatch:
    """A date at `text[start:end]`; `readings` likeliest first, `window` when it is a stretch."""

    start: int
    end: int
    readings: tuple[dt.date, ...]
    window: Span | None = None
    deadline: bool = False
    """Written as "by", "before" or "within": any day up to it keeps the promise."""

    @property
    def value(self) -> dt.date:
        return self.readings[0]


_Reader = Callable[["re.Match[str]", dt.date], "tuple[dt.date, ...] | Span | list[dt.date] | None"]
_M, _W = cal.MONTH_PATTERN, cal.WEEKDAY_PATTERN
_ZH = CHINESE_NUMERAL
_ZNUM = r"(?:\d{1,2}|[一二三四五六七八九十廿卅]{1,3})"
_SUFFIX = r"(?:st|nd|rd|th)?"
_EDGE = r"(?<![\d.,/a-z-])"
_YEAR = r"(?:20\d\d|\d\d(?=年)|二[零〇][零〇一二三四五六七八九]{2})"


def _int(text: str) -> int:
    return int(text) if text.isdigit() else read_chinese_numeral(text)


def _year(text: str | None, today: dt.date) -> int | None:
    """`明年`, `今年`, `去年`, `2026年`; None when no year is written."""
    if not text:
        return None
    relative = {"明": 1, "今": 0, "本": 0, "去": -1, "后": 2}.get(text[0])
    if relative is not None:
        return today.year + relative
    number = _int(text.removesuffix("年"))
    return number + 2000 if number < 100 else number


def _dated(year: int | None, month: int, day: int, today: dt.date) -> dt.date | None:
    if not 1 <= month <= 12:
        return None
    if year is None:
        return cal.next_occurrence(month, day, today)
    return cal.safe_date(year, month, day)


def _iso(m: re.Match[str], today: dt.date) -> list[dt.date]:
    found = cal.safe_date(int(m["y"]), int(m["m"]), int(m["d"]))
    return [found] if found else []


def _numeric(m: re.Match[str], today: dt.date) -> list[dt.date]:
    first, second, mark = int(m["a"]), int(m["b"]), m["mark"]
    year = int(m["y"]) if m["y"] else None
    day_first = _dated(year, second, first, today)
    month_first = _dated(year, first, second, today)
    ordered = [day_first, month_first] if mark == "." else [month_first, day_first]
    return list(dict.fromkeys(found for found in ordered if found))


def _month_name(m: re.Match[str], today: dt.date) -> list[dt.date]:
    year = int(m["y"]) if m["y"] else None
    year = year + 2000 if year is not None and year < 100 else year
    found = _dated(year, cal.MONTHS[m["month"]], int(m["d"]), today)
    return [found] if found else []


def _chinese(m: re.Match[str], today: dt.date) -> list[dt.date]:
    found = _dated(_year(m["y"], today), _int(m["m"]), _int(m["d"]), today)
    return [found] if found else []


def _part(first: dt.date, last: dt.date, part: str) -> Span:
    """The beginning, middle or end of a month: its 1st-10th, 11th-20th, 21st-last day."""
    if part in ("beginning", "start", "early", "初", "上旬", "first half"):
        return first, first + cal.days(14 if part == "first half" else 9)
    if part in ("middle", "mid", "中旬", "中", "second week"):
        return first + cal.days(10), first + cal.days(19)
    return (first + cal.days(20) if part in ("下旬", "late") else last), last


def _month_part(m: re.Match[str], today: dt.date) -> Span | None:
    year = _year(m["y"], today) if m["y"] else None
    month = (
        cal.MONTHS[m["month"]]
        if m["month"].isascii() and m["month"].isalpha()
        else _int(m["month"])
    )
    if not 1 <= month <= 12:
        return None
    if year is None:
        # a month that is still running is this one
        year = today.year + (1 if month < today.month - 2 else 0)
        year -= 1 if month > today.month + 10 else 0
    first, last = cal.month_of(dt.date(year, month, 1))
    part = m["part"] or ""
    return (first, last) if not part else _part(first, last, part.strip())


_OFFSETS = {"this": 0, "the": 0, "current": 0, "next": 1, "the next": 1, "last": -1, "coming": 1,
            "the coming": 1, "following": 1, "the following": 1,
            "previous": -1, "the week after next": 2, "本": 0, "这": 0, "这个": 0, "当": 0, "下": 1, "下个": 1,
            "下下": 2, "下下个": 2, "上": -1, "上个": -1, "上上个": -2, "上上": -2, "今": 0, "明": 1, "去": -1, "": 0}  # fmt: skip
_PERIODS = {"week": cal.week_of, "wk": cal.week_of, "month": cal.month_of, "quarter": cal.quarter_of,
            "year": cal.year_of, "周": cal.week_of, "星期": cal.week_of, "礼拜": cal.week_of,
            "月": cal.month_of, "季": cal.quarter_of, "季度": cal.quarter_of, "年": cal.year_of}  # fmt: skip


def _period_part(m: re.Match[str], today: dt.date) -> Span:
    span_of = _PERIODS[m["unit"]]
    first, last = span_of(today, _OFFSETS[(m["which"] or "").strip()])
    part = (m["part"] or "").strip()
    if span_of is cal.week_of:
        friday = first + cal.days(4)
        if part in ("early", "beginning", "start", "初"):
            return first, first + cal.days(1)
        if part in ("mid", "middle", "中"):
            return first + cal.days(1), first + cal.days(3)
        return (friday, friday) if part in ("end", "late", "末", "底") else (first, friday)
    if span_of is cal.month_of and part:
        return _part(first, last, part)
    if part in ("end", "late", "底", "末"):
        return last, last
    if part in ("early", "beginning", "start", "初"):
        return first, first + cal.days(13)
    return first, last


def _weekday(m: re.Match[str], today: dt.date) -> list[dt.date]:
    number = cal.WEEKDAYS[m["day"]]
    which = (m["which"] or "").strip()
    coming = today + cal.days((number - today.weekday()) % 7)
    if which in ("next", "the next"):
        next_week = cal.week_of(today, 1)[0] + cal.days(number)
        return list(dict.fromkeys([next_week, coming + cal.days(7 * (coming == today))]))
    if which in ("last", "previous"):
        return [today - cal.days((today.weekday() - number) % 7 or 7)]
    return [coming]


def _chinese_weekday(m: re.Match[str], today: dt.date) -> list[dt.date]:
    number = cal.WEEKDAYS[m["day"]]
    which = m["which"] or ""
    if not which:
        return [today + cal.days((number - today.weekday()) % 7)]
    return [cal.week_of(today, _OFFSETS[which])[0] + cal.days(number)]


def _day_of_month(m: re.Match[str], today: dt.date) -> list[dt.date]:
    day = _int(m["d"])
    which = (m.groupdict().get("which") or "").strip()
    if which:
        first = cal.month_of(today, _OFFSETS[which])[0]
        found = cal.safe_date(first.year, first.month, day)
        return [found] if found else []
    for offset in range(3):
        first = cal.month_of(today, offset)[0]
        found = cal.safe_date(first.year, first.month, day)
        if found and found >= today - cal.days(3):
            return [found]
    return []


_NEAR = {"today": 0, "tonight": 0, "tomorrow": 1, "the day after tomorrow": 2, "day after tomorrow": 2,
         "yesterday": -1, "the day before yesterday": -2, "今天": 0, "今日": 0, "明天": 1, "明日": 1,
         "后天": 2, "大后天": 3, "昨天": -1, "昨日": -1, "前天": -2}  # fmt: skip


def _near(m: re.Match[str], today: dt.date) -> list[dt.date]:
    return [today + cal.days(_NEAR[m["near"]])]


def _holiday(m: re.Match[str], today: dt.date) -> list[dt.date]:
    name = m["name"]
    first, last = nearest_span(name, today)
    before = m["pre"] in ("before", "prior to", "ahead of", "no later than") or m["post"] in (
        "前",
        "之前",
        "以前",
    )
    after = m["pre"] in ("after", "following") or m["post"] in ("后", "之后", "以后", "过后")
    if name == "年前":
        before = True
    if name == "年后":
        after = True
    if before:
        return [first - cal.days(1)]
    return [last + cal.days(1)] if after else [last] if m["pre"] == "over" else [first]


def _in_duration(m: re.Match[str], today: dt.date) -> list[dt.date]:
    found = next(find_durations(m["length"]), None)
    if found is None:
        return []
    if re.fullmatch(r"(?:an?|one|1|一个?|两|二|三|\w+)\s?个?(?:months?|月)", m["length"]):
        months = round(found.days / 30)
        return [today + relativedelta(months=months)]
    return [today + cal.days(found.days)]


_LENGTH = (
    rf"(?:(?:\d+|{_ZH}|[a-z]+)\s?(?:-|~|to|到|至)\s?)?(?:an?\s|half\san?\s|a\scouple\sof\s|\d+(?:\.\d)?|{_ZH}|半|[a-z]+)"
    r"\s?-?(?:个?半)?(?:(?:working|business|calendar)\s)?"
    r"(?:days?|weeks?|fortnights?|months?|hours?|hrs|个?工作日|个?自然日|天|日|个?星期|个?礼拜|周|个?月|个?小时)"
)
_PATTERNS: list[tuple[str, _Reader]] = [
    (rf"{_EDGE}(?P<y>20\d\d)\s?[-/.年]\s?(?P<m>\d{{1,2}})\s?[-/.月]\s?(?P<d>\d{{1,2}})(?!\d)[日号]?", _iso),
    (r"(?<!\d)(?P<y>20[2-4]\d)(?P<m>0[1-9]|1[0-2])(?P<d>0[1-9]|[12]\d|3[01])(?!\d)", _iso),
    (rf"{_EDGE}(?P<a>\d{{1,2}})(?P<mark>[/.-])(?P<b>\d{{1,2}})(?P=mark)(?P<y>20\d\d|\d\d)(?![\d])", _numeric),
    (rf"{_EDGE}(?P<a>\d{{1,2}})(?P<mark>/)(?P<b>\d{{1,2}})(?P<y>)(?![\d/%]|\.\d)", _numeric),
    (rf"(?<!\d)(?<!\d[.,])(?P<d>\d{{1,2}}){_SUFFIX}[\s/-]?(?:of\s)?(?P<month>{_M})\.?(?![a-z])"
     rf"(?:[\s,/-]{{1,2}}(?P<y>20\d\d|\d\d(?![\d:.,%]|\s?[a-z])))?", _month_name),
    (rf"(?<![a-z])(?P<month>{_M})\.?[\s-]?(?:the\s)?(?P<d>\d{{1,2}}){_SUFFIX}(?![\d.,]*\d|\s?(?:pcs|units|pieces|cartons))"
     rf"(?:,?\s(?P<y>20\d\d))?", _month_name),
    (rf"(?P<y>{_YEAR}年|[明今本去后]年)?(?P<m>{_ZNUM})月(?P<d>{_ZNUM})[日号]?(?![\d个件天])", _chinese),
    (rf"(?:(?P<part>beginning|start|middle|end|early|mid|late|first half)(?:\sof)?[\s-](?:of\s)?)"
     rf"(?:the\smonth\sof\s)?(?P<month>{_M})(?![a-z])\.?(?:\s(?P<y>20\d\d))?(?!\s?\d{{1,2}}(?!\d))", _month_part),
    (rf"(?P<y>{_YEAR}年|[明今本去后]年)?(?P<month>{_ZNUM})月份?(?P<part>上旬|中旬|下旬|初|底|末|中)", _month_part),
    (rf"(?<![a-z])(?<!\d)(?<!\d[\s-])(?P<y>)(?P<month>{_M})(?![a-z])(?P<part>)", _month_part),
    (rf"(?P<y>{_YEAR}年|[明今本去后]年)?(?<![个\d])(?P<month>{_ZNUM})月份?(?P<part>)(?![个])", _month_part),
    (r"(?<![a-z])(?:(?P<part>beginning|start|middle|end|early|mid|late)(?:\sof)?[\s-])"
     r"(?P<which>the\snext|the\scoming|the\sfollowing|this|next|the|current|coming|following)?\s?(?P<unit>week|wk|month|quarter|year)(?![a-z])", _period_part),
    (r"(?<![a-z])(?P<which>the\snext|the\scoming|the\sfollowing|this|next|coming|following)\s(?P<unit>week|wk|month|quarter|year)(?![a-z])(?P<part>)", _period_part),
    (r"(?<![a-z])(?P<which>the\snext|next|this\scoming|this|coming|the\scoming|last|on)?\s?(?<![a-z])(?P<day>" + _W + r")(?![a-z])\.?", _weekday),
    (r"(?P<which>下下|下个?|这个?|本|上个?)?(?:周|星期|礼拜)(?P<day>[一二三四五六日天末])(?![个年])", _chinese_weekday),
    (rf"(?P<which>下下个|下个|这个|上个|本|当|下)月(?P<d>{_ZNUM})[日号]", _day_of_month),
    (r"(?P<which>下下个?|下个?|这个?|本|当|上个?)?(?P<unit>月|季度|季|年)(?P<part>底|末|初|中)(?!旬)", _period_part),
    (r"(?P<which>今|明)(?P<unit>年)(?P<part>底|末|初)", _period_part),
    (r"(?P<which>下下|下个?|这个?|本)(?P<unit>周|星期|礼拜|月|季度)(?P<part>内|初|中|末)?", _period_part),
    (r"(?<![a-z])(?P<near>the day after tomorrow|day after tomorrow|tomorrow|today|tonight|yesterday)(?![a-z])", _near),
    (r"(?P<near>大后天|后天|明天|今天|昨天|前天|明日|今日|昨日)", _near),
    (rf"(?<![a-z])(?:(?P<pre>before|prior to|ahead of|by|after|following|over|no later than)\s(?:the\s)?)?(?<![a-z])(?P<name>{NAME_PATTERN})(?![a-z])(?:\sholidays?)?(?P<post>之前|以前|前|之后|以后|过后|后)?", _holiday),
    (rf"(?<![a-z])(?:within|in|after)\s(?:the\snext\s)?(?:about\s|around\s|approx\.?\s)?(?P<length>{_LENGTH})(?:\stime)?(?![a-z])", _in_duration),
    (rf"(?<![\d.])(?P<length>{_LENGTH})\s(?:from\s(?:now|today)|after\stoday)", _in_duration),
    (rf"(?<![\d.])(?P<length>{_LENGTH})(?:之内|以内|内|之后|以后|后)", _in_duration),
    (r"(?<![a-z])on\sthe\s(?P<d>\d{1,2})(?:st|nd|rd|th)(?!\s(?:of|week))(?P<which>)", _day_of_month),
    (r"(?<![a-z])(?:the\s)?(?P<d>\d{1,2})(?:st|nd|rd|th)\sof\s(?P<which>this|next|the next)\smonth", _day_of_month),
    (r"(?<![a-z])(?:by|before|until|on)\s(?:the\s)?(?P<d>\d{1,2})(?:st|nd|rd|th)(?P<which>)(?!\sof)", _day_of_month),
    (rf"(?<![\d.月第])(?P<which>)(?P<d>{_ZNUM})[号](?!线|楼|仓|库|店|货)", _day_of_month),
]  # fmt: skip
_COMPILED = [(re.compile(pattern), reader) for pattern, reader in _PATTERNS]
_DEADLINE = re.compile(
    r"(?:(?<![a-z])(?:by|before|until|no later than|not later than|latest|within)\s(?:the\s|about\s)?)$"
)
_DEADLINE_AFTER = re.compile(r"\s?(?:之前|以前|前|之内|以内|内|at the latest|or earlier)")


def find_dates(text: str, today: dt.date) -> Iterator[DateMatch]:
    """Every date in `text`, left to right, the longest reading at each place."""
    folded = fold(text)
    found: list[DateMatch] = []
    for pattern, reader in _COMPILED:
        reads = (_try(reader, match, today) for match in pattern.finditer(folded))
        found += [read for read in reads if read is not None]
    found = [match for match in found if not _is_ordinary_word(match, text, folded)]
    found.sort(key=lambda m: (m.start, -m.end))
    chosen: list[DateMatch] = []
    for match in found:
        if not chosen or match.start >= chosen[-1].end:
            chosen.append(match)
    for match in _join_weekdays(chosen, folded):
        yield _with_deadline(match, folded)


_ORDINARY = {"may", "march", "mar", "sat", "sun", "mon", "wed", "dec"}


def _is_ordinary_word(match: DateMatch, text: str, folded: str) -> bool:
    """Whether "may" or "march" is a verb here: no capital and no preposition before it."""
    if folded[match.start : match.end].strip(".") not in _ORDINARY:
        return False
    before = re.search(r"([a-z]+)\s$", folded[: match.start])
    prepositions = {"in", "by", "of", "until", "till", "since", "from", "through", "to", "on",
                    "this", "next", "last", "for", "during", "and", "before", "after"}  # fmt: skip
    if before and before[1] in prepositions:
        return False
    alone = len(folded.strip()) == match.end - match.start
    starts_sentence = (
        not folded[: match.start].rstrip() or folded[: match.start].rstrip()[-1] in ".!?"
    )
    return not alone and (not text[match.start].isupper() or starts_sentence)


def _join_weekdays(matches: list[DateMatch], folded: str) -> Iterator[DateMatch]:
    """Merge "Friday" with the "27 November" beside it; the weekday settles an ambiguous date."""
    skip = False
    for position, here in enumerate(matches):
        if skip:
            skip = False
            continue
        after = matches[position + 1] if position + 1 < len(matches) else None
        if after is not None and re.fullmatch(r"[\s,(（.]{0,3}", folded[here.end : after.start]):
            for day, date in ((here, after), (after, here)):
                weekday = _weekday_number(folded[day.start : day.end])
                fitting = tuple(d for d in date.readings if d.weekday() == weekday)
                if weekday is not None and fitting and date.window is None:
                    skip = True
                    yield DateMatch(here.start, after.end, fitting)
                    break
        if not skip:
            yield here


def _weekday_number(written: str) -> int | None:
    if match := re.fullmatch(rf"(?:on\s)?({_W})\.?|(?:周|星期|礼拜)([一二三四五六日天])", written):
        return cal.WEEKDAYS[match[1] or match[2]]
    return None


def _try(reader: _Reader, match: re.Match[str], today: dt.date) -> DateMatch | None:
    try:
        read = reader(match, today)
    except (ValueError, OverflowError, InvalidInput):
        return None
    if not read:
        return None
    start, end = match.span()
    while match.string[start].isspace():
        start += 1
    if isinstance(read, tuple) and reader in (_month_part, _period_part):
        return DateMatch(start, end, (read[1],), (read[0], read[1]) if read[0] != read[1] else None)
    return DateMatch(start, end, tuple(read))


def _with_deadline(match: DateMatch, folded: str) -> DateMatch:
    start, end = match.start, match.end
    start += 3 * folded.startswith("on ", start)
    while folded[end - 1] in ". ":
        end -= 1
    match = DateMatch(start, end, match.readings, match.window)
    written = folded[match.start : match.end]
    deadline = bool(
        _DEADLINE.search(folded[max(0, match.start - 20) : match.start])
        or _DEADLINE_AFTER.match(folded, match.end)
        or re.match(r"within|by|before|until|no later", written)
        or re.search(r"内$|前$", written)
    )
    return DateMatch(match.start, match.end, match.readings, match.window, deadline)


def parse_date(text: str, today: dt.date) -> list[dt.date]:
    """Every day that `text` may mean, likeliest first: `03/04/26` gives both readings.

    A stretch ("end of next week", `月底`) gives its last day.

    Raises:
        InvalidInput: no date, or several different ones.
    """
    found = list(find_dates(text, today))
    if not found:
        raise InvalidInput(
            f"“{text[:80]}” should name a date, such as “15 January” or “next Wednesday”.",
            f"“{text[:80]}”应该是一个日期，例如“1月15日”或“下周三”。",
        )
    if len({match.readings for match in found}) > 1:
        raise InvalidInput(
            f"“{text[:80]}” names several dates; name one.",
            f"“{text[:80]}”里有几个日期，请只写一个。",
        )
    return list(found[0].readings)
