"""Exports open in a spreadsheet as they were shown, and never run anything."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine

from tools.data import frames
from tools.data.export import FORMULA_STARTS, defused, table_frame, to_csv, to_excel
from tools.data.imports import import_file
from tools.facts import Column, Table
from tools.text import Text

FRAME = pd.DataFrame(
    {
        "name": ["=cmd|' /C calc'!A0", "围巾", "@SUM(A1)", "-5"],
        "quantity": [1.0, 2.5, float("nan"), 4.0],
        "cost": [Decimal("1.10"), Decimal("2"), None, Decimal("0.3333")],
        "day": pd.to_datetime(["2026-04-01", None, "2026-04-03", "2026-04-04"]),
    }
)


def test_csv_is_defused_and_readable() -> None:
    content = to_csv(FRAME)
    assert content.startswith(b"\xef\xbb\xbf")
    lines = content.decode("utf-8-sig").split("\r\n")
    assert lines[0] == "name,quantity,cost,day"
    assert lines[1] == "'=cmd|' /C calc'!A0,1,1.10,2026-04-01"
    assert lines[2] == "围巾,2.5,2,"
    assert lines[3] == "'@SUM(A1),,,2026-04-03"
    assert lines[4] == "-5,4,0.3333,2026-04-04"


def test_excel_keeps_types_and_text_stays_text() -> None:
    content = to_excel({"Stock: 1/2": FRAME, "stock  1 2": FRAME.head(0)})
    book = openpyxl.load_workbook(io.BytesIO(content))
    sheet = book.worksheets[0]
    assert sheet["A2"].value == "=cmd|' /C calc'!A0"
    assert sheet["A2"].data_type == "s"
    assert [sheet["B3"].value, sheet["B4"].value] == [2.5, None]
    assert sheet["D2"].value == dt.datetime(2026, 4, 1)  # noqa: DTZ001 - Excel has no zones
    assert sheet.freeze_panes == "A2"
    assert len(book.sheetnames) == 2


@given(st.text(max_size=20))
def test_no_text_starts_like_a_formula(text: str) -> None:
    safe = defused(text)
    assert safe.removeprefix("'") == text.removeprefix("'") or safe == "'" + text
    start = safe.lstrip(" \u00a0\u3000")[:1]
    assert start not in FORMULA_STARTS or safe.strip().lstrip("+-")[:1].isdigit()


def test_tool_tables_follow_the_language() -> None:
    table = Table(
        "t",
        Text("Stock", "库存"),
        [Column("item", Text("Item", "商品")), Column("n", Text("Units", "数量"), "number")],
        [{"item": {"en": "scarf", "zh": "围巾"}, "n": 3}, {"item": {"en": "cup"}}],
    )
    assert table_frame(table, "zh").to_dict("list") == {"商品": ["围巾", "cup"], "数量": [3, None]}
    assert list(table_frame(table, "en").columns) == ["Item", "Units"]


@pytest.mark.parametrize("suffix", ["csv", "xlsx"])
def test_what_was_exported_is_imported_unchanged(
    company: Engine, write: Callable[..., Path], suffix: str
) -> None:
    items = frames.items(company).reset_index()
    content = to_csv(items) if suffix == "csv" else to_excel({"items": items})
    report = import_file(company, write(f"items.{suffix}", content))
    assert (report.table, report.added["items"]) == ("items", 0)
    assert frames.items(company)["unit_cost"].tolist() == [3.2, 2.0]
