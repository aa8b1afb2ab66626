"""A small demo company that any test may ask.

It is built once per session, also under xdist, and shared: `demo_engine` refuses writes; a test
that has to write takes `demo_copy`, a database of its own. `demo_truth` is what really happened.
"""

from __future__ import annotations

import datetime as dt
import fcntl
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event

from tools.data.database import open_engine
from tools.data.demo import build_demo
from tools.data.demo.truth import DemoTruth, load_truth
from tools.data.migrate import upgrade

DEMO_TODAY = dt.date(2026, 11, 22)
DEMO_SIZE: dict[str, Any] = {"seed": 7, "today": DEMO_TODAY, "months": 14, "items": 48}


@pytest.fixture(scope="session")
def demo_folder(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Path:
    """Folder with `records.db` and `truth/`; whichever worker comes first builds it."""
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if hasattr(request.config, "workerinput") else base
    folder = shared / "demo-company"
    with (shared / "demo-company.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            unfinished = shared / "demo-company.part"
            shutil.rmtree(unfinished, ignore_errors=True)
            unfinished.mkdir()
            _build(unfinished)
            unfinished.rename(folder)
    return folder


def _build(folder: Path) -> None:
    engine = upgrade(f"sqlite:///{folder / 'records.db'}")
    build_demo(engine, truth_folder=folder / "truth", **DEMO_SIZE)
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    engine.dispose()


@pytest.fixture(scope="session")
def demo_engine(demo_folder: Path) -> Iterator[Engine]:
    """The demo company of DEMO_SIZE; read only."""
    engine = open_engine(f"sqlite:///{demo_folder / 'records.db'}")
    event.listen(engine, "connect", _refuse_writes)
    yield engine
    engine.dispose()


def _refuse_writes(connection: Any, _record: object) -> None:
    connection.execute("PRAGMA query_only=ON")


@pytest.fixture
def demo_copy(demo_folder: Path, tmp_path: Path) -> Iterator[Engine]:
    """The same company in a database of the test's own."""
    path = tmp_path / "demo.db"
    shutil.copyfile(demo_folder / "records.db", path)
    engine = open_engine(f"sqlite:///{path}")
    yield engine
    engine.dispose()


@pytest.fixture(scope="session")
def demo_truth(demo_folder: Path) -> DemoTruth:
    """What tests may know about the demo company and tools may not."""
    return load_truth(demo_folder / "truth")
