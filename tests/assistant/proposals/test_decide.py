"""Approvals apply exactly what was shown, once, or nothing at all."""

from __future__ import annotations

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from assistant.errors import NotFound
from assistant.proposals import decide
from assistant.proposals.store import store_drafts
from tools.data import database
from tools.data.database import data_version, writing
from tools.data.schema import (
    Decision,
    Item,
    OrderStatus,
    Promise,
    Proposal,
    PurchaseOrder,
    PurchaseOrderLine,
    Receipt,
    SupplyTerm,
)
from tools.errors import InvalidInput, RecordConflict
from tools.facts import ProposalDraft
from tools.text import Text


def store(engine: Engine, kind: str, payload: dict[str, Any]) -> tuple[int, str]:
    (stored,) = store_drafts(engine, [ProposalDraft(kind, Text("Change", "更改"), payload)])
    with Session(engine) as session:
        return stored, session.get_one(Proposal, stored).content_hash


def line_change(old: dict[str, Any], new: dict[str, Any], version: int = 1) -> dict[str, Any]:
    line = {"order": "PO-10412", "line_no": 1, "item": "SC-104", "version": version}
    return {**line, "old": old, "new": new}


def line(engine: Engine, line_no: int = 1, number: str = "PO-10412") -> PurchaseOrderLine:
    with Session(engine, expire_on_commit=False) as session:
        return session.scalars(
            select(PurchaseOrderLine)
            .join(PurchaseOrder)
            .where(PurchaseOrder.number == number, PurchaseOrderLine.line_no == line_no)
        ).one()


def count(engine: Engine, model: type) -> int:
    with Session(engine) as session:
        return session.scalar(select(func.count()).select_from(model)) or 0


def test_approved_draft_becomes_an_order(company: Engine, draft_order: dict[str, Any]) -> None:
    version = data_version(company)
    stored, shown = store(company, "create_order", draft_order)
    decided = decide.approve(company, stored, shown, "anna", "holidays")
    assert decided["status"] == "approved"
    decision = decided["decision"]
    assert decision["actor"] == "anna"
    assert decision["reason"] == "holidays"
    assert decision["effect"]["order"] == "PO-10413"
    assert decision["effect"]["data_version"] == version + 1
    with Session(company) as session:
        order = session.scalars(
            select(PurchaseOrder).where(PurchaseOrder.number == "PO-10413")
        ).one()
        assert order.status == OrderStatus.APPROVED
        assert order.created_by == "anna"
        assert [(ln.quantity, ln.unit_cost) for ln in order.lines] == [(480, Decimal("12.5"))]


def test_approving_again_returns_the_first_decision(
    company: Engine, draft_order: dict[str, Any]
) -> None:
    stored, shown = store(company, "create_order", draft_order)
    first = decide.approve(company, stored, shown, "anna")
    assert decide.approve(company, stored, shown, "bob") == first
    assert count(company, PurchaseOrder) == 2
    with pytest.raises(RecordConflict, match="anna has already approved"):
        decide.reject(company, stored, shown, "bob", "")


def test_other_hash_is_refused(company: Engine, draft_order: dict[str, Any]) -> None:
    stored, _ = store(company, "create_order", draft_order)
    with pytest.raises(RecordConflict, match="not what the proposal says"):
        decide.approve(company, stored, "0" * 64, "anna")
    with pytest.raises(NotFound):
        decide.approve(company, 999, "0" * 64, "anna")
    assert count(company, PurchaseOrder) == 1


def test_altered_row_is_refused(company: Engine, draft_order: dict[str, Any]) -> None:
    stored, shown = store(company, "create_order", draft_order)
    with writing(company) as session:
        session.get_one(Proposal, stored).payload = {**draft_order, "supplier": "XX"}
    with pytest.raises(RecordConflict, match="altered"):
        decide.approve(company, stored, shown, "anna")
    with Session(company) as session:
        assert session.get_one(Proposal, stored).status == "open"


@pytest.fixture(params=["one process", "several processes"])
def writers(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Writers of one process take turns; without that lock only the database keeps order."""
    if request.param == "several processes":
        monkeypatch.setattr(database, "WRITE_LOCK", nullcontext())
    return str(request.param)


@pytest.mark.parametrize("tabs", [8])
def test_concurrent_approvals_apply_once(
    company: Engine, draft_order: dict[str, Any], tabs: int, writers: str
) -> None:
    stored, shown = store(company, "create_order", draft_order)
    with ThreadPoolExecutor(tabs) as pool:
        outcomes = list(
            pool.map(lambda tab: decide.approve(company, stored, shown, f"tab {tab}"), range(tabs))
        )
    assert len({outcome["decision"]["at"] for outcome in outcomes}) == 1
    assert len({outcome["decision"]["actor"] for outcome in outcomes}) == 1
    assert count(company, PurchaseOrder) == 2
    assert count(company, Decision) == 1


def test_concurrent_orders_get_different_numbers(
    company: Engine, draft_order: dict[str, Any], writers: str
) -> None:
    proposals = []
    for day in range(1, 9):
        payload = {**draft_order, "requested_on": f"2026-12-0{day}"}
        item = {"item": ["SC-104", "MG-200"][day % 2], "quantity": day, "unit_cost": "1"}
        proposals.append(store(company, "create_order", {**payload, "lines": [item]}))
    outcomes = []

    def approve(proposal: tuple[int, str]) -> None:
        try:
            outcomes.append(decide.approve(company, *proposal, "anna")["status"])
        except RecordConflict:
            outcomes.append("conflict")

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(approve, proposals))
    assert sorted(outcomes) == ["approved"] * 2 + ["conflict"] * 6
    assert count(company, PurchaseOrder) == 3


def test_approving_one_draft_replaces_the_others_for_the_same_need(
    company: Engine, draft_order: dict[str, Any]
) -> None:
    first, shown = store(company, "create_order", draft_order)
    payload = {**draft_order, "requested_on": "2026-12-28"}
    second, other = store(company, "create_order", payload)
    decide.approve(company, first, shown, "anna")
    with pytest.raises(RecordConflict, match="replaced by a newer one"):
        decide.approve(company, second, other, "anna")


def test_past_day_and_gone_item_are_refused(company: Engine, draft_order: dict[str, Any]) -> None:
    late = store(company, "create_order", {**draft_order, "requested_on": "2026-11-01"})
    with pytest.raises(RecordConflict, match="has passed"):
        decide.approve(company, *late, "anna")
    with writing(company) as session:
        item = session.scalars(select(Item).where(Item.code == "SC-104")).one()
        item.discontinued_on = dt.date(2026, 11, 1)
    gone = store(company, "create_order", draft_order)
    with pytest.raises(RecordConflict, match="discontinued"):
        decide.approve(company, *gone, "anna")
    assert count(company, Decision) == 0


def test_changed_day_is_promised(company: Engine) -> None:
    payload = line_change({"promised_on": "2026-11-26"}, {"promised_on": "2026-12-03"})
    stored, shown = store(company, "change_date", payload)
    decided = decide.approve(company, stored, shown, "anna")
    assert line(company).promised_on == dt.date(2026, 12, 3)
    assert line(company).version == 2
    assert line(company, 2).version == 1
    assert count(company, Promise) == 1
    assert decided["decision"]["effect"]["changes"] == [
        {
            "table": "purchase_order_lines",
            "row": "PO-10412/1",
            "field": "promised_on",
            "old": "2026-11-26",
            "new": "2026-12-03",
        }
    ]


def test_line_changed_meanwhile_is_a_conflict(company: Engine) -> None:
    day = store(
        company,
        "change_date",
        line_change({"promised_on": "2026-11-26"}, {"promised_on": "2026-12-03"}),
    )
    price = store(company, "change_price", line_change({"unit_cost": "12.50"}, {"unit_cost": "13"}))
    decide.approve(company, *day, "anna")
    with pytest.raises(RecordConflict, match="was changed after"):
        decide.approve(company, *price, "anna")
    assert line(company).unit_cost == Decimal("12.5")
    assert count(company, Decision) == 1


def test_old_value_that_does_not_hold_is_a_conflict(company: Engine) -> None:
    stored = store(company, "change_quantity", line_change({"quantity": 900}, {"quantity": 800}))
    with pytest.raises(RecordConflict, match="no longer 900"):
        decide.approve(company, *stored, "anna")


def test_quantity_below_what_was_received_is_a_conflict(company: Engine) -> None:
    with writing(company) as session:
        session.add(
            Receipt(
                external_id="R1",
                line_id=line(company).id,
                received_on=dt.date(2026, 11, 20),
                quantity=600,
            )
        )
    low = store(company, "change_quantity", line_change({"quantity": 1000}, {"quantity": 500}))
    with pytest.raises(RecordConflict, match="already received"):
        decide.approve(company, *low, "anna")
    fits = store(company, "change_quantity", line_change({"quantity": 1000}, {"quantity": 700}))
    decide.approve(company, *fits, "anna")
    assert line(company).quantity == 700


def test_split_keeps_the_total(company: Engine) -> None:
    parts = [
        {"quantity": 600, "promised_on": "2026-12-01"},
        {"quantity": 400, "promised_on": "2027-01-15"},
    ]
    stored = store(
        company,
        "split_line",
        line_change({"quantity": 1000, "promised_on": "2026-11-26"}, {"parts": parts}),
    )
    decide.approve(company, *stored, "anna")
    assert line(company).quantity == 600
    third = line(company, 3)
    assert (third.quantity, third.promised_on) == (400, dt.date(2027, 1, 15))
    assert third.item_id == line(company).item_id
    short = store(
        company,
        "split_line",
        line_change({}, {"parts": parts}, version=2),
    )
    with pytest.raises(RecordConflict, match="add up to 1000"):
        decide.approve(company, *short, "anna")


def test_cancelling_all_lines_cancels_the_order(company: Engine) -> None:
    for line_no, item in [(1, "SC-104"), (2, "MG-200")]:
        payload = line_change({"quantity": 1000}, {"cancelled_quantity": 1000})
        stored = store(company, "cancel_line", {**payload, "line_no": line_no, "item": item})
        decide.approve(company, *stored, "anna")
    with Session(company) as session:
        order = session.scalars(select(PurchaseOrder)).one()
        assert order.status == OrderStatus.CANCELLED


def test_confirmation_confirms_the_order(company: Engine) -> None:
    stored = store(
        company,
        "confirm_line",
        line_change({}, {"promised_on": "2026-11-28", "quantity": 1000}),
    )
    decide.approve(company, *stored, "anna")
    with Session(company) as session:
        assert session.scalars(select(PurchaseOrder)).one().status == OrderStatus.CONFIRMED
    assert line(company).promised_on == dt.date(2026, 11, 28)
    assert line(company).quantity == 1000


def test_new_terms_begin_and_old_ones_end(company: Engine) -> None:
    stored = store(
        company,
        "change_terms",
        {
            "supplier": "HX",
            "item": "SC-104",
            "old": {"moq": 100},
            "new": {"moq": 200, "lead_time_days": 45, "valid_from": "2027-01-01"},
        },
    )
    decide.approve(company, *stored, "anna")
    with Session(company) as session:
        old, new = session.scalars(select(SupplyTerm).order_by(SupplyTerm.valid_from)).all()
        assert old.valid_to == dt.date(2026, 12, 31)
        assert (new.moq, new.lead_time_days, new.pack_size) == (200, 45, 10)


def test_security_alert_changes_nothing(company: Engine) -> None:
    version = data_version(company)
    stored = store(
        company,
        "security_alert",
        {"supplier": "HX", "kind": "bank_details", "text": "Pay to another account"},
    )
    decided = decide.approve(company, *stored, "anna")
    assert decided["decision"]["effect"]["changes"] == []
    assert data_version(company) == version


def test_rejected_proposal_cannot_be_approved(company: Engine, draft_order: dict[str, Any]) -> None:
    stored, shown = store(company, "create_order", draft_order)
    rejected = decide.reject(company, stored, shown, "anna", "too much")
    assert rejected["decision"]["reason"] == "too much"
    assert decide.reject(company, stored, shown, "anna", "again") == rejected
    with pytest.raises(RecordConflict, match="already rejected"):
        decide.approve(company, stored, shown, "bob")
    assert count(company, PurchaseOrder) == 1


def test_revised_order_is_another_proposal(company: Engine, draft_order: dict[str, Any]) -> None:
    stored, shown = store(company, "create_order", draft_order)
    changes = {"lines": [{"item": "SC-104", "quantity": 360}], "requested_on": "2026-12-24"}
    revised = decide.revise(company, stored, shown, changes)
    assert revised["id"] != stored
    assert revised["content_hash"] != shown
    assert revised["order"]["lines"][0]["quantity"] == 360
    with pytest.raises(RecordConflict, match="replaced by a newer one"):
        decide.approve(company, stored, shown, "anna")
    decided = decide.approve(company, revised["id"], revised["content_hash"], "anna")
    assert decided["decision"]["effect"]["order"] == "PO-10413"


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"supplier": "XX"},
        {"lines": [{"item": "XX", "quantity": 1}]},
        {"lines": [{"item": "SC-104", "quantity": 0}]},
        {"lines": [{"item": "SC-104", "quantity": -5}]},
        {"lines": [{"item": "SC-104", "quantity": "many"}]},
        {"requested_on": "soon"},
    ],
)
def test_unusable_revision_changes_nothing(
    company: Engine, draft_order: dict[str, Any], changes: dict[str, Any]
) -> None:
    stored, shown = store(company, "create_order", draft_order)
    with pytest.raises(InvalidInput):
        decide.revise(company, stored, shown, changes)
    with Session(company) as session:
        assert session.get_one(Proposal, stored).status == "open"


def test_decisions_are_append_only(company: Engine, draft_order: dict[str, Any]) -> None:
    decide.approve(company, *store(company, "create_order", draft_order), "anna")
    with pytest.raises(DBAPIError), writing(company) as session:
        session.scalars(select(Decision)).one().actor = "bob"
