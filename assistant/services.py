"""Opening what a process needs to answer: the database, the model, the conversations."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy import Engine

from assistant.agent.checkpoints import open_checkpoints
from assistant.agent.turn import Present, Services
from assistant.models.factory import chat_model
from assistant.settings import Settings


@asynccontextmanager
async def open_services(
    settings: Settings, engine: Engine, present: Present
) -> AsyncIterator[Services]:
    """Services over `engine`; the model's weights are loaded on first use."""
    async with open_checkpoints(engine) as checkpoints:
        yield Services(
            engine=engine,
            model=chat_model(settings),
            checkpoints=checkpoints,
            present=present,
            words_by_model=settings.model != "local",
        )
