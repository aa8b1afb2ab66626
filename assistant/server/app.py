"""The application: guards around the routes, the routes, and the page as static files."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from sqlalchemy import Engine
from starlette.middleware.gzip import GZipMiddleware
from starlette.routing import Route

import assistant
from assistant.agent.turn import Present, Services
from assistant.proposals.present import present_result
from assistant.server.auth import Authentication
from assistant.server.body_limit import BodyLimit
from assistant.server.limits import MAX_JSON_BODY, MAX_MESSAGE_FILE, MAX_TABLE_BODY
from assistant.server.model_context import ModelContext
from assistant.server.openapi import DESCRIPTION, PROBLEM_RESPONSES, TAGS
from assistant.server.problems import install_problems
from assistant.server.routes import (
    alerts,
    chat,
    completions,
    conversations,
    imports,
    messages,
    orders,
    overview,
    proposals,
    session,
    tables,
    tools,
)
from assistant.server.runs import Runs
from assistant.server.security import SameSiteGuard, SecurityHeaders
from assistant.server.state import ServerState
from assistant.services import open_services, warm_up
from assistant.settings import Settings
from tools.data.migrate import upgrade
from tools.facts import ToolResult

PAGE = Path(assistant.__file__).parent / "web"
ROUTES = (
    session,
    overview,
    chat,
    conversations,
    messages,
    proposals,
    orders,
    tables,
    imports,
    alerts,
    tools,
    completions,
)
OpenServices = Callable[[Settings, Engine, Present], AbstractAsyncContextManager[Services]]


def create_app(
    settings: Settings, open_services: OpenServices = open_services, *, warm: bool = False
) -> FastAPI:
    """The application over the settings' database, which is migrated first.

    `warm` loads the model and the records at the start instead of at the first question.
    """
    engine = upgrade(settings.resolved_database_url)
    state = ServerState(settings, engine, Authentication(settings), Runs())
    app = FastAPI(
        title="Inventory assistant",
        summary="Ask about stock, demand and orders; decide on what is proposed.",
        description=DESCRIPTION,
        version=version("inventory-assistant"),
        license_info={"name": "Apache-2.0", "identifier": "Apache-2.0"},
        openapi_tags=TAGS,
        openapi_url="/api/openapi.json",
        docs_url=None,  # their pages load scripts from elsewhere
        redoc_url=None,
        responses=PROBLEM_RESPONSES,
        lifespan=partial(_lifespan, open_services, warm),
    )
    app.state.server = state
    install_problems(app)
    app.add_middleware(GZipMiddleware, minimum_size=2048)
    limits = {
        "/api/tables": MAX_TABLE_BODY,
        "/api/messages": MAX_MESSAGE_FILE,
        "/api/imports": settings.upload_limit_mb * 2**20,
    }
    app.add_middleware(BodyLimit, default=MAX_JSON_BODY, limits=limits)
    app.add_middleware(SameSiteGuard, settings=settings)
    app.add_middleware(SecurityHeaders)
    for route in ROUTES:
        app.include_router(route.router)
    context = ModelContext(state)
    app.state.model_context = context
    app.router.routes.append(Route("/mcp", endpoint=context))
    app.frontend("/", directory=PAGE)
    return app


@asynccontextmanager
async def _lifespan(open_services: OpenServices, warm: bool, app: FastAPI) -> AsyncIterator[None]:
    state: ServerState = app.state.server

    def present(result: ToolResult, conversation_id: str) -> dict[str, Any]:
        return present_result(state.engine, result, conversation_id=conversation_id)

    services_opened = open_services(state.settings, state.engine, present)
    async with services_opened as services, app.state.model_context.run():
        state.services = services
        warming = asyncio.create_task(warm_up(services)) if warm else None
        yield
        if warming is not None:
            warming.cancel()
            with suppress(asyncio.CancelledError):
                await warming
    state.services = None
    state.uploads.close()
    state.engine.dispose()
