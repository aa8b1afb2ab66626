"""The shared small demo company, under the names that the tests of this room use."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import Engine

from tests.demo_fixtures import DEMO_TODAY
from tools.data.catalogue import Catalogue


@pytest.fixture
def company(demo_engine: Engine) -> Engine:
    return demo_engine


@pytest.fixture
def catalogue(demo_engine: Engine) -> Catalogue:
    return Catalogue.load(demo_engine)


@pytest.fixture
def today() -> dt.date:
    return DEMO_TODAY
