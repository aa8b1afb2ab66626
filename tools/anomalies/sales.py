"""Sales that do not fit their own past: spikes, drops, lasting shifts, slips of a factor.

Single days are judged against the predictive distribution of the day; lasting shifts against what
was known before the shift began. Both are calibrated on the quiet history and cut at a false
discovery rate, and only what moves money is reported.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from tools.anomalies.expectation import Expectation, dispersion_of
from tools.anomalies.finding import Direction, Evidence, Family, Finding, score_of
from tools.anomalies.tails import Calibration, false_discovery_cut, negative_binomial_scores
from tools.text import Text

Floats = npt.NDArray[np.float64]

FALSE_DISCOVERY_RATE = 0.05
LOOKBACK_DAYS = 56
SHIFT_DAYS = 14
SHIFT_FALSE_DISCOVERY_RATE = 0.01
MIN_SHIFT = 0.5
"""Share of the expectation by which a lasting shift must differ to be worth a word."""
MIN_EXCESS_UNITS = 4.0
CHART_DAYS = 90
FACTORS = (10.0, 12.0, 100.0)
"""Slips that happen: a digit too many, pieces for dozens, cents for units."""


@dataclass(frozen=True)
class Run:
    """Consecutive alarming days of one series."""

    row: int
    first: int
    last: int
    up: bool
    p_value: float


def sales_findings(expectation: Expectation, unit_money: pd.Series) -> list[Finding]:
    """Spikes, drops and shifts of the last eight weeks.

    `unit_money` maps an item code to the margin (or price) of one unit.
    """
    shifts = _shift_runs(expectation)
    in_shift = {(run.row, run.up): (run.first, run.last) for run in shifts}
    days = [
        run for run in _day_runs(expectation) if not _covered(run, in_shift.get((run.row, run.up)))
    ]
    found = [_finding(expectation, run, "shift", unit_money) for run in shifts]
    found += [_finding(expectation, run, "day", unit_money) for run in days]
    return [finding for finding in found if finding is not None]


def _day_runs(expectation: Expectation) -> list[Run]:
    """Alarming days, neighbours joined."""
    matrix = expectation.matrix
    y = np.where(matrix.usable, matrix.y, np.nan)
    scores = negative_binomial_scores(y, expectation.mean, expectation.dispersion[:, None])
    recent = max(0, y.shape[1] - LOOKBACK_DAYS)
    runs: list[Run] = []
    for up, score in zip((True, False), scores, strict=True):
        p = Calibration.fit(score[:, :recent].ravel()).p_values(score)
        window = p[:, recent:]
        cut = false_discovery_cut(window.ravel(), FALSE_DISCOVERY_RATE)
        alarm = (window <= cut) & (
            np.abs(y[:, recent:] - expectation.mean[:, recent:]) >= MIN_EXCESS_UNITS
        )
        runs += [
            Run(
                int(row),
                first + recent,
                last + recent,
                up,
                float(np.nanmin(window[row, first : last + 1])),
            )
            for row in np.flatnonzero(alarm.any(axis=1))
            for first, last in _stretches(alarm[row])
        ]
    return runs


def _shift_runs(expectation: Expectation) -> list[Run]:
    """Two weeks that together differ from the level known before them."""
    matrix = expectation.matrix
    y = np.where(matrix.usable, matrix.y, np.nan)
    seen = ~np.isnan(y)
    total = _window_sum(np.where(seen, y, 0.0))
    shape = _window_sum(np.where(seen, expectation.shape, 0.0))
    level = np.full_like(expectation.level, np.nan)
    level[:, SHIFT_DAYS:] = expectation.level[:, 1 : -SHIFT_DAYS + 1]
    mean = np.maximum(level * shape, 0.05)
    enough = _window_sum(seen.astype(float)) >= 0.7 * SHIFT_DAYS
    total = np.where(enough, total, np.nan)
    recent = max(SHIFT_DAYS, y.shape[1] - LOOKBACK_DAYS)
    apart = np.arange(2 * SHIFT_DAYS, recent, SHIFT_DAYS)
    if apart.size < 4:
        return []
    dispersion = dispersion_of(total[:, apart], mean[:, apart])
    scores = negative_binomial_scores(total, mean, dispersion[:, None])
    runs: list[Run] = []
    for up, score in zip((True, False), scores, strict=True):
        p = Calibration.fit(score[:, apart].ravel()).p_values(score[:, recent:])
        best = np.nanmin(np.where(np.isnan(p), 1.0, p), axis=1)
        cut = false_discovery_cut(best * LOOKBACK_DAYS / SHIFT_DAYS, SHIFT_FALSE_DISCOVERY_RATE)
        for row in np.flatnonzero(best * LOOKBACK_DAYS / SHIFT_DAYS <= cut):
            at = recent + int(np.nanargmin(p[row]))
            excess = abs(total[row, at] - mean[row, at])
            large = excess >= MIN_EXCESS_UNITS * 2 and excess >= MIN_SHIFT * mean[row, at]
            if large and _spread_out(y[row], expectation.mean[row], at, up):
                runs.append(Run(int(row), at - SHIFT_DAYS + 1, at, up, float(best[row])))
    return runs


def _spread_out(y: Floats, mean: Floats, at: int, up: bool) -> bool:
    """Whether most days of the window differ the same way, not one day alone."""
    part = slice(at - SHIFT_DAYS + 1, at + 1)
    difference = y[part] - mean[part]
    difference = difference[~np.isnan(difference)]
    same = difference > 0 if up else difference < 0
    largest = np.abs(difference).max(initial=0.0)
    return bool(same.mean() >= 0.65 and largest <= 0.6 * np.abs(difference.sum()))


def _window_sum(values: Floats) -> Floats:
    """(S, T) sum of the last `SHIFT_DAYS` days up to each day."""
    total = np.cumsum(values, axis=1)
    shifted = np.zeros_like(total)
    shifted[:, SHIFT_DAYS:] = total[:, :-SHIFT_DAYS]
    difference: Floats = total - shifted
    return difference


def _stretches(alarm: npt.NDArray[np.bool_]) -> list[tuple[int, int]]:
    """First and last position of each run of alarms; a gap of one day does not end a run."""
    positions = np.flatnonzero(alarm)
    breaks = np.flatnonzero(np.diff(positions) > 2)
    firsts = positions[np.r_[0, breaks + 1]]
    lasts = positions[np.r_[breaks, positions.size - 1]]
    return [(int(a), int(b)) for a, b in zip(firsts, lasts, strict=True)]


def _covered(run: Run, shift: tuple[int, int] | None) -> bool:
    return shift is not None and run.last >= shift[0] and run.first <= shift[1]


def _finding(
    expectation: Expectation, run: Run, scale: Literal["day", "shift"], unit_money: pd.Series
) -> Finding | None:
    matrix = expectation.matrix
    item, location = matrix.series.loc[run.row, ["item", "location"]]
    part = slice(run.first, run.last + 1)
    seen = matrix.usable[run.row, part]
    observed = float(matrix.y[run.row, part][seen].sum())
    if scale == "shift":
        expected = float(
            expectation.level[run.row, run.first] * expectation.shape[run.row, part][seen].sum()
        )
    else:
        expected = float(expectation.mean[run.row, part][seen].sum())
    money = abs(observed - expected) * float(unit_money.get(item, np.nan))
    kind, family, cause, step = _explain(scale, run.up, observed, expected)
    starts, ends = matrix.days[run.first].date(), matrix.days[run.last].date()
    direction: Direction = "up" if run.up else "down"
    return Finding(
        kind=kind,
        family=family,
        starts_on=starts,
        ends_on=ends,
        score=score_of(run.p_value),
        direction=direction,
        sentence=_sentence(observed, expected, starts, ends),
        cause=cause,
        next_step=step,
        item=str(item),
        location=str(location),
        money=None if np.isnan(money) else money,
        evidence=_chart(expectation, run, observed, expected),
    )


def _explain(
    scale: str, up: bool, observed: float, expected: float
) -> tuple[str, Family, Text, Text]:
    """Kind, family, probable cause and next step."""
    ratio = observed / max(expected, 1e-9)
    if scale == "day" and up and any(0.8 <= ratio / factor <= 1.25 for factor in FACTORS):
        return (
            "factor_error",
            "data",
            Text("a slip of a factor (pack entered as pieces, a digit too many)",
                 "数量单位录错（按箱录成按件，或多输了一位）"),
            Text("check the sales record of that day", "核对当天的销售记录"),
        )  # fmt: skip
    if scale == "shift":
        return (
            "level_shift",
            "sales",
            Text("a lasting change of demand", "需求出现持续变化"),
            Text("check price, listing and competitors, then review the forecast",
                 "检查价格、上架状态和竞争对手，再复核预测"),
        )  # fmt: skip
    if up:
        return (
            "sales_spike",
            "sales",
            Text("a bulk order or an event that is not in the records",
                 "大额订单，或未登记的活动"),
            Text("look at the orders of that day before it enters the forecast",
                 "先查看当天的订单，再让它进入预测"),
        )  # fmt: skip
    return (
        "sales_drop",
        "sales",
        Text("a lost listing, a price problem or an empty shelf",
             "下架、价格问题或货架缺货"),
        Text("check that the item could be bought that day", "确认当天商品可正常购买"),
    )  # fmt: skip


def _sentence(observed: float, expected: float, starts: dt.date, ends: dt.date) -> Text:
    when_en = f"on {starts:%-d %b}" if starts == ends else f"from {starts:%-d %b} to {ends:%-d %b}"
    when_zh = (
        f"{starts.month}月{starts.day}日"
        if starts == ends
        else f"{starts.month}月{starts.day}日至{ends.month}月{ends.day}日"
    )
    return Text(
        f"sold {observed:,.0f} where about {expected:,.0f} were expected {when_en}",
        f"{when_zh}售出 {observed:,.0f}，预期约 {expected:,.0f}",
    )


def _chart(expectation: Expectation, run: Run, observed: float, expected: float) -> Evidence:
    matrix = expectation.matrix
    first = max(0, run.last + 1 - CHART_DAYS)
    part = slice(first, matrix.y.shape[1])
    narrowed = Expectation(
        matrix,
        expectation.level[[run.row], part],
        expectation.shape[[run.row], part],
        expectation.mean[[run.row], part],
        expectation.dispersion[[run.row]],
    )
    return Evidence(
        days=[day.date().isoformat() for day in matrix.days[part]],
        observed=_listed(matrix.y[run.row, part]),
        low=_listed(narrowed.quantile(0.01)[0]),
        expected=_listed(narrowed.mean[0]),
        high=_listed(narrowed.quantile(0.99)[0]),
        figures={"observed": observed, "expected": round(expected, 1)},
    )


def _listed(values: Floats) -> list[float | None]:
    return [None if np.isnan(v) else round(float(v), 2) for v in values]
