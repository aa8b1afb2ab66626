"""The mail that orders goods from a supplier, as a draft a planner opens, checks and sends.

It is written in the supplier's language and marked as unsent; the assistant sends nothing.
"""

from __future__ import annotations

from email.message import EmailMessage
from email.policy import SMTP
from typing import Any

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from assistant.server.company import company_name
from tools.data.schema import Item, Supplier, SupplyTerm
from tools.text import Language

Json = dict[str, Any]


def mail_draft(engine: Engine, order: Json, language: Language | None) -> bytes:
    """The draft (RFC 5322) for an order as `orders.read_order` returns it."""
    with Session(engine) as session:
        supplier = session.scalars(
            select(Supplier).where(Supplier.code == order["supplier"]["code"])
        ).one()
        codes = _supplier_codes(session, supplier)
    chosen: Language = language or ("zh" if supplier.language == "zh" else "en")
    company = company_name(engine)
    message = EmailMessage(policy=SMTP)
    if supplier.addresses:
        message["To"] = supplier.addresses[0]
    message["Subject"] = _subject(order["number"], company, chosen)
    message["X-Unsent"] = "1"
    message.set_content(_body(order, supplier, codes, company, chosen), cte="base64")
    return message.as_bytes()


def _supplier_codes(session: Session, supplier: Supplier) -> dict[str, str]:
    """Our item code -> the supplier's own, from the newest terms."""
    rows = session.execute(
        select(Item.code, SupplyTerm.supplier_item_code)
        .join(Item, SupplyTerm.item_id == Item.id)
        .where(SupplyTerm.supplier_id == supplier.id, SupplyTerm.supplier_item_code != "")
        .order_by(SupplyTerm.valid_from)
    )
    return {row.code: row.supplier_item_code for row in rows}


def _subject(number: str, company: str, language: Language) -> str:
    if language == "zh":
        return f"采购订单 {number}" + (f"（{company}）" if company else "")
    return f"Purchase order {number}" + (f" ({company})" if company else "")


def _body(
    order: Json, supplier: Supplier, codes: dict[str, str], company: str, language: Language
) -> str:
    lines = "\n".join(_line(line, codes, language) for line in order["lines"])
    place = order["location"]["names"].get(language) or order["location"]["code"]
    total = order["total_text"][language]
    if language == "zh":
        greeting = f"{supplier.contact or supplier.names.get('zh', '')}，您好："
        return (
            f"{greeting}\n\n请按以下内容安排采购订单 {order['number']}：\n\n{lines}\n\n"
            f"合计：{total}\n收货地点：{place}\n\n"
            f"请回复确认数量、单价和到货日期。\n\n此致\n{company}\n"
        )
    greeting = f"Dear {supplier.contact or supplier.names.get('en', supplier.code)},"
    return (
        f"{greeting}\n\nPlease supply our purchase order {order['number']}:\n\n{lines}\n\n"
        f"Total: {total}\nDeliver to: {place}\n\n"
        f"Please confirm quantities, prices and delivery dates.\n\nKind regards\n{company}\n"
    )


def _line(line: Json, codes: dict[str, str], language: Language) -> str:
    name = line["names"].get(language) or line["names"].get("en") or line["item"]
    own = codes.get(line["item"])
    code = f"{line['item']} / {own}" if own else line["item"]
    day = (line["promised_on_text"] or line["requested_on_text"])[language]
    quantity, price = line["ordered_text"][language], line["unit_cost_text"][language]
    if language == "zh":
        return f"{line['line_no']}. {name}（{code}）：{quantity}，单价 {price}，{day}前到货"
    return f"{line['line_no']}. {name} ({code}): {quantity} at {price} each, by {day}"
