"""Reading whole columns out of the database, quickly, and keeping them until the data change.

Analytics read columns, not rows: rows are fetched raw from the driver in chunks, turned into numpy
columns at once, and the finished frame is kept per engine and data version.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
import numpy.typing as npt
import pandas as pd
from sqlalchemy import Connection, Engine, Select, String, select, type_coerce
from sqlalchemy.orm import InstrumentedAttribute

from tools.data.database import data_version

CHUNK_ROWS = 100_000
Array = npt.NDArray[Any]


class _Loaded:
    """Frames of one engine at one data version."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.version = -1
        self.values: dict[str, Any] = {}


_loaded: WeakKeyDictionary[Engine, _Loaded] = WeakKeyDictionary()
_registry_lock = threading.Lock()


def cached(engine: Engine, name: str, load: Callable[[], Any]) -> Any:
    """What `load` returned for this data version; the caller must not change it in place."""
    with _registry_lock:
        loaded = _loaded.setdefault(engine, _Loaded())
    version = data_version(engine)
    with loaded.lock:
        if loaded.version != version:
            loaded.version, loaded.values = version, {}
        if name not in loaded.values:
            loaded.values[name] = load()
        return loaded.values[name]


def raw(column: InstrumentedAttribute[Any], label: str | None = None) -> Any:
    """`column` as the driver delivers it (ISO text on SQLite), skipping per-row conversion."""
    return type_coerce(column, String).label(label or column.key)


def fetch_columns(engine: Engine, statement: Select[Any]) -> dict[str, Array]:
    """Result of `statement` as one array per column; whole numbers stay exact, None becomes NaN."""
    with engine.connect() as connection:
        return read_columns(connection, statement)


def read_columns(connection: Connection, statement: Select[Any]) -> dict[str, Array]:
    """As `fetch_columns`, inside a transaction that is already open.

    Reads the driver's cursor itself, which SQLAlchemy leaves untouched unless results are streamed:
    a row object per row would cost as much again.
    """
    chunks: list[list[Array]] = []
    result = connection.execute(statement)
    names = list(result.keys())
    cursor = result.cursor
    while cursor is not None and (rows := cursor.fetchmany(CHUNK_ROWS)):
        chunks.append([_as_array(values) for values in zip(*rows, strict=True)])
    result.close()
    if not chunks:
        return {name: np.empty(0, dtype=object) for name in names}
    return {
        name: np.concatenate([chunk[index] for chunk in chunks]) for index, name in enumerate(names)
    }


def _as_array(values: Sequence[Any]) -> Array:
    """Numbers as int64 or float64 (None as NaN); everything else as Python objects."""
    sample = next((value for value in values if value is not None), None)
    if isinstance(sample, bool):
        return np.array(values, dtype=bool)
    if isinstance(sample, int | float):
        numbers = np.array(values)
        if numbers.dtype.kind in "if":
            return numbers
        return np.array(values, dtype=np.float64)
    objects = np.empty(len(values), dtype=object)
    objects[:] = values
    return objects


def as_days(values: Array) -> Array:
    """ISO texts or dates as datetime64[ns]; each distinct day is parsed once."""
    codes, distinct = pd.factorize(values, use_na_sentinel=True)
    days = pd.to_datetime(pd.Series(distinct, dtype=object), format="ISO8601").to_numpy()
    days = np.append(days.astype("datetime64[ns]"), np.datetime64("NaT", "ns"))
    return np.asarray(days[codes])


def as_instants(values: Array) -> pd.Series[pd.Timestamp]:
    """UTC instants as the driver delivers them: ISO text on SQLite, aware datetimes elsewhere."""
    return pd.Series(pd.to_datetime(pd.Series(values, dtype=object), utc=True, format="ISO8601"))


def as_floats(values: Array) -> Array:
    return values.astype(np.float64)


def id_codes(engine: Engine, model: Any) -> Mapping[int, str]:
    """Database id -> code, for items, locations and suppliers."""

    def load() -> dict[int, str]:
        with engine.connect() as connection:
            return {row.id: row.code for row in connection.execute(select(model.id, model.code))}

    codes: dict[int, str] = cached(engine, f"codes of {model.__tablename__}", load)
    return codes


def categorical(positions: Array, names: Sequence[str]) -> pd.Categorical[str]:
    """Column `names[positions]` (-1 is missing) as a categorical with sorted categories."""
    order = sorted(range(len(names)), key=names.__getitem__)
    rank = np.empty(len(names) + 1, dtype=np.int64)
    rank[order] = np.arange(len(names))
    rank[-1] = -1
    sorted_names = pd.Index([names[position] for position in order], dtype=object)
    return pd.Categorical.from_codes(rank[positions], categories=sorted_names)


def as_codes(engine: Engine, model: Any, ids: Array) -> pd.Categorical[str]:
    """Column of database ids as a categorical of codes, with only the codes that occur."""
    names = id_codes(engine, model)
    positions, distinct = pd.factorize(ids, use_na_sentinel=True)
    return categorical(positions, [names[int(identity)] for identity in distinct])
