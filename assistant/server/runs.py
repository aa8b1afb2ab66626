"""One chat run: the agent works in a task of its own, the page reads its events.

The task ends when the page goes away, and what was shown until then is kept, so that a reload
draws the same turn. A conversation has one run at a time, because its memory has one thread.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from typing import Any

from sqlalchemy import Engine

from assistant.server.conversations import add_answer
from assistant.server.problems import TooManyRequests
from tools.errors import RecordConflict

Event = dict[str, Any]
WAITING_EVENTS = 256
MOST_RUNS = 32
"""Runs at a time; the local model answers them one after the other."""
STOPPED = {"en": "Stopped before the answer was complete.", "zh": "回答完成前已停止。"}
logger = logging.getLogger(__name__)


class Runs:
    """Which conversations are being answered in this process."""

    def __init__(self) -> None:
        self._going: set[str] = set()

    def claim(self, conversation_id: str) -> None:
        """Begin a run; raises `RecordConflict` while another one goes on in the conversation, and
        `TooManyRequests` when too many planners already wait for the model."""
        if conversation_id in self._going:
            raise RecordConflict(
                "This conversation is still being answered; wait for it or stop it first.",
                "该对话仍在回答中，请等待或先停止。",
            )
        if len(self._going) >= MOST_RUNS:
            raise TooManyRequests(seconds=5)
        self._going.add(conversation_id)

    def release(self, conversation_id: str) -> None:
        self._going.discard(conversation_id)

    def going_on(self, conversation_id: str) -> bool:
        return conversation_id in self._going


class ShownTurn:
    """The assistant's turn as the events have drawn it so far."""

    def __init__(self, language: str) -> None:
        self._calls: dict[str, dict[str, Any]] = {}
        self._texts: list[str] = []
        self._segments: list[dict[str, Any]] = []
        self._error: dict[str, str] | None = None
        self._language = language
        self.finished = False

    def add(self, event: Event) -> None:
        match event["type"]:
            case "TOOL_CALL_START":
                self._calls[event["toolCallId"]] = {
                    "id": event["toolCallId"],
                    "name": event["toolCallName"],
                    "arguments": "",
                    "result": None,
                }
            case "TOOL_CALL_ARGS":
                self._calls[event["toolCallId"]]["arguments"] += event["delta"]
            case "TOOL_CALL_RESULT":
                self._calls[event["toolCallId"]]["result"] = json.loads(event["content"])
            case "TEXT_MESSAGE_START":
                self._texts.append("")
            case "TEXT_MESSAGE_CONTENT":
                self._texts[-1] += event["delta"]
            case "CUSTOM" if event.get("name") == "answer":
                self._segments += event["value"]["segments"]
            case "RUN_ERROR":
                self._error = event.get("text") or {"en": event["message"], "zh": event["message"]}
                self.finished = True
            case "RUN_FINISHED":
                self.finished = True

    def content(self) -> dict[str, Any]:
        """As it is stored; an unfinished turn says that it was stopped."""
        text = "\n\n".join(self._texts)
        return {
            "text": text,
            "language": self._language,
            "segments": self._segments or ([{"text": text}] if text else []),
            "calls": [
                {**call, "arguments": _arguments(call["arguments"])}
                for call in self._calls.values()
            ],
            "error": self._error if self.finished else STOPPED,
        }


def _arguments(text: str) -> dict[str, Any]:
    try:
        arguments = json.loads(text or "{}")
    except ValueError:
        return {}
    return arguments if isinstance(arguments, dict) else {}


class ChatRun:
    """A run in its own task; iterate it for the events, `close` it when nobody listens."""

    def __init__(
        self,
        engine: Engine,
        conversation_id: str,
        language: str,
        start: Callable[[], AsyncIterator[Event]],
    ) -> None:
        self._engine, self._conversation_id, self._start = engine, conversation_id, start
        self._events: asyncio.Queue[Event | None] = asyncio.Queue(WAITING_EVENTS)
        self._shown = ShownTurn(language)
        self._task = asyncio.create_task(self._work())

    async def __aiter__(self) -> AsyncIterator[Event]:
        while (event := await self._events.get()) is not None:
            yield event

    async def close(self) -> None:
        """Stop the agent if it still works, then keep what was shown."""
        self._task.cancel()
        with suppress(asyncio.CancelledError):
            await self._task
        await asyncio.to_thread(
            add_answer, self._engine, self._conversation_id, self._shown.content()
        )

    async def _work(self) -> None:
        try:
            async for event in self._start():
                self._shown.add(event)
                await self._events.put(event)
        except Exception:
            logger.exception("the run in %s failed", self._conversation_id)
            failure = {
                "type": "RUN_ERROR",
                "message": "Something went wrong and nothing was changed; please try again.",
                "text": {
                    "en": "Something went wrong and nothing was changed; please try again.",
                    "zh": "出了问题，没有更改任何数据，请重试。",
                },
                "code": "internal-error",
            }
            self._shown.add(failure)
            await self._events.put(failure)
        await self._events.put(None)
