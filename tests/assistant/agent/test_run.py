"""A turn from message to events, with a scripted model behind the real agent and real tools."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatResult
from langgraph.checkpoint.memory import InMemorySaver
from pydantic import PrivateAttr

from assistant.agent.run import Event, run_turn
from assistant.agent.turn import Services
from assistant.presentation.serialise import serialise_result


class ScriptedModel(BaseChatModel):
    """Says what the test wrote down, and keeps what it was shown."""

    script: list[AIMessage]
    _seen: list[list[BaseMessage]] = PrivateAttr(default_factory=list)

    @property
    def _llm_type(self) -> str:
        return "scripted"

    @property
    def seen(self) -> list[list[BaseMessage]]:
        return self._seen

    def bind_tools(self, tools: Sequence[Any], **kwargs: Any) -> ScriptedModel:
        return self

    def _generate(self, messages: list[BaseMessage], *args: Any, **kwargs: Any) -> ChatResult:
        self._seen.append(messages)
        return ChatResult(generations=[ChatGeneration(message=self.script.pop(0))])


def call(name: str, **arguments: Any) -> AIMessage:
    return AIMessage("", tool_calls=[{"name": name, "args": arguments, "id": f"call_{name}"}])


def services(engine: Any, script: list[AIMessage], *, words_by_model: bool = False) -> Services:
    return Services(
        engine=engine,
        model=ScriptedModel(script=script),
        checkpoints=InMemorySaver(),
        present=lambda result, conversation: serialise_result(result),
        words_by_model=words_by_model,
    )


def turn(open_services: Services, message: str, language: str = "en") -> list[Event]:
    async def collect() -> list[Event]:
        return [e async for e in run_turn(open_services, "c_1", message, language)]  # type: ignore[arg-type]

    return asyncio.run(collect())


def text_of(events: list[Event]) -> str:
    return "".join(e["delta"] for e in events if e["type"] == "TEXT_MESSAGE_CONTENT")


def results_of(events: list[Event]) -> Iterator[dict[str, Any]]:
    return (json.loads(e["content"]) for e in events if e["type"] == "TOOL_CALL_RESULT")


def test_a_question_becomes_a_call_a_result_and_words(demo_engine: Any) -> None:
    events = turn(services(demo_engine, [call("stock_status", show="at_risk")]), "what is at risk?")
    assert [e["type"] for e in events if not e["type"].startswith("TEXT")] == [
        "RUN_STARTED",
        "TOOL_CALL_START",
        "TOOL_CALL_ARGS",
        "TOOL_CALL_END",
        "TOOL_CALL_RESULT",
        "CUSTOM",
        "RUN_FINISHED",
    ]
    (result,) = results_of(events)
    assert result["status"] == "ok"
    assert result["tables"][0]["rows"]
    (answer,) = [e["value"]["segments"] for e in events if e["type"] == "CUSTOM"]
    keys = {fact["key"] for fact in result["facts"]}
    assert {s["fact"] for s in answer if "fact" in s} <= keys
    assert "".join(s["text"] for s in answer) == text_of(events)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_an_unknown_item_is_an_answer(demo_engine: Any, language: str) -> None:
    events = turn(
        services(demo_engine, [call("stock_status", item="zeppelin")]), "zeppelin", language
    )
    (result,) = results_of(events)
    assert result["status"] == "not_found"
    assert "zeppelin" in text_of(events)


def test_a_refused_call_ends_in_a_sentence(demo_engine: Any) -> None:
    events = turn(services(demo_engine, [call("stock_status", nonsense="x")]), "hm")
    assert events[-1]["type"] == "RUN_FINISHED"
    assert text_of(events)


@pytest.mark.parametrize(
    ("message", "code"),
    [("", "invalid-input"), ("  \n", "invalid-input"), ("x" * 20_000, "invalid-input")],
)
def test_bad_input_is_one_sentence(demo_engine: Any, message: str, code: str) -> None:
    events = turn(services(demo_engine, []), message)
    assert events[-1]["type"] == "RUN_ERROR"
    assert events[-1]["code"] == code
    assert events[-1]["text"]["zh"]


def test_the_state_reaches_the_next_turn(demo_engine: Any) -> None:
    opened = services(
        demo_engine, [call("kpis", measure="stock_value"), call("kpis", measure="turnover")]
    )
    turn(opened, "stock value?")
    turn(opened, "and turnover?")
    carried = opened.model.seen[-1][-1].additional_kwargs["planner_request"]["state"]  # type: ignore[attr-defined]
    assert carried["tool"] == "kpis"
    assert carried["arguments"]["measure"] == "stock_value"


def test_a_model_that_invents_a_figure_is_refused(demo_engine: Any) -> None:
    script = [
        call("kpis", measure="stock_value"),
        AIMessage("Your stock is worth 123456 dollars."),
        AIMessage("Sorry: it is worth 99 dollars."),
    ]
    events = turn(services(demo_engine, script, words_by_model=True), "stock value?")
    assert "123456" not in text_of(events)
    assert "99 dollars" not in text_of(events)
    (result,) = results_of(events)
    assert any(fact["text"]["en"] in text_of(events) for fact in result["facts"])


def test_a_model_that_uses_slots_is_shown(demo_engine: Any) -> None:
    script = [call("kpis", measure="stock_value"), AIMessage("In stock: {stock_value}.")]
    events = turn(services(demo_engine, script, words_by_model=True), "stock value?")
    (result,) = results_of(events)
    value = next(f["text"]["en"] for f in result["facts"] if f["key"] == "stock_value")
    assert text_of(events) == f"In stock: {value}."
