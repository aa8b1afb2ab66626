"""The address is checked before anything is opened, and a real server stops when it is told to."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import httpx
import pytest
from pydantic import SecretStr

from assistant.server.serve import AddressUnusable, check_address
from assistant.settings import Settings

PROGRAM = """
import sys
from contextlib import asynccontextmanager
import assistant.server.app as app
from assistant.server.serve import serve
from assistant.settings import Settings

@asynccontextmanager
async def nothing(settings, engine, present):
    yield None

create = app.create_app
import assistant.server.serve as module
module.create_app = lambda settings, warm=False: create(settings, nothing)
serve(Settings(_env_file=None, home=sys.argv[1], port=0), lambda line: print(line, flush=True))
"""


def settings(**values: object) -> Settings:
    return Settings(_env_file=None, **values)  # type: ignore[arg-type]


def test_taken_port_is_one_sentence() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(AddressUnusable, match=f"Port {port} on 127.0.0.1 is taken"):
            check_address(settings(port=port))
    check_address(settings(port=port))


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.7"])
def test_open_address_needs_tokens(host: str) -> None:
    with pytest.raises(AddressUnusable, match="INVENTORY_AUTH_TOKENS"):
        check_address(settings(host=host))


def test_foreign_address_is_one_sentence() -> None:
    tokens = {"anna": SecretStr("a" * 20)}
    with pytest.raises(AddressUnusable, match="cannot listen on 192\\.0\\.2\\.7"):
        check_address(settings(host="192.0.2.7", auth_tokens=tokens))
    check_address(settings(host="0.0.0.0", port=0, auth_tokens=tokens))


def test_real_server_answers_and_stops(tmp_path: Path) -> None:
    server = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(tmp_path)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**os.environ, "DATABASE_URL": ""},
    )
    guard = threading.Timer(120, server.kill)
    guard.start()
    try:
        assert server.stdout is not None
        line = server.stdout.readline()
        assert line.startswith("Serving on http://127.0.0.1:"), line + server.stdout.read()
        address = line.split()[-1]
        assert httpx.get(f"{address}/api/health").json()["status"] == "ok"
        assert "server" not in httpx.get(address).headers
        rebound = httpx.get(f"{address}/api/session", headers={"Host": "evil.example"})
        assert rebound.status_code == 403
        server.send_signal(signal.SIGINT)
        started = time.monotonic()
        server.wait(timeout=30)
        assert time.monotonic() - started < 15
        assert server.stdout.read() == ""
    finally:
        guard.cancel()
        server.kill()
        server.wait()
        if server.stdout is not None:
            server.stdout.close()
