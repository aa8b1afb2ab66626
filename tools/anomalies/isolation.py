"""Isolation Forest over weekly features: combinations that no single test looks at.

Each series-week becomes a point (sales against expectation, share of silent days, returns, price
change, corrections of stock); a forest isolates odd points quickly (Liu, Ting, Zhou 2008). Its
scores are ranked among all weeks of the history, which makes them p-values.
"""

from __future__ import annotations

from typing import Any, cast

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.ensemble import IsolationForest

from tools.anomalies.expectation import Expectation
from tools.anomalies.finding import Evidence, Finding, score_of
from tools.anomalies.tails import false_discovery_cut
from tools.text import Text

Floats = npt.NDArray[np.float64]
TREES = 200
SAMPLE = 512
RECENT_WEEKS = 8
FALSE_DISCOVERY_RATE = 0.05
FEATURES: dict[str, Text] = {
    "sales": Text("sales against expectation", "销量与预期之比"),
    "silent": Text("days without sales", "无销售天数"),
    "returned": Text("returns", "退货"),
    "price": Text("price change", "价格变化"),
    "corrections": Text("stock corrections", "库存更正"),
}


def isolation_scores(values: Floats, *, trees: int = TREES, seed: int = 0) -> Floats:
    """Anomaly scores (larger is odder) of (n, k) points by an Isolation Forest."""
    forest = IsolationForest(
        n_estimators=trees, max_samples=min(SAMPLE, len(values)), random_state=seed
    )
    scores: Floats = -forest.fit(values).score_samples(values)
    return scores


def isolation_findings(
    expectation: Expectation,
    sales: pd.DataFrame,
    movements: pd.DataFrame,
    unit_money: pd.Series,
) -> list[Finding]:
    """Odd weeks among the last eight, with the feature that stands out most."""
    weeks = weekly_features(expectation, sales, movements)
    if len(weeks) < 200:
        return []
    values = weeks[list(FEATURES)].to_numpy(float)
    spread = np.maximum(np.percentile(values, 95, axis=0) - np.percentile(values, 5, axis=0), 1e-6)
    scaled = (values - np.median(values, axis=0)) / spread
    scores = isolation_scores(scaled)
    p_values = (len(scores) - scores.argsort().argsort()) / (len(scores) + 1.0)
    recent = (weeks["week"] > weeks["week"].max() - pd.Timedelta(weeks=RECENT_WEEKS)).to_numpy()
    cut = false_discovery_cut(p_values[recent], FALSE_DISCOVERY_RATE)
    found = []
    for position in np.flatnonzero(recent & (p_values <= cut)):
        row = weeks.iloc[position]
        feature = list(FEATURES)[int(np.abs(scaled[position]).argmax())]
        if feature in ("sales", "silent"):  # the sales tests say it better
            continue
        found.append(_finding(row, feature, float(p_values[position]), unit_money))
    return found


def weekly_features(
    expectation: Expectation, sales: pd.DataFrame, movements: pd.DataFrame
) -> pd.DataFrame:
    """One row per series and week: item, location, week and the features."""
    matrix = expectation.matrix
    frame = sales.assign(item=sales["item"].astype(str), location=sales["location"].astype(str))
    expected = pd.DataFrame(expectation.mean.T, index=matrix.days)
    expected.columns = pd.MultiIndex.from_frame(matrix.series[["item", "location"]])
    stacked = expected.stack(["item", "location"], future_stack=True)
    long = cast("pd.Series", stacked).rename("expected").reset_index()
    frame = frame.merge(long.rename(columns={"level_0": "ds"}), on=["item", "location", "ds"])
    frame["week"] = frame["ds"].dt.to_period("W-SUN").dt.end_time.dt.normalize()
    frame["silent"] = ((frame["quantity"] == 0) & ~frame["stocked_out"]).astype(float)
    weeks = frame.groupby(["item", "location", "week"], as_index=False).agg(
        quantity=("quantity", "sum"), expected=("expected", "sum"), returned=("returned", "sum"),
        silent=("silent", "mean"), price=("price", "mean"),
    )  # fmt: skip
    weeks["corrections"] = _corrections(weeks, movements)
    volume = weeks["expected"].clip(lower=1.0)
    weeks["sales"] = np.log((weeks["quantity"] + 1.0) / (weeks["expected"] + 1.0))
    weeks["silent"] -= np.exp(-weeks["expected"] / 7.0)
    weeks["returned"] /= volume
    weeks["corrections"] /= volume
    before = weeks.groupby(["item", "location"])["price"].shift(1)
    weeks["price"] = np.log(weeks["price"] / before)
    return weeks.replace([np.inf, -np.inf], np.nan).fillna(dict.fromkeys(FEATURES, 0.0))


def _corrections(weeks: pd.DataFrame, movements: pd.DataFrame) -> pd.Series:
    """Units by which stock was corrected or written off in each series-week."""
    kinds = movements["kind"].isin(["adjustment", "count", "write_off"])
    part = movements.loc[kinds, ["item", "location", "at", "quantity"]].copy()
    part["item"], part["location"] = part["item"].astype(str), part["location"].astype(str)
    day = part["at"].dt.tz_convert(None).dt.normalize()
    part["week"] = day.dt.to_period("W-SUN").dt.end_time.dt.normalize()
    part["size"] = part["quantity"].abs()
    total = part.groupby(["item", "location", "week"])["size"].sum()
    keys = pd.MultiIndex.from_frame(weeks[["item", "location", "week"]])
    return pd.Series(total.reindex(keys).fillna(0.0).to_numpy(), index=weeks.index)


def _finding(row: Any, feature: str, p_value: float, unit_money: pd.Series) -> Finding:
    week: pd.Timestamp = row["week"]
    units = float(row[feature]) * max(float(row["expected"]), 1.0)
    money = abs(units) * float(unit_money.get(row["item"], np.nan))
    name = FEATURES[feature]
    return Finding(
        kind=f"unusual_{feature}",
        family="stock" if feature == "corrections" else "sales",
        starts_on=(week - pd.Timedelta(days=6)).date(),
        ends_on=week.date(),
        score=score_of(p_value),
        direction="up" if float(row[feature]) > 0 else "down",
        sentence=Text(
            f"{name.en} in the week to {week:%-d %b} stand out from every other week",
            f"截至{week.month}月{week.day}日的一周，{name.zh}与其他各周明显不同",
        ),
        cause=Text("an unusual combination of figures", "多项数据的异常组合"),
        next_step=Text("look at the week's records", "查看该周的记录"),
        item=str(row["item"]),
        location=str(row["location"]),
        money=None if np.isnan(money) else money,
        evidence=Evidence(figures={k: round(float(row[k]), 3) for k in FEATURES}),
    )
