"""Opening what a process needs to answer: the database, the model, the conversations."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy import Engine

from assistant.agent.checkpoints import open_checkpoints
from assistant.agent.run import run_turn
from assistant.agent.turn import Present, Services
from assistant.models.factory import chat_model
from assistant.settings import Settings
from tools.data.frames import planning_day
from tools.data.quality import quality_report
from tools.replenishment.company import load_company

logger = logging.getLogger(__name__)


async def warm_up(services: Services) -> None:
    """Load weights and records by one unrecorded question, so that the first planner need not wait.

    Whatever fails here fails again, with its sentence, when somebody asks.
    """
    try:
        async for _ in run_turn(services, "warm-up", "which items are at risk?", "en"):
            pass
        await services.checkpoints.adelete_thread("warm-up")
        await asyncio.to_thread(_load_records, services.engine)
    except Exception:
        logger.exception("warming up failed")


def _load_records(engine: Engine) -> None:
    """What order and quality answers need, computed once per data version."""
    load_company(engine)
    quality_report(engine, "all", planning_day(engine))


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
