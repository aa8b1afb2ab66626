"""What needs a decision today, gathered from the rooms: each row one click from its evidence."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from assistant.presentation.format import date_text, texts
from assistant.proposals.shown import show_proposals
from assistant.server.alerts import list_alerts, money_json
from assistant.server.company import base_currency, company_name
from assistant.server.messages import list_messages
from tools.data.database import data_version
from tools.data.frames import planning_day
from tools.data.schema import Alert, AlertStatus, MessageStatus, Proposal, ProposalStatus
from tools.errors import NoData
from tools.stock.overview import AtRisk, LateOrder, Overview, overview
from tools.text import Text

Json = dict[str, Any]
ROWS = 8

SUGGESTIONS = [
    {"en": "What should I order today?", "zh": "今天该订什么？"},
    {"en": "Which items are at risk?", "zh": "哪些商品有缺货风险？"},
    {"en": "Which orders are late?", "zh": "哪些订单延误了？"},
    {"en": "Does anything look wrong?", "zh": "有什么异常吗？"},
]


def read_overview(engine: Engine) -> Json:
    """The JSON object of `docs/api.md`."""
    today = planning_day(engine)
    currency = base_currency(engine)
    try:
        stock = overview(engine, today)
    except NoData:
        stock = None
    return {
        "planning_day": today.isoformat(),
        "planning_day_text": texts(today),
        "data_version": data_version(engine),
        "company": company_name(engine),
        "currency": currency,
        "sections": [
            _at_risk(stock),
            _late_orders(stock),
            _anomalies(engine, currency),
            _proposals(engine),
            _messages(engine),
        ],
        "suggestions": SUGGESTIONS,
    }


def _section(
    key: str,
    title: tuple[str, str],
    rows: list[Json],
    *,
    count: int | None = None,
    money: Json | None = None,
    question: tuple[str, str] | None = None,
) -> Json:
    return {
        "key": key,
        "title": _both(title),
        "count": len(rows) if count is None else count,
        "money": money,
        "question": _both(question) if question else None,
        "rows": rows[:ROWS],
    }


def _both(words: tuple[str, str]) -> dict[str, str]:
    return {"en": words[0], "zh": words[1]}


def _row(
    title: dict[str, str],
    detail: dict[str, str],
    kind: str,
    identity: str | int,
    *,
    money: Json | None = None,
    question: dict[str, str] | None = None,
) -> Json:
    return {
        "title": title,
        "detail": detail,
        "money": money,
        "question": question,
        "link": {"kind": kind, "id": identity},
    }


def _per_language(words: Callable[[str], str]) -> dict[str, str]:
    return {"en": words("en"), "zh": words("zh")}


def _at_risk(stock: Overview | None) -> Json:
    rows = stock.at_risk if stock else []
    money = money_json(stock.money_at_risk, stock.currency) if stock and rows else None
    return _section(
        "at_risk",
        ("Items at risk", "缺货风险"),
        [_item_row(row, stock.currency) for row in rows[:ROWS]] if stock else [],
        count=len(rows),
        money=money,
        question=("Which items are at risk?", "哪些商品有缺货风险？"),
    )


def _item_row(row: AtRisk, currency: str) -> Json:
    left = texts(row.available, row.unit)
    out = {
        "en": f"out on {date_text(row.stock_out_on, 'en')}",
        "zh": f"{date_text(row.stock_out_on, 'zh')}断货",
    }
    return _row(
        _name(row.name),
        {
            "en": f"{row.location_name.en} · {left['en']} · {out['en']}",
            "zh": f"{row.location_name.zh} · {left['zh']} · {out['zh']}",
        },
        "item",
        row.item,
        money=money_json(row.money, currency),
        question={"en": f"Stock of {row.name.en}", "zh": f"{row.name.zh}的库存"},
    )


def _name(name: Text) -> dict[str, str]:
    return {"en": name.en, "zh": name.zh}


def _late_orders(stock: Overview | None) -> Json:
    rows = stock.late_orders if stock else []
    currencies = {row.currency for row in rows}
    money = None
    if len(currencies) == 1:
        money = money_json(sum(row.value for row in rows), currencies.pop())
    return _section(
        "late_orders",
        ("Late orders", "延误订单"),
        [_order_row(row) for row in rows[:ROWS]],
        count=len(rows),
        money=money,
        question=("Which orders are late?", "哪些订单延误了？"),
    )


def _order_row(row: LateOrder) -> Json:
    late = texts(row.late_days, "days")
    return _row(
        {
            "en": f"{row.order} · {row.supplier_name.en}",
            "zh": f"{row.order} · {row.supplier_name.zh}",
        },
        {
            "en": f"{late['en']} late · due {date_text(row.due_on, 'en')}",
            "zh": f"延误 {late['zh']} · 应于{date_text(row.due_on, 'zh')}到货",
        },
        "order",
        row.order,
        money=money_json(row.value, row.currency),
    )


def _anomalies(engine: Engine, currency: str) -> Json:
    with Session(engine) as session:
        is_open = Alert.status == AlertStatus.OPEN
        count, stake = session.execute(
            select(func.count(), func.sum(Alert.money_at_stake)).where(is_open)
        ).one()
    rows = [
        _row(
            _subject(alert),
            alert["sentence"],
            "alert",
            alert["id"],
            money=alert["money"],
        )
        for alert in list_alerts(engine, "open", ROWS, currency)
    ]
    return _section(
        "anomalies",
        ("Anomalies", "异常"),
        rows,
        count=count,
        money=money_json(stake, currency),
        question=("Does anything look wrong?", "有什么异常吗？"),
    )


def _subject(alert: Json) -> dict[str, str]:
    """What the alert is about: the item, else the supplier, else the location."""
    place: dict[str, str] = next(iter(alert["names"]["location"].values()), {})
    for kind in ("item", "supplier"):
        for code, names in alert["names"][kind].items():
            return _per_language(
                lambda language, code=code, names=names: " · ".join(  # type: ignore[misc]
                    part for part in (names.get(language, code), place.get(language)) if part
                )
            )
    return {"en": place.get("en", "Records"), "zh": place.get("zh", "数据")}


def _proposals(engine: Engine) -> Json:
    is_open = Proposal.status == ProposalStatus.OPEN
    with Session(engine) as session:
        count = session.scalar(select(func.count()).select_from(Proposal).where(is_open)) or 0
        newest = select(Proposal).where(is_open).order_by(Proposal.id.desc()).limit(ROWS)
        shown = show_proposals(session, session.scalars(newest).all())
    return _section(
        "proposals", ("Open proposals", "待批提议"), [_proposal_row(p) for p in shown], count=count
    )


def _proposal_row(shown: Json) -> Json:
    money = None
    if shown["order"]:
        order = shown["order"]
        money = {
            "value": float(order["total"]),
            "currency": order["currency"],
            "text": order["total_text"],
        }
    return _row(shown["title"], _proposal_detail(shown), "proposal", shown["id"], money=money)


def _proposal_detail(shown: Json) -> dict[str, str]:
    if shown["order"]:
        day = shown["order"]["requested_on_text"] or {"en": "", "zh": ""}
        names = shown["order"]["supplier"]["names"]
        code = shown["order"]["supplier"]["code"]
        return _per_language(
            lambda language: " · ".join(
                part for part in (names.get(language, code), day[language]) if part
            )
        )
    changes = shown["changes"]
    return _per_language(
        lambda language: " · ".join(
            f"{change['label'][language]}: "
            + (f"{change['old'][language]} → " if change["old"] else "")
            + change["new"][language]
            for change in changes
        )
    )


def _messages(engine: Engine) -> Json:
    found = list_messages(engine, MessageStatus.NEW.value, ROWS)
    rows = [
        _row(
            _per_language(
                lambda language, message=message: (  # type: ignore[misc]
                    message["supplier"]["names"].get(language, message["sender"])
                    if message["supplier"]
                    else message["sender"] or {"en": "Unknown sender", "zh": "未知发件人"}[language]
                )
            ),
            _per_language(
                lambda _language, message=message: message["subject"] or message["excerpt"]  # type: ignore[misc]
            ),
            "message",
            message["id"],
        )
        for message in found["messages"]
    ]
    return _section("messages", ("New messages", "新消息"), rows, count=found["count"])
