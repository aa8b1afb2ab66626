"""From a file to the planner's records: read, match, type, arrange, commit.

A dry run is the real thing, rolled back: what it says would change is what changes. Everything of
one file happens in one transaction, and a file with an error is refused as a whole, with all its
problems listed, unless the planner asked to leave the bad rows out.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

from tools.data.database import new_data_version, writing
from tools.data.imports import activity, circumstances, invoices, masters, supply
from tools.data.imports.arrange import Work
from tools.data.imports.cells import Options, Typed, read_cells
from tools.data.imports.dates import DateOrder
from tools.data.imports.files import Columns, Grid, Limits, read_file, refuse
from tools.data.imports.headers import Header, find_header, fold
from tools.data.imports.numbers import DecimalMark
from tools.data.imports.references import References
from tools.data.imports.report import ImportReport, RejectedFile, rejected
from tools.data.imports.tables import TABLES
from tools.data.schema import Import
from tools.text import Text

Progress = Callable[[Text, float], None]
"""Told what is being done and how far it is (0 to 1)."""

ARRANGE: Mapping[str, Callable[[Work], None]] = {
    "items": masters.items,
    "categories": masters.categories,
    "locations": masters.locations,
    "suppliers": masters.suppliers,
    "sales": activity.sales,
    "stock": activity.stock,
    "movements": activity.movements,
    "terms": supply.terms,
    "price_breaks": supply.price_breaks,
    "orders": supply.orders,
    "receipts": supply.receipts,
    "events": circumstances.events,
    "weather": circumstances.weather,
    "signals": circumstances.signals,
    "messages": circumstances.messages,
    "invoice_lines": invoices.invoice_lines,
}
TOTALS = frozenset(
    {"total", "totals", "grand total", "sum", "summe", "gesamt", "合计", "总计", "小计", "本页合计"}
)


def import_file(
    engine: Engine,
    path: Path | str,
    table: str | None = None,
    mapping: Mapping[str, str] | None = None,
    dry_run: bool = False,
    date_order: DateOrder | None = None,
    progress: Progress | None = None,
    *,
    sheet: str | None = None,
    options: Options | None = None,
    decimal: DecimalMark | None = None,
    limits: Limits | None = None,
) -> ImportReport:
    """Import one CSV, Excel or Parquet file.

    `table` is one of `TABLES` (found from the header when None), `mapping` says field -> column
    where the names are not recognised, `date_order` how dates of three numbers are written.
    Raises `RejectedFile`, with the report, when the file cannot be read or (unless `dry_run`) has
    errors; nothing is written then.
    """
    path = Path(path)
    chosen = options or Options()
    chosen.date_order = date_order or chosen.date_order
    chosen.decimal = decimal or chosen.decimal
    tell = progress or (lambda _text, _done: None)
    if table is not None and table not in TABLES:
        raise refuse(
            f"There is no table {table!r}; there are {', '.join(TABLES)}.",
            f"没有名为“{table}”的表，可选：{'、'.join(TABLES)}。",
        )
    tell(Text("Reading the file", "读取文件"), 0.0)
    source = read_file(path, limits or Limits(), sheet)
    report = ImportReport(path.name, table or "", _sha256(path), dry_run)
    raw, names, rows = _columns(source, path, table, mapping, report)
    tell(Text("Reading the cells", "解析单元格"), 0.25)
    typed = read_cells(TABLES[report.table], raw, names, rows, chosen, report)
    del raw, source
    tell(Text("Comparing with the records", "与已有记录比较"), 0.5)
    _commit(engine, typed, rows, chosen, report)
    tell(Text("Done", "完成"), 1.0)
    return report


class _RollBack(Exception):
    """Leaves the transaction without a trace."""


def _commit(
    engine: Engine,
    typed: Typed,
    rows: npt.NDArray[np.int64],
    options: Options,
    report: ImportReport,
) -> None:
    """Write in one transaction; roll back when it is a dry run, has errors or changes nothing."""
    try:
        with writing(engine) as session:
            connection = session.connection()
            if engine.dialect.name == "sqlite":
                connection.exec_driver_sql("BEGIN IMMEDIATE")
            references = References(connection, options, report)
            work = Work(connection, options, report, references, typed, rows)
            ARRANGE[report.table](work)
            skipped = options.skip_errors and report.errors > 0
            if skipped:
                report.rows_skipped += int(typed.bad.sum())
            if report.dry_run or (report.errors and not skipped) or not report.rows_changed:
                raise _RollBack
            report.data_version = new_data_version(session, f"import {report.file}")
            session.add(
                Import(
                    file_name=report.file[:255],
                    sha256=report.sha256,
                    table_name=report.table,
                    rows_read=report.rows_read,
                    rows_changed=report.rows_changed,
                    report=report.as_json(),
                    data_version_id=report.data_version,
                )
            )
    except _RollBack:
        pass
    except DBAPIError as error:
        reason = str(error.orig).strip().splitlines()[0]
        raise RejectedFile(
            Text(
                f"{report.file} was not imported: the database refused it ({reason}).",
                f"{report.file} 未导入：数据库拒绝写入（{reason}）。",
            ),
            report,
        ) from error
    if report.errors and not options.skip_errors and not report.dry_run:
        raise rejected(report)


# --- from grid to raw columns -------------------------------------------------------------------


def _columns(
    source: list[Grid] | Columns,
    path: Path,
    table: str | None,
    mapping: Mapping[str, str] | None,
    report: ImportReport,
) -> tuple[dict[str, pd.Series[Any]], dict[str, str], npt.NDArray[np.int64]]:
    """Field -> cells, field -> column name, and the file's row numbers."""
    if isinstance(source, Columns):
        return _parquet_columns(source, path, table, mapping, report)
    grid, header = _sheet(source, path, table, mapping)
    report.encoding, report.delimiter, report.sheet = grid.encoding, grid.delimiter, grid.sheet
    report.header_row = grid.numbers[header.first_data - 1]
    rows, numbers = _data_rows(grid, header, report)
    _describe(report, header, path, len(rows))
    raw = {}
    for field, position in header.columns.items():
        cells = [row[position] if position < len(row) else None for row in rows]
        raw[field] = pd.Series(_without_blanks(cells), dtype=object)
    names = {field: header.names[position] for field, position in header.columns.items()}
    return raw, names, np.array(numbers, dtype=np.int64)


def _without_blanks(cells: list[Any]) -> list[Any]:
    return [None if isinstance(cell, str) and not cell.strip() else cell for cell in cells]


def _sheet(
    grids: list[Grid], path: Path, table: str | None, mapping: Mapping[str, str] | None
) -> tuple[Grid, Header]:
    """The first sheet with a header that is understood; else why the first one is not."""
    refusal: RejectedFile | None = None
    for grid in grids:
        try:
            return grid, find_header(grid, path, table, mapping)
        except RejectedFile as error:
            refusal = refusal or error
    raise refusal or refuse(f"{path.name} has no visible sheet.", f"{path.name} 没有可见的工作表。")


def _data_rows(
    grid: Grid, header: Header, report: ImportReport
) -> tuple[list[list[Any]], list[int]]:
    """Rows below the header without totals and repeated headers."""
    rows, numbers = [], []
    own = [fold(name) for name in header.names]
    own_first = next((name.casefold() for name in header.names if name), "")
    below = zip(grid.rows[header.first_data :], grid.numbers[header.first_data :], strict=True)
    for row, number in below:
        first = next((str(cell).strip() for cell in row if cell not in (None, "")), "")
        label = first.casefold().rstrip(":：")
        if label in TOTALS or (label == own_first and [fold(cell) for cell in row] == own):
            report.rows_skipped += 1
            report.counts["total_or_header_row"] += 1
            continue
        rows.append(row)
        numbers.append(number)
    return rows, numbers


def _parquet_columns(
    source: Columns,
    path: Path,
    table: str | None,
    mapping: Mapping[str, str] | None,
    report: ImportReport,
) -> tuple[dict[str, pd.Series[Any]], dict[str, str], npt.NDArray[np.int64]]:
    frame = source.frame
    header = find_header(Grid([[str(name) for name in frame.columns]], [1]), path, table, mapping)
    report.header_row = 1
    _describe(report, header, path, len(frame))
    raw = {field: frame.iloc[:, position] for field, position in header.columns.items()}
    names = {field: header.names[position] for field, position in header.columns.items()}
    return raw, names, np.arange(2, len(frame) + 2, dtype=np.int64)


def _describe(report: ImportReport, header: Header, path: Path, rows: int) -> None:
    if rows == 0:
        raise refuse(
            f"{path.name} has a header but no rows below it.",
            f"{path.name} 只有表头，没有数据行。",
        )
    report.table = header.table
    report.rows_read = rows
    report.mapping = {field: header.names[place] for field, place in header.columns.items()}
    used = set(header.columns.values())
    report.ignored_columns = [
        name for place, name in enumerate(header.names) if place not in used and name
    ]


def _sha256(path: Path) -> str:
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()
