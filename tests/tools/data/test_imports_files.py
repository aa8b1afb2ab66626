"""Files as programs really write them, and files that nobody should open."""

from __future__ import annotations

import datetime as dt
import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from sqlalchemy import Engine

from tools.data import frames
from tools.data.database import data_version
from tools.data.imports import Limits, RejectedFile, import_file

Write = Callable[..., Path]
SALES = "日期;门店;商品编码;数量;备注\n2026-04-01;S1;A-1;3;新春\n2026-04-02;S1;A-2;1.000,5;促销\n"


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "gb18030", "gbk"]
)
def test_encodings(company: Engine, write: Write, encoding: str) -> None:
    report = import_file(company, write("export.csv", SALES, encoding))
    assert report.table == "sales"
    assert frames.sales(company)["quantity"].tolist() == [3.0, 1000.5]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_delimiters_and_line_ends(
    company: Engine, write: Write, delimiter: str, ending: str
) -> None:
    rows = [["Date", "Store", "SKU", "Qty"], ["2026-04-01", "S1", "A-1", "3"]]
    text = ending.join(delimiter.join(row) for row in rows) + ending
    import_file(company, write("x.csv", text))
    assert frames.sales(company)["quantity"].tolist() == [3.0]


def test_latin_text_is_not_taken_for_chinese(company: Engine, write: Write) -> None:
    text = (
        "Artikelnummer;Bezeichnung;Warengruppe\nB-1;Müslischüssel für Öl;Küche\nB-2;Größe Ä;Büro\n"
    )
    import_file(company, write("artikel.csv", text, "cp1252"))
    assert frames.items(company).loc["B-1", "name_en"] == "Müslischüssel für Öl"


def test_titles_totals_blank_rows_and_repeated_headers(company: Engine, write: Write) -> None:
    text = (
        "Sales report,,,\nPrinted 2026-05-01,,,\n,,,\nDate,Store,SKU,Qty\n2026-04-01,S1,A-1,3\n"
        ",,,\nDate,Store,SKU,Qty\n2026-04-02,S1,A-1,4\nTotal,,,7\n"
    )
    report = import_file(company, write("x.csv", text))
    assert (report.header_row, report.rows_read, report.rows_skipped) == (4, 2, 2)
    assert frames.sales(company)["quantity"].sum() == 7


def test_quoted_cells_may_hold_anything(company: Engine, write: Write) -> None:
    text = 'Code,Name\nC-1,"Cup, ""large""\nwith lid"\nC-2,plain\n'
    import_file(company, write("items.csv", text))
    assert frames.items(company).loc["C-1", "name_en"] == 'Cup, "large" with lid'


def test_row_numbers_are_those_of_the_file(company: Engine, write: Write) -> None:
    text = 'Date,Store,SKU,Qty,Note\n2026-04-01,S1,A-1,3,"two\nlines"\n\n2026-04-02,S1,A-1,x,\n'
    report = import_file(company, write("sales.csv", text), dry_run=True)
    assert [(problem.code, problem.row) for problem in report.problems] == [("not_a_number", 5)]


def test_excel_with_typed_cells_two_header_rows_and_a_cover_sheet(
    company: Engine, tmp_path: Path
) -> None:
    book = openpyxl.Workbook()
    book.active.title = "Cover"
    book.active.append(["Monthly sales"])
    sheet = book.create_sheet("Data")
    sheet.append(["Item", None, "Sale", None])
    sheet.append(["Code", "Store", "Date", "Quantity"])
    sheet.append(["A-1", "S1", pd.Timestamp(2026, 4, 1).to_pydatetime(), 3])
    sheet.append(["A-2", "S1", dt.date(2026, 4, 2), "4"])
    sheet.merge_cells("A1:B1")
    book.save(tmp_path / "sales.xlsx")
    report = import_file(company, tmp_path / "sales.xlsx")
    assert (report.sheet, report.header_row) == ("Data", 2)
    assert frames.sales(company)["quantity"].tolist() == [3.0, 4.0]


def test_excel_codes_keep_their_look(sqlite_engine: Engine, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for row in (["Item Code", "Name"], [1001, "one"], [1002.0, "two"], ["'003", "three"]):
        book.active.append(row)
    book.save(tmp_path / "items.xlsx")
    import_file(sqlite_engine, tmp_path / "items.xlsx")
    assert list(frames.items(sqlite_engine).index) == ["003", "1001", "1002"]


def test_parquet_keeps_types(company: Engine, tmp_path: Path) -> None:
    table = pd.DataFrame(
        {
            "sku": pd.Categorical(["A-1", "A-2"]),
            "store": ["S1", "S1"],
            "date": pd.to_datetime(["2026-04-01", "2026-04-02"]),
            "qty": [3, 4],
            "price": [1.25, float("nan")],
        }
    )
    table.to_parquet(tmp_path / "sales.parquet")
    import_file(company, tmp_path / "sales.parquet")
    found = frames.sales(company)
    assert found["quantity"].tolist() == [3.0, 4.0]
    assert found["price"].tolist()[0] == 1.25
    assert found["price"].isna().tolist() == [False, True]


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("a.csv", b"", "is empty"),
        ("a.csv", b"Date,Store,SKU,Qty\n", "no rows below"),
        ("a.csv", b"\n\n\n", "has no rows"),
        ("a.csv", b"colour,shape\nred,round\n", "No column"),
        ("a.csv", b"SKU,Name of place\nA-1,x\n\x00\x00\x01", "No column|not a text file|damaged"),
        ("a.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "save it as .xlsx"),
        ("a.xls", b"<html><table><tr><td>1</td></tr></table>", "is a web page"),
        ("a.pdf", b"%PDF-1.7 ....", "neither CSV, Excel nor Parquet"),
        ("a.gz", b"\x1f\x8b\x08\x00aaaa", "neither CSV, Excel nor Parquet"),
        ("a.xlsx", b"PK\x03\x04broken", "damaged or protected"),
        ("a.parquet", b"PAR1brokenPAR1", "damaged Parquet"),
    ],
)
def test_unreadable_files_are_one_sentence(
    sqlite_engine: Engine, write: Write, name: str, content: bytes, sentence: str
) -> None:
    with pytest.raises(RejectedFile, match=sentence) as caught:
        import_file(sqlite_engine, write(name, content))
    assert "\n" not in str(caught.value)
    assert caught.value.text.zh != caught.value.text.en
    assert data_version(sqlite_engine) == 0


def test_missing_file_and_folder(sqlite_engine: Engine, tmp_path: Path) -> None:
    with pytest.raises(RejectedFile, match="cannot be read"):
        import_file(sqlite_engine, tmp_path / "nothing.csv")
    with pytest.raises(RejectedFile, match="cannot be read"):
        import_file(sqlite_engine, tmp_path)


def _workbook(path: Path, parts: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return path


def test_zip_bombs_and_entities_are_not_opened(sqlite_engine: Engine, tmp_path: Path) -> None:
    bomb = _workbook(
        tmp_path / "bomb.xlsx",
        {"xl/workbook.xml": b"<workbook/>", "xl/worksheets/sheet1.xml": b" " * (60 * 2**20)},
    )
    with pytest.raises(RejectedFile, match="times its size"):
        import_file(sqlite_engine, bomb)
    laughs = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa">]><workbook>&a;</workbook>'
    entities = _workbook(tmp_path / "entities.xlsx", {"xl/workbook.xml": laughs})
    with pytest.raises(RejectedFile, match="XML entities"):
        import_file(sqlite_engine, entities)
    other = _workbook(tmp_path / "other.xlsx", {"readme.txt": b"hello"})
    with pytest.raises(RejectedFile, match="not an Excel workbook"):
        import_file(sqlite_engine, other)


@pytest.mark.parametrize(
    ("limits", "found"),
    [
        (Limits(file_bytes=10), "MB"),
        (Limits(rows=1), "rows"),
        (Limits(columns=3), "columns"),
        (Limits(cell_length=5), "characters"),
    ],
)
def test_sizes_are_capped(company: Engine, write: Write, limits: Limits, found: str) -> None:
    with pytest.raises(RejectedFile, match=f"too large .*{found}"):
        import_file(company, write("x.csv", SALES), limits=limits)
    assert frames.sales(company).empty
