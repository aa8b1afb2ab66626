"""The tools over REST, the Model Context Protocol and chat completions."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from fastapi.testclient import TestClient

from assistant.server.routes import completions
from assistant.server.routes.completions import Threads
from tools.arguments import TOOLS

MCP_HEADERS = {"Accept": "application/json, text/event-stream"}


def call_mcp(api: TestClient, method: str, params: dict[str, Any] | None = None) -> Any:
    request = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params or {}}
    response = api.post("/mcp", json=request, headers=MCP_HEADERS)
    assert response.status_code == 200, response.text
    return response.json()["result"]


def test_tools_are_listed_and_called(api: TestClient) -> None:
    tools = api.get("/api/tools").json()["tools"]
    assert {tool["name"] for tool in tools} == set(TOOLS)
    body = {"arguments": {"show": "at_risk"}, "language": "zh"}
    result = api.post("/api/tools/stock_status", json=body).json()
    assert result["tool"] == "stock_status"
    assert result["answer"]
    refused = api.post("/api/tools/stock_status", json={"arguments": {"show": "all"}})
    assert refused.status_code == 422
    assert "argument show" in refused.json()["detail"]
    unknown = {"arguments": {"item": "flux capacitor"}}
    assert api.post("/api/tools/stock_status", json=unknown).status_code == 422
    assert api.post("/api/tools/approve", json={}).status_code == 404


def test_model_context_protocol(api: TestClient) -> None:
    client = {"name": "test", "version": "1"}
    started = call_mcp(
        api,
        "initialize",
        {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": client},
    )
    assert started["serverInfo"]["name"] == "inventory-assistant"
    tools = call_mcp(api, "tools/list")["tools"]
    assert {tool["name"] for tool in tools} == set(TOOLS)
    asked = {"name": "stock_status", "arguments": {"show": "at_risk"}}
    answer = call_mcp(api, "tools/call", asked)
    assert answer["content"][0]["text"]
    assert answer["structuredContent"]["tool"] == "stock_status"
    refused = call_mcp(api, "tools/call", {"name": "stock_status", "arguments": {"item": "xqzw"}})
    assert refused["isError"] is True


def test_model_context_protocol_needs_a_token(guarded: TestClient) -> None:
    request = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
    assert guarded.post("/mcp", json=request, headers=MCP_HEADERS).status_code == 401


async def answering(
    _services: Any, thread: str, question: str, language: str
) -> AsyncIterator[Any]:
    yield {"type": "RUN_STARTED", "threadId": thread, "runId": "r"}
    for piece in [f"{language} ", f"{thread} ", question]:
        yield {"type": "TEXT_MESSAGE_CONTENT", "messageId": "m", "delta": piece}
    yield {"type": "RUN_FINISHED", "threadId": thread, "runId": "r"}


def test_chat_completions_remember_the_conversation(
    api: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(completions, "run_turn", answering)
    monkeypatch.setattr(completions, "THREADS", Threads())
    messages = [{"role": "user", "content": "Scarves?"}]
    first = api.post("/v1/chat/completions", json={"messages": messages}).json()
    said = first["choices"][0]["message"]["content"]
    assert said.startswith("en v1_")
    messages += [
        {"role": "assistant", "content": said},
        {"role": "user", "content": [{"type": "text", "text": "为什么？"}]},
    ]
    with api.stream(
        "POST", "/v1/chat/completions", json={"messages": messages, "stream": True}
    ) as response:
        lines = [line[6:] for line in response.iter_lines() if line.startswith("data: ")]
    assert lines[-1] == "[DONE]"
    pieces = [json.loads(line)["choices"][0]["delta"].get("content", "") for line in lines[:-1]]
    assert "".join(pieces) == f"zh {said.split()[1]} 为什么？"
    other = [{"role": "user", "content": "Other"}, {"role": "user", "content": "x"}]
    fresh = api.post("/v1/chat/completions", json={"messages": other}).json()
    assert said.split()[1] not in fresh["choices"][0]["message"]["content"]


@pytest.mark.parametrize(
    "messages",
    [[], [{"role": "assistant", "content": "x"}], [{"role": "user", "content": " "}]],
)
def test_completions_need_a_question(api: TestClient, messages: list[Any]) -> None:
    assert api.post("/v1/chat/completions", json={"messages": messages}).status_code == 422


def test_history_of_another_planner_is_not_found() -> None:
    threads = Threads()
    said = [("user", "Scarves?"), ("assistant", "12 pcs.")]
    threads.keep("anna", said, "v1_a")
    assert threads.find("anna", said) == "v1_a"
    assert threads.find("bob", said) != "v1_a"
    assert threads.find("anna", []) != "v1_a"
