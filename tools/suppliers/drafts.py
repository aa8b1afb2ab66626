"""Drafts of what a planner may write back to a supplier, in the supplier's language.

A draft is text to look at, edit and send by one's own mail program: nothing here sends anything.
The words are patterns in `prompts/replies/<language>/`, every figure in them comes from the records
or from the reading of the message.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

import jinja2
import pandas as pd
from jinja2.sandbox import SandboxedEnvironment
from sqlalchemy import Engine

import prompts
from tools.data import frames
from tools.errors import InvalidInput, NoData
from tools.suppliers import orders
from tools.suppliers.messages.read import MessageReading
from tools.suppliers.messages.schema import EventKind
from tools.text import Language, Text

Purpose = Literal["accept", "ask", "push_back"]
_REPLIES = Path(prompts.__file__).parent / "replies"
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class MailDraft:
    """A mail that nobody has sent."""

    to: str
    subject: str
    body: str
    language: Language


def reply(engine: Engine, reading: MessageReading, purpose: Purpose) -> MailDraft:
    """Answer a message that was read: accept what it says, ask for what it leaves out, push back.

    Raises:
        InvalidInput: the sender is no known supplier, or there is nothing to say for `purpose`.
    """
    supplier = _supplier(engine, reading.supplier)
    language: Language = "zh" if supplier["language"] == "zh" else "en"
    names = frames.items(engine)[f"name_{language}"]
    lines = [_changed(draft.payload, draft.kind, names, language) for _, draft in reading.proposals]
    lines = [line for line in lines if line]
    questions = [text(language) for text in missing_facts(reading)]
    if purpose == "ask" and not questions:
        raise InvalidInput(
            "The message leaves nothing open to ask for.", "这条消息没有需要追问的内容。"
        )
    if purpose != "ask" and not lines:
        raise InvalidInput(
            "The message changes no order or term, so there is nothing to answer that way.",
            "这条消息没有更改任何订单或条款，无需这样回复。",
        )
    numbers = sorted(
        {str(d.payload["order"]) for _, d in reading.proposals if "order" in d.payload}
    )
    subject = _listed(numbers, language) or Text("your message", "您的消息")(language)
    impact = next((i for i in reading.impacts if i.worse and i.stock_out_after), None)
    body = _render(
        purpose,
        language,
        contact=supplier["contact"] or supplier[f"name_{language}"],
        subject=subject,
        lines=lines,
        questions=questions,
        promised=_old_date(reading, language),
        stock_out=_day(impact.stock_out_after, language)
        if impact and impact.stock_out_after
        else "",
        item=str(names[impact.item]) if impact else "",
    )
    title = Text(f"Re: {subject}", f"回复：{subject}")(language)
    return MailDraft(_address(supplier), title, body, language)


def chase(engine: Engine, today: dt.date, supplier_code: str) -> MailDraft:
    """Ask a supplier about everything that is overdue.

    Raises:
        NoData: nothing of this supplier is late.
    """
    supplier = _supplier(engine, supplier_code)
    language: Language = "zh" if supplier["language"] == "zh" else "en"
    late = orders.select_lines(orders.lines(engine, today), status="late", supplier=supplier_code)
    if late.empty:
        raise NoData(
            f"Nothing of {supplier['name_en']} is late.", f"{supplier['name_zh']}没有逾期的订单。"
        )
    names = frames.items(engine)[f"name_{language}"]
    lines = [
        Text(
            f"{row['order']}, line {row['line_no']}: {row['outstanding']:,.0f} x "
            f"{names[row['item']]} "
            f"({row['item']}), due {_day(row['due_on'].date(), 'en')}",
            f"{row['order']} 第{row['line_no']}行：{names[row['item']]}（{row['item']}）"
            f"{row['outstanding']:,.0f}，应于{_day(row['due_on'].date(), 'zh')}到货",
        )(language)
        for row in late.to_dict("records")
    ]
    numbers = _listed(sorted({str(n) for n in late["order"]})[:4], language)
    body = _render(
        "chase", language, contact=supplier["contact"] or supplier[f"name_{language}"], lines=lines
    )
    title = Text(f"Overdue: {numbers}", f"催交：{numbers}")(language)
    return MailDraft(_address(supplier), title, body, language)


def missing_facts(reading: MessageReading) -> list[Text]:
    """What has to be asked before the message can be planned with, most important first."""
    found: list[Text] = []
    for number, (event, its) in enumerate(zip(reading.events, reading.links, strict=True)):
        proposed = any(n == number for n, _ in reading.proposals)
        order = event.first("order")
        about = order.text if order else ""
        dated = event.first("date") or event.first("duration")
        if event.kind in (EventKind.DELAY, EventKind.QUALITY_NOTICE) and not dated:
            found.append(Text(f"The new delivery date{_of(about)}.", f"{about}新的到货日期。"))
        if event.kind is EventKind.PARTIAL and not dated:
            found.append(
                Text(
                    f"When the missing quantity{_of(about)} follows, or if it is cancelled.",
                    f"{about}缺少的数量何时补齐，还是取消。",
                )
            )
        if event.kind is EventKind.SHIPMENT and not event.first("tracking"):
            found.append(Text(f"The tracking number{_of(about)}.", f"{about}的运单号。"))
        if not proposed and not its.lines and len(its.candidates) > 1:
            found.append(
                Text("Which order and line this is about.", "请说明涉及哪个订单、哪一行。")
            )
        for values in event.values.values():
            found += [
                Text(f"What “{v.text}” means exactly.", f"“{v.text}”具体指什么。")
                for v in values
                if v.ambiguous and v.role in ("date", "until")
            ]
    return list(dict.fromkeys(found))


def _of(order: str) -> str:
    return f" of {order}" if order else ""


def _supplier(engine: Engine, code: str) -> Mapping[str, Any]:
    suppliers = frames.suppliers(engine)
    if code not in suppliers.index:
        raise InvalidInput(
            "The sender is no known supplier, so no reply is drafted.",
            "发件人不是已知供应商，不起草回复。",
        )
    row: Mapping[str, Any] = {str(k): v for k, v in suppliers.loc[code].items()}
    return row


def _address(supplier: Mapping[str, Any]) -> str:
    addresses = list(supplier["addresses"] or [])
    return str(addresses[0]) if addresses else ""


def _listed(words: list[str], language: Language) -> str:
    return ("、" if language == "zh" else ", ").join(words)


def _day(day: dt.date | str, language: Language) -> str:
    if isinstance(day, str):
        day = dt.date.fromisoformat(day)
    if language == "zh":
        return f"{day.year}年{day.month}月{day.day}日"
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def _old_date(reading: MessageReading, language: Language) -> str:
    for _, draft in reading.proposals:
        old = draft.payload.get("old", {}).get("promised_on")
        if old:
            return _day(old, language)
    return ""


def _changed(
    payload: Mapping[str, Any], kind: str, names: pd.Series[Any], language: Language
) -> str:
    """One proposed change in the supplier's language; empty for an alert."""
    new: Mapping[str, Any] = payload.get("new", {})
    item = str(payload.get("item", ""))
    name = str(names[item]) if item in names.index else item
    label = f"{payload.get('order', '')}/{payload.get('line_no', '')} {name}"
    if kind == "split_line":
        parts = [(f"{p['quantity']:,.0f}", p["promised_on"]) for p in new["parts"]]
        english = ", ".join(f"{q} on {_day(d, 'en')}" for q, d in parts)
        chinese = "，".join(f"{_day(d, 'zh')}到{q}" for q, d in parts)
        return Text(f"{label}: {english}", f"{label}：{chinese}")(language)
    if kind == "cancel_line":
        gone = f"{new['cancelled_quantity']:,.0f}"
        return Text(f"{label}: {gone} cancelled", f"{label}：取消{gone}")(language)
    if kind == "change_terms":
        value = next((f"{v}" for k, v in new.items() if k != "valid_from"), "")
        start = _day(new["valid_from"], language)
        return Text(f"{name}: {value} from {start}", f"{name}：自{start}起为{value}")(language)
    if kind == "change_price":
        price = f"{new['unit_cost']} {new['currency']}"
        return Text(f"{label}: {price} each", f"{label}：单价{price}")(language)
    words = []
    if new.get("quantity") is not None:
        words.append(f"{new['quantity']:,.0f}")
    if new.get("promised_on"):
        day = _day(new["promised_on"], language)
        words.append(Text(f"delivery on {day}", f"{day}到货")(language))
    return (
        Text(f"{label}: {', '.join(words)}", f"{label}：{'，'.join(words)}")(language)
        if words
        else ""
    )


@lru_cache
def _environment(language: Language) -> SandboxedEnvironment:
    return SandboxedEnvironment(
        loader=jinja2.FileSystemLoader(_REPLIES / language),
        undefined=jinja2.StrictUndefined,
        autoescape=False,  # plain text for a mail program
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _render(pattern: str, language: Language, **values: Any) -> str:
    return _environment(language).get_template(f"{pattern}.j2").render(**values).strip() + "\n"
