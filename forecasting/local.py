"""Models fitted to each series on its own: fast ones over arrays, and those of statsforecast.

All share one call, `forecast(panel) -> quantiles (N, H, levels)`, so that the backtest and the
ensemble treat them like the network. Stock-out and missing days are replaced by the series' own
seasonal level before fitting, because these models know neither censoring nor gaps.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import pandas as pd

from forecasting.features import RHYTHMS
from forecasting.panel import Floats, Panel
from forecasting.quantiles import LEVELS, Doubles, proper


class Forecaster(Protocol):
    """Anything that turns a panel into quantiles of its future periods."""

    @property
    def name(self) -> str:
        """How the model is called in tables and stored forecasts."""

    def forecast(self, panel: Panel) -> Doubles:
        """Quantiles (N, horizon, levels) of the periods after the panel's history."""


def completed(panel: Panel) -> Doubles:
    """History (N, T) without gaps: missing days take the series' seasonal level, stock-out days
    the larger of that and their sales. Periods before the first observation stay NaN."""
    season = RHYTHMS[panel.frequency].season
    clean = np.where(panel.censored, np.nan, panel.y).astype(np.float64)
    table = pd.DataFrame(clean.T)
    level = table.rolling(8 * season, min_periods=1).mean().ffill().bfill().fillna(0.0)
    if season > 1:
        phase = np.arange(panel.periods) % season
        same = table.groupby(phase).transform(
            lambda column: column.rolling(8, min_periods=2).mean().ffill()
        )
        level = same.fillna(level)
    expected = level.to_numpy().T
    filled = np.where(np.isnan(panel.y), expected, panel.y)
    filled = np.where(panel.censored, np.maximum(filled, expected), filled)
    before = np.arange(panel.periods)[None, :] < panel.first[:, None]
    return np.where(before, np.nan, filled)


class SeasonalNaive:
    """The value one season ago, spread by the series' own past errors of the same forecast."""

    name = "SeasonalNaive"

    def forecast(self, panel: Panel) -> Doubles:
        season = max(RHYTHMS[panel.frequency].season, 1)
        history = np.nan_to_num(completed(panel))
        n, periods = history.shape
        last = _padded(history, season)[:, -season:]
        steps = np.arange(panel.horizon)
        centre = last[:, steps % season]
        errors = history[:, season:] - history[:, :-season] if periods > season else history * 0
        errors = errors[:, -26 * season :]
        if not errors.shape[1]:
            errors = np.zeros((n, 1))
        spread = np.quantile(errors, LEVELS, axis=1).T
        growth = np.sqrt(steps // season + 1)
        return proper(centre[:, :, None] + spread[:, None, :] * growth[None, :, None])


class Empirical:
    """The weighted distribution of recent demand, the same for every period of the horizon.

    Recent periods weigh more (half-life of a quarter). For intermittent demand, where little else
    can be known, the shape of the past is hard to beat.
    """

    name = "Empirical"

    def forecast(self, panel: Panel) -> Doubles:
        rhythm = RHYTHMS[panel.frequency]
        span, half = rhythm.year, rhythm.rolling[1]
        recent = completed(panel)[:, -span:]
        weights = np.exp2(-np.arange(recent.shape[1])[::-1] / half)
        weights = np.where(np.isnan(recent), 0.0, weights[None, :])
        values = weighted_quantiles(np.nan_to_num(recent), weights)
        return proper(np.repeat(values[:, None, :], panel.horizon, axis=1))


def weighted_quantiles(values: Doubles, weights: Doubles) -> Doubles:
    """Quantiles at LEVELS of each row's weighted values, (N, levels); 0 for a row of no weight."""
    order = np.argsort(values, axis=1)
    ranked = np.take_along_axis(values, order, axis=1)
    mass = np.cumsum(np.take_along_axis(weights, order, axis=1), axis=1)
    total = np.maximum(mass[:, -1:], 1e-12)
    share = mass / total
    found = np.empty((len(values), len(LEVELS)))
    for k, level in enumerate(LEVELS):
        at = np.minimum((share < level - 1e-12).sum(axis=1), values.shape[1] - 1)
        found[:, k] = ranked[np.arange(len(values)), at]
    return np.where(mass[:, -1:] > 0, found, 0.0)


@dataclass(frozen=True)
class StatsForecastModel:
    """One model of statsforecast over all series, with its own prediction intervals."""

    name: str
    build: Callable[[int], Any]
    """Season length -> statsforecast model."""
    longest: int = 728
    """Only so much of the end of a history is fitted; older periods cost time and say little."""

    def forecast(self, panel: Panel) -> Doubles:
        from statsforecast import StatsForecast

        season = max(RHYTHMS[panel.frequency].season, 1)
        if panel.frequency == "M":
            season = 12
        history = completed(panel)[:, -self.longest :]
        short = (~np.isnan(history)).sum(axis=1) < 2 * season + 3
        result = SeasonalNaive().forecast(panel)
        rows = np.flatnonzero(~short)
        if not len(rows):
            return result
        frame = long_history(history[rows])
        engine = StatsForecast(models=[self.build(season)], freq=1, n_jobs=1)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            table = engine.forecast(df=frame, h=panel.horizon, level=_widths())
        table = table.sort_values(["unique_id", "ds"])
        columns = [_interval_column(self.name, level) for level in LEVELS]
        values = table[columns].to_numpy().reshape(len(rows), panel.horizon, len(LEVELS))
        usable = np.isfinite(values).all(axis=(1, 2))
        result[rows[usable]] = proper(values[usable])
        return result


def auto_ets() -> StatsForecastModel:
    """Exponential smoothing, form chosen by AICc, on the last year."""
    from statsforecast.models import AutoETS

    return StatsForecastModel("AutoETS", lambda m: AutoETS(season_length=m, model="ZZZ"), 364)


def auto_arima() -> StatsForecastModel:
    """Seasonal ARIMA, orders chosen by AICc, on the last two years."""
    from statsforecast.models import AutoARIMA

    return StatsForecastModel("AutoARIMA", lambda m: AutoARIMA(season_length=m))


def auto_theta() -> StatsForecastModel:
    """The best of four Theta models, on the last year."""
    from statsforecast.models import AutoTheta

    return StatsForecastModel("AutoTheta", lambda m: AutoTheta(season_length=m), 364)


def _widths() -> Any:
    """Interval widths in percent; fractions of a percent are fine, though typed as int."""
    return sorted({round(abs(2 * level - 1) * 100, 2) for level in LEVELS if level != 0.5})


def _interval_column(model: str, level: float) -> str:
    if level == 0.5:
        return model
    width = round(abs(2 * level - 1) * 100, 2)
    side = "lo" if level < 0.5 else "hi"
    return f"{model}-{side}-{width}"


def long_history(history: Doubles) -> pd.DataFrame:
    """Long frame `unique_id, ds, y` with integer series and periods, without missing values."""
    n, periods = history.shape
    frame = pd.DataFrame(
        {
            "unique_id": np.repeat(np.arange(n), periods),
            "ds": np.tile(np.arange(periods), n),
            "y": history.reshape(-1),
        }
    )
    return frame.dropna()


def _padded(history: Doubles | Floats, least: int) -> Doubles:
    missing = max(0, least - history.shape[1])
    return np.pad(np.asarray(history, dtype=np.float64), ((0, 0), (missing, 0)))
