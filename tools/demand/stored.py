"""Stored forecasts, as other capabilities read them: quantiles by pair, and samples of sums.

What was refreshed last is read, even when the records have moved on since; days that have passed
are skipped, days beyond the stored horizon repeat its last four weeks. A sum over days or locations
is a sum of sample paths, because quantiles do not add up.
"""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
import numpy.typing as npt
from sqlalchemy import Engine, select

from forecasting import LEVELS, Dependence, sample_paths
from tools.data import frames
from tools.data.schema import Item, Location, Setting, StoredForecast
from tools.errors import NoData

Doubles = npt.NDArray[np.float64]
Pair = tuple[str, str]

SETTING = "forecast_refresh"
"""Setting that names the data version and the run whose forecasts are current."""
BEST = "best"
DRIVERS = "drivers"
REPEAT = 28
"""Days at the end of the stored horizon that are repeated beyond it."""


@dataclass(frozen=True)
class QuantileForecast:
    """Quantiles of one item at one location: `values` (horizon, levels) from `starts_on` on."""

    item: str
    location: str
    starts_on: dt.date
    levels: Doubles
    values: Doubles
    model: str
    demand_class: str = ""
    fallback: str = ""
    """Why the ordinary models were not used: `new`, `no_demand`, `discontinued`, or empty."""
    dependence: Dependence = field(default_factory=Dependence)

    @property
    def horizon(self) -> int:
        return len(self.values)

    def quantile(self, level: float) -> Doubles:
        """(horizon,) quantile, interpolated between stored levels."""
        return np.array([np.interp(level, self.levels, row) for row in self.values])

    def between(self, start: dt.date, days: int) -> Doubles:
        """Quantiles (days, levels) from `start` on; past the horizon the last weeks repeat."""
        offset = max(0, (start - self.starts_on).days)
        index = np.arange(offset, offset + days)
        span = min(REPEAT, self.horizon)
        beyond = self.horizon - span + (index - self.horizon) % span
        return self.values[np.where(index < self.horizon, index, beyond)]


class _Cache:
    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.key: object = None
        self.forecasts: dict[Pair, QuantileForecast] = {}


_caches: WeakKeyDictionary[Engine, _Cache] = WeakKeyDictionary()
_registry = threading.Lock()


def refresh_state(engine: Engine) -> dict[str, Any] | None:
    """What the last refresh left: data_version, run, horizon, starts_on, notes; None before one."""
    with engine.connect() as connection:
        value = connection.scalar(select(Setting.value).where(Setting.key == SETTING))
    return dict(value) if value else None


def load_many(engine: Engine, pairs: Iterable[Pair] | None = None) -> dict[Pair, QuantileForecast]:
    """Stored forecasts by (item, location); pairs without one are left out."""
    with _registry:
        cache = _caches.setdefault(engine, _Cache())
    state = refresh_state(engine)
    if state is None:
        raise NoData(
            "No forecasts are stored yet; run the refresh first.",
            "还没有已存的预测，请先运行刷新。",
        )
    key = (state["data_version"], state["run"])
    with cache.lock:
        if cache.key != key:
            cache.forecasts = _read(engine, int(state["data_version"]))
            cache.key = key
        found = cache.forecasts
    if pairs is None:
        return dict(found)
    return {pair: found[pair] for pair in pairs if pair in found}


def load_forecast(engine: Engine, item: str, location: str) -> QuantileForecast:
    """Stored forecast of one item at one location; `NoData` when it has none."""
    found = load_many(engine, [(item, location)])
    if (item, location) not in found:
        raise NoData(
            f"There is no stored forecast for {item} at {location}; it has no sales there, or the "
            "forecasts were not refreshed since it was added.",
            f"{item} 在 {location} 没有已存的预测：那里没有销售记录，或加入后还没有刷新预测。",
        )
    return found[(item, location)]


def path_samples(
    engine: Engine,
    pairs: Sequence[Pair],
    days: int,
    n: int = 1000,
    seed: int = 0,
    start: dt.date | None = None,
) -> Doubles:
    """Sample paths (pairs, n, days) of daily demand from `start` (default: the planning day).

    Pairs are taken to share part of their variation, as locations of one item do; a pair without
    a stored forecast is zero.
    """
    first = start or frames.planning_day(engine)
    found = load_many(engine, pairs)
    known = [pair for pair in pairs if pair in found]
    out = np.zeros((len(pairs), n, days))
    if known:
        values = np.stack([found[pair].between(first, days) for pair in known])
        paths = sample_paths(values, n, found[known[0]].dependence, seed=seed)
        rows = [number for number, pair in enumerate(pairs) if pair in found]
        out[rows] = paths
    return out


def lead_time_samples(
    engine: Engine,
    item: str,
    location: str,
    days: npt.ArrayLike,
    n: int = 1000,
    seed: int = 0,
    start: dt.date | None = None,
) -> Doubles:
    """Samples (n,) of demand summed over a lead time that is itself uncertain.

    `days` holds equally likely lead times in whole days (one number when it is certain); each
    sample draws one of them and sums one path of daily demand over it, from `start` (default: the
    planning day). A lead time of zero days gives zero.
    """
    choices = np.atleast_1d(np.asarray(days)).round().astype(np.int64).clip(min=0)
    load_forecast(engine, item, location)
    longest = int(choices.max())
    if longest == 0:
        return np.zeros(n)
    paths = path_samples(engine, [(item, location)], longest, n, seed, start)[0]
    summed = np.concatenate([np.zeros((n, 1)), paths.cumsum(axis=1)], axis=1)
    drawn = np.random.default_rng(seed + 1).choice(choices, size=n)
    samples: Doubles = summed[np.arange(n), drawn]
    return samples


def load_drivers(engine: Engine, pairs: Sequence[Pair]) -> tuple[list[str], Doubles]:
    """Driver names and contributions (horizon, K) summed over the pairs."""
    state = refresh_state(engine)
    version = int(state["data_version"]) if state else 0
    statement = (
        select(Item.code, Location.code, StoredForecast.quantiles, StoredForecast.details)
        .join(Item, StoredForecast.item_id == Item.id)
        .join(Location, StoredForecast.location_id == Location.id)
        .where(StoredForecast.data_version_id == version, StoredForecast.model == DRIVERS)
    )
    if len(pairs) < 400:
        statement = statement.where(Item.code.in_({item for item, _ in pairs}))
    wanted, names, total = set(pairs), [], None
    with engine.connect() as connection:
        for item, location, blob, details in connection.execute(statement):
            if (item, location) in wanted:
                names = list(details["names"])
                part = np.frombuffer(blob, dtype="<f4").reshape(-1, len(names)).astype(float)
                total = part if total is None else total + part
    if total is None:
        raise NoData(
            "The drivers of this forecast are not stored; refresh the forecasts.",
            "这项预测的驱动因素没有存储，请刷新预测。",
        )
    return names, total


def _read(engine: Engine, version: int) -> dict[Pair, QuantileForecast]:
    statement = (
        select(
            Item.code,
            Location.code,
            StoredForecast.starts_on,
            StoredForecast.quantiles,
            StoredForecast.chosen_model,
            StoredForecast.details,
        )
        .join(Item, StoredForecast.item_id == Item.id)
        .join(Location, StoredForecast.location_id == Location.id)
        .where(StoredForecast.data_version_id == version, StoredForecast.model == BEST)
    )
    found = {}
    with engine.connect() as connection:
        for item, location, starts_on, blob, model, details in connection.execute(statement):
            values = np.frombuffer(blob, dtype="<f4").reshape(-1, len(LEVELS)).astype(np.float64)
            found[(item, location)] = QuantileForecast(
                item,
                location,
                starts_on,
                LEVELS,
                values,
                model,
                details.get("class", ""),
                details.get("fallback", ""),
                Dependence(*details.get("dependence", (0.1, 0.2, 0.1))),
            )
    return found
