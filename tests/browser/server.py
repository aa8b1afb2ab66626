"""The real server on a free port, over a demo company in a folder of its own.

The tests drive the program a planner starts: same command, same default model, same page.
"""

from __future__ import annotations

import datetime as dt
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import Engine

from tools.data.demo import build_demo
from tools.data.migrate import upgrade

START_SECONDS = 300.0
"""The first start fetches the weights of the model when they are not cached."""

SMALL = {"seed": 7, "today": dt.date(2026, 11, 22), "months": 14, "items": 48}


def make_home(home: Path, change: Callable[[Engine], None] | None = None, **size: Any) -> None:
    """Put a demo company of `size` into `home`; `change` alters its records afterwards."""
    home.mkdir(parents=True, exist_ok=True)
    engine = upgrade(f"sqlite:///{home / 'inventory.db'}")
    build_demo(engine, truth_folder=home / "truth", **(size or SMALL))
    if change is not None:
        change(engine)
    engine.dispose()


@contextmanager
def running_server(home: Path) -> Iterator[str]:
    """Address of a server over `home`; it is stopped on leaving."""
    port = _free_port()
    environment = {**os.environ, "INVENTORY_HOME": str(home), "OMP_NUM_THREADS": "1"}
    environment.pop("DATABASE_URL", None)
    command = [sys.executable, "-c", "from assistant.cli import main; main()"]
    log = home / "server.log"
    with log.open("wb") as output:
        server = subprocess.Popen(
            [*command, "serve", "--port", str(port)],
            stdout=output,
            stderr=output,
            env=environment,
            start_new_session=True,
        )
    try:
        _wait_until_ready(f"http://127.0.0.1:{port}", server, log)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.send_signal(signal.SIGINT)
        try:
            server.wait(timeout=20)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def _wait_until_ready(address: str, server: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if server.poll() is not None:
            pytest.fail(f"The server stopped with {server.returncode}:\n{log.read_text()[-4000:]}")
        try:
            if httpx.get(f"{address}/api/health", timeout=2).status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.3)
    pytest.fail(f"The server did not answer in time:\n{log.read_text()[-4000:]}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
