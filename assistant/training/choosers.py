"""What can be measured on the same cases: the narrow local model, or any chat model."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, SystemMessage, ToolMessage

from assistant.models.mentions import spans_in
from assistant.models.select import Answers, select
from assistant.models.state import ENTITY_SLOTS, DialogueState
from tools.arguments import TOOLS
from tools.data.catalogue import Catalogue


@dataclass(frozen=True, slots=True)
class Choice:
    """A call and how long it took to its first token and in all."""

    outcome: str
    arguments: Mapping[str, Any]
    first_token_s: float
    total_s: float
    detail: str = ""


class Chooser(Protocol):
    """One conversation at a time: `begin`, then `choose` per turn."""

    name: str

    def begin(self) -> None: ...

    def choose(self, text: str) -> Choice: ...


def state_after(state: DialogueState, outcome: str, arguments: Mapping[str, Any]) -> DialogueState:
    """The dialogue state after a call; ask, decline, none and concept leave it as it was."""
    if outcome not in TOOLS:
        return state
    focus = {name: str(arguments[name]) for name in ENTITY_SLOTS if arguments.get(name)}
    return DialogueState(outcome, dict(arguments), focus)


@dataclass
class NarrowChooser:
    """The local model with the state kept in code."""

    model: Answers
    catalogue: Catalogue | None
    name: str = "local"
    state: DialogueState = field(default_factory=DialogueState)

    def begin(self) -> None:
        self.state = DialogueState()

    def choose(self, text: str) -> Choice:
        spans = spans_in(text, self.catalogue)
        made = select(self.model, text, self.state, spans)
        self.state = state_after(self.state, made.outcome, made.arguments)
        detail = f"{made.shown.strip()} -> {json.dumps(made.decoded.text, ensure_ascii=False)}"
        decoded = made.decoded
        return Choice(made.outcome, made.arguments, decoded.first_token_s, decoded.total_s, detail)


@dataclass
class ChatChooser:
    """Any LangChain chat model with the tools bound and the conversation as its memory."""

    model: BaseChatModel
    tools: Sequence[Any]
    system: str
    name: str = "chat"
    history: list[BaseMessage] = field(default_factory=list)

    def begin(self) -> None:
        self.history = []

    def choose(self, text: str) -> Choice:
        self.history.append(HumanMessage(text))
        bound = self.model.bind_tools(list(self.tools), tool_choice="any")
        began = time.perf_counter()
        reply = bound.invoke([SystemMessage(self.system), *self.history])
        took = time.perf_counter() - began
        calls = reply.tool_calls if isinstance(reply, AIMessage) else []
        self.history.append(reply)
        if not calls:
            return Choice("none", {}, took, took, reply.text[:120])
        self.history += [ToolMessage("done", tool_call_id=str(c["id"])) for c in calls]
        arguments = {k: v for k, v in calls[0]["args"].items() if v is not None}
        return Choice(calls[0]["name"], arguments, took, took, json.dumps(arguments))
