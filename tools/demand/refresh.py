"""The refresh job: forecasts of every item at every location, stored for a data version.

The engine is fitted when there is none, when its columns changed, or every four weeks; in between
it forecasts with the stored weights. A series whose history and known future did not change keeps
its stored forecast, relabelled to the new data version.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import platformdirs
import torch
from sqlalchemy import Engine, select

from forecasting import (
    EngineConfig,
    FittedEngine,
    NotFitted,
    Panel,
    TrainingConfig,
    build_panel,
    error_correlation,
    fit_engine,
    load_engine,
    save_engine,
)
from tools.data.database import data_version
from tools.data.schema import Item, Location, StoredForecast
from tools.demand.history import COVARIATES, DemandTable, demand_table
from tools.demand.records import forecast_records, store_forecasts
from tools.demand.stored import BEST, refresh_state
from tools.errors import NoData

Progress = Callable[[str, float], None]
"""Called with the step and the share of the whole refresh that is done."""

REFIT_DAYS = 28
"""Age at which the engine is fitted again."""
LONGEST_TRAINING = 60.0
"""Processor seconds that training may take on a company of any size."""
FORMAT = 1
"""Grows when stored engines or forecasts of earlier programs cannot be read any more."""


@dataclass(frozen=True)
class RefreshReport:
    """What a refresh did."""

    data_version: int
    series: int
    recomputed: int
    fitted: bool
    seconds: float
    notes: tuple[str, ...]


def refresh_forecasts(
    engine: Engine,
    horizon: int = 90,
    progress: Progress | None = None,
    *,
    folder: Path | None = None,
    force: bool = False,
    config: EngineConfig | None = None,
) -> RefreshReport:
    """Forecast every pair for the current data version and store the result.

    `folder` holds the fitted engine; by default it lies beside a SQLite file, or in the user's
    cache folder for a server database. Nothing is done when the version is already stored with
    this horizon, unless `force`. One transaction: a failure leaves the former forecasts in place.
    """
    began = time.monotonic()
    version = data_version(engine)
    state = refresh_state(engine)
    if state and not force and (state["data_version"], state["horizon"]) == (version, horizon):
        return RefreshReport(version, int(state["series"]), 0, False, 0.0, ())
    with _one_thread():
        return _refresh(engine, version, state, horizon, progress, folder, force, config, began)


def _refresh(
    engine: Engine,
    version: int,
    state: dict[str, Any] | None,
    horizon: int,
    progress: Progress | None,
    folder: Path | None,
    force: bool,
    config: EngineConfig | None,
    began: float,
) -> RefreshReport:
    report = progress or (lambda _what, _done: None)
    report("read", 0.0)
    table = demand_table(engine, horizon)
    if table.demand.empty:
        raise NoData(
            "There are no sales to forecast from; import sales first.",
            "没有可用于预测的销售数据，请先导入销售记录。",
        )
    panel = build_panel(
        table.demand,
        horizon,
        covariates=COVARIATES,
        future=table.future,
        static=table.static,
        frequency="D",
    )
    place = folder or engine_folder(engine)
    fitted, about, fresh = _engine_for(panel, horizon, place, config, report, force)
    prints = fingerprints(table, str(about["run"]))
    former = {} if fresh or state is None else _former(engine, state, horizon, table.starts_on)
    rows = np.array(
        [i for i, name in enumerate(panel.ids) if former.get(name) != prints[name]], dtype=np.int64
    )
    report("forecast", 0.85)
    records = forecast_records(panel.select(rows), fitted, table, prints) if len(rows) else []
    report("store", 0.95)
    unchanged = [name for name in panel.ids if former.get(name) == prints[name]]
    store_forecasts(engine, version, state, records, unchanged, fitted, fresh, table, about)
    report("store", 1.0)
    return RefreshReport(
        version, len(panel.ids), len(rows), fresh, time.monotonic() - began, panel.notes
    )


def engine_folder(engine: Engine) -> Path:
    """Where the fitted engine of this database lies."""
    database = engine.url.database
    if engine.dialect.name == "sqlite" and database and database != ":memory:":
        return Path(database).resolve().parent / "forecast-engine"
    name = engine.url.render_as_string(hide_password=True)
    return (
        platformdirs.user_cache_path("inventory-assistant")
        / f"forecast-{uuid.uuid5(uuid.NAMESPACE_URL, name)}"
    )


def _engine_for(
    panel: Panel,
    horizon: int,
    folder: Path,
    config: EngineConfig | None,
    report: Progress,
    force: bool,
) -> tuple[FittedEngine, dict[str, Any], bool]:
    """The stored engine when it still fits the data, else a newly fitted one."""
    signature = {
        "format": FORMAT,
        "columns": [*COVARIATES.known, *COVARIATES.static],
        "config": repr(config),
    }
    last = panel.dates[panel.periods - 1].date()
    if not force:
        with contextlib.suppress(NotFitted):
            fitted, about = load_engine(folder)
            age = (last - dt.date.fromisoformat(about["fitted_until"])).days
            known = set(about["series"])
            shared = sum(name in known for name in panel.ids) / len(panel.ids)
            if about["signature"] == signature and 0 <= age < REFIT_DAYS and shared > 0.8:
                return fitted, about, False
    chosen = config or default_config(panel)
    fitted = fit_engine(
        panel, horizon, chosen, progress=lambda _what, done: report("fit", 0.05 + 0.75 * done)
    )
    fitted = _with_shared_errors(fitted, panel)
    about = {
        "signature": signature,
        "run": uuid.uuid4().hex,
        "fitted_until": last.isoformat(),
        "series": list(panel.ids),
    }
    save_engine(fitted, folder, about)
    return fitted, about, True


def _with_shared_errors(fitted: FittedEngine, panel: Panel) -> FittedEngine:
    """The engine with the correlation of errors between locations of one item, as backtested."""
    report = fitted.report
    if report is None or panel.static["location"].nunique() < 2:
        return fitted
    items = panel.static["item"].to_numpy(dtype=str)
    groups = np.concatenate([np.char.add(items, f"|{w}") for w in range(report.windows)])
    if len(groups) != len(report.y):
        return fitted
    across = error_correlation(report.y, report.forecasts["Ensemble"], groups)
    return replace(fitted, dependence=replace(fitted.dependence, across=across))


def default_config(panel: Panel) -> EngineConfig:
    """Members and training time for a company of this size.

    AutoETS is fitted series by series, so it joins only where it can be refreshed in seconds.
    """
    steps = 300 if len(panel.ids) < 2000 else 450
    small = len(panel.ids) <= 30
    return EngineConfig(
        training=TrainingConfig(steps=steps, seconds=LONGEST_TRAINING),
        local=("SeasonalNaive", "Empirical", "AutoETS")
        if small
        else ("SeasonalNaive", "Empirical"),
    )


def fingerprints(table: DemandTable, run: str) -> dict[str, str]:
    """A hash per series over its history, its known future and the engine that is used."""
    parts = []
    for frame in (table.demand, table.future):
        columns = sorted(set(frame.columns) - {"unique_id"})
        hashed = pd.util.hash_pandas_object(frame[columns], index=False)
        parts.append(hashed.groupby(frame["unique_id"].to_numpy()).sum())
    past, ahead = parts
    return {
        str(name): f"{run[:12]}-{int(value):x}-{int(ahead.get(name, 0)):x}"
        for name, value in past.items()
    }


def _former(
    engine: Engine, state: dict[str, Any], horizon: int, starts_on: dt.date
) -> dict[str, str]:
    """Fingerprints of the stored series that start on the same day with the same horizon."""
    statement = (
        select(Item.code, Location.code, StoredForecast.details)
        .join(Item, StoredForecast.item_id == Item.id)
        .join(Location, StoredForecast.location_id == Location.id)
        .where(
            StoredForecast.data_version_id == int(state["data_version"]),
            StoredForecast.model == BEST,
            StoredForecast.starts_on == starts_on,
            StoredForecast.horizon == horizon,
        )
    )
    with engine.connect() as connection:
        return {
            f"{item}|{location}": str(details.get("fingerprint", ""))
            for item, location, details in connection.execute(statement)
        }


@contextlib.contextmanager
def _one_thread() -> Any:
    """Small recurrent networks run fastest on few threads, and the page stays responsive."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)
