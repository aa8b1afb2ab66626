"""`inventory-assistant import`: files into the records, with the report a planner can act on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path

import typer
from rich.table import Table

from assistant.cli.console import console, progress_bar
from assistant.cli.prepare import open_database
from assistant.settings import settings
from tools.data.imports import ImportReport, RejectedFile, import_file
from tools.data.imports.dates import DateOrder

SHOWN_PROBLEMS = 20
DATE_ORDERS: Mapping[str, DateOrder] = {"dmy": "dmy", "mdy": "mdy", "ymd": "ymd"}


def run_imports(
    files: Sequence[Path],
    *,
    table: str | None,
    mapping: Mapping[str, str] | None,
    dry_run: bool,
    date_order: str | None,
) -> None:
    """Import the files in the order given; the first refused one ends the command."""
    order = None
    if date_order is not None:
        order = DATE_ORDERS.get(date_order.lower())
        if order is None:
            raise typer.BadParameter(f"{date_order}: use one of {', '.join(DATE_ORDERS)}")
    engine = open_database(settings(), create_empty=True)
    for path in files:
        try:
            with progress_bar(f"Reading {path.name}") as report:
                found = import_file(
                    engine,
                    path,
                    table,
                    mapping,
                    dry_run,
                    order,
                    lambda stage, done, report=report: report(stage.en, done),
                )
        except RejectedFile as refused:
            if refused.report is not None:
                _print(refused.report)
            raise
        _print(found)
    if not dry_run:
        console.print("Run `inventory-assistant refresh` to forecast and check the new data.")


def _print(report: ImportReport) -> None:
    console.print(report.summary().en, highlight=False)
    if report.mapping:
        pairs = ", ".join(f"{column} -> {field}" for field, column in report.mapping.items())
        console.print(f"Columns: {pairs}", highlight=False)
    if report.ignored_columns:
        console.print(f"Not used: {', '.join(report.ignored_columns)}", highlight=False)
    if report.reconciliation:
        _print_reconciliation(report)
    for problem in report.problems[:SHOWN_PROBLEMS]:
        place = f"row {problem.row}: " if problem.row else ""
        console.print(f"  {problem.severity}: {place}{problem.message.en}", highlight=False)
    hidden = sum(report.counts.values()) - min(len(report.problems), SHOWN_PROBLEMS)
    if hidden > 0:
        counted = ", ".join(f"{code} {count}" for code, count in report.counts.most_common())
        console.print(f"  … {hidden} more ({counted})", highlight=False)


def _print_reconciliation(report: ImportReport) -> None:
    """Every class of lines with its sums; the last row is the file's own total."""
    columns = list(report.reconciliation[0])
    table = Table(*columns, title="Reconciliation to the file")
    for row in report.reconciliation:
        table.add_row(*(_cell(row[column]) for column in columns))
    console.print(table)


def _cell(value: object) -> str:
    if isinstance(value, Mapping):
        return str(value.get("en", ""))
    return f"{value:,.2f}" if isinstance(value, float | Decimal) else str(value)
