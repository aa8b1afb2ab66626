"""Calling a tool outside a conversation: for programs, with the same result and the same words."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Engine

from assistant.agent.patterns import plain, render
from assistant.agent.turn import focus_names
from assistant.proposals.present import present_result
from tools.arguments import Arguments
from tools.data.catalogue import Catalogue
from tools.data.frames import planning_day
from tools.facts import ToolResult
from tools.registry import REGISTRY
from tools.spec import ToolContext
from tools.text import Language


def call_tool(
    engine: Engine, name: str, arguments: Arguments, language: Language
) -> tuple[dict[str, Any], ToolResult]:
    """The page's JSON and the result itself; raises `tools.errors.ToolError`."""
    context = ToolContext(
        engine=engine,
        today=planning_day(engine),
        language=language,
        catalogue=Catalogue.load(engine),
    )
    result = REGISTRY[name].run(context, arguments)
    return present_result(engine, result), result


def answer_of(engine: Engine, result: ToolResult, language: Language) -> str:
    """The result in the words of its answer pattern."""
    names = focus_names(Catalogue.load(engine), [result])
    return plain(render(result, language, names))
