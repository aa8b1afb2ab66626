"""The refresh job: complete, incremental, repeatable, and safe when something fails."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest
from sqlalchemy import Engine, select

from tools.data import frames
from tools.data.database import data_version, new_data_version, writing
from tools.data.demo.truth import DemoTruth
from tools.data.schema import Item, SalesDay, StoredBacktest, StoredForecast
from tools.demand.history import demand_table
from tools.demand.refresh import refresh_forecasts
from tools.demand.stored import (
    lead_time_samples,
    load_drivers,
    load_forecast,
    load_many,
    path_samples,
    refresh_state,
)
from tools.errors import NoData

from .conftest import QUICK, Forecasted


def pairs_that_sold(engine: Engine) -> set[tuple[str, str]]:
    sales = frames.sales(engine)
    return set(zip(sales["item"].astype(str), sales["location"].astype(str), strict=True))


def test_every_pair_has_a_forecast_that_starts_today(forecasted: Forecasted) -> None:
    stored = load_many(forecasted.engine)
    assert set(stored) == pairs_that_sold(forecasted.engine)
    today = frames.planning_day(forecasted.engine)
    for forecast in stored.values():
        assert forecast.starts_on == today
        assert forecast.values.shape == (60, 25)
        assert (np.diff(forecast.values, axis=1) >= 0).all()
    assert forecasted.report.fitted
    assert refresh_state(forecasted.engine)["data_version"] == data_version(forecasted.engine)  # type: ignore[index]


def test_forecasts_are_near_the_uncensored_truth(
    forecasted: Forecasted, demo_truth: DemoTruth
) -> None:
    """The stored median level follows true demand of the last weeks, not censored sales."""
    recent = demo_truth.demand["ds"] >= demo_truth.demand["ds"].max() - np.timedelta64(27, "D")
    true = demo_truth.demand[recent].groupby(["item", "location"])["mean"].mean()
    stored = load_many(forecasted.engine)
    ours = {pair: float(f.values[:28, 12].mean()) for pair, f in stored.items()}
    pairs = [pair for pair in ours if pair in true.index and true[pair] > 2]
    ratio = sum(ours[p] for p in pairs) / sum(true[p] for p in pairs)
    assert 0.7 < ratio < 1.3


def test_nothing_to_do_is_done_at_once(own: Forecasted) -> None:
    assert refresh_forecasts(own.engine, 60, config=QUICK).recomputed == 0


def test_only_changed_series_are_computed_again(own: Forecasted) -> None:
    before = load_many(own.engine)
    first = sorted(before)[0]
    with writing(own.engine) as session:
        item = session.scalars(select(Item).where(Item.code == first[0])).one()
        day = session.scalars(select(SalesDay).where(SalesDay.item_id == item.id)).first()
        assert day is not None
        day.quantity += 5
        new_data_version(session, "a correction")
    report = refresh_forecasts(own.engine, 60, config=QUICK)
    assert (report.recomputed, report.fitted, report.series) == (1, False, len(before))
    after = load_many(own.engine)
    assert refresh_state(own.engine)["data_version"] == data_version(own.engine)  # type: ignore[index]
    assert set(after) == set(before)
    assert np.array_equal(after[sorted(before)[-1]].values, before[sorted(before)[-1]].values)
    with own.engine.connect() as connection:
        copied = connection.execute(
            select(StoredBacktest.id).where(
                StoredBacktest.data_version_id == data_version(own.engine)
            )
        )
        assert copied.first() is not None


def test_old_versions_are_dropped(own: Forecasted) -> None:
    for _ in range(3):
        with writing(own.engine) as session:
            new_data_version(session, "nothing new")
        refresh_forecasts(own.engine, 60, config=QUICK)
    with own.engine.connect() as connection:
        kept = set(connection.scalars(select(StoredForecast.data_version_id).distinct()))
    assert len(kept) == 2


def test_same_data_and_seed_give_the_same_forecasts(own: Forecasted) -> None:
    before = load_many(own.engine)
    report = refresh_forecasts(own.engine, 60, config=QUICK, force=True)
    assert report.fitted
    after = load_many(own.engine)
    for pair, forecast in before.items():
        assert np.array_equal(after[pair].values, forecast.values), pair


def test_a_failure_leaves_the_former_forecasts(
    own: Forecasted, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = load_many(own.engine)
    with writing(own.engine) as session:
        new_data_version(session, "nothing new")

    def fail(*_: object, **__: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr("tools.demand.records._store_backtests", fail)
    with pytest.raises(OSError, match="disk full"):
        refresh_forecasts(own.engine, 60, config=QUICK)
    assert set(load_many(own.engine)) == set(before)


def test_a_damaged_engine_is_fitted_again(own: Forecasted) -> None:
    (own.folder / "forecast-engine" / "network-0.safetensors").write_bytes(b"broken")
    with writing(own.engine) as session:
        new_data_version(session, "nothing new")
    assert refresh_forecasts(own.engine, 60, config=QUICK).fitted


def test_without_sales_there_is_a_sentence(sqlite_engine: Engine) -> None:
    with pytest.raises(NoData, match="import sales"):
        refresh_forecasts(sqlite_engine)
    with pytest.raises(NoData, match="run the refresh"):
        load_many(sqlite_engine)


def test_lead_time_samples_sum_paths(forecasted: Forecasted) -> None:
    engine = forecasted.engine
    pair = max(load_many(engine), key=lambda p: load_many(engine)[p].values[:, 12].sum())
    fixed = lead_time_samples(engine, *pair, 14, n=4000)
    daily = path_samples(engine, [pair], 14, n=4000)
    assert fixed.shape == (4000,)
    assert fixed.mean() == pytest.approx(daily[0].sum(axis=1).mean())
    spread = lead_time_samples(engine, *pair, [7, 14, 21], n=4000)
    assert spread.mean() == pytest.approx(fixed.mean(), rel=0.15)
    assert spread.std() > 1.3 * fixed.std()
    assert lead_time_samples(engine, *pair, 0).max() == 0
    assert lead_time_samples(engine, *pair, 100, n=50).mean() > 3 * fixed.mean()
    assert np.array_equal(lead_time_samples(engine, *pair, 14, n=4000), fixed)
    with pytest.raises(NoData, match="no stored forecast"):
        lead_time_samples(engine, "nothing", "nowhere", 7)


def test_drivers_add_up_to_the_stored_forecast(forecasted: Forecasted) -> None:
    stored = load_many(forecasted.engine)
    pairs = sorted(stored)[:3]
    names, parts = load_drivers(forecasted.engine, pairs)
    assert {"level", "season", "promotion", "holiday"} <= set(names)
    from forecasting import mean_of

    total = sum(mean_of(stored[pair].values) for pair in pairs)
    assert parts.sum(axis=1) == pytest.approx(total, abs=1e-3)


def test_a_discontinued_item_fades_to_nothing(own: Forecasted) -> None:
    pair = sorted(load_many(own.engine))[0]
    today = frames.planning_day(own.engine)
    with writing(own.engine) as session:
        item = session.scalars(select(Item).where(Item.code == pair[0])).one()
        item.discontinued_on = today + dt.timedelta(days=9)
        new_data_version(session, "ends soon")
    refresh_forecasts(own.engine, 60, config=QUICK, force=True)
    values = load_forecast(own.engine, *pair).values
    assert values[10:].max() == 0
    assert values[:10].max() > 0


def test_planned_promotions_and_prices_reach_the_future_table(forecasted: Forecasted) -> None:
    table = demand_table(forecasted.engine, 60)
    promoted = table.future["promotion"] > 0
    assert promoted.any()
    regular = table.future.groupby("unique_id")["price"].transform("max")
    assert (table.future.loc[promoted, "price"] <= regular[promoted]).all()
    assert (table.future.loc[promoted, "price"] < regular[promoted] * 0.99).mean() > 0.5
    assert not table.zero_filled


def test_days_with_sales_only_are_filled_with_zeros(own: Forecasted) -> None:
    with writing(own.engine) as session:
        for day in session.scalars(select(SalesDay).where(SalesDay.quantity == 0)):
            session.delete(day)
        new_data_version(session, "as an export of order lines")
    table = demand_table(own.engine, 7)
    assert table.zero_filled
    assert (table.demand["y"] == 0).any()
    assert not table.demand.duplicated(["unique_id", "ds"]).any()
    assert table.demand["y"].sum() == pytest.approx(frames.demand(own.engine)["y"].sum())
