"""Code points out every value in a message; a reader only says what each value is for.

Finding an order number, an item, a quantity, a date or a price is done by code on the whole
catalogue. What is left is narrow: for one clause and its labelled candidates, name the event and
put labels into roles. That is all a `ClauseReader` does, whether rules or a language model:

    clause      PO-2026-0142: 600 pcs ship next Wednesday, the rest in January
    candidates  A order    PO-2026-0142
                B quantity 600 pcs
                C date     next Wednesday
                D date     in January
    reading     split firm order=A quantity=B date=C ; split firm date=D

A reading may use only the labels of its clause, and a role takes only the kinds in `ROLE_KINDS`
(an enumeration a grammar can enforce), so nothing that is not in the message can come out. Context
is code too: an order or item that a clause leaves out is inherited from the clauses before it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

from tools.suppliers.messages.cleaning import CleanMessage
from tools.suppliers.messages.schema import Certainty, EventKind, RawEvent, Role
from tools.text import Language

CandidateKind = Literal[
    "order", "line", "item", "quantity", "date", "duration", "price", "percent", "party",
    "tracking", "account",
]  # fmt: skip

ROLE_KINDS: Mapping[Role, tuple[CandidateKind, ...]] = {
    "order": ("order",),
    "line": ("line",),
    "item": ("item",),
    "quantity": ("quantity",),
    "date": ("date",),
    "until": ("date",),
    "duration": ("duration", "date"),
    "price": ("price", "percent"),
    "party": ("party",),
    "tracking": ("tracking",),
    "substitute": ("item",),
}
"""Which kinds of candidate may fill a role."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A value at `text[start:end]` of the clean message; `codes` are catalogue entries it names."""

    kind: CandidateKind
    start: int
    end: int
    text: str
    codes: tuple[str, ...] = ()
    deadline: bool = False
    day: dt.date | None = None
    """Likelier reading of a date."""


@dataclass(frozen=True, slots=True)
class Clause:
    """A stretch of the clean text that is read at once, with its candidates labelled A, B, C …"""

    start: int
    end: int
    text: str
    candidates: tuple[Candidate, ...] = ()

    @property
    def labels(self) -> dict[str, Candidate]:
        """`A` … `Z`, then `AA` …, in order of appearance."""
        return {_label(position): c for position, c in enumerate(self.candidates)}


def _label(position: int) -> str:
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    return (
        letters[position] if position < 26 else letters[position // 26 - 1] + letters[position % 26]
    )


@dataclass(frozen=True, slots=True)
class ClauseReading:
    """One event of a clause: `roles` maps a role to labels of that clause."""

    kind: EventKind
    certainty: Certainty = "firm"
    roles: Mapping[Role, tuple[str, ...]] = field(default_factory=dict)


class ClauseReader(Protocol):
    """Names the events of clauses; implemented by rules here and by a model in `assistant`."""

    name: str
    """Shown with the answer: which reader read the message."""

    def read(self, clauses: Sequence[Clause], language: Language) -> list[list[ClauseReading]]:
        """Readings per clause, in order; an empty list means nothing actionable."""
        ...


@dataclass(frozen=True)
class Hints:
    """What is known before reading; never taken from the message itself."""

    today: dt.date
    supplier: str = ""
    """Code of the sender's supplier, when the address is known."""
    supplier_currency: str = ""
    vocabulary: Mapping[str, str] = field(default_factory=dict)
    """The supplier's own words for our items -> item code, learnt from approved proposals."""


class Extractor(Protocol):
    """Reads a whole clean message; all spans refer to `message.text`."""

    name: str

    def extract(self, message: CleanMessage, hints: Hints) -> list[RawEvent]: ...
