"""Names the catalogue finds in a message, as spans for the selector."""

from __future__ import annotations

from assistant.models.render import Span
from tools.data.catalogue import Catalogue
from tools.data.entities import Mention

ITEMS = {"item", "category"}

ORDINARY = frozenset(
    """running waiting batch share spread watch match catch march reach patch stand brand spend
    moving selling holding packing shipping heading standing sitting ready steady stable table
    shorts short sheet score scale store stuff staff start state wrong right light night
    might part campaign market stick blanks cup final cash figures signature lines truck load
    weather season deal story picture""".split()
)
"""Words that resemble a part of some name, and mean themselves unless it is the whole name."""


def spans_in(text: str, catalogue: Catalogue | None) -> list[Span]:
    """Non-overlapping names and codes of the catalogue; the best reading decides the kind."""
    if catalogue is None:
        return []
    found = [m for m in catalogue.mentions(text) if m.exact or m.text.lower() not in ORDINARY]
    items = [m for m in found if m.entities[0].kind in ITEMS]
    if any(_is_strong(m) for m in items):
        # Beside a real name, a single word that is part of another name means itself.
        found = [m for m in found if m not in items or _is_strong(m)]
    return _joined([Span(m.start, m.end, m.entities[0].kind) for m in found])


def _is_strong(mention: Mention) -> bool:
    return mention.exact or " " in mention.text.strip() or not mention.text.isascii()


def _joined(spans: list[Span]) -> list[Span]:
    """Pieces of one name that touch are one name."""
    joined: list[Span] = []
    for span in spans:
        last = joined[-1] if joined else None
        if last and last.end == span.start and last.kind in ITEMS and span.kind in ITEMS:
            joined[-1] = Span(last.start, span.end, last.kind)
        else:
            joined.append(span)
    return joined
