"""Codes and names in a file, resolved to recorded items, locations and suppliers.

A code is looked up as it is, then without case, then as a name in either language; nothing is
guessed beyond that. Codes that lost their leading zeros in a spreadsheet are named in the report.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import sqlalchemy as sa
from sqlalchemy import Connection, Table

from tools.data.imports.cells import Options
from tools.data.imports.records import count, upsert
from tools.data.imports.report import ImportReport, Problem, listed
from tools.data.imports.tables import Reference
from tools.data.schema import Item, Location, LocationKind, Supplier
from tools.text import Text

MODELS: Mapping[Reference, Any] = {"items": Item, "locations": Location, "suppliers": Supplier}
TITLES: Mapping[Reference, tuple[str, str]] = {
    "items": ("item", "商品"),
    "locations": ("location", "地点"),
    "suppliers": ("supplier", "供应商"),
}
MAIN = "MAIN"
"""Code of the location that is made when there is none at all."""


class References:
    """Look-ups of one transaction; codes that it creates are known at once."""

    def __init__(self, connection: Connection, options: Options, report: ImportReport) -> None:
        self._connection = connection
        self._options = options
        self._report = report
        self._known: dict[Reference, dict[str, int]] = {}
        self._loose: dict[Reference, dict[str, set[int]]] = {}

    def codes(self, kind: Reference) -> Mapping[str, int]:
        """Code -> id."""
        if kind not in self._known:
            self._load(kind)
        return self._known[kind]

    def resolve(
        self,
        kind: Reference,
        column: pd.Series[Any],
        rows: npt.NDArray[np.int64],
        bad: npt.NDArray[np.bool_],
    ) -> npt.NDArray[np.float64]:
        """Ids of a column of codes; blank cells are NaN, unknown codes are reported and `bad`."""
        positions, distinct = pd.factorize(column, use_na_sentinel=True)
        found = [self._find(kind, code) for code in distinct]
        unknown = [code for code, identity in zip(distinct, found, strict=True) if identity is None]
        if unknown and self._options.create_missing:
            self.create(kind, unknown)
            found = [self._find(kind, code) for code in distinct]
        elif unknown:
            self._report_unknown(kind, column, unknown, rows, bad)
        ids = np.array(
            [np.nan if identity is None else float(identity) for identity in [*found, None]]
        )
        return ids[positions]

    def sole_location(self) -> int | None:
        """The location that the planner named, or the only one there is; the first location is
        made when there is none and missing records may be created."""
        if self._options.location is not None:
            return self._find("locations", self._options.location)
        if not self.codes("locations") and self._options.create_missing:
            self.create("locations", [MAIN])
        known = self.codes("locations")
        return next(iter(known.values())) if len(known) == 1 else None

    def create(self, kind: Reference, codes: Sequence[str]) -> None:
        """Minimal records for codes that only this file mentions."""
        table: Table = MODELS[kind].__table__
        frame = pd.DataFrame({"code": list(codes), "names": [{"en": code} for code in codes]})
        if kind == "locations":
            frame["kind"] = str(LocationKind.WAREHOUSE)
        count(self._report, table, upsert(self._connection, table, ["code"], frame))
        self._load(kind)

    def forget(self, kind: Reference) -> None:
        """Look again after the import wrote records of this kind itself."""
        self._known.pop(kind, None)

    def _load(self, kind: Reference) -> None:
        model = MODELS[kind]
        exact: dict[str, int] = {}
        loose: dict[str, set[int]] = {}
        for row in self._connection.execute(sa.select(model.id, model.code, model.names)):
            exact[row.code] = row.id
            for name in (row.code, *row.names.values()):
                loose.setdefault(str(name).casefold(), set()).add(row.id)
        self._known[kind], self._loose[kind] = exact, loose

    def _find(self, kind: Reference, code: str) -> int | None:
        known = self.codes(kind)
        if code in known:
            return known[code]
        alike = self._loose[kind].get(code.casefold(), set())
        return next(iter(alike)) if len(alike) == 1 else None

    def _report_unknown(
        self,
        kind: Reference,
        column: pd.Series[Any],
        unknown: list[str],
        rows: npt.NDArray[np.int64],
        bad: npt.NDArray[np.bool_],
    ) -> None:
        at = column.isin(unknown).to_numpy()
        english, chinese = TITLES[kind]
        stripped = {code.lstrip("0"): code for code in self.codes(kind) if code.startswith("0")}
        hint_en = hint_zh = ""
        if any(code in stripped for code in unknown):
            known = next(stripped[code] for code in unknown if code in stripped)
            hint_en = f" (the file may have lost leading zeros: {known} is recorded)"
            hint_zh = f"（文件可能丢失了前导零：已有 {known}）"
        self._report.add(
            Problem(
                f"unknown_{english}",
                "error",
                Text(
                    f"Unknown {english} codes: {listed(unknown, 5)}{hint_en}; import the "
                    f"{english}s first, or allow missing ones to be created",
                    f"未知的{chinese}编码：{listed(unknown, 5)}{hint_zh}；请先导入{chinese}，"
                    "或允许自动创建",
                ),
                int(rows[np.flatnonzero(at)[0]]),
                english,
                unknown[0],
            ),
            times=int((at & ~bad).sum()) or 1,
        )
        bad |= at
