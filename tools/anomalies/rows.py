"""Iterating frames whose columns are known by contract, not by type."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, cast

import pandas as pd


def each_row(frame: pd.DataFrame) -> Iterator[Any]:
    """Rows as named tuples; the frame contracts of `tools.data.frames` say what they hold."""
    return cast("Iterator[Any]", frame.itertuples())


def each_group(frame: pd.DataFrame, keys: list[str]) -> Iterable[tuple[Any, pd.DataFrame]]:
    """Groups by several keys; the key is a tuple."""
    return cast(
        "Iterable[tuple[Any, pd.DataFrame]]", frame.groupby(keys, observed=True, sort=False)
    )
