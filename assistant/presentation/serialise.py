"""A tool's result as JSON for the page: every figure with its text in both languages.

Nothing is computed here; numbers stay numbers so that tables sort and charts draw, exact decimals
of facts stay strings, and what is not finite becomes null instead of invalid JSON.
"""

from __future__ import annotations

import datetime as dt
import enum
import math
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from assistant.presentation.format import fact_texts
from tools.facts import Chart, Choice, Fact, Source, Table, ToolResult
from tools.text import Text

Json = Any
Names = Mapping[str, Mapping[str, Mapping[str, str]]]
"""Kind (item, supplier, location) -> code -> language -> name."""


def serialise_result(
    result: ToolResult,
    *,
    names: Names | None = None,
    proposals: Sequence[Mapping[str, Json]] = (),
) -> dict[str, Json]:
    """The JSON object of `docs/api.md`; `proposals` are the stored ones, as the page shows them."""
    return {
        "tool": result.tool,
        "status": result.status,
        "facts": [serialise_fact(fact) for fact in result.facts],
        "tables": [serialise_table(table) for table in result.tables],
        "charts": [chart_json(chart) for chart in result.charts],
        "notes": [text_json(note) for note in result.notes],
        "choices": [_choice(choice) for choice in result.choices],
        "proposals": [dict(proposal) for proposal in proposals],
        "focus": dict(result.focus),
        "names": names or {},
    }


def text_json(text: Text) -> dict[str, str]:
    """Both languages."""
    return {"en": text.en, "zh": text.zh}


def serialise_fact(fact: Fact) -> dict[str, Json]:
    """Value, unit, the words for it, what it is about and the rows behind it."""
    return {
        "key": fact.key,
        "value": _exact(fact.value),
        "unit": fact.unit,
        "text": text_json(fact_texts(fact)),
        "about": dict(fact.about),
        "source": _source(fact.source) if fact.source else None,
    }


def serialise_table(table: Table) -> dict[str, Json]:
    """Columns and rows with plain JSON values."""
    return {
        "key": table.key,
        "title": text_json(table.title),
        "columns": [
            {
                "key": column.key,
                "title": text_json(column.title),
                "kind": column.kind,
                "unit": column.unit,
            }
            for column in table.columns
        ],
        "rows": [json_ready(row) for row in table.rows],
    }


def json_ready(value: object) -> Json:
    """Any cell as JSON: decimals and NumPy scalars become numbers, days ISO text, NaN null."""
    if isinstance(value, Text):
        return text_json(value)
    if isinstance(value, enum.Enum):
        return json_ready(value.value)
    if value is None or isinstance(value, str | bool | int):
        return value
    if isinstance(value, dt.datetime):
        return instant_json(value)
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, float | Decimal):
        return _finite(float(value))
    if isinstance(value, Mapping):
        return {str(key): json_ready(part) for key, part in value.items()}
    if isinstance(value, Sequence | set | frozenset):
        return [json_ready(part) for part in value]
    if hasattr(value, "tolist"):
        return json_ready(value.tolist())
    return str(value)


def instant_json(at: dt.datetime) -> str:
    """An aware instant in UTC with `Z`, to the second."""
    return at.astimezone(dt.UTC).replace(microsecond=0, tzinfo=None).isoformat() + "Z"


def _exact(value: object) -> Json:
    return str(value) if isinstance(value, Decimal) and value.is_finite() else json_ready(value)


def _finite(number: float) -> float | None:
    return number if math.isfinite(number) else None


def _source(source: Source) -> dict[str, Json]:
    return {
        "table": source.table,
        "where": json_ready(source.where),
        "note": text_json(source.note) if source.note else None,
    }


def chart_json(chart: Chart) -> dict[str, Json]:
    """Series and marks; what is not finite is a gap."""
    return {
        "key": chart.key,
        "kind": chart.kind,
        "title": text_json(chart.title),
        "unit": chart.unit,
        "x": [str(position) for position in chart.x],
        "series": [
            {
                "key": series.key,
                "title": text_json(series.title),
                "values": json_ready(series.values),
                "role": series.role,
                "band": series.band,
            }
            for series in chart.series
        ],
        "markers": json_ready(chart.markers),
    }


def _choice(choice: Choice) -> dict[str, Json]:
    return {"title": text_json(choice.title), "message": text_json(choice.message)}
