"""Small synthetic demand tables with a known truth."""

from __future__ import annotations

import numpy as np
import pandas as pd

WEEK = np.array([1.0, 0.8, 0.8, 0.9, 1.2, 1.6, 0.7])
LIFT = 2.5
"""What a promotion multiplies demand by."""


def retail(
    series: int = 12, days: int = 200, horizon: int = 14, seed: int = 1, level: float = 8.0
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Demand, future and static tables: weekly pattern and promotions around levels of Poisson."""
    generator = np.random.default_rng(seed)
    dates = pd.date_range("2025-01-01", periods=days + horizon)
    weekly = WEEK[dates.dayofweek]
    past, ahead, static = [], [], {}
    for number in range(series):
        name = f"S{number:02d}"
        base = level * generator.uniform(0.5, 2.0)
        promotion = generator.random(len(dates)) < 0.1
        mean = base * weekly * np.where(promotion, LIFT, 1.0)
        table = pd.DataFrame(
            {
                "unique_id": name,
                "ds": dates,
                "y": generator.poisson(mean).astype(float),
                "promotion": promotion.astype(float),
                "mean": mean,
            }
        )
        past.append(table.iloc[:days])
        ahead.append(table.iloc[days:])
        static[name] = {"group": "a" if number % 2 else "b"}
    return (
        pd.concat(past, ignore_index=True),
        pd.concat(ahead, ignore_index=True),
        pd.DataFrame.from_dict(static, orient="index"),
    )
