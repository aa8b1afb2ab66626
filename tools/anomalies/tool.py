"""The `anomalies` tool: incidents found by the last refresh, the most money first."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from tools.arguments import Anomalies
from tools.data.schema import Alert, AlertStatus, Item, Location, Supplier
from tools.facts import Chart, Choice, Column, Fact, Series, Source, Table, ToolResult
from tools.spec import ToolContext, ToolSpec
from tools.text import Text
from tools.values import parse_period

SHOWN = (AlertStatus.OPEN, AlertStatus.CONFIRMED)
MAX_ROWS = 50
KINDS: dict[str, Text] = {
    "sales_spike": Text("sales spike", "销量激增"),
    "sales_drop": Text("sales drop", "销量骤降"),
    "level_shift": Text("lasting shift of sales", "销量持续变化"),
    "factor_error": Text("quantity slip", "数量录入错误"),
    "unusual_returned": Text("unusual returns", "退货异常"),
    "unusual_price": Text("unusual price", "价格异常"),
    "unusual_corrections": Text("unusual stock corrections", "库存更正异常"),
    "negative_stock": Text("negative stock", "负库存"),
    "phantom_stock": Text("phantom stock", "虚库存"),
    "balance_gap": Text("stock that does not add up", "账实流水不符"),
    "shrinkage": Text("shrinkage", "损耗"),
    "duplicate_movement": Text("movement booked twice", "流水重复登记"),
    "lead_time_outlier": Text("unusual lead time", "交期异常"),
    "short_delivery": Text("short delivery", "短缺交货"),
    "cost_jump": Text("cost jump", "成本跳变"),
    "missing_days": Text("missing days", "缺失日期"),
    "half_import": Text("half an import", "导入不完整"),
    "copied_day": Text("day imported twice", "重复导入的日期"),
}


@dataclass(frozen=True)
class Incident:
    """A stored alert with codes instead of ids."""

    alert: Alert
    item: str
    location: str
    supplier: str


def anomalies(context: ToolContext, arguments: Anomalies) -> ToolResult:
    """Incidents in scope; facts of the first, a table of all, a chart of the first that has one."""
    scope = _scope(context, arguments)
    found = [i for i in load_incidents(context.engine) if _in_scope(i, scope, arguments.kind)]
    focus = {k: v for k, v in scope.focus.items() if v}
    if not found:
        return ToolResult(
            tool="anomalies",
            pattern="anomalies_none",
            facts=[Fact("incidents", 0, source=Source("alerts"))],
            values={"kind": arguments.kind},
            focus=focus,
        )
    first = found[0]
    focus = {**_codes(first), **focus}
    return ToolResult(
        tool="anomalies",
        pattern="anomalies",
        facts=_facts(context, found),
        tables=[_table(context, found[:MAX_ROWS])],
        charts=_charts(found),
        values=_words(context, first, len(found)),
        choices=_next(context, first),
        focus=focus,
    )


@dataclass(frozen=True)
class _Scope:
    items: frozenset[str] | None
    location: str
    supplier: str
    starts: dt.date | None
    ends: dt.date | None
    focus: dict[str, str]


def _scope(context: ToolContext, arguments: Anomalies) -> _Scope:
    catalogue = context.catalogue
    items = catalogue.item_scope(arguments.item) if arguments.item else None
    location = catalogue.resolve(arguments.location, "location").code if arguments.location else ""
    supplier = catalogue.resolve(arguments.supplier, "supplier").code if arguments.supplier else ""
    period = parse_period(arguments.period, context.today) if arguments.period else None
    focus = {"location": location, "supplier": supplier}
    if items is not None:
        focus["category" if items.is_category else "item"] = items.entity.code
    return _Scope(
        frozenset(items.items) if items else None,
        location,
        supplier,
        period.start if period else None,
        period.end if period else None,
        focus,
    )


def load_incidents(engine: Engine) -> list[Incident]:
    """Open and confirmed alerts, the most money first."""
    statement = (
        select(Alert, Item.code, Location.code, Supplier.code)
        .outerjoin(Item, Alert.item_id == Item.id)
        .outerjoin(Location, Alert.location_id == Location.id)
        .outerjoin(Supplier, Alert.supplier_id == Supplier.id)
        .where(Alert.status.in_(SHOWN))
    )
    with Session(engine) as session:
        found = [
            Incident(alert, item or "", location or "", supplier or "")
            for alert, item, location, supplier in session.execute(statement).tuples()
        ]
        session.expunge_all()
    return sorted(found, key=lambda i: (-float(i.alert.money_at_stake or 0), -i.alert.score))


def _in_scope(incident: Incident, scope: _Scope, kind: str) -> bool:
    alert = incident.alert
    return (
        (scope.items is None or incident.item in scope.items)
        and (not scope.location or incident.location == scope.location)
        and (not scope.supplier or incident.supplier == scope.supplier)
        and (scope.starts is None or alert.ends_on >= scope.starts)
        and (scope.ends is None or alert.starts_on <= scope.ends)
        and kind in ("any", alert.family)
    )


def _codes(incident: Incident) -> dict[str, str]:
    codes = {"item": incident.item, "location": incident.location, "supplier": incident.supplier}
    return {kind: code for kind, code in codes.items() if code}


def _facts(context: ToolContext, found: list[Incident]) -> list[Fact]:
    first = found[0]
    about = {
        **_codes(first),
        "period": f"{first.alert.starts_on.isoformat()}/{first.alert.ends_on.isoformat()}",
    }
    source = Source("incidents", {"id": first.alert.id})
    facts = [
        Fact("incidents", len(found), source=Source("incidents")),
        Fact("since", first.alert.starts_on, "date", about, source),
    ]
    currency = _currency(context, first)
    if first.alert.money_at_stake is not None:
        facts.append(Fact("money", first.alert.money_at_stake, currency, about, source))
    for name, value in first.alert.evidence.get("figures", {}).items():
        facts.append(Fact(f"evidence_{name}", value, "", about, source))
    return facts


def _currency(context: ToolContext, incident: Incident) -> str:
    from tools.data import frames

    items = frames.items(context.engine)
    return str(items["currency"].get(incident.item, "USD"))


def _words(context: ToolContext, first: Incident, count: int) -> dict[str, Any]:
    evidence = first.alert.evidence
    subject = [
        context.catalogue.get(kind, code)  # type: ignore[arg-type]
        for kind, code in _codes(first).items()
    ]
    return {
        "several": count > 1,
        "kind": KINDS.get(first.alert.kind, Text(first.alert.kind, first.alert.kind)),
        "subject": Text(
            ", ".join(entity.name("en") for entity in subject),
            "、".join(entity.name("zh") for entity in subject),
        ),
        "sentence": first.alert.sentence,
        "cause": evidence.get("cause", {"en": "", "zh": ""}),
        "next_step": evidence.get("next_step", {"en": "", "zh": ""}),
    }


def _table(context: ToolContext, found: list[Incident]) -> Table:
    return Table(
        "incidents",
        Text("What looks wrong", "异常清单"),
        [
            Column("kind", Text("kind", "类型")),
            Column("item", Text("item", "商品"), "entity"),
            Column("location", Text("location", "地点"), "entity"),
            Column("supplier", Text("supplier", "供应商"), "entity"),
            Column("starts_on", Text("from", "开始"), "date"),
            Column("ends_on", Text("to", "结束"), "date"),
            Column("what", Text("what happened", "情况")),
            Column("cause", Text("probable cause", "可能原因")),
            Column("next_step", Text("next step", "下一步")),
            Column("money", Text("at stake", "涉及金额"), "money"),
            Column("score", Text("score", "分数"), "number"),
        ],
        [_row(context, incident) for incident in found],
    )


def _row(context: ToolContext, incident: Incident) -> dict[str, Any]:
    alert, evidence = incident.alert, incident.alert.evidence
    kind = KINDS.get(alert.kind, Text(alert.kind, alert.kind))
    return {
        "id": alert.id,
        "kind": {"en": kind.en, "zh": kind.zh},
        **{name: _name(context, name, code) for name, code in _codes(incident).items()},
        "item_code": incident.item,
        "starts_on": alert.starts_on.isoformat(),
        "ends_on": alert.ends_on.isoformat(),
        "what": alert.sentence,
        "cause": evidence.get("cause"),
        "next_step": evidence.get("next_step"),
        "money": None if alert.money_at_stake is None else float(alert.money_at_stake),
        "currency": _currency(context, incident),
        "score": round(alert.score, 1),
    }


def _name(context: ToolContext, kind: str, code: str) -> dict[str, str]:
    entity = context.catalogue.get(kind, code)  # type: ignore[arg-type]
    return {"en": entity.name("en"), "zh": entity.name("zh")}


def _charts(found: list[Incident]) -> list[Chart]:
    """Expected range and what happened, for the first incident that has a course of days."""
    for incident in found:
        evidence = incident.alert.evidence
        if not evidence.get("days"):
            continue
        series = [Series("observed", Text("sold", "实际销量"), evidence["observed"], "actual")]
        if evidence.get("expected"):
            series.append(
                Series("expected", Text("expected", "预期"), evidence["expected"], "median")
            )
        if evidence.get("low") and evidence.get("high"):
            series += [
                Series("low", Text("low", "下限"), evidence["low"], "low", "range"),
                Series("high", Text("high", "上限"), evidence["high"], "high", "range"),
            ]
        kind = KINDS.get(incident.alert.kind, Text(incident.alert.kind, incident.alert.kind))
        mark = {
            "x": incident.alert.starts_on.isoformat(),
            "text": {"en": kind.en, "zh": kind.zh},
            "kind": "anomaly",
        }
        title = Text("Expected range and what happened", "预期区间与实际")
        return [Chart("evidence", "line", title, evidence["days"], series, "pcs", [mark])]
    return []


def _next(context: ToolContext, first: Incident) -> list[Choice]:
    if not first.item:
        return []
    entity = context.catalogue.get("item", first.item)
    return [
        Choice(
            Text("Show its sales", "查看销量"),
            Text(f"Sales of {entity.name('en')}", f"{entity.name('zh')}的销量"),
        ),
        Choice(
            Text("Show its stock", "查看库存"),
            Text(f"Stock of {entity.name('en')}", f"{entity.name('zh')}的库存"),
        ),
    ]


SPECS = [ToolSpec("anomalies", anomalies)]
