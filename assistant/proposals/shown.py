"""A stored proposal as the page shows it: old and new values in words, order lines with amounts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from assistant.presentation.format import date_text, texts
from assistant.presentation.names import names_of, payload_mentions
from assistant.presentation.serialise import instant_json
from tools.data.schema import Decision, Item, Proposal, ProposalKind

Json = dict[str, Any]

_LABELS: dict[str, tuple[str, str]] = {
    "promised_on": ("promised for", "承诺到货"),
    "requested_on": ("requested for", "要求到货"),
    "quantity": ("quantity", "数量"),
    "cancelled_quantity": ("cancelled", "取消数量"),
    "unit_cost": ("unit cost", "单价"),
    "currency": ("currency", "币种"),
    "moq": ("minimum order", "最小起订量"),
    "pack_size": ("pack size", "包装数量"),
    "lead_time_days": ("lead time", "交货期"),
    "weekly_capacity": ("weekly capacity", "每周产能"),
    "valid_from": ("valid from", "生效日期"),
    "valid_to": ("valid to", "失效日期"),
}


def show_proposals(session: Session, proposals: Sequence[Proposal]) -> list[Json]:
    """The JSON objects of `docs/api.md`, in the order given."""
    mentions: dict[str, set[str]] = {"item": set(), "supplier": set(), "location": set()}
    for proposal in proposals:
        for kind, codes in payload_mentions(proposal.payload).items():
            mentions[kind] |= codes
    names = names_of(session, mentions)
    units = _units(session, mentions["item"])
    decisions = {
        decision.proposal_id: decision
        for decision in session.scalars(
            select(Decision).where(Decision.proposal_id.in_([p.id for p in proposals]))
        )
    }
    return [_shown(proposal, names, units, decisions.get(proposal.id)) for proposal in proposals]


def show_proposal(session: Session, proposal: Proposal) -> Json:
    """One proposal as the page shows it."""
    return show_proposals(session, [proposal])[0]


def show_decision(decision: Decision) -> Json:
    """Who decided what, when, why and with which effect."""
    return {
        "action": decision.action,
        "actor": decision.actor,
        "at": instant_json(decision.at),
        "reason": decision.reason,
        "effect": decision.effect,
    }


def _units(session: Session, codes: set[str]) -> dict[str, str]:
    rows = session.execute(select(Item.code, Item.unit).where(Item.code.in_(sorted(codes))))
    return {code: unit for code, unit in rows}  # noqa: C416 - Row is no tuple type


def _shown(
    proposal: Proposal,
    names: Mapping[str, Mapping[str, Mapping[str, str]]],
    units: Mapping[str, str],
    decision: Decision | None,
) -> Json:
    payload = proposal.payload
    own = payload_mentions(payload)
    span = None
    if proposal.span_start is not None and proposal.span_end is not None:
        span = [proposal.span_start, proposal.span_end]
    is_order = proposal.kind == ProposalKind.CREATE_ORDER
    return {
        "id": proposal.id,
        "kind": proposal.kind.value,
        "status": proposal.status.value,
        "created_at": instant_json(proposal.created_at),
        "title": proposal.title,
        "payload": payload,
        "content_hash": proposal.content_hash,
        "quote": proposal.quote,
        "span": span,
        "sender": proposal.sender,
        "certainty": proposal.certainty,
        "message_id": proposal.message_id,
        "conversation_id": proposal.conversation_id,
        "changes": [] if is_order else _changes(payload, units.get(payload.get("item", ""), "")),
        "order": _order(payload, names, units) if is_order else None,
        "names": {
            kind: {code: words for code, words in names[kind].items() if code in own[kind]}
            for kind in names
        },
        "decision": show_decision(decision) if decision else None,
    }


def _changes(payload: Mapping[str, Any], unit: str) -> list[Json]:
    old, new = payload.get("old") or {}, payload.get("new") or {}
    currency = new.get("currency") or old.get("currency") or payload.get("currency") or ""
    changes = []
    for field, value in new.items():
        if field == "parts":
            changes += _parts(old, value, unit)
        elif field != "currency" or value != old.get("currency"):
            changes.append(
                {
                    "field": field,
                    "label": _label(field),
                    "old": _words(field, old[field], unit, currency) if field in old else None,
                    "new": _words(field, value, unit, currency),
                }
            )
    if "quantity" in payload and not new:
        changes.append(
            {
                "field": "quantity",
                "label": _label("quantity"),
                "old": None,
                "new": _words("quantity", payload["quantity"], unit, currency),
            }
        )
    return changes


def _parts(old: Mapping[str, Any], parts: Sequence[Mapping[str, Any]], unit: str) -> list[Json]:
    before = _part(old, unit) if old else None
    label = {"en": "delivery", "zh": "到货"}
    return [
        {
            "field": "parts",
            "label": label,
            "old": before if index == 0 else None,
            "new": _part(part, unit),
        }
        for index, part in enumerate(parts)
    ]


def _part(part: Mapping[str, Any], unit: str) -> dict[str, str]:
    quantity = _words("quantity", part.get("quantity"), unit, "")
    day = _words("promised_on", part.get("promised_on"), "", "")
    return {"en": f"{quantity['en']}, {day['en']}", "zh": f"{quantity['zh']}，{day['zh']}"}


def _label(field: str) -> dict[str, str]:
    english, chinese = _LABELS.get(field, (field.replace("_", " "), field))
    return {"en": english, "zh": chinese}


def _words(field: str, value: Any, unit: str, currency: str) -> dict[str, str]:
    if field.endswith(("_on", "_from", "_to")) and isinstance(value, str):
        return texts(value, "date")
    if field == "unit_cost" and value is not None:
        return texts(Decimal(str(value)), currency, exact=True)
    if field == "lead_time_days":
        return texts(value, "days")
    if field in {"quantity", "cancelled_quantity", "moq", "pack_size", "weekly_capacity"}:
        return texts(value, unit, exact=True)
    return texts(value)


def _order(
    payload: Mapping[str, Any],
    names: Mapping[str, Mapping[str, Mapping[str, str]]],
    units: Mapping[str, str],
) -> Json:
    currency = str(payload.get("currency", ""))
    lines, total = [], Decimal(0)
    for line in payload.get("lines") or ():
        code, cost = str(line["item"]), Decimal(str(line["unit_cost"]))
        amount = cost * Decimal(str(line["quantity"]))
        total += amount
        lines.append(
            {
                "item": code,
                "names": names["item"].get(code, {}),
                "quantity": line["quantity"],
                "quantity_text": texts(line["quantity"], units.get(code, ""), exact=True),
                "unit_cost": str(line["unit_cost"]),
                "unit_cost_text": texts(cost, currency, exact=True),
                "amount_text": texts(round(amount, 2), currency, exact=True),
            }
        )
    requested = payload.get("requested_on")
    return {
        "supplier": _party(payload.get("supplier"), names["supplier"]),
        "location": _party(payload.get("location"), names["location"]),
        "currency": currency,
        "requested_on": requested,
        "requested_on_text": _day(requested),
        "lines": lines,
        "total": str(round(total, 2)),
        "total_text": texts(round(total, 2), currency, exact=True),
    }


def _party(code: Any, names: Mapping[str, Mapping[str, str]]) -> Json:
    return {"code": code, "names": names.get(str(code), {})}


def _day(value: Any) -> dict[str, str] | None:
    if not value:
        return None
    day = dt.date.fromisoformat(str(value))
    return {"en": date_text(day, "en"), "zh": date_text(day, "zh")}
