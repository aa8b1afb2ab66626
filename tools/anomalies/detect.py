"""All detectors over the current data, stored as alerts.

An incident seen again keeps its row and what the planner said about it; one that is no longer found
is closed. Everything of one run is written in one transaction.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from decimal import Decimal

import pandas as pd
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from tools.anomalies.expectation import expect, matrix_of
from tools.anomalies.finding import Finding
from tools.anomalies.isolation import isolation_findings
from tools.anomalies.ledger import ledger_findings
from tools.anomalies.records import record_findings
from tools.anomalies.sales import sales_findings
from tools.anomalies.supply import supply_findings
from tools.data import frames
from tools.data.database import data_version, writing
from tools.data.schema import Alert, AlertStatus, Item, Location, Setting, Supplier

Progress = Callable[[str, float], None]
HISTORY_DAYS = 800
"""Older sales say little about what is normal now."""
LAST_RUN = "alerts_refresh"
"""Setting that says which data version was checked last."""
OVERLAPPING = {"phantom_stock": {"level_shift", "sales_drop"}, "missing_days": {"sales_drop"}}
"""Kind -> kinds of the same series that it explains."""


def refresh_alerts(engine: Engine, progress: Progress | None = None) -> int:
    """Detect, store, and return the number of open alerts of this data version."""
    found = detect(engine, progress)
    version = data_version(engine)
    with writing(engine) as session:
        store(session, found, version)
        session.merge(Setting(key=LAST_RUN, value={"data_version": version}))
    return len(found)


def last_checked(engine: Engine) -> int | None:
    """Data version of the last completed run; None before one."""
    with Session(engine) as session:
        row = session.get(Setting, LAST_RUN)
        return None if row is None else int(row.value["data_version"])


def detect(engine: Engine, progress: Progress | None = None) -> list[Finding]:
    """Findings over the current records, the highest stake first."""
    report = progress or (lambda stage, done: None)
    sales = frames.sales(engine)
    if sales.empty:
        return []
    report("expected sales", 0.0)
    items = frames.items(engine)
    sales = sales[sales["ds"] > sales["ds"].max() - pd.Timedelta(days=HISTORY_DAYS)]
    expectation = expect(matrix_of(sales, items["category"]))
    cost = items["unit_cost"].astype(float)
    margin = (items["unit_price"].astype(float) - cost).clip(lower=0.0).fillna(cost)
    movements = frames.movements(engine)
    report("sales", 0.4)
    found = sales_findings(expectation, margin)
    report("combinations", 0.6)
    found += isolation_findings(expectation, sales, movements, cost)
    report("stock", 0.8)
    zones = dict(frames.locations(engine)["time_zone"].astype(str))
    found += ledger_findings(
        expectation, frames.stock(engine), frames.stock_history(engine), movements, cost, zones
    )
    report("suppliers and records", 0.9)
    today = pd.Timestamp(frames.planning_day(engine))
    found += supply_findings(frames.order_lines(engine), frames.receipts(engine), today)
    found += record_findings(expectation, margin)
    report("", 1.0)
    return sorted(_explained(found), key=lambda f: (-(f.money or 0.0), -f.score))


def _explained(found: list[Finding]) -> list[Finding]:
    """Without findings that another finding of the same series already explains."""
    hidden: set[str] = set()
    for cause in found:
        for other in found:
            if (
                other.kind in OVERLAPPING.get(cause.kind, ())
                and (other.item, other.location) == (cause.item, cause.location)
                and other.direction == "down"
                and other.ends_on >= cause.starts_on
                and other.starts_on <= cause.ends_on
            ):
                hidden.add(other.fingerprint)
    unique = {f.fingerprint: f for f in found if f.fingerprint not in hidden}
    return list(unique.values())


def store(session: Session, found: list[Finding], version: int) -> None:
    """Insert or update alerts by fingerprint; open ones that are gone are closed."""
    items = dict(session.execute(select(Item.code, Item.id)).tuples().all())
    locations = dict(session.execute(select(Location.code, Location.id)).tuples().all())
    suppliers = dict(session.execute(select(Supplier.code, Supplier.id)).tuples().all())
    known = {alert.fingerprint: alert for alert in session.scalars(select(Alert))}
    seen = set()
    for finding in found:
        seen.add(finding.fingerprint)
        alert = known.get(finding.fingerprint)
        if alert is None:
            alert = Alert(fingerprint=finding.fingerprint, status=AlertStatus.OPEN)
            session.add(alert)
        elif alert.status == AlertStatus.CLOSED:
            alert.status = AlertStatus.OPEN
        alert.kind, alert.family = finding.kind, finding.family
        alert.item_id = items.get(finding.item)
        alert.location_id = locations.get(finding.location)
        alert.supplier_id = suppliers.get(finding.supplier)
        alert.starts_on, alert.ends_on = finding.starts_on, finding.ends_on
        alert.score, alert.direction = finding.score, finding.direction
        alert.money_at_stake = None if finding.money is None else Decimal(f"{finding.money:.4f}")
        alert.sentence = {"en": finding.sentence.en, "zh": finding.sentence.zh}
        alert.evidence = {
            **asdict(finding.evidence),
            "cause": {"en": finding.cause.en, "zh": finding.cause.zh},
            "next_step": {"en": finding.next_step.en, "zh": finding.next_step.zh},
            "reference": finding.reference,
        }
        alert.data_version_id = version
    for fingerprint, alert in known.items():
        if fingerprint not in seen and alert.status == AlertStatus.OPEN:
            alert.status = AlertStatus.CLOSED
