"""Purchase orders as the page lists them, computed from the records' order lines."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import Any, cast

import pandas as pd
from sqlalchemy import Engine, select, update
from sqlalchemy.orm import Session

from assistant.errors import NotFound
from assistant.presentation.format import texts
from assistant.presentation.names import names_of
from tools.data.database import new_data_version, writing
from tools.data.frames import items, planning_day
from tools.data.schema import OrderStatus, PurchaseOrder
from tools.errors import RecordConflict
from tools.suppliers.orders import lines as described_lines

Json = dict[str, Any]

STATUS_WORDS: dict[str, tuple[str, str]] = {
    "draft": ("draft", "草稿"),
    "approved": ("approved", "已批准"),
    "sent": ("sent", "已发送"),
    "confirmed": ("confirmed", "已确认"),
    "partially_received": ("partly received", "部分到货"),
    "received": ("received", "已到货"),
    "cancelled": ("cancelled", "已取消"),
}


def list_orders(engine: Engine, status: str, supplier: str | None) -> list[Json]:
    """Orders of a status (`open` and `late` look at what is outstanding), the newest first."""
    frame = described_lines(engine, planning_day(engine))
    if supplier is not None:
        frame = frame[frame["supplier"] == supplier]
    if status in {"open", "late"}:
        kept = frame["outstanding"] > 0 if status == "open" else frame["late_days"] > 0
        frame = frame[frame["order"].isin(frame.loc[kept, "order"].unique())]
    elif status != "all":
        frame = frame[frame["status"] == status]
    frame = frame.sort_values(["ordered_on", "order", "line_no"], ascending=[False, False, True])
    return _orders(engine, frame)


def read_order(engine: Engine, number: str) -> Json:
    """One order with its lines; raises `NotFound`."""
    frame = described_lines(engine, planning_day(engine))
    frame = frame[frame["order"] == number].sort_values("line_no")
    if frame.empty:
        raise _no_order(number)
    (order,) = _orders(engine, frame)
    with Session(engine) as session:
        row = session.scalars(select(PurchaseOrder).where(PurchaseOrder.number == number)).one()
        names = names_of(session, {"item": set(frame["item"])})["item"]
        order["note"] = row.note
    units = items(engine)["unit"]
    order["lines"] = [
        _line(cast(Json, line), names, str(units.get(line["item"], "")))
        for line in frame.to_dict("records")
    ]
    return order


def mark_sent(engine: Engine, number: str) -> Json:
    """Record that the planner sent an approved order; doing so again changes nothing."""
    with writing(engine) as session:
        sent = session.execute(
            update(PurchaseOrder)
            .where(PurchaseOrder.number == number, PurchaseOrder.status == OrderStatus.APPROVED)
            .values(status=OrderStatus.SENT)
        )
        if sent.rowcount:  # type: ignore[attr-defined]
            new_data_version(session, f"{number} was sent")
        else:
            _refuse_unless_sent(session, number)
    return read_order(engine, number)


def _refuse_unless_sent(session: Session, number: str) -> None:
    status = session.scalar(select(PurchaseOrder.status).where(PurchaseOrder.number == number))
    if status is None:
        raise _no_order(number)
    if status != OrderStatus.SENT:
        english, chinese = STATUS_WORDS[status.value]
        raise RecordConflict(
            f"{number} is {english}; only an approved order can be marked as sent.",
            f"{number} 的状态是{chinese}，只有已批准的订单可以标记为已发送。",
        )


def _no_order(number: str) -> NotFound:
    return NotFound(f"There is no purchase order {number}.", f"没有采购订单 {number}。")


def _orders(engine: Engine, frame: pd.DataFrame) -> list[Json]:
    if frame.empty:
        return []
    with Session(engine) as session:
        names = names_of(
            session, {"supplier": set(frame["supplier"]), "location": set(frame["location"])}
        )
        made_by = select(PurchaseOrder.number, PurchaseOrder.created_by)
        makers = {row.number: row.created_by for row in session.execute(made_by)}
    return [
        _order(lines, names, makers.get(str(number), ""))
        for number, lines in frame.groupby("order", sort=False)
    ]


def _order(lines: pd.DataFrame, names: Json, created_by: str) -> Json:
    first = lines.iloc[0]
    total = sum(
        (
            _amount(line["quantity"] - line["cancelled_quantity"], line["unit_cost"])
            for line in lines.to_dict("records")
        ),
        Decimal(0),
    )
    outstanding = lines[lines["outstanding"] > 0]
    due = outstanding["due_on"].min() if len(outstanding) else None
    status = str(first["status"])
    english, chinese = STATUS_WORDS[status]
    return {
        "number": first["order"],
        "supplier": _party(first["supplier"], names["supplier"]),
        "location": _party(first["location"], names["location"]),
        "ordered_on": _day(first["ordered_on"]),
        "ordered_on_text": _day_texts(first["ordered_on"]),
        "status": status,
        "status_text": {"en": english, "zh": chinese},
        "currency": first["currency"],
        "total": str(round(total, 2)),
        "total_text": texts(round(total, 2), first["currency"], exact=True),
        "line_count": len(lines),
        "outstanding": float(lines["outstanding"].sum()),
        "next_due_on": _day(due),
        "next_due_on_text": _day_texts(due),
        "late": bool((lines["late_days"] > 0).any()),
        "created_by": created_by,
    }


def _line(line: Json, names: Json, unit: str) -> Json:
    currency = line["currency"]
    ordered = line["quantity"] - line["cancelled_quantity"]
    return {
        "line_no": int(line["line_no"]),
        "item": line["item"],
        "names": names.get(line["item"], {}),
        **_quantities(
            line, ("quantity", "cancelled_quantity", "received_quantity", "outstanding"), unit
        ),
        "ordered_text": texts(ordered, unit, exact=True),
        "unit_cost": str(Decimal(str(line["unit_cost"]))),
        "unit_cost_text": texts(Decimal(str(line["unit_cost"])), currency, exact=True),
        "amount": str(_amount(ordered, line["unit_cost"])),
        "amount_text": texts(_amount(ordered, line["unit_cost"]), currency, exact=True),
        "requested_on": _day(line["requested_on"]),
        "requested_on_text": _day_texts(line["requested_on"]),
        "promised_on": _day(line["promised_on"]),
        "promised_on_text": _day_texts(line["promised_on"]),
        "late_days": int(line["late_days"]),
        "version": int(line["version"]),
    }


def _quantities(line: Json, keys: Sequence[str], unit: str) -> Json:
    found: Json = {}
    for key in keys:
        found[key] = float(line[key])
        found[f"{key}_text"] = texts(float(line[key]), unit, exact=True)
    return found


def _amount(quantity: float, unit_cost: float) -> Decimal:
    return round(Decimal(str(quantity)) * Decimal(str(unit_cost)), 2)


def _party(code: Any, names: Json) -> Json:
    return {"code": code, "names": names.get(code, {})}


def _date(value: Any) -> dt.date | None:
    if value is None or pd.isna(value):
        return None
    day: dt.date = pd.Timestamp(value).date()
    return day


def _day(value: Any) -> str | None:
    day = _date(value)
    return day.isoformat() if day else None


def _day_texts(value: Any) -> dict[str, str] | None:
    day = _date(value)
    return texts(day) if day else None
