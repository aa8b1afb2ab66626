"""When open orders will really arrive, in every sampled future.

An open line arrives at its promised day plus a deviation this supplier has shown before, given
that it has not arrived yet. A line that is later than anything seen is expected in a week.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Hashable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Floats = NDArray[np.float64]
BEYOND_EXPERIENCE_DAYS = 7
_PRIOR = 3.0
"""Receipts' worth of belief in the promised day."""


def scheduled_receipts(
    lines: Sequence[Mapping[Hashable, Any]],
    today: dt.date,
    horizon: int,
    draws: int,
    deviations: Mapping[str, tuple[Floats, Floats]],
    seed: int,
) -> Floats:
    """(draws, horizon) units arriving by day; (1, horizon) zeros when nothing is on order.

    `lines` are rows of `frames.order_lines` with something outstanding; `deviations` are days late
    and weights by supplier.
    """
    if not lines:
        return np.zeros((1, horizon))
    generator = np.random.default_rng(seed)
    arrivals = np.zeros((draws, horizon))
    for line in lines:
        promised = line["requested_on"] if pd.isna(line["promised_on"]) else line["promised_on"]
        offset = (promised.date() - today).days
        seen = deviations.get(line["supplier"])
        days = offset + _late_days(seen, offset, draws, generator)
        inside = np.flatnonzero(days < horizon)
        arrivals[inside, days[inside]] += float(line["outstanding"])
    return arrivals


def _late_days(
    seen: tuple[Floats, Floats] | None,
    offset: int,
    draws: int,
    generator: np.random.Generator,
) -> NDArray[np.int64]:
    """(draws,) days after the promised day, at least as many as have passed already."""
    days, weights = seen if seen is not None else (np.zeros(0), np.zeros(0))
    days, weights = np.append(np.rint(days), 0.0), np.append(weights, _PRIOR)
    possible = days >= -offset
    if not possible.any():
        return np.full(draws, BEYOND_EXPERIENCE_DAYS - offset, dtype=np.int64)
    share = weights[possible] / weights[possible].sum()
    return generator.choice(days[possible], size=draws, p=share).astype(np.int64)
