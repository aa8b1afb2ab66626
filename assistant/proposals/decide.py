"""Approving, rejecting and revising: the only way by which a proposal touches the records.

A decision is bound to the hash of what the person saw. One conditional UPDATE claims the proposal,
so of two tabs, two processes or a double click exactly one applies it, in one transaction with the
changed records, the decision and the new data version; the others are told the same outcome.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import Engine, func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from assistant.errors import NotFound
from assistant.proposals.content import stored_hash
from assistant.proposals.effect import Effect, Occasion
from assistant.proposals.order_lines import apply_to_line
from assistant.proposals.purchase_orders import create_order
from assistant.proposals.revise import revised_draft
from assistant.proposals.shown import show_proposal
from assistant.proposals.store import same_need, store_in
from assistant.proposals.supply_terms import change_terms
from assistant.proposals.turns import take_turn
from tools.data.database import new_data_version, writing
from tools.data.frames import planning_day
from tools.data.schema import (
    Decision,
    MessageStatus,
    Proposal,
    ProposalKind,
    ProposalStatus,
    SupplierMessage,
    utc_now,
)
from tools.errors import RecordConflict

Json = dict[str, Any]

ATTEMPTS = 5
"""Tries when another process took the same order number in the same moment."""
_WITHOUT_EFFECT = {ProposalKind.SECURITY_ALERT, ProposalKind.TRANSFER}
"""A warning is acknowledged, a transfer is an instruction: the decision itself is the record."""


def approve(
    engine: Engine, proposal_id: int, shown_hash: str, actor: str, reason: str = ""
) -> Json:
    """Apply the proposal and return it as decided.

    Raises `NotFound`, and `RecordConflict` when what was shown is no longer so; approving again
    returns the first decision.
    """
    today = planning_day(engine)
    return _deciding(
        engine,
        lambda session: _approve(session, proposal_id, shown_hash, actor, reason, today),
    )


def reject(engine: Engine, proposal_id: int, shown_hash: str, actor: str, reason: str) -> Json:
    """Close the proposal without applying it; rejecting again returns the first decision."""

    def decide(session: Session) -> Json:
        if not _claim(session, proposal_id, shown_hash, ProposalStatus.REJECTED):
            return _already_decided(session, proposal_id, shown_hash, ProposalStatus.REJECTED)
        proposal = _read(session, proposal_id)
        _record(session, proposal, "reject", actor, reason, Effect().json(None))
        return show_proposal(session, proposal)

    return _deciding(engine, decide)


def revise(engine: Engine, proposal_id: int, shown_hash: str, changes: Mapping[str, Any]) -> Json:
    """Replace an open proposal by one with other values, which has to be shown and approved."""

    def decide(session: Session) -> Json:
        if not _claim(session, proposal_id, shown_hash, ProposalStatus.SUPERSEDED):
            return _already_decided(session, proposal_id, shown_hash, None)
        old = _read(session, proposal_id)
        draft = revised_draft(old, changes)
        message_id, conversation_id = old.message_id, old.conversation_id
        (new_id,) = store_in(session, [draft], conversation_id=conversation_id)
        new = _read(session, new_id)
        new.message_id = message_id
        session.flush()
        return show_proposal(session, new)

    return _deciding(engine, decide)


def _deciding(engine: Engine, decide: Callable[[Session], Json]) -> Json:
    for attempt in range(ATTEMPTS):
        try:
            with writing(engine) as session:
                take_turn(session)
                return decide(session)
        except IntegrityError:
            if attempt == ATTEMPTS - 1:
                raise
    raise AssertionError("unreachable")


def _approve(
    session: Session, proposal_id: int, shown_hash: str, actor: str, reason: str, today: dt.date
) -> Json:
    if not _claim(session, proposal_id, shown_hash, ProposalStatus.APPROVED):
        return _already_decided(session, proposal_id, shown_hash, ProposalStatus.APPROVED)
    proposal = _read(session, proposal_id)
    if stored_hash(proposal) != proposal.content_hash:
        raise RecordConflict(
            "The stored proposal was altered, so it cannot be approved; propose it again.",
            "存储的提议已被改动，不能批准，请重新提出。",
        )
    occasion = Occasion(actor, utc_now(), today, proposal.message_id)
    effect = _apply(session, proposal, occasion)
    version = None
    if effect.changes:
        version = new_data_version(session, f"{proposal.kind.value}: proposal {proposal.id}")
    _record(session, proposal, "approve", actor, reason, effect.json(version))
    _supersede_same_need(session, proposal)
    return show_proposal(session, proposal)


def _claim(session: Session, proposal_id: int, shown_hash: str, status: ProposalStatus) -> bool:
    """Take an open proposal; True for exactly one of any number of concurrent callers."""
    claimed = session.execute(
        update(Proposal)
        .where(
            Proposal.id == proposal_id,
            Proposal.status == ProposalStatus.OPEN,
            Proposal.content_hash == shown_hash,
        )
        .values(status=status)
        .execution_options(synchronize_session=False)
    )
    return bool(claimed.rowcount)  # type: ignore[attr-defined]


def _already_decided(
    session: Session, proposal_id: int, shown_hash: str, wanted: ProposalStatus | None
) -> Json:
    proposal = _read(session, proposal_id)
    if proposal.content_hash != shown_hash:
        raise RecordConflict(
            "This is not what the proposal says now; look at it again before deciding.",
            "提议内容与您看到的不同，请重新查看后再决定。",
        )
    if proposal.status == wanted:
        return show_proposal(session, proposal)
    decision = session.scalars(select(Decision).where(Decision.proposal_id == proposal.id)).first()
    if decision is None:
        raise RecordConflict(
            "This proposal was replaced by a newer one; look at the newer one.",
            "该提议已被更新的提议取代，请查看新的提议。",
        )
    done = {"approve": ("approved", "批准"), "reject": ("rejected", "拒绝")}[decision.action]
    raise RecordConflict(
        f"{decision.actor} has already {done[0]} this proposal.",
        f"{decision.actor} 已{done[1]}该提议。",
    )


def _read(session: Session, proposal_id: int) -> Proposal:
    proposal = session.get(Proposal, proposal_id, populate_existing=True)
    if proposal is None:
        raise NotFound(f"There is no proposal {proposal_id}.", f"没有编号为 {proposal_id} 的提议。")
    return proposal


def _apply(session: Session, proposal: Proposal, occasion: Occasion) -> Effect:
    if proposal.kind in _WITHOUT_EFFECT:
        return Effect()
    if proposal.kind == ProposalKind.CREATE_ORDER:
        return create_order(session, proposal.payload, occasion)
    if proposal.kind == ProposalKind.CHANGE_TERMS:
        return change_terms(session, proposal.payload, occasion)
    return apply_to_line(session, proposal.kind.value, proposal.payload, occasion)


def _record(
    session: Session, proposal: Proposal, action: str, actor: str, reason: str, effect: Json
) -> None:
    session.add(
        Decision(
            proposal_id=proposal.id,
            action=action,
            actor=actor,
            reason=reason,
            shown_hash=proposal.content_hash,
            effect=effect,
        )
    )
    session.flush()
    _close_message(session, proposal.message_id)


def _close_message(session: Session, message_id: int | None) -> None:
    """A message is done when nothing that it proposed is open."""
    if message_id is None:
        return
    still_open = session.scalar(
        select(func.count())
        .select_from(Proposal)
        .where(Proposal.message_id == message_id, Proposal.status == ProposalStatus.OPEN)
    )
    if not still_open:
        session.execute(
            update(SupplierMessage)
            .where(SupplierMessage.id == message_id)
            .values(status=MessageStatus.DONE)
        )


def _supersede_same_need(session: Session, approved: Proposal) -> None:
    """Other draft orders for the same items and place were computed without the new order."""
    if approved.kind != ProposalKind.CREATE_ORDER:
        return
    others = session.scalars(
        select(Proposal).where(
            Proposal.kind == ProposalKind.CREATE_ORDER,
            Proposal.status == ProposalStatus.OPEN,
            Proposal.id != approved.id,
        )
    )
    for other in others:
        if same_need(approved, other):
            other.status = ProposalStatus.SUPERSEDED
    session.flush()
