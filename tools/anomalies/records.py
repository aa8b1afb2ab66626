"""Records that cannot be what happened: missing days and days that were imported twice.

A missing day is not a day without sales: a series that reports every day and then skips some has
lost them, and the sum of a week would be too low.
"""

from __future__ import annotations

import datetime as dt

import numpy as np
import numpy.typing as npt
import pandas as pd

from tools.anomalies.expectation import Expectation
from tools.anomalies.finding import Evidence, Finding, score_of
from tools.text import Text

LOOKBACK_DAYS = 90
REPORTING_SHARE = 0.97
"""A series that had a row on so many of its days is expected to have one every day."""
COPY_MIN_SERIES = 8
HALF_IMPORT_MIN_SERIES = 8


def record_findings(expectation: Expectation, unit_money: pd.Series) -> list[Finding]:
    """Gaps in daily series and days that repeat another day exactly.

    A day that many series of a location lack is one incident: half an import.
    """
    gaps = _missing(expectation, unit_money)
    together: dict[tuple[str, dt.date], list[Finding]] = {}
    for gap in gaps:
        if gap.starts_on == gap.ends_on:
            together.setdefault((gap.location, gap.starts_on), []).append(gap)
    halves = [part for part in together.values() if len(part) >= HALF_IMPORT_MIN_SERIES]
    in_half = {gap.fingerprint for part in halves for gap in part}
    return [
        *(gap for gap in gaps if gap.fingerprint not in in_half),
        *(_half_import(part) for part in halves),
        *_copies(expectation),
    ]


def _half_import(gaps: list[Finding]) -> Finding:
    """Many series of one location without a row on the same day."""
    known = [gap.money for gap in gaps if gap.money is not None]
    first = gaps[0]
    return Finding(
        kind="half_import",
        family="data",
        starts_on=first.starts_on,
        ends_on=first.ends_on,
        score=score_of(0.1 ** len(gaps)),
        direction="none",
        sentence=Text(
            f"{len(gaps)} items have no record on {first.starts_on:%-d %b}",
            f"{first.starts_on.month}月{first.starts_on.day}日有 {len(gaps)} 个商品没有记录",
        ),
        cause=Text("a file that was read only in part", "文件只导入了一部分"),
        next_step=Text("import this day again", "重新导入当天数据"),
        location=first.location,
        money=sum(known) if known else None,
        evidence=Evidence(figures={"series": float(len(gaps))}),
    )


def _missing(expectation: Expectation, unit_money: pd.Series) -> list[Finding]:
    matrix = expectation.matrix
    there = ~np.isnan(matrix.y)
    start = there.shape[1] - min(LOOKBACK_DAYS, there.shape[1])
    found = []
    for row in range(there.shape[0]):
        positions = np.flatnonzero(there[row])
        if positions.size < 60:
            continue
        lived = slice(int(positions[0]), int(positions[-1]) + 1)
        if there[row, lived].mean() < REPORTING_SHARE:
            continue
        gaps = np.flatnonzero(~there[row, lived]) + lived.start
        for first, last in _runs(gaps[gaps >= start]):
            found.append(_gap(expectation, row, first, last, unit_money))
    return found


def _gap(
    expectation: Expectation, row: int, first: int, last: int, unit_money: pd.Series
) -> Finding:
    matrix = expectation.matrix
    item, location = matrix.series.loc[row, ["item", "location"]]
    days = last - first + 1
    expected = float(np.nansum(expectation.mean[row, first : last + 1]))
    money = expected * float(unit_money.get(item, np.nan))
    part = slice(max(0, last - 60), min(matrix.y.shape[1], last + 15))
    return Finding(
        kind="missing_days",
        family="data",
        starts_on=matrix.days[first].date(),
        ends_on=matrix.days[last].date(),
        score=score_of(1e-4**days),
        direction="none",
        sentence=Text(
            f"no record for {days} days, on which about {expected:,.0f} would have sold",
            f"缺少 {days} 天的记录，按常态应售出约 {expected:,.0f}",
        ),
        cause=Text("an export or import that left days out", "导出或导入遗漏了部分日期"),
        next_step=Text("import these days again", "重新导入这些日期"),
        item=str(item),
        location=str(location),
        money=None if np.isnan(money) else money,
        evidence=Evidence(
            days=[d.date().isoformat() for d in matrix.days[part]],
            observed=[None if np.isnan(v) else float(v) for v in matrix.y[row, part]],
            expected=[
                None if np.isnan(v) else round(float(v), 2) for v in expectation.mean[row, part]
            ],
            figures={"missing_days": float(days), "expected": round(expected, 1)},
        ),
    )


def _runs(positions: npt.NDArray[np.intp]) -> list[tuple[int, int]]:
    if positions.size == 0:
        return []
    breaks = np.flatnonzero(np.diff(positions) > 1)
    firsts = positions[np.r_[0, breaks + 1]]
    lasts = positions[np.r_[breaks, positions.size - 1]]
    return [(int(a), int(b)) for a, b in zip(firsts, lasts, strict=True)]


def _copies(expectation: Expectation) -> list[Finding]:
    """A day on which a whole location sold exactly what it sold on an earlier day."""
    matrix = expectation.matrix
    found = []
    start = max(1, matrix.y.shape[1] - LOOKBACK_DAYS)
    for location, rows in matrix.series.groupby("location").groups.items():
        y = matrix.y[np.asarray(rows)]
        for day in range(start, y.shape[1]):
            today = y[:, day]
            selling = np.nan_to_num(today) > 0
            if selling.sum() < COPY_MIN_SERIES:
                continue
            for before in range(max(0, day - 7), day):
                if np.array_equal(today[selling], y[selling, before]):
                    found.append(_copy(matrix.days[day], matrix.days[before], str(location),
                                       int(selling.sum())))  # fmt: skip
                    break
    return found


def _copy(day: pd.Timestamp, before: pd.Timestamp, location: str, series: int) -> Finding:
    return Finding(
        kind="copied_day",
        family="data",
        starts_on=day.date(),
        ends_on=day.date(),
        score=score_of(0.1**series),
        direction="none",
        sentence=Text(
            f"all {series} items sold exactly what they sold on {before:%-d %b}",
            f"全部 {series} 个商品的销量与{before.month}月{before.day}日完全相同",
        ),
        cause=Text("the same day imported twice under two dates", "同一天的数据以两个日期导入"),
        next_step=Text("import the day again from its source", "从源头重新导入当天数据"),
        location=location,
        evidence=Evidence(figures={"series": float(series)}),
    )
