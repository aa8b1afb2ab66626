"""The whole application over the demo company, without a model where none is asked."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from langchain_core.language_models.fake_chat_models import GenericFakeChatModel
from pydantic import SecretStr
from sqlalchemy import Engine

from assistant.agent.checkpoints import open_checkpoints
from assistant.agent.turn import Present, Services
from assistant.server.app import create_app
from assistant.settings import Settings

ADDRESS = "http://127.0.0.1:8000"
PAGE = {"X-Requested-With": "inventory-assistant", "Origin": ADDRESS}


@asynccontextmanager
async def silent_services(
    settings: Settings, engine: Engine, present: Present
) -> AsyncIterator[Services]:
    """Services whose model has nothing to say; routes beside the chat need none."""
    async with open_checkpoints(engine) as checkpoints:
        yield Services(
            engine=engine,
            model=GenericFakeChatModel(messages=iter(())),
            checkpoints=checkpoints,
            present=present,
        )


@pytest.fixture
def chosen(demo_copy: Engine, tmp_path: Path) -> Settings:
    """Settings over a demo company of the test's own."""
    return Settings(
        _env_file=None,  # type: ignore[call-arg]
        home=tmp_path,
        DATABASE_URL=demo_copy.url.render_as_string(hide_password=False),
    )


@pytest.fixture
def app(chosen: Settings) -> FastAPI:
    return create_app(chosen, silent_services)


@pytest.fixture
def api(app: FastAPI) -> Iterator[TestClient]:
    """A client as the page is one; the application is started."""
    with TestClient(app, base_url=ADDRESS, headers=PAGE) as client:
        yield client


@pytest.fixture
def guarded(chosen: Settings) -> Iterator[TestClient]:
    """The same application for two planners with tokens."""
    tokens: dict[str, Any] = {"anna": SecretStr("a" * 20), "bob": SecretStr("b" * 20)}
    application = create_app(chosen.model_copy(update={"auth_tokens": tokens}), silent_services)
    with TestClient(application, base_url=ADDRESS, headers=PAGE) as client:
        yield client
