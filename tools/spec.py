"""How a capability presents itself to the agent: a name, typed arguments and a function.

`tools/<capability>/tool.py` defines `SPECS: list[ToolSpec]`; `tools.registry` gathers them. The
same list serves the agent, the MCP server and the command line.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Engine

from tools.arguments import TOOLS, Arguments
from tools.data.catalogue import Catalogue
from tools.facts import ToolResult
from tools.text import Language


@dataclass(frozen=True)
class ToolContext:
    """What a tool may read; it holds no handle with which a record could be changed."""

    engine: Engine
    today: dt.date
    """The planning day: the day after the last recorded sales day, in company time."""
    language: Language
    catalogue: Catalogue
    message: str = ""
    """The planner's words of this turn, for tools that report what they understood."""
    last: ToolResult | None = None
    """The previous turn's result, for "half of that"."""


@dataclass(frozen=True)
class ToolSpec:
    """One entry of the closed list; `run` raises `tools.errors.ToolError` for the planner."""

    name: str
    run: Callable[[ToolContext, Any], ToolResult]

    @property
    def arguments(self) -> type[Arguments]:
        return TOOLS[self.name]
