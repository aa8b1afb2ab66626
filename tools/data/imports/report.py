"""What an import found and did: counts, how the file was understood, and every problem by row.

A report is the same for a dry run and for the real thing; a rejected file carries its report on
the `RejectedFile` error, so that the planner sees all problems at once and not only the first.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from tools.errors import ImportRejected
from tools.text import Text

Severity = Literal["error", "warning", "note"]
MAX_LISTED = 200
"""Problems kept with their row; all are counted."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Something about one cell, one row, or (row 0) the whole file."""

    code: str
    severity: Severity
    message: Text
    row: int = 0
    """Row of the file as a spreadsheet numbers it, the first line being 1."""
    column: str = ""
    value: str = ""


@dataclass(frozen=True, slots=True)
class ColumnQuality:
    """How one recognised column is filled; `smallest` and `largest` as text."""

    field: str
    column: str
    filled: int
    empty: int
    distinct: int
    smallest: str = ""
    largest: str = ""


@dataclass
class ImportReport:
    """Everything about one file; numbers of rows are rows of the file unless they say otherwise."""

    file: str
    table: str
    sha256: str
    dry_run: bool
    rows_read: int = 0
    rows_skipped: int = 0
    """Blank rows, totals, and (only when asked for) rows with an error."""
    added: dict[str, int] = field(default_factory=dict)
    """Database table -> records that are new."""
    changed: dict[str, int] = field(default_factory=dict)
    unchanged: dict[str, int] = field(default_factory=dict)
    encoding: str = ""
    delimiter: str = ""
    sheet: str = ""
    header_row: int = 0
    mapping: dict[str, str] = field(default_factory=dict)
    """Field -> column of the file."""
    ignored_columns: list[str] = field(default_factory=list)
    columns: list[ColumnQuality] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    """Problem code -> how often, including those not listed."""
    errors: int = 0
    reconciliation: list[dict[str, Any]] = field(default_factory=list)
    """Order lines only: class of line, lines, units, money; the classes sum to the file."""
    examples: list[dict[str, Any]] = field(default_factory=list)
    """Up to a few changed records with old and new values."""
    data_version: int | None = None
    """Set when something was committed."""

    def add(self, problem: Problem, times: int = 1) -> None:
        self.counts[problem.code] += times
        if problem.severity == "error":
            self.errors += times
        if len(self.problems) < MAX_LISTED:
            self.problems.append(problem)

    @property
    def rows_changed(self) -> int:
        """Records added or changed."""
        return sum(self.added.values()) + sum(self.changed.values())

    def summary(self) -> Text:
        """One sentence for the planner."""
        new, other = sum(self.added.values()), sum(self.changed.values())
        same = sum(self.unchanged.values())
        if self.errors:
            return Text(
                f"{self.file}: {self.errors} problems in {self.rows_read} rows; nothing was "
                "written.",
                f"{self.file}：{self.rows_read} 行中有 {self.errors} 处问题，未写入任何内容。",
            )
        would = ("would be ", "将") if self.dry_run else ("", "已")
        return Text(
            f"{self.file}: {self.rows_read} rows of {self.table}; {new} records {would[0]}added, "
            f"{other} changed, {same} unchanged.",
            f"{self.file}：{self.table} 共 {self.rows_read} 行；{would[1]}新增 {new} 条、"
            f"更新 {other} 条，{same} 条不变。",
        )

    def as_json(self) -> dict[str, Any]:
        """JSON-ready, for the database and the page."""
        plain = asdict(self)
        plain["counts"] = dict(self.counts)
        plain["summary"] = asdict(self.summary())
        return plain


class RejectedFile(ImportRejected):
    """A file with errors; `report` lists them."""

    def __init__(self, message: Text, report: ImportReport | None = None) -> None:
        super().__init__(message.en, message.zh)
        self.report = report


def rejected(report: ImportReport) -> RejectedFile:
    """The refusal of a file, naming its first problem and how many there are."""
    first = next(problem for problem in report.problems if problem.severity == "error")
    place = f" (row {first.row})" if first.row else ""
    place_zh = f"（第 {first.row} 行）" if first.row else ""
    others = report.errors - 1
    more = f" There are {others} more problems; a dry run lists them." if others else ""
    more_zh = f"另有 {others} 处问题，可用试运行查看。" if others else ""
    return RejectedFile(
        Text(
            f"{report.file} was not imported: {first.message.en.rstrip('.')}{place}.{more}",
            f"{report.file} 未导入：{first.message.zh.rstrip('。')}{place_zh}。{more_zh}",
        ),
        report,
    )


def listed(values: Sequence[object], most: int = 3) -> str:
    """A few values for a sentence: `A, B, C and 5 more`."""
    shown = ", ".join(str(value) for value in values[:most])
    return shown if len(values) <= most else f"{shown} … ({len(values)})"


def mapping_text(mapping: Mapping[str, str]) -> str:
    return ", ".join(f"{column} → {name}" for name, column in mapping.items())
