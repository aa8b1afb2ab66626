"""From a tool's result to what the page receives: drafts are stored, then everything serialised."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from assistant.presentation.names import mentioned, names_of
from assistant.presentation.serialise import serialise_result
from assistant.proposals.shown import show_proposals
from assistant.proposals.store import store_drafts
from tools.data.schema import Proposal
from tools.facts import ToolResult


def present_result(
    engine: Engine, result: ToolResult, *, conversation_id: str | None = None
) -> dict[str, Any]:
    """The content of `TOOL_CALL_RESULT`; the result's drafts become open proposals."""
    ids = store_drafts(engine, result.proposals, conversation_id=conversation_id)
    with Session(engine) as session:
        names = names_of(session, mentioned(result))
        stored = {p.id: p for p in session.scalars(select(Proposal).where(Proposal.id.in_(ids)))}
        shown = show_proposals(session, [stored[id_] for id_ in ids])
    return serialise_result(result, names=names, proposals=shown)
