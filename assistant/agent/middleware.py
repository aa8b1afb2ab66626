"""How one turn runs inside LangChain's loop: choose, run, answer.

The selector sees the planner's words and a short state, never supplier text; the answer is made of
facts. Both rules are kept here, so that any chat model can stand behind the agent.
"""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from langchain.agents.middleware import (
    AgentMiddleware,
    AgentState,
    ModelRequest,
    ModelResponse,
    ToolCallRequest,
)
from langchain_core.messages import AIMessage, AnyMessage, HumanMessage, SystemMessage, ToolMessage

from assistant.agent import answers, selection
from assistant.agent.toolbox import artifact, for_model, run_tool
from assistant.agent.turn import Turn
from tools.arguments import OUTCOMES

MAX_CALLS = 4
"""Tool calls a larger model may make in one turn."""
HISTORY = 12
"""Messages of earlier turns that a larger model sees."""

Handler = Callable[[ModelRequest[Turn]], Awaitable[ModelResponse[Any]]]


@dataclass
class PlannerTurn(AgentMiddleware[AgentState[Any], Turn]):
    """Wraps every model call of the agent."""

    async def awrap_model_call(
        self, request: ModelRequest[Turn], handler: Handler
    ) -> ModelResponse[Any] | AIMessage:
        turn = request.runtime.context
        if isinstance(request.messages[-1], ToolMessage):
            return await _answer(request, handler, turn)
        if turn.services.words_by_model:
            return await _select_freely(request, handler)
        return await _select(request, handler, turn)

    async def awrap_tool_call(
        self, request: ToolCallRequest, handler: Callable[[ToolCallRequest], Awaitable[Any]]
    ) -> ToolMessage:
        """Run the tool with this turn's records and language, and keep its full result."""
        turn: Turn = request.runtime.context
        call = request.tool_call
        result = await asyncio.to_thread(run_tool, turn, call["name"], call["args"])
        turn.found[str(call["id"])] = result
        return ToolMessage(
            for_model(result, turn.language),
            artifact=artifact(result, call["args"]),
            tool_call_id=call["id"],
            name=call["name"],
        )


async def _select(request: ModelRequest[Turn], handler: Handler, turn: Turn) -> AIMessage:
    """The local model: the words of now, the state in code, a call under a grammar."""
    turn.last = selection.previous_result(request.messages)
    narrowed = request.override(
        messages=[selection.request(turn, request.messages)],
        system_message=None,
        tool_choice="any",
    )
    for _ in range(2):
        async with turn.services.model_gate:
            response = await handler(narrowed)
        reply = response.result[0]
        if isinstance(reply, AIMessage) and reply.tool_calls:
            return reply
    return _call("ask", {"missing": "meaning"})


async def _select_freely(request: ModelRequest[Turn], handler: Handler) -> AIMessage:
    """A larger model: recent turns, all tools; plain text is allowed only without figures."""
    turn = request.runtime.context
    turn.last = selection.previous_result(request.messages)
    response = await handler(
        request.override(
            messages=recent(request.messages),
            system_message=SystemMessage(selection.planner_prompt()),
        )
    )
    reply = response.result[0]
    if isinstance(reply, AIMessage) and reply.tool_calls:
        return reply
    found, verdict = answers.check(reply.text, turn)
    if found and verdict.supported:
        return AIMessage(reply.text, additional_kwargs={"by_model": True})
    return _call("none", {"kind": "off_topic"})


async def _answer(
    request: ModelRequest[Turn], handler: Handler, turn: Turn
) -> ModelResponse[Any] | AIMessage:
    if not turn.services.words_by_model or not answers.may_be_written(turn.results):
        return _message(answers.from_patterns(turn))
    written = recent(request.messages)
    tools = request.tools if len(turn.results) < MAX_CALLS else []

    async def write(attempts: list[HumanMessage | AIMessage]) -> AIMessage:
        response = await handler(
            request.override(
                messages=[*written, *attempts],
                system_message=SystemMessage(answers.writer_prompt()),
                tools=[] if attempts else tools,
            )
        )
        reply = response.result[0]
        if isinstance(reply, AIMessage):
            return reply
        return AIMessage("")

    first = await write([])
    if first.tool_calls and all(call["name"] not in OUTCOMES for call in first.tool_calls):
        return first
    pending = [first]

    async def write_again(attempts: list[HumanMessage | AIMessage]) -> AIMessage:
        return pending.pop() if pending else await write(attempts)

    return _message(await answers.by_model(turn, write_again))


def recent(messages: list[AnyMessage]) -> list[AnyMessage]:
    """The last messages, starting with words of the planner."""
    kept = messages[-HISTORY:]
    while kept and not isinstance(kept[0], HumanMessage):
        kept = kept[1:]
    return kept or messages[-1:]


def _message(answer: answers.Answer) -> AIMessage:
    return AIMessage(
        answer.text,
        additional_kwargs={
            "segments": [{"text": s.text, "fact": s.fact} for s in answer.segments],
            "by_model": answer.by_model,
        },
    )


def _call(name: str, arguments: dict[str, Any]) -> AIMessage:
    return AIMessage(
        "", tool_calls=[{"name": name, "args": arguments, "id": f"call_{uuid.uuid4().hex[:12]}"}]
    )
