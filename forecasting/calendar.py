"""What a date says about demand: weekday, position in month and year, and public holidays.

Every feature is a function of the date and the country alone, so it is known for any horizon.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence

import holidays
import numpy as np
import numpy.typing as npt
import pandas as pd

from forecasting.panel import Floats, Frequency

REACH = 4.0
"""Days over which the pull of a holiday fades by a factor e, before and after it."""


@functools.lru_cache(maxsize=64)
def holiday_days(country: str, years: tuple[int, ...]) -> tuple[pd.Timestamp, ...]:
    """Public holidays of a country; none for a country the library does not know."""
    if not country:
        return ()
    try:
        found = holidays.country_holidays(country.upper(), years=list(years))
    except NotImplementedError:
        return ()
    return tuple(pd.Timestamp(day) for day in sorted(found))


def calendar_features(
    dates: pd.DatetimeIndex, frequency: Frequency, countries: Sequence[str]
) -> Floats:
    """Calendar features, shape (countries, dates, features), all within [-1, 1]."""
    common = _date_features(dates, frequency)
    blocks = [
        np.concatenate([common, _holiday_features(dates, frequency, country)], axis=1)
        for country in countries
    ]
    return np.stack(blocks).astype(np.float32)


def yearly_columns(frequency: Frequency) -> int:
    """How many of the leading features say what time of the year it is."""
    return 2 * (3 if frequency == "M" else 2)


def _date_features(dates: pd.DatetimeIndex, frequency: Frequency) -> npt.NDArray[np.float64]:
    year = 2 * np.pi * dates.dayofyear.to_numpy() / 365.25
    harmonics = yearly_columns(frequency) // 2
    columns = [f(k * year) for k in range(1, harmonics + 1) for f in (np.sin, np.cos)]
    if frequency != "M":
        month = 2 * np.pi * (dates.day.to_numpy() - 1) / dates.days_in_month.to_numpy()
        columns += [np.sin(month), np.cos(month)]
    if frequency == "D":
        columns += [(dates.dayofweek.to_numpy() == day).astype(float) for day in range(7)]
    return np.stack(columns, axis=1)


def _holiday_features(
    dates: pd.DatetimeIndex, frequency: Frequency, country: str
) -> npt.NDArray[np.float64]:
    """Is a holiday, closeness of the next one, closeness of the last one."""
    years = tuple(range(dates[0].year - 1, dates[-1].year + 2))
    days = np.array([day.toordinal() for day in holiday_days(country, years)], dtype=np.int64)
    here = np.array([day.toordinal() for day in dates], dtype=np.int64)
    if not len(days):
        return np.zeros((len(here), 3))
    span = {"D": 1, "W": 7, "M": 31}[frequency]
    following = np.searchsorted(days, here)
    within = (following < len(days)) & (days[np.minimum(following, len(days) - 1)] < here + span)
    ahead = days[np.minimum(following, len(days) - 1)] - here
    behind = here - days[np.maximum(np.searchsorted(days, here, side="right") - 1, 0)]
    reach = REACH * span
    return np.stack(
        [within.astype(float), np.exp(-np.abs(ahead) / reach), np.exp(-np.abs(behind) / reach)],
        axis=1,
    )
