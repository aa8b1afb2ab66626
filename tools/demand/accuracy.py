"""How good the forecasts were: the backtest as stored rows, and what a planner asks of it.

Rows are sums, not ratios, so that the accuracy of an item, a category or the whole company is
pooled from its series exactly.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from sqlalchemy import Engine, select

from forecasting import Backtest
from forecasting.quantiles import MEDIAN, level_index, mean_of
from tools.data.schema import StoredBacktest
from tools.demand.stored import refresh_state
from tools.errors import NoData

OURS = "Ensemble"
NAIVE = "SeasonalNaive"
SERIES = "series:"
CLASS = "class:"


@dataclass(frozen=True)
class Accuracy:
    """Pooled accuracy of one model on some series; None where it cannot be computed."""

    model: str
    series: int
    days: int
    wape: float | None
    bias: float | None
    coverage_90: float | None
    mase: float | None


def backtest_rows(report: Backtest) -> list[dict[str, Any]]:
    """Rows of `backtests`: sums by series for the mixture and the naive forecast, by class for all.

    The last window of each series is kept day by day for the chart.
    """
    rows: list[dict[str, Any]] = []
    count = len(report.ids)
    for model, values in report.forecasts.items():
        sums = _sums(report, values)
        for name in np.unique(report.classes):
            part = report.classes == name
            pooled = {key: float(np.nansum(value[part])) for key, value in sums.items()}
            rows.append({"model": model, "scope": f"{CLASS}{name}", "metrics": pooled})
        if model not in (OURS, NAIVE):
            continue
        for i, unique_id in enumerate(report.ids):
            picks = np.arange(i, len(report.y), count)
            metrics: dict[str, Any] = {
                key: float(np.nansum(value[picks])) for key, value in sums.items()
            }
            if model == OURS:
                metrics["last_window"] = _last_window(report, values, int(picks[-1]))
            rows.append({"model": model, "scope": f"{SERIES}{unique_id}", "metrics": metrics})
    return rows


def _sums(report: Backtest, values: np.ndarray[Any, np.dtype[np.float64]]) -> dict[str, Any]:
    seen = ~np.isnan(report.y)
    y = np.nan_to_num(report.y)
    inside = (y >= values[..., level_index(0.05)] - 1e-6) & (
        y <= values[..., level_index(0.95)] + 1e-6
    )
    absolute = np.where(seen, np.abs(y - values[..., MEDIAN]), 0.0).sum(axis=1)
    days = seen.sum(axis=1)
    scaled = absolute / np.maximum(days, 1) / report.scale
    return {
        "absolute_error": absolute,
        "error": np.where(seen, mean_of(values) - y, 0.0).sum(axis=1),
        "actual": np.where(seen, y, 0.0).sum(axis=1),
        "days": days.astype(float),
        "inside_90": (inside & seen).sum(axis=1).astype(float),
        "mase": np.where(np.isfinite(scaled), scaled, 0.0),
        "mase_windows": np.isfinite(scaled).astype(float),
        "windows": np.ones(len(report.y)),
    }


def _last_window(
    report: Backtest, values: np.ndarray[Any, np.dtype[np.float64]], row: int
) -> dict[str, list[float | None]]:
    def plain(level: float) -> list[float | None]:
        return [round(float(v), 2) for v in values[row, :, level_index(level)]]

    return {
        "actual": [None if np.isnan(v) else round(float(v), 2) for v in report.y[row]],
        "median": plain(0.5),
        "low": plain(0.05),
        "high": plain(0.95),
    }


def load_accuracy(engine: Engine, pairs: Iterable[tuple[str, str]] | None) -> dict[str, Accuracy]:
    """Pooled accuracy by model of the given pairs; of the whole company for None."""
    rows = _stored(engine, pairs)
    found: dict[str, list[dict[str, Any]]] = {}
    for model, _scope, metrics in rows:
        found.setdefault(model, []).append(metrics)
    if OURS not in found:
        raise NoData(
            "No backtest is stored for this; the history is too short or it is new.",
            "这里没有已存的回测结果：历史太短，或是新商品。",
        )
    return {model: pooled(model, parts) for model, parts in found.items()}


def last_windows(
    engine: Engine, pairs: Iterable[tuple[str, str]]
) -> list[dict[str, list[float | None]]]:
    """Day-by-day actuals and forecasts of the last backtest window, one entry per pair."""
    return [
        metrics["last_window"]
        for model, _scope, metrics in _stored(engine, pairs)
        if model == OURS and "last_window" in metrics
    ]


def pooled(model: str, parts: list[dict[str, Any]]) -> Accuracy:
    """Accuracy from stored sums."""

    def total(key: str) -> float:
        return float(sum(part[key] for part in parts))

    actual, days, windows = total("actual"), total("days"), total("mase_windows")
    return Accuracy(
        model,
        len(parts),
        int(days),
        total("absolute_error") / actual if actual > 0 else None,
        total("error") / actual if actual > 0 else None,
        total("inside_90") / days if days > 0 else None,
        total("mase") / windows if windows > 0 else None,
    )


def _stored(
    engine: Engine, pairs: Iterable[tuple[str, str]] | None
) -> list[tuple[str, str, dict[str, Any]]]:
    state = refresh_state(engine)
    version = int(state["data_version"]) if state else 0
    statement = select(StoredBacktest.model, StoredBacktest.scope, StoredBacktest.metrics).where(
        StoredBacktest.data_version_id == version
    )
    if pairs is None:
        statement = statement.where(StoredBacktest.scope.startswith(CLASS))
        wanted = None
    else:
        wanted = {f"{SERIES}{item}|{location}" for item, location in pairs}
        if len(wanted) < 400:
            statement = statement.where(StoredBacktest.scope.in_(wanted))
    with engine.connect() as connection:
        rows = [(str(m), str(s), dict(v)) for m, s, v in connection.execute(statement)]
    return [row for row in rows if wanted is None or row[1] in wanted]
