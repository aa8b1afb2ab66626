"""Tables as files that open well in Excel: CSV with a byte-order mark, and .xlsx.

Text that a spreadsheet would run as a formula is written as text: an item name or a supplier's
words must never become a command on the planner's machine.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from tools.facts import Table
from tools.text import Language

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
_NUMBER = re.compile(r"[+-]?\d+(?:[.,]\d+)*%?")
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
LONGEST_CELL = 32_767
"""Excel's limit."""


def table_frame(table: Table, language: Language) -> pd.DataFrame:
    """A tool's table with titles in a language and every name in that language."""
    columns = {
        column.title(language): [_in_language(row.get(column.key), language) for row in table.rows]
        for column in table.columns
    }
    return pd.DataFrame(columns, dtype=object)


def to_csv(frame: pd.DataFrame) -> bytes:
    """UTF-8 with a byte-order mark, commas, CRLF, ISO dates and decimal points."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([_csv_cell(str(name)) for name in frame.columns])
    writer.writerows([_csv_cell(_plain(cell)) for cell in row] for row in _rows(frame))
    return text.getvalue().encode("utf-8-sig")


def to_excel(sheets: Mapping[str, pd.DataFrame]) -> bytes:
    """One workbook with a sheet per frame: bold frozen header, sensible widths, typed cells."""
    book = Workbook(write_only=True)
    for title, frame in zip(_sheet_titles(sheets), sheets.values(), strict=True):
        sheet = book.create_sheet(title)
        sheet.freeze_panes = "A2"
        for position, name in enumerate(frame.columns):
            widest = max([len(str(name)), *(len(str(cell)) for cell in frame[name].head(200))])
            letter = get_column_letter(position + 1)
            sheet.column_dimensions[letter].width = min(max(widest + 2, 8), 60)
        header = []
        for name in frame.columns:
            cell = WriteOnlyCell(sheet, value=_excel_text(str(name)))
            cell.font = Font(bold=True)
            cell.data_type = "s"
            header.append(cell)
        sheet.append(header)
        for row in _rows(frame):
            sheet.append([_excel_cell(sheet, _plain(cell)) for cell in row])
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def _rows(frame: pd.DataFrame) -> Iterable[tuple[Any, ...]]:
    columns: Sequence[list[Any]] = [frame[name].astype(object).tolist() for name in frame.columns]
    return zip(*columns, strict=True)


def _in_language(value: Any, language: Language) -> Any:
    if isinstance(value, Mapping):
        return value.get(language) or next(iter(value.values()), "")
    return value


def _plain(value: Any) -> Any:
    """A cell as None, bool, int, float, date, datetime (UTC, no zone) or text."""
    if isinstance(value, np.generic):
        value = value.item()
    if value is None or value is pd.NaT or (isinstance(value, float) and value != value):
        return None
    if isinstance(value, pd.Timestamp):
        value = value.to_pydatetime()
    if isinstance(value, dt.datetime):
        if value.tzinfo is not None:
            value = value.astimezone(dt.UTC).replace(tzinfo=None)
        return value.date() if value.time() == dt.time(0) else value.replace(microsecond=0)
    if isinstance(value, bool | int | float | Decimal | dt.date):
        return value
    if isinstance(value, list | tuple | set):
        return "; ".join(str(_plain(part)) for part in value)
    return str(value)


def _csv_cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return repr(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if not isinstance(value, str):
        return str(value)
    return defused(value)


def defused(text: str) -> str:
    """Text that no spreadsheet takes for a formula: a leading apostrophe where it would.

    Numbers written as text (`-5`, `+3 %`) stay as they are.
    """
    clean = text.lstrip(" \u00a0\u3000")
    if clean.startswith(FORMULA_STARTS) and not _NUMBER.fullmatch(clean.strip()):
        return "'" + text
    return text


def _excel_text(text: str) -> str:
    return _UNPRINTABLE.sub("", text)[:LONGEST_CELL]


def _excel_cell(sheet: Any, value: Any) -> Any:
    """A typed cell; text is stored as text, so that Excel never evaluates it."""
    if isinstance(value, str):
        cell = WriteOnlyCell(sheet, value=_excel_text(value))
        cell.data_type = "s"
        return cell
    if isinstance(value, float) and not np.isfinite(value):
        return None
    return value


def _sheet_titles(sheets: Mapping[str, pd.DataFrame]) -> list[str]:
    """Names Excel accepts: at most 31 characters, without its reserved signs, each once."""
    titles: list[str] = []
    for wanted in sheets:
        base = re.sub(r"[\[\]:*?/\\]", " ", wanted).strip("' ")[:31] or "Sheet"
        title, number = base, 2
        while title.casefold() in {used.casefold() for used in titles}:
            title = f"{base[:27]} {number}"
            number += 1
        titles.append(title)
    return titles
