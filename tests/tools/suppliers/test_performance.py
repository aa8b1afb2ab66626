"""Scorecards against a case small enough to work out by hand."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.suppliers.orders import arrivals_by_week, describe_lines, select_lines
from tools.suppliers.performance import (
    measure_lines,
    monthly_on_time,
    price_changes,
    scorecard,
    spend_weighted_change,
    wilson_interval,
)

TODAY = dt.date(2026, 11, 18)


def _day(text: str) -> pd.Timestamp:
    return pd.Timestamp(text)


def _line(line_id: int, **changes: object) -> dict[str, object]:
    return {
        "order": f"PO-{line_id}", "line_no": 1, "line_id": line_id,
        "supplier": "S",
        "location": "L", "item": "A", "ordered_on": _day("2026-09-01"),
        "status": "received", "quantity": 100.0,
        "cancelled_quantity": 0.0, "received_quantity": 100.0, "outstanding": 0.0, "unit_cost": 2.0,
        "currency": "USD", "requested_on": _day("2026-10-01"), "promised_on": _day("2026-10-01"),
        "version": 1, **changes,
    }  # fmt: skip


def _receipt(line_id: int, day: str, quantity: float, rejected: float = 0.0) -> dict[str, object]:
    return {
        "line_id": line_id,
        "received_on": _day(day),
        "quantity": quantity,
        "rejected": rejected,
    }


def _promise(line_id: int, stated: str, promised: str) -> dict[str, object]:
    return {
        "line_id": line_id,
        "stated_at": pd.Timestamp(stated, tz="UTC"),
        "promised_on": _day(promised),
    }


@pytest.fixture
def due() -> pd.DataFrame:
    lines = pd.DataFrame(
        [
            _line(1),
            _line(2, promised_on=_day("2026-10-11")),
            _line(3, quantity=50.0, cancelled_quantity=10.0),
            _line(4, status="cancelled"),
            _line(5, requested_on=_day("2026-12-01"), promised_on=None),
        ]
    )
    receipts = pd.DataFrame(
        [
            _receipt(1, "2026-09-30", 60),
            _receipt(1, "2026-10-06", 40),
            _receipt(2, "2026-10-11", 100, rejected=20),
            _receipt(3, "2026-10-01", 40),
        ]
    )
    promises = pd.DataFrame(
        [
            _promise(1, "2026-09-02", "2026-10-01"),
            _promise(2, "2026-09-02", "2026-10-01"),
            _promise(2, "2026-09-20", "2026-10-11"),
        ]
    )
    return measure_lines(lines, receipts, promises, TODAY)


def test_a_moved_promise_does_not_make_a_late_delivery_punctual(due: pd.DataFrame) -> None:
    card = scorecard(due)
    assert card.lines == 3
    assert card.ordered == 240  # 100 + 100 + (50 - 10)
    assert card.on_time == pytest.approx((60 + 0 + 40) / 240)
    assert card.in_full == pytest.approx((100 + 80 + 40) / 240)
    assert card.rejected == pytest.approx(20 / 240)
    assert card.lines_on_time_in_full == pytest.approx(1 / 3)
    assert card.drift == pytest.approx((0 + 10) / 2)
    # 60 a day early, 40 five days late; 100 ten days late; 40 on the day
    assert card.mean_delay == pytest.approx((60 * -1 + 40 * 5 + 100 * 10) / 240)


def test_lead_times_count_complete_lines_from_order_to_last_receipt(due: pd.DataFrame) -> None:
    lead = scorecard(due).lead_times
    assert lead is not None
    assert lead.count == 3
    assert lead.median == 35  # 35, 40 and 30 days
    assert lead.promised == 30


def test_a_supplier_without_due_lines_has_no_figures(due: pd.DataFrame) -> None:
    card = scorecard(due[due["supplier"] == "nobody"])
    assert card.lines == 0
    assert card.on_time is None
    assert card.idle_months == 12


def test_idle_months_are_missing_not_zero(due: pd.DataFrame) -> None:
    months = monthly_on_time(due, TODAY)
    assert months["on_time"].notna().sum() == 1
    assert scorecard(due).idle_months == 11


def test_price_changes_compare_one_currency_and_weight_by_spend() -> None:
    lines = pd.DataFrame(
        [
            _line(1, ordered_on=_day("2026-02-01"), unit_cost=2.0),
            _line(2, ordered_on=_day("2026-06-01"), unit_cost=2.2, quantity=300.0),
            _line(3, ordered_on=_day("2026-02-01"), item="B", unit_cost=9.0, currency="EUR"),
            _line(4, ordered_on=_day("2026-06-01"), item="B", unit_cost=10.0),
            _line(5, ordered_on=_day("2024-01-01"), unit_cost=1.0),
        ]
    )
    changes = price_changes(lines, TODAY).set_index("item")
    assert changes.loc["A", "change"] == pytest.approx(0.1)
    assert changes.loc["B", "orders"] == 1
    assert spend_weighted_change(changes.reset_index()) == pytest.approx(0.1)


@given(st.floats(0, 1), st.floats(1, 10_000))
def test_the_interval_holds_the_share_and_stays_a_share(share: float, count: float) -> None:
    low, high = wilson_interval(share, count)
    assert 0 <= low <= share + 1e-9
    assert share - 1e-9 <= high <= 1


def test_late_lines_are_those_with_something_outstanding_after_the_day() -> None:
    frame = describe_lines(
        pd.DataFrame(
            [
                _line(1, outstanding=10.0, status="confirmed", promised_on=_day("2026-11-08")),
                _line(2, outstanding=5.0, status="confirmed", promised_on=_day("2026-11-18")),
                _line(3, promised_on=_day("2026-11-01")),
                _line(4, outstanding=7.0, status="sent", promised_on=pd.NaT,
                      requested_on=_day("2026-12-01")),
            ]
        ),
        TODAY,
    )  # fmt: skip
    late = select_lines(frame, status="late")
    assert list(late["line_id"]) == [1]
    assert list(late["late_days"]) == [10]
    assert list(select_lines(frame, status="open")["line_id"]) == [1, 2, 4]
    weeks = arrivals_by_week(select_lines(frame), TODAY)
    assert weeks["outstanding"].iloc[0] == 15  # the overdue ten count in this week
    assert weeks["outstanding"].sum() == 22
