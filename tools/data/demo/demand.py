"""Daily demand of the demo company, before any shelf is empty.

The log of the mean is a sum of level, slow drift, yearly season, weather and life cycle, multiplied
by weekday, holiday, price and promotion factors; the count is a gamma-Poisson draw around it, so
that fast items scatter like real retail sales and spare parts come in occasional small lots.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tools.data.demo.assortment import DemoItem
from tools.data.demo.calendar import ELASTICITY, DemoCalendar
from tools.data.demo.company import LOCATIONS

Floats = npt.NDArray[np.float64]

PEAK_DAY = {
    "winter": 5,
    "summer": 196,
    "spring": 115,
    "school": 235,
    "gift": 345,
    "newyear": 8,
    "cny": 25,
    "midautumn": 255,
}
"""Day of the year at which a season is highest."""
SHARPNESS = {"gift": 3.0, "school": 2.0, "newyear": 2.5, "cny": 2.5, "midautumn": 3.0}
"""How concentrated a season is; 1 is a plain cosine."""
DISPLAY_LIFT = 1.25
"""What a promotion adds beyond the lower price: display and advertising."""
FADE_DAYS = 120
RAMP_DAYS = 35
LOT_SIZE = 1.6
"""Mean size of one demand of an intermittent item."""


@dataclass
class DemoDemand:
    """Demand of (I items, L locations, T days); days that are still to come included."""

    units: npt.NDArray[np.int64]
    mean: Floats
    """What an omniscient forecaster would call the expected demand."""
    known: Floats
    """The part of the mean's shape that a planner knows ahead: season and announced promotions."""
    active: npt.NDArray[np.bool_]
    """(I, L, T) the item is on sale there."""


def season_factor(season: str, amplitude: float, day_of_year: npt.NDArray[np.int64]) -> Floats:
    """Yearly profile (T,) with mean one."""
    if season not in PEAK_DAY or amplitude == 0.0:
        return np.ones(len(day_of_year))
    sharp = SHARPNESS.get(season, 1.0)

    def shape(day: npt.NDArray[np.int64]) -> Floats:
        near = (1 + np.cos(2 * np.pi * (day - PEAK_DAY[season]) / 365.25)) / 2
        curve: Floats = np.exp(2 * amplitude * (near**sharp - 0.5))
        return curve

    factor: Floats = shape(day_of_year) / shape(np.arange(1, 366)).mean()
    return factor


def _life_factor(item: DemoItem, successor: DemoItem | None, days: int, today: int) -> Floats:
    """Ramp after the introduction, fade before the end; (T,), zero when not on sale."""
    t = np.arange(days)
    factor: Floats = np.ones(days)
    if item.introduced_days_ago is not None:
        age = t - (today - item.introduced_days_ago)
        factor = factor * np.where(age < 0, 0.0, 1 - 0.8 * np.exp(-age.clip(0) / RAMP_DAYS))
    if item.discontinued_in_days is not None:
        left = today + item.discontinued_in_days - t
        factor = factor * np.where(left < 0, 0.0, np.clip(left / FADE_DAYS, 0.1, 1.0))
    elif successor is not None and successor.introduced_days_ago is not None:
        age = t - (today - successor.introduced_days_ago)
        factor = factor * np.where(age < 0, 1.0, 0.35 + 0.65 * np.exp(-age.clip(0) / RAMP_DAYS))
    return factor


def _drift(length: int, rng: np.random.Generator) -> Floats:
    """Slow wandering of the log level: a trend plus a random walk with monthly knots."""
    knots = np.cumsum(rng.normal(0.0, 0.05, length // 30 + 2))
    walk = np.interp(np.arange(length), np.arange(len(knots)) * 30, knots)
    trend = rng.normal(0.06, 0.10) * (np.arange(length) - length / 2) / 365.25
    drift: Floats = trend + walk - walk.mean()
    return drift


def _carried(items: list[DemoItem], rng: np.random.Generator) -> npt.NDArray[np.bool_]:
    """(I, L) which places carry which item; the warehouse carries everything."""
    carried = rng.random((len(items), len(LOCATIONS))) < np.array([1.0, 0.9, 0.92])
    carried[:, 0] = True
    return carried


def _draw(mean: Floats, item: DemoItem, rng: np.random.Generator) -> npt.NDArray[np.int64]:
    if item.intermittent:
        lots = rng.poisson(mean / LOT_SIZE)
        # Sum of `lots` geometric sizes with mean LOT_SIZE: lots plus a negative binomial rest.
        rest = rng.negative_binomial(np.maximum(lots, 1), 1 / LOT_SIZE)
        return np.where(lots > 0, lots + rest, 0)
    shape = rng.uniform(4.0, 14.0)
    return rng.poisson(mean * rng.gamma(shape, 1 / shape, mean.shape))


def make_demand(
    items: list[DemoItem], calendar: DemoCalendar, today: int, rng: np.random.Generator
) -> DemoDemand:
    """Demand for every day of the calendar; `today` is the index of the first day not yet lived."""
    count, places, length = len(items), len(LOCATIONS), len(calendar.days)
    weekday = np.array([day.weekday() for day in calendar.days])
    day_of_year = np.array([day.timetuple().tm_yday for day in calendar.days], dtype=np.int64)
    weekly = np.array([place.weekly for place in LOCATIONS])[:, weekday]
    unusual = (calendar.temperature - calendar.normal_temperature) / 10.0
    successors = {item.replaces: item for item in items if item.replaces}
    carried = _carried(items, rng)

    mean = np.zeros((count, places, length))
    known = np.zeros_like(mean)
    active = np.zeros(mean.shape, dtype=bool)
    units = np.zeros(mean.shape, dtype=np.int64)
    lowered = (calendar.list_price[:, None, :] / calendar.price) ** ELASTICITY
    promoted = lowered * np.where(calendar.promotion, DISPLAY_LIFT, 1.0)
    reference = np.array([item.price for item in items])[:, None]
    regular = (reference / calendar.list_price) ** ELASTICITY
    for index, item in enumerate(items):
        season = season_factor(item.season, item.amplitude, day_of_year)
        life = _life_factor(item, successors.get(item.code), length, today)
        shares = np.array([place.share for place in LOCATIONS]) * rng.lognormal(0.0, 0.35, places)
        shares *= carried[index] / shares.sum()
        level = item.rate * shares[:, None]
        shape = season * life * weekly * calendar.holiday_factor * promoted[index]
        shape = np.where(calendar.closed, 0.0, shape)
        drift = np.stack([_drift(length, rng) for _ in range(places)])
        mean[index] = level * shape * np.exp(drift + item.temperature * unusual) * regular[index]
        # A planner foresees seasons and promotions, though promotions only in part.
        known[index] = level * season * life * weekly * promoted[index] ** 0.7
        active[index] = carried[index][:, None] & (life > 0)
        for place in range(places):
            units[index, place] = _draw(mean[index, place], item, rng)
    return DemoDemand(units, mean, known, active)


def day_index(days: list[dt.date], day: dt.date) -> int:
    """Position of `day` on the day axis."""
    return (day - days[0]).days
