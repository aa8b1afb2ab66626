"""What an approval did to the records: each changed field with its old and its new value."""

from __future__ import annotations

import datetime as dt
import enum
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from tools.data.schema import Base


@dataclass(frozen=True)
class Occasion:
    """The circumstances of an approval that end up in the records."""

    actor: str
    at: dt.datetime
    today: dt.date
    """The planning day."""
    message_id: int | None = None


@dataclass
class Effect:
    """Collected while a proposal is applied; empty when nothing in the records changed."""

    order: str = ""
    changes: list[dict[str, Any]] = field(default_factory=list)

    def set(self, row: Base, label: str, name: str, value: Any) -> None:
        """Set one field of a row and remember what it was."""
        old = getattr(row, name)
        if old == value:
            return
        setattr(row, name, value)
        self.record(row, label, name, old, value)

    def created(self, row: Base, label: str, **values: Any) -> None:
        """Remember a row that was added."""
        for name, value in values.items():
            self.record(row, label, name, None, value)

    def record(self, row: Base, label: str, name: str, old: Any, new: Any) -> None:
        """Remember one change of `row`, which a planner knows as `label`."""
        self.changes.append(
            {
                "table": row.__tablename__,
                "row": label,
                "field": name,
                "old": _plain(old),
                "new": _plain(new),
            }
        )

    def json(self, data_version: int | None) -> dict[str, Any]:
        """As it is kept in the decision."""
        return {"order": self.order, "changes": self.changes, "data_version": data_version}


def _plain(value: Any) -> Any:
    if isinstance(value, enum.Enum):
        return value.value
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    return value
