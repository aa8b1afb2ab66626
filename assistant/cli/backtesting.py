"""`inventory-assistant backtest`: our models and the peers on anybody's table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal, cast

import pandas as pd
from rich.table import Table

from assistant.cli.console import console, progress_bar
from tools.demand import backtest_file
from tools.errors import InvalidInput

SHOWN = ("wape", "sql", "mase", "bias", "pinball_0.9", "coverage_90", "coverage_99")
FREQUENCIES = ("D", "W", "M")


def run_backtest(
    file: Path,
    *,
    frequency: str | None,
    horizon: int,
    windows: int,
    known: Sequence[str],
    static: Sequence[str],
    models: Sequence[str],
    columns: Mapping[str, str],
    save: Path | None,
) -> None:
    """Print the comparison, and write all of it to the folder `save` when given."""
    if frequency is not None and frequency not in FREQUENCIES:
        raise InvalidInput(f"--frequency {frequency}: use one of {', '.join(FREQUENCIES)}.")
    with progress_bar(f"Backtest of {file.name}") as report:
        found = backtest_file.run(
            file,
            frequency=cast("Literal['D', 'W', 'M'] | None", frequency),
            horizon=horizon,
            windows=windows,
            known=known,
            static=static,
            models=models or backtest_file.DEFAULT_MODELS,
            columns=columns,
            progress=report,
        )
    _print("All series", found.overall, SHOWN)
    _print("By class of demand", found.by_class, tuple(found.by_class.columns))
    for note in found.notes:
        console.print(note, highlight=False)
    if save is not None:
        for path in backtest_file.save(found, save):
            console.print(f"Wrote {path}.", highlight=False)


def _print(title: str, frame: pd.DataFrame, columns: Sequence[str]) -> None:
    shown = frame if "model" in frame else frame.rename_axis("model").reset_index()
    names = ["model", *(c for c in columns if c in shown and c != "model")]
    table = Table(*names, title=title)
    for row in shown[names].to_dict("records"):
        table.add_row(*(f"{v:.3f}" if isinstance(v, float) else str(v) for v in row.values()))
    console.print(table)
