"""Which series a question is about: an item, a category or everything, at one place or all."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import pandas as pd

from tools.data import frames
from tools.errors import InvalidInput
from tools.facts import Source
from tools.spec import ToolContext
from tools.text import Text
from tools.values import Period, parse_duration, parse_period


@dataclass(frozen=True)
class DemandScope:
    """Items and locations of a question; an empty location means every location."""

    items: tuple[str, ...]
    locations: tuple[str, ...]
    focus: Mapping[str, str]
    unit: str
    """Base unit of the items, or empty when they differ."""
    whole: bool
    """No item and no category was named."""

    @property
    def one_item(self) -> bool:
        return "item" in self.focus

    def pairs(self, known: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
        """The known (item, location) pairs that belong to the scope, sorted."""
        items, locations = set(self.items), set(self.locations)
        return sorted(pair for pair in known if pair[0] in items and pair[1] in locations)

    def about(self, period: Period | None = None) -> dict[str, str]:
        """What a fact is about."""
        about = dict(self.focus)
        if period is not None:
            about["period"] = f"{period.start.isoformat()}/{period.end.isoformat()}"
        return about

    def source(self, table: str, period: Period | None = None, note: Text | None = None) -> Source:
        """Rows of a database table behind a figure of this scope."""
        where: dict[str, object] = dict(self.focus)
        if period is not None:
            where["from"], where["to"] = period.start.isoformat(), period.end.isoformat()
        return Source(table, where, note)


def read_scope(context: ToolContext, item: str | None, location: str | None) -> DemandScope:
    """Resolve the planner's words; unknown and ambiguous names raise the catalogue's errors."""
    table = frames.items(context.engine)
    focus: dict[str, str] = {}
    codes = tuple(table.index)
    if item:
        scope = context.catalogue.item_scope(item)
        codes = scope.items
        focus["category" if scope.is_category else "item"] = scope.entity.code
    places = tuple(frames.locations(context.engine).index)
    if location:
        code = context.catalogue.resolve(location, "location").code
        focus["location"], places = code, (code,)
    units = set(table.loc[list(codes), "unit"]) if codes else set()
    unit = units.pop() if len(units) == 1 else ""
    return DemandScope(codes, places, focus, unit, not item)


def sales_of(context: ToolContext, scope: DemandScope) -> pd.DataFrame:
    """The sales rows of a scope (as `frames.sales`)."""
    sales = frames.sales(context.engine)
    keep = sales["item"].isin(scope.items) & sales["location"].isin(scope.locations)
    return sales[keep]


def read_future(text: str | None, today: dt.date, default_days: int) -> Period:
    """The days ahead that a horizon names; a bare duration starts today."""
    if not text:
        return Period(today, today + dt.timedelta(days=default_days - 1))
    try:
        period = parse_period(text, today, "future")
    except InvalidInput:
        days = parse_duration(text)
        period = Period(today, today + dt.timedelta(days=max(days, 1) - 1))
    if period.end < today:
        raise InvalidInput(
            f"“{text[:80]}” lies in the past; ask for the sales of that period, or for a forecast "
            "of days to come.",
            f"“{text[:80]}”是过去的时间；请查询该时期的销售，或预测将来的日子。",
        )
    return Period(max(period.start, today), period.end)
