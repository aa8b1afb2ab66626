"""Models on small data with a known truth: accuracy, leakage, determinism, censoring, storage."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from forecasting import (
    Covariates,
    Empirical,
    EngineConfig,
    GlobalNetwork,
    NotFitted,
    Panel,
    SeasonalNaive,
    TrainingConfig,
    adida,
    auto_arima,
    auto_ets,
    backtest,
    build_panel,
    croston,
    explain,
    fit_and_forecast,
    fit_engine,
    imapa,
    load_engine,
    mean_of,
    save_engine,
    sba,
    tsb,
)
from forecasting.local import completed
from forecasting.quantiles import level_index
from forecasting.training import load_model, train
from tests.forecasting.series import retail

COVARIATES = Covariates(flags=("promotion",), static=("group",), country="US")
QUICK = TrainingConfig(steps=120, batch=64, hidden=24, seed=3)


@pytest.fixture(scope="module")
def tables() -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    return retail()


@pytest.fixture(scope="module")
def panel(tables: tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]) -> Panel:
    demand, future, static = tables
    known = future[["unique_id", "ds", "promotion"]]
    return build_panel(demand, 14, covariates=COVARIATES, future=known, static=static)


@pytest.fixture(scope="module")
def network(panel: Panel) -> GlobalNetwork:
    return GlobalNetwork(QUICK).fit(panel, 14)


def truth_of(tables: tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]) -> np.ndarray:
    return tables[1]["mean"].to_numpy().reshape(12, 14)


def test_the_network_learns_level_week_and_promotions(
    tables: tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame], panel: Panel, network: GlobalNetwork
) -> None:
    truth = truth_of(tables)
    ours = np.abs(mean_of(network.forecast(panel)) - truth).sum() / truth.sum()
    naive = np.abs(mean_of(SeasonalNaive().forecast(panel)) - truth).sum() / truth.sum()
    assert ours < 0.2
    assert ours < 0.6 * naive


def test_no_forecast_knows_what_came_after_the_cut(panel: Panel, network: GlobalNetwork) -> None:
    cut = 170
    spoiled = panel.y.copy()
    spoiled[:, cut:] = 999.0
    changed = replace(panel, y=spoiled, censored=~panel.censored)
    changed.censored[:, :cut] = panel.censored[:, :cut]
    for model in (network, SeasonalNaive(), Empirical()):
        before = model.forecast(panel.until(cut, 14))
        after = model.forecast(changed.until(cut, 14))
        assert np.array_equal(before, after), model.name


def test_windows_see_only_what_lies_before_their_start(panel: Panel) -> None:
    from forecasting.features import Vocabulary, Windows

    rows, start = np.arange(12), np.full(12, 150)
    spoiled = panel.y.copy()
    spoiled[:, 150:] = 999.0
    vocabulary = Vocabulary.of(panel)
    one = Windows(panel, vocabulary, 14).cut(rows, start)
    two = Windows(replace(panel, y=spoiled), vocabulary, 14).cut(rows, start)
    for name in ("past", "future", "summary", "scale"):
        assert np.array_equal(getattr(one, name).numpy(), getattr(two, name).numpy()), name
    assert not np.array_equal(one.y.numpy(), two.y.numpy())


def test_same_seed_same_weights_and_checkpoints_keep_them(panel: Panel, tmp_path: Path) -> None:
    short = replace(QUICK, steps=15)
    one, two = train(panel, 14, short), train(panel, 14, short)
    assert np.array_equal(one.predict(panel), two.predict(panel))
    one.save(tmp_path / "model.safetensors")
    again = load_model(tmp_path / "model.safetensors")
    assert np.array_equal(again.predict(panel), one.predict(panel))
    onward = train(panel, 14, short, start=again)
    assert not np.array_equal(onward.predict(panel), one.predict(panel))


def test_a_damaged_checkpoint_is_not_fitted(tmp_path: Path) -> None:
    path = tmp_path / "model.safetensors"
    with pytest.raises(NotFitted):
        load_model(path)
    path.write_bytes(b"\x10\x00\x00\x00\x00\x00\x00\x00 not json at all")
    with pytest.raises(NotFitted):
        load_model(path)
    with pytest.raises(NotFitted):
        load_engine(tmp_path)


def test_censoring_lifts_the_forecast_to_demand() -> None:
    demand, _, static = retail(series=8, days=160, seed=9)
    empty = np.random.default_rng(2).random(len(demand)) < 0.3
    short = demand.assign(y=np.where(empty, demand["y"] // 3, demand["y"]), censored=empty)
    truth = demand["y"].mean()
    means = {}
    for name, table in {"marked": short, "ignored": short.drop(columns="censored")}.items():
        panel = build_panel(table, 14, covariates=Covariates(static=("group",)), static=static)
        means[name] = mean_of(GlobalNetwork(QUICK).forecast(panel)).mean()
    assert means["ignored"] < 0.9 * truth
    assert means["marked"] == pytest.approx(truth, rel=0.08)


@pytest.mark.parametrize("cell", ["gru", "rnn"])
def test_other_cells_share_the_training(panel: Panel, cell: str) -> None:
    config = replace(QUICK, steps=5, cell=cell)
    assert GlobalNetwork(config).forecast(panel).shape == (12, 14, 25)


@pytest.mark.parametrize("build", [auto_ets, auto_arima, SeasonalNaive, Empirical])
def test_local_models_give_proper_quantiles(panel: Panel, build: type) -> None:
    values = build().forecast(panel.select([0, 1]))
    assert values.shape == (2, 14, 25)
    assert np.isfinite(values).all()
    assert (np.diff(values, axis=2) >= 0).all()
    assert (values >= 0).all()
    level = np.nanmean(panel.y[:2], axis=1)
    assert values[..., level_index(0.5)].mean(axis=1) == pytest.approx(level, rel=0.5)


@pytest.mark.parametrize("build", [croston, sba, tsb, adida, imapa])
def test_intermittent_models_spread_their_rate(build: type) -> None:
    generator = np.random.default_rng(6)
    y = generator.poisson(3.0, 200) * (generator.random(200) < 0.25)
    dates = pd.date_range("2025-01-01", periods=200)
    long = pd.concat(
        [
            pd.DataFrame({"unique_id": "lumpy", "ds": dates, "y": y.astype(float)}),
            pd.DataFrame({"unique_id": "never", "ds": dates, "y": 0.0}),
        ]
    )
    values = build().forecast(build_panel(long, 6))
    assert values.shape == (2, 6, 25)
    assert mean_of(values)[0].mean() == pytest.approx(y.mean(), rel=0.8)
    assert values[0, 0, level_index(0.5)] == 0
    assert values[0, 0, level_index(0.95)] == pytest.approx(np.quantile(y, 0.95), abs=3)
    assert values[1].max() == 0


def test_history_is_completed_with_the_seasonal_level() -> None:
    dates = pd.date_range("2025-01-06", periods=56)
    y = np.tile([10.0, 10, 10, 10, 10, 50, 50], 8)
    long = pd.DataFrame({"unique_id": "a", "ds": dates, "y": y, "censored": False})
    long.loc[47, ["y", "censored"]] = [20.0, True]
    filled = completed(build_panel(long.drop(index=[40]), 7))[0]
    assert filled[40] == pytest.approx(50)
    assert filled[47] == pytest.approx(50)


AWKWARD = {
    "zeros": np.zeros(120),
    "constant": np.full(120, 5.0),
    "single": np.array([3.0]),
    "huge": np.full(120, 1e9),
    "sparse": (np.arange(120) % 30 == 0).astype(float),
}


def test_awkward_series_get_a_finite_forecast_and_a_named_fallback() -> None:
    dates = pd.date_range("2025-01-01", periods=120)
    long = pd.concat(
        [
            pd.DataFrame({"unique_id": name, "ds": dates[-len(y) :], "y": y})
            for name, y in AWKWARD.items()
        ]
    )
    config = EngineConfig(training=replace(QUICK, steps=20), validation_windows=1)
    forecasts = fit_and_forecast(long, 14, config=config)
    values = dict(zip(forecasts.ids, forecasts.values, strict=True))
    assert np.isfinite(forecasts.values).all()
    assert values["zeros"].max() == 0
    assert forecasts.models[forecasts.ids.index("zeros")] == "AllZero"
    assert len(forecasts.frame()) == 5 * 14


def test_one_observation_in_all_is_forecast_by_itself() -> None:
    long = pd.DataFrame({"unique_id": ["a"], "ds": ["2025-01-01"], "y": [4.0]})
    forecasts = fit_and_forecast(long, 3)
    assert forecasts.models == ("Empirical",)
    assert (forecasts.values == 4.0).all()


def test_engine_fits_saves_and_explains(panel: Panel, tmp_path: Path) -> None:
    config = EngineConfig(training=replace(QUICK, steps=60), validation_windows=2)
    seen: list[float] = []
    engine = fit_engine(panel, 14, config, progress=lambda _what, done: seen.append(done))
    assert seen
    assert all(0 <= done <= 1 for done in seen)
    forecasts = engine.forecast(panel)
    assert forecasts.values.shape == (12, 14, 25)
    save_engine(engine, tmp_path / "engine", {"note": "x"})
    again, about = load_engine(tmp_path / "engine")
    assert about == {"note": "x"}
    assert np.array_equal(again.forecast(panel).values, forecasts.values)
    scores = engine.report.scores()  # type: ignore[union-attr]
    assert scores["Ensemble"]["sql"] <= min(s["sql"] for s in scores.values()) * 1.02

    drivers = explain(engine.network, panel, forecasts.values)
    assert drivers.values.sum(axis=2) == pytest.approx(drivers.total)
    promoted = panel.known["promotion"][:, 200:] > 0
    part = drivers.values[..., drivers.names.index("promotion")]
    assert part[promoted].mean() > 5 * abs(part[~promoted]).mean()
    without = panel.known["promotion"].copy()
    without[:, 200:] = 0
    removed = replace(panel, known={"promotion": without})
    difference = engine.network.mean(panel) - engine.network.mean(removed)  # type: ignore[union-attr]
    assert part == pytest.approx(difference)


def test_backtest_windows_end_at_the_last_day(panel: Panel) -> None:
    report = backtest(panel, [SeasonalNaive(), Empirical()], 14, 3)
    assert report.y.shape == (36, 14)
    assert np.array_equal(report.y[24:], panel.y[:, 186:].astype(float))
    assert set(report.scores()) == {"SeasonalNaive", "Empirical"}
