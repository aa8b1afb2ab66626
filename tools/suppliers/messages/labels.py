"""What kinds of event, roles and values are called on the page, in both languages."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from tools.suppliers.messages.schema import EventKind, Role
from tools.suppliers.messages.values import Value
from tools.text import Text

EVENT_NAMES: Mapping[EventKind, Text] = {
    EventKind.CONFIRMATION: Text("order confirmation", "订单确认"),
    EventKind.DELIVERY_DATE: Text("delivery date", "交货日期"),
    EventKind.DELAY: Text("delay", "延期"),
    EventKind.EARLY: Text("early delivery", "提前交货"),
    EventKind.SPLIT: Text("split delivery", "分批交货"),
    EventKind.PARTIAL: Text("short supply", "数量不足"),
    EventKind.CANCELLATION: Text("cancellation", "取消"),
    EventKind.SUBSTITUTION: Text("substitute item", "替代品"),
    EventKind.PRICE_CHANGE: Text("price change", "价格调整"),
    EventKind.PRICE_BREAK: Text("price break", "阶梯价"),
    EventKind.MOQ_CHANGE: Text("minimum order change", "起订量调整"),
    EventKind.PACK_CHANGE: Text("pack size change", "包装调整"),
    EventKind.LEAD_TIME_CHANGE: Text("lead time change", "交货周期调整"),
    EventKind.SHUTDOWN: Text("closure", "停产放假"),
    EventKind.SHIPMENT: Text("shipment", "发货"),
    EventKind.OFFER: Text("offer", "报价"),
    EventKind.INVOICE: Text("invoice", "发票"),
    EventKind.QUALITY_NOTICE: Text("quality notice", "质量通知"),
    EventKind.BANK_CHANGE: Text("change of bank details", "收款账户变更"),
    EventKind.CONTACT_CHANGE: Text("change of contact", "联系人变更"),
    EventKind.QUESTION: Text("question to us", "对方的提问"),
    EventKind.NOTHING: Text("nothing actionable", "无需处理"),
}
ROLE_NAMES: Mapping[Role, Text] = {
    "order": Text("order", "订单"),
    "line": Text("line", "行"),
    "item": Text("item", "商品"),
    "quantity": Text("quantity", "数量"),
    "date": Text("date", "日期"),
    "until": Text("until", "截止日期"),
    "duration": Text("duration", "时长"),
    "price": Text("price", "价格"),
    "party": Text("party", "相关方"),
    "tracking": Text("tracking number", "运单号"),
    "substitute": Text("substitute", "替代品"),
}
_UNITS = {
    "pcs": Text("pcs", "件"), "pair": Text("pairs", "双"), "set": Text("sets", "套"),
    "carton": Text("cartons", "箱"), "pallet": Text("pallets", "托"), "bag": Text("bags", "袋"),
    "container": Text("containers", "柜"), "roll": Text("rolls", "卷"),
    "bottle": Text("bottles", "瓶"),
}  # fmt: skip
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def value_words(value: Value) -> Text:
    """The likelier reading in words, "5 Dec 2026" and "2026年12月5日"; the text when none."""
    if not value.readings:
        return Text(value.text, value.text)
    reading = value.reading
    if value.role in ("date", "until"):
        day = dt.date.fromisoformat(reading)
        return Text(
            f"{day.day} {_MONTHS[day.month - 1]} {day.year}",
            f"{day.year}年{day.month}月{day.day}日",
        )
    if value.role == "duration":
        return Text(f"{reading} days", f"{reading} 天")
    if isinstance(reading, Mapping) and "unit" in reading:
        unit = _UNITS.get(reading["unit"], Text(reading["unit"], reading["unit"]))
        number = f"{reading['value']:g}" if reading["value"] < 1e6 else f"{reading['value']:.0f}"
        return Text(f"{number} {unit.en}".strip(), f"{number} {unit.zh}".strip())
    if isinstance(reading, Mapping) and "share" in reading:
        shown = f"{reading['share'] * 100:g}%"
        return Text(shown, shown)
    if isinstance(reading, Mapping):
        shown = f"{reading['value']} {reading['currency']}".strip()
        return Text(shown, shown)
    return Text(str(reading), str(reading))
