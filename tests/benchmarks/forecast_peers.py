"""What a planner would otherwise install, behind the same call as our own models.

Gradient boosting is mlforecast with LightGBM: lags and rolling means, calendar, holidays, static
columns and the known future columns, refitted at every window, with mlforecast's own conformal
intervals. Nothing is tuned to a data set, neither theirs nor ours.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from forecasting import LEVELS, Panel, classify
from forecasting.calendar import calendar_features
from forecasting.engine import FittedEngine
from forecasting.features import RHYTHMS
from forecasting.local import SeasonalNaive, completed
from forecasting.quantiles import Doubles, proper

LAGS = {"D": [1, 7, 14, 21, 28, 364], "W": [1, 2, 3, 4, 8, 13, 52], "M": [1, 2, 3, 6, 12]}
DATES = {
    "D": ["dayofweek", "day", "month", "dayofyear"],
    "W": ["month", "dayofyear"],
    "M": ["month"],
}


@dataclass(frozen=True)
class LightGBM:
    """mlforecast + LightGBM with the given objective."""

    objective: str = "l1"

    @property
    def name(self) -> str:
        return f"LightGBM {self.objective}"

    def forecast(self, panel: Panel) -> Doubles:
        from lightgbm import LGBMRegressor
        from mlforecast import MLForecast
        from mlforecast.lag_transforms import RollingMean
        from mlforecast.utils import PredictionIntervals

        past, future, static = _frames(panel)
        rhythm = RHYTHMS[panel.frequency]
        longest = int(past.groupby("unique_id").size().min())
        lags = [lag for lag in LAGS[panel.frequency] if lag < longest / 2]
        model = LGBMRegressor(
            objective=self.objective,
            n_estimators=300,
            learning_rate=0.05,
            num_leaves=63,
            min_child_samples=40,
            subsample=0.8,
            subsample_freq=1,
            colsample_bytree=0.8,
            n_jobs=1,
            verbosity=-1,
            seed=1,
        )
        engine = MLForecast(
            models={"m": model},
            freq=1,
            lags=lags,
            lag_transforms={1: [RollingMean(w, 1) for w in rhythm.rolling if w < longest]},
        )
        widths = sorted({round(abs(2 * level - 1) * 100, 2) for level in LEVELS} - {0.0})
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            engine.fit(
                past,
                static_features=static,
                prediction_intervals=PredictionIntervals(n_windows=2, h=panel.horizon),
            )
            table = engine.predict(panel.horizon, X_df=future, level=widths)
        table = table.sort_values(["unique_id", "ds"])
        columns = [_column("m", level) for level in LEVELS]
        found = table[columns].to_numpy().reshape(-1, panel.horizon, len(LEVELS))
        out = SeasonalNaive().forecast(panel)
        out[np.unique(past["unique_id"])] = found
        return proper(out)


def _column(model: str, level: float) -> str:
    if level == 0.5:
        return model
    width = round(abs(2 * level - 1) * 100, 2)
    text = f"{width:g}" if width != int(width) else f"{width:.1f}"
    return f"{model}-{'lo' if level < 0.5 else 'hi'}-{text}"


def _frames(panel: Panel) -> tuple[pd.DataFrame, pd.DataFrame, list[str]]:
    """History and future frames with integer series and time, long enough series only."""
    history = completed(panel)
    n, periods = history.shape
    total = len(panel.dates)
    country = panel.covariates.country
    calendar = calendar_features(panel.dates, panel.frequency, [country])[0][:, -3:]
    frame = pd.DataFrame(
        {
            "unique_id": np.repeat(np.arange(n), total),
            "ds": np.tile(np.arange(total), n),
        }
    )
    for name in DATES[panel.frequency]:
        frame[name] = np.tile(getattr(panel.dates, name), n)
    for k, name in enumerate(("holiday", "next_holiday", "last_holiday")):
        frame[name] = np.tile(calendar[:, k], n)
    for name, values in panel.known.items():
        frame[name] = values.reshape(-1)
    static = list(panel.covariates.static)
    for name in static:
        codes = pd.factorize(panel.static[name].astype(str))[0]
        frame[name] = np.repeat(codes, total)
    past = frame[frame["ds"] < periods].assign(y=history.reshape(-1)).dropna(subset="y")
    size = past.groupby("unique_id")["y"].transform("size")
    past = past[size > 3 * panel.horizon + 2]
    future = frame[(frame["ds"] >= periods) & frame["unique_id"].isin(past["unique_id"])]
    return past, future.drop(columns=static), static


@dataclass(frozen=True)
class EngineForecaster:
    """A fitted engine of ours as a forecaster."""

    engine: FittedEngine
    name: str = "Ensemble (ours)"

    def forecast(self, panel: Panel) -> Doubles:
        return self.engine.forecast(panel).values


def describe(panel: Panel) -> str:
    """One line on a data set: series, periods, demand classes."""
    kinds, counts = np.unique(classify(panel), return_counts=True)
    classes: dict[str, Any] = dict(zip(kinds.tolist(), counts.tolist(), strict=True))
    text = ", ".join(f"{count} {kind}" for kind, count in classes.items())
    return f"{len(panel.ids)} series, {panel.periods} periods ({text})"
