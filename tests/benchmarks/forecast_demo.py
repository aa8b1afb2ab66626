"""Forecasts of the demo company against what was really asked for, stock-outs included.

    python -m tests.benchmarks.forecast_demo

The records end four weeks before today, so that the simulator's uncensored demand of those weeks
can judge the forecast; the refresh of the whole company is timed beside it.
"""

from __future__ import annotations

import argparse
import datetime as dt
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd
import torch

from forecasting import EngineConfig, Panel, build_panel, fit_engine, mean_of
from forecasting.metrics import coverage
from forecasting.quantiles import MEDIAN
from tools.data import frames
from tools.data.demo import build_demo
from tools.data.migrate import upgrade
from tools.demand.history import COVARIATES, demand_table
from tools.demand.refresh import default_config, refresh_forecasts

HELD_OUT = 28
OFTEN = 0.02
"""Share of stock-out days from which a series counts as a stock-out item."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--items", type=int, default=120)
    parser.add_argument("--no-refresh", action="store_true")
    options = parser.parse_args()
    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory() as folder:
        engine = upgrade(f"sqlite:///{folder}/records.db")
        truth = build_demo(
            engine, today=dt.date(2026, 11, 22), items=options.items, truth_folder=Path(folder)
        )
        table = demand_table(engine, HELD_OUT)
        panel = build_panel(
            table.demand,
            HELD_OUT,
            covariates=COVARIATES,
            future=table.future,
            static=table.static,
            frequency="D",
        )
        judge(panel, truth.demand)
        if not options.no_refresh:
            began = time.monotonic()
            report = refresh_forecasts(engine, 30)
            print(f"refresh: {report.series} series x 30 days, {time.monotonic() - began:.0f} s")
            print(f"planning day {frames.planning_day(engine)}")


def judge(panel: Panel, truth: pd.DataFrame) -> None:
    """Fit before the held-out weeks and compare with true demand there."""
    cut = panel.periods - HELD_OUT
    past = panel.until(cut, HELD_OUT)
    config: EngineConfig = default_config(past)
    fitted = fit_engine(past.until(cut, 1), HELD_OUT, config)
    values = fitted.forecast(past).values
    days = panel.dates[cut : cut + HELD_OUT]
    wide = truth.assign(unique_id=truth["item"].astype(str) + "|" + truth["location"].astype(str))
    wide = wide[wide["ds"].isin(days)].pivot(index="unique_id", columns="ds", values="demand")
    y = wide.reindex(index=list(panel.ids), columns=days).to_numpy(dtype=np.float64)
    seen = ~np.isnan(panel.y[:, :cut])
    share = panel.censored[:, :cut].sum(axis=1) / np.maximum(seen.sum(axis=1), 1)
    print("| series | count | bias against true demand | WAPE | 50/80/90/95/99 % coverage |")
    print("|-|-|-|-|-|")
    for name, rows in {
        "all": np.ones(len(share), dtype=bool),
        "often out of stock": share >= OFTEN,
        "rarely out of stock": share < OFTEN,
    }.items():
        known = ~np.isnan(y[rows])
        actual = y[rows][known]
        bias = (mean_of(values[rows])[known] - actual).sum() / actual.sum()
        wape = np.abs(values[rows][..., MEDIAN][known] - actual).sum() / actual.sum()
        held = coverage(y[rows], values[rows])
        shares = " / ".join(f"{held[f'coverage_{w}']:.3f}" for w in (50, 80, 90, 95, 99))
        print(f"| {name} | {int(rows.sum())} | {bias:+.3f} | {wape:.3f} | {shares} |")


if __name__ == "__main__":
    main()
