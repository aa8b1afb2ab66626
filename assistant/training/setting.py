"""What an evaluation runs on: the planner's records for names, and the model that is measured."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from assistant.models.narrow import ADAPTER, narrow_model
from assistant.models.weights import fetch
from assistant.settings import Settings
from assistant.training.choosers import ChatChooser, Chooser, NarrowChooser
from tools.data.catalogue import Catalogue
from tools.data.database import open_engine
from tools.data.frames import planning_day


def records(settings: Settings) -> tuple[Catalogue | None, dt.date]:
    """Catalogue and planning day of the planner's database, when there is one."""
    url = settings.resolved_database_url
    path = Path(url.removeprefix("sqlite:///"))
    if url.startswith("sqlite:///") and not path.exists():
        return None, dt.datetime.now(dt.UTC).date()
    engine = open_engine(url)
    return Catalogue.load(engine), planning_day(engine)


def chooser_for(settings: Settings, catalogue: Catalogue | None, adapter: bool) -> Chooser:
    """The configured model behind the evaluation's interface."""
    if settings.model == "local":
        model = narrow_model(fetch(settings.cache_folder), ADAPTER if adapter else None)
        return NarrowChooser(model, catalogue, "local" if adapter else "local without adapter")
    from assistant.agent.selection import planner_prompt
    from assistant.agent.toolbox import langchain_tools
    from assistant.models.factory import chat_model

    return ChatChooser(chat_model(settings), langchain_tools(), planner_prompt(), settings.model)


def message_scores(
    settings: Settings,
    messages: Sequence[dict[str, Any]],
    catalogue: Catalogue | None,
    adapter: bool,
) -> Any:
    """Extraction by field with the local extractor; None without records to link to."""
    if catalogue is None:
        return None
    from assistant.models.extractor import ModelReader
    from tools.suppliers.messages.extract import ClauseExtractor
    from tools.suppliers.messages.scoring import score

    model = narrow_model(fetch(settings.cache_folder), ADAPTER if adapter else None)
    return score(messages, ClauseExtractor(ModelReader(model), catalogue))
