"""Conversations in the planner's own database, so that they survive a restart.

SQLite's saver shares the process-wide write lock of `tools.data.database`: two connections that
write or checkpoint a WAL file at once have corrupted it. PostgreSQL uses a pool of its own.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from langgraph.checkpoint.base import BaseCheckpointSaver, Checkpoint, CheckpointTuple
from langgraph.checkpoint.postgres.aio import AsyncPostgresSaver
from langgraph.checkpoint.sqlite import SqliteSaver
from sqlalchemy import Engine

from tools.data.database import WRITE_LOCK


class OneWriterSaver(SqliteSaver):
    """`SqliteSaver` for an asynchronous agent, under the database's single write lock."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        super().__init__(connection)
        self.lock = WRITE_LOCK

    async def aget_tuple(self, config: Any) -> CheckpointTuple | None:
        return await asyncio.to_thread(self.get_tuple, config)

    async def alist(self, config: Any, **options: Any) -> AsyncIterator[CheckpointTuple]:
        for found in await asyncio.to_thread(lambda: list(self.list(config, **options))):
            yield found

    async def aput(
        self, config: Any, checkpoint: Checkpoint, metadata: Any, new_versions: Any
    ) -> Any:
        return await asyncio.to_thread(self.put, config, checkpoint, metadata, new_versions)

    async def aput_writes(
        self, config: Any, writes: Sequence[tuple[str, Any]], task_id: str, task_path: str = ""
    ) -> None:
        await asyncio.to_thread(self.put_writes, config, writes, task_id, task_path)

    async def adelete_thread(self, thread_id: str) -> None:
        await asyncio.to_thread(self.delete_thread, thread_id)


@asynccontextmanager
async def open_checkpoints(engine: Engine) -> AsyncIterator[BaseCheckpointSaver[Any]]:
    """The saver for the engine's database, with its tables made."""
    if engine.dialect.name == "sqlite":
        path = engine.url.database or ":memory:"
        connection = sqlite3.connect(path, check_same_thread=False, timeout=30.0)
        connection.execute("PRAGMA synchronous=FULL")
        saver = OneWriterSaver(connection)
        try:
            await asyncio.to_thread(saver.setup)
            yield saver
        finally:
            connection.close()
        return
    url = engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    async with AsyncPostgresSaver.from_conn_string(url) as postgres:
        await postgres.setup()
        yield postgres
