"""How the rows of each table become records: keys, defaults, and what repeated rows mean.

Each function takes the typed rows of one file and writes their records through a `Work`, which
holds the transaction, the look-ups and the report. A dry run does the same and is rolled back.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
import numpy.typing as npt
import pandas as pd
import sqlalchemy as sa
from sqlalchemy import Connection, Table

from tools.data.imports.cells import Options, Typed
from tools.data.imports.records import Outcome, count, upsert
from tools.data.imports.references import References
from tools.data.imports.report import ImportReport, Problem, Severity
from tools.data.schema import Base
from tools.text import Text

Ids = npt.NDArray[np.float64]
ID_LENGTH = 80
CJK = re.compile(r"[\u3400-\u9fff]")


@dataclass
class Work:
    """One file inside one transaction."""

    connection: Connection
    options: Options
    report: ImportReport
    references: References
    typed: Typed
    rows: npt.NDArray[np.int64]
    """Row of the file for each typed row."""

    @property
    def frame(self) -> pd.DataFrame:
        return self.typed.frame

    def resolved(self, field: str, kind: Any) -> Ids:
        """Ids of a column of codes (NaN where blank)."""
        return self.references.resolve(kind, self.frame[field], self.rows, self.typed.bad)

    def note(
        self,
        code: str,
        text: Text,
        *,
        at: npt.NDArray[np.bool_] | None = None,
        severity: Severity = "note",
        field: str = "",
    ) -> None:
        """Report something about the whole file or about the rows `at` (errors mark them bad)."""
        if at is None:
            self.report.add(Problem(code, severity, text))
            return
        if not at.any():
            return
        row = int(self.rows[np.flatnonzero(at)[0]])
        if severity == "error":
            self.typed.bad |= at
        self.report.add(Problem(code, severity, text, row, field), times=int(at.sum()))

    def locations(self) -> Ids:
        """Ids of the location column; the only location there is when the file has none."""
        if "location" in self.frame:
            ids = self.resolved("location", "locations")
            if not np.isnan(ids).any():
                return ids
        else:
            ids = np.full(len(self.frame), np.nan)
        sole = self.references.sole_location()
        empty = np.isnan(ids) & ~self.typed.bad
        if sole is None:
            self.note(
                "missing_location",
                Text(
                    "The rows name no location and there is not exactly one: add a location column",
                    "数据行没有写明地点，而地点不止一个：请增加地点列",
                ),
                at=empty,
                severity="error",
                field="location",
            )
            return ids
        return np.where(np.isnan(ids), float(sole), ids)

    def good(self, frame: pd.DataFrame) -> pd.DataFrame:
        """The rows of an arranged frame (aligned with the file) that may be written."""
        return frame.loc[~self.typed.bad].reset_index(drop=True)

    def save(
        self,
        name: str,
        key: Sequence[str],
        frame: pd.DataFrame,
        within: sa.ColumnElement[bool] | None = None,
    ) -> Outcome:
        """Write records of table `name` and count what changed."""
        target = table(name)
        outcome = upsert(self.connection, target, key, frame, within=within)
        count(self.report, target, outcome)
        return outcome

    def single(self, frame: pd.DataFrame, key: Sequence[str]) -> pd.DataFrame:
        """One row per key: rows that say the same twice are one, contradictions are errors.

        `frame` is aligned with the file and already free of bad rows through `good`.
        """
        again = frame.duplicated(list(key), keep=False)
        if not again.any():
            return frame
        comparable = frame.map(lambda cell: str(cell) if isinstance(cell, dict | list) else cell)
        same = comparable.duplicated(keep="first")
        repeated = frame.loc[~same]
        clashes = repeated.duplicated(list(key), keep=False)
        if clashes.any():
            example = ", ".join(
                str(value) for value in repeated.loc[clashes, list(key)].iloc[0].tolist()
            )
            self.report.add(
                Problem(
                    "contradicting_rows",
                    "error",
                    Text(
                        f"{int(clashes.sum())} rows describe the same record differently",
                        f"{int(clashes.sum())} 行对同一条记录的描述不一致",
                    ),
                    value=example,
                ),
                times=int(clashes.sum()),
            )
            repeated = repeated.loc[~repeated.duplicated(list(key), keep="first")]
        if same.any():
            self.report.add(
                Problem(
                    "repeated_row",
                    "note",
                    Text("Rows that occur twice were taken once", "重复的行只取一次"),
                ),
                times=int(same.sum()),
            )
        return repeated.reset_index(drop=True)


def table(name: str) -> Table:
    return Base.metadata.tables[name]


def names_of(frame: pd.DataFrame) -> pd.Series[Any] | None:
    """`names` mappings from name, name_en and name_zh; a plain name goes to its own script."""
    present = [column for column in ("name", "name_en", "name_zh") if column in frame]
    if not present:
        return None
    found: list[dict[str, str] | None] = []
    for values in zip(*(frame[column] for column in present), strict=True):
        names: dict[str, str] = {}
        for column, value in zip(present, values, strict=True):
            if value is None or value != value:
                continue
            language = {"name_en": "en", "name_zh": "zh"}.get(column)
            names[language or ("zh" if CJK.search(value) else "en")] = value
        found.append(names or None)
    return pd.Series(found, dtype=object, index=frame.index)


def coded(
    work: Work, name: str, key: str, plain: Sequence[str], default_names: bool = True
) -> pd.DataFrame:
    """Frame of a master table: its key, the plain fields that the file has, and names."""
    frame = work.frame[[key, *(field for field in plain if field in work.frame)]].copy()
    names = names_of(work.frame)
    if names is not None:
        frame["names"] = names
    elif default_names:
        frame["names"] = None
    return frame


def identifiers(
    work: Work, target: str, prefix: str, within: Sequence[Any], content: Sequence[Any]
) -> pd.Series[Any]:
    """Stable external ids, so that a second import finds the same records again.

    A document number of the file may cover several rows, which `within` tells apart; rows without
    one are known by their `content`. Equal rows are numbered in their order. A number that is
    recorded as it is (an export of ours) is kept.
    """
    size = len(work.frame)
    own = work.frame.get("external_id", pd.Series([None] * size, dtype=object))
    recorded = _recorded_ids(work, target) if own.notna().any() else set[str]()
    inner, outer = _joined(within, size), _joined(content, size)
    seen: dict[str, int] = {}
    result = []
    for number, place, text in zip(own, inner, outer, strict=True):
        if number is not None and number in recorded:
            result.append(number)
            continue
        identity = f"{number}|{place}" if number is not None and place else number
        identity = identity or prefix + hashlib.sha256(text.encode()).hexdigest()[:32]
        seen[identity] = seen.get(identity, 0) + 1
        if seen[identity] > 1:
            identity = f"{identity}#{seen[identity]}"
        if len(identity) > ID_LENGTH:
            identity = prefix + hashlib.sha256(identity.encode()).hexdigest()[:32]
        result.append(identity)
    return pd.Series(result, dtype=object)


def _joined(parts: Sequence[Any], size: int) -> list[str]:
    if not parts:
        return [""] * size
    texts = [[str(value) for value in part] for part in parts]
    return ["|".join(values) for values in zip(*texts, strict=True)]


def _recorded_ids(work: Work, target: str) -> set[str]:
    column = table(target).c.external_id
    return set(cast("list[str]", work.connection.scalars(sa.select(column)).all()))
