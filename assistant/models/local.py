"""A LangChain chat model over local Hugging Face weights that can call tools.

`_stream` is the only engine; `_generate` collects it. With tools bound, a small model decodes a
call under a grammar of the tools' own schemas whenever it is its turn to act, that is after words
of a person; after a tool's answer it writes words again.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel, LanguageModelInput
from langchain_core.language_models.chat_models import generate_from_stream
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage, ToolMessage
from langchain_core.messages.ai import UsageMetadata
from langchain_core.messages.tool import tool_call_chunk
from langchain_core.outputs import ChatGenerationChunk, ChatResult
from langchain_core.runnables import Runnable
from langchain_core.tools import BaseTool
from langchain_core.utils.function_calling import convert_to_openai_tool
from pydantic import ConfigDict, Field, PrivateAttr, SecretStr

from assistant.models.causal import CausalModel
from assistant.models.conversation import OPEN, call_grammar, parse_calls, turns

_loaded: dict[tuple[str, str | None], CausalModel] = {}
_loading = threading.Lock()


def causal_model(path: str, device: str | None = None) -> CausalModel:
    """The weights at `path`, shared by every chat model of this process."""
    with _loading:
        return _loaded.setdefault((path, device), CausalModel(path, device))


class LocalChatModel(BaseChatModel):
    """Any Hugging Face chat model by folder or id; weights are loaded on first use."""

    model_config = ConfigDict(arbitrary_types_allowed=True, populate_by_name=True)

    model_name: str = Field(alias="model")
    """Folder with weights and tokenizer, or a hub id that is in the local cache."""
    temperature: float = 0.0
    max_tokens: int = 256
    timeout: float | None = None
    """Seconds after which decoding stops; what was decoded until then is returned."""
    stop: list[str] | None = Field(default=None, alias="stop_sequences")
    max_retries: int = 1
    streaming: bool = True
    device: str | None = None
    seed: int | None = 0
    api_key: SecretStr | None = None
    """Accepted for symmetry with hosted models; local weights need none."""
    _cancelled: threading.Event = PrivateAttr(default_factory=threading.Event)

    @property
    def _llm_type(self) -> str:
        return "local-huggingface"

    @property
    def _identifying_params(self) -> dict[str, Any]:
        return {"model_name": self.model_name, "temperature": self.temperature}

    @property
    def causal(self) -> CausalModel:
        return causal_model(self.model_name, self.device)

    def bind_tools(
        self,
        tools: Sequence[dict[str, Any] | type | Callable[..., Any] | BaseTool],
        *,
        tool_choice: str | bool | dict[str, Any] | None = None,
        **kwargs: Any,
    ) -> Runnable[LanguageModelInput, AIMessage]:
        """Offer tools; `tool_choice` is "any", "auto", "none" or a tool's name."""
        formatted = [convert_to_openai_tool(tool) for tool in tools]
        names = {tool["function"]["name"] for tool in formatted}
        choice = _choice(tool_choice)
        if choice not in {"any", "auto", "none", *names}:
            raise ValueError(f"there is no tool named {choice!r}; bound are {sorted(names)}")
        return super().bind(tools=formatted, tool_choice=choice, **kwargs)

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        return generate_from_stream(self._stream(messages, stop, run_manager, **kwargs))

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
        offered = _offered(tools, tool_choice, messages)
        prompt = self._prompt(messages, tools)
        stops = [*(stop or ()), *(self.stop or ())]
        words = _Words(self.causal, stops)
        count = 0
        for token in self.causal.decode(
            prompt,
            max_tokens=kwargs.get("max_tokens") or self.max_tokens,
            temperature=kwargs.get("temperature", self.temperature),
            grammar=call_grammar(offered) if offered else None,
            seed=self.seed,
        ):
            count += 1
            text = words.add(token)
            if text and not offered:
                yield self._spoken(text, run_manager)
            if words.stopped:
                break
        if offered:
            yield _called(words.all)
        elif rest := words.rest():
            yield self._spoken(rest, run_manager)
        yield self._last(len(prompt), count)

    def _prompt(self, messages: list[BaseMessage], tools: Sequence[dict[str, Any]]) -> list[int]:
        """Token ids; control tokens inside anybody's text are encoded as plain text."""
        encoded = self.causal.tokenizer.apply_chat_template(
            turns(messages, tools),
            add_generation_prompt=True,
            tokenize=True,
            return_dict=True,
            sanitize_control_tokens=True,
        )
        return [int(token) for token in encoded["input_ids"]]

    def _spoken(
        self, text: str, run_manager: CallbackManagerForLLMRun | None
    ) -> ChatGenerationChunk:
        chunk = ChatGenerationChunk(message=AIMessageChunk(text))
        if run_manager:
            run_manager.on_llm_new_token(text, chunk=chunk)
        return chunk

    def _last(self, read: int, written: int) -> ChatGenerationChunk:
        return ChatGenerationChunk(
            message=AIMessageChunk(
                "",
                usage_metadata=UsageMetadata(
                    input_tokens=read, output_tokens=written, total_tokens=read + written
                ),
                response_metadata={"model_name": self.model_name, "model_provider": "local"},
                chunk_position="last",
            )
        )


def _choice(tool_choice: str | bool | dict[str, Any] | None) -> str:
    """LangChain's several ways of saying which tool, as one word."""
    if isinstance(tool_choice, dict):
        return str(tool_choice["function"]["name"])
    if tool_choice in (True, "required"):
        return "any"
    return tool_choice or "auto"  # type: ignore[return-value]


def _offered(
    tools: Sequence[dict[str, Any]], choice: str, messages: Sequence[BaseMessage]
) -> list[dict[str, Any]]:
    """Tools of which one has to be called now."""
    if choice == "none" or not tools:
        return []
    if choice == "auto":
        return [] if isinstance(messages[-1], ToolMessage) else list(tools)
    if choice == "any":
        return list(tools)
    return [tool for tool in tools if tool["function"]["name"] == choice]


def _called(text: str) -> ChatGenerationChunk:
    """The decoded call as a chunk; unreadable JSON stays visible as an invalid call."""
    words, calls, invalid = parse_calls(text if text.startswith(OPEN) else OPEN + text)
    chunks = [
        tool_call_chunk(name=c["name"], args=json.dumps(c["args"]), id=c["id"], index=i)
        for i, c in enumerate(calls)
    ]
    chunks += [
        tool_call_chunk(name=c["name"], args=c["args"], id=c["id"], index=len(calls) + i)
        for i, c in enumerate(invalid)
    ]
    return ChatGenerationChunk(message=AIMessageChunk(words, tool_call_chunks=chunks))


class _Words:
    """Tokens as text, held back while they may belong to a stop sequence or half a character."""

    def __init__(self, causal: CausalModel, stops: list[str]) -> None:
        self._causal, self._stops = causal, [stop for stop in stops if stop]
        self._tokens: list[int] = []
        self._shown = 0
        self.all = ""
        self.stopped = False

    def add(self, token: int) -> str:
        self._tokens.append(token)
        text = self._causal.tokenizer.decode(self._tokens, skip_special_tokens=True)
        cut = min((at for s in self._stops if (at := text.find(s)) >= 0), default=None)
        if cut is not None:
            text, self.stopped = text[:cut], True
        self.all = text
        safe = len(text) if self.stopped else self._safe(text)
        fresh = text[self._shown : safe]
        self._shown = max(self._shown, safe)
        return fresh

    def _safe(self, text: str) -> int:
        """How much can be shown: no half character, no beginning of a stop sequence."""
        if text.endswith("\ufffd"):
            return self._shown
        for stop in self._stops:
            for length in range(min(len(stop) - 1, len(text)), 0, -1):
                if text.endswith(stop[:length]):
                    return len(text) - length
        return len(text)

    def rest(self) -> str:
        return "" if self.stopped else self.all[self._shown :]
