"""What the routes share: opened once per application, handed out by dependencies."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, cast

from fastapi import Depends, Request
from sqlalchemy import Engine

from assistant.server.auth import Authentication
from assistant.server.rate_limit import RateLimit
from assistant.server.uploads import Uploads
from assistant.settings import Settings

if TYPE_CHECKING:
    from assistant.agent.turn import Services
    from assistant.server.runs import Runs


@dataclass
class ServerState:
    """One application's records, model, limits and running conversations."""

    settings: Settings
    engine: Engine
    authentication: Authentication
    runs: Runs
    uploads: Uploads = field(default_factory=Uploads)
    services: Services | None = None
    """Set while the application runs."""
    chat_limit: RateLimit = field(default_factory=lambda: RateLimit(times=40, seconds=60.0))
    write_limit: RateLimit = field(default_factory=lambda: RateLimit(times=240, seconds=60.0))
    upload_limit: RateLimit = field(default_factory=lambda: RateLimit(times=30, seconds=60.0))

    @property
    def open_services(self) -> Services:
        """The agent's services; only there between start-up and shutdown."""
        if self.services is None:
            raise RuntimeError("the application has not been started")
        return self.services


def server_state(request: Request) -> ServerState:
    return cast(ServerState, request.app.state.server)


State = Annotated[ServerState, Depends(server_state)]


def current_owner(request: Request, state: State) -> str:
    """Name of the planner who asks; refuses everybody else."""
    owner = state.authentication.owner(request)
    if request.method not in {"GET", "HEAD"}:
        state.write_limit.check(owner)
    return owner


Owner = Annotated[str, Depends(current_owner)]


def records(state: State) -> Engine:
    return state.engine


Records = Annotated[Engine, Depends(records)]
