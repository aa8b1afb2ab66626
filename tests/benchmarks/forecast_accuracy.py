"""Ours and the peers side by side on public data, with bootstrap intervals and processor times.

    python -m tests.benchmarks.forecast_accuracy pasta --windows 10 --slow-series 40

The table goes to standard output and into docs/benchmarks/forecasting.md. Slow per-series models
run on a sample of the series; every comparison is paired on the series both have forecast.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch

from forecasting import (
    LEVELS,
    EngineConfig,
    GlobalNetwork,
    Panel,
    TrainingConfig,
    adida,
    auto_arima,
    auto_ets,
    auto_theta,
    build_panel,
    fit_engine,
    imapa,
    metrics,
    sba,
    tsb,
)
from forecasting.backtest import held_out
from forecasting.features import RHYTHMS
from forecasting.local import Empirical, Forecaster, SeasonalNaive
from forecasting.paths import probability_integral
from forecasting.quantiles import Doubles
from tests.benchmarks import forecast_data
from tests.benchmarks.forecast_peers import EngineForecaster, LightGBM, describe

TABLES = Path(__file__).resolve().parents[2] / "docs" / "benchmarks" / "forecasting.md"
OURS = "LSTM (ours)"
SLOW: dict[str, Callable[[], Forecaster]] = {
    "AutoETS": auto_ets,
    "AutoARIMA": auto_arima,
    "AutoTheta": auto_theta,
}
SHOWN = ("wape", "sql", "wql", "mase", "rmsse", "bias", "pinball_0.9", "pinball_0.99")
WIDTHS = (0.5, 0.8, 0.9, 0.95, 0.99)


@dataclass
class FollowingNetwork:
    """Our network as it is used: trained once, then going on at each window from the last weights.

    The peers are refitted at every window, so that all have seen the same history.
    """

    network: GlobalNetwork
    horizon: int
    trained: int
    name: str = OURS

    def forecast(self, panel: Panel) -> Doubles:
        if panel.periods > self.trained:
            config = self.network.config
            short = replace(
                config, steps=max(10, config.steps // 5), learning_rate=config.learning_rate / 3
            )
            again = replace(self.network, config=short, models=())
            fitted = again.fit(panel, self.horizon, start=self.network.models)
            self.network = replace(fitted, config=config)
            self.trained = panel.periods
        return self.network.forecast(panel)


class AllZero:
    """Nothing will ever be asked for."""

    name = "AllZero"

    def forecast(self, panel: Panel) -> Doubles:
        return np.zeros((len(panel.ids), panel.horizon, len(LEVELS)))


QUICK: dict[str, Callable[[], Forecaster]] = {
    "SeasonalNaive": SeasonalNaive,
    "Empirical": Empirical,
    "SBA": sba,
    "TSB": tsb,
    "ADIDA": adida,
    "IMAPA": imapa,
    "AllZero": AllZero,
}


@dataclass
class Run:
    """Forecasts of one model over all windows: (W, N', H, levels) for the series `rows`."""

    name: str
    rows: np.ndarray
    values: Doubles
    seconds: float


def main() -> None:
    options = _options()
    torch.set_num_threads(1)
    data = forecast_data.DATASETS[options.data]()
    windows = options.windows or data.windows
    panel = build_panel(data.demand, 1, covariates=data.covariates, static=data.static)
    print(describe(panel), flush=True)
    cuts = [panel.periods - data.horizon * (windows - w) for w in range(windows)]
    runs = []
    for name in options.models.split(","):
        run = _run(name, panel, data.horizon, cuts, options)
        runs.append(run)
        print(f"{run.name}: {run.seconds:.0f} s", flush=True)
        text = _table(panel, data.horizon, cuts, runs, options)
        if options.write:  # after every model, so that a stopped run leaves what it found
            _write(options.data, text)
    print(text)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", choices=list(forecast_data.DATASETS))
    parser.add_argument("--windows", type=int, default=0)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--steps", type=int, default=400)
    parser.add_argument("--slow-series", type=int, default=40)
    parser.add_argument(
        "--models",
        default="lstm,ensemble,SeasonalNaive,Empirical,AutoETS,AutoARIMA,AutoTheta,lgb-l1,lgb-tweedie",
    )
    parser.add_argument("--members", default="SeasonalNaive,Empirical")
    parser.add_argument("--write", action="store_true")
    return parser.parse_args()


def _run(
    name: str, panel: Panel, horizon: int, cuts: list[int], options: argparse.Namespace
) -> Run:
    rows = np.arange(len(panel.ids))
    began = time.process_time()
    config = TrainingConfig(steps=options.steps)
    model: Forecaster | GlobalNetwork
    if name == "lstm":
        network = GlobalNetwork(config, seeds=options.seeds, name=OURS)
        model = FollowingNetwork(network.fit(panel.until(cuts[0], 1), horizon), horizon, cuts[0])
    elif name == "ensemble":
        settings = EngineConfig(
            training=config, seeds=options.seeds, local=tuple(options.members.split(","))
        )
        model = EngineForecaster(fit_engine(panel.until(cuts[0], 1), horizon, settings))
        print(dict(model.engine.ensemble.weights.items()))
    elif name in SLOW:
        model = SLOW[name]()
        count = min(options.slow_series, len(rows))
        rows = np.sort(np.random.default_rng(0).choice(rows, size=count, replace=False))
    elif name.startswith("lgb-"):
        model = LightGBM(name.removeprefix("lgb-"))
    else:
        model = QUICK[name]()
    part = panel.select(rows)
    values = np.stack([model.forecast(part.until(cut, horizon)) for cut in cuts])
    return Run(model.name, rows, values, time.process_time() - began)


def _table(
    panel: Panel, horizon: int, cuts: list[int], runs: list[Run], options: argparse.Namespace
) -> str:
    head = ["model", "series", *SHOWN, *(f"{w:.0%}" for w in WIDTHS), "Δ WAPE", "Δ SQL", "s"]
    lines = [
        describe(panel) + f"; horizon {horizon}, {len(cuts)} windows, {options.seeds} seeds.",
        "",
        "| " + " | ".join(head) + " |",
        "|" + "-|" * len(head),
    ]
    ours = next((run for run in runs if run.name == OURS), None)
    for run in runs:
        y, forecast, scale, squared = _stacked(panel, horizon, cuts, run)
        found = metrics.score(y, forecast, scale, squared)
        u = probability_integral(y, forecast)
        u = u[~np.isnan(u)]
        held = [float(np.mean(np.abs(u - 0.5) <= width / 2)) for width in WIDTHS]
        cells = [f"{found[name]:.4f}" for name in SHOWN] + [f"{share:.3f}" for share in held]
        cells += _differences(panel, horizon, cuts, ours, run) if ours else ["", ""]
        lines.append(
            "| " + " | ".join([run.name, str(len(run.rows)), *cells, f"{run.seconds:.0f}"]) + " |"
        )
    return "\n".join(lines)


def _stacked(
    panel: Panel, horizon: int, cuts: list[int], run: Run
) -> tuple[Doubles, Doubles, Doubles, Doubles]:
    season = RHYTHMS[panel.frequency].season
    part = panel.select(run.rows)
    y = np.concatenate([held_out(part, cut, horizon) for cut in cuts])
    scale = np.concatenate([metrics.seasonal_error(part.y[:, :cut], season) for cut in cuts])
    squared = np.concatenate(
        [metrics.seasonal_error(part.y[:, :cut], season, power=2) for cut in cuts]
    )
    return y, run.values.reshape(-1, horizon, run.values.shape[-1]), scale, squared


def _differences(panel: Panel, horizon: int, cuts: list[int], ours: Run, run: Run) -> list[str]:
    """Ours minus theirs with 95 % intervals over series, on the series both have."""
    if run is ours:
        return ["", ""]
    common = np.isin(ours.rows, run.rows)
    part = Run(ours.name, run.rows, ours.values[:, common], 0.0)
    cells = []
    mine = _per_series(panel, horizon, cuts, part)
    other = _per_series(panel, horizon, cuts, run)
    for measure in ("wape", "sql"):
        centre, low, high = metrics.bootstrap_difference(mine, other, measure)
        cells.append(f"{centre:+.4f} [{low:+.4f}, {high:+.4f}]")
    return cells


def _per_series(panel: Panel, horizon: int, cuts: list[int], run: Run) -> dict[str, Doubles]:
    """Sums of each series over its windows, so that the bootstrap resamples whole series."""
    y, forecast, scale, _ = _stacked(panel, horizon, cuts, run)
    found = metrics.parts(y, forecast, scale)
    return {key: np.nansum(value.reshape(len(cuts), -1), axis=0) for key, value in found.items()}


def _write(name: str, text: str) -> None:
    """Replace this data set's section of the tables."""
    start, end = f"<!-- {name} -->", f"<!-- end {name} -->"
    TABLES.parent.mkdir(parents=True, exist_ok=True)
    whole = TABLES.read_text(encoding="utf-8") if TABLES.exists() else "# Forecast accuracy\n"
    section = f"{start}\n\n{text}\n\n{end}"
    if start in whole:
        before, rest = whole.split(start, 1)
        whole = before + section + rest.split(end, 1)[1]
    else:
        whole = f"{whole.rstrip()}\n\n## {name}\n\n{section}\n"
    TABLES.write_text(whole, encoding="utf-8")


if __name__ == "__main__":
    main()
