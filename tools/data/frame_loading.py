"""How a frame is made: loaded once per data version, copied for each caller, typed and named."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pandas as pd
from sqlalchemy import Engine, func, select

from tools.data.columns import (
    as_days,
    cached,
)
from tools.data.schema import (
    SalesDay,
)


def keep(engine: Engine, name: str, load: Callable[[], pd.DataFrame]) -> pd.DataFrame:
    frame: pd.DataFrame = cached(engine, name, load)
    return frame.copy()


def planning_day(engine: Engine) -> dt.date:
    """The planner's today: the day after the last recorded sales day (or today, without sales)."""

    def load() -> dt.date:
        with engine.connect() as connection:
            last = connection.scalar(select(func.max(SalesDay.day)))
        return last + dt.timedelta(days=1) if last else dt.datetime.now(dt.UTC).date()

    day: dt.date = cached(engine, "planning day", load)
    return day


def small_result(engine: Engine, statement: Any) -> pd.DataFrame:
    """A small result with SQLAlchemy's own conversions (JSON, Decimal, dates)."""
    with engine.connect() as connection:
        result = connection.execute(statement)
        return pd.DataFrame.from_records(
            [tuple(row) for row in result], columns=list(result.keys())
        )


def by_name(frame: pd.DataFrame, key: str) -> pd.DataFrame:
    """Index by `key`; the names mapping becomes name_en and name_zh, each falling back."""
    names = frame.pop("names")
    for position, (language, other) in enumerate((("en", "zh"), ("zh", "en"))):
        spelled = [
            row.get(language) or row.get(other) or code
            for row, code in zip(names, frame[key], strict=True)
        ]
        frame.insert(position + 1, f"name_{language}", pd.Series(spelled, dtype=object))
    return frame.set_index(key).sort_index()


def typed(
    frame: pd.DataFrame, floats: tuple[str, ...] = (), days: tuple[str, ...] = ()
) -> pd.DataFrame:
    for name in floats:
        frame[name] = frame[name].astype(float)
    for name in days:
        frame[name] = as_days(frame[name].to_numpy(dtype=object))
    return frame
