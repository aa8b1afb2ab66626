"""From a demand table to stored-ready quantiles: members, weights, calibration, one answer.

The members are judged on held-out windows at the end of history; the network then goes on learning
from those windows too, and every series is forecast by the mixture of its demand class. A fitted
engine can be saved and asked again tomorrow without fitting anything.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from forecasting.backtest import Backtest, backtest
from forecasting.classes import classify
from forecasting.conformal import Calibration
from forecasting.ensemble import Ensemble, learn_ensemble
from forecasting.features import RHYTHMS
from forecasting.intermittent import adida, croston, imapa, sba, tsb
from forecasting.local import Empirical, Forecaster, SeasonalNaive, auto_arima, auto_ets, auto_theta
from forecasting.network_forecaster import GlobalNetwork
from forecasting.panel import Covariates, Frequency, Panel, build_panel
from forecasting.paths import Dependence, measure_dependence
from forecasting.quantiles import Doubles, Forecasts
from forecasting.training import GlobalModel, Progress, TrainingConfig

ZERO_MODEL = "AllZero"
NETWORK = "LSTM"

LOCAL_MODELS: dict[str, Callable[[], Forecaster]] = {
    "SeasonalNaive": SeasonalNaive,
    "Empirical": Empirical,
    "AutoETS": auto_ets,
    "AutoARIMA": auto_arima,
    "AutoTheta": auto_theta,
    "Croston": croston,
    "SBA": sba,
    "TSB": tsb,
    "ADIDA": adida,
    "IMAPA": imapa,
}
"""Members by name; each value builds one."""

SLOW = frozenset({"AutoETS", "AutoARIMA", "AutoTheta"})
"""Members whose weights are learnt on a sample of series, because each series takes a fit."""

LEAST_OBSERVATIONS = 600
"""A global network is not trained on less."""


@dataclass(frozen=True, slots=True)
class EngineConfig:
    """What is fitted and how much time it may take."""

    training: TrainingConfig = field(default_factory=TrainingConfig)
    seeds: int = 1
    local: tuple[str, ...] = ("SeasonalNaive", "Empirical")
    validation_windows: int = 2
    sample: int = 80
    """Series on which slow members are judged."""
    refit: float = 0.3
    """Share of the training steps that the network goes on with the held-out windows."""


@dataclass(frozen=True)
class FittedEngine:
    """Members with their weights; forecasts any panel with the same columns."""

    network: GlobalNetwork | None
    ensemble: Ensemble
    dependence: Dependence
    report: Backtest | None
    """Held-out windows with every member and the mixture `Ensemble`."""

    def forecast(self, panel: Panel) -> Forecasts:
        """Calibrated quantiles of every series of the panel, with the model each came from."""
        classes = classify(panel)
        needed = self._needed(classes)
        members: dict[str, Doubles] = {}
        for name in needed:
            model = self.network if name == NETWORK else LOCAL_MODELS[name]()
            if model is None:
                raise ValueError("the ensemble names a network that was not fitted")
            rows = np.flatnonzero([self._weight(kind, name) > 0 for kind in classes])
            shape = (len(panel.ids), panel.horizon)
            members[name] = _spread_rows(model.forecast(panel.select(rows)), rows, shape)
        values = self.ensemble.combine(members, classes)
        labels = [self.ensemble.label(str(kind)) for kind in classes]
        silent = _without_demand(panel)
        values[silent] = 0.0
        labels = [
            ZERO_MODEL if quiet else label for quiet, label in zip(silent, labels, strict=True)
        ]
        return Forecasts(
            panel.ids, panel.dates[panel.periods :], values, tuple(labels), panel.notes
        )

    def _weight(self, kind: str, name: str) -> float:
        return self.ensemble.weights.get(str(kind), self.ensemble.default).get(name, 0.0)

    def _needed(self, classes: np.ndarray[tuple[int], np.dtype[np.str_]]) -> list[str]:
        names = [NETWORK, *LOCAL_MODELS]
        return [n for n in names if any(self._weight(kind, n) > 0 for kind in np.unique(classes))]


def fit_engine(
    panel: Panel,
    horizon: int,
    config: EngineConfig | None = None,
    *,
    progress: Progress | None = None,
) -> FittedEngine:
    """Fit members, learn their weights on held-out windows, calibrate.

    Without enough history for held-out windows the network alone is used (or, below
    `LEAST_OBSERVATIONS` observations, the empirical distribution of each series), uncalibrated.
    """
    config = config or EngineConfig()
    rhythm = RHYTHMS[panel.frequency]
    step = min(horizon, 4 * max(rhythm.season, 2), 28)
    reach = min(horizon, 8 * max(rhythm.season, 2))
    windows = _affordable(panel, step, config.validation_windows, rhythm.context)
    rich = int((~np.isnan(panel.y)).sum()) >= LEAST_OBSERVATIONS
    if not windows:
        network = _network(config).fit(panel, reach, progress=progress) if rich else None
        name = NETWORK if rich else "Empirical"
        return FittedEngine(network, Ensemble({}, Calibration({}), {name: 1.0}), Dependence(), None)
    past = panel.until(panel.periods - step * windows, 1)
    network = _network(config).fit(past, reach, progress=progress) if rich else None
    report = _judge(panel, network, config, step, windows, progress)
    ensemble = learn_ensemble(
        report.y,
        report.forecasts,
        report.scale,
        report.classes,
        fallback=NETWORK if rich else "Empirical",
    )
    mixture = ensemble.combine(report.forecasts, report.classes)
    report = report.with_forecast("Ensemble", mixture)
    dependence = measure_dependence(report.y, mixture)
    if network is not None and config.refit > 0:
        network = _continued(network, panel, reach, config, progress)
    return FittedEngine(network, ensemble, dependence, report)


def fit_and_forecast(
    demand: pd.DataFrame,
    horizon: int,
    *,
    covariates: Covariates | None = None,
    future: pd.DataFrame | None = None,
    static: pd.DataFrame | None = None,
    frequency: Frequency | None = None,
    config: EngineConfig | None = None,
    progress: Progress | None = None,
) -> Forecasts:
    """Quantile forecasts of a long demand table, `horizon` periods ahead.

    See `forecasting.panel.build_panel` for the table, its checks and its fallbacks.
    """
    panel = build_panel(
        demand,
        horizon,
        covariates=covariates,
        future=future,
        static=static,
        frequency=frequency,
    )
    return fit_engine(panel, horizon, config, progress=progress).forecast(panel)


def _network(config: EngineConfig) -> GlobalNetwork:
    return GlobalNetwork(config.training, seeds=config.seeds, name=NETWORK)


def _affordable(panel: Panel, step: int, wanted: int, context: int) -> int:
    """Held-out windows that leave at least two contexts of history to learn from."""
    for windows in range(wanted, 0, -1):
        if panel.periods - step * windows >= 2 * context:
            return windows
    return 0


def _judge(
    panel: Panel,
    network: GlobalNetwork | None,
    config: EngineConfig,
    step: int,
    windows: int,
    progress: Progress | None,
) -> Backtest:
    """Backtest of all members; slow members are judged on a sample of the series."""
    quick: list[Forecaster | GlobalNetwork] = [
        LOCAL_MODELS[name]() for name in config.local if name not in SLOW
    ]
    if network is not None:
        quick.append(network)
    report = backtest(panel, quick, step, windows, progress=progress)
    slow = [LOCAL_MODELS[name]() for name in config.local if name in SLOW]
    if not slow:
        return report
    rows = _sample(panel, config)
    part = backtest(panel.select(rows), slow, step, windows, progress=progress)
    chosen = np.concatenate([rows + window * len(panel.ids) for window in range(windows)])
    return Backtest(
        part.ids,
        windows,
        part.y,
        {**{n: v[chosen] for n, v in report.forecasts.items()}, **part.forecasts},
        part.scale,
        part.squared_scale,
        part.classes,
    )


def _sample(panel: Panel, config: EngineConfig) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    generator = np.random.default_rng(config.training.seed)
    count = min(config.sample, len(panel.ids))
    return np.sort(generator.choice(len(panel.ids), size=count, replace=False))


def _continued(
    network: GlobalNetwork,
    panel: Panel,
    reach: int,
    config: EngineConfig,
    progress: Progress | None,
) -> GlobalNetwork:
    short = replace(
        config.training,
        steps=max(10, round(config.training.steps * config.refit)),
        learning_rate=config.training.learning_rate / 3,
        seconds=config.training.seconds * max(config.refit, 0.1),
    )
    start: Sequence[GlobalModel] = network.models
    again = replace(network, config=short, models=())
    return again.fit(panel, reach, start=start, progress=progress)


def _without_demand(panel: Panel) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Series whose every observation of the last year is zero, over at least a quarter."""
    rhythm = RHYTHMS[panel.frequency]
    recent = panel.y[:, -rhythm.year :]
    seen = (~np.isnan(recent)).sum(axis=1)
    quiet: np.ndarray[tuple[int], np.dtype[np.bool_]] = (np.nan_to_num(recent).sum(axis=1) == 0) & (
        seen >= rhythm.rolling[1]
    )
    return quiet


def _spread_rows(
    values: Doubles, rows: np.ndarray[tuple[int], np.dtype[np.int64]], shape: tuple[int, int]
) -> Doubles:
    out = np.zeros((*shape, values.shape[-1]))
    out[rows] = values
    return out
