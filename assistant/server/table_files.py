"""A shown table as a file that a spreadsheet opens without harm.

Text that a spreadsheet would take for a formula gets an apostrophe in CSV and an explicit text type
in Excel; numbers stay numbers, so that they can be summed.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import math
import re
from collections.abc import Mapping
from typing import Any, Literal

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from assistant.server.downloads import File
from tools.facts import Column, Table
from tools.text import Language

CSV_TYPE = "text/csv; charset=utf-8"
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_FORMULA = re.compile(r"^\s*[=+\-@\t\r\uff1d\uff0b\uff0d\uff20]")
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_SHEET_NAME = re.compile(r"[\[\]:*?/\\]")
LONGEST_CELL = 32_000
"""Excel refuses cells above 32,767 characters."""

Cell = str | int | float | dt.date | bool | None


def table_file(table: Table, kind: Literal["csv", "xlsx"], language: Language) -> File:
    """The table in the words of a language, rows in the order given."""
    name = table.title(language) or table.key
    if kind == "xlsx":
        return File(f"{name}.xlsx", XLSX_TYPE, _xlsx(table, language))
    return File(f"{name}.csv", CSV_TYPE, _csv(table, language))


def _csv(table: Table, language: Language) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([_harmless(_heading(column, language)) for column in table.columns])
    for row in table.rows:
        cells = (_cell(row.get(column.key), column, language) for column in table.columns)
        writer.writerow([_csv_cell(cell) for cell in cells])
    return b"\xef\xbb\xbf" + text.getvalue().encode()


def _csv_cell(cell: Cell) -> str | int | float:
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return str(cell).lower()
    if isinstance(cell, dt.date):
        return cell.isoformat()
    return _harmless(cell) if isinstance(cell, str) else cell


def _harmless(text: str) -> str:
    return f"'{text}" if _FORMULA.match(text) else text


def _xlsx(table: Table, language: Language) -> bytes:
    book = Workbook(write_only=True)
    sheet = book.create_sheet(_SHEET_NAME.sub(" ", table.title(language))[:31] or "Table")
    sheet.freeze_panes = "A2"
    for position, column in enumerate(table.columns, start=1):
        width = 14 if column.kind in {"number", "money", "percent", "date"} else 26
        sheet.column_dimensions[get_column_letter(position)].width = width
    bold = Font(bold=True)
    sheet.append([_xlsx_cell(sheet, _heading(c, language), None, bold) for c in table.columns])
    for row in table.rows:
        sheet.append(
            [
                _xlsx_cell(sheet, _cell(row.get(column.key), column, language), column)
                for column in table.columns
            ]
        )
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def _xlsx_cell(
    sheet: Any, value: Cell, column: Column | None, font: Font | None = None
) -> WriteOnlyCell:
    cell = WriteOnlyCell(sheet, value=None)
    if isinstance(value, str):
        cell.value = value
        cell.data_type = "s"  # never a formula, whatever it begins with
    else:
        cell.value = value
    if column is not None and isinstance(value, float | int) and not isinstance(value, bool):
        cell.number_format = {"percent": "0.0%", "money": "#,##0.00"}.get(column.kind, "#,##0.##")
    elif isinstance(value, dt.date):
        cell.number_format = "yyyy-mm-dd"
    if font is not None:
        cell.font = font
    return cell


def _heading(column: Column, language: Language) -> str:
    unit = "" if column.kind in {"percent", "date"} or not column.unit else f" ({column.unit})"
    return column.title(language) + unit


def _cell(value: Any, column: Column, language: Language) -> Cell:
    if isinstance(value, Mapping):
        value = value.get(language) or value.get("en") or value.get("text")
        if isinstance(value, Mapping):
            value = value.get(language)
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, list | tuple):
        value = ", ".join(str(part) for part in value)
    if isinstance(value, str):
        return _text(value, column)
    return value if isinstance(value, bool | int | float | dt.date) else None


def _text(value: str, column: Column) -> Cell:
    if column.kind == "date":
        try:
            return dt.date.fromisoformat(value)
        except ValueError:
            pass
    if column.kind in {"number", "money", "percent"}:
        try:
            number = float(value)
        except ValueError:
            pass
        else:
            return number if math.isfinite(number) else None
    return _ILLEGAL.sub("", value)[:LONGEST_CELL]
