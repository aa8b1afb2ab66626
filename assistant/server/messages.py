"""Supplier messages: kept once, listed, and shown with what was understood in them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Engine, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from assistant.errors import NotFound
from assistant.presentation.serialise import instant_json
from assistant.proposals.shown import show_proposals
from assistant.server.mail import Mail
from tools.data.database import writing
from tools.data.schema import (
    MessageStatus,
    Proposal,
    ProposalStatus,
    Supplier,
    SupplierMessage,
)
from tools.suppliers.messages.cleaning import detect_language
from tools.suppliers.messages.senders import address_of

Json = dict[str, Any]
EXCERPT_CHARACTERS = 160


def store_message(engine: Engine, mail: Mail) -> tuple[int, bool]:
    """Id of the stored message, and whether it is new; the same message twice is one."""
    known = select(SupplierMessage.id).where(SupplierMessage.external_id == mail.external_id)
    try:
        with writing(engine) as session:
            found = session.scalar(known)
            if found is not None:
                return found, False
            message = SupplierMessage(
                external_id=mail.external_id,
                supplier_id=_supplier_of(session, mail.sender),
                received_at=mail.received_at,
                channel=mail.channel,
                sender=mail.sender,
                subject=mail.subject,
                body=mail.body,
                language=detect_language(mail.body),
            )
            session.add(message)
            session.flush()
            return message.id, True
    except IntegrityError:  # another process stored it in the same moment
        with Session(engine) as session:
            return session.scalars(known).one(), False


def _supplier_of(session: Session, sender: str) -> int | None:
    """The supplier who writes from this address; a name in the text proves nothing."""
    address = address_of(sender)
    if not address:
        return None
    for supplier in session.scalars(select(Supplier)):
        if address in {known.lower() for known in supplier.addresses}:
            return supplier.id
    return None


def list_messages(engine: Engine, status: str | None, limit: int) -> Json:
    """Messages without their text, the newest first, and how many there are."""
    found = select(SupplierMessage, Supplier).outerjoin(
        Supplier, SupplierMessage.supplier_id == Supplier.id
    )
    counted = select(func.count()).select_from(SupplierMessage)
    if status is not None:
        wanted = SupplierMessage.status == MessageStatus(status)
        found, counted = found.where(wanted), counted.where(wanted)
    found = found.order_by(SupplierMessage.received_at.desc(), SupplierMessage.id.desc())
    with Session(engine) as session:
        rows = session.execute(found.limit(limit)).all()
        still_open = _open_proposals(session, [message.id for message, _ in rows])
        return {
            "messages": [
                _summary(message, supplier, still_open.get(message.id, 0))
                for message, supplier in rows
            ],
            "count": session.scalar(counted) or 0,
        }


def read_message(engine: Engine, message_id: int) -> Json:
    """One message with its text, reading and proposals; raises `NotFound`."""
    with Session(engine) as session:
        row = session.execute(
            select(SupplierMessage, Supplier)
            .outerjoin(Supplier, SupplierMessage.supplier_id == Supplier.id)
            .where(SupplierMessage.id == message_id)
        ).first()
        if row is None:
            raise no_message(message_id)
        message, supplier = row
        proposals = session.scalars(
            select(Proposal)
            .where(Proposal.message_id == message_id)
            .where(Proposal.status != ProposalStatus.SUPERSEDED)
            .order_by(Proposal.id)
        ).all()
        still_open = sum(proposal.status == ProposalStatus.OPEN for proposal in proposals)
        return {
            **_summary(message, supplier, still_open),
            "body": message.body,
            "reading": message.extraction,
            "proposals": show_proposals(session, proposals),
        }


def no_message(message_id: int) -> NotFound:
    return NotFound(f"There is no message {message_id}.", f"没有编号为 {message_id} 的消息。")


def _open_proposals(session: Session, ids: list[int]) -> dict[int, int]:
    rows = session.execute(
        select(Proposal.message_id, func.count().label("open"))
        .where(Proposal.message_id.in_(ids), Proposal.status == ProposalStatus.OPEN)
        .group_by(Proposal.message_id)
    )
    return {row.message_id: row.open for row in rows}


def _summary(message: SupplierMessage, supplier: Supplier | None, still_open: int) -> Json:
    words = " ".join(message.body.split())
    long = len(words) > EXCERPT_CHARACTERS
    return {
        "id": message.id,
        "status": message.status.value,
        "received_at": instant_json(message.received_at),
        "channel": message.channel,
        "sender": message.sender,
        "subject": message.subject,
        "language": message.language,
        "error": message.error,
        "supplier": {"code": supplier.code, "names": supplier.names} if supplier else None,
        "excerpt": words[: EXCERPT_CHARACTERS - 1] + "…" if long else words,
        "open_proposals": still_open,
    }
