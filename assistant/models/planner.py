"""The default model: words, standard tools, and the planner's requests through the narrow task.

A message that carries a `Request` is answered by `select` with the fine-tuned adapter: one settled
tool call, in about a second on two cores. Any other conversation is answered by the base model.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.messages import AIMessageChunk, BaseMessage, HumanMessage
from langchain_core.messages.tool import tool_call_chunk
from langchain_core.outputs import ChatGenerationChunk

from assistant.models.local import LocalChatModel
from assistant.models.narrow import NarrowModel, narrow_model
from assistant.models.prompt import UnseenTool
from assistant.models.render import Span
from assistant.models.select import ALL_OUTCOMES, select
from assistant.models.state import DialogueState
from tools.arguments import OUTCOMES, TOOLS

REQUEST = "planner_request"


@dataclass(frozen=True, slots=True)
class Request:
    """What the selector is told beside the planner's words."""

    state: DialogueState
    spans: Sequence[Span] = ()

    def message(self, text: str) -> HumanMessage:
        """The planner's words with this request attached, for `PlannerModel`."""
        carried = {"state": asdict(self.state), "spans": [list(span) for span in self.spans]}
        return HumanMessage(text, additional_kwargs={REQUEST: carried})


class PlannerModel(LocalChatModel):
    """`LocalChatModel` whose requests go to the fine-tuned selector."""

    @property
    def narrow(self) -> NarrowModel:
        return narrow_model(Path(self.model_name))

    def _stream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        *,
        tools: Sequence[dict[str, Any]] = (),
        tool_choice: str = "auto",
        **kwargs: Any,
    ) -> Iterator[ChatGenerationChunk]:
        last = messages[-1]
        carried = last.additional_kwargs.get(REQUEST) if isinstance(last, HumanMessage) else None
        if carried is None or not tools:
            yield from super()._stream(
                messages, stop, run_manager, tools=tools, tool_choice=tool_choice, **kwargs
            )
            return
        names = [tool["function"]["name"] for tool in tools]
        chosen = select(
            self.narrow,
            last.text,
            DialogueState(**carried["state"]),
            [Span(*span) for span in carried["spans"]],
            outcomes=[name for name in ALL_OUTCOMES if name in names or name == "again"],
            unseen=[_unseen(tool) for tool in tools if _is_unseen(tool)],
        )
        call = tool_call_chunk(
            name=chosen.outcome,
            args=json.dumps(dict(chosen.arguments), ensure_ascii=False),
            id=f"call_{uuid.uuid4().hex[:16]}",
            index=0,
        )
        yield ChatGenerationChunk(message=AIMessageChunk("", tool_call_chunks=[call]))
        read, written = chosen.decoded.prompt_tokens, chosen.decoded.answer_tokens
        yield self._last(read, written)


def _is_unseen(tool: dict[str, Any]) -> bool:
    return tool["function"]["name"] not in TOOLS | OUTCOMES


def _unseen(tool: dict[str, Any]) -> UnseenTool:
    """A tool that was not in training, with its description and arguments."""
    function = tool["function"]
    properties: dict[str, Any] = (function.get("parameters") or {}).get("properties", {})
    choices = {name: tuple(p["enum"]) for name, p in properties.items() if "enum" in p}
    return UnseenTool(
        function["name"], function.get("description", ""), tuple(properties), choices or None
    )
