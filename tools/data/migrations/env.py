"""Run by Alembic: migrates the connection that `tools.data.migrate` hands over.

The caller owns the transaction, so that a step either happens completely or not at all.
"""

from __future__ import annotations

from typing import Any, Literal

import sqlalchemy as sa
from alembic import context
from alembic.autogenerate.api import AutogenContext

from tools.data.schema import Base, UtcDateTime


def _render_item(kind: str, item: Any, _context: AutogenContext) -> str | Literal[False]:
    """Migrations spell the database's own types: they must not change when the code does."""
    if kind == "type" and isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(item, sa.Enum):
        values = ", ".join(repr(value) for value in item.enums)
        return f"_enum({item.name!r}, {values})"
    return False


connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=Base.metadata,
    compare_type=True,
    compare_server_default=True,
    render_as_batch=True,
    render_item=_render_item,
    transactional_ddl=True,
)
context.run_migrations()
