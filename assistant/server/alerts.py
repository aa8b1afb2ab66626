"""Alerts as the page lists them, and what planners say about them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Engine, Select, select
from sqlalchemy.orm import Session

from assistant.errors import NotFound
from assistant.presentation.format import texts
from assistant.presentation.names import names_of
from assistant.presentation.serialise import instant_json, json_ready
from tools.data.database import writing
from tools.data.schema import Alert, AlertStatus, Item, Location, Supplier

Json = dict[str, Any]

VERDICTS = {
    "right": AlertStatus.CONFIRMED,
    "wrong": AlertStatus.WRONG,
    "expected": AlertStatus.EXPECTED,
    "snooze": AlertStatus.SNOOZED,
    "reopen": AlertStatus.OPEN,
}


def list_alerts(engine: Engine, status: str, limit: int, currency: str) -> list[Json]:
    """Alerts of a status, the most money at stake first, then the least likely by chance."""
    found = _alerts()
    if status != "all":
        found = found.where(Alert.status == AlertStatus(status))
    found = found.order_by(
        Alert.money_at_stake.desc().nulls_last(), Alert.score.desc(), Alert.id
    ).limit(limit)
    with Session(engine) as session:
        return _shown(session, session.execute(found).all(), currency)


def read_alert(session: Session, alert_id: int, currency: str) -> Json:
    """One alert; raises `NotFound`."""
    rows = session.execute(_alerts().where(Alert.id == alert_id)).all()
    if not rows:
        raise NotFound(f"There is no alert {alert_id}.", f"没有编号为 {alert_id} 的警报。")
    return _shown(session, rows, currency)[0]


def judge(
    engine: Engine, alert_id: int, verdict: str, note: str, actor: str, currency: str
) -> Json:
    """Keep what a planner says of an alert; the detectors' thresholds learn from it."""
    with writing(engine) as session:
        alert = session.get(Alert, alert_id, with_for_update=True)
        if alert is not None:
            alert.status = VERDICTS[verdict]
            said = {"verdict": verdict, "note": note, "by": actor}
            alert.evidence = {**alert.evidence, "feedback": said}
            session.flush()
        return read_alert(session, alert_id, currency)


def _alerts() -> Select[Alert, str, str, str]:
    return (
        select(Alert, Item.code, Location.code, Supplier.code)
        .outerjoin(Item, Alert.item_id == Item.id)
        .outerjoin(Location, Alert.location_id == Location.id)
        .outerjoin(Supplier, Alert.supplier_id == Supplier.id)
    )


def _shown(session: Session, rows: Any, currency: str) -> list[Json]:
    names = names_of(
        session,
        {
            "item": {item for _, item, _, _ in rows},
            "location": {location for _, _, location, _ in rows},
            "supplier": {supplier for _, _, _, supplier in rows},
        },
    )
    return [_alert(*row, names=names, currency=currency) for row in rows]


def _alert(
    alert: Alert,
    item: str | None,
    location: str | None,
    supplier: str | None,
    *,
    names: dict[str, Any],
    currency: str,
) -> Json:
    own = {
        "item": {item: names["item"].get(item, {})} if item else {},
        "location": {location: names["location"].get(location, {})} if location else {},
        "supplier": {supplier: names["supplier"].get(supplier, {})} if supplier else {},
    }
    return {
        "id": alert.id,
        "kind": alert.kind,
        "family": alert.family,
        "status": alert.status.value,
        "item": item,
        "location": location,
        "supplier": supplier,
        "names": own,
        "starts_on": alert.starts_on.isoformat(),
        "ends_on": alert.ends_on.isoformat(),
        "score": alert.score,
        "direction": alert.direction,
        "money": money_json(alert.money_at_stake, currency),
        "sentence": alert.sentence,
        "evidence": json_ready(alert.evidence),
        "created_at": instant_json(alert.created_at),
        "question": _question(own),
    }


def money_json(amount: Any, currency: str) -> Json | None:
    """An amount for the page, or None."""
    if amount is None:
        return None
    return {
        "value": float(amount),
        "currency": currency,
        "text": texts(round(float(amount)), currency),
    }


def _question(own: dict[str, dict[str, dict[str, str]]]) -> dict[str, str]:
    """What to ask for the evidence behind the alert."""
    for kind in ("item", "supplier", "location"):
        for code, names in own[kind].items():
            return {
                "en": f"Anything odd with {names.get('en', code)} lately?",
                "zh": f"{names.get('zh') or names.get('en', code)}最近有什么异常？",
            }
    return {"en": "What looks wrong?", "zh": "有什么异常？"}
