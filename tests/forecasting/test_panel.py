"""The contract of the demand table: what is refused, what is a documented fallback."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forecasting import Covariates, DataError, build_panel


def table(**columns: object) -> pd.DataFrame:
    base = {
        "unique_id": ["a"] * 4,
        "ds": pd.date_range("2025-03-01", periods=4),
        "y": [1.0, 2.0, 3.0, 4.0],
    }
    return pd.DataFrame({**base, **columns})


def test_missing_days_are_missing_and_not_zero() -> None:
    panel = build_panel(table().drop(index=1), 2)
    assert panel.y.shape == (1, 4)
    assert np.isnan(panel.y[0, 1])
    assert len(panel.dates) == 6
    assert panel.dates[-1] == pd.Timestamp("2025-03-06")


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        ({"y": [1, np.inf, 2, 3]}, "infinite"),
        ({"y": [1, -2.0, 2, 3]}, "returns"),
        ({"y": [1, 1e15, 2, 3]}, "unit"),
        ({"y": ["x", 1, 2, 3]}, "no number"),
        ({"ds": ["2025-03-01", "2025-03-01", "2025-03-02", "2025-03-03"]}, "two rows"),
        ({"ds": ["2025-03-01", "2025-03-02", "2025-03-03", "2199-03-03"]}, "typing"),
        ({"ds": ["2025-03-01", "soon", "2025-03-03", "2025-03-04"]}, "no date"),
        ({"ds": ["2025-03-01", None, "2025-03-03", "2025-03-04"]}, "no date"),
        ({"unique_id": ["a", None, "a", "a"]}, "unique_id"),
    ],
)
def test_a_broken_table_is_refused_with_a_sentence(columns: dict[str, object], words: str) -> None:
    with pytest.raises(DataError, match=words):
        build_panel(table(**columns), 2)


def test_columns_and_horizon_are_checked() -> None:
    with pytest.raises(DataError, match="lacks the column 'y'"):
        build_panel(table().drop(columns="y"), 2)
    with pytest.raises(DataError, match="empty"):
        build_panel(table().iloc[:0], 2)
    with pytest.raises(DataError, match="at least 1 period"):
        build_panel(table(), 0)
    with pytest.raises(DataError, match="static"):
        build_panel(table(), 2, covariates=Covariates(static=("brand",)))


def test_mixed_frequencies_are_refused() -> None:
    daily = table(ds=pd.date_range("2025-01-01", periods=4))
    weekly = pd.DataFrame(
        {"unique_id": "b", "ds": pd.date_range("2025-01-01", periods=10, freq="7D"), "y": 1.0}
    )
    long = pd.concat([daily, weekly])
    with pytest.raises(DataError, match="'b' has a value every 7 periods"):
        build_panel(long, 2)


def test_a_future_column_must_be_declared() -> None:
    future = pd.DataFrame({"unique_id": ["a"], "ds": ["2025-03-05"], "weather": [1.0]})
    with pytest.raises(DataError, match="'weather' is not declared"):
        build_panel(table(), 2, future=future)


def test_a_horizon_beyond_known_promotions_is_named() -> None:
    covariates = Covariates(flags=("promotion",), prices=("price",))
    demand = table(promotion=[0, 1, 0, 1], price=[2.0, 2.0, np.nan, 3.0])
    future = pd.DataFrame({"unique_id": ["a"], "ds": ["2025-03-05"], "promotion": [1.0]})
    panel = build_panel(demand, 3, covariates=covariates, future=future)
    assert panel.known["promotion"][0].tolist() == [0, 1, 0, 1, 1, 0, 0]
    assert panel.known["price"][0].tolist() == [2, 2, 2, 3, 3, 3, 3]
    assert any("2025-03-06" in note and "promotion" in note for note in panel.notes)


@pytest.mark.parametrize(("step", "frequency"), [("D", "D"), ("7D", "W"), ("MS", "M"), ("ME", "M")])
def test_frequency_is_read_from_the_dates(step: str, frequency: str) -> None:
    dates = pd.date_range("2024-01-31" if step == "ME" else "2024-01-01", periods=5, freq=step)
    panel = build_panel(pd.DataFrame({"unique_id": "a", "ds": dates, "y": 1.0}), 3)
    assert panel.frequency == frequency
    assert panel.y.shape == (1, 5)
    assert panel.dates[-1] == pd.date_range(dates[0], periods=8, freq=step)[-1]


def test_until_forgets_everything_later() -> None:
    panel = build_panel(table(censored=[False, True, False, True]), 2)
    cut = panel.until(2, 1)
    assert cut.y.shape == (1, 2)
    assert cut.horizon == 1
    assert cut.censored.tolist() == [[False, True]]
    with pytest.raises(DataError, match="past the known"):
        panel.until(4, 5)


@settings(max_examples=30, deadline=None)
@given(st.permutations(range(12)))
def test_row_order_does_not_matter(order: list[int]) -> None:
    dates = pd.date_range("2025-03-01", periods=6)
    long = pd.concat(
        [pd.DataFrame({"unique_id": n, "ds": dates, "y": range(6)}) for n in ("a", "b")],
        ignore_index=True,
    )
    assert np.array_equal(build_panel(long.iloc[order], 2).y, build_panel(long, 2).y)
