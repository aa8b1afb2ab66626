"""The closed list of tools for other programs; the same list as in the conversation."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Body, Path
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from assistant.agent.toolbox import description
from assistant.errors import NotFound
from assistant.server.state import Owner, State
from assistant.server.tool_calls import answer_of, call_tool
from tools.arguments import TOOLS
from tools.errors import InvalidInput
from tools.text import Language

router = APIRouter(prefix="/api/tools", tags=["tools"])


class ToolDescribed(BaseModel):
    """A tool with the JSON schema of its arguments."""

    name: str = Field(examples=["stock_status"])
    description: str
    arguments: dict[str, Any]


class ToolList(BaseModel):
    tools: list[ToolDescribed]


class ToolCall(BaseModel):
    """Arguments as a planner would write them: names, periods and money as text."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"example": {"arguments": {"item": "wool scarf"}, "language": "en"}},
    )

    arguments: dict[str, Any] = {}
    language: Language = "en"


@router.get("", summary="The tools with their arguments")
def list_tools(owner: Owner) -> ToolList:
    return ToolList(
        tools=[
            ToolDescribed(
                name=name, description=description(name), arguments=arguments.model_json_schema()
            )
            for name, arguments in TOOLS.items()
        ]
    )


@router.post("/{name}", summary="Call one tool")
def call(
    name: Annotated[str, Path(max_length=40)],
    body: Annotated[ToolCall, Body()],
    owner: Owner,
    state: State,
) -> dict[str, Any]:
    """The result as in `docs/api.md`, with `answer` in words; what it proposes is stored open."""
    if name not in TOOLS:
        raise NotFound(f"There is no tool {name}.", f"没有工具 {name}。")
    try:
        arguments = TOOLS[name](**body.arguments)
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"])
        raise InvalidInput(
            f"The argument {field} of {name} cannot be used: {first['msg']}.",
            f"{name} 的参数 {field} 无法使用：{first['msg']}。",
        ) from None
    shown, result = call_tool(state.engine, name, arguments, body.language)
    return {**shown, "answer": answer_of(state.engine, result, body.language)}
