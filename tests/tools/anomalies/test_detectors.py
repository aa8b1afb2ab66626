"""Each detector on small made histories: it sees what was put in, and is quiet without it."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tools.anomalies.expectation import expect, matrix_of
from tools.anomalies.ledger import ledger_findings
from tools.anomalies.records import record_findings
from tools.anomalies.sales import sales_findings
from tools.anomalies.supply import supply_findings
from tools.anomalies.tails import Calibration, false_discovery_cut, negative_binomial_scores

DAYS = 420
ITEMS = 12


def made_sales(seed: int = 1) -> pd.DataFrame:
    """Twelve items at one place with a weekly profile and negative binomial noise."""
    rng = np.random.default_rng(seed)
    days = pd.date_range("2025-01-01", periods=DAYS, freq="D")
    profile = np.array([0.8, 0.8, 0.9, 1.0, 1.2, 1.5, 0.8])[days.dayofweek]
    frames = []
    for i in range(ITEMS):
        mean = (5.0 + 3 * i) * profile
        quantity = rng.negative_binomial(8, 8 / (8 + mean)).astype(float)
        frames.append(
            pd.DataFrame(
                {"item": f"I{i:02d}", "location": "MAIN", "ds": days, "quantity": quantity,
                 "returned": 0.0, "price": 5.0, "promotion": False, "stocked_out": False}
            )
        )  # fmt: skip
    return pd.concat(frames, ignore_index=True)


MONEY = pd.Series({f"I{i:02d}": 2.0 for i in range(ITEMS)})
CATEGORIES = pd.Series({f"I{i:02d}": "all" for i in range(ITEMS)})


def found_in(sales: pd.DataFrame) -> list[tuple[str, str, str]]:
    findings = sales_findings(expect(matrix_of(sales, CATEGORIES)), MONEY)
    return [(f.kind, f.item, f.direction) for f in findings]


def at(sales: pd.DataFrame, item: str, days_ago: int) -> pd.Series:
    return (sales["item"] == item) & (
        sales["ds"] == sales["ds"].max() - pd.Timedelta(days=days_ago)
    )


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_quiet_history_raises_almost_nothing(seed: int) -> None:
    # 12 series x 8 weeks; the false discovery rate allows an odd one.
    assert len(found_in(made_sales(seed))) <= 1


def test_a_series_that_was_always_out_of_stock_is_no_problem() -> None:
    sales = made_sales()
    sales.loc[sales["item"] == "I04", "stocked_out"] = True
    assert [f for f in found_in(sales) if f[1] == "I04"] == []


def test_a_spike_is_found_where_it_is() -> None:
    sales = made_sales()
    sales.loc[at(sales, "I05", 10), "quantity"] *= 5
    assert ("sales_spike", "I05", "up") in found_in(sales)


def test_a_slip_of_ten_is_named() -> None:
    sales = made_sales()
    usual = sales.loc[sales["item"] == "I07", "quantity"].median()
    sales.loc[at(sales, "I07", 9), "quantity"] = round(usual) * 10
    assert ("factor_error", "I07", "up") in found_in(sales)


def test_a_lasting_shift_is_one_finding() -> None:
    sales = made_sales()
    recent = (sales["item"] == "I08") & (sales["ds"] > sales["ds"].max() - pd.Timedelta(days=20))
    sales.loc[recent, "quantity"] = np.round(sales.loc[recent, "quantity"] * 0.3)
    found = [f for f in found_in(sales) if f[1] == "I08"]
    assert found == [("level_shift", "I08", "down")]


def test_a_promotion_is_no_alarm() -> None:
    sales = made_sales()
    for back in (10, 60, 61, 120, 121, 200, 260, 261):
        day = at(sales, "I09", back)
        sales.loc[day, "promotion"] = True
        sales.loc[day, "quantity"] *= 2.5
    assert [f for f in found_in(sales) if f[1] == "I09"] == []


def test_missing_days_are_not_zero_days() -> None:
    sales = made_sales()
    gone = at(sales, "I03", 20) | at(sales, "I03", 21)
    expectation = expect(matrix_of(sales[~gone], CATEGORIES))
    (found,) = record_findings(expectation, MONEY)
    assert (found.kind, found.item) == ("missing_days", "I03")
    assert (found.ends_on - found.starts_on).days == 1


def test_half_an_import_is_one_incident() -> None:
    sales = made_sales()
    day = sales["ds"].max() - pd.Timedelta(days=15)
    gone = (sales["ds"] == day) & (sales["item"] >= "I02")
    (found,) = record_findings(expect(matrix_of(sales[~gone], CATEGORIES)), MONEY)
    assert (found.kind, found.location, found.starts_on) == ("half_import", "MAIN", day.date())


def _movements(rows: list[tuple[str, str, float, str]]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["at", "kind", "quantity", "reference"])
    frame["at"] = pd.to_datetime(frame["at"], utc=True)
    return frame.assign(item="I10", location="MAIN", external_id=range(len(rows)), note="")


def _positions(rows: list[tuple[str, float]]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["day", "on_hand"])
    frame["day"] = pd.to_datetime(frame["day"])
    return frame.assign(item="I10", location="MAIN", reserved=0.0)


def _ledger(sales: pd.DataFrame, history: pd.DataFrame, movements: pd.DataFrame) -> list[str]:
    expectation = expect(matrix_of(sales, CATEGORIES))
    zones = {"MAIN": "America/New_York"}
    current = history.sort_values("day").tail(1)
    found = ledger_findings(expectation, current, history, movements, MONEY, zones)
    return [f.kind for f in found]


def test_silence_with_stock_on_record_is_phantom_stock() -> None:
    sales = made_sales()
    recent = (sales["item"] == "I10") & (sales["ds"] > sales["ds"].max() - pd.Timedelta(days=9))
    sales.loc[recent, "quantity"] = 0.0
    history = _positions([("2026-02-17", 80.0), ("2026-02-24", 80.0)])
    assert _ledger(sales, history, _movements([])) == ["phantom_stock"]
    empty = _positions([("2026-02-17", 0.0), ("2026-02-24", 0.0)])
    assert _ledger(sales, empty, _movements([])) == []


def test_positions_must_follow_from_movements() -> None:
    history = _positions([("2026-02-10", 50.0), ("2026-02-17", 40.0), ("2026-02-24", 15.0)])
    # The last movement is late in the evening of the 17th in New York, already the 18th in UTC.
    booked = _movements(
        [("2026-02-09T12:00", "receipt", 50.0, "A"), ("2026-02-18T03:30", "sale", -10.0, ""),
         ("2026-02-20T12:00", "sale", -5.0, "")]
    )  # fmt: skip
    assert _ledger(made_sales(), history, booked) == ["balance_gap"]
    complete = pd.concat([booked, _movements([("2026-02-21T12:00", "write_off", -20.0, "")])])
    assert _ledger(made_sales(), history, complete) == []


def _lines(days: list[int], received: list[float], cost: list[float]) -> tuple[pd.DataFrame, ...]:
    ordered = pd.to_datetime("2025-06-01") + pd.to_timedelta(np.arange(len(days)) * 14, unit="D")
    lines = pd.DataFrame(
        {"line_id": range(len(days)), "order": [f"PO-{i}" for i in range(len(days))], "line_no": 1,
         "supplier": "S1", "location": "MAIN", "item": "I01", "ordered_on": ordered,
         "status": "received", "quantity": 100.0, "cancelled_quantity": 0.0,
         "received_quantity": received, "unit_cost": cost, "requested_on": ordered,
         "promised_on": pd.NaT}
    )  # fmt: skip
    receipts = pd.DataFrame(
        {"line_id": range(len(days)), "received_on": ordered + pd.to_timedelta(days, unit="D")}
    )
    return lines, receipts


def test_a_late_order_a_short_one_and_a_price_jump_are_found() -> None:
    days = [20, 21, 19, 20, 22, 20, 21, 20, 19, 20, 21, 48]
    received = [100.0] * 10 + [55.0, 100.0]
    cost = [4.0] * 11 + [5.2]
    lines, receipts = _lines(days, received, cost)
    found = supply_findings(lines, receipts, pd.Timestamp("2026-01-20"))
    assert [(f.kind, f.reference) for f in found] == [
        ("lead_time_outlier", "PO-11"),
        ("short_delivery", "PO-10"),
        ("cost_jump", "PO-11"),
    ]


def test_a_steady_supplier_is_quiet() -> None:
    lines, receipts = _lines([20, 21, 19, 20, 22, 20, 21, 20, 19, 20], [100.0] * 10, [4.0] * 10)
    assert supply_findings(lines, receipts, pd.Timestamp("2025-11-20")) == []


def test_calibration_makes_scores_honest() -> None:
    rng = np.random.default_rng(0)
    raw = rng.exponential(1.5, 20_000)
    calibration = Calibration.fit(raw)
    fresh = calibration.p_values(rng.exponential(1.5, 20_000))
    for level in (0.1, 0.01, 0.001):
        assert np.mean(fresh <= level) == pytest.approx(level, rel=0.5)


@settings(max_examples=50)
@given(st.floats(0.05, 500), st.floats(0.02, 4), st.integers(0, 2000))
def test_both_tails_cover_everything(mean: float, dispersion: float, observed: int) -> None:
    up, down = negative_binomial_scores(
        np.array([float(observed)]), np.array([mean]), np.array([dispersion])
    )
    assert 10.0 ** -up[0] + 10.0 ** -down[0] >= 1.0 - 1e-9
    assert up[0] >= 0
    assert down[0] >= 0


@given(st.lists(st.floats(0, 1), min_size=1, max_size=50), st.floats(0.001, 0.5))
def test_the_cut_keeps_the_false_discovery_bound(p_values: list[float], rate: float) -> None:
    cut = false_discovery_cut(np.array(p_values), rate)
    accepted = sum(p <= cut for p in p_values) if cut else 0
    assert cut <= rate * max(accepted, 1) / len(p_values) + 1e-12
