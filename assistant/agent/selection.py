"""What the selector gets to see, and what its call becomes.

The conversation's state is read from the last tool message in the checkpoint: which tool ran, with
which arguments, what it was about. Names of the catalogue are found by code before the model reads.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from langchain_core.messages import AnyMessage, HumanMessage, ToolMessage

import prompts
from assistant.agent.toolbox import from_artifact
from assistant.agent.turn import Turn
from assistant.models.mentions import spans_in
from assistant.models.planner import Request
from assistant.models.state import DialogueState
from tools.arguments import TOOLS
from tools.data.catalogue import Catalogue
from tools.facts import ToolResult

PLANNER = Path(prompts.__file__).parent / "system" / "planner.md"


def planner_prompt() -> str:
    """The system prompt of larger models."""
    return PLANNER.read_text(encoding="utf-8")


def previous_artifact(messages: Sequence[AnyMessage]) -> dict[str, Any] | None:
    """What the last tool call of an earlier turn left behind; outcomes leave the state alone."""
    for message in reversed(messages):
        if isinstance(message, ToolMessage) and isinstance(message.artifact, dict):
            artifact: dict[str, Any] = message.artifact
            if artifact["tool"] in TOOLS:
                return artifact
    return None


def previous_result(messages: Sequence[AnyMessage]) -> ToolResult | None:
    """The earlier result that tools may refer to ("half of that")."""
    artifact = previous_artifact(messages)
    return from_artifact(artifact) if artifact else None


def dialogue_state(messages: Sequence[AnyMessage]) -> DialogueState:
    """The state of the dialogue before the message that is being answered."""
    artifact = previous_artifact(messages)
    if artifact is None:
        return DialogueState()
    return DialogueState(
        artifact["tool"], artifact["arguments"], artifact["focus"], tuple(artifact["listed"])
    )


def request(turn: Turn, messages: Sequence[AnyMessage]) -> HumanMessage:
    """The planner's words for the local selector, with the state and the names found in them."""
    catalogue = Catalogue.load(turn.services.engine)
    spans = spans_in(turn.message, catalogue)
    return Request(dialogue_state(messages), spans).message(turn.message)
