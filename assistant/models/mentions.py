"""Names the catalogue finds in a message, as spans for the selector."""

from __future__ import annotations

from assistant.models.render import Span
from tools.data.catalogue import Catalogue


def spans_in(text: str, catalogue: Catalogue | None) -> list[Span]:
    """Non-overlapping names and codes of the catalogue; the best reading decides the kind."""
    if catalogue is None:
        return []
    return [Span(m.start, m.end, m.entities[0].kind) for m in catalogue.mentions(text)]
