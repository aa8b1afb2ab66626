"""Storing what tools propose, so that it can be approved later and in another tab.

The same content proposed again is the same proposal while it is open. A newer draft order of a
conversation for the same supplier, place and item replaces the older one, and a message that is
read again replaces what its first reading proposed: otherwise one need could be approved twice.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from assistant.presentation.serialise import json_ready
from assistant.proposals.content import content_hash, shown_content
from assistant.proposals.turns import take_turn
from tools.data.database import writing
from tools.data.schema import Proposal, ProposalKind, ProposalStatus
from tools.facts import ProposalDraft


def store_drafts(
    engine: Engine,
    drafts: Sequence[ProposalDraft],
    *,
    conversation_id: str | None = None,
    message_id: int | None = None,
) -> list[int]:
    """Ids of the proposals that now hold `drafts`, in their order."""
    if not drafts and message_id is None:
        return []
    with writing(engine) as session:
        take_turn(session)
        return store_in(session, drafts, conversation_id=conversation_id, message_id=message_id)


def store_in(
    session: Session,
    drafts: Sequence[ProposalDraft],
    *,
    conversation_id: str | None = None,
    message_id: int | None = None,
) -> list[int]:
    """`store_drafts` in the caller's transaction."""
    kept: list[Proposal] = []
    for draft in drafts:
        proposal = _same_open(session, draft, message_id)
        if proposal is None:
            proposal = _new(draft)
            proposal.conversation_id = conversation_id
            proposal.message_id = message_id
            session.add(proposal)
            session.flush()
        kept.append(proposal)
    _supersede(session, kept, conversation_id, message_id)
    session.flush()
    return [proposal.id for proposal in kept]


def _same_open(session: Session, draft: ProposalDraft, message_id: int | None) -> Proposal | None:
    return session.scalars(
        select(Proposal)
        .where(
            Proposal.content_hash == content_hash(json_ready(shown_content(draft))),
            Proposal.status == ProposalStatus.OPEN,
            Proposal.message_id.is_(None)
            if message_id is None
            else Proposal.message_id == message_id,
        )
        .limit(1)
    ).first()


def _new(draft: ProposalDraft) -> Proposal:
    content = json_ready(shown_content(draft))
    return Proposal(
        kind=ProposalKind(draft.kind),
        status=ProposalStatus.OPEN,
        title=content["title"],
        payload=content["payload"],
        content_hash=content_hash(content),
        quote=draft.quote,
        span_start=draft.span[0] if draft.span else None,
        span_end=draft.span[1] if draft.span else None,
        sender=draft.sender,
        certainty=draft.certainty,
    )


def _supersede(
    session: Session,
    kept: Sequence[Proposal],
    conversation_id: str | None,
    message_id: int | None,
) -> None:
    older = select(Proposal).where(
        Proposal.status == ProposalStatus.OPEN, Proposal.id.not_in([p.id for p in kept])
    )
    if message_id is not None:
        for proposal in session.scalars(older.where(Proposal.message_id == message_id)):
            proposal.status = ProposalStatus.SUPERSEDED
    elif conversation_id is not None:
        in_conversation = older.where(
            Proposal.conversation_id == conversation_id, Proposal.kind == ProposalKind.CREATE_ORDER
        )
        for proposal in session.scalars(in_conversation):
            if any(same_need(proposal, newer) for newer in kept):
                proposal.status = ProposalStatus.SUPERSEDED


def same_need(one: Proposal, other: Proposal) -> bool:
    """Whether two draft orders would buy the same item for the same place."""
    if one.kind != ProposalKind.CREATE_ORDER or other.kind != ProposalKind.CREATE_ORDER:
        return False
    if one.payload.get("location") != other.payload.get("location"):
        return False
    return not ordered_items(one).isdisjoint(ordered_items(other))


def ordered_items(proposal: Proposal) -> set[str]:
    """Item codes of a draft order."""
    return {str(line["item"]) for line in proposal.payload.get("lines") or ()}
