"""Which part of the company a stock question is about, resolved from the planner's words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from tools.data import frames
from tools.spec import ToolContext


@dataclass(frozen=True)
class StockScope:
    """Codes of what was named; None where nothing was."""

    item: str | None = None
    category: str | None = None
    location: str | None = None
    supplier: str | None = None
    items: tuple[str, ...] | None = None
    """All item codes covered; None for every item."""

    @property
    def focus(self) -> Mapping[str, str]:
        named = {
            "item": self.item,
            "category": self.category,
            "location": self.location,
            "supplier": self.supplier,
        }
        return {kind: code for kind, code in named.items() if code}

    def rows(self, frame: pd.DataFrame) -> pd.DataFrame:
        """The rows of a frame with item and location columns that lie in this scope."""
        if self.items is not None:
            frame = frame[frame["item"].isin(self.items)]
        if self.location is not None:
            frame = frame[frame["location"] == self.location]
        return frame


def resolve_scope(
    context: ToolContext,
    *,
    item: str | None,
    location: str | None,
    supplier: str | None = None,
) -> StockScope:
    """Look the mentions up in the catalogue; raises UnknownEntity or AmbiguousEntity."""
    catalogue = context.catalogue
    place = catalogue.resolve(location, "location").code if location else None
    source = catalogue.resolve(supplier, "supplier").code if supplier else None
    code = category = None
    items: tuple[str, ...] | None = None
    if item:
        scope = catalogue.item_scope(item)
        items = tuple(scope.items)
        if scope.is_category:
            category = scope.entity.code
        else:
            code = scope.entity.code
    if source:
        terms = frames.terms(context.engine)
        supplied = set(terms.loc[terms["supplier"] == source, "item"])
        items = tuple(sorted(supplied if items is None else supplied & set(items)))
    return StockScope(code, category, place, source, items)
