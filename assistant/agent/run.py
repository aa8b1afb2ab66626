"""One message in, AG-UI events out.

Events follow `docs/api.md`. Text is streamed only after it was verified, so nothing shown has to be
taken back; the tool call is shown as soon as it is decided.
"""

from __future__ import annotations

import asyncio
import json
import logging
import re
import uuid
from collections.abc import AsyncIterator, Iterator
from typing import Any

from langchain.agents import create_agent
from langchain_core.messages import AIMessage, HumanMessage, ToolMessage

from assistant.agent.middleware import PlannerTurn
from assistant.agent.toolbox import langchain_tools
from assistant.agent.turn import Services, Turn
from tools.errors import InvalidInput, ToolError
from tools.facts import ToolResult
from tools.text import Language, Text

MAX_MESSAGE_CHARACTERS = 4000
RECURSION_LIMIT = 16
Event = dict[str, Any]
logger = logging.getLogger(__name__)
_WORDS = re.compile(r"\S+\s*|\s+")


def build_agent(services: Services) -> Any:
    """The compiled LangGraph agent of these services."""
    return create_agent(
        services.model,
        langchain_tools(),
        middleware=[PlannerTurn()],
        context_schema=Turn,
        checkpointer=services.checkpoints,
        name="planner",
    )


async def run_turn(
    services: Services, conversation_id: str, message: str, language: Language
) -> AsyncIterator[Event]:
    """Answer one message; the stream ends with RUN_FINISHED or RUN_ERROR.

    Closing the iterator cancels the run; the conversation then stays as it was before the message.
    """
    run_id = f"r_{uuid.uuid4().hex[:12]}"
    yield {"type": "RUN_STARTED", "threadId": conversation_id, "runId": run_id}
    try:
        text = checked(message)
        turn = Turn(services, conversation_id, language, text)
        async for event in _events(turn):
            yield event
    except ToolError as error:
        yield _error(error.text, "invalid-input")
        return
    except (asyncio.CancelledError, GeneratorExit):
        raise
    except Exception:
        logger.exception("run %s of conversation %s failed", run_id, conversation_id)
        yield _error(
            Text(
                "Something went wrong and nothing was changed; please try again.",
                "出了问题，没有改动任何数据，请重试。",
            ),
            "internal-error",
        )
        return
    yield {"type": "RUN_FINISHED", "threadId": conversation_id, "runId": run_id}


def checked(message: str) -> str:
    """The planner's words without control characters; empty and endless ones are refused."""
    text = "".join(c for c in message if c.isprintable() or c in "\n\t").strip()
    if not text:
        raise InvalidInput(
            "The message is empty; ask about stock, sales, forecasts, orders or suppliers.",
            "消息是空的；您可以问库存、销量、预测、订单或供应商。",
        )
    if len(text) > MAX_MESSAGE_CHARACTERS:
        raise InvalidInput(
            f"The message has {len(text):,} characters, more than the {MAX_MESSAGE_CHARACTERS:,} "
            "a question may have; paste supplier messages in the supplier message box instead.",
            f"消息有 {len(text):,} 个字符，超过问题的上限 {MAX_MESSAGE_CHARACTERS:,}；"
            "供应商来信请粘贴到“供应商消息”里。",
        )
    return text


async def _events(turn: Turn) -> AsyncIterator[Event]:
    stream = turn.services.agent.astream(
        {"messages": [HumanMessage(turn.message)]},
        {
            "configurable": {"thread_id": turn.conversation_id},
            "recursion_limit": RECURSION_LIMIT,
        },
        context=turn,
        stream_mode="updates",
        durability="exit",
    )
    async for update in stream:
        for state in update.values():
            for message in (state or {}).get("messages", ()):
                if isinstance(message, ToolMessage):
                    yield await _result_event(message, turn)
                elif isinstance(message, AIMessage):
                    for event in _model_events(message):
                        yield event


async def _result_event(message: ToolMessage, turn: Turn) -> Event:
    result = turn.found.get(message.tool_call_id)
    if result is None:  # a call of a tool that does not exist
        result = ToolResult(tool=message.name or "", pattern="failure", status="invalid")
        turn.found[message.tool_call_id] = result
    shown = await asyncio.to_thread(turn.services.present, result, turn.conversation_id)
    return {
        "type": "TOOL_CALL_RESULT",
        "messageId": message.id or f"m_{uuid.uuid4().hex[:12]}",
        "toolCallId": message.tool_call_id,
        "content": json.dumps(shown, ensure_ascii=False),
    }


def _model_events(message: AIMessage) -> Iterator[Event]:
    if message.tool_calls:
        for call in message.tool_calls:
            yield {
                "type": "TOOL_CALL_START",
                "toolCallId": call["id"],
                "toolCallName": call["name"],
            }
            yield {
                "type": "TOOL_CALL_ARGS",
                "toolCallId": call["id"],
                "delta": json.dumps(call["args"], ensure_ascii=False),
            }
            yield {"type": "TOOL_CALL_END", "toolCallId": call["id"]}
        return
    text = message.text
    if not text:
        return
    message_id = message.id or f"m_{uuid.uuid4().hex[:12]}"
    yield {"type": "TEXT_MESSAGE_START", "messageId": message_id, "role": "assistant"}
    for words in _WORDS.findall(text):
        yield {"type": "TEXT_MESSAGE_CONTENT", "messageId": message_id, "delta": words}
    yield {"type": "TEXT_MESSAGE_END", "messageId": message_id}
    pieces = message.additional_kwargs.get("segments") or [{"text": text, "fact": ""}]
    yield {
        "type": "CUSTOM",
        "name": "answer",
        "value": {
            "segments": [
                {"text": piece["text"], "fact": piece["fact"]}
                if piece["fact"]
                else {"text": piece["text"]}
                for piece in pieces
            ]
        },
    }


def _error(text: Text, code: str) -> Event:
    return {
        "type": "RUN_ERROR",
        "message": text.en,
        "text": {"en": text.en, "zh": text.zh},
        "code": code,
    }
