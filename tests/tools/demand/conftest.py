"""A demo company with stored forecasts, fitted quickly and shared by the tests of this room."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import Engine

from forecasting import EngineConfig, TrainingConfig
from tools.data import frames
from tools.data.catalogue import Catalogue
from tools.data.database import open_engine
from tools.demand.refresh import RefreshReport, refresh_forecasts
from tools.spec import ToolContext

QUICK = EngineConfig(
    training=TrainingConfig(steps=60, hidden=16, seed=3), validation_windows=2, refit=0.2
)


@dataclass
class Forecasted:
    """A database with stored forecasts, what the refresh said, and where it lies."""

    engine: Engine
    report: RefreshReport
    folder: Path

    def context(self, language: str = "en") -> ToolContext:
        return ToolContext(
            self.engine,
            frames.planning_day(self.engine),
            language,  # type: ignore[arg-type]
            Catalogue.load(self.engine),
        )


@pytest.fixture(scope="session")
def forecasted(demo_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Forecasted]:
    """Read it, do not write to it."""
    folder = tmp_path_factory.mktemp("forecasted")
    shutil.copyfile(demo_folder / "records.db", folder / "records.db")
    engine = open_engine(f"sqlite:///{folder / 'records.db'}")
    report = refresh_forecasts(engine, 60, config=QUICK)
    yield Forecasted(engine, report, folder)
    engine.dispose()


@pytest.fixture
def own(forecasted: Forecasted, tmp_path: Path) -> Iterator[Forecasted]:
    """A copy that a test may change; its engine folder is a copy too."""
    with forecasted.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    shutil.copyfile(forecasted.folder / "records.db", tmp_path / "records.db")
    shutil.copytree(forecasted.folder / "forecast-engine", tmp_path / "forecast-engine")
    engine = open_engine(f"sqlite:///{tmp_path / 'records.db'}")
    yield Forecasted(engine, forecasted.report, tmp_path)
    engine.dispose()
