"""Names the catalogue finds in a message, as spans for the selector."""

from __future__ import annotations

from assistant.models.render import Span
from tools.data.catalogue import Catalogue

ORDINARY = frozenset(
    """running waiting batch share spread watch match catch march reach patch stand brand spend
    moving selling holding packing shipping heading standing sitting ready steady stable table
    shorts short sheet score scale store stuff staff start state wrong right light night
    might""".split()
)
"""Words that resemble a part of some name, and mean themselves unless it is the whole name."""


def spans_in(text: str, catalogue: Catalogue | None) -> list[Span]:
    """Non-overlapping names and codes of the catalogue; the best reading decides the kind."""
    if catalogue is None:
        return []
    return [
        Span(m.start, m.end, m.entities[0].kind)
        for m in catalogue.mentions(text)
        if m.exact or m.text.lower() not in ORDINARY
    ]
