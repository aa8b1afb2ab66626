"""Comparing typed rows with what is recorded, and writing exactly the difference.

A row is found again by its natural key. Blank cells and absent columns say nothing: a new record
gets the default, a recorded one keeps its value. Rows that are already recorded as they are cause
no write at all, so that the same file twice changes nothing.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import sqlalchemy as sa
from sqlalchemy import Connection, Table

from tools.data.columns import as_days, as_instants, read_columns
from tools.data.imports.report import ImportReport

CHUNK_ROWS = 50_000
EXAMPLES = 20
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Outcome:
    """Per row of the frame that was written: is it new, and was a recorded one changed."""

    added: Mask
    changed: Mask


def upsert(
    connection: Connection,
    table: Table,
    key: Sequence[str],
    frame: pd.DataFrame,
    *,
    within: sa.ColumnElement[bool] | None = None,
) -> Outcome:
    """Insert new rows of `frame` and update those that differ; `key` is unique in `frame`.

    Columns are named as in `table`; `names` columns are merged language by language. `within`
    limits the recorded rows that are read for comparison.
    """
    recorded = _recorded(connection, table, key, list(frame.columns), within)
    place = _positions(recorded, frame, key)
    added = place < 0
    changed = np.zeros(len(frame), dtype=bool)
    merged: dict[str, pd.Series[Any]] = {}
    old = recorded.iloc[np.where(added, 0, place)] if len(recorded) else recorded
    for name in frame.columns:
        if name in key or not len(recorded):
            continue
        before = old[name].reset_index(drop=True)
        after, differs = _difference(table.c[name], before, frame[name].reset_index(drop=True))
        merged[name] = after
        changed |= differs & ~added
    if added.any():
        insert(connection, table, frame.loc[added])
    if changed.any():
        keys = {name: frame[name].to_numpy()[changed] for name in key}
        values = {name: series[changed] for name, series in merged.items()}
        _update(connection, table, pd.DataFrame(keys), pd.DataFrame(values))
    return Outcome(added, changed)


def count(report: ImportReport, table: Table, outcome: Outcome) -> None:
    """Put an outcome into the report."""
    new, other = int(outcome.added.sum()), int(outcome.changed.sum())
    report.added[table.name] = report.added.get(table.name, 0) + new
    report.changed[table.name] = report.changed.get(table.name, 0) + other
    same = len(outcome.added) - new - other
    report.unchanged[table.name] = report.unchanged.get(table.name, 0) + same


# --- reading ------------------------------------------------------------------------------------


def _recorded(
    connection: Connection,
    table: Table,
    key: Sequence[str],
    names: Sequence[str],
    within: sa.ColumnElement[bool] | None,
) -> pd.DataFrame:
    """Recorded rows with the columns to compare, in the types of a typed file."""
    wanted = list(dict.fromkeys([*key, *names]))
    chosen = []
    for name in wanted:
        column = table.c[name]
        if isinstance(column.type, sa.Numeric) and not isinstance(column.type, sa.Float):
            chosen.append(sa.cast(column, sa.Float).label(name))
        else:
            chosen.append(sa.type_coerce(column, sa.String).label(name))
    statement = sa.select(*chosen)
    if within is not None:
        statement = statement.where(within)
    found = read_columns(connection, statement)
    return pd.DataFrame({name: _as_typed(table.c[name], found[name]) for name in wanted})


def _as_typed(column: sa.Column[Any], values: npt.NDArray[Any]) -> Any:
    kind = column.type
    if isinstance(kind, sa.Date):
        return as_days(values)
    if _is_instant(kind):
        return as_instants(values)
    if isinstance(kind, sa.Boolean):
        return values.astype(bool)
    if isinstance(kind, sa.Integer | sa.Numeric):
        return values.astype(np.float64) if values.dtype == object else values
    if isinstance(kind, sa.JSON):
        read = [json.loads(value) if isinstance(value, str) else value for value in values]
        objects = np.empty(len(read), dtype=object)
        objects[:] = read
        return objects
    return values.astype(object)


def _is_instant(kind: Any) -> bool:
    return isinstance(kind, sa.DateTime) or isinstance(getattr(kind, "impl", None), sa.DateTime)


def _positions(
    recorded: pd.DataFrame, frame: pd.DataFrame, key: Sequence[str]
) -> npt.NDArray[np.int64]:
    """For each row of `frame` the position of its recorded row, or -1."""
    if not len(recorded) or not len(frame):
        return np.full(len(frame), -1, dtype=np.int64)
    left, right = frame[list(key)].copy(), recorded[list(key)].copy()
    for name in key:
        if left[name].dtype.kind in "if" or right[name].dtype.kind in "if":
            left[name] = left[name].astype(float).fillna(-1.0)
            right[name] = right[name].astype(float).fillna(-1.0)
        elif left[name].dtype != right[name].dtype:
            left[name], right[name] = left[name].astype(object), right[name].astype(object)
    right["position"] = np.arange(len(right))
    joined = left.merge(right, on=list(key), how="left")["position"]
    return joined.fillna(-1).to_numpy().astype(np.int64)


def _difference(
    column: sa.Column[Any], before: pd.Series[Any], after: pd.Series[Any]
) -> tuple[pd.Series[Any], Mask]:
    """The value to keep (new where given, else the recorded one) and where it is a change."""
    if isinstance(column.type, sa.JSON):
        pairs = [_json_value(*pair) for pair in zip(before, after, strict=True)]
        differs = np.array([one != two for one, two in zip(before, pairs, strict=True)], dtype=bool)
        return pd.Series(pairs, dtype=object), differs
    given = after.notna().to_numpy()
    numeric = isinstance(column.type, sa.Numeric)
    if numeric and not isinstance(column.type, sa.Float):
        places = 4
        same = (
            before.astype(float).round(places).to_numpy()
            == after.astype(float).round(places).to_numpy()
        )
    elif numeric or isinstance(column.type, sa.Integer):
        same = before.astype(float).to_numpy() == after.astype(float).to_numpy()
    else:
        same = (before == after).to_numpy()
    return after.where(given, before), given & ~same


def _json_value(before: Any, after: Any) -> Any:
    if after is None or (isinstance(after, float) and after != after):
        return before
    if isinstance(after, Mapping) and isinstance(before, Mapping):
        return {**before, **after}
    return list(after) if isinstance(after, tuple) else after


# --- writing ------------------------------------------------------------------------------------


def insert(connection: Connection, table: Table, frame: pd.DataFrame) -> None:
    """New rows, with the model's defaults where the file says nothing."""
    columns = [
        column
        for column in table.columns
        if column.name in frame.columns or column.default is not None
    ]
    names = [column.name for column in columns]
    for start in range(0, len(frame), CHUNK_ROWS):
        part = frame.iloc[start : start + CHUNK_ROWS]
        values = [_for_driver(connection, column, part) for column in columns]
        _insert_rows(connection, table, names, zip(*values, strict=True))


def _insert_rows(
    connection: Connection, table: Table, names: Sequence[str], rows: Iterable[tuple[Any, ...]]
) -> None:
    quoted = ", ".join(connection.dialect.identifier_preparer.quote(name) for name in names)
    cursor = connection.connection.cursor()
    try:
        if connection.dialect.name == "postgresql":
            with cursor.copy(f"COPY {table.name} ({quoted}) FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
        else:
            marks = ", ".join("?" for _ in names)
            cursor.executemany(f"INSERT INTO {table.name} ({quoted}) VALUES ({marks})", list(rows))
    finally:
        cursor.close()


def _update(connection: Connection, table: Table, keys: pd.DataFrame, values: pd.DataFrame) -> None:
    """Set the given columns of recorded rows; a row's `version` grows, if the table has one."""
    extra = {"version": table.c.version + 1} if "version" in table.c else {}
    same = [
        table.c[name].is_not_distinct_from(sa.bindparam(f"key_{name}", type_=table.c[name].type))
        for name in keys.columns
    ]
    assigned = {
        name: sa.bindparam(f"new_{name}", type_=table.c[name].type) for name in values.columns
    }
    statement = sa.update(table).where(*same).values(**assigned, **extra)
    columns = [_python_values(table.c[name], keys[name]) for name in keys.columns]
    columns += [_python_values(table.c[name], values[name]) for name in values.columns]
    names = [f"key_{name}" for name in keys.columns] + [f"new_{name}" for name in values.columns]
    rows = [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)]
    for start in range(0, len(rows), CHUNK_ROWS):
        connection.execute(statement, rows[start : start + CHUNK_ROWS])


def _default(column: sa.Column[Any]) -> Any:
    default: Any = column.default
    if default is None:
        return None
    if default.is_callable:
        return default.arg(None)
    value = default.arg
    return value.value if hasattr(value, "value") else value


def _python_values(column: sa.Column[Any], values: pd.Series[Any]) -> list[Any]:
    """Python values as SQLAlchemy binds them; None for missing."""
    kind = column.type
    if isinstance(kind, sa.Date):
        days = values.to_numpy().astype("datetime64[D]").tolist()
        return list(days)
    if _is_instant(kind):
        return [None if value is pd.NaT else value.to_pydatetime() for value in values]
    missing = values.isna().to_numpy()
    if isinstance(kind, sa.Integer) and not isinstance(kind, sa.Boolean):
        return [None if gone else int(value) for value, gone in zip(values, missing, strict=True)]
    if isinstance(kind, sa.Numeric) and not isinstance(kind, sa.Float):
        return [
            None if gone else value if isinstance(value, Decimal) else Decimal(str(round(value, 4)))
            for value, gone in zip(values, missing, strict=True)
        ]
    plain = values.astype(object).tolist()
    return [None if gone else value for value, gone in zip(plain, missing, strict=True)]


def _for_driver(
    connection: Connection, column: sa.Column[Any], frame: pd.DataFrame
) -> Sequence[Any]:
    """Values as the driver stores them, defaults filled in; must agree with SQLAlchemy's own."""
    if column.name not in frame.columns:
        values: list[Any] = [_default(column)] * len(frame)
    else:
        values = _python_values(column, frame[column.name])
        if column.default is not None and any(value is None for value in values):
            fallback = _default(column)
            values = [fallback if value is None else value for value in values]
    kind = column.type
    if isinstance(kind, sa.JSON):
        return [None if value is None else json.dumps(value) for value in values]
    if connection.dialect.name == "postgresql":
        return values
    if isinstance(kind, sa.Date):
        return [None if value is None else value.isoformat() for value in values]
    if _is_instant(kind):
        return [
            None if value is None else f"{value.astimezone(dt.UTC):%Y-%m-%d %H:%M:%S.%f}"
            for value in values
        ]
    if isinstance(kind, sa.Numeric) and not isinstance(kind, sa.Float):
        return [None if value is None else float(value) for value in values]
    if isinstance(kind, sa.Boolean):
        return [None if value is None else int(value) for value in values]
    return values
