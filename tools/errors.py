"""One error tree for everything under `tools/`.

    ToolError                     a planner reads the message: what, why, what to do
    ├── InvalidInput              the request cannot be met as written
    │   └── EntityError           a mention that is not one entry of the catalogue
    │       ├── UnknownEntity     no entry
    │       └── AmbiguousEntity   several entries
    ├── NoData                    the records needed for an answer are missing
    ├── ImportRejected            a file that must not be committed
    └── RecordConflict            the records changed since they were shown

Each message is one sentence a planner can act on; `text` carries it in both languages.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from tools.text import Text

if TYPE_CHECKING:
    from tools.data.entities import Entity


class ToolError(Exception):
    """A failure that is told to the planner in one clear sentence."""

    def __init__(self, english: str, chinese: str | None = None) -> None:
        super().__init__(english)
        self.text = Text(english, chinese or english)


class InvalidInput(ToolError):
    """What was asked cannot be done as written."""


class EntityError(InvalidInput):
    """A mention that is not one entry of the catalogue; `candidates` come best first."""

    def __init__(
        self,
        english: str,
        chinese: str,
        *,
        kind: str = "",
        mention: str = "",
        candidates: Sequence[Entity] = (),
    ) -> None:
        super().__init__(english, chinese)
        self.kind = kind
        self.mention = mention
        self.candidates = list(candidates)


class UnknownEntity(EntityError):
    """A mention that resolves to nothing in the catalogue; candidates are look-alikes."""


class AmbiguousEntity(EntityError):
    """A mention that resolves to several entries of the catalogue."""


class NoData(ToolError):
    """Nothing is recorded from which the answer could be computed."""


class ImportRejected(ToolError):
    """A file that was refused; nothing of it was written."""


class RecordConflict(ToolError):
    """The records are no longer what the planner was shown."""
