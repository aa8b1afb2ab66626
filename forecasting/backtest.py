"""Rolling-origin backtest: every model forecasts from the same cut-offs, from the past only.

Each cut-off sees `Panel.until(cut)`, which holds nothing observed later, so a leak would need a
model that keeps state from elsewhere. A network is trained once, before the first cut-off.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from forecasting.classes import classify
from forecasting.errors import DataError
from forecasting.features import RHYTHMS
from forecasting.local import Forecaster
from forecasting.metrics import score, seasonal_error
from forecasting.network_forecaster import GlobalNetwork
from forecasting.panel import Panel
from forecasting.quantiles import Doubles
from forecasting.training import Progress

Names = np.ndarray[tuple[int], np.dtype[np.str_]]


@dataclass(frozen=True)
class Backtest:
    """Windows stacked along the first axis: window 0's series, then window 1's, and so on.

    `y` is (W N, H) with NaN where nothing was observed or a stock-out hid the demand, `forecasts`
    maps a model to (W N, H, levels), `scale` (W N,) is the seasonal error known at the cut-off.
    """

    ids: tuple[str, ...]
    windows: int
    y: Doubles
    forecasts: dict[str, Doubles]
    scale: Doubles
    squared_scale: Doubles
    classes: Names

    def scores(
        self, rows: np.ndarray[tuple[int], np.dtype[np.bool_]] | None = None
    ) -> dict[str, dict[str, float]]:
        """Measures by model, over all rows or some of them."""
        keep = np.ones(len(self.y), dtype=bool) if rows is None else rows
        return {
            name: score(self.y[keep], values[keep], self.scale[keep], self.squared_scale[keep])
            for name, values in self.forecasts.items()
        }

    def with_forecast(self, name: str, values: Doubles) -> Backtest:
        """The same windows with one more model."""
        return Backtest(
            self.ids,
            self.windows,
            self.y,
            {**self.forecasts, name: values},
            self.scale,
            self.squared_scale,
            self.classes,
        )


def backtest(
    panel: Panel,
    forecasters: Sequence[Forecaster | GlobalNetwork],
    horizon: int,
    windows: int,
    *,
    progress: Progress | None = None,
) -> Backtest:
    """Forecast from `windows` cut-offs, `horizon` apart, the last of which ends the history."""
    first = panel.periods - horizon * windows
    if first < 2:
        raise DataError(
            f"{windows} windows of {horizon} periods need a history longer than {panel.periods}."
        )
    ready: list[Forecaster | GlobalNetwork] = []
    for model in forecasters:
        if isinstance(model, GlobalNetwork) and not model.models:
            ready.append(model.fit(panel.until(first, 1), horizon, progress=progress))
        else:
            ready.append(model)
    pieces: dict[str, list[Doubles]] = {model.name: [] for model in ready}
    actual, scale, squared, classes = [], [], [], []
    for window in range(windows):
        cut = first + window * horizon
        known = panel.until(cut, horizon)
        for model in ready:
            pieces[model.name].append(model.forecast(known))
            if progress is not None:
                progress(f"backtest {model.name}", window / windows)
        actual.append(held_out(panel, cut, horizon))
        season = RHYTHMS[panel.frequency].season
        scale.append(seasonal_error(known.y, season))
        squared.append(seasonal_error(known.y, season, power=2))
        classes.append(classify(known))
    return Backtest(
        panel.ids,
        windows,
        np.concatenate(actual),
        {name: np.concatenate(values) for name, values in pieces.items()},
        np.concatenate(scale),
        np.concatenate(squared),
        np.concatenate(classes),
    )


def held_out(panel: Panel, cut: int, horizon: int) -> Doubles:
    """Actuals (N, H) of a window; NaN where missing, or where a stock-out hid the demand."""
    y = panel.y[:, cut : cut + horizon].astype(np.float64)
    return np.where(panel.censored[:, cut : cut + horizon], np.nan, y)


def rank(scores: Mapping[str, Mapping[str, float]], measure: str = "sql") -> list[str]:
    """Model names from best to worst by a measure that is to be small."""
    return sorted(scores, key=lambda name: scores[name][measure])
