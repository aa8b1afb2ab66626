"""The backtest on anybody's file: formats, mapped names, measures, and refusals."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tests.forecasting.series import retail
from tools.demand import backtest_file
from tools.errors import InvalidInput


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    demand, _, static = retail(series=8, days=150)
    demand["kind"] = demand["unique_id"].map(static["group"])
    return demand.drop(columns="mean")


@pytest.mark.parametrize("suffix", [".csv", ".parquet", ".xlsx", ".csv.gz"])
def test_every_format_gives_the_same_comparison(
    table: pd.DataFrame, tmp_path: Path, suffix: str
) -> None:
    path = tmp_path / f"demand{suffix}"
    renamed = table.rename(columns={"unique_id": "SKU", "ds": "Day", "y": "Sold"})
    if suffix == ".parquet":
        renamed.to_parquet(path)
    elif suffix == ".xlsx":
        renamed.to_excel(path, index=False)
    else:
        renamed.to_csv(path, index=False)
    found = backtest_file.run(
        path,
        horizon=14,
        windows=2,
        models=["SeasonalNaive", "Empirical"],
        columns={"SKU": "unique_id", "Day": "ds", "Sold": "y"},
    )
    assert set(found.overall.index) == {"SeasonalNaive", "Empirical"}
    assert found.overall["wape"].between(0, 2).all()
    assert set(found.by_step["step"]) == set(range(1, 15))


def test_known_columns_help_and_the_best_comes_first(table: pd.DataFrame, tmp_path: Path) -> None:
    path = tmp_path / "demand.parquet"
    table.to_parquet(path)
    seen: list[str] = []
    found = backtest_file.run(
        path,
        horizon=14,
        windows=2,
        known=["promotion"],
        static=["kind"],
        models=["LSTM", "Ensemble", "SeasonalNaive"],
        steps=120,
        progress=lambda what, _share: seen.append(what),
    )
    assert found.overall.index[-1] == "SeasonalNaive"
    assert found.overall["sql"].is_monotonic_increasing
    assert seen
    written = backtest_file.save(found, tmp_path / "out")
    assert [path.name for path in written] == [
        "backtest-overall.csv",
        "backtest-by_class.csv",
        "backtest-by_step.csv",
    ]
    again = pd.read_csv(written[0], index_col="model")
    assert np.allclose(again["wape"], found.overall["wape"])


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"models": ["Prophet"]}, "no model 'Prophet'"),
        ({"windows": 0}, "At least one window"),
        ({"windows": 40}, "fewer windows"),
        ({"known": ["weather"]}, "no column 'weather'"),
        ({"known": ["kind"]}, "holds no numbers"),
        ({"columns": {"SKU": "unique_id"}}, "no column 'SKU'"),
    ],
)
def test_wrong_options_get_a_sentence(
    table: pd.DataFrame, tmp_path: Path, options: dict[str, object], words: str
) -> None:
    path = tmp_path / "demand.csv"
    table.to_csv(path, index=False)
    with pytest.raises(InvalidInput, match=words):
        backtest_file.run(path, **{"models": ["SeasonalNaive"], "horizon": 14, **options})  # type: ignore[arg-type]


def test_unusable_files_get_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="no file"):
        backtest_file.run(tmp_path / "nothing.csv")
    text = tmp_path / "demand.txt"
    text.write_text("x")
    with pytest.raises(InvalidInput, match="no CSV"):
        backtest_file.run(text)
    broken = tmp_path / "demand.parquet"
    broken.write_bytes(b"not parquet")
    with pytest.raises(InvalidInput, match="cannot be read"):
        backtest_file.run(broken)
    negative = tmp_path / "demand.csv"
    pd.DataFrame({"unique_id": "a", "ds": ["2025-01-01"], "y": [-1]}).to_csv(negative, index=False)
    with pytest.raises(InvalidInput, match="returns apart"):
        backtest_file.run(negative, horizon=1, windows=1)
