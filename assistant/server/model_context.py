"""The same tools over the Model Context Protocol, for other assistants; stateless, at `/mcp`.

They read and compute; an order they recommend becomes an open proposal that only a person can
approve on the page.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import version
from typing import Any

import mcp_types as types
from fastapi import Request
from mcp.server.lowlevel import Server
from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
from mcp.server.transport_security import TransportSecuritySettings
from pydantic import ValidationError
from starlette.types import Receive, Scope, Send

from assistant.agent.toolbox import description
from assistant.server.state import ServerState
from assistant.server.tool_calls import answer_of, call_tool
from tools.arguments import TOOLS
from tools.data.entities import CJK
from tools.errors import ToolError
from tools.text import Language

INSTRUCTIONS = (
    "Tools over a planner's inventory records: stock, sales, forecasts, orders, suppliers. Names, "
    "periods and amounts are passed as the planner wrote them. Nothing here changes a record; a "
    "recommended order waits for a person's approval."
)


class ModelContext:
    """The protocol's endpoint; `run` has to be entered while requests are served."""

    def __init__(self, state: ServerState) -> None:
        self._state = state
        self._server: Server[dict[str, Any]] = Server(
            "inventory-assistant",
            version=version("inventory-assistant"),
            instructions=INSTRUCTIONS,
            on_list_tools=self._list_tools,
            on_call_tool=self._call_tool,
        )
        self._manager: StreamableHTTPSessionManager | None = None

    @asynccontextmanager
    async def run(self) -> AsyncIterator[None]:
        """Serve; a manager works once, so that every start makes its own."""
        manager = StreamableHTTPSessionManager(
            self._server,
            json_response=True,
            stateless=True,
            security_settings=TransportSecuritySettings(
                enable_dns_rebinding_protection=False  # the application's own guard has checked
            ),
        )
        async with manager.run():
            self._manager = manager
            yield
        self._manager = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        owner = self._state.authentication.owner(Request(scope))
        self._state.write_limit.check(owner)
        if self._manager is None:
            raise RuntimeError("the application has not been started")
        await self._manager.handle_request(scope, receive, send)

    async def _list_tools(self, _context: Any, _params: Any) -> types.ListToolsResult:
        return types.ListToolsResult(
            tools=[
                types.Tool(
                    name=name,
                    description=description(name),
                    input_schema=arguments.model_json_schema(),
                    annotations=types.ToolAnnotations(
                        read_only_hint=name != "recommend_orders",
                        destructive_hint=False,
                        idempotent_hint=True,
                        open_world_hint=False,
                    ),
                )
                for name, arguments in TOOLS.items()
            ]
        )

    async def _call_tool(
        self, _context: Any, params: types.CallToolRequestParams
    ) -> types.CallToolResult:
        return await asyncio.to_thread(self._called, params.name, params.arguments or {})

    def _called(self, name: str, arguments: dict[str, Any]) -> types.CallToolResult:
        if name not in TOOLS:
            return _refused(f"There is no tool {name}; there are {', '.join(TOOLS)}.")
        language = language_of(arguments)
        try:
            shown, result = call_tool(self._state.engine, name, TOOLS[name](**arguments), language)
        except ValidationError as error:
            first = error.errors()[0]
            field = ".".join(str(part) for part in first["loc"])
            return _refused(f"The argument {field} of {name} cannot be used: {first['msg']}.")
        except ToolError as error:
            return _refused(error.text(language))
        answer = answer_of(self._state.engine, result, language)
        return types.CallToolResult(
            content=[types.TextContent(text=answer)], structured_content=shown
        )


def language_of(arguments: dict[str, Any]) -> Language:
    """Chinese when any argument is written in Chinese."""
    return "zh" if any(CJK.search(str(value)) for value in arguments.values()) else "en"


def _refused(sentence: str) -> types.CallToolResult:
    return types.CallToolResult(content=[types.TextContent(text=sentence)], is_error=True)
