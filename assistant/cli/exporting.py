"""`inventory-assistant export`: records or an order as a file."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Literal, cast

import pandas as pd
from sqlalchemy import Engine

from assistant.cli.console import console
from assistant.cli.prepare import open_database
from assistant.server.downloads import File
from assistant.server.order_files import order_file
from assistant.server.table_files import table_file
from assistant.settings import settings
from tools.data import frames
from tools.errors import InvalidInput
from tools.facts import Column, Table
from tools.text import Language, Text

TABLES: Mapping[str, Callable[[Engine], pd.DataFrame]] = {
    "items": frames.items,
    "locations": frames.locations,
    "suppliers": frames.suppliers,
    "categories": frames.categories,
    "sales": frames.sales,
    "stock": frames.stock,
    "movements": frames.movements,
    "terms": frames.terms,
    "orders": frames.order_lines,
    "receipts": frames.receipts,
    "events": frames.events,
    "weather": frames.weather,
    "signals": frames.signals,
}
INDEXED = ("items", "locations", "suppliers", "categories")
"""Frames whose code is the index."""


def export_to(what: str, to: Path, language: str) -> None:
    """Write table or order `what` to `to`; the ending decides the format."""
    kind = to.suffix.lstrip(".").lower()
    spoken: Language = "zh" if language == "zh" else "en"
    engine = open_database(settings())
    if what in TABLES:
        file = _table(engine, what, kind, spoken)
    else:
        file = order_file(
            engine, what, cast('Literal["csv", "xlsx", "eml"]', _known(kind, "eml")), spoken
        )
    to.write_bytes(file.content)
    console.print(f"Wrote {to}.", highlight=False)


def _table(engine: Engine, what: str, kind: str, language: Language) -> File:
    frame = TABLES[what](engine)
    if what in INDEXED:
        frame = frame.reset_index()
    columns = [Column(str(name), Text(str(name), str(name)), _kind(frame[name])) for name in frame]
    rows = frame.astype(object).where(frame.notna(), None).to_dict("records")
    table = Table(what, Text(what, what), columns, cast("list[dict[str, object]]", rows))
    return table_file(table, cast('Literal["csv", "xlsx"]', _known(kind)), language)


def _kind(column: pd.Series) -> Literal["text", "number"]:
    return "number" if pd.api.types.is_numeric_dtype(column) else "text"


def _known(kind: str, *others: str) -> str:
    known = ("csv", "xlsx", *others)
    if kind not in known:
        raise InvalidInput(f"Name a file that ends in {' or '.join('.' + k for k in known)}.")
    return kind
