"""A chat run streams, is stored as it was shown, stops with the page, and excludes a second one."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine

from assistant.server.conversations import open_conversation, read_conversation
from assistant.server.problems import TooManyRequests
from assistant.server.routes import chat
from assistant.server.runs import MOST_RUNS, STOPPED, ChatRun, Runs, ShownTurn
from tools.errors import RecordConflict

RESULT: dict[str, Any] = {"tool": "stock_status", "status": "ok", "proposals": []}
EVENTS: list[dict[str, Any]] = [
    {"type": "RUN_STARTED", "threadId": "c", "runId": "r"},
    {"type": "TOOL_CALL_START", "toolCallId": "t", "toolCallName": "stock_status"},
    {"type": "TOOL_CALL_ARGS", "toolCallId": "t", "delta": '{"item": '},
    {"type": "TOOL_CALL_ARGS", "toolCallId": "t", "delta": '"scarf"}'},
    {"type": "TOOL_CALL_END", "toolCallId": "t"},
    {"type": "TOOL_CALL_RESULT", "toolCallId": "t", "content": json.dumps(RESULT)},
    {"type": "TEXT_MESSAGE_START", "messageId": "m", "role": "assistant"},
    {"type": "TEXT_MESSAGE_CONTENT", "messageId": "m", "delta": "You have "},
    {"type": "TEXT_MESSAGE_CONTENT", "messageId": "m", "delta": "12 pcs."},
    {"type": "TEXT_MESSAGE_END", "messageId": "m"},
    {
        "type": "CUSTOM",
        "name": "answer",
        "value": {"segments": [{"text": "You have "}, {"text": "12 pcs.", "fact": "on_hand"}]},
    },
    {"type": "RUN_FINISHED", "threadId": "c", "runId": "r"},
]


async def all_events() -> AsyncIterator[dict[str, Any]]:
    for event in EVENTS:
        await asyncio.sleep(0)
        yield event


def test_shown_turn_is_what_the_events_drew() -> None:
    turn = ShownTurn("en")
    for event in EVENTS:
        turn.add(event)
    assert turn.content() == {
        "text": "You have 12 pcs.",
        "language": "en",
        "segments": [{"text": "You have "}, {"text": "12 pcs.", "fact": "on_hand"}],
        "calls": [
            {
                "id": "t",
                "name": "stock_status",
                "arguments": {"item": "scarf"},
                "result": RESULT,
            }
        ],
        "error": None,
    }


@pytest.mark.parametrize("seen", range(len(EVENTS)))
def test_turn_that_was_cut_anywhere_can_be_drawn(seen: int) -> None:
    turn = ShownTurn("en")
    for event in EVENTS[:seen]:
        turn.add(event)
    content = turn.content()
    assert content["error"] == STOPPED
    assert json.dumps(content)


def test_run_streams_and_is_stored(sqlite_engine: Engine) -> None:
    conversation = open_conversation(sqlite_engine, "anna", None, "Scarves?", "en")

    async def run() -> list[str]:
        going = ChatRun(sqlite_engine, conversation, "en", all_events)
        seen = [event["type"] async for event in going]
        await going.close()
        return seen

    assert asyncio.run(run()) == [event["type"] for event in EVENTS]
    turns = read_conversation(sqlite_engine, "anna", conversation)["turns"]
    assert [turn["role"] for turn in turns] == ["user", "assistant"]
    assert turns[1]["content"]["text"] == "You have 12 pcs."


def test_closing_cancels_the_agent(sqlite_engine: Engine) -> None:
    conversation = open_conversation(sqlite_engine, "anna", None, "Scarves?", "en")
    cancelled = []

    async def endless() -> AsyncIterator[dict[str, Any]]:
        try:
            for event in EVENTS[:8]:
                yield event
            await asyncio.sleep(3600)
        except asyncio.CancelledError:
            cancelled.append(True)
            raise

    async def run() -> None:
        going = ChatRun(sqlite_engine, conversation, "en", endless)
        async for event in going:
            if event["type"] == "TEXT_MESSAGE_CONTENT":
                break
        await asyncio.sleep(0)
        await going.close()

    asyncio.run(run())
    assert cancelled == [True]
    content = read_conversation(sqlite_engine, "anna", conversation)["turns"][1]["content"]
    assert content["error"] == STOPPED
    assert content["text"] == "You have "


def test_failure_is_one_event(sqlite_engine: Engine, caplog: pytest.LogCaptureFixture) -> None:
    conversation = open_conversation(sqlite_engine, "anna", None, "Scarves?", "en")

    async def broken() -> AsyncIterator[dict[str, Any]]:
        yield EVENTS[0]
        raise ZeroDivisionError

    async def run() -> list[dict[str, Any]]:
        going = ChatRun(sqlite_engine, conversation, "en", broken)
        seen = [event async for event in going]
        await going.close()
        return seen

    last = asyncio.run(run())[-1]
    assert last["type"] == "RUN_ERROR"
    assert "ZeroDivisionError" not in json.dumps(last)
    assert "ZeroDivisionError" in caplog.text


def test_one_run_at_a_time() -> None:
    runs = Runs()
    runs.claim("c_1")
    with pytest.raises(RecordConflict):
        runs.claim("c_1")
    runs.claim("c_2")
    runs.release("c_1")
    runs.claim("c_1")
    for number in range(2, MOST_RUNS):
        runs.claim(f"c_{number + 1}")
    with pytest.raises(TooManyRequests):
        runs.claim("c_last")


def test_chat_streams_events_and_survives_a_reload(
    api: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chat, "run_turn", lambda *_: all_events())
    with api.stream("POST", "/api/chat", json={"message": "Scarves?"}) as response:
        assert response.headers["content-type"].startswith("text/event-stream")
        assert "default-src 'self'" in response.headers["content-security-policy"]
        lines = [line for line in response.iter_lines() if line.startswith("data:")]
    assert [json.loads(line[5:]) for line in lines] == EVENTS
    (listed,) = api.get("/api/conversations").json()["conversations"]
    stored = api.get(f"/api/conversations/{listed['id']}").json()
    assert stored["running"] is False
    assert stored["turns"][1]["content"]["calls"][0]["result"] == RESULT
    body = {"message": "And hats?", "conversation_id": listed["id"]}
    assert api.post("/api/chat", json=body).status_code == 200
    assert len(api.get(f"/api/conversations/{listed['id']}").json()["turns"]) == 4


def test_second_run_of_a_conversation_is_refused(
    api: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chat, "run_turn", lambda *_: all_events())
    api.post("/api/chat", json={"message": "Scarves?"})
    (listed,) = api.get("/api/conversations").json()["conversations"]
    runs: Runs = api.app.state.server.runs  # type: ignore[attr-defined]
    runs.claim(listed["id"])
    body = {"message": "And hats?", "conversation_id": listed["id"]}
    refused = api.post("/api/chat", json=body)
    assert refused.status_code == 409
    assert "still being answered" in refused.json()["detail"]
    assert len(api.get(f"/api/conversations/{listed['id']}").json()["turns"]) == 2
    assert api.delete(f"/api/conversations/{listed['id']}").status_code == 409
    runs.release(listed["id"])
    assert api.delete(f"/api/conversations/{listed['id']}").status_code == 204
