"""A demo company of moderate size, built once for the tests of this room."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from tools.data.catalogue import Catalogue
from tools.data.database import open_engine
from tools.data.demo.build import build_demo
from tools.data.migrate import upgrade

TODAY = dt.date(2026, 11, 18)


@pytest.fixture(scope="session")
def company(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """Read it only: it is shared by all tests of the session."""
    path: Path = tmp_path_factory.mktemp("suppliers") / "records.db"
    upgrade(f"sqlite:///{path}").dispose()
    engine = open_engine(f"sqlite:///{path}")
    build_demo(engine, today=TODAY, months=8)
    yield engine
    engine.dispose()


@pytest.fixture(scope="session")
def catalogue(company: Engine) -> Catalogue:
    return Catalogue.load(company)


@pytest.fixture
def today() -> dt.date:
    return TODAY
