"""What a supplier's message can say: a closed list of events whose values are spans of the text.

An extractor returns `RawEvent`s. It holds no words of its own, only where in the clean text each
value stands; `tools.suppliers.messages.values` turns spans into values. What a message does not
say has no span and stays empty.
"""

from __future__ import annotations

import enum
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator


class EventKind(enum.StrEnum):
    """Kinds of event; `tools.data.schema.EventKind` is about holidays and promotions."""

    CONFIRMATION = "confirmation"
    """The order (or line) stands as placed, perhaps with a date."""
    DELIVERY_DATE = "delivery_date"
    """A promise when goods ship or arrive, without saying it is later or earlier."""
    DELAY = "delay"
    EARLY = "early"
    SPLIT = "split"
    """One part of a delivery in several parts; one event per part."""
    PARTIAL = "partial"
    """Less than ordered will come or has come."""
    CANCELLATION = "cancellation"
    SUBSTITUTION = "substitution"
    PRICE_CHANGE = "price_change"
    PRICE_BREAK = "price_break"
    """A price from a quantity on; one event per step."""
    MOQ_CHANGE = "moq_change"
    PACK_CHANGE = "pack_change"
    LEAD_TIME_CHANGE = "lead_time_change"
    SHUTDOWN = "shutdown"
    """No or less production from `date` to `until`."""
    SHIPMENT = "shipment"
    """Goods have left, or have been handed over or delivered."""
    OFFER = "offer"
    INVOICE = "invoice"
    QUALITY_NOTICE = "quality_notice"
    BANK_CHANGE = "bank_change"
    CONTACT_CHANGE = "contact_change"
    QUESTION = "question"
    NOTHING = "nothing"


SECURITY_KINDS = frozenset({EventKind.BANK_CHANGE, EventKind.CONTACT_CHANGE})
"""Never applied; raised as a security alert."""

Certainty = Literal["firm", "tentative", "conditional"]
Role = Literal[
    "order", "line", "item", "quantity", "date", "until", "duration", "price", "party",
    "tracking", "substitute",
]  # fmt: skip
ROLES: tuple[Role, ...] = (
    "order", "line", "item", "quantity", "date", "until", "duration", "price", "party",
    "tracking", "substitute",
)  # fmt: skip


class Span(BaseModel):
    """Characters `start:end` of the clean text, never empty."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    start: Annotated[int, Field(ge=0)]
    end: int

    @model_validator(mode="after")
    def _not_empty(self) -> Span:
        if self.end <= self.start:
            raise ValueError("a span holds at least one character")
        return self

    def of(self, text: str) -> str:
        return text[self.start : self.end]


class RawEvent(BaseModel):
    """One event as spans; a role may have several (two order numbers, two items)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: EventKind
    certainty: Certainty = "firm"
    clause: Span
    """The words the event was read from."""
    roles: dict[Role, tuple[Span, ...]] = {}
    inherited: frozenset[Role] = frozenset()
    """Roles whose span stands outside the clause (an order number in the subject)."""

    def checked(self, text: str) -> RawEvent:
        """This event, if all its spans lie in `text`; an invented position is an error."""
        for span in [self.clause, *(s for spans in self.roles.values() for s in spans)]:
            if span.end > len(text):
                raise ValueError(f"the span {span.start}:{span.end} lies outside the message")
        return self
