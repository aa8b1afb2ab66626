"""What must stand before the page can be served, each step made once and never left half done.

A step that was interrupted is made again: weights are checked by their stamp, a SQLite database
appears under its name only when the demo company in it is complete, and forecasts belong to a
data version.
"""

from __future__ import annotations

import os
from pathlib import Path

from sqlalchemy import Engine, func, select

from assistant.cli.console import console, progress_bar
from assistant.models import weights
from assistant.settings import Settings
from tools.anomalies.detect import last_checked, refresh_alerts
from tools.data.database import data_version, open_engine
from tools.data.demo import build_demo
from tools.data.migrate import upgrade
from tools.data.schema import Import, StoredForecast
from tools.demand.refresh import refresh_forecasts
from tools.errors import NoData


def prepare(settings: Settings) -> Engine:
    """Weights, database, demo company, forecasts and alerts; what is there is kept."""
    if settings.model == "local" and not weights.info(settings.cache_folder).present:
        with progress_bar("Model weights") as report:
            weights.fetch(settings.cache_folder, report)
    engine = open_database(settings, create=True)
    imported = _last_import(engine)
    if _is_due(_last_forecast(engine), imported):
        _forecast(engine)
    if _is_due(last_checked(engine), imported):
        _check(engine)
    return engine


def open_database(
    settings: Settings, *, create: bool = False, create_empty: bool = False
) -> Engine:
    """The planner's database, migrated; absent, it is made with the demo company or empty."""
    url = settings.resolved_database_url
    path = _sqlite_file(url)
    if path is not None and not path.exists() and create_empty:
        path.parent.mkdir(parents=True, exist_ok=True)
    elif path is not None and not path.exists():
        if not create:
            raise NoData(
                f"There is no database at {path}; run `make serve` or `inventory-assistant "
                "prepare` first, or set DATABASE_URL."
            )
        _create_sqlite(path)
    engine = open_engine(url)
    upgrade(engine)
    if create and data_version(engine) == 0:
        _fill(engine)
    return engine


def refresh_results(engine: Engine) -> None:
    """Forecasts, backtests and alerts for the current data version."""
    _forecast(engine)
    _check(engine)


def _forecast(engine: Engine) -> None:
    with progress_bar("Forecasts") as report:
        refresh_forecasts(engine, progress=report)


def _check(engine: Engine) -> None:
    with progress_bar("Looking for what is wrong") as report:
        refresh_alerts(engine, progress=report)


def _is_due(done: int | None, imported: int) -> bool:
    """Whether a result is missing, or files were imported since it was computed."""
    return done is None or imported > done


def _last_forecast(engine: Engine) -> int | None:
    with engine.connect() as connection:
        return connection.scalar(select(func.max(StoredForecast.data_version_id)))


def _last_import(engine: Engine) -> int:
    with engine.connect() as connection:
        return connection.scalar(select(func.max(Import.data_version_id))) or 0


def _sqlite_file(url: str) -> Path | None:
    prefix = "sqlite:///"
    return Path(url.removeprefix(prefix)) if url.startswith(prefix) else None


def _create_sqlite(path: Path) -> None:
    """Build beside the final name and rename: an interrupted build leaves no database behind."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(".unfinished")
    for leftover in path.parent.glob(f"{unfinished.name}*"):
        leftover.unlink()
    engine = open_engine(f"sqlite:///{unfinished}")
    upgrade(engine)
    _fill(engine)
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    engine.dispose()
    os.replace(unfinished, path)
    for leftover in path.parent.glob(f"{unfinished.name}*"):
        leftover.unlink()


def _fill(engine: Engine) -> None:
    with progress_bar("Demo company") as report:
        build_demo(engine, progress=report)
    console.print("The demo company is ready.", highlight=False)
