"""What a detector reports, in one shape for all of them.

Scores are comparable because each is minus the decimal logarithm of a calibrated p-value: 3 means
"once in a thousand looks at something normal".
"""

from __future__ import annotations

import datetime as dt
import hashlib
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from tools.text import Text

Family = Literal["sales", "stock", "supplier", "data"]
Direction = Literal["up", "down", "none"]
MAX_SCORE = 30.0


@dataclass(frozen=True, slots=True)
class Evidence:
    """Expected range and what happened, day by day; empty when a chart says nothing."""

    days: Sequence[str] = ()
    observed: Sequence[float | None] = ()
    low: Sequence[float | None] = ()
    expected: Sequence[float | None] = ()
    high: Sequence[float | None] = ()
    figures: Mapping[str, float | str] = field(default_factory=dict)
    """Figures of the sentence by name."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that looks wrong between two days (both included)."""

    kind: str
    family: Family
    starts_on: dt.date
    ends_on: dt.date
    score: float
    direction: Direction
    sentence: Text
    cause: Text
    """What it probably is."""
    next_step: Text
    item: str = ""
    location: str = ""
    supplier: str = ""
    reference: str = ""
    """Order number or movement, when it is about one."""
    money: float | None = None
    """Money at stake in the item's currency."""
    evidence: Evidence = field(default_factory=Evidence)

    @property
    def fingerprint(self) -> str:
        """Stable while the same incident goes on: what, where, and since when."""
        parts = (
            self.kind, self.item, self.location, self.supplier, self.reference,
            self.starts_on.isoformat(),
        )  # fmt: skip
        return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()


def score_of(p_value: float) -> float:
    """Minus log10 of a p-value, at most 30."""
    return MAX_SCORE if p_value <= 10.0**-MAX_SCORE else -math.log10(p_value)
