"""Reading a CSV, Excel or Parquet file into one raw table, whatever the program that wrote it.

The content decides the format, not the name. Nothing is interpreted here: cells stay text (or keep
the type that Excel or Parquet gave them), rows keep the number a spreadsheet shows. Every size is
capped before it is read, so that a hostile file costs a sentence and not the machine.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from charset_normalizer import from_bytes

from tools.data.imports.report import RejectedFile
from tools.text import Text

DELIMITERS = (",", ";", "\t", "|", "，", "；")
BLANK_ROWS_TO_END = 2_000
"""Excel sheets may be formatted down to the last row: after so many blank ones it is the end."""


@dataclass(frozen=True)
class Limits:
    """The largest file that is read."""

    file_bytes: int = 400 * 2**20
    unpacked_bytes: int = 1_500 * 2**20
    rows: int = 3_000_000
    columns: int = 300
    cell_length: int = 32_767
    """As Excel's own."""


@dataclass
class Grid:
    """Rows of a file as they are, before a header was found; `rows[i]` is file row `numbers[i]`."""

    rows: list[list[Any]]
    numbers: list[int]
    encoding: str = ""
    delimiter: str = ""
    sheet: str = ""
    sheets: list[str] = field(default_factory=list)


@dataclass
class Columns:
    """A Parquet file: named, typed columns; its first row counts as file row 2."""

    frame: pd.DataFrame


def refuse(english: str, chinese: str) -> RejectedFile:
    return RejectedFile(Text(english, chinese))


def read_file(path: Path, limits: Limits, sheet: str | None = None) -> list[Grid] | Columns:
    """The tables of a file: one grid for text, one per sheet for Excel, columns for Parquet."""
    try:
        size = path.stat().st_size
        with path.open("rb") as handle:
            magic = handle.read(8)
    except OSError as error:
        raise refuse(
            f"{path.name} cannot be read: {error.strerror}.",
            f"无法读取 {path.name}：{error.strerror}。",
        ) from error
    if size == 0:
        raise refuse(f"{path.name} is empty.", f"{path.name} 是空文件。")
    if size > limits.file_bytes:
        raise too_large(path, f"{size / 2**20:.0f} MB", f"{limits.file_bytes / 2**20:.0f} MB")
    if magic.startswith(b"PK"):
        return list(_read_excel(path, limits, sheet))
    if magic.startswith(b"PAR1"):
        return _read_parquet(path, limits)
    if magic.startswith(b"\xd0\xcf\x11\xe0"):
        raise refuse(
            f"{path.name} is an old or password-protected Excel file: save it as .xlsx without a "
            "password.",
            f"{path.name} 是旧版或加密的 Excel 文件：请另存为不带密码的 .xlsx。",
        )
    if magic.startswith((b"\x1f\x8b", b"%PDF", b"\x89PNG", b"BZh", b"7z\xbc\xaf", b"Rar!")):
        raise refuse(
            f"{path.name} is neither CSV, Excel nor Parquet: unpack it or export it as one of "
            "these.",
            f"{path.name} 不是 CSV、Excel 或 Parquet：请解压或导出为其中一种格式。",
        )
    return [_read_text(path, limits)]


def too_large(path: Path, found: str, allowed: str) -> RejectedFile:
    return refuse(
        f"{path.name} is too large ({found}; at most {allowed}): split it.",
        f"{path.name} 过大（{found}，上限 {allowed}）：请拆分后再导入。",
    )


# --- text ---------------------------------------------------------------------------------------


def _read_text(path: Path, limits: Limits) -> Grid:
    content = path.read_bytes()
    text, encoding = decode(content)
    if text.lstrip()[:100].lower().startswith(("<!doctype", "<html", "<table", "<?xml")):
        raise refuse(
            f"{path.name} is a web page or XML, not a table: export it as CSV or .xlsx.",
            f"{path.name} 是网页或 XML 而不是表格：请导出为 CSV 或 .xlsx。",
        )
    if "\0" in text:
        raise refuse(
            f"{path.name} is not a text file: export it as CSV, .xlsx or Parquet.",
            f"{path.name} 不是文本文件：请导出为 CSV、.xlsx 或 Parquet。",
        )
    declared, text = _declared_delimiter(text)
    delimiter = declared or guess_delimiter(text)
    rows: list[list[Any]] = []
    numbers: list[int] = []
    csv.field_size_limit(max(limits.cell_length + 1, 131_072))
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    start = 2 if declared else 1
    try:
        # A quoted cell may span lines, so the reader's line number is that of the row's end.
        for row in reader:
            _check_row(path, row, len(rows), limits)
            if any(cell and not cell.isspace() for cell in row):
                rows.append(row)
                numbers.append(start)
            start = reader.line_num + (2 if declared else 1)
    except csv.Error as error:
        raise refuse(
            f"{path.name} cannot be split into columns near line {reader.line_num} ({error}).",
            f"{path.name} 在第 {reader.line_num} 行附近无法分列（{error}）。",
        ) from error
    return Grid(rows, numbers, encoding, delimiter)


def decode(content: bytes) -> tuple[str, str]:
    """Text and the encoding it was in: marked or valid Unicode first, then GB18030, then others."""
    for mark, encoding in (
        (b"\xef\xbb\xbf", "utf-8-sig"),
        (b"\xff\xfe", "utf-16"),
        (b"\xfe\xff", "utf-16"),
    ):
        if content.startswith(mark):
            return _strictly(content, encoding), encoding
    if b"\0" in content[:4096]:
        even, odd = content[:4096:2].count(0), content[1:4096:2].count(0)
        encoding = "utf-16-le" if odd > even else "utf-16-be"
        return _strictly(content, encoding), encoding
    try:
        return content.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        pass
    if _looks_like_gb18030(content):
        try:
            return content.decode("gb18030"), "gb18030"
        except UnicodeDecodeError:
            pass
    found = from_bytes(content[:200_000]).best()
    encoding = found.encoding if found is not None else "cp1252"
    try:
        return content.decode(encoding), encoding
    except UnicodeDecodeError:
        return content.decode("latin-1"), "latin-1"


def _strictly(content: bytes, encoding: str) -> str:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        raise refuse(
            f"The file is damaged: byte {error.start} is not {encoding}; export it again.",
            f"文件已损坏：第 {error.start} 个字节不是有效的 {encoding}，请重新导出。",
        ) from error


def _looks_like_gb18030(content: bytes) -> bool:
    """Most pairs that start with a high byte are everyday Chinese (GB2312 rows 1-9 and 16-55)."""
    sample = content[:200_000]
    common = other = position = 0
    while position < len(sample) - 1:
        lead = sample[position]
        if lead < 0x80:
            position += 1
            continue
        trail = sample[position + 1]
        everyday = (0xB0 <= lead <= 0xD7 or 0xA1 <= lead <= 0xA9) and trail >= 0xA1
        common, other = common + everyday, other + (not everyday)
        position += 2
    return common > 3 * other


def _declared_delimiter(text: str) -> tuple[str | None, str]:
    """Excel's own first line `sep=;`."""
    first, _, rest = text.partition("\n")
    line = first.strip().strip('"')
    if line.lower().startswith("sep=") and len(line) == 5:
        return line[4], rest
    return None, text


def guess_delimiter(text: str) -> str:
    """The separator that splits the first lines most often into the same number of columns."""
    sample = text[:200_000].splitlines()[:60]
    best, best_score = ",", (0.0, 0)
    for delimiter in DELIMITERS:
        try:
            widths = [len(row) for row in csv.reader(sample, delimiter=delimiter) if any(row)]
        except csv.Error:
            continue
        if not widths:
            continue
        usual = max(set(widths), key=lambda width: (widths.count(width), width))
        if usual > 1:
            score = (round(widths.count(usual) / len(widths), 2), usual)
            if score > best_score:
                best, best_score = delimiter, score
    return best


def _check_row(path: Path, row: list[Any], index: int, limits: Limits) -> None:
    if index > limits.rows:
        raise too_large(path, f"more than {limits.rows} rows", f"{limits.rows}")
    if len(row) > limits.columns:
        raise too_large(path, f"{len(row)} columns", f"{limits.columns}")
    for cell in row:
        if isinstance(cell, str) and len(cell) > limits.cell_length:
            raise too_large(path, f"a cell of {len(cell)} characters", f"{limits.cell_length}")


# --- Excel --------------------------------------------------------------------------------------


def _read_excel(path: Path, limits: Limits, sheet: str | None) -> Iterator[Grid]:
    import openpyxl
    from openpyxl.utils.exceptions import InvalidFileException

    _check_archive(path, limits)
    try:
        book = openpyxl.load_workbook(path, read_only=True, data_only=True)
    except (InvalidFileException, KeyError, ValueError, zipfile.BadZipFile, OSError) as error:
        raise refuse(
            f"{path.name} cannot be opened as an Excel file: save it again as .xlsx.",
            f"{path.name} 无法作为 Excel 文件打开：请重新另存为 .xlsx。",
        ) from error
    try:
        names = [page.title for page in book.worksheets]
        if sheet is not None and sheet not in names:
            raise refuse(
                f"{path.name} has no sheet {sheet!r}; it has {', '.join(names)}.",
                f"{path.name} 中没有工作表“{sheet}”，现有：{'、'.join(names)}。",
            )
        for page in book.worksheets:
            if (sheet is None and page.sheet_state == "visible") or page.title == sheet:
                page.reset_dimensions()
                grid = _read_sheet(path, page.iter_rows(values_only=True), limits)
                grid.sheet, grid.sheets = page.title, names
                yield grid
    finally:
        book.close()


def _read_sheet(path: Path, source: Iterable[tuple[Any, ...]], limits: Limits) -> Grid:
    rows: list[list[Any]] = []
    numbers: list[int] = []
    for number, cells in enumerate(source, start=1):
        row = list(cells)
        while row and _is_blank(row[-1]):
            row.pop()
        if row:
            _check_row(path, row, len(rows), limits)
            rows.append(row)
            numbers.append(number)
        elif number - (numbers[-1] if numbers else 0) > BLANK_ROWS_TO_END:
            break
    return Grid(rows, numbers)


def _is_blank(cell: Any) -> bool:
    return cell is None or (isinstance(cell, str) and not cell.strip())


def _check_archive(path: Path, limits: Limits) -> None:
    """Refuse archives that unpack to far more than a spreadsheet, or that declare XML entities."""
    try:
        with zipfile.ZipFile(path) as archive:
            parts = archive.infolist()
            names = {part.filename for part in parts}
            if "xl/workbook.xml" not in names:
                raise refuse(
                    f"{path.name} is an archive but not an Excel workbook (.xlsx): unpack it, or "
                    "save the table as .xlsx or CSV.",
                    f"{path.name} 是压缩包但不是 Excel 工作簿（.xlsx）：请解压或另存为 .xlsx 或 "
                    "CSV。",
                )
            unpacked = sum(part.file_size for part in parts)
            packed = sum(part.compress_size for part in parts)
            if len(parts) > 5_000 or unpacked > limits.unpacked_bytes:
                raise too_large(
                    path,
                    f"{unpacked / 2**20:.0f} MB unpacked",
                    f"{limits.unpacked_bytes / 2**20:.0f} MB",
                )
            if unpacked > 50 * 2**20 and unpacked > 200 * packed:
                raise refuse(
                    f"{path.name} unpacks to {unpacked // max(packed, 1)} times its size, which no "
                    "table does: it was not opened.",
                    f"{path.name} 解压后是原来的 {unpacked // max(packed, 1)} 倍，不像正常表格，"
                    "未打开。",
                )
            for part in parts:
                if part.filename.endswith((".xml", ".rels")):
                    with archive.open(part) as handle:
                        if b"<!DOCTYPE" in (start := handle.read(4096)) or b"<!ENTITY" in start:
                            raise refuse(
                                f"{path.name} declares XML entities, which no table needs: it was "
                                "not opened.",
                                f"{path.name} 含有 XML 实体声明，不像正常表格，未打开。",
                            )
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError) as error:
        raise refuse(
            f"{path.name} is damaged or protected: save it again as .xlsx.",
            f"{path.name} 已损坏或受保护：请重新另存为 .xlsx。",
        ) from error


# --- Parquet ------------------------------------------------------------------------------------


def _read_parquet(path: Path, limits: Limits) -> Columns:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(path) as source:
            described = source.metadata
            if described.num_rows > limits.rows:
                raise too_large(path, f"{described.num_rows} rows", f"{limits.rows}")
            if described.num_columns > limits.columns:
                raise too_large(path, f"{described.num_columns} columns", f"{limits.columns}")
            unpacked = sum(
                described.row_group(group).total_byte_size
                for group in range(described.num_row_groups)
            )
            if unpacked > limits.unpacked_bytes:
                raise too_large(
                    path,
                    f"{unpacked / 2**20:.0f} MB unpacked",
                    f"{limits.unpacked_bytes / 2**20:.0f} MB",
                )
            frame = source.read().to_pandas(date_as_object=False)
    except (pa.ArrowException, OSError) as error:
        raise refuse(
            f"{path.name} is a damaged Parquet file: export it again.",
            f"{path.name} 是损坏的 Parquet 文件：请重新导出。",
        ) from error
    for name in frame.columns:
        values = frame[name]
        if values.dtype == object:
            longest = values.map(lambda cell: len(cell) if isinstance(cell, str) else 0).max()
            if longest > limits.cell_length:
                raise too_large(path, f"a cell of {longest} characters", f"{limits.cell_length}")
    return Columns(frame.reset_index(drop=True))


def plain(cell: Any) -> Any:
    """A cell as the typed value it was given or as stripped text; None if blank."""
    if cell is None or isinstance(cell, bool | int | float | dt.date | dt.time):
        return None if isinstance(cell, float) and cell != cell else cell
    if isinstance(cell, np.generic):
        return plain(cell.item())
    return str(cell).strip(" \t\r\n\u00a0\u3000\u200b\ufeff") or None
