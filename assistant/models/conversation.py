"""LangChain messages as the turns of a chat template, and text with tool calls back again.

Chat templates of small models know three roles and no tools, so the tool list is part of the system
text (`prompts/system/tools.md`) and tool results come back as the user's turn.
"""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import jinja2
from langchain_core.messages import (
    AIMessage,
    BaseMessage,
    InvalidToolCall,
    SystemMessage,
    ToolCall,
    ToolMessage,
)

import prompts

TOOLS_PROMPT = Path(prompts.__file__).parent / "system" / "tools.md"
OPEN, CLOSE = "<tool_call>", "</tool_call>"
MAX_STRING = 240
"""Characters of a textual argument whose schema sets no limit of its own."""
_CALL = re.compile(re.escape(OPEN) + r"(.*?)(?:" + re.escape(CLOSE) + r"|$)", re.DOTALL)


def turns(
    messages: Sequence[BaseMessage], tools: Sequence[Mapping[str, Any]]
) -> list[dict[str, str]]:
    """Role and text of each turn; neighbours of one role are joined."""
    system = [message.text for message in messages if isinstance(message, SystemMessage)]
    if tools:
        system.append(tools_prompt(tools))
    found = [{"role": "system", "content": "\n\n".join(system)}] if system else []
    for message in messages:
        if isinstance(message, SystemMessage):
            continue
        turn = _turn(message)
        if found and found[-1]["role"] == turn["role"]:
            found[-1]["content"] += "\n" + turn["content"]
        else:
            found.append(turn)
    return found


def _turn(message: BaseMessage) -> dict[str, str]:
    if isinstance(message, AIMessage):
        calls = [
            OPEN + json.dumps({"name": c["name"], "arguments": c["args"]}) + CLOSE
            for c in message.tool_calls
        ]
        return {"role": "assistant", "content": "\n".join([message.text, *calls]).strip()}
    if isinstance(message, ToolMessage):
        return {
            "role": "user",
            "content": f"<tool_response>{message.text}</tool_response>",
        }
    return {"role": "user", "content": message.text}


def tools_prompt(tools: Sequence[Mapping[str, Any]]) -> str:
    """What a model reads about the tools it may call."""
    environment = jinja2.Environment(trim_blocks=True, lstrip_blocks=True, autoescape=False)
    template = environment.from_string(TOOLS_PROMPT.read_text(encoding="utf-8"))
    return template.render(tools=[tool["function"] for tool in tools]).strip()


def call_grammar(tools: Sequence[Mapping[str, Any]]) -> str:
    """A grammar of one tool call whose arguments fit the tool's schema."""
    schemas = [
        {
            "type": "object",
            "properties": {
                "name": {"const": tool["function"]["name"]},
                "arguments": bounded(tool["function"].get("parameters") or {"type": "object"}),
            },
            "required": ["name", "arguments"],
            "additionalProperties": False,
        }
        for tool in tools
    ]
    definitions: dict[str, Any] = {}
    for schema in schemas:
        definitions.update(schema["properties"]["arguments"].pop("$defs", {}))  # type: ignore[index]
    whole: dict[str, Any] = {"anyOf": schemas, "x-guidance": {"whitespace_flexible": False}}
    if definitions:
        whole["$defs"] = definitions
    return f'start: "{OPEN}" call "{CLOSE}"\ncall: %json {json.dumps(whole)}\n'


def bounded(schema: Any) -> Any:
    """The schema with a length limit on every free string, so that decoding ends."""
    if isinstance(schema, list):
        return [bounded(part) for part in schema]
    if not isinstance(schema, Mapping):
        return schema
    found = {key: bounded(part) for key, part in schema.items()}
    if found.get("type") == "string" and not {"enum", "const", "maxLength", "format"} & set(found):
        found["maxLength"] = MAX_STRING
    if found.get("type") == "object" and "properties" in found:
        found.setdefault("additionalProperties", False)
    return found


def parse_calls(text: str) -> tuple[str, list[ToolCall], list[InvalidToolCall]]:
    """The words outside of calls, the calls, and what looked like one but cannot be read."""
    calls: list[ToolCall] = []
    invalid: list[InvalidToolCall] = []
    for match in _CALL.finditer(text):
        identity = f"call_{uuid.uuid4().hex[:16]}"
        try:
            body = json.loads(match.group(1))
            calls.append(
                ToolCall(name=body["name"], args=body["arguments"], id=identity, type="tool_call")
            )
        except (ValueError, KeyError, TypeError) as error:
            invalid.append(
                InvalidToolCall(
                    name=None, args=match.group(1), id=identity, error=str(error),
                    type="invalid_tool_call",
                )
            )  # fmt: skip
    return _CALL.sub("", text).strip() if calls or invalid else text, calls, invalid
