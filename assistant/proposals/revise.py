"""A planner's changes to a proposal: another proposal with other values, never an edit in place."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from assistant.proposals.values import day_of, money_of, quantity_of
from tools.data.schema import Proposal, ProposalKind
from tools.errors import InvalidInput
from tools.facts import ProposalDraft
from tools.text import Text

_NUMBERS = {"quantity", "cancelled_quantity", "moq", "pack_size", "weekly_capacity"}
_SUFFIX = Text(" (changed by the planner)", "（计划员已修改）")


def revised_draft(proposal: Proposal, changes: Mapping[str, Any]) -> ProposalDraft:
    """The draft that takes the proposal's place.

    Raises `InvalidInput` for keys that the proposal does not have, values that cannot be used, and
    changes that leave nothing to approve.
    """
    if proposal.kind in (ProposalKind.SECURITY_ALERT, ProposalKind.TRANSFER):
        raise InvalidInput("This proposal cannot be changed.", "该提议不能修改。")
    if not changes:
        raise InvalidInput("Say which value is to be changed.", "请说明要修改的值。")
    payload = dict(proposal.payload)
    if proposal.kind == ProposalKind.CREATE_ORDER:
        payload = _revised_order(payload, changes)
    else:
        payload["new"] = _revised_values(payload["new"], changes)
    span = None
    if proposal.span_start is not None and proposal.span_end is not None:
        span = (proposal.span_start, proposal.span_end)
    return ProposalDraft(
        kind=proposal.kind.value,
        title=_title(proposal.title),
        payload=payload,
        quote=proposal.quote,
        span=span,
        sender=proposal.sender,
        certainty=proposal.certainty,  # type: ignore[arg-type]
    )


def _title(title: Mapping[str, str]) -> Text:
    english, chinese = title["en"], title["zh"]
    if english.endswith(_SUFFIX.en):
        return Text(english, chinese)
    return Text(english + _SUFFIX.en, chinese + _SUFFIX.zh)


def _revised_order(payload: dict[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    _only(changes, {"requested_on", "lines"})
    if "requested_on" in changes:
        payload["requested_on"] = day_of(changes, "requested_on").isoformat()
    wanted = {str(line.get("item")): line for line in changes.get("lines") or ()}
    _only(wanted, {str(line["item"]) for line in payload["lines"]})
    lines = []
    for line in payload["lines"]:
        change = wanted.get(str(line["item"]))
        if change is None:
            lines.append(line)
        elif change.get("quantity") != 0:
            lines.append({**line, "quantity": quantity_of(change)})
    if not lines:
        raise InvalidInput(
            "Nothing is left to order; reject the proposal instead.",
            "没有可订的行了，请直接拒绝该提议。",
        )
    return {**payload, "lines": lines}


def _revised_values(new: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    _only(changes, set(new))
    revised = dict(new)
    for name in changes:
        revised[name] = _value(name, changes)
    return revised


def _value(name: str, changes: Mapping[str, Any]) -> Any:
    if name.endswith(("_on", "_from")):
        return day_of(changes, name).isoformat()
    if name == "unit_cost":
        return str(money_of(changes))
    if name == "lead_time_days":
        return int(quantity_of(changes, name))
    if name in _NUMBERS:
        return quantity_of(changes, name)
    if name == "parts":
        return [
            {"quantity": quantity_of(part), "promised_on": day_of(part, "promised_on").isoformat()}
            for part in changes[name]
        ]
    return str(changes[name])


def _only(given: Mapping[str, Any], allowed: set[str]) -> None:
    unknown = sorted(set(given) - allowed)
    if unknown:
        raise InvalidInput(
            f"{', '.join(unknown)} cannot be changed here; only {', '.join(sorted(allowed))} can.",
            f"这里不能修改 {'、'.join(unknown)}，只能修改 {'、'.join(sorted(allowed))}。",
        )
