"""The closed list of tools as LangChain sees it.

A tool returns its facts as short text for the model and keeps the full result on the turn; its
errors become results too, because an unknown item is an answer, not a failure.
"""

from __future__ import annotations

import logging
import tomllib
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from langchain_core.tools import BaseTool, StructuredTool
from pydantic import ValidationError

import prompts
from assistant.agent import outcomes
from assistant.agent.turn import Turn
from assistant.presentation.format import fact_text
from tools.arguments import OUTCOMES, TOOLS, Arguments
from tools.errors import EntityError, NoData, ToolError, UnknownEntity
from tools.facts import Choice, Fact, ToolResult
from tools.spec import ToolContext
from tools.text import Language, Text

DESCRIPTIONS = Path(prompts.__file__).parent / "tools"
MAX_FACTS_FOR_MODEL = 40
logger = logging.getLogger(__name__)


@lru_cache
def description(name: str, language: Language = "en") -> str:
    """What a model reads about a tool."""
    data = tomllib.loads((DESCRIPTIONS / f"{name}.toml").read_text(encoding="utf-8"))
    text: str = data["description"][language]
    return text


def langchain_tools() -> list[BaseTool]:
    """Every tool and outcome; they differ only in what they run."""
    return [_tool(name, schema) for name, schema in {**TOOLS, **OUTCOMES}.items()]


def _tool(name: str, schema: type[Arguments]) -> BaseTool:
    """What a model is told; `assistant.agent.middleware` runs the call with the turn at hand."""

    def declared(**arguments: Any) -> str:
        raise NotImplementedError(f"{name} runs inside a turn, see PlannerTurn.awrap_tool_call")

    return StructuredTool(
        name=name, description=description(name), args_schema=schema, func=declared
    )


def run_tool(turn: Turn, name: str, arguments: Mapping[str, Any]) -> ToolResult:
    """Run one tool; what the planner has to be told comes back as a result, never as an error."""
    try:
        context = turn.tool_context()
        if name in outcomes.RUN:
            return outcomes.RUN[name](context, OUTCOMES[name](**arguments))  # type: ignore[operator]
        spec = turn.services.registry[name]
        return spec.run(context, spec.arguments(**arguments))
    except ValidationError as error:
        logger.warning("call of %s with %s was refused: %s", name, dict(arguments), error)
        return ToolResult(tool=name, pattern="ask", status="ask", values={"missing": "meaning"})
    except EntityError as error:
        return _entity_problem(name, error, context)
    except ToolError as error:
        status = "no_data" if isinstance(error, NoData) else "invalid"
        return ToolResult(
            tool=name, pattern="problem", status=status, values={"sentence": error.text}
        )
    except Exception:
        logger.exception("tool %s failed with %s", name, dict(arguments))
        return ToolResult(tool=name, pattern="failure", status="invalid")


def _entity_problem(name: str, error: EntityError, context: ToolContext) -> ToolResult:
    """An unknown or ambiguous name, with what it may have meant to click on."""
    choices = tuple(
        Choice(
            Text(entity.name("en"), entity.name("zh")),
            Text(
                *(
                    _replace(context.message, error.mention, entity.name(language), entity.code)
                    for language in ("en", "zh")
                )
            ),
        )
        for entity in error.candidates
    )
    status = "not_found" if isinstance(error, UnknownEntity) else "ask"
    return ToolResult(
        tool=name,
        pattern="problem",
        status=status,
        values={"sentence": error.text},
        choices=choices,
    )


def _replace(message: str, mention: str, name: str, code: str) -> str:
    """The planner's message with the unclear words replaced by a clear name."""
    return message.replace(mention, code) if mention and mention in message else f"{name} ({code})"


def for_model(result: ToolResult, language: Language) -> str:
    """Facts as `key: words (about)`, for a model that writes the sentence."""
    lines = [f"status: {result.status}"]
    for fact in list(result.facts)[:MAX_FACTS_FOR_MODEL]:
        about = ", ".join(f"{kind} {code}" for kind, code in fact.about.items())
        lines.append(
            f"{{{fact.key}}}: {fact_text(fact, language)}" + (f" ({about})" if about else "")
        )
    lines += [f"note: {note(language)}" for note in result.notes]
    return "\n".join(lines)


def artifact(result: ToolResult, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """What a later turn needs of this one, as plain JSON for the checkpoint."""
    return {
        "tool": result.tool,
        "status": result.status,
        "pattern": result.pattern,
        "arguments": {k: v for k, v in arguments.items() if v is not None},
        "focus": dict(result.focus),
        "facts": [
            {
                "key": f.key,
                "value": f.value if isinstance(f.value, int | float) else str(f.value),
                "unit": f.unit,
                "about": dict(f.about),
            }
            for f in result.facts
        ],
        "listed": _listed(result),
    }


def _listed(result: ToolResult) -> list[str]:
    """Item codes in the order the first table shows them, for "the second one"."""
    for table in result.tables:
        codes = [row.get("item_code") or row.get("item") for row in table.rows]
        listed = [code for code in codes if isinstance(code, str)]
        if listed:
            return list(dict.fromkeys(listed))[:20]
    return []


def from_artifact(data: Mapping[str, Any]) -> ToolResult:
    """The part of an earlier result that tools may refer to."""
    facts = [Fact(f["key"], f["value"], f["unit"], f["about"]) for f in data.get("facts", ())]
    return ToolResult(
        tool=data["tool"],
        pattern=data["pattern"],
        status=data["status"],
        facts=facts,
        focus=data["focus"],
        values={"arguments": data["arguments"], "listed": data["listed"]},
    )
