"""What drives a forecast: contributions that add up to it, each found by taking a driver away.

The same network forecasts again with promotions off, prices at their usual level and holidays
turned into ordinary days, one after the other. What each step takes away is that driver's
contribution; what is left is the recent level plus season and trend. By construction removing a
named driver changes the forecast by exactly what is stated.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from forecasting.features import RHYTHMS
from forecasting.network_forecaster import GlobalNetwork
from forecasting.panel import Panel
from forecasting.quantiles import Doubles, mean_of


@dataclass(frozen=True)
class Drivers:
    """Contributions (N, H, K) in units of demand, named by `names`; they sum to `total` (N, H)."""

    names: tuple[str, ...]
    values: Doubles
    total: Doubles


def explain(network: GlobalNetwork | None, panel: Panel, forecast: Doubles) -> Drivers:
    """Split the mean of `forecast` (N, H, levels) into drivers.

    The last driver `other_models` is the difference between the network and the stored forecast
    (other members and calibration); it is the whole seasonal part where there is no network.
    """
    total = mean_of(forecast)
    level = np.repeat(_recent_level(panel)[:, None], panel.horizon, axis=1)
    if network is None:
        return Drivers(("level", "season"), np.stack([level, total - level], axis=2), total)
    steps: list[tuple[str, Panel]] = []
    stripped = panel
    for name, change in _removals(panel):
        stripped = change(stripped)
        steps.append((name, stripped))
    full = network.mean(panel)
    names, parts, before = [], [], full
    for name, without in steps:
        after = network.mean(without)
        names.append(name)
        parts.append(before - after)
        before = after
    parts = [level, before - level, *parts, total - full]
    return Drivers(("level", "season", *names, "other_models"), np.stack(parts, axis=2), total)


def _without_flag(panel: Panel, name: str) -> Panel:
    values = panel.known[name].copy()
    values[:, panel.periods :] = 0
    return replace(panel, known={**panel.known, name: values})


def _usual_price(panel: Panel, name: str) -> Panel:
    """Future prices at their mean of the last quarter."""
    span = RHYTHMS[panel.frequency].rolling[1]
    values = panel.known[name].copy()
    recent = values[:, max(0, panel.periods - span) : panel.periods]
    values[:, panel.periods :] = recent.mean(axis=1, keepdims=True)
    return replace(panel, known={**panel.known, name: values})


def _no_holidays(panel: Panel) -> Panel:
    return replace(panel, covariates=replace(panel.covariates, country=""))


def _removals(panel: Panel) -> list[tuple[str, Callable[[Panel], Panel]]]:
    found: list[tuple[str, Callable[[Panel], Panel]]] = [
        (name, partial(_without_flag, name=name)) for name in panel.covariates.flags
    ]
    found += [(name, partial(_usual_price, name=name)) for name in panel.covariates.prices]
    if panel.covariates.country:
        found.append(("holiday", _no_holidays))
    return found


def _recent_level(panel: Panel) -> Doubles:
    """(N,) mean of the last rolling window without stock-out days; 0 without observations."""
    span = RHYTHMS[panel.frequency].rolling[0]
    recent = np.where(panel.censored, np.nan, panel.y)[:, -span:]
    count = (~np.isnan(recent)).sum(axis=1)
    mean: Doubles = np.nan_to_num(recent).sum(axis=1) / np.maximum(count, 1)
    return mean
