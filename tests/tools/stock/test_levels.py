"""Cover, risk and excess against figures worked out by hand."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine

from tools.data import schema
from tools.data.database import new_data_version, writing
from tools.errors import NoData
from tools.stock.levels import EXCESS_DAYS, cover_days, stock_levels
from tools.stock.overview import overview
from tools.stock.projection import course
from tools.stock.rates import HORIZON_DAYS, quantile_weights

TODAY = dt.date(2026, 3, 2)
DAILY = 10.0


@pytest.fixture
def shop(sqlite_engine: Engine) -> Engine:
    """One place that sells ten a day of three items: short, plenty, and far too many."""
    with writing(sqlite_engine) as session:
        session.add(schema.Location(id=1, code="L", names={"en": "Shop"}, kind="store"))
        session.add(schema.Supplier(id=1, code="S", names={"en": "Supplier"}))
        session.flush()
        for number, on_hand in enumerate((60.0, 400.0, 2000.0), 1):
            session.add(
                schema.Item(
                    id=number,
                    code=f"I{number}",
                    names={"en": f"item {number}"},
                    unit_cost=Decimal("4"),
                    unit_price=Decimal("6"),
                )
            )
            session.flush()
            session.add(
                schema.SupplyTerm(
                    item_id=number,
                    supplier_id=1,
                    valid_from=dt.date(2025, 1, 1),
                    unit_cost=Decimal("4"),
                    lead_time_days=13,
                )
            )
            session.add(
                schema.StockPosition(
                    item_id=number,
                    location_id=1,
                    day=TODAY - dt.timedelta(days=1),
                    on_hand=on_hand,
                    reserved=10.0 if number == 1 else 0.0,
                )
            )
            for back in range(1, 29):
                session.add(
                    schema.SalesDay(
                        item_id=number,
                        location_id=1,
                        day=TODAY - dt.timedelta(days=back),
                        quantity=DAILY,
                        price=Decimal("6"),
                    )
                )
        new_data_version(session, "shop")
    return sqlite_engine


def order(engine: Engine, quantity: float, promised: dt.date) -> None:
    with writing(engine) as session:
        line = schema.PurchaseOrderLine(
            line_no=1,
            item_id=1,
            quantity=quantity,
            unit_cost=Decimal("4"),
            requested_on=promised,
            promised_on=promised,
        )
        session.add(
            schema.PurchaseOrder(
                number="PO-1",
                supplier_id=1,
                location_id=1,
                ordered_on=TODAY - dt.timedelta(days=20),
                status=schema.OrderStatus.CONFIRMED,
                lines=[line],
            )
        )
        new_data_version(session, "order")


def test_cover_is_available_stock_over_daily_sales(shop: Engine) -> None:
    levels = stock_levels(shop, TODAY).set_index("item")
    assert levels.loc["I1", "available"] == 50.0
    assert levels.loc["I1", "cover_days"] == pytest.approx(5.0)
    assert levels.loc["I2", "cover_days"] == pytest.approx(40.0)
    assert levels.loc["I3", "cover_days"] == pytest.approx(200.0)
    assert set(levels["rate_source"]) == {"sales"}


def test_risk_is_the_margin_lost_until_an_order_arrives(shop: Engine) -> None:
    levels = stock_levels(shop, TODAY).set_index("item")
    # An order decided today is here in 1 + 13 days; 50 of the 140 wanted by then are there.
    assert levels.loc["I1", "lead_days"] == 14
    assert levels.loc["I1", "lost_units"] == 90.0
    assert levels.loc["I1", "money_at_risk"] == pytest.approx(180.0)
    assert levels.loc["I1", "stock_out_on"].date() == TODAY + dt.timedelta(days=5)
    assert levels["lost_units"].drop("I1").eq(0.0).all()
    assert levels["stock_out_on"].drop("I1").isna().all()


def test_a_delivery_in_time_lifts_the_risk(shop: Engine) -> None:
    order(shop, 100.0, TODAY + dt.timedelta(days=4))
    levels = stock_levels(shop, TODAY).set_index("item")
    assert levels.loc["I1", "on_order"] == 100.0
    assert levels.loc["I1", "next_receipt_on"].date() == TODAY + dt.timedelta(days=4)
    assert levels.loc["I1", "lost_units"] == 0.0


def test_what_is_lost_before_a_late_delivery_stays_lost(shop: Engine) -> None:
    order(shop, 500.0, TODAY - dt.timedelta(days=3))
    levels = stock_levels(shop, TODAY).set_index("item")
    # Overdue goods are expected in a week: days 5 and 6 find nothing.
    assert levels.loc["I1", "overdue"] == 500.0
    assert levels.loc["I1", "lost_units"] == 20.0
    shown = overview(shop, TODAY)
    assert [late.order for late in shown.late_orders] == ["PO-1"]
    assert shown.late_orders[0].late_days == 3
    assert shown.late_orders[0].value == pytest.approx(2000.0)


def test_excess_is_what_lies_beyond_the_stated_days(shop: Engine) -> None:
    levels = stock_levels(shop, TODAY).set_index("item")
    assert levels.loc["I3", "excess_units"] == 2000.0 - EXCESS_DAYS * DAILY
    assert levels.loc["I3", "excess_value"] == pytest.approx(levels.loc["I3", "excess_units"] * 4)
    assert levels["excess_units"].drop("I3").eq(0.0).all()


def test_overview_counts_what_the_tool_lists(shop: Engine) -> None:
    shown = overview(shop, TODAY)
    assert [row.item for row in shown.at_risk] == ["I1"]
    assert shown.at_risk[0].cover_days == 5.0
    assert shown.money_at_risk == pytest.approx(180.0)
    assert shown.stock_value == pytest.approx((60 + 400 + 2000) * 4)
    assert shown.excess_items == 1


def test_no_positions_are_named(sqlite_engine: Engine) -> None:
    with pytest.raises(NoData, match="No stock is recorded"):
        stock_levels(sqlite_engine, TODAY)


def test_cover_counts_fractions_and_goes_on_beyond_the_horizon() -> None:
    daily = np.array([[4.0] * 60, [4.0] * 60, [0.0] * 60, [0.0, 0.0] + [1.0] * 58])
    cover = cover_days(np.array([10.0, 400.0, 5.0, 3.0]), daily)
    assert cover[0] == pytest.approx(2.5)
    assert cover[1] == pytest.approx(100.0)
    assert np.isnan(cover[2])
    assert cover[3] == pytest.approx(5.0)


@given(
    st.floats(0, 1e5),
    st.floats(0, 1e3),
    st.lists(st.floats(0.01, 50), min_size=30, max_size=40),
)
def test_more_stock_never_lasts_shorter(stock: float, more: float, daily: list[float]) -> None:
    rates = np.array([daily, daily])
    less, longer = cover_days(np.array([stock, stock + more]), rates)
    assert longer >= less - 1e-6 * max(1.0, less)


@given(st.lists(st.floats(0.02, 0.98), min_size=1, max_size=20, unique=True))
def test_quantile_weights_are_a_mean(levels: list[float]) -> None:
    weights = quantile_weights(np.array(sorted(levels)))
    assert weights.sum() == pytest.approx(1.0)
    assert (weights > 0).all()


@given(st.integers(0, 50), st.lists(st.integers(0, 20), min_size=5, max_size=5), st.data())
def test_projected_stock_is_never_negative_and_nothing_appears(
    stock: int, demand: list[int], data: st.DataObject
) -> None:
    receipts = data.draw(st.lists(st.integers(0, 20), min_size=5, max_size=5))
    line = course(
        np.array([float(stock)]),
        np.array([receipts], dtype=float),
        np.array([[demand]], dtype=float),
    )[0, 0]
    held = float(stock)
    for day in range(5):
        held = max(held + receipts[day] - demand[day], 0.0)
        assert line[day] == pytest.approx(held)


def test_the_horizon_covers_the_excess_limit() -> None:
    assert HORIZON_DAYS >= EXCESS_DAYS
