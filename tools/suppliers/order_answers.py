"""Answers about purchase orders: facts, the table of lines, and what arrives week by week."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import pandas as pd
from sqlalchemy import Engine

from tools.data import frames
from tools.data.catalogue import Scope
from tools.facts import Chart, Column, Fact, Series, Source, Table, ToolResult
from tools.suppliers import orders
from tools.text import Text

_COLUMNS = [
    Column("order", Text("Order", "订单"), "entity"),
    Column("line_no", Text("Line", "行"), "number"),
    Column("supplier", Text("Supplier", "供应商")),
    Column("item", Text("Item", "商品编码"), "entity"),
    Column("name", Text("Name", "名称")),
    Column("location", Text("Location", "地点")),
    Column("quantity", Text("Ordered", "订购"), "number"),
    Column("received", Text("Received", "已收"), "number"),
    Column("outstanding", Text("Outstanding", "未到"), "number"),
    Column("due_on", Text("Due", "应到日"), "date"),
    Column("late_days", Text("Days late", "逾期天数"), "number"),
    Column("value", Text("Open value", "未到金额"), "money"),
    Column("currency", Text("Currency", "币种")),
    Column("status", Text("Status", "状态")),
]
STATUS_NAMES = {
    "draft": Text("draft", "草稿"),
    "approved": Text("approved", "已批准"),
    "sent": Text("sent", "已发出"),
    "confirmed": Text("confirmed", "已确认"),
    "partially_received": Text("partially received", "部分到货"),
    "received": Text("received", "已到货"),
    "cancelled": Text("cancelled", "已取消"),
}
MAX_ROWS = 500


def order_list(
    engine: Engine,
    today: dt.date,
    *,
    status: str,
    supplier: str | None = None,
    scope: Scope | None = None,
    location: str | None = None,
) -> ToolResult:
    """The lines in a state, with how much is to come, what it is worth and what is late."""
    every = orders.lines(engine, today)
    items = scope.items if scope else None
    chosen = orders.select_lines(
        every, status=status, supplier=supplier, items=items, location=location
    )
    focus = _focus(supplier, scope, location)
    where: dict[str, Any] = {**focus, "status": status}
    facts = _totals(chosen, today, focus, Source("lines", where))
    values: dict[str, Any] = {
        "status": status,
        "any": len(chosen) > 0,
        "late": bool((chosen["late_days"] > 0).any()),
        "scope": next(iter(focus), ""),
        "one_currency": chosen["currency"].nunique() == 1,
    }
    if len(chosen) == 0:
        return ToolResult("purchase_orders", "purchase_orders", facts, values=values, focus=focus)
    return ToolResult(
        "purchase_orders",
        "purchase_orders",
        [*facts, *_first_and_worst(chosen, today)],
        tables=[line_table(engine, chosen)],
        charts=[_arrivals_chart(chosen, today)] if status in ("open", "late") else [],
        values={**values, **_names_of_worst(engine, chosen)},
        focus=focus,
    )


def one_order(engine: Engine, today: dt.date, order: str, scope: Scope | None = None) -> ToolResult:
    """One order: what is outstanding, when it is due, what it costs, line by line."""
    every = orders.lines(engine, today)
    chosen = orders.select_lines(
        every, status="all", order=order, items=scope.items if scope else None
    )
    supplier = str(chosen["supplier"].iloc[0]) if len(chosen) else ""
    focus = {
        "order": order,
        **({"supplier": supplier} if supplier else {}),
        **_focus(None, scope, None),
    }
    source = Source("lines", {"order": order})
    totals = _totals(chosen, today, focus, source)
    ordered = float((chosen["quantity"] - chosen["cancelled_quantity"]).sum())
    facts = [
        *totals,
        Fact("ordered", ordered, _unit(chosen, engine), focus, source),
        Fact(
            "received",
            float(chosen["received_quantity"].sum()),
            _unit(chosen, engine),
            focus,
            source,
        ),
    ]
    state = str(chosen["status"].iloc[0]) if len(chosen) else ""
    values: dict[str, Any] = {
        "any": len(chosen) > 0,
        "state": {"en": STATUS_NAMES[state].en, "zh": STATUS_NAMES[state].zh} if state else "",
        "open": bool((chosen["outstanding"] > 0).any()),
        "late": bool((chosen["late_days"] > 0).any()),
        "one_currency": chosen["currency"].nunique() == 1,
        "promised": bool(chosen["promised_on"].notna().any()),
        "one_line": len(chosen) == 1,
    }
    still = chosen[chosen["outstanding"] > 0]
    if len(still):
        facts += _first_and_worst(still, today)
        last = pd.Timestamp(still["due_on"].max()).date()
        facts.append(Fact("last_due", last, "date", focus, source))
    return ToolResult(
        "purchase_orders",
        "purchase_order",
        facts,
        tables=[line_table(engine, chosen)],
        values=values,
        focus=focus,
    )


def line_table(engine: Engine, chosen: pd.DataFrame) -> Table:
    """Order lines as rows a planner can sort and export (at most `MAX_ROWS`)."""
    items, suppliers = frames.items(engine), frames.suppliers(engine)
    locations = frames.locations(engine)
    rows = [
        {
            "order": row["order"],
            "line_no": int(row["line_no"]),
            "supplier": _names(suppliers, str(row["supplier"])),
            "item": row["item"],
            "name": _names(items, str(row["item"])),
            "location": _names(locations, str(row["location"])),
            "quantity": float(row["quantity"] - row["cancelled_quantity"]),
            "received": float(row["received_quantity"]),
            "outstanding": float(row["outstanding"]),
            "due_on": row["due_on"].date().isoformat(),
            "late_days": int(row["late_days"]),
            "value": round(float(row["value"]), 2),
            "currency": row["currency"],
            "status": {"en": STATUS_NAMES[row["status"]].en, "zh": STATUS_NAMES[row["status"]].zh},
        }
        for row in chosen.head(MAX_ROWS).to_dict("records")
    ]
    return Table("lines", Text("Order lines", "订单行"), _COLUMNS, rows)


def _names(frame: pd.DataFrame, code: str) -> dict[str, str]:
    return {"en": str(frame.at[code, "name_en"]), "zh": str(frame.at[code, "name_zh"])}


def _focus(supplier: str | None, scope: Scope | None, location: str | None) -> dict[str, str]:
    focus: dict[str, str] = {}
    if supplier:
        focus["supplier"] = supplier
    if scope:
        focus["category" if scope.is_category else "item"] = scope.entity.code
    if location:
        focus["location"] = location
    return focus


def _unit(chosen: pd.DataFrame, engine: Engine) -> str:
    units = frames.items(engine)["unit"].reindex(chosen["item"].unique()).unique()
    return str(units[0]) if len(units) == 1 else "pcs"


def _totals(
    chosen: pd.DataFrame, today: dt.date, about: Mapping[str, str], source: Source
) -> list[Fact]:
    late = chosen[chosen["late_days"] > 0]
    currencies = chosen["currency"].unique()
    facts = [
        Fact("orders", int(chosen["order"].nunique()), "", about, source),
        Fact("lines", len(chosen), "", about, source),
        Fact("outstanding", float(chosen["outstanding"].sum()), "pcs", about, source),
        Fact("late_lines", len(late), "", about, source),
        Fact("late_outstanding", float(late["outstanding"].sum()), "pcs", about, source),
    ]
    if len(currencies) == 1:
        value = round(float(chosen["value"].sum()), 2)
        facts.append(Fact("value", value, str(currencies[0]), about, source))
    return facts


def _first_and_worst(chosen: pd.DataFrame, today: dt.date) -> list[Fact]:
    """The next line to arrive, and the one that is longest overdue."""
    facts: list[Fact] = []
    coming = chosen[(chosen["outstanding"] > 0) & (chosen["late_days"] == 0)]
    if len(coming):
        first = coming.sort_values("due_on").iloc[0]
        about = {"order": str(first["order"]), "item": str(first["item"])}
        source = Source("lines", {"order": about["order"], "line_no": int(first["line_no"])})
        facts += [
            Fact("next_due", pd.Timestamp(first["due_on"]).date(), "date", about, source),
            Fact("next_order", about["order"], "", about, source),
            Fact("next_quantity", float(first["outstanding"]), "pcs", about, source),
        ]
    if (chosen["late_days"] > 0).any():
        worst = chosen.sort_values("late_days").iloc[-1]
        about = {"order": str(worst["order"]), "item": str(worst["item"])}
        source = Source("lines", {"order": about["order"], "line_no": int(worst["line_no"])})
        facts += [
            Fact("worst_days", int(worst["late_days"]), "days", about, source),
            Fact("worst_order", about["order"], "", about, source),
            Fact("worst_quantity", float(worst["outstanding"]), "pcs", about, source),
        ]
    return facts


def _names_of_worst(engine: Engine, chosen: pd.DataFrame) -> dict[str, Any]:
    items, suppliers = frames.items(engine), frames.suppliers(engine)
    found: dict[str, Any] = {}
    if (chosen["late_days"] > 0).any():
        worst = chosen.sort_values("late_days").iloc[-1]
        found["worst_item"] = _names(items, str(worst["item"]))
        found["worst_supplier"] = _names(suppliers, str(worst["supplier"]))
    coming = chosen[(chosen["outstanding"] > 0) & (chosen["late_days"] == 0)]
    if len(coming):
        found["next_item"] = _names(items, str(coming.sort_values("due_on").iloc[0]["item"]))
    return found


def _arrivals_chart(chosen: pd.DataFrame, today: dt.date) -> Chart:
    weeks = orders.arrivals_by_week(chosen, today)
    return Chart(
        "arrivals",
        "bar",
        Text("Outstanding quantity by week due", "按应到周统计的未到数量"),
        [day.date().isoformat() for day in weeks.index],
        [
            Series(
                "outstanding",
                Text("Outstanding", "未到数量"),
                [float(v) for v in weeks["outstanding"]],
                "bar",
            )
        ],
        "pcs",
        [
            {
                "x": weeks.index[0].date().isoformat(),
                "text": {"en": "This week, with what is overdue", "zh": "本周（含逾期）"},
                "kind": "today",
            }
        ],
    )
