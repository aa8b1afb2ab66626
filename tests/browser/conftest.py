"""One server and one browser per session; every test gets a window of its own."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.chromium import chromium
from tests.browser.server import make_home, running_server
from tests.browser.visit import Visit, visiting

expect.set_options(timeout=20_000)

Open = Callable[..., AbstractContextManager[Visit]]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.fixture(scope="session")
def address(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The real server over a small demo company; without a browser nothing is built.

    `INVENTORY_TEST_ADDRESS` names a server that already runs, for work on the page itself.
    """
    if given := os.environ.get("INVENTORY_TEST_ADDRESS"):
        yield given
        return
    home = Path(tmp_path_factory.mktemp("company"))
    make_home(home)
    with running_server(home) as started:
        yield started


@pytest.fixture
def open_page(browser: Browser, address: str) -> Open:
    """`with open_page(language=…, theme=…, width=…) as visit:`"""

    def open_(**options: Any) -> AbstractContextManager[Visit]:
        return visiting(browser, address, **options)

    return open_


@pytest.fixture
def visit(open_page: Open) -> Iterator[Visit]:
    """A window in English, light, 1280 px wide."""
    with open_page() as opened:
        yield opened
