"""`POST /api/chat`: one message in, AG-UI events out over server-sent events."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from fastapi.sse import EventSourceResponse
from pydantic import BaseModel, ConfigDict, Field

from assistant.agent.run import MAX_MESSAGE_CHARACTERS, run_turn
from assistant.server.conversations import open_conversation, require_own
from assistant.server.runs import ChatRun
from assistant.server.state import Owner, State
from tools.text import Language

router = APIRouter(tags=["chat"])


class ChatRequest(BaseModel):
    """A planner's message, in a conversation that exists or in a new one."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "example": {
                "conversation_id": None,
                "message": "How many wool scarves do we have?",
                "language": "en",
            }
        },
    )

    conversation_id: str | None = Field(default=None, max_length=40)
    message: str = Field(min_length=1, max_length=MAX_MESSAGE_CHARACTERS)
    language: Language = "en"


async def started_run(body: ChatRequest, state: State, owner: Owner) -> AsyncIterator[ChatRun]:
    """Refuse what cannot be run before the stream begins; stop the run when the page is gone."""
    state.chat_limit.check(owner)
    if body.conversation_id is not None:
        await asyncio.to_thread(require_own, state.engine, owner, body.conversation_id)
        state.runs.claim(body.conversation_id)
    claimed = body.conversation_id
    try:
        conversation_id = await asyncio.to_thread(
            open_conversation,
            state.engine,
            owner,
            body.conversation_id,
            body.message,
            body.language,
        )
        if claimed is None:
            state.runs.claim(conversation_id)
            claimed = conversation_id
        services = state.open_services
        run = ChatRun(
            state.engine,
            conversation_id,
            body.language,
            lambda: run_turn(services, conversation_id, body.message, body.language),
        )
        try:
            yield run
        finally:
            await run.close()
    finally:
        if claimed is not None:
            state.runs.release(claimed)


@router.post(
    "/api/chat",
    response_class=EventSourceResponse,
    summary="Ask; the answer streams as AG-UI events",
)
async def chat(run: Annotated[ChatRun, Depends(started_run)]) -> AsyncIterator[dict[str, Any]]:
    """Each event is a JSON object with a `type`; the stream ends with RUN_FINISHED or RUN_ERROR."""
    async for event in run:
        yield event
