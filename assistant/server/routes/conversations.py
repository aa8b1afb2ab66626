"""Conversations of the planner who asks."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from assistant.server import conversations
from assistant.server.state import Owner, Records, State

router = APIRouter(prefix="/api/conversations", tags=["conversations"])


class ConversationSummary(BaseModel):
    """One line of the list of conversations."""

    id: str = Field(examples=["c_1uX2…"])
    title: str = Field(examples=["How many wool scarves do we have?"])
    created_at: str = Field(examples=["2026-11-22T08:00:00Z"])
    updated_at: str = Field(examples=["2026-11-22T08:01:00Z"])


class ConversationList(BaseModel):
    conversations: list[ConversationSummary]


class Turn(BaseModel):
    """What one side said: words, or calls with their results and the answer in segments."""

    id: int
    role: str = Field(examples=["user"])
    created_at: str
    content: dict[str, Any]


class ConversationRead(ConversationSummary):
    running: bool
    turns: list[Turn]


class Rename(BaseModel):
    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": {"title": "Scarves"}})

    title: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]


@router.get("", summary="The planner's conversations, the last used first")
def list_conversations(
    owner: Owner, engine: Records, limit: Annotated[int, Query(ge=1, le=500)] = 50
) -> ConversationList:
    found = conversations.list_conversations(engine, owner, limit)
    return ConversationList.model_validate({"conversations": found})


@router.get("/{conversation_id}", summary="A conversation as it was shown")
def read_conversation(
    conversation_id: str, owner: Owner, engine: Records, state: State
) -> ConversationRead:
    found = conversations.read_conversation(engine, owner, conversation_id)
    return ConversationRead.model_validate(
        {**found, "running": state.runs.going_on(conversation_id)}
    )


@router.patch("/{conversation_id}", summary="Rename a conversation")
def rename_conversation(
    conversation_id: str, body: Rename, owner: Owner, engine: Records
) -> ConversationSummary:
    renamed = conversations.rename_conversation(engine, owner, conversation_id, body.title)
    return ConversationSummary.model_validate(renamed)


@router.delete("/{conversation_id}", status_code=204, summary="Forget a conversation")
async def delete_conversation(
    conversation_id: str, owner: Owner, engine: Records, state: State
) -> Response:
    """Its proposals and decisions stay."""
    conversations.require_own(engine, owner, conversation_id)
    state.runs.claim(conversation_id)
    try:
        conversations.delete_conversation(engine, owner, conversation_id)
        await state.open_services.checkpoints.adelete_thread(conversation_id)
    finally:
        state.runs.release(conversation_id)
    return Response(status_code=204)
