"""Databases for the tests: every test gets an empty, migrated one of its own.

`engine` runs a test on SQLite and on PostgreSQL, `sqlite_engine` and `postgresql_engine` on one of
them. The PostgreSQL server is started once per session from the installed binaries, shared by the
xdist workers, and each test copies a migrated template database.
"""

from __future__ import annotations

import fcntl
import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from sqlalchemy import Engine, text
from sqlalchemy.exc import OperationalError

from tools.data.database import open_engine
from tools.data.migrate import upgrade

pytest_plugins = ["tests.demo_fixtures"]

BINARIES = (
    "/usr/lib/postgresql/*/bin",
    "/opt/homebrew/opt/postgresql@*/bin",
    "/usr/local/pgsql/bin",
)
SERVER_FILE = "postgresql-server.json"

# A busy machine must not fail a property test by being slow.
settings.register_profile("steady", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("steady")


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def engine(request: pytest.FixtureRequest) -> Engine:
    """An empty migrated database, once on SQLite and once on PostgreSQL."""
    found: Engine = request.getfixturevalue(f"{request.param}_engine")
    return found


@pytest.fixture
def sqlite_engine(tmp_path: Path, _sqlite_template: Path) -> Iterator[Engine]:
    """An empty migrated SQLite database."""
    path = tmp_path / "records.db"
    shutil.copyfile(_sqlite_template, path)
    opened = open_engine(f"sqlite:///{path}")
    yield opened
    opened.dispose()


@pytest.fixture
def postgresql_engine(postgresql_url: str) -> Iterator[Engine]:
    """An empty migrated PostgreSQL database."""
    opened = open_engine(postgresql_url)
    yield opened
    opened.dispose()


@pytest.fixture
def postgresql_url(_postgresql_server: str) -> Iterator[str]:
    """Address of a migrated PostgreSQL database that exists for this test only."""
    name = f"test_{secrets.token_hex(8)}"
    _administer(_postgresql_server, f"CREATE DATABASE {name} TEMPLATE migrated")
    yield f"{_postgresql_server}/{name}"
    _administer(_postgresql_server, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="session")
def _sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "records.db"
    opened = upgrade(f"sqlite:///{path}")
    with opened.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    opened.dispose()
    return path


@pytest.fixture(scope="session")
def _postgresql_server(request: pytest.FixtureRequest) -> str:
    """Address of the session's server without a database name; started by whoever asks first."""
    record = _shared_folder(request.config) / SERVER_FILE
    with _locked(record.with_suffix(".lock")):
        if not record.exists():
            record.write_text(json.dumps(_start_server()))
        return str(json.loads(record.read_text())["url"])


def pytest_sessionfinish(session: pytest.Session) -> None:
    """The process that started the session (not a worker) stops the server."""
    if hasattr(session.config, "workerinput"):
        return
    record = _shared_folder(session.config) / SERVER_FILE
    if record.exists():
        server = json.loads(record.read_text())
        record.unlink()
        os.kill(server["pid"], signal.SIGINT)
        _wait_for_exit(server["pid"])
        shutil.rmtree(server["folder"], ignore_errors=True)


def _shared_folder(config: pytest.Config) -> Path:
    """A folder that all workers of this session see."""
    base: Path = config._tmp_path_factory.getbasetemp()  # type: ignore[attr-defined]
    return base.parent if hasattr(config, "workerinput") else base


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    with path.open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def _start_server() -> dict[str, object]:
    binaries = _find_binaries()
    folder = Path(tempfile.mkdtemp(prefix="inventory-postgresql-"))
    data = folder / "data"
    account = {}
    if os.geteuid() == 0:  # the server refuses to run as root
        account = {"user": "postgres", "group": "postgres", "extra_groups": []}
        shutil.chown(folder, "postgres", "postgres")
    subprocess.run(
        [
            binaries / "initdb",
            "-D",
            data,
            "-U",
            "tester",
            "-A",
            "trust",
            "-E",
            "UTF8",
            "-N",
            "--locale=C",
        ],
        check=True,
        capture_output=True,
        cwd=folder,
        **account,
    )
    port = _free_port()
    options = {
        "listen_addresses": "127.0.0.1",
        "port": str(port),
        "unix_socket_directories": str(folder),
        "fsync": "off",
        "full_page_writes": "off",
        "synchronous_commit": "off",
        "max_connections": "200",
    }
    settings = [part for key, value in options.items() for part in ("-c", f"{key}={value}")]
    with (folder / "server.log").open("wb") as log:
        server = subprocess.Popen(
            [binaries / "postgres", "-D", data, *settings],
            stdout=log,
            stderr=log,
            cwd=folder,
            start_new_session=True,
            **account,
        )
    url = f"postgresql+psycopg://tester@127.0.0.1:{port}"
    _wait_until_ready(url, folder / "server.log")
    _administer(url, "CREATE DATABASE migrated")
    upgrade(f"{url}/migrated").dispose()
    pid = server.pid
    server.returncode = 0  # it outlives this object: the end of the session stops it
    return {"url": url, "pid": pid, "folder": str(folder)}


def _find_binaries() -> Path:
    found = [path for pattern in BINARIES for path in sorted(Path("/").glob(pattern[1:]))]
    if (on_path := shutil.which("initdb")) is not None:
        found.append(Path(on_path).resolve().parent)
    usable = [path for path in found if (path / "initdb").exists() and (path / "postgres").exists()]
    if usable:
        return usable[-1]
    reason = "no PostgreSQL server is installed (Debian: apt-get install postgresql)"
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_until_ready(url: str, log: Path, seconds: float = 60.0) -> None:
    deadline = time.monotonic() + seconds
    while True:
        try:
            _administer(url, "SELECT 1")
        except OperationalError:
            if time.monotonic() > deadline:
                pytest.fail(f"PostgreSQL did not start:\n{log.read_text()}")
            time.sleep(0.05)
        else:
            return


def _wait_for_exit(pid: int, seconds: float = 20.0) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        with suppress(ChildProcessError):
            os.waitpid(pid, os.WNOHANG)
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return
        time.sleep(0.02)


def _administer(server: str, statement: str) -> None:
    """Run a statement that PostgreSQL refuses inside a transaction."""
    opened = open_engine(f"{server}/postgres")
    try:
        with opened.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text(statement))
    finally:
        opened.dispose()
