"""Inventory figures against examples worked out by hand, and against the demo's hidden truth."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from sqlalchemy import Engine

from tools.data import frames, schema
from tools.data.database import new_data_version, writing
from tools.data.demo.truth import DemoTruth
from tools.stock.kpis import by_month, kpis
from tools.stock.lost_sales import estimate_lost
from tools.stock.segments import classify
from tools.values import Period

START = dt.date(2026, 1, 1)
DAYS = 73
PERIOD = Period(START, START + dt.timedelta(days=DAYS - 1))


@pytest.fixture
def books(sqlite_engine: Engine) -> Engine:
    """Seventy-three days of ten a day, one of them cut short by an empty shelf; four counts."""
    with writing(sqlite_engine) as session:
        session.add(schema.Location(id=1, code="L", names={"en": "Shop"}, kind="store"))
        session.add(schema.Item(id=1, code="A", names={"en": "A"}, unit_cost=Decimal("2")))
        session.flush()
        for number in range(DAYS):
            day = START + dt.timedelta(days=number)
            out = number == 40
            session.add(
                schema.SalesDay(
                    item_id=1,
                    location_id=1,
                    day=day,
                    quantity=4.0 if out else 10.0,
                    returned=1.0 if number == 50 else 0.0,
                    stocked_out=out,
                )
            )
        for number, on_hand in ((10, 300.0), (30, 100.0), (DAYS - 1, 200.0)):
            day = START + dt.timedelta(days=number)
            session.add(schema.StockPosition(item_id=1, location_id=1, day=day, on_hand=on_hand))
        _movements(session)
        new_data_version(session, "books")
    return sqlite_engine


def _movements(session: object) -> None:
    """Recorded stock 1000, then counts that find 1000, 985 (1.5 % off), 930 (5.6 %) and 930."""
    steps = [
        ("adjustment", 1000.0),
        ("count", 0.0),
        ("count", -15.0),
        ("count", -55.0),
        ("count", 0.0),
        ("write_off", -730.0),
    ]
    for number, (kind, quantity) in enumerate(steps):
        session.add(  # type: ignore[attr-defined]
            schema.StockMovement(
                external_id=str(number),
                item_id=1,
                location_id=1,
                at=dt.datetime(2026, 1, 5 + number, 9, tzinfo=dt.UTC),
                kind=schema.MovementKind(kind),
                quantity=quantity,
            )
        )


def test_turnover_is_yearly_cost_of_sales_over_mean_stock(books: Engine) -> None:
    found = kpis(books, PERIOD)
    sold = 72 * 10 + 4 - 1
    assert found.cost_of_sales == pytest.approx(sold * 2)
    assert found.average_stock_value == pytest.approx((300 + 100 + 200) / 3 * 2)
    assert found.turnover == pytest.approx(sold * 2 * 365.25 / DAYS / 400)


def test_stock_out_rate_and_fill_rate(books: Engine) -> None:
    found = kpis(books, PERIOD)
    assert found.stock_out_rate == pytest.approx(1 / DAYS)
    # On the stock-out day ten were expected and four sold.
    assert found.lost_units == pytest.approx(6.0)
    assert found.fill_rate == pytest.approx(724 / 730)


def test_accuracy_is_the_share_of_counts_within_tolerance(books: Engine) -> None:
    found = kpis(books, PERIOD)
    assert (found.counts, found.exact_counts) == (4, 3)
    assert found.inventory_accuracy == pytest.approx(0.75)


def test_value_is_the_latest_stock_at_cost(books: Engine) -> None:
    assert kpis(books, PERIOD).stock_value == pytest.approx(400.0)


def test_a_period_without_records_has_no_figures(books: Engine) -> None:
    found = kpis(books, Period(dt.date(2020, 1, 1), dt.date(2020, 2, 1)))
    assert found.turnover is None
    assert found.stock_out_rate is None
    assert found.fill_rate is None
    assert found.inventory_accuracy is None


def test_months_are_those_of_the_period(books: Engine) -> None:
    monthly = by_month(books, PERIOD)
    assert [month.month for month in monthly.index] == [1, 2, 3]
    assert monthly.loc["2026-02-01", "stock_out_rate"] == pytest.approx(1 / 28)
    assert monthly.loc["2026-01-01", "stock_value"] == pytest.approx(400.0)


def test_an_item_without_cost_is_reported_not_guessed(books: Engine) -> None:
    with writing(books) as session:
        session.add(schema.Item(id=2, code="B", names={"en": "B"}))
        session.flush()
        session.add(schema.StockPosition(item_id=2, location_id=1, day=PERIOD.end, on_hand=50.0))
        new_data_version(session, "B")
    found = kpis(books, PERIOD)
    assert found.items_without_cost == 1
    assert found.stock_value == pytest.approx(400.0)


def sales_frame(quantity: list[float], out: list[bool]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "item": "A",
            "location": "L",
            "ds": pd.date_range("2026-01-05", periods=len(quantity)),
            "quantity": quantity,
            "stocked_out": out,
        }
    )


def test_lost_units_follow_the_weekday() -> None:
    week = [10.0] * 5 + [40.0, 0.0]
    quantity = week * 8
    saturday = 5 + 7 * 4
    quantity[saturday] = 5.0
    lost = estimate_lost(sales_frame(quantity, [n == saturday for n in range(56)]))
    nearby = [q for n, q in enumerate(quantity) if abs(n - saturday) <= 28 and n != saturday]
    everything = [q for n, q in enumerate(quantity) if n != saturday]
    expected = np.mean(nearby) * 40.0 / np.mean(everything)
    assert lost[saturday] == pytest.approx(expected - 5.0)
    assert lost.sum() == pytest.approx(lost[saturday])


def test_a_shelf_that_was_never_full_says_nothing() -> None:
    assert estimate_lost(sales_frame([3.0] * 10, [True] * 10)).sum() == 0.0


def test_estimated_lost_units_come_near_the_truth(
    demo_engine: Engine, demo_truth: DemoTruth
) -> None:
    sales = frames.sales(demo_engine)
    sales["lost"] = estimate_lost(sales)
    sales = sales.astype({"item": str, "location": str})
    both = sales.merge(demo_truth.demand, on=["item", "location", "ds"])
    out = both[both["stocked_out"]]
    truly_lost = (out["demand"] - out["quantity"]).clip(lower=0.0).sum()
    assert out["lost"].sum() == pytest.approx(truly_lost, rel=0.35)


def test_abc_by_revenue_and_xyz_by_variation() -> None:
    today = dt.date(2026, 1, 1)
    days = pd.date_range(end="2025-12-31", periods=364)
    steady = pd.DataFrame({"item": "BIG", "ds": days, "quantity": 8.0})
    wild = pd.DataFrame({"item": "MID", "ds": days[::91], "quantity": 126.0})
    small = pd.DataFrame({"item": "LOW", "ds": days, "quantity": 0.4})
    sales = pd.concat([steady, wild, small]).assign(location="L", price=1.0)
    # MID must have rows on its empty days too, otherwise they would be missing, not zero.
    empty = pd.DataFrame(
        {"item": "MID", "ds": days, "quantity": 0.0, "location": "L", "price": 1.0}
    )
    sales = pd.concat([sales, empty])
    items = pd.DataFrame(
        {"unit_price": 1.0, "unit_cost": 0.5}, index=["BIG", "LOW", "MID", "NEVER"]
    )
    found = classify(sales, items, today)
    assert found.loc["BIG", ["abc", "xyz"]].tolist() == ["A", "X"]
    assert found.loc["MID", ["abc", "xyz"]].tolist() == ["B", "Z"]
    assert found.loc["LOW", ["abc", "xyz"]].tolist() == ["C", "X"]
    assert found.loc["NEVER", ["abc", "xyz"]].tolist() == ["C", "Z"]
