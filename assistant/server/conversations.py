"""Conversations as the page showed them, each seen by its owner only.

What is kept is what was drawn: the planner's words, the calls with their full results, the answer
in segments. The agent's own memory is in its checkpoints, not here.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from typing import Any

from sqlalchemy import Engine, delete, select
from sqlalchemy.orm import Session

from assistant.errors import NotFound
from assistant.presentation.serialise import instant_json
from assistant.proposals.shown import show_proposals
from tools.data.database import writing
from tools.data.schema import Conversation, ConversationTurn, Proposal, utc_now

Json = dict[str, Any]
TITLE_CHARACTERS = 80


def open_conversation(
    engine: Engine, owner: str, conversation_id: str | None, message: str, language: str
) -> str:
    """Add the planner's words to their conversation, or to a new one; returns its id.

    Raises `NotFound` for a conversation that is not the owner's.
    """
    with writing(engine) as session:
        if conversation_id is None:
            conversation = Conversation(
                id=f"c_{secrets.token_urlsafe(18)}", owner=owner, title=_title(message)
            )
            session.add(conversation)
            session.flush()
        else:
            conversation = _own(session, owner, conversation_id)
            conversation.updated_at = utc_now()
        session.add(
            ConversationTurn(
                conversation_id=conversation.id,
                role="user",
                content={"text": message, "language": language},
            )
        )
        return conversation.id


def add_answer(engine: Engine, conversation_id: str, content: Json) -> None:
    """Keep what was shown; a conversation that was deleted meanwhile stays deleted."""
    with writing(engine) as session:
        conversation = session.get(Conversation, conversation_id)
        if conversation is None:
            return
        conversation.updated_at = utc_now()
        session.add(
            ConversationTurn(conversation_id=conversation_id, role="assistant", content=content)
        )


def list_conversations(engine: Engine, owner: str, limit: int) -> list[Json]:
    """The owner's conversations, the last used first."""
    with Session(engine) as session:
        found = session.scalars(
            select(Conversation)
            .where(Conversation.owner == owner)
            .order_by(Conversation.updated_at.desc(), Conversation.id)
            .limit(limit)
        )
        return [_summary(conversation) for conversation in found]


def read_conversation(engine: Engine, owner: str, conversation_id: str) -> Json:
    """The conversation with its turns; proposals in them show their status of now."""
    with Session(engine) as session:
        conversation = _own(session, owner, conversation_id)
        turns = session.scalars(
            select(ConversationTurn)
            .where(ConversationTurn.conversation_id == conversation_id)
            .order_by(ConversationTurn.id)
        ).all()
        contents = [turn.content for turn in turns]
        _bring_up_to_date(session, contents)
        return {
            **_summary(conversation),
            "turns": [
                {
                    "id": turn.id,
                    "role": turn.role,
                    "created_at": instant_json(turn.created_at),
                    "content": content,
                }
                for turn, content in zip(turns, contents, strict=True)
            ],
        }


def rename_conversation(engine: Engine, owner: str, conversation_id: str, title: str) -> Json:
    """Give the owner's conversation another title."""
    with writing(engine) as session:
        conversation = _own(session, owner, conversation_id)
        conversation.title = title
        session.flush()
        return _summary(conversation)


def delete_conversation(engine: Engine, owner: str, conversation_id: str) -> None:
    """Forget the conversation; proposals and decisions that came from it stay."""
    with writing(engine) as session:
        conversation = _own(session, owner, conversation_id)
        session.execute(
            delete(ConversationTurn).where(ConversationTurn.conversation_id == conversation_id)
        )
        session.delete(conversation)


def require_own(engine: Engine, owner: str, conversation_id: str) -> None:
    """Raises `NotFound` unless the conversation is the owner's."""
    with Session(engine) as session:
        _own(session, owner, conversation_id)


def _own(session: Session, owner: str, conversation_id: str) -> Conversation:
    conversation = session.get(Conversation, conversation_id)
    if conversation is None or conversation.owner != owner:
        raise NotFound("There is no such conversation.", "没有这个对话。")
    return conversation


def _title(message: str) -> str:
    words = " ".join(message.split())
    return words if len(words) <= TITLE_CHARACTERS else words[: TITLE_CHARACTERS - 1] + "…"


def _summary(conversation: Conversation) -> Json:
    return {
        "id": conversation.id,
        "title": conversation.title,
        "created_at": instant_json(conversation.created_at),
        "updated_at": instant_json(conversation.updated_at),
    }


def _results(contents: list[Json]) -> Iterator[Json]:
    for content in contents:
        for call in content.get("calls", ()):
            if call.get("result"):
                yield call["result"]


def _bring_up_to_date(session: Session, contents: list[Json]) -> None:
    ids = {shown["id"] for result in _results(contents) for shown in result["proposals"]}
    if not ids:
        return
    proposals = session.scalars(select(Proposal).where(Proposal.id.in_(ids))).all()
    now = {shown["id"]: shown for shown in show_proposals(session, proposals)}
    for result in _results(contents):
        result["proposals"] = [now.get(shown["id"], shown) for shown in result["proposals"]]
