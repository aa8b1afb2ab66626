"""The public data sets of the forecasting benchmarks, as demand tables."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from forecasting.panel import Covariates

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"


@dataclass(frozen=True)
class Dataset:
    """A demand table with the horizon and the number of windows it is judged on."""

    name: str
    demand: pd.DataFrame
    static: pd.DataFrame
    covariates: Covariates
    horizon: int
    windows: int
    season: int
    frequency: str


def available() -> bool:
    return DATA.is_dir()


def pasta() -> Dataset:
    """Daily sales of 118 pasta items with a promotion flag, 28 days x 10 windows."""
    raw = pd.read_csv(DATA / "pasta" / "pasta_daily.csv.gz", parse_dates=["date"])
    demand = raw.rename(columns={"sku": "unique_id", "date": "ds", "qty": "y"})
    static = raw.groupby("sku")[["brand"]].first()
    covariates = Covariates(flags=("promotion",), static=("brand",), country="IT")
    columns = ["unique_id", "ds", "y", "promotion"]
    return Dataset("pasta", demand[columns], static, covariates, 28, 10, 7, "D")


def orange_juice() -> Dataset:
    """Weekly juice sales of 83 stores x 11 brands with price, deal and feature known ahead."""
    raw = pd.read_csv(DATA / "orange_juice" / "oj_weekly.csv.gz")
    prices = raw[[f"price{k}" for k in range(1, 12)]].to_numpy()
    demand = pd.DataFrame(
        {
            "unique_id": raw["store"].astype(str) + "|" + raw["brand"].astype(str),
            "ds": pd.Timestamp("1989-09-14") + pd.to_timedelta(7 * (raw["week"] - 1), unit="D"),
            "y": raw["move"].astype(float),
            "price": prices[range(len(raw)), raw["brand"] - 1],
            "deal": raw["deal"].astype(float),
            "feature": raw["feat"].astype(float),
        }
    )
    static = demand[["unique_id"]].drop_duplicates().set_index("unique_id")
    static["store"] = [name.split("|")[0] for name in static.index]
    static["brand"] = [name.split("|")[1] for name in static.index]
    covariates = Covariates(
        flags=("deal", "feature"),
        prices=("price",),
        static=("store", "brand"),
        groups=("store",),
        country="US",
    )
    return Dataset("orange juice", demand, static, covariates, 8, 8, 1, "W")


def spare_parts(which: str) -> Dataset:
    """Monthly demand of car parts: `carparts` (12 months) or `auto` (6 months)."""
    raw = pd.read_csv(DATA / "spare_parts" / f"{which}_monthly_wide.csv")
    long = raw.melt("part_id", var_name="ds", value_name="y").dropna()
    long["ds"] = pd.to_datetime(long["ds"])
    long["unique_id"] = long["part_id"].astype(str)
    static = pd.DataFrame(index=long["unique_id"].unique())
    horizon = 12 if which == "carparts" else 6
    return Dataset(which, long[["unique_id", "ds", "y"]], static, Covariates(), horizon, 1, 1, "M")


def online_retail() -> Dataset:
    """Daily units of the 500 items a UK online shop sold most often, 28 days x 4 windows.

    Returns and cancellations are left out; a day on which the shop sold anything counts as open,
    and an item without a line on it as zero demand.
    """
    raw = pd.read_parquet(DATA / "online_retail" / "online_retail.parquet")
    kept = raw[
        (raw["Quantity"] > 0)
        & (raw["UnitPrice"] > 0)
        & raw["StockCode"].str.match(r"^\d{5}")
        & ~raw["InvoiceNo"].str.startswith("C")
    ]
    kept = kept.assign(ds=kept["InvoiceDate"].dt.normalize())
    daily = kept.groupby(["StockCode", "ds"], observed=True)["Quantity"].sum()
    often = daily.groupby("StockCode").size().nlargest(500).index
    wide = daily.unstack("ds").loc[sorted(often)]
    wide = wide.fillna(0.0).where(wide.notna().cumsum(axis=1) > 0)
    long = wide.stack().rename("y").reset_index().rename(columns={"StockCode": "unique_id"})
    static = pd.DataFrame(index=wide.index.rename("unique_id"))
    return Dataset("online retail", long, static, Covariates(country="GB"), 28, 4, 7, "D")


DATASETS = {
    "pasta": pasta,
    "orange-juice": orange_juice,
    "online-retail": online_retail,
    "carparts": lambda: spare_parts("carparts"),
    "auto": lambda: spare_parts("auto"),
}
