"""The demand table, checked and laid out as dense arrays over one calendar.

A long frame `unique_id, ds, y` comes in; a `Panel` of shape (series, periods) goes on to every
model. A missing period is NaN, never zero; a stock-out day keeps its sales and is marked censored,
because demand was at least that; columns known in the future are declared and reach past the cut.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from forecasting.errors import DataError

Floats = npt.NDArray[np.float32]
Bools = npt.NDArray[np.bool_]
Frequency = Literal["D", "W", "M"]

LARGEST = 1e12
"""Quantities above this are taken for corrupt input."""
LONGEST = 20_000
"""Periods between the first and the last date; more means a wrong year somewhere."""


@dataclass(frozen=True, slots=True)
class Covariates:
    """Which columns of the demand table mean what; any other column is ignored.

    `flags` (0/1), `prices` (> 0) and `numbers` are known in the future: their values after the cut
    are taken from the `future` table. `static` columns describe a series; `groups` are the static
    columns within which a price is compared with its neighbours. `country` names the static column
    with the ISO country whose holidays apply, or is a country code itself.
    """

    flags: tuple[str, ...] = ()
    prices: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()
    static: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    country: str = ""

    @property
    def known(self) -> tuple[str, ...]:
        return (*self.flags, *self.prices, *self.numbers)


@dataclass(frozen=True)
class Panel:
    """Demand of N series over T past and H future periods.

    `y` and `censored` are (N, T); each array of `known` is (N, T + H); `dates` has T + H entries;
    `static` has one row per series in the order of `ids`.
    """

    ids: tuple[str, ...]
    frequency: Frequency
    dates: pd.DatetimeIndex
    y: Floats
    censored: Bools
    known: dict[str, Floats]
    static: pd.DataFrame
    covariates: Covariates
    notes: tuple[str, ...] = field(default=())

    @property
    def periods(self) -> int:
        return int(self.y.shape[1])

    @property
    def horizon(self) -> int:
        return len(self.dates) - self.periods

    @property
    def first(self) -> npt.NDArray[np.int64]:
        """(N,) index of the first observation; T for a series without any."""
        seen = ~np.isnan(self.y)
        return np.where(seen.any(axis=1), seen.argmax(axis=1), self.periods).astype(np.int64)

    def until(self, cut: int, horizon: int) -> Panel:
        """The panel as it was known at period `cut`: nothing observed later is kept.

        Columns known in the future are kept for `horizon` periods, the rest is cut off.
        """
        if not 0 < cut <= self.periods:
            raise DataError(f"The cut-off {cut} lies outside the {self.periods} recorded periods.")
        end = cut + horizon
        if end > len(self.dates):
            raise DataError(f"A horizon of {horizon} periods reaches past the known columns.")
        return replace(
            self,
            dates=self.dates[:end],
            y=self.y[:, :cut].copy(),
            censored=self.censored[:, :cut].copy(),
            known={name: values[:, :end] for name, values in self.known.items()},
        )

    def select(self, rows: Sequence[int] | npt.NDArray[np.int64]) -> Panel:
        """The same calendar for some of the series."""
        index = np.asarray(rows, dtype=np.int64)
        return replace(
            self,
            ids=tuple(self.ids[i] for i in index),
            y=self.y[index],
            censored=self.censored[index],
            known={name: values[index] for name, values in self.known.items()},
            static=self.static.iloc[index],
        )


def build_panel(
    demand: pd.DataFrame,
    horizon: int,
    *,
    covariates: Covariates | None = None,
    future: pd.DataFrame | None = None,
    static: pd.DataFrame | None = None,
    frequency: Frequency | None = None,
) -> Panel:
    """Check a long demand frame and lay it out as a `Panel`.

    `demand` holds `unique_id, ds, y`, optionally `censored` (bool) and the declared known columns;
    `future` holds `unique_id, ds` and known columns for the horizon; `static` is indexed by
    `unique_id`. Fallbacks, each named in `Panel.notes`: a flag without a future value is 0, a
    price or number keeps its last value.

    Raises `DataError` for duplicates, infinite, negative or enormous quantities, mixed
    frequencies, dates that jump, and missing columns.
    """
    if horizon < 1:
        raise DataError(f"The horizon must be at least 1 period, not {horizon}.")
    covariates = covariates or Covariates()
    rows = _checked(demand, covariates)
    frequency = frequency or infer_frequency(rows["ds"])
    positions, calendar = _calendar(rows, frequency, horizon)
    codes, ids = pd.factorize(rows["unique_id"], sort=True)
    _refuse_duplicates(rows, codes, positions, len(calendar))
    _refuse_mixed_frequencies(codes, positions, ids)
    periods = int(positions.max()) + 1
    shape = (len(ids), periods)
    y = np.full(shape, np.nan, dtype=np.float32)
    y[codes, positions] = rows["y"].to_numpy(dtype=np.float32)
    censored = np.zeros(shape, dtype=np.bool_)
    if "censored" in rows.columns:
        censored[codes, positions] = rows["censored"].fillna(False).to_numpy(dtype=np.bool_)
    censored &= ~np.isnan(y)
    notes: list[str] = []
    known = _known_columns(rows, codes, positions, future, ids, calendar, covariates, notes)
    return Panel(
        ids=tuple(str(name) for name in ids),
        frequency=frequency,
        dates=calendar,
        y=y,
        censored=censored,
        known=known,
        static=_static_columns(static, ids, covariates),
        covariates=covariates,
        notes=tuple(notes),
    )


def infer_frequency(ds: pd.Series[pd.Timestamp]) -> Frequency:
    """D, W or M from the dates: month starts or ends, one weekday only, or anything daily."""
    days = pd.DatetimeIndex(ds.unique()).sort_values()
    if len(days) < 2:
        return "D"
    gaps = np.diff(days.to_numpy()).astype("timedelta64[D]").astype(int)
    if gaps.min() >= 28 and (days.is_month_start.all() or days.is_month_end.all()):
        return "M"
    if (gaps % 7 == 0).all():
        return "W"
    return "D"


def _checked(demand: pd.DataFrame, covariates: Covariates) -> pd.DataFrame:
    absent = {"unique_id", "ds", "y", *covariates.known} - set(demand.columns)
    if absent:
        raise DataError(
            f"The demand table lacks the column {sorted(absent)[0]!r}; it needs unique_id, ds, y "
            "and every declared covariate."
        )
    if demand.empty:
        raise DataError("The demand table is empty; at least one series with one row is needed.")
    if demand["unique_id"].isna().any():
        raise DataError("A row of the demand table has no unique_id; name or drop it.")
    rows = demand.reset_index(drop=True)
    try:
        ds = pd.to_datetime(rows["ds"])
    except (ValueError, TypeError) as error:
        raise DataError(f"The column ds holds a value that is no date ({error}).") from error
    if ds.isna().any():
        raise DataError("A row of the demand table has no date in ds; complete or drop it.")
    if ds.dt.tz is not None:
        ds = ds.dt.tz_localize(None)
    rows = rows.assign(ds=ds.dt.normalize())
    try:
        y = rows["y"].to_numpy(dtype=np.float64)
    except (ValueError, TypeError) as error:
        raise DataError(f"The column y holds a value that is no number ({error}).") from error
    for bad, what in (
        (np.isinf(y), "an infinite quantity; correct or remove it"),
        (y < 0, "a negative quantity; record returns apart from sales"),
        (np.abs(y) > LARGEST, "a quantity beyond 1e12; check the unit"),
    ):
        if bad.any():
            row = rows.iloc[int(np.argmax(bad))]
            raise DataError(f"Series {row['unique_id']!r} has on {row['ds'].date()} {what}.")
    return rows


def _calendar(
    rows: pd.DataFrame, frequency: Frequency, horizon: int
) -> tuple[npt.NDArray[np.int64], pd.DatetimeIndex]:
    """Position of each row on the calendar, and the calendar with the horizon."""
    first, last = rows["ds"].min(), rows["ds"].max()
    if frequency == "M":
        months = rows["ds"].dt.year * 12 + rows["ds"].dt.month
        positions = (months - months.min()).to_numpy(dtype=np.int64)
        offset = "ME" if rows["ds"].dt.is_month_end.all() else "MS"
        start = first if offset == "ME" else first.replace(day=1)
    else:
        step = 7 if frequency == "W" else 1
        days = (rows["ds"] - first).dt.days
        if frequency == "W" and (days % 7 != 0).any():
            row = rows.loc[(days % 7 != 0).idxmax()]
            raise DataError(
                f"Series {row['unique_id']!r} has a date off the weekly grid: {row['ds'].date()}."
            )
        positions = (days // step).to_numpy(dtype=np.int64)
        offset, start = f"{step}D", first
    periods = int(positions.max()) + 1
    if periods > LONGEST:
        raise DataError(
            f"The dates run from {first.date()} to {last.date()}; check the years for a typing "
            "error."
        )
    return positions, pd.date_range(start, periods=periods + horizon, freq=offset)


def _refuse_duplicates(
    rows: pd.DataFrame,
    codes: npt.NDArray[np.int64],
    positions: npt.NDArray[np.int64],
    width: int,
) -> None:
    keys = pd.Series(codes * width + positions)
    repeated = keys.duplicated()
    if repeated.any():
        row = rows.iloc[int(np.argmax(repeated.to_numpy()))]
        raise DataError(
            f"Series {row['unique_id']!r} has two rows for {row['ds'].date()}; add them up or "
            "remove one."
        )


def _refuse_mixed_frequencies(
    codes: npt.NDArray[np.int64], positions: npt.NDArray[np.int64], ids: pd.Index[str]
) -> None:
    """A series observed on an evenly coarser grid than the rest is another frequency."""
    order = np.lexsort((positions, codes))
    sorted_codes = codes[order]
    gaps = np.diff(positions[order])
    inside = np.diff(sorted_codes) == 0
    table = pd.DataFrame({"series": sorted_codes[1:][inside], "gap": gaps[inside]})
    spread = table.groupby("series")["gap"].agg(["min", "max", "size"])
    coarse = spread[(spread["min"] == spread["max"]) & (spread["min"] > 1) & (spread["size"] >= 8)]
    if len(coarse):
        code = int(coarse.index[0])
        raise DataError(
            f"Series {ids[code]!r} has a value every {int(coarse['min'].iloc[0])} periods while "
            "others have one every period; forecast each frequency in a table of its own."
        )


def _known_columns(
    rows: pd.DataFrame,
    codes: npt.NDArray[np.int64],
    positions: npt.NDArray[np.int64],
    future: pd.DataFrame | None,
    ids: pd.Index[str],
    calendar: pd.DatetimeIndex,
    covariates: Covariates,
    notes: list[str],
) -> dict[str, Floats]:
    known: dict[str, Floats] = {}
    periods = int(positions.max()) + 1
    ahead = _future_rows(future, ids, calendar, periods, covariates)
    for name in covariates.known:
        values = np.full((len(ids), len(calendar)), np.nan, dtype=np.float32)
        values[codes, positions] = pd.to_numeric(rows[name], errors="coerce").to_numpy(np.float32)
        values[~np.isfinite(values)] = np.nan
        if ahead is not None and name in ahead.columns:
            values[ahead["code"], ahead["position"]] = ahead[name].to_numpy(dtype=np.float32)
        unknown = np.isnan(values[:, periods:]).all(axis=0)
        if unknown.any():
            day = calendar[periods + int(np.argmax(unknown))].date()
            rule = "none are assumed" if name in covariates.flags else "the last value is kept"
            notes.append(f"From {day} no {name} is known for the future; {rule}.")
        known[name] = np.nan_to_num(values) if name in covariates.flags else _carried(values)
    return known


def _future_rows(
    future: pd.DataFrame | None,
    ids: pd.Index[str],
    calendar: pd.DatetimeIndex,
    periods: int,
    covariates: Covariates,
) -> pd.DataFrame | None:
    if future is None or future.empty:
        return None
    unknown = set(future.columns) - {"unique_id", "ds", *covariates.known}
    if unknown:
        raise DataError(
            f"The future column {sorted(unknown)[0]!r} is not declared as known in the future; "
            "declare it or leave it out."
        )
    table = future.assign(
        code=ids.get_indexer(pd.Index(future["unique_id"])),
        position=calendar.get_indexer(pd.DatetimeIndex(future["ds"]).normalize()),
    )
    return table[(table["code"] >= 0) & (table["position"] >= periods)]


def _carried(values: Floats) -> Floats:
    """Gaps take the last value before them, leading gaps the first value, empty rows 0."""
    table = pd.DataFrame(values.T).ffill().bfill().fillna(0.0)
    return table.to_numpy(dtype=np.float32).T.copy()


def _static_columns(
    static: pd.DataFrame | None, ids: pd.Index[str], covariates: Covariates
) -> pd.DataFrame:
    wanted = [*covariates.static, *covariates.groups]
    if len(covariates.country) > 2:
        wanted.append(covariates.country)
    names = list(dict.fromkeys(wanted))
    if static is None:
        if names:
            raise DataError(f"The static column {names[0]!r} is declared but no table was given.")
        return pd.DataFrame(index=ids)
    absent = [name for name in names if name not in static.columns]
    if absent:
        raise DataError(f"The static table lacks the declared column {absent[0]!r}.")
    if static.index.has_duplicates:
        raise DataError("The static table has two rows for one unique_id; keep one.")
    return static[names].reindex(ids)
