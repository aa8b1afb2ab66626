"""What one turn works with: services that outlive it, and the words and results of now."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from langchain_core.language_models import BaseChatModel
from langgraph.checkpoint.base import BaseCheckpointSaver
from sqlalchemy import Engine

from tools.data.catalogue import Catalogue
from tools.data.frames import planning_day
from tools.facts import Fact, ToolResult
from tools.registry import REGISTRY
from tools.spec import ToolContext, ToolSpec
from tools.text import Language

Present = Callable[[ToolResult, str], dict[str, Any]]
"""Makes the page's JSON of a result in a conversation; the server also stores its proposals."""


@dataclass
class Services:
    """Everything a turn needs that is opened once per process."""

    engine: Engine
    model: BaseChatModel
    checkpoints: BaseCheckpointSaver[Any]
    present: Present
    words_by_model: bool = False
    """A larger model writes the sentences; otherwise the answer patterns do."""
    registry: dict[str, ToolSpec] = field(default_factory=lambda: REGISTRY)
    model_gate: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(1))
    """The local model answers one planner at a time, first come first served."""

    @cached_property
    def agent(self) -> Any:
        """The compiled agent; built on first use."""
        from assistant.agent.run import build_agent

        return build_agent(self)


@dataclass
class Turn:
    """One message of a planner; the agent's run-time context."""

    services: Services
    conversation_id: str
    language: Language
    message: str
    found: dict[str, ToolResult] = field(default_factory=dict)
    """Results of this turn by the id of their call."""
    last: ToolResult | None = None
    """What the previous turn found, for "half of that"."""

    @property
    def results(self) -> list[ToolResult]:
        return list(self.found.values())

    def tool_context(self) -> ToolContext:
        engine = self.services.engine
        return ToolContext(
            engine=engine,
            today=planning_day(engine),
            language=self.language,
            catalogue=Catalogue.load(engine),
            message=self.message,
            last=self.last,
        )

    def facts(self) -> dict[str, Fact]:
        """Facts of all results; a later result's key wins over an equal one."""
        return {fact.key: fact for result in self.results for fact in result.facts}


def focus_names(catalogue: Catalogue, results: Sequence[ToolResult]) -> dict[str, dict[str, str]]:
    """Names of what the results are about: kind -> language -> name."""
    names: dict[str, dict[str, str]] = {}
    for result in results:
        for kind, code in result.focus.items():
            found = next((e for e in catalogue.entities(kind) if e.code == code), None)  # type: ignore[arg-type]
            names[kind] = (
                {"en": found.name("en"), "zh": found.name("zh")}
                if found
                else {"en": code, "zh": code}
            )
    return names
