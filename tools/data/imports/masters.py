"""Master data: items, categories, locations and suppliers, each known by its code."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from tools.data.imports.arrange import Work, coded, names_of, table
from tools.data.imports.records import upsert
from tools.data.schema import LocationKind
from tools.text import Text

ITEM_FIELDS = (
    *("category", "brand", "unit", "unit_cost", "unit_price", "currency", "shelf_life_days"),
    *("volume_m3", "introduced_on", "discontinued_on", "abc"),
)


def items(work: Work) -> None:
    """Items; `replaces` may name an item of the same file."""
    frame = coded(work, "items", "code", ITEM_FIELDS)
    if work.typed.currency and "currency" not in frame:
        frame["currency"] = work.typed.currency
    if "discontinued_on" in frame and "introduced_on" in frame:
        work.note(
            "impossible_period",
            Text("The item ends before it starts", "停售日期早于上市日期"),
            at=(frame["discontinued_on"] < frame["introduced_on"]).to_numpy(),
            severity="error",
        )
    _save_coded(work, "items", frame, "replaces", "replaces_item_id")


def categories(work: Work) -> None:
    """Categories and their names."""
    frame = work.frame[["key"]].copy()
    names = names_of(work.frame)
    frame["names"] = names if names is not None else None
    frame = work.single(work.good(frame), ["key"])
    work.save("categories", ["key"], _with_names(work, "categories", "key", frame))


def locations(work: Work) -> None:
    """Locations; `supplied_by` may name a location of the same file."""
    frame = coded(work, "locations", "code", ("kind", "country", "time_zone"))
    if "kind" not in frame:
        frame["kind"] = None
    frame = _new_default(work, "locations", frame, "kind", str(LocationKind.WAREHOUSE))
    _save_coded(work, "locations", frame, "supplied_by", "supplied_by_id")


def suppliers(work: Work) -> None:
    """Suppliers with their known addresses."""
    frame = coded(
        work, "suppliers", "code", ("language", "country", "currency", "contact", "addresses")
    )
    frame = work.single(work.good(frame), ["code"])
    work.save("suppliers", ["code"], _with_names(work, "suppliers", "code", frame))


def _save_coded(work: Work, name: str, frame: pd.DataFrame, link: str, column: str) -> None:
    """Write rows, then the links between them, which may point forwards."""
    if link in work.frame:
        frame[link] = work.frame[link]
    frame = work.single(work.good(frame), ["code"])
    links = frame.pop(link) if link in frame else None
    outcome = work.save(name, ["code"], _with_names(work, name, "code", frame))
    if links is None or not links.notna().any():
        return
    kind: Any = name
    work.references.forget(kind)
    known = work.references.codes(kind)
    unknown = sorted({code for code in links.dropna() if code not in known})
    if unknown:
        text = Text(
            f"{link} names unknown codes: {', '.join(unknown[:5])}",
            f"{link} 引用了未知编码：{'、'.join(unknown[:5])}",
        )
        work.note("unknown_link", text, severity="error")
    linked = pd.DataFrame({"code": frame["code"]})
    linked[column] = [known.get(code, np.nan) if code else np.nan for code in links]
    changed = upsert(work.connection, table(name), ["code"], linked).changed
    extra = int((changed & ~outcome.added & ~outcome.changed).sum())
    work.report.changed[name] += extra
    work.report.unchanged[name] -= extra


def _with_names(work: Work, name: str, key: str, frame: pd.DataFrame) -> pd.DataFrame:
    """A new record without a name is called by its code; a recorded one keeps its names."""
    fallback = frame[key].map(lambda code: {"en": code})
    return _new_default(work, name, frame, "names", fallback, key)


def _new_default(
    work: Work, name: str, frame: pd.DataFrame, column: str, value: Any, key: str = "code"
) -> pd.DataFrame:
    """Fill blank cells of a required column, but only for records that are new."""
    known = set(work.connection.scalars(table(name).select().with_only_columns(table(name).c[key])))
    blank = frame[column].isna() & ~frame[key].isin(known)
    filled = frame.copy()
    filled[column] = frame[column].astype(object).where(~blank, value)
    filled[column] = filled[column].where(filled[column].notna(), None)
    return filled
