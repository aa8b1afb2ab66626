"""What a tool returns: facts, tables, charts, and where each figure came from.

The model never writes a digit. A sentence names a fact by its key, code renders the value, and
the page opens the rows behind it, so every figure that reaches a planner is a `Fact` of that turn.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Literal

from tools.text import Text

Value = int | float | Decimal | dt.date | str | bool
ColumnKind = Literal["text", "number", "money", "date", "percent", "entity"]
Status = Literal["ok", "ask", "not_found", "no_data", "invalid"]


@dataclass(frozen=True, slots=True)
class Source:
    """The rows behind a figure: a table of the result, or a query on the planner's records."""

    table: str
    """Key of a `Table` in the same result, or the name of a database table."""
    where: Mapping[str, Any] = field(default_factory=dict)
    note: Text | None = None
    """How the figure was computed from those rows, when it is not a plain look-up."""


@dataclass(frozen=True, slots=True)
class Fact:
    """One figure (or name, or date) that a tool found."""

    key: str
    """Slot name, unique within the result: `on_hand`, `cover_days`."""
    value: Value
    unit: str = ""
    """`pcs`, `days`, `%` (value 0.98 is shown as 98 %), an ISO currency, `date`, or empty."""
    about: Mapping[str, str] = field(default_factory=dict)
    """What it is about: any of item, location, supplier, order, period (codes, ISO intervals)."""
    source: Source | None = None


@dataclass(frozen=True, slots=True)
class Column:
    """A table column; `unit` as in `Fact`."""

    key: str
    title: Text
    kind: ColumnKind = "text"
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """Rows a planner can sort and export; each row maps a column key to a JSON-ready value.

    A value may be a mapping `{"en": ..., "zh": ...}` when it is a name in both languages.
    """

    key: str
    title: Text
    columns: Sequence[Column]
    rows: Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Series:
    """One line, bar set or band edge of a chart; `values` aligns with the chart's `x`."""

    key: str
    title: Text
    values: Sequence[float | None]
    role: Literal["actual", "median", "low", "high", "bar", "threshold", "marker", "line"] = "line"
    """`low` and `high` of the same `band` enclose a shaded interval."""
    band: str = ""


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart described by its data; the page decides how to draw it."""

    key: str
    kind: Literal["line", "bar", "scatter"]
    title: Text
    x: Sequence[str]
    """Categories or ISO dates."""
    series: Sequence[Series]
    unit: str = ""
    markers: Sequence[Mapping[str, Any]] = ()
    """Vertical marks: `{"x": ISO date or category, "text": {"en":..., "zh":...}, "kind": ...}`."""


@dataclass(frozen=True, slots=True)
class Choice:
    """An answer the planner can click when the assistant has to ask."""

    title: Text
    message: Text
    """What is sent as the planner's next message when it is clicked."""


@dataclass(frozen=True, slots=True)
class ProposalDraft:
    """A consequential change that a person may approve; nothing applies it by itself.

    `kind` is one of `tools.data.schema.ProposalKind`; `payload` holds JSON-ready old and new
    values. The server stores it, hashes exactly what is shown and binds the approval to that hash.
    """

    kind: str
    title: Text
    payload: Mapping[str, Any]
    quote: str = ""
    span: tuple[int, int] | None = None
    sender: str = ""
    certainty: Literal["firm", "tentative", "conditional", "computed"] = "computed"


@dataclass(frozen=True, slots=True)
class ToolResult:
    """Everything one tool call found.

    `pattern` names the answer pattern `prompts/answers/<language>/<pattern>.j2`, which is rendered
    with `slots` (key -> Fact) and `values` (plain values for conditions, never printed as figures).
    """

    tool: str
    pattern: str
    facts: Sequence[Fact] = ()
    tables: Sequence[Table] = ()
    charts: Sequence[Chart] = ()
    status: Status = "ok"
    values: Mapping[str, Any] = field(default_factory=dict)
    notes: Sequence[Text] = ()
    """Assumptions and fallbacks that the answer must name (a missing price, a short history)."""
    choices: Sequence[Choice] = ()
    proposals: Sequence[ProposalDraft] = ()
    focus: Mapping[str, str] = field(default_factory=dict)
    """What the turn was about, for follow-ups: codes under item, location, supplier, order."""

    def slots(self) -> dict[str, Fact]:
        """Facts by key; a repeated key is a defect of the tool."""
        found: dict[str, Fact] = {}
        for fact in self.facts:
            if fact.key in found:
                raise ValueError(f"{self.tool} returned the fact {fact.key!r} twice")
            found[fact.key] = fact
        return found
