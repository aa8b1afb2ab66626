"""One error tree for everything under `tools/`.

    ToolError                     a planner reads the message: what, why, what to do
    ├── InvalidInput              the request cannot be met as written
    │   ├── UnknownEntity         a name that the catalogue does not hold
    │   └── AmbiguousEntity       a name that fits several entries
    ├── NoData                    the records needed for an answer are missing
    ├── ImportRejected            a file that must not be committed
    └── RecordConflict            the records changed since they were shown

Each message is one sentence a planner can act on; `text` carries it in both languages.
"""

from __future__ import annotations

from tools.text import Text


class ToolError(Exception):
    """A failure that is told to the planner in one clear sentence."""

    def __init__(self, english: str, chinese: str | None = None) -> None:
        super().__init__(english)
        self.text = Text(english, chinese or english)


class InvalidInput(ToolError):
    """What was asked cannot be done as written."""


class UnknownEntity(InvalidInput):
    """A mention that resolves to nothing in the catalogue."""


class AmbiguousEntity(InvalidInput):
    """A mention that resolves to several entries of the catalogue."""


class NoData(ToolError):
    """Nothing is recorded from which the answer could be computed."""


class ImportRejected(ToolError):
    """A file that was refused; nothing of it was written."""


class RecordConflict(ToolError):
    """The records are no longer what the planner was shown."""
