"""`inventory-assistant ask`: one turn of a conversation on the command line."""

from __future__ import annotations

import asyncio
import json
import uuid

from sqlalchemy import Engine

from assistant.agent.run import Event, run_turn
from assistant.cli.console import console
from assistant.cli.prepare import open_database
from assistant.presentation.serialise import serialise_result
from assistant.services import open_services
from assistant.settings import Settings, settings
from tools.data.entities import CJK
from tools.errors import ToolError
from tools.facts import ToolResult
from tools.text import Language


def ask_once(
    question: str, language: str | None, conversation: str | None, *, as_json: bool
) -> None:
    """Print the answer (or every event) to `question`; proposals are only described."""
    chosen = settings()
    engine = open_database(chosen)
    spoken: Language = "zh" if (language or _language_of(question)) == "zh" else "en"
    thread = conversation or f"cli_{uuid.uuid4().hex[:12]}"
    asyncio.run(_converse(chosen, engine, question, spoken, thread, as_json))


def _language_of(question: str) -> str:
    return "zh" if CJK.search(question) else "en"


async def _converse(
    chosen: Settings, engine: Engine, question: str, language: Language, thread: str, as_json: bool
) -> None:
    async with open_services(chosen, engine, _described) as services:
        async for event in run_turn(services, thread, question, language):
            if as_json:
                console.print_json(json.dumps(event, ensure_ascii=False), indent=None)
            else:
                _print(event, language)


def _described(result: ToolResult, conversation_id: str) -> dict[str, object]:
    """Results on the command line are read, not approved: proposals are not stored."""
    return serialise_result(result)


def _print(event: Event, language: Language) -> None:
    match event["type"]:
        case "TEXT_MESSAGE_CONTENT":
            console.print(event["delta"], end="", highlight=False, markup=False, soft_wrap=True)
        case "TEXT_MESSAGE_END":
            console.print()
        case "RUN_ERROR":
            raise ToolError(event["text"][language])
