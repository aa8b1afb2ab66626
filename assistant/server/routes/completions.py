"""The planner agent behind OpenAI's chat completions, for programs that speak that protocol.

The protocol keeps no conversation: a request repeats what was said. The agent's memory is found
again by the hash of the repeated messages; a history it does not know starts a new one.
"""

from __future__ import annotations

import hashlib
import json
import secrets
import time
from collections import OrderedDict
from collections.abc import AsyncIterator, Sequence
from typing import Any, Literal

from fastapi import APIRouter
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, ConfigDict, Field

from assistant.agent.run import MAX_MESSAGE_CHARACTERS, run_turn
from assistant.server.state import Owner, ServerState, State
from tools.data.entities import CJK
from tools.errors import InvalidInput, ToolError
from tools.text import Language

router = APIRouter(prefix="/v1", tags=["completions"])

MODEL = "inventory-assistant"
REMEMBERED = 1000


class ChatMessage(BaseModel):
    """One message of the conversation so far; text only."""

    model_config = ConfigDict(extra="ignore")

    role: Literal["system", "developer", "user", "assistant", "tool"]
    content: str | list[dict[str, Any]] | None = None

    @property
    def text(self) -> str:
        if isinstance(self.content, list):
            return "\n".join(str(part["text"]) for part in self.content if part.get("text"))
        return self.content or ""


class Completion(BaseModel):
    """Options of other models (temperature, tools, …) are accepted and have no effect."""

    model_config = ConfigDict(
        extra="ignore",
        json_schema_extra={
            "example": {
                "model": MODEL,
                "messages": [{"role": "user", "content": "Which items are at risk?"}],
                "stream": False,
            }
        },
    )

    model: str = MODEL
    messages: list[ChatMessage] = Field(min_length=1, max_length=500)
    stream: bool = False


class Threads:
    """Hash of a conversation so far -> the agent's thread; the least used are forgotten."""

    def __init__(self) -> None:
        self._known: OrderedDict[str, str] = OrderedDict()

    def find(self, owner: str, messages: Sequence[tuple[str, str]]) -> str:
        """The thread that holds exactly these messages, or a new one."""
        known = self._known.get(_digest(owner, messages)) if messages else None
        return known or f"v1_{secrets.token_urlsafe(18)}"

    def keep(self, owner: str, messages: Sequence[tuple[str, str]], thread: str) -> None:
        self._known[_digest(owner, messages)] = thread
        while len(self._known) > REMEMBERED:
            self._known.popitem(last=False)


def _digest(owner: str, messages: Sequence[tuple[str, str]]) -> str:
    return hashlib.sha256(json.dumps([owner, *messages]).encode()).hexdigest()


THREADS = Threads()


@router.get("/models", summary="The one model that is served here")
def list_models(owner: Owner) -> dict[str, Any]:
    return {
        "object": "list",
        "data": [{"id": MODEL, "object": "model", "created": 0, "owned_by": MODEL}],
    }


@router.post(
    "/chat/completions",
    summary="Ask the planner agent in OpenAI's format",
    response_model=None,
)
async def complete(
    body: Completion, owner: Owner, state: State
) -> dict[str, Any] | StreamingResponse:
    """The last message has to be the user's; figures come from the tools, as on the page."""
    state.chat_limit.check(owner)
    said = [(m.role, m.text) for m in body.messages if m.role in {"user", "assistant"}]
    if not said or said[-1][0] != "user" or not said[-1][1].strip():
        raise InvalidInput(
            "The last message has to be a question of the user.", "最后一条消息必须是用户的提问。"
        )
    if len(said[-1][1]) > MAX_MESSAGE_CHARACTERS:
        raise InvalidInput(
            f"A question may have {MAX_MESSAGE_CHARACTERS:,} characters.",
            f"提问最多 {MAX_MESSAGE_CHARACTERS:,} 个字符。",
        )
    thread = THREADS.find(owner, said[:-1])
    identity = f"chatcmpl-{secrets.token_hex(12)}"
    if body.stream:
        chunks = _chunks(state, owner, said, thread, identity)
        return StreamingResponse(chunks, media_type="text/event-stream")
    text = "".join([piece async for piece in _pieces(state, owner, said, thread)])
    return {
        **_head(identity, "chat.completion"),
        "choices": [
            {
                "index": 0,
                "message": {"role": "assistant", "content": text},
                "finish_reason": "stop",
            }
        ],
    }


async def _pieces(
    state: ServerState, owner: str, said: list[tuple[str, str]], thread: str
) -> AsyncIterator[str]:
    """The answer's text as it comes; remembers the conversation when it is complete."""
    question = said[-1][1]
    language: Language = "zh" if CJK.search(question) else "en"
    answer = ""
    state.runs.claim(thread)
    try:
        async for event in run_turn(state.open_services, thread, question, language):
            if event["type"] == "TEXT_MESSAGE_CONTENT":
                answer += event["delta"]
                yield event["delta"]
            elif event["type"] == "RUN_ERROR":
                raise ToolError(event["text"]["en"], event["text"]["zh"])
        THREADS.keep(owner, [*said, ("assistant", answer)], thread)
    finally:
        state.runs.release(thread)


async def _chunks(
    state: ServerState, owner: str, said: list[tuple[str, str]], thread: str, identity: str
) -> AsyncIterator[str]:
    def chunk(delta: dict[str, str], reason: str | None = None) -> str:
        choice = {"index": 0, "delta": delta, "finish_reason": reason}
        head = _head(identity, "chat.completion.chunk")
        return f"data: {json.dumps({**head, 'choices': [choice]}, ensure_ascii=False)}\n\n"

    yield chunk({"role": "assistant", "content": ""})
    try:
        async for piece in _pieces(state, owner, said, thread):
            yield chunk({"content": piece})
    except ToolError as error:
        yield f"data: {json.dumps({'error': {'message': error.text.en}})}\n\n"
    else:
        yield chunk({}, "stop")
    yield "data: [DONE]\n\n"


def _head(identity: str, kind: str) -> dict[str, Any]:
    return {"id": identity, "object": kind, "created": int(time.time()), "model": MODEL}
