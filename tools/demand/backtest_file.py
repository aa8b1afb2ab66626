"""A backtest of ours and the installed peers on any demand table a planner has in a file.

The file is a long table (CSV, Parquet or Excel) with the columns `unique_id, ds, y` or mapped
names. Columns said to be known ahead are used by every model that can; all models forecast the
same windows, and the comparison is returned, printed and saved by the caller.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from forecasting import (
    Covariates,
    DataError,
    EngineConfig,
    GlobalNetwork,
    Panel,
    TrainingConfig,
    backtest,
    build_panel,
    fit_engine,
)
from forecasting.engine import LOCAL_MODELS
from forecasting.local import Forecaster
from forecasting.panel import Frequency
from forecasting.quantiles import Doubles
from tools.errors import InvalidInput

Progress = Callable[[str, float], None]

NETWORKS = {"LSTM": "lstm", "GRU": "gru", "RNN": "rnn"}
ENSEMBLE = "Ensemble"
DEFAULT_MODELS = ("Ensemble", "LSTM", "SeasonalNaive", "Empirical", "AutoETS")
MEASURES = (
    *("wape", "sql", "wql", "mase", "rmsse", "mae", "mse", "r2", "bias"),
    *("pinball_0.5", "pinball_0.8", "pinball_0.9", "pinball_0.95", "pinball_0.99"),
    *("coverage_50", "coverage_80", "coverage_90", "coverage_95", "coverage_99"),
)
LARGEST_FILE = 1_000_000_000
"""Bytes; larger tables are to be split by series."""


@dataclass(frozen=True)
class Comparison:
    """Accuracy of each model: over everything, by demand class, and by step of the horizon."""

    overall: pd.DataFrame
    """One row per model, best scaled quantile loss first; columns are MEASURES."""
    by_class: pd.DataFrame
    """model, demand_class, series_windows, wape, sql, coverage_90."""
    by_step: pd.DataFrame
    """model, step (1 is the first period ahead), wape."""
    notes: tuple[str, ...]


@dataclass(frozen=True)
class _EngineForecaster:
    panel_engine: Any
    name: str = ENSEMBLE

    def forecast(self, panel: Panel) -> Doubles:
        values: Doubles = self.panel_engine.forecast(panel).values
        return values


def available_models() -> list[str]:
    """Names that `run` accepts."""
    return [ENSEMBLE, *NETWORKS, *LOCAL_MODELS]


def run(
    path: Path,
    *,
    frequency: Frequency | None = None,
    horizon: int = 28,
    windows: int = 4,
    known: Sequence[str] = (),
    static: Sequence[str] = (),
    models: Sequence[str] = DEFAULT_MODELS,
    columns: Mapping[str, str] | None = None,
    country: str = "",
    steps: int = 300,
    seed: int = 7,
    progress: Progress | None = None,
) -> Comparison:
    """Backtest the models on the table in `path`.

    `columns` maps names of the file to `unique_id`, `ds`, `y` (and `censored`); `known` are
    columns whose future values are known at the cut-off, `static` columns that describe a series.
    Raises `InvalidInput` with one sentence for a file, column or model that cannot be used.
    """
    unknown = [name for name in models if name not in available_models()]
    if unknown:
        raise InvalidInput(
            f"There is no model {unknown[0]!r}; choose among {', '.join(available_models())}."
        )
    if windows < 1:
        raise InvalidInput(f"At least one window is needed, not {windows}.")
    table = read_table(path, columns or {})
    try:
        panel = _panel(table, frequency, known, static, country)
        return _compare(panel, horizon, windows, models, steps, seed, progress)
    except DataError as error:
        raise InvalidInput(f"{path.name}: {error}") from error


def read_table(path: Path, columns: Mapping[str, str]) -> pd.DataFrame:
    """The demand table of a CSV, Parquet or Excel file with its columns renamed."""
    if not path.is_file():
        raise InvalidInput(f"There is no file {path}.")
    if path.stat().st_size > LARGEST_FILE:
        raise InvalidInput(f"{path.name} is larger than 1 GB; split it by series.")
    readers: dict[str, Callable[[Path], pd.DataFrame]] = {
        ".csv": pd.read_csv,
        ".gz": pd.read_csv,
        ".parquet": pd.read_parquet,
        ".xlsx": pd.read_excel,
    }
    reader = readers.get(path.suffix.lower())
    if reader is None:
        raise InvalidInput(f"{path.name} is no CSV, Parquet or Excel (.xlsx) file.")
    try:
        table = reader(path)
    except (ValueError, OSError, UnicodeDecodeError, KeyError) as error:
        raise InvalidInput(f"{path.name} cannot be read: {error}") from error
    missing = [name for name in columns if name not in table.columns]
    if missing:
        raise InvalidInput(f"{path.name} has no column {missing[0]!r}.")
    return table.rename(columns=dict(columns))


def _panel(
    table: pd.DataFrame,
    frequency: Frequency | None,
    known: Sequence[str],
    static: Sequence[str],
    country: str,
) -> Panel:
    absent = [name for name in (*known, *static) if name not in table.columns]
    if absent:
        raise InvalidInput(f"The table has no column {absent[0]!r}.")
    kinds: dict[str, list[str]] = {"flags": [], "prices": [], "numbers": []}
    for name in known:
        kinds[_kind(name, table[name])].append(name)
    covariates = Covariates(
        flags=tuple(kinds["flags"]),
        prices=tuple(kinds["prices"]),
        numbers=tuple(kinds["numbers"]),
        static=tuple(static),
        country=country,
    )
    described = (
        table.drop_duplicates("unique_id").set_index("unique_id")[list(static)] if static else None
    )
    return build_panel(table, 1, covariates=covariates, static=described, frequency=frequency)


def _kind(name: str, values: pd.Series[Any]) -> str:
    """Two-valued columns are flags, positive ones called a price are prices, others numbers."""
    numbers = pd.to_numeric(values, errors="coerce")
    if numbers.isna().all():
        raise InvalidInput(f"The known column {name!r} holds no numbers.")
    if set(numbers.dropna().unique()) <= {0, 1}:
        return "flags"
    return "prices" if "price" in name.lower() and (numbers.dropna() > 0).all() else "numbers"


def _compare(
    panel: Panel,
    horizon: int,
    windows: int,
    models: Sequence[str],
    steps: int,
    seed: int,
    progress: Progress | None,
) -> Comparison:
    first = panel.periods - horizon * windows
    if first < 2:
        raise InvalidInput(
            f"{windows} windows of {horizon} periods need more than the {panel.periods} periods "
            "of this table; ask for fewer windows or a shorter horizon."
        )
    training = TrainingConfig(steps=steps, seed=seed)
    chosen: list[Forecaster | GlobalNetwork] = []
    for name in models:
        if name == ENSEMBLE:
            engine = fit_engine(panel.until(first, 1), horizon, EngineConfig(training=training))
            chosen.append(_EngineForecaster(engine))
        elif name in NETWORKS:
            config = TrainingConfig(steps=steps, seed=seed, cell=NETWORKS[name])  # type: ignore[arg-type]
            chosen.append(GlobalNetwork(config, name=name))
        else:
            chosen.append(LOCAL_MODELS[name]())
    report = backtest(panel, chosen, horizon, windows, progress=progress)
    overall = pd.DataFrame(report.scores()).T[list(MEASURES)].sort_values("sql")
    overall.index.name = "model"
    classes = [
        {"model": model, "demand_class": str(kind), "series_windows": int(part.sum()), **row}
        for kind in np.unique(report.classes)
        for part in [report.classes == kind]
        for model, found in report.scores(part).items()
        for row in [{key: found[key] for key in ("wape", "sql", "coverage_90")}]
    ]
    return Comparison(overall, pd.DataFrame(classes), _by_step(report), panel.notes)


def _by_step(report: Any) -> pd.DataFrame:
    seen = ~np.isnan(report.y)
    total = np.where(seen, report.y, 0.0).sum(axis=0)
    rows = []
    for model, values in report.forecasts.items():
        middle = values[..., values.shape[-1] // 2]
        error = np.where(seen, np.abs(np.nan_to_num(report.y) - middle), 0.0).sum(axis=0)
        rows += [
            {"model": model, "step": step + 1, "wape": error[step] / max(total[step], 1e-9)}
            for step in range(report.y.shape[1])
        ]
    return pd.DataFrame(rows)


def save(comparison: Comparison, folder: Path) -> list[Path]:
    """Write the three tables as CSV; returns their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name in ("overall", "by_class", "by_step"):
        target = folder / f"backtest-{name}.csv"
        getattr(comparison, name).to_csv(target, index=name == "overall")
        written.append(target)
    return written
