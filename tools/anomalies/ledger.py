"""Stock that does not add up: negative, silent, shrinking, or out of step with its movements.

Phantom stock is improbable silence: the record says there is some, and the probability of selling
nothing for so long at the item's rate is tiny. Shrinkage is a run of counts that keep finding less.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import numpy as np
import pandas as pd

from tools.anomalies.expectation import Expectation
from tools.anomalies.finding import Evidence, Finding, score_of
from tools.anomalies.rows import each_group, each_row
from tools.text import Text

SILENCE_P = 1e-5
"""Probability of the silence under the item's rate below which stock is called phantom."""
BALANCE_TOLERANCE = 0.5
SHRINKAGE_SHARE = 0.03
SHRINKAGE_DAYS = 120
SHRINKAGE_P = 0.02


def ledger_findings(
    expectation: Expectation,
    stock: pd.DataFrame,
    history: pd.DataFrame,
    movements: pd.DataFrame,
    unit_cost: pd.Series,
    time_zones: Mapping[str, str],
) -> list[Finding]:
    """Every stock test over the current positions and their movements.

    `time_zones` maps a location to its zone: a movement belongs to the day of its location.
    """
    movements = with_local_days(movements, time_zones)
    found = _negative(stock, unit_cost)
    found += _phantom(expectation, stock, unit_cost)
    found += _out_of_balance(history, movements, unit_cost)
    found += _shrinkage(movements, unit_cost)
    found += _repeated(movements, unit_cost)
    return found


def with_local_days(movements: pd.DataFrame, time_zones: Mapping[str, str]) -> pd.DataFrame:
    """Movements with a column `day`: the calendar day at their location."""
    day = pd.Series(pd.NaT, index=movements.index, dtype="datetime64[ns]")
    places = movements["location"].astype(str)
    for place in places.unique():
        rows = places == place
        local = movements.loc[rows, "at"].dt.tz_convert(time_zones.get(place, "UTC"))
        day[rows] = local.dt.tz_localize(None).dt.normalize()
    return movements.assign(day=day)


def _negative(stock: pd.DataFrame, unit_cost: pd.Series) -> list[Finding]:
    return [
        Finding(
            kind="negative_stock",
            family="stock",
            starts_on=row.day.date(),
            ends_on=row.day.date(),
            score=score_of(0.0),
            direction="down",
            sentence=Text(
                f"the record shows {row.on_hand:,.0f} on hand", f"账面库存为 {row.on_hand:,.0f}"
            ),
            cause=Text("a receipt or return that was not booked", "有入库或退货未登记"),
            next_step=Text("count the shelf and book what is missing", "盘点并补登记"),
            item=str(row.item),
            location=str(row.location),
            money=_money(row.on_hand, row.item, unit_cost),
            evidence=Evidence(figures={"on_hand": float(row.on_hand)}),
        )
        for row in each_row(stock)
        if row.on_hand < 0
    ]


def _phantom(expectation: Expectation, stock: pd.DataFrame, unit_cost: pd.Series) -> list[Finding]:
    """Zero sales up to now for longer than chance allows, with stock on record."""
    matrix = expectation.matrix
    on_hand = {(str(r.item), str(r.location)): float(r.on_hand) for r in each_row(stock)}
    found = []
    for row, (item, location) in enumerate(matrix.series[["item", "location"]].to_numpy()):
        have = on_hand.get((item, location), 0.0)
        sold = np.nan_to_num(matrix.y[row], nan=0.0)
        last_sale = np.flatnonzero(sold > 0)
        if have <= 0 or last_sale.size == 0 or last_sale[-1] >= len(sold) - 2:
            continue
        silent = slice(int(last_sale[-1]) + 1, len(sold))
        seen = matrix.usable[row, silent]
        level = float(expectation.level[row, silent.start])
        mean = level * expectation.shape[row, silent][seen]
        size = 1.0 / expectation.dispersion[row]
        log_p = float(-(size * np.log1p(mean / size)).sum())
        # The level itself is uncertain: one decade per twenty is given away.
        p_value = float(np.exp(0.95 * log_p))
        if np.isnan(p_value) or p_value > SILENCE_P or seen.sum() < 3:
            continue
        found.append(_phantom_finding(expectation, row, silent, have, p_value, unit_cost))
    return found


def _phantom_finding(
    expectation: Expectation, row: int, silent: slice, have: float, p_value: float,
    unit_cost: pd.Series,
) -> Finding:  # fmt: skip
    matrix = expectation.matrix
    item, location = matrix.series.loc[row, ["item", "location"]]
    expected = float(
        np.nansum(expectation.level[row, silent.start] * expectation.shape[row, silent])
    )
    days = silent.stop - silent.start
    part = slice(max(0, silent.start - 60), silent.stop)
    return Finding(
        kind="phantom_stock",
        family="stock",
        starts_on=matrix.days[silent.start].date(),
        ends_on=matrix.days[silent.stop - 1].date(),
        score=score_of(p_value),
        direction="down",
        sentence=Text(
            f"nothing sold for {days} days with {have:,.0f} on record, where about "
            f"{expected:,.0f} would have sold",
            f"账面有 {have:,.0f}，却连续 {days} 天没有销售，按常态应售出约 {expected:,.0f}",
        ),
        cause=Text("stock that is on record but not on the shelf", "账上有货而货架无货"),
        next_step=Text("count this shelf", "盘点这个货位"),
        item=str(item),
        location=str(location),
        money=_money(have, item, unit_cost),
        evidence=Evidence(
            days=[d.date().isoformat() for d in matrix.days[part]],
            observed=[None if np.isnan(v) else float(v) for v in matrix.y[row, part]],
            expected=[
                None if np.isnan(v) else round(float(v), 2) for v in expectation.mean[row, part]
            ],
            figures={"on_hand": have, "silent_days": float(days), "expected": round(expected, 1)},
        ),
    )


def _out_of_balance(
    history: pd.DataFrame, movements: pd.DataFrame, unit_cost: pd.Series
) -> list[Finding]:
    """Positions whose change is not the sum of the movements between them."""
    gaps = balance_gaps(history, movements)
    found = []
    for row in each_row(gaps):
        day: dt.date = row.day.date()
        found.append(
            Finding(
                kind="balance_gap",
                family="stock",
                starts_on=row.since.date(),
                ends_on=day,
                score=score_of(0.0),
                direction="down" if row.gap < 0 else "up",
                sentence=Text(
                    f"stock moved by {row.change:+,.0f} but the movements say {row.moved:+,.0f}, "
                    f"a gap of {row.gap:+,.0f}",
                    f"库存变化 {row.change:+,.0f}，而流水合计 {row.moved:+,.0f}，"
                    f"相差 {row.gap:+,.0f}",
                ),
                cause=_gap_cause(float(row.gap), float(row.moved)),
                next_step=Text(
                    "compare the week's movements with receipts and sales, then count",
                    "核对该周流水与收发货单据，再盘点",
                ),
                item=str(row.item),
                location=str(row.location),
                money=_money(float(row.gap), row.item, unit_cost),
                evidence=Evidence(
                    figures={"change": float(row.change), "moved": float(row.moved),
                             "gap": float(row.gap)}
                ),
            )
        )  # fmt: skip
    return found


def balance_gaps(history: pd.DataFrame, movements: pd.DataFrame) -> pd.DataFrame:
    """Rows item, location, since, day, change, moved, gap where positions and movements differ.

    Only gaps of the last 120 days; each position is compared with the one before it. `movements`
    carry the local `day`.
    """
    if history.empty or movements.empty:
        return pd.DataFrame(columns=["item", "location", "since", "day", "change", "moved", "gap"])
    book = movements[["item", "location", "day", "quantity"]].copy()
    for frame_key in ("item", "location"):
        book[frame_key] = book[frame_key].astype(str)
    daily = book.groupby(["item", "location", "day"])["quantity"].sum()
    cumulative = daily.groupby(level=["item", "location"]).cumsum().rename("moved").reset_index()
    positions = history[["item", "location", "day", "on_hand"]].copy()
    positions["item"] = positions["item"].astype(str)
    positions["location"] = positions["location"].astype(str)
    merged = pd.merge_asof(
        positions.sort_values("day"),
        cumulative.sort_values("day"),
        on="day",
        by=["item", "location"],
    )
    merged = merged.sort_values(["item", "location", "day"])
    merged["moved"] = merged["moved"].fillna(0.0)
    groups = merged.groupby(["item", "location"])
    merged["since"] = groups["day"].shift(1)
    merged["change"] = groups["on_hand"].diff()
    merged["moved"] = groups["moved"].diff()
    merged["gap"] = merged["change"] - merged["moved"]
    recent = merged["day"] >= merged["day"].max() - pd.Timedelta(days=SHRINKAGE_DAYS)
    gaps: pd.DataFrame = merged[recent & (merged["gap"].abs() > BALANCE_TOLERANCE)]
    return gaps.drop(columns="on_hand")


def _gap_cause(gap: float, moved: float) -> Text:
    if moved and abs(abs(gap / moved) - 1.0) < 0.02:
        return Text("a movement that was booked twice or not at all", "有一笔流水重复登记或漏登记")
    return Text("movements that were not booked, theft or damage", "有流水未登记，或被盗、损坏")


def _shrinkage(movements: pd.DataFrame, unit_cost: pd.Series) -> list[Finding]:
    """Counts that keep finding less than the record, against what passed through."""
    last = movements["at"].max()
    recent = movements[movements["at"] >= last - pd.Timedelta(days=SHRINKAGE_DAYS)]
    counts = recent[recent["kind"].astype(str) == "count"]
    through = (
        recent[recent["quantity"] < 0]
        .groupby(["item", "location"], observed=True)["quantity"]
        .sum()
        .abs()
    )
    found = []
    for (item, location), part in each_group(counts, ["item", "location"]):
        lost = -float(part["quantity"].sum())
        base = float(through.get((item, location), 0.0))
        losses = int((part["quantity"] < 0).sum())
        if lost < 3 or losses < 2 or lost < SHRINKAGE_SHARE * base:
            continue
        # If counts were as likely to find more as less, so many losses would be this rare.
        p_value = 0.5**losses * (SHRINKAGE_SHARE * base / lost if base else 0.1)
        if p_value > SHRINKAGE_P or losses < 0.8 * len(part):
            continue
        found.append(
            Finding(
                kind="shrinkage",
                family="stock",
                starts_on=part["at"].min().date(),
                ends_on=part["at"].max().date(),
                score=score_of(p_value),
                direction="down",
                sentence=Text(
                    f"{losses} counts found {lost:,.0f} fewer than the record",
                    f"{losses} 次盘点共少了 {lost:,.0f}",
                ),
                cause=Text("theft, damage or unbooked use", "被盗、损坏或未登记的领用"),
                next_step=Text(
                    "count more often and look at who handles it", "加密盘点，并查看经手环节"
                ),
                item=str(item),
                location=str(location),
                money=_money(lost, item, unit_cost),
                evidence=Evidence(figures={"lost": lost, "counts": float(losses)}),
            )
        )
    return found


def _repeated(movements: pd.DataFrame, unit_cost: pd.Series) -> list[Finding]:
    """The same movement booked twice: equal item, place, kind, day, quantity and reference."""
    booked = movements[movements["reference"].astype(str) != ""]
    booked = booked[booked["kind"].astype(str) == "receipt"]
    booked = booked[booked["day"] > booked["day"].max() - pd.Timedelta(days=SHRINKAGE_DAYS)]
    keys = ["item", "location", "kind", "day", "quantity", "reference"]
    twice = booked[booked.duplicated(keys, keep="first")]
    return [
        Finding(
            kind="duplicate_movement",
            family="data",
            starts_on=row.at.date(),
            ends_on=row.at.date(),
            score=score_of(1e-6),
            direction="up",
            sentence=Text(
                f"a receipt of {row.quantity:,.0f} for {row.reference} is booked twice",
                f"{row.reference} 的入库 {row.quantity:,.0f} 被登记了两次",
            ),
            cause=Text("a file that was imported twice", "文件被重复导入"),
            next_step=Text("check the import and reverse one of them", "核查导入并冲销其中一笔"),
            item=str(row.item),
            location=str(row.location),
            reference=str(row.reference),
            money=_money(row.quantity, row.item, unit_cost),
            evidence=Evidence(figures={"quantity": float(row.quantity)}),
        )
        for row in each_row(twice)
    ]


def _money(units: float, item: object, unit_cost: pd.Series) -> float | None:
    cost = float(unit_cost.get(str(item), np.nan))
    return None if np.isnan(cost) else abs(float(units)) * cost
