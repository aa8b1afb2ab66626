"""The simulated company: the same every time, and bookkeeping that adds up."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from tests.demo_fixtures import DEMO_SIZE, DEMO_TODAY
from tools.data import frames, schema
from tools.data.database import open_engine, writing
from tools.data.demo import build_demo
from tools.data.demo.truth import DemoTruth, load_truth
from tools.data.migrate import upgrade
from tools.errors import InvalidInput, NoData, RecordConflict

PAIR = ["item", "location"]


def small(path: Path, **changes: object) -> tuple[Engine, DemoTruth]:
    engine = upgrade(f"sqlite:///{path}")
    size = {"seed": 3, "today": DEMO_TODAY, "months": 6, "items": 24, **changes}
    return engine, build_demo(engine, **size)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def clean(tmp_path_factory: pytest.TempPathFactory) -> tuple[Engine, DemoTruth]:
    """A company in whose records nothing is wrong."""
    return small(tmp_path_factory.mktemp("clean") / "demo.db", plant_anomalies=False, months=9)


def every_row(engine: Engine) -> dict[str, list[tuple[object, ...]]]:
    moving = {"data_versions", "imports"}
    with engine.connect() as connection:
        return {
            table.name: [tuple(row) for row in connection.execute(select(table))]
            for table in schema.Base.metadata.sorted_tables
            if table.name not in moving
        }


def test_same_seed_and_day_give_the_same_records(tmp_path: Path) -> None:
    first, truth = small(tmp_path / "one.db")
    second, again = small(tmp_path / "two.db")
    assert every_row(first) == every_row(second)
    assert truth.anomalies == again.anomalies
    assert truth.messages == again.messages
    pd.testing.assert_frame_equal(truth.demand, again.demand)


def test_another_seed_gives_another_company(tmp_path: Path) -> None:
    first, _ = small(tmp_path / "one.db")
    second, _ = small(tmp_path / "two.db", seed=4)
    assert not frames.sales(first).equals(frames.sales(second))


def test_sales_never_exceed_demand(clean: tuple[Engine, DemoTruth]) -> None:
    engine, truth = clean
    sales = frames.sales(engine).astype({"item": str, "location": str})
    both = sales.merge(truth.demand, on=[*PAIR, "ds"], how="outer", indicator=True)
    assert (both["_merge"] == "both").all()
    assert (both["quantity"] <= both["demand"]).all()
    assert (both["quantity"] >= 0).all()
    lost = both["quantity"] < both["demand"]
    assert lost.any()
    assert both.loc[lost, "stocked_out"].all(), "every lost sale is marked as censored"


def test_every_position_is_the_sum_of_the_movements_before_it(
    clean: tuple[Engine, DemoTruth],
) -> None:
    engine, _ = clean
    movements = frames.movements(engine).astype({"item": str, "location": str})
    zones = frames.locations(engine)["time_zone"]
    movements["day"] = pd.concat(
        group["at"].dt.tz_convert(zones[place]).dt.tz_localize(None).dt.normalize()
        for place, group in movements.groupby("location")
    )
    history = frames.stock_history(engine).astype({"item": str, "location": str})
    flow = movements.groupby([*PAIR, "day"])["quantity"].sum().groupby(level=[0, 1]).cumsum()
    flow = flow.rename("balance").reset_index().sort_values("day")
    history = history.sort_values("day")
    both = pd.merge_asof(history, flow, on="day", by=PAIR)
    np.testing.assert_allclose(both["balance"].fillna(0.0), both["on_hand"])


def test_receipts_stay_within_orders_and_reach_the_stock(
    clean: tuple[Engine, DemoTruth],
) -> None:
    engine, _ = clean
    lines = frames.order_lines(engine)
    assert (lines["received_quantity"] + lines["cancelled_quantity"] <= lines["quantity"]).all()
    assert (lines["outstanding"] >= 0).all()
    assert (lines["unit_cost"] > 0).all()
    receipts = frames.receipts(engine)
    movements = frames.movements(engine)
    arrived = movements.loc[movements["kind"] == "receipt", "quantity"].sum()
    assert arrived == (receipts["quantity"] - receipts["rejected"]).sum()
    assert (receipts["received_on"] < pd.Timestamp(DEMO_TODAY)).all()


def test_order_quantities_respect_minimum_and_pack(clean: tuple[Engine, DemoTruth]) -> None:
    engine, _ = clean
    lines = frames.order_lines(engine).merge(frames.terms(engine), on=["item", "supplier"])
    assert len(lines) >= 50
    assert (lines["quantity"] >= lines["moq"]).all()
    assert (lines["quantity"] % lines["pack_size"] == 0).all()


def test_a_clean_company_has_nothing_planted(clean: tuple[Engine, DemoTruth]) -> None:
    engine, truth = clean
    assert truth.anomalies == []
    assert (frames.stock(engine)["on_hand"] >= 0).all()


def test_planted_anomalies_are_in_the_records(demo_engine: Engine, demo_truth: DemoTruth) -> None:
    kinds = {planted.kind for planted in demo_truth.anomalies}
    assert kinds >= {
        "spike",
        "drop",
        "level_shift",
        "missing_days",
        "phantom_stock",
        "shrinkage",
        "negative_stock",
        "factor_error",
        "lead_time_outlier",
        "short_delivery",
        "cost_jump",
        "duplicate_import",
        "half_import",
        "ledger_gap",
    }
    stock = frames.stock(demo_engine).astype({"item": str, "location": str}).set_index(PAIR)
    sales = frames.sales(demo_engine).astype({"item": str, "location": str})
    for planted in demo_truth.anomalies:
        assert planted.starts_on <= planted.ends_on < DEMO_TODAY
        pair = planted.item, planted.location
        rows = sales[
            (sales["item"] == planted.item)
            & (sales["location"] == planted.location)
            & sales["ds"].between(pd.Timestamp(planted.starts_on), pd.Timestamp(planted.ends_on))
        ]
        if planted.kind == "negative_stock":
            assert stock.loc[pair, "on_hand"] < 0
        elif planted.kind == "phantom_stock":
            assert stock.loc[pair, "on_hand"] > 0
            assert rows["quantity"].sum() == 0
            assert not rows["stocked_out"].any()
        elif planted.kind == "missing_days":
            assert rows.empty


def test_the_company_looks_like_a_business(demo_engine: Engine) -> None:
    sales = frames.sales(demo_engine)
    assert 0.003 < sales["stocked_out"].mean() < 0.05
    assert 0.01 < sales["promotion"].mean() < 0.10
    lines = frames.order_lines(demo_engine)
    open_lines = lines[lines["outstanding"] > 0]
    late = open_lines[open_lines["promised_on"] < pd.Timestamp(DEMO_TODAY)]
    assert 1 <= late["order"].nunique() <= 12
    recent = sales[sales["ds"] >= pd.Timestamp(DEMO_TODAY) - pd.Timedelta(days=28)]
    rate = recent.groupby(PAIR, observed=True)["quantity"].mean()
    cover = frames.stock(demo_engine).set_index(PAIR)["on_hand"] / rate[rate > 0.5]
    assert 10 < cover.median() < 70


def test_inbox_speaks_both_languages_and_quotes_its_truth(
    demo_engine: Engine, demo_truth: DemoTruth
) -> None:
    with Session(demo_engine) as session:
        messages = {m.external_id: m for m in session.scalars(select(schema.SupplierMessage))}
        numbers = set(session.scalars(select(schema.PurchaseOrder.number)))
    assert len(messages) == len(demo_truth.messages) == 40
    assert sum(m.language == "zh" for m in messages.values()) == 20
    assert all(m.status == schema.MessageStatus.NEW for m in messages.values())
    for truth in demo_truth.messages:
        message = messages[truth.external_id]
        assert message.body == truth.text
        for event in truth.events:
            roles = event.keys() - {"kind", "certainty", "values"}
            assert roles == event["values"].keys()
            whole = f"{message.subject}\n{message.body}"
            assert all(words in whole for role in roles for words in event[role])
            assert event["values"].get("order", next(iter(numbers))) in numbers
    assert sum(not truth.events for truth in demo_truth.messages) >= 3
    kinds = {event["kind"] for truth in demo_truth.messages for event in truth.events}
    assert len(kinds) >= 12


def test_only_lookalike_senders_are_unknown(demo_engine: Engine) -> None:
    with Session(demo_engine) as session:
        known = {a for s in session.scalars(select(schema.Supplier)) for a in s.addresses}
        unknown = [
            m.sender
            for m in session.scalars(select(schema.SupplierMessage))
            if not any(address in m.sender for address in known)
        ]
    assert len(unknown) == 1
    assert "huaxin-textiie" in unknown[0]


def test_the_truth_is_not_in_the_database(demo_engine: Engine, demo_truth: DemoTruth) -> None:
    sales = frames.sales(demo_engine)
    assert demo_truth.demand["demand"].sum() > sales["quantity"].sum()
    with demo_engine.connect() as connection:
        assert connection.scalar(select(func.count()).select_from(schema.Alert)) == 0


def test_truth_survives_saving(tmp_path: Path, demo_truth: DemoTruth) -> None:
    demo_truth.save(tmp_path / "truth")
    again = load_truth(tmp_path / "truth")
    assert again.anomalies == demo_truth.anomalies
    assert again.messages == demo_truth.messages
    pd.testing.assert_frame_equal(again.demand, demo_truth.demand)


def test_missing_truth_is_named(tmp_path: Path) -> None:
    with pytest.raises(NoData, match="no demo truth"):
        load_truth(tmp_path)


def test_a_filled_database_is_refused(demo_copy: Engine) -> None:
    before = len(frames.items(demo_copy))
    with pytest.raises(RecordConflict, match="already holds items"):
        build_demo(demo_copy, today=DEMO_TODAY, months=3, items=12)
    assert len(frames.items(demo_copy)) == before


@pytest.mark.parametrize(("months", "items"), [(1, 12), (6, 0)])
def test_impossible_sizes_are_refused(tmp_path: Path, months: int, items: int) -> None:
    engine = upgrade(f"sqlite:///{tmp_path / 'demo.db'}")
    with pytest.raises(InvalidInput):
        build_demo(engine, today=DEMO_TODAY, months=months, items=items)


def test_more_items_than_the_catalogue_become_variants(tmp_path: Path) -> None:
    engine = upgrade(f"sqlite:///{tmp_path / 'demo.db'}")
    build_demo(engine, today=DEMO_TODAY, months=2, items=150)
    items = frames.items(engine)
    assert len(items) == 150
    assert items["name_en"].is_unique
    assert items["name_zh"].is_unique


def test_nobody_can_write_to_the_shared_company(demo_engine: Engine) -> None:
    with Session(demo_engine) as session:
        session.add(schema.Category(key="x", names={"en": "x", "zh": "x"}))
        with pytest.raises(OperationalError, match="readonly"):
            session.commit()


def test_planning_day_is_the_day_it_was_built_for(demo_engine: Engine) -> None:
    assert frames.planning_day(demo_engine) == DEMO_SIZE["today"] == dt.date(2026, 11, 22)


def test_progress_reaches_the_end(tmp_path: Path) -> None:
    steps: list[tuple[str, float]] = []
    engine = open_engine(f"sqlite:///{tmp_path / 'demo.db'}")
    upgrade(engine)
    build_demo(
        engine, today=DEMO_TODAY, months=2, items=12, progress=lambda *step: steps.append(step)
    )
    assert steps[-1] == ("write", 1.0)
    assert {name for name, _ in steps} == {"simulate", "write"}


def test_records_can_be_added_afterwards_on_either_database(engine: Engine) -> None:
    build_demo(engine, today=DEMO_TODAY, months=2, items=12)
    with writing(engine) as session:
        item = schema.Item(code="NEW", names={"en": "new"})
        order = schema.PurchaseOrder(
            number="PO-NEW",
            supplier_id=1,
            location_id=1,
            ordered_on=DEMO_TODAY,
            status=schema.OrderStatus.DRAFT,
        )
        session.add_all([item, order])
        session.flush()
        assert item.id == 13
    assert frames.sales(engine)["quantity"].sum() > 0
