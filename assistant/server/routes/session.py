"""Who is signed in, and what the page has to know before it can draw anything."""

from __future__ import annotations

from importlib.metadata import version
from typing import Literal

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from assistant.agent.run import MAX_MESSAGE_CHARACTERS
from assistant.server.auth import COOKIE
from assistant.server.company import base_currency, company_name
from assistant.server.limits import MAX_SUPPLIER_TEXT
from assistant.server.state import Records, ServerState, State
from tools.data.database import data_version
from tools.data.frames import planning_day

router = APIRouter(tags=["session"])


class Limits(BaseModel):
    """Largest inputs, so that the page can say so before sending."""

    message_characters: int
    supplier_text_characters: int
    upload_bytes: int


class SessionRead(BaseModel):
    """The records' facts are there only for who is signed in."""

    authentication: Literal["none", "token"]
    signed_in: bool
    owner: str | None = Field(examples=["planner"])
    language: Literal["en", "zh"]
    company: str | None
    currency: str | None = Field(examples=["USD"])
    planning_day: str | None = Field(examples=["2026-11-22"])
    data_version: int | None
    model: str | None = Field(examples=["local"])
    version: str
    limits: Limits


class SignIn(BaseModel):
    """An access token an administrator gave."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": {"token": "…"}})

    token: str = Field(min_length=1, max_length=400)


@router.get("/api/health", summary="Whether the server answers and reads its records")
def health(engine: Records) -> dict[str, str | int]:
    """Needs no sign-in."""
    return {"status": "ok", "data_version": data_version(engine)}


@router.get("/api/session", summary="Who is signed in")
def read_session(request: Request, state: State) -> SessionRead:
    """Needs no sign-in."""
    return _session(state, state.authentication.signed_in(request))


@router.post("/api/session", summary="Sign in with an access token")
def sign_in(request: Request, response: Response, body: SignIn, state: State) -> SessionRead:
    """Sets an HttpOnly, SameSite=Strict cookie."""
    if not state.authentication.required:
        return _session(state, state.authentication.owner(request))
    return _session(state, state.authentication.sign_in(request, response, body.token))


@router.delete("/api/session", status_code=204, summary="Sign out")
def sign_out() -> Response:
    """Removes the cookie."""
    response = Response(status_code=204)
    response.delete_cookie(COOKIE, path="/", httponly=True, samesite="strict")
    return response


def _session(state: ServerState, owner: str | None) -> SessionRead:
    settings, engine = state.settings, state.engine
    known = owner is not None
    return SessionRead(
        authentication="token" if state.authentication.required else "none",
        signed_in=known,
        owner=owner,
        language=settings.language,
        company=company_name(engine) if known else None,
        currency=base_currency(engine) if known else None,
        planning_day=planning_day(engine).isoformat() if known else None,
        data_version=data_version(engine) if known else None,
        model=settings.model if known else None,
        version=version("inventory-assistant"),
        limits=Limits(
            message_characters=MAX_MESSAGE_CHARACTERS,
            supplier_text_characters=MAX_SUPPLIER_TEXT,
            upload_bytes=settings.upload_limit_mb * 2**20,
        ),
    )
