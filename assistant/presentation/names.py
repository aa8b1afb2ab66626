"""Names of the codes that a result or a proposal mentions, looked up in one query per kind."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from tools.data.schema import Item, Location, Supplier
from tools.facts import ToolResult

_MODELS: dict[str, type[Item] | type[Location] | type[Supplier]] = {
    "item": Item,
    "location": Location,
    "supplier": Supplier,
}


def names_of(
    session: Session, mentions: Mapping[str, Iterable[str]]
) -> dict[str, dict[str, dict[str, str]]]:
    """Kind -> code -> language -> name; a code that is not recorded is left out."""
    found: dict[str, dict[str, dict[str, str]]] = {kind: {} for kind in _MODELS}
    for kind, model in _MODELS.items():
        codes = sorted({code for code in mentions.get(kind, ()) if code})
        if codes:
            rows = session.execute(select(model.code, model.names).where(model.code.in_(codes)))
            found[kind] = {code: names for code, names in rows}  # noqa: C416 - Row is no tuple type
    return found


def mentioned(result: ToolResult) -> dict[str, set[str]]:
    """Codes by kind in the focus and in what the facts are about."""
    codes: dict[str, set[str]] = {}
    for about in [result.focus, *(fact.about for fact in result.facts)]:
        for kind, code in about.items():
            codes.setdefault(kind, set()).add(code)
    return codes


def payload_mentions(payload: Mapping[str, Any]) -> dict[str, set[str]]:
    """Codes by kind in a proposal's payload."""
    codes: dict[str, set[str]] = {"item": set(), "supplier": set(), "location": set()}
    for kind, key in [
        ("item", "item"),
        ("supplier", "supplier"),
        ("location", "location"),
        ("location", "from"),
        ("location", "to"),
    ]:
        if isinstance(payload.get(key), str):
            codes[kind].add(payload[key])
    for line in payload.get("lines") or ():
        codes["item"].add(str(line["item"]))
    return codes
