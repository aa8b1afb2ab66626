"""From linked events to proposals that a person may approve: old value, new value, quote, span.

Nothing here changes a record. An event that is already true of the records proposes nothing, and a
change of bank details or contacts becomes a security alert that no approval can apply.
"""

# ruff: noqa: E501

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import pandas as pd

from tools.data.schema import ProposalKind
from tools.errors import InvalidInput
from tools.facts import ProposalDraft
from tools.suppliers.messages.candidates import Hints
from tools.suppliers.messages.linking import Link
from tools.suppliers.messages.schema import SECURITY_KINDS, EventKind
from tools.suppliers.messages.values import ReadEvent, due_date
from tools.text import Text
from tools.values import fold, parse_change

K = EventKind
Payload = dict[str, Any]
_TERM_FIELD = {
    K.MOQ_CHANGE: "moq",
    K.PACK_CHANGE: "pack_size",
    K.LEAD_TIME_CHANGE: "lead_time_days",
}
TERM_NAMES = {
    "moq": Text("minimum order", "起订量"),
    "pack_size": Text("pack size", "包装数量"),
    "lead_time_days": Text("lead time (days)", "交货周期（天）"),
    "unit_cost": Text("unit cost", "单价"),
}


def propose(
    events: Sequence[tuple[ReadEvent, Link]],
    terms: pd.DataFrame,
    hints: Hints,
    sender: str,
    today: dt.date,
    body_start: int = 0,
) -> list[tuple[int, ProposalDraft]]:
    """Proposals with the position of the event each came from; spans are counted from `body_start`."""
    found: list[tuple[int, ProposalDraft]] = []
    done: set[int] = set()
    for number, (event, link) in enumerate(events):
        if number in done:
            continue
        if event.kind is K.SPLIT:
            parts = [n for n in range(number, len(events)) if _same_split(events[n], event, link)]
            done.update(parts)
            payloads = _split([events[n][0] for n in parts], link, hints)
        else:
            payloads = _payloads(event, link, terms, hints, today)
        for kind, title, payload in payloads:
            start, end = event.quote_start - body_start, event.quote_end - body_start
            found.append(
                (
                    number,
                    ProposalDraft(
                        kind,
                        title,
                        payload,
                        event.quote,
                        (start, end) if start >= 0 else None,
                        sender,
                        event.certainty,
                    ),
                )
            )
    return found


_MISSING = re.compile(
    r"short (?:of|by)|missing|shortage of|缺(?=\s?\d)|短(?:少|缺|装|交)|少(?:发|装|交|了)|欠(?=\s?\d)|差(?=\s?\d)"
)
_BY = re.compile(r"(?:by|涨了?|上涨了?|加了?|提高了?|降了?|下调了?|下降了?|便宜了?|贵了?)\s?$")
_LOWER = re.compile(r"reduc|lower|drop|decreas|cheaper|降|下调|便宜")
Proposed = list[tuple[str, Text, Payload]]


def _same_split(other: tuple[ReadEvent, Link], first: ReadEvent, link: Link) -> bool:
    event, its = other
    return event.kind is K.SPLIT and [_key(row) for row in its.lines or its.candidates] == [
        _key(row) for row in link.lines or link.candidates
    ]


def _key(row: Mapping[str, Any]) -> tuple[str, int]:
    return str(row["order"]), int(row["line_no"])


def _payloads(
    event: ReadEvent, link: Link, terms: pd.DataFrame, hints: Hints, today: dt.date
) -> Proposed:
    if event.kind in SECURITY_KINDS:
        return [_alert(event, hints)]
    if event.kind in _TERM_FIELD or (event.kind is K.PRICE_CHANGE and not link.lines):
        return _changed_terms(event, link, terms, hints, today)
    found: Proposed = []
    for row in link.lines:
        if float(row["outstanding"]) <= 0:
            continue
        found += _line_change(event, row, hints, today)
    return found


def _alert(event: ReadEvent, hints: Hints) -> tuple[str, Text, Payload]:
    bank = event.kind is K.BANK_CHANGE
    title = (
        Text(
            "Someone asks to change bank details: check by a known phone number, change nothing here",
            "有人要求更改收款账户：请用已知电话核实，系统不会更改任何信息",
        )
        if bank
        else Text(
            "A change of contact is announced: check it before you rely on it",
            "对方通知联系人变更：请先核实",
        )
    )
    payload = {"supplier": hints.supplier, "kind": event.kind.value, "text": event.quote}
    return ProposalKind.SECURITY_ALERT.value, title, payload


def _line(row: Mapping[str, Any], old: Payload, new: Payload) -> Payload:
    return {
        "order": str(row["order"]),
        "line_no": int(row["line_no"]),
        "item": str(row["item"]),
        "version": int(row["version"]),
        "old": old,
        "new": new,
    }


def _promised(row: Mapping[str, Any]) -> str | None:
    return None if pd.isna(row["promised_on"]) else row["promised_on"].date().isoformat()


def _line_change(
    event: ReadEvent, row: Mapping[str, Any], hints: Hints, today: dt.date
) -> Proposed:
    label = f"{row['order']}/{row['line_no']}"
    outstanding = float(row["outstanding"])
    base = row["due_on"].date()
    day = due_date(event, hints.today, base)
    quantity = event.reading("quantity")
    told = float(quantity["value"]) if isinstance(quantity, Mapping) else None
    if event.kind is K.CONFIRMATION:
        return _confirm(row, label, day, told)
    if event.kind is K.PRICE_CHANGE:
        return _line_price(event, row, label)
    if event.kind is K.CANCELLATION:
        gone = min(told, outstanding) if told else outstanding
        total = float(row["cancelled_quantity"]) + gone
        title = Text(f"{label}: cancel {gone:g}", f"{label}：取消 {gone:g}")
        payload = _line(row, {"quantity": outstanding}, {"cancelled_quantity": total})
        return [(ProposalKind.CANCEL_LINE.value, title, payload)]
    if event.kind is K.PARTIAL:
        return _short(event, row, label, told, day)
    if event.kind in (K.DELAY, K.EARLY, K.DELIVERY_DATE, K.SHIPMENT, K.QUALITY_NOTICE):
        if day is None or day < today or day.isoformat() == _promised(row):
            return []
        if told is not None and told < outstanding and event.kind is not K.QUALITY_NOTICE:
            return []  # a date for a part of the line says nothing about the rest
        if _promised(row) is None and event.kind is K.DELIVERY_DATE:
            return _confirm(row, label, day, None)
        title = Text(
            f"{label}: delivery {_promised(row) or 'open'} → {day.isoformat()}",
            f"{label}：到货日 {_promised(row) or '未定'} → {day.isoformat()}",
        )
        payload = _line(row, {"promised_on": _promised(row)}, {"promised_on": day.isoformat()})
        return [(ProposalKind.CHANGE_DATE.value, title, payload)]
    return []


def _confirm(
    row: Mapping[str, Any], label: str, day: dt.date | None, told: float | None
) -> Proposed:
    promised = (day or row["due_on"].date()).isoformat()
    outstanding = float(row["outstanding"])
    settled = row["status"] not in ("approved", "sent")
    if (
        settled
        and promised == _promised(row)
        and told in (None, outstanding, float(row["quantity"]))
    ):
        return []
    new: Payload = {"promised_on": promised, "quantity": told if told else outstanding}
    old = {"promised_on": _promised(row), "quantity": outstanding}
    title = Text(
        f"{label}: confirmed, {new['quantity']:g} on {promised}",
        f"{label}：已确认，{promised} 到货 {new['quantity']:g}",
    )
    return [(ProposalKind.CONFIRM_LINE.value, title, _line(row, old, new))]


def _short(
    event: ReadEvent, row: Mapping[str, Any], label: str, told: float | None, day: dt.date | None
) -> Proposed:
    outstanding = float(row["outstanding"])
    if told is None:
        return []
    missing = _MISSING.search(fold(event.quote))
    coming = outstanding - told if missing else told
    if not 0 < coming < outstanding:
        return []
    received = float(row["quantity"]) - float(row["cancelled_quantity"]) - outstanding
    total = coming + received + float(row["cancelled_quantity"])
    new: Payload = {"quantity": total}
    if day is not None:
        new["promised_on"] = day.isoformat()
    title = Text(
        f"{label}: quantity {row['quantity']:g} → {total:g}",
        f"{label}：数量 {row['quantity']:g} → {total:g}",
    )
    old = {"quantity": float(row["quantity"])}
    return [(ProposalKind.CHANGE_QUANTITY.value, title, _line(row, old, new))]


def _split(parts: Sequence[ReadEvent], link: Link, hints: Hints) -> Proposed:
    """A split of one line; a part without a quantity is the rest, one without a date is refused."""
    if len(link.lines) != 1 and len(link.candidates) != 1:
        return []
    row = (link.lines or link.candidates)[0]
    outstanding = float(row["outstanding"])
    planned: list[tuple[float | None, dt.date | None]] = []
    for event in parts:
        quantity = event.reading("quantity")
        told = float(quantity["value"]) if isinstance(quantity, Mapping) else None
        planned.append((told, due_date(event, hints.today, row["due_on"].date())))
    known = sum(q for q, _ in planned if q is not None)
    missing = [n for n, (q, _) in enumerate(planned) if q is None]
    if not missing and known < outstanding and len(planned) == 1:
        planned.append((outstanding - known, None))
    elif len(missing) == 1:
        planned[missing[0]] = (outstanding - known, planned[missing[0]][1])
    label = f"{row['order']}/{row['line_no']}"
    whole = [q for q, _ in planned if q is not None and q > 0]
    if len(whole) != len(planned) or abs(sum(whole) - outstanding) > 1e-6:
        return []
    if any(day is None for _, day in planned):
        first = planned[0]
        if first[1] is None or len(planned) != 2:
            return []
        # the rest has no date yet: it keeps the promised day until the supplier names one
        planned[1] = (planned[1][0], max(row["due_on"].date(), first[1]))
    if len(planned) < 2:
        return []
    shown = [{"quantity": q, "promised_on": d.isoformat()} for q, d in planned if d is not None]
    words = ", ".join(f"{q:g} on {d.isoformat()}" for q, d in planned if d is not None)
    title = Text(
        f"{label}: split into {words}",
        f"{label}：分批到货 " + "，".join(f"{d.isoformat()} 到 {q:g}" for q, d in planned if d),
    )
    old = {"quantity": outstanding, "promised_on": _promised(row)}
    return [(ProposalKind.SPLIT_LINE.value, title, _line(row, old, {"parts": shown}))]


def _line_price(event: ReadEvent, row: Mapping[str, Any], label: str) -> Proposed:
    old = Decimal(str(row["unit_cost"])).quantize(Decimal("0.0001"))
    new = _new_price(event, old)
    price = event.reading("price")
    currency = price.get("currency") if isinstance(price, Mapping) else ""
    if new is None or new == old or (currency and currency != row["currency"]):
        return []
    title = Text(
        f"{label}: unit cost {old.normalize():f} → {new.normalize():f} {row['currency']}",
        f"{label}：单价 {old.normalize():f} → {new.normalize():f} {row['currency']}",
    )
    payload = _line(
        row,
        {"unit_cost": f"{old.normalize():f}", "currency": str(row["currency"])},
        {"unit_cost": f"{new.normalize():f}", "currency": str(row["currency"])},
    )
    return [(ProposalKind.CHANGE_PRICE.value, title, payload)]


def _new_price(event: ReadEvent, old: Decimal) -> Decimal | None:
    price = event.reading("price")
    if not isinstance(price, Mapping):
        return None
    if "value" in price:
        told = Decimal(str(price["value"]))
        value = event.first("price")
        by = value and _BY.search(
            fold(event.quote[: max(0, value.original_start - event.quote_start)])
        )
        if by:
            lower = _LOWER.search(fold(event.quote))
            return old - told if lower else old + told
        return told
    try:
        factor = Decimal(str(parse_change(event.quote)))
    except InvalidInput:
        factor = 1 + Decimal(str(price["share"]))
    return (old * factor).quantize(Decimal("0.0001"))


def _changed_terms(
    event: ReadEvent, link: Link, terms: pd.DataFrame, hints: Hints, today: dt.date
) -> Proposed:
    found: Proposed = []
    mine = terms[terms["item"].isin(link.items)]
    if hints.supplier:
        mine = mine[mine["supplier"] == hints.supplier]
    if len(mine) != 1:
        return []
    row = {str(k): v for k, v in mine.to_dict("records")[0].items()}
    name, old, new = _term_value(event, row)
    if new is None or new == old:
        return []
    starts = event.reading("date")
    earliest = today.isoformat()
    valid_from = starts if isinstance(starts, str) and starts >= earliest else earliest
    shown_old, shown_new = _shown(old), _shown(new)
    label = TERM_NAMES[name]
    title = Text(
        f"{row['supplier']}/{row['item']}: {label.en} {shown_old} → {shown_new} from {valid_from}",
        f"{row['supplier']}/{row['item']}：{label.zh} {shown_old} → {shown_new}，自 {valid_from} 起",
    )
    payload = {
        "supplier": str(row["supplier"]),
        "item": str(row["item"]),
        "old": {name: shown_old if name == "unit_cost" else old},
        "new": {name: shown_new if name == "unit_cost" else new, "valid_from": valid_from},
    }
    found.append((ProposalKind.CHANGE_TERMS.value, title, payload))
    return found


def _term_value(event: ReadEvent, row: Mapping[str, Any]) -> tuple[str, Any, Any]:
    if event.kind is K.PRICE_CHANGE:
        old = Decimal(str(row["unit_cost"])).quantize(Decimal("0.0001"))
        price = event.reading("price")
        other = isinstance(price, Mapping) and price.get("currency") not in (
            None,
            "",
            row["currency"],
        )
        return "unit_cost", old, None if other else _new_price(event, old)
    name = _TERM_FIELD[event.kind]
    if event.kind is K.LEAD_TIME_CHANGE:
        days = event.reading("duration")
        return name, int(row[name]), int(days) if isinstance(days, int) else None
    quantity = event.reading("quantity")
    return (
        name,
        float(row[name]),
        float(quantity["value"]) if isinstance(quantity, Mapping) else None,
    )


def _shown(value: Any) -> str:
    return f"{value.normalize():f}" if isinstance(value, Decimal) else f"{value:g}"
