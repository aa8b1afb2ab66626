"""Shown tables as files for a spreadsheet."""

from __future__ import annotations

from typing import Any, Literal

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict, Field

from assistant.server.downloads import download
from assistant.server.problems import TextModel
from assistant.server.state import Owner
from assistant.server.table_files import table_file
from tools.facts import Column, ColumnKind, Table
from tools.text import Language, Text

router = APIRouter(prefix="/api/tables", tags=["tables"])

MOST_ROWS = 200_000
MOST_COLUMNS = 200


class ColumnSent(BaseModel):
    """A column as it was received."""

    model_config = ConfigDict(extra="ignore")

    key: str = Field(max_length=120)
    title: TextModel
    kind: ColumnKind = "text"
    unit: str = Field(default="", max_length=40)


class TableSent(BaseModel):
    """A table of a result, sorted as the planner sees it."""

    model_config = ConfigDict(extra="ignore")

    key: str = Field(max_length=120)
    title: TextModel
    columns: list[ColumnSent] = Field(min_length=1, max_length=MOST_COLUMNS)
    rows: list[dict[str, Any]] = Field(max_length=MOST_ROWS)


class TableExport(BaseModel):
    """What is to be saved, and how."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "example": {
                "table": {
                    "key": "positions",
                    "title": {"en": "Stock", "zh": "库存"},
                    "columns": [{"key": "item", "title": {"en": "Item", "zh": "商品"}}],
                    "rows": [{"item": {"en": "Wool scarf", "zh": "羊毛围巾"}}],
                },
                "format": "csv",
                "language": "en",
            }
        },
    )

    table: TableSent
    format: Literal["csv", "xlsx"] = "csv"
    language: Language = "en"


@router.post(
    "/export",
    summary="A table as CSV or Excel",
    response_class=Response,
)
def export_table(body: TableExport, owner: Owner) -> Response:
    """Cells that a spreadsheet would take for a formula are written as text."""
    sent = body.table
    table = Table(
        key=sent.key,
        title=Text(sent.title.en, sent.title.zh),
        columns=[
            Column(column.key, Text(column.title.en, column.title.zh), column.kind, column.unit)
            for column in sent.columns
        ],
        rows=sent.rows,
    )
    return download(table_file(table, body.format, body.language))
