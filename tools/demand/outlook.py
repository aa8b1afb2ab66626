"""Expected demand of a scope over a stretch of days: one distribution, summed over sample paths."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from sqlalchemy import Engine

from tools.data import frames
from tools.demand.scope import DemandScope
from tools.demand.stored import QuantileForecast, load_many, path_samples
from tools.errors import InvalidInput, NoData
from tools.values import Period

Doubles = npt.NDArray[np.float64]

DRAWN_VALUES = 3_000_000
"""Pairs x days x draws that an answer may take; more pairs get fewer draws."""


@dataclass(frozen=True)
class Outlook:
    """Demand from today to the end of a period, for all pairs of a scope together."""

    period: Period
    start: dt.date
    """First day of the arrays, today."""
    pairs: tuple[tuple[str, str], ...]
    forecasts: tuple[QuantileForecast, ...]
    median: Doubles
    """(days,) from `start` to the end of the period; likewise the band edges."""
    low_50: Doubles
    high_50: Doubles
    low_90: Doubles
    high_90: Doubles
    mean: float
    """Expected total over the period; the total's quantiles follow."""
    total_low: float
    total_high: float
    total_median: float
    by_pair: Doubles
    """(pairs,) expected total of each pair."""
    first_stored: dt.date

    @property
    def dates(self) -> list[dt.date]:
        return [self.start + dt.timedelta(days=k) for k in range(len(self.median))]


def look_ahead(
    engine: Engine, scope: DemandScope, period: Period, today: dt.date, seed: int = 0
) -> Outlook:
    """Distribution of demand per day and over the period.

    Raises `NoData` when no pair of the scope has a forecast, `InvalidInput` when the period ends
    after the stored forecasts.
    """
    stored = load_many(engine)
    pairs = scope.pairs(stored)
    if not pairs:
        raise NoData(
            "There is no forecast for this: nothing of it was ever sold there.",
            "这里没有预测：该范围内从未有过销售。",
        )
    forecasts = [stored[pair] for pair in pairs]
    _refuse_beyond(forecasts, period)
    days = (period.end - today).days + 1
    draws = int(np.clip(DRAWN_VALUES // (len(pairs) * days), 60, 2000))
    total = np.zeros((draws, days))
    by_pair = np.zeros(len(pairs))
    skip = (period.start - today).days
    paths = path_samples(engine, pairs, days, draws, seed, today)
    total = paths.sum(axis=0)
    by_pair = paths[:, :, skip:].sum(axis=2).mean(axis=1)
    sums = total[:, skip:].sum(axis=1)
    edges = np.quantile(total, [0.05, 0.25, 0.5, 0.75, 0.95], axis=0)
    low, median, high = np.quantile(sums, [0.05, 0.5, 0.95])
    return Outlook(
        period,
        today,
        tuple(pairs),
        tuple(forecasts),
        edges[2],
        edges[1],
        edges[3],
        edges[0],
        edges[4],
        float(sums.mean()),
        float(low),
        float(high),
        float(median),
        by_pair,
        forecasts[0].starts_on,
    )


def _refuse_beyond(forecasts: Sequence[QuantileForecast], period: Period) -> None:
    last = max(f.starts_on + dt.timedelta(days=f.horizon - 1) for f in forecasts)
    if period.end > last:
        raise InvalidInput(
            f"Forecasts are stored up to {last.isoformat()}; ask for a period that ends by then, "
            "or refresh with a longer horizon.",
            f"预测只存到 {last.isoformat()}；请缩短时间范围，或用更长的预测期重新刷新。",
        )


def marked_days(
    engine: Engine, scope: DemandScope, start: dt.date, end: dt.date, most: int = 12
) -> list[dict[str, object]]:
    """Promotions, campaigns and holidays of the scope between two days, as chart markers."""
    events = frames.events(engine)
    items, locations = frames.items(engine), frames.locations(engine)
    countries = set(locations.loc[list(scope.locations), "country"])
    categories = set(items.loc[list(scope.items), "category"]) if scope.items else set()
    found: list[dict[str, object]] = []
    for event in events.sort_values("starts_on").to_dict("records"):
        first, last = event["starts_on"].date(), event["ends_on"].date()
        if last < start or first > end or (event["country"] and event["country"] not in countries):
            continue
        if event["item"] and not (scope.one_item and event["item"] in scope.items):
            continue
        if not event["item"] and event["category"] and event["category"] not in categories:
            continue
        if event["location"] and event["location"] not in scope.locations:
            continue
        found.append(
            {
                "x": max(first, start).isoformat(),
                "until": min(last, end).isoformat(),
                "text": {"en": event["name_en"], "zh": event["name_zh"]},
                "kind": str(event["kind"]),
            }
        )
    planned = [mark for mark in found if mark["kind"] != "holiday"]
    holidays = [mark for mark in found if mark["kind"] == "holiday"]
    return (planned + holidays)[:most]
