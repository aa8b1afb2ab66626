"""Days, weeks, months and quarters as spans of dates, and the names they go by."""

from __future__ import annotations

import datetime as dt

from dateutil.relativedelta import relativedelta

Span = tuple[dt.date, dt.date]

MONTHS = {
    name: number
    for number, names in enumerate(
        [
            "january jan",
            "february feb",
            "march mar",
            "april apr",
            "may",
            "june jun",
            "july jul",
            "august aug",
            "september sept sep",
            "october oct",
            "november nov",
            "december dec",
        ],
        start=1,
    )
    for name in names.split()
}
WEEKDAYS = {
    name: number
    for number, names in enumerate(
        [
            "monday mon 一 1",
            "tuesday tues tue 二 2",
            "wednesday weds wed 三 3",
            "thursday thurs thur thu 四 4",
            "friday fri 五 5",
            "saturday sat 六 6",
            "sunday sun 日 天 末 7",
        ]
    )
    for name in names.split()
}
MONTH_PATTERN = "|".join(sorted(MONTHS, key=len, reverse=True))
WEEKDAY_PATTERN = "|".join(
    sorted((name for name in WEEKDAYS if name.isascii() and len(name) > 1), key=len, reverse=True)
)


def days(count: int) -> dt.timedelta:
    return dt.timedelta(days=count)


def week_of(day: dt.date, offset: int = 0) -> Span:
    """Monday to Sunday of the week `offset` weeks from that of `day`."""
    monday = day - days(day.weekday()) + days(7 * offset)
    return monday, monday + days(6)


def month_of(day: dt.date, offset: int = 0) -> Span:
    first = day.replace(day=1) + relativedelta(months=offset)
    return first, first + relativedelta(months=1) - days(1)


def quarter_of(day: dt.date, offset: int = 0) -> Span:
    first = day.replace(month=3 * ((day.month - 1) // 3) + 1, day=1)
    first += relativedelta(months=3 * offset)
    return first, first + relativedelta(months=3) - days(1)


def year_of(day: dt.date, offset: int = 0) -> Span:
    return dt.date(day.year + offset, 1, 1), dt.date(day.year + offset, 12, 31)


def safe_date(year: int, month: int, day: int) -> dt.date | None:
    """The date, or None where the calendar has no such day."""
    try:
        return dt.date(year + 2000 if year < 100 else year, month, day)
    except ValueError:
        return None


def next_occurrence(month: int, day: int, today: dt.date, *, grace: int = 60) -> dt.date | None:
    """`month`/`day` without a year: this year's unless it is over by more than `grace` days.

    A December note that promises "15 January" means the coming January; one that mentions
    "15 November" speaks of last month.
    """
    candidates = [
        found
        for offset in (-1, 0, 1, 2, 3, 4)
        if (found := safe_date(today.year + offset, month, day)) is not None
    ]
    return next((found for found in candidates if found >= today - days(grace)), None)
