"""One writer of proposals at a time, also between processes.

Decisions touch several proposals and take order numbers, so two that overlap could deadlock or
order the same need twice; they are rare enough to wait for each other.
"""

from __future__ import annotations

from sqlalchemy import text
from sqlalchemy.orm import Session

_ADVISORY_LOCK = 0x1A7E_0DEC


def take_turn(session: Session) -> None:
    """Wait until no other process changes proposals; released with the transaction.

    SQLite has one writer anyway.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _ADVISORY_LOCK})
