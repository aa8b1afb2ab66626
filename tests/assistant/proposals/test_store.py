"""Proposals are stored once, replaced when computed anew, and hashed as shown."""

from __future__ import annotations

import dataclasses
from typing import Any

from hypothesis import given
from hypothesis import settings as unhurried
from hypothesis import strategies as st
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from assistant.proposals.content import content_hash, shown_content, stored_hash
from assistant.proposals.shown import show_proposal
from assistant.proposals.store import store_drafts
from tools.data.schema import Proposal, ProposalStatus
from tools.facts import ProposalDraft
from tools.text import Text


def draft(payload: dict[str, Any], **more: Any) -> ProposalDraft:
    return ProposalDraft(
        kind="create_order", title=Text("Order from Huaxin", "向华信订货"), payload=payload, **more
    )


def statuses(engine: Engine) -> dict[int, str]:
    with Session(engine) as session:
        return {p.id: p.status.value for p in session.scalars(select(Proposal))}


def test_same_content_is_the_same_open_proposal(company: Engine, draft_order: Any) -> None:
    first = store_drafts(company, [draft(draft_order)], conversation_id="c_1")
    assert store_drafts(company, [draft(draft_order)], conversation_id="c_1") == first
    assert statuses(company) == {first[0]: "open"}


def test_newer_draft_for_the_same_need_replaces_the_older(
    company: Engine, draft_order: Any
) -> None:
    (old,) = store_drafts(company, [draft(draft_order)], conversation_id="c_1")
    more = {**draft_order, "lines": [{**draft_order["lines"][0], "quantity": 600}]}
    other_item = {**draft_order, "lines": [{**draft_order["lines"][0], "item": "MG-200"}]}
    (other,) = store_drafts(company, [draft(other_item)], conversation_id="c_1")
    (new,) = store_drafts(company, [draft(more)], conversation_id="c_1")
    (elsewhere,) = store_drafts(company, [draft(draft_order)], conversation_id="c_2")
    assert statuses(company) == {
        old: "superseded",
        other: "open",
        new: "open",
        elsewhere: "open",
    }


def test_reading_a_message_again_replaces_its_proposals(company: Engine, draft_order: Any) -> None:
    (old,) = store_drafts(company, [draft(draft_order)], message_id=None)
    assert store_drafts(company, []) == []
    assert statuses(company) == {old: "open"}


def test_stored_proposal_keeps_its_hash(company: Engine, draft_order: Any) -> None:
    (stored,) = store_drafts(company, [draft(draft_order, quote="订 480", span=(3, 8))])
    with Session(company) as session:
        proposal = session.get_one(Proposal, stored)
        assert stored_hash(proposal) == proposal.content_hash
        proposal.payload = {**proposal.payload, "currency": "USD"}
        assert stored_hash(proposal) != proposal.content_hash


def test_order_is_shown_with_names_and_amounts(company: Engine, draft_order: Any) -> None:
    (stored,) = store_drafts(company, [draft(draft_order)])
    with Session(company) as session:
        shown = show_proposal(session, session.get_one(Proposal, stored))
    assert shown["status"] == ProposalStatus.OPEN
    assert shown["order"]["supplier"] == {"code": "HX", "names": {"en": "Huaxin", "zh": "华信"}}
    assert shown["order"]["total"] == "6000.00"
    assert shown["order"]["total_text"] == {"en": "CN¥6,000.00", "zh": "6,000.00 元"}
    assert shown["order"]["lines"][0]["quantity_text"] == {"en": "480 pcs", "zh": "480 件"}
    assert shown["order"]["requested_on_text"]["zh"] == "2026年12月20日"


def test_change_is_shown_in_words(company: Engine) -> None:
    change = ProposalDraft(
        kind="change_price",
        title=Text("Price", "价格"),
        payload={
            "order": "PO-10412",
            "line_no": 1,
            "item": "SC-104",
            "version": 1,
            "old": {"unit_cost": "12.5", "currency": "CNY"},
            "new": {"unit_cost": "13.125", "currency": "CNY"},
        },
    )
    (stored,) = store_drafts(company, [change])
    with Session(company) as session:
        shown = show_proposal(session, session.get_one(Proposal, stored))
    (line,) = shown["changes"]
    assert line["old"] == {"en": "CN¥12.50", "zh": "12.50 元"}
    assert line["new"] == {"en": "CN¥13.125", "zh": "13.125 元"}


_TEXTS = st.text(max_size=20)


@unhurried(deadline=None)
@given(_TEXTS, _TEXTS, _TEXTS, st.integers(0, 10**6))
def test_any_difference_in_what_is_shown_changes_the_hash(
    quote: str, sender: str, title: str, quantity: int
) -> None:
    one = ProposalDraft(
        kind="change_quantity",
        title=Text(title, title),
        payload={"new": {"quantity": quantity}},
        quote=quote,
        sender=sender,
    )
    hashes = {
        content_hash(shown_content(found))
        for found in [
            one,
            dataclasses.replace(one, quote=quote + "."),
            dataclasses.replace(one, sender=sender + "."),
            dataclasses.replace(one, title=Text(title + ".", title)),
            dataclasses.replace(one, payload={"new": {"quantity": quantity + 1}}),
            dataclasses.replace(one, certainty="firm"),
            dataclasses.replace(one, kind="change_date"),
            dataclasses.replace(one, span=(0, 1)),
        ]
    }
    assert len(hashes) == 8
