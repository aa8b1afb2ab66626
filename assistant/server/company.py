"""What the page's head shows of the company whose records these are."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from tools.data.schema import Item, Setting

DEFAULT_CURRENCY = "USD"


def company_name(engine: Engine) -> str:
    """The configured name, or an empty text."""
    with Session(engine) as session:
        names = session.get(Setting, "company")
        return str(names.value.get("en") or names.value.get("name") or "") if names else ""


def base_currency(engine: Engine) -> str:
    """The configured currency, else the one most items are kept in."""
    with Session(engine) as session:
        configured = _setting(session, "base_currency", "currency")
        if configured:
            return str(configured)
        most = session.scalars(
            select(Item.currency).group_by(Item.currency).order_by(func.count().desc()).limit(1)
        ).first()
    return most or DEFAULT_CURRENCY


def _setting(session: Session, key: str, part: str) -> Any:
    row = session.get(Setting, key)
    if row is None:
        return None
    return row.value.get(part) or row.value.get("value")
