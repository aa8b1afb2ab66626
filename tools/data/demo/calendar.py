"""Days of the demo company: holidays, campaigns, promotions, prices and weather.

Everything that moves demand on a given day, except chance, is laid out here before the simulation
starts, because planners know most of it in advance.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

import holidays
import numpy as np
import numpy.typing as npt

from tools.data.demo.assortment import DemoItem
from tools.data.demo.company import LOCATIONS

Floats = npt.NDArray[np.float64]

US_NAMES_ZH = {
    "New Year's Day": "元旦",
    "Martin Luther King Jr. Day": "马丁·路德·金日",
    "Washington's Birthday": "总统日",
    "Memorial Day": "阵亡将士纪念日",
    "Juneteenth National Independence Day": "六月节",
    "Independence Day": "美国独立日",
    "Labor Day": "劳工节",
    "Columbus Day": "哥伦布日",
    "Veterans Day": "退伍军人节",
    "Thanksgiving Day": "感恩节",
    "Christmas Day": "圣诞节",
}
ELASTICITY = 1.8
"""Demand grows by this power of (list price / price paid)."""


@dataclass(frozen=True)
class DemoEvent:
    """A holiday, campaign or promotion; None means everywhere, or every item."""

    key: str
    kind: str
    name_en: str
    name_zh: str
    starts_on: dt.date
    ends_on: dt.date
    country: str = ""
    item: int | None = None
    category: str = ""
    location: int | None = None
    discount: float | None = None


@dataclass
class DemoCalendar:
    """Day axis and everything known about each day; `T` days, `L` locations, `I` items."""

    days: list[dt.date]
    events: list[DemoEvent]
    temperature: Floats
    """(L, T) degrees Celsius."""
    normal_temperature: Floats
    """(L, T) what the day of the year usually brings."""
    rain: Floats
    """(L, T) millimetres."""
    list_price: Floats
    """(I, T)."""
    price: Floats
    """(I, L, T) after promotions."""
    promotion: npt.NDArray[np.bool_]
    """(I, L, T)."""
    holiday_factor: Floats
    """(L, T)."""
    closed: npt.NDArray[np.bool_]
    """(L, T) the place does not sell that day."""
    new_year: list[dt.date] = field(default_factory=list)
    """First days of the Chinese New Year, when Chinese factories stand still."""


def _holiday_events(years: range) -> tuple[list[DemoEvent], list[dt.date]]:
    events: list[DemoEvent] = []
    new_year: list[dt.date] = []
    us = holidays.country_holidays("US", years=years, language="en_US")
    for day, name in sorted(us.items()):
        plain = name.removesuffix(" (observed)")
        if plain in US_NAMES_ZH:
            events.append(
                DemoEvent(f"US-{day}", "holiday", name, US_NAMES_ZH[plain], day, day, "US")
            )
    english = holidays.country_holidays("CN", years=years, language="en_US")
    chinese = holidays.country_holidays("CN", years=years, language="zh_CN")
    for day, name in sorted(english.items()):
        if "Day off" in name:
            continue
        events.append(DemoEvent(f"CN-{day}", "holiday", name, chinese[day], day, day, "CN"))
        if name == "Chinese New Year (Spring Festival)" and (day - dt.timedelta(1)) not in new_year:
            new_year.append(day)
    firsts = [day for day in new_year if "Eve" in english.get(day - dt.timedelta(1), "")]
    return events, firsts


def _campaigns(years: range) -> list[DemoEvent]:
    events: list[DemoEvent] = []
    for year in years:
        november = dt.date(year, 11, 1)
        thanksgiving = november + dt.timedelta((3 - november.weekday()) % 7 + 21)
        spans = (
            ("618", "618 Shopping Festival", "618购物节", dt.date(year, 6, 16), 3, "CN"),
            ("D11", "Singles' Day", "双十一", dt.date(year, 11, 9), 3, "CN"),
            ("BF", "Black Friday week", "黑色星期五", thanksgiving + dt.timedelta(1), 4, "US"),
        )
        for key, english, chinese, start, length, country in spans:
            end = start + dt.timedelta(length - 1)
            events.append(
                DemoEvent(f"{key}-{year}", "campaign", english, chinese, start, end, country)
            )
    return events


def _promotions(
    items: list[DemoItem], start: dt.date, end: dt.date, rng: np.random.Generator
) -> list[DemoEvent]:
    """About three promotions per item and year, some at one location only."""
    events: list[DemoEvent] = []
    years = (end - start).days / 365.25
    for index, item in enumerate(items):
        if item.intermittent:
            continue
        for number in range(rng.poisson(3.0 * years)):
            first = start + dt.timedelta(int(rng.integers(0, (end - start).days)))
            length = int(rng.integers(4, 13))
            discount = float(rng.choice([0.1, 0.15, 0.2, 0.25, 0.3]))
            location = int(rng.integers(0, len(LOCATIONS))) if rng.random() < 0.5 else None
            events.append(
                DemoEvent(
                    f"PR-{index:04d}-{number:02d}",
                    "promotion",
                    f"{discount:.0%} off {item.name_en}",
                    f"{item.name_zh}优惠{discount:.0%}",
                    first,
                    first + dt.timedelta(length - 1),
                    item=index,
                    location=location,
                    discount=discount,
                )
            )
    return events


def _weather(days: list[dt.date], rng: np.random.Generator) -> tuple[Floats, Floats, Floats]:
    day_of_year = np.array([day.timetuple().tm_yday for day in days])
    normal = np.stack(
        [
            place.mean_temperature - place.swing * np.cos(2 * np.pi * (day_of_year - 20) / 365.25)
            for place in LOCATIONS
        ]
    )
    noise = np.zeros_like(normal)
    shocks = rng.normal(0.0, 2.6, noise.shape)
    for t in range(1, len(days)):
        noise[:, t] = 0.75 * noise[:, t - 1] + shocks[:, t]
    rain = np.where(rng.random(normal.shape) < 0.3, rng.gamma(0.8, 9.0, normal.shape), 0.0)
    return normal + noise, normal, rain.round(1)


def _prices(items: list[DemoItem], days: list[dt.date], rng: np.random.Generator) -> Floats:
    """List prices (I, T): now and then a step of a few percent, ending at the current price."""
    prices = np.empty((len(items), len(days)))
    for index, item in enumerate(items):
        prices[index] = item.price
        for _ in range(rng.poisson(len(days) / 500)):
            step = int(rng.integers(30, max(31, len(days) - 40)))
            prices[index, :step] /= rng.uniform(0.99, 1.08)
    return prices.round(2)


def _holiday_factors(
    days: list[dt.date], events: list[DemoEvent]
) -> tuple[Floats, npt.NDArray[np.bool_]]:
    position = {day: t for t, day in enumerate(days)}
    factor = np.ones((len(LOCATIONS), len(days)))
    closed = np.zeros((len(LOCATIONS), len(days)), dtype=bool)
    shut = {"Thanksgiving Day", "Christmas Day", "New Year's Day"}
    campaign_lift = {"MAIN": 1.15, "STORE": 1.9, "ONLINE": 2.6}
    for event in events:
        span = [
            event.starts_on + dt.timedelta(k)
            for k in range((event.ends_on - event.starts_on).days + 1)
        ]
        for number, place in enumerate(LOCATIONS):
            for day in span:
                t = position.get(day)
                if t is None or event.country != place.country:
                    continue
                if event.kind == "campaign":
                    factor[number, t] *= campaign_lift[place.code]
                elif place.code == "ONLINE":
                    factor[number, t] *= 0.6 if "Spring" in event.name_en else 1.15
                elif event.name_en in shut:
                    closed[number, t] = True
                else:
                    factor[number, t] *= 0.3 if place.code == "MAIN" else 1.25
    return factor, closed


def make_calendar(
    items: list[DemoItem], start: dt.date, end: dt.date, ahead: int, rng: np.random.Generator
) -> DemoCalendar:
    """Days from `start` to `end` and `ahead` further ones, which are known but not yet lived."""
    days = [start + dt.timedelta(k) for k in range((end - start).days + 1 + ahead)]
    years = range(days[0].year, days[-1].year + 1)
    dated, new_year = _holiday_events(years)
    fixed = [
        e for e in dated + _campaigns(years) if days[0] <= e.starts_on and e.ends_on <= days[-1]
    ]
    promotions = _promotions(items, start, days[-1] - dt.timedelta(max(ahead - 45, 0)), rng)
    temperature, normal, rain = _weather(days, rng)
    list_price = _prices(items, days, rng)
    price = np.repeat(list_price[:, None, :], len(LOCATIONS), axis=1)
    promoted = np.zeros(price.shape, dtype=bool)
    for event in promotions:
        first, last = (event.starts_on - start).days, (event.ends_on - start).days + 1
        places = slice(None) if event.location is None else event.location
        lowered = list_price[event.item, first:last] * (1 - (event.discount or 0.0))
        price[event.item, places, first:last] = lowered
        promoted[event.item, places, first:last] = True
    factor, closed = _holiday_factors(days, fixed)
    return DemoCalendar(
        days, fixed + promotions, temperature.round(1), normal, rain, list_price,
        price.round(2), promoted, factor, closed, new_year,
    )  # fmt: skip
