"""Opening the planner's database: SQLite in one file by default, PostgreSQL by address.

SQLite runs in WAL mode with `synchronous=FULL`, and writers are serialised in this process by
`writing`, because two connections that checkpoint at once have corrupted WAL files.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Engine, create_engine, event, func, select
from sqlalchemy.orm import Session

from tools.data.schema import DataVersion

WRITE_LOCK = threading.RLock()
"""Held by whoever writes to SQLite in this process."""


def open_engine(url: str) -> Engine:
    """Engine for `url`; a bare `postgresql://` is served by psycopg 3."""
    if url.startswith(("postgresql://", "postgres://")):
        url = "postgresql+psycopg://" + url.split("://", 1)[1]
    engine = create_engine(url, pool_pre_ping=not url.startswith("sqlite"))
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _configure_sqlite)
    return engine


def _configure_sqlite(connection: Any, _record: object) -> None:
    cursor = connection.cursor()
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "busy_timeout=30000",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


@contextmanager
def writing(engine: Engine) -> Iterator[Session]:
    """One transaction that changes records: commits on leaving, rolls back on an error."""
    with WRITE_LOCK, Session(engine) as session, session.begin():
        yield session


def data_version(engine: Engine) -> int:
    """Number of the current state of the data; 0 before anything was imported."""
    with engine.connect() as connection:
        return connection.scalar(select(func.max(DataVersion.id))) or 0


def new_data_version(session: Session, reason: str) -> int:
    """Record, in the caller's transaction, that engines have to look again."""
    version = DataVersion(reason=reason[:200])
    session.add(version)
    session.flush()
    return version.id
