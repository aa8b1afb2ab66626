"""Which table a file holds, where its header is, and which column is which field.

Every row near the top is tried as a header against the known names of every table; the row and
table that explain most columns win. What was matched is in the report, so that a planner can see
it in the dry run and overrule it with a mapping.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from tools.data.imports.files import Grid, refuse
from tools.data.imports.report import listed
from tools.data.imports.tables import TABLES, TableSpec, aliases

HEADER_WITHIN = 30
"""The header is one of so many first non-blank rows: above it are titles and filters."""
TWO_ROWS_PENALTY = 0.3
"""A header in two rows has to explain more columns than one in a single row."""
CLEAR_LEAD = 0.15
"""By how much (in matched columns) the best table has to beat the second."""


@dataclass(frozen=True)
class Header:
    """The header of a grid, matched to a table."""

    table: str
    names: list[str]
    columns: Mapping[str, int]
    """Field -> position of its column."""
    first_data: int
    """Index into the grid's rows at which the data start."""
    score: float


def fold(name: object) -> str:
    """A column name without case, width, spaces and punctuation."""
    text = unicodedata.normalize("NFKC", "" if name is None else str(name)).casefold()
    return re.sub(r"[^\w]|_", "", text)


def _fold_without_brackets(name: object) -> str:
    text = unicodedata.normalize("NFKC", "" if name is None else str(name))
    return fold(re.sub(r"[(\[{【].*?[)\]}】]", "", text))


@cache
def _known(table: str) -> Mapping[str, list[tuple[int, str]]]:
    """Folded column name -> (rank, field) for each field that is called so."""
    found: dict[str, list[tuple[int, str]]] = {}
    for field, names in aliases()[table].items():
        for rank, name in enumerate([field, *names]):
            entries = found.setdefault(fold(name), [])
            if field not in {known for _, known in entries}:
                entries.append((rank, field))
    return found


def match_columns(
    table: TableSpec, names: Sequence[object], given: Mapping[str, int] | None = None
) -> tuple[dict[str, int], float]:
    """Field -> column position, and how well it fits; `given` pairs are kept as they are."""
    known = _known(table.name)
    pairs: list[tuple[float, int, str]] = []
    for position, name in enumerate(names):
        for folded, penalty in ((fold(name), 0.0), (_fold_without_brackets(name), 0.5)):
            pairs += [(rank + penalty, position, field) for rank, field in known.get(folded, [])]
    columns = dict(given or {})
    taken = set(columns.values())
    score = float(len(columns))
    for rank, position, field in sorted(pairs):
        if field not in columns and position not in taken:
            columns[field] = position
            taken.add(position)
            score += 1.0 - min(rank, 25) * 0.01
    return columns, score


def missing_fields(table: TableSpec, columns: Mapping[str, int]) -> list[str]:
    return [name for name, field in table.fields.items() if field.required and name not in columns]


def find_header(
    grid: Grid, path: Path, table: str | None, mapping: Mapping[str, str] | None
) -> Header:
    """The header row and table of a grid; raises when none or several fit equally well."""
    if not grid.rows:
        raise refuse(f"{path.name} has no rows.", f"{path.name} 中没有数据行。")
    candidates = [TABLES[table]] if table else list(TABLES.values())
    found = _candidates(grid, candidates, mapping, merged=False)
    found += _candidates(grid, candidates, mapping, merged=True)
    if not found:
        raise _unrecognised(grid, path, table, mapping)
    return _best(found, path)


def _best(found: list[Header], path: Path) -> Header:
    stem = path.stem.casefold()

    def strength(header: Header) -> float:
        hinted = any(hint in stem for hint in TABLES[header.table].hints)
        return header.score + (1.0 if hinted else 0.0)

    ranked = sorted(found, key=lambda header: (-strength(header), header.first_data))
    best = ranked[0]
    rival = next((header for header in ranked if header.table != best.table), None)
    if rival is not None and strength(best) - strength(rival) < CLEAR_LEAD:
        raise refuse(
            f"{path.name} could hold {TABLES[best.table].title.en} or "
            f"{TABLES[rival.table].title.en}: say which with the table option "
            f"({best.table} or {rival.table}).",
            f"{path.name} 可能是{TABLES[best.table].title.zh}，也可能是"
            f"{TABLES[rival.table].title.zh}：请用表选项指明（{best.table} 或 {rival.table}）。",
        )
    return best


def _candidates(
    grid: Grid, tables: Sequence[TableSpec], mapping: Mapping[str, str] | None, *, merged: bool
) -> list[Header]:
    found = []
    for index in range(1 if merged else 0, min(HEADER_WITHIN, len(grid.rows))):
        for table in tables:
            names = _names(grid.rows[index])
            if merged:
                names = _joined(table, grid.rows[index - 1], grid.rows[index])
            if not any(re.search(r"[^\W\d]", name) for name in names):
                continue
            given = _given(table, names, mapping)
            if given is None:
                continue
            columns, score = match_columns(table, names, given)
            if not missing_fields(table, columns):
                score -= TWO_ROWS_PENALTY if merged else 0.0
                found.append(Header(table.name, names, columns, index + 1, score))
    return found


def _names(row: Sequence[Any]) -> list[str]:
    return [
        "" if cell is None else str(cell).strip(" \t\r\n\u00a0\u3000\u200b\ufeff") for cell in row
    ]


def _joined(table: TableSpec, upper: Sequence[Any], lower: Sequence[Any]) -> list[str]:
    """Names of a header in two rows, in which a name above spans columns up to the next one: both
    together where the table knows them so ("Item / Code"), else the lower, else the upper."""
    above, below = _names(upper), _names(lower)
    width = max(len(above), len(below))
    above += [""] * (width - len(above))
    below += [""] * (width - len(below))
    known = _known(table.name)
    names, group = [], ""
    for top, bottom in zip(above, below, strict=True):
        group = top or group
        together = f"{group} {bottom}".strip()
        names.append(together if fold(together) in known else bottom or top)
    return names


def _given(
    table: TableSpec, names: Sequence[str], mapping: Mapping[str, str] | None
) -> dict[str, int] | None:
    """Positions of explicitly mapped columns; None when this row does not have them all."""
    positions = {}
    folded = [fold(name) for name in names]
    for field, column in (mapping or {}).items():
        if field not in table.fields or fold(column) not in folded:
            return None
        positions[field] = folded.index(fold(column))
    return positions


def _unrecognised(
    grid: Grid, path: Path, table: str | None, mapping: Mapping[str, str] | None
) -> Exception:
    """Says which columns are missing for the table that comes closest."""
    candidates = [TABLES[table]] if table else list(TABLES.values())
    for field, column in (mapping or {}).items():
        if table and field not in TABLES[table].fields:
            return refuse(
                f"{TABLES[table].title.en} have no field {field!r}; they have "
                f"{', '.join(TABLES[table].fields)}.",
                f"{TABLES[table].title.zh}没有字段“{field}”，可用字段："
                f"{'、'.join(TABLES[table].fields)}。",
            )
        everywhere = {fold(cell) for row in grid.rows[:HEADER_WITHIN] for cell in row}
        if fold(column) not in everywhere:
            return refuse(
                f"{path.name} has no column {column!r}.", f"{path.name} 中没有名为“{column}”的列。"
            )
    closest, index, columns, best = candidates[0], 0, dict[str, int](), -1.0
    for row in range(min(HEADER_WITHIN, len(grid.rows))):
        for spec in candidates:
            matched, score = match_columns(spec, _names(grid.rows[row]))
            score -= 0.5 * len(missing_fields(spec, matched))
            if matched and score > best:
                closest, index, columns, best = spec, row, matched, score
    names = [name for name in _names(grid.rows[index]) if name]
    missing = missing_fields(closest, columns)
    if best < 0:
        return refuse(
            f"No column of {path.name} is recognised (its first row is {listed(names, 6)}): "
            "give a table and a mapping of fields to columns.",
            f"{path.name} 中没有可识别的列（首行为 {listed(names, 6)}）：请指定表和字段对应的列。",
        )
    return refuse(
        f"{path.name} looks like {closest.title.en}, but no column was found for "
        f"{', '.join(missing)} among {listed(names, 8)}: map it, or choose another table.",
        f"{path.name} 像是{closest.title.zh}，但在 {listed(names, 8)} 中找不到"
        f"{'、'.join(missing)}对应的列：请指定对应关系，或改选其他表。",
    )
