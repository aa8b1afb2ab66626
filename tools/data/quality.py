"""The quality report over all records: what is missing, wrong or does not add up.

Findings are sorted by how much they can mislead: wrong before incomplete before unusual, then by
share. Completeness is given as figures of its own, because "nothing found" and "nothing recorded"
are different answers.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Literal

from sqlalchemy import Engine

from tools.data import frames
from tools.data.columns import cached
from tools.data.quality_checks import CHECKS, Finding, Nature, Subject, sales_spans
from tools.data.stock_balance import unexplained
from tools.text import Text

SERIOUSNESS: dict[Nature, int] = {"wrong": 0, "incomplete": 1, "unusual": 2}


@dataclass(frozen=True)
class QualityReport:
    """What the checks found; shares are None where nothing is recorded to judge by."""

    subject: Literal["all", "sales", "stock", "orders", "items"]
    findings: list[Finding]
    checks: int
    rows: dict[Subject, int] = field(default_factory=dict)
    """Records looked at, by subject."""
    sales_complete: float | None = None
    """Share of days in the life of each series for which sales are recorded."""
    items_complete: float | None = None
    """Share of items with cost, price and category."""
    stock_explained: float | None = None
    """Share of stock positions that follow from the position before and the movements."""


def quality_report(
    engine: Engine, subject: Literal["all", "sales", "stock", "orders", "items"], today: dt.date
) -> QualityReport:
    """Run the checks of a subject (or all); cached per data version."""
    report: QualityReport = cached(
        engine, f"quality {subject} {today}", lambda: _report(engine, subject, today)
    )
    return report


def _report(
    engine: Engine, subject: Literal["all", "sales", "stock", "orders", "items"], today: dt.date
) -> QualityReport:
    subjects: list[Subject] = (
        ["sales", "stock", "orders", "items"] if subject == "all" else [subject]
    )
    chosen = [check for name in subjects for check in CHECKS[name]]
    found = [finding for check in chosen if (finding := check(engine, today)) is not None]
    explained, balance = None, None
    if "stock" in subjects:
        explained, balance = _stock_explained(engine)
        if balance is not None:
            found.append(balance)
    found.sort(key=lambda finding: (SERIOUSNESS[finding.nature], -finding.share))
    return QualityReport(
        subject,
        found,
        len(chosen) + ("stock" in subjects),
        {name: _row_count(engine, name) for name in subjects},
        _sales_complete(engine) if "sales" in subjects else None,
        _items_complete(engine) if "items" in subjects else None,
        explained,
    )


def _row_count(engine: Engine, subject: Subject) -> int:
    reader = {
        "sales": frames.sales,
        "stock": frames.stock_history,
        "orders": frames.order_lines,
        "items": frames.items,
    }[subject]
    return len(reader(engine))


def _sales_complete(engine: Engine) -> float | None:
    spans = sales_spans(frames.sales(engine))
    expected = float(spans["open"].sum())
    return float(spans["rows"].sum()) / expected if expected else None


def _items_complete(engine: Engine) -> float | None:
    items = frames.items(engine)
    if items.empty:
        return None
    full = items["unit_cost"].notna() & items["unit_price"].notna() & (items["category"] != "")
    return float(full.mean())


def _stock_explained(engine: Engine) -> tuple[float | None, Finding | None]:
    balance = unexplained(engine)
    if balance.empty:
        return None, None
    off = balance.loc[balance["difference"] != 0.0]
    share = 1.0 - len(off) / len(balance)
    if off.empty:
        return share, None
    rows = off[["item", "location", "day", "difference"]].rename(columns={"difference": "value"})
    rows = rows.reindex(rows["value"].abs().sort_values(ascending=False).index)
    finding = Finding(
        "unexplained_stock",
        "stock",
        "wrong",
        Text(
            "stock positions that do not follow from the movements before them",
            "与之前出入库对不上的库存记录",
        ),
        Text(
            "Count these places first: a booking is missing, double or on the wrong day.",
            "请先盘点这些地点：可能漏记、重复或记错日期。",
        ),
        "rows",
        len(off),
        len(balance),
        rows,
    )
    return share, finding
