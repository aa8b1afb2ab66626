"""What a message does to the stock: the course of an item's stock before and after.

The same sampled futures are run twice, once with the receipts as recorded and once with them as the
supplier now says, so that the difference is the message and nothing else.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from sqlalchemy import Engine

from tools.data import frames
from tools.demand.stored import path_samples
from tools.errors import NoData
from tools.facts import Chart, ProposalDraft, Series
from tools.stock.projection import course
from tools.text import Text

Doubles = npt.NDArray[np.float64]
SAMPLES = 300
MIN_DAYS, MAX_DAYS = 56, 150
AFTER_LAST_RECEIPT = 21


@dataclass(frozen=True)
class Impact:
    """Effect of the proposals on one item at one place over `days`."""

    item: str
    location: str
    days: int
    stock_out_before: dt.date | None
    """First day on which stock is out in at least half of the futures."""
    stock_out_after: dt.date | None
    lost_before: float
    """Expected units of sales lost."""
    lost_after: float
    lost_value: float | None
    """Additional sales value lost, None without a selling price."""
    currency: str
    chart: Chart

    @property
    def worse(self) -> bool:
        return self.lost_after > self.lost_before + 0.5


def impacts(engine: Engine, today: dt.date, drafts: Sequence[ProposalDraft]) -> list[Impact]:
    """One impact per item and place whose receipts the proposals change; [] without a forecast."""
    open_lines = frames.order_lines(engine)
    open_lines = open_lines[open_lines["outstanding"] > 0]
    changed = {
        (str(d.payload["order"]), int(d.payload["line_no"])): d
        for d in drafts
        if "line_no" in d.payload and d.kind not in ("change_price", "confirm_line")
    }
    keys = list(zip(open_lines["order"], open_lines["line_no"], strict=True))
    touched = open_lines[[key in changed for key in keys]]
    pairs = sorted(set(zip(touched["item"], touched["location"], strict=True)))
    found = []
    for item, location in pairs[:20]:
        own = open_lines[(open_lines["item"] == item) & (open_lines["location"] == location)]
        impact = _impact(engine, today, str(item), str(location), own, changed)
        if impact is not None:
            found.append(impact)
    return found


Receipts = list[tuple[int, float]]


def _impact(
    engine: Engine,
    today: dt.date,
    item: str,
    location: str,
    lines: pd.DataFrame,
    changed: Mapping[tuple[str, int], ProposalDraft],
) -> Impact | None:
    before: Receipts = []
    after: Receipts = []
    for row in lines.to_dict("records"):
        due = row["requested_on"] if pd.isna(row["promised_on"]) else row["promised_on"]
        recorded = (max((due.date() - today).days, 0), float(row["outstanding"]))
        before.append(recorded)
        draft = changed.get((str(row["order"]), int(row["line_no"])))
        after += [recorded] if draft is None else _after(draft, recorded, row, today)
    last = max((day for day, _ in [*before, *after]), default=0)
    days = int(np.clip(last + AFTER_LAST_RECEIPT, MIN_DAYS, MAX_DAYS))
    try:
        demand = path_samples(engine, [(item, location)], days, n=SAMPLES, start=today)
    except NoData:
        return None
    if not demand.any():
        return None
    stock = frames.stock(engine)
    here = stock[(stock["item"] == item) & (stock["location"] == location)]
    available = max(float((here["on_hand"] - here["reserved"]).sum()), 0.0)
    runs = [_run(available, receipts, demand, days) for receipts in (before, after)]
    (path_a, lost_a, out_a), (path_b, lost_b, out_b) = runs
    entry = frames.items(engine).loc[item]
    price: float | None = None if pd.isna(entry["unit_price"]) else float(entry["unit_price"])
    return Impact(
        item,
        location,
        days,
        None if out_a is None else today + dt.timedelta(days=out_a),
        None if out_b is None else today + dt.timedelta(days=out_b),
        lost_a,
        lost_b,
        None if price is None else round((lost_b - lost_a) * price, 2),
        str(entry["currency"]),
        _chart(today, days, path_a, path_b, str(entry["unit"])),
    )


def _after(
    draft: ProposalDraft, recorded: tuple[int, float], row: Mapping[Any, Any], today: dt.date
) -> Receipts:
    """The receipts of a line once the proposal is approved."""
    new: Mapping[str, Any] = draft.payload["new"]
    day, quantity = recorded

    def in_days(text: Any) -> int:
        return max((dt.date.fromisoformat(str(text)) - today).days, 0)

    if draft.kind == "split_line":
        return [(in_days(part["promised_on"]), float(part["quantity"])) for part in new["parts"]]
    if draft.kind == "cancel_line":
        gone = float(new["cancelled_quantity"]) - float(row["cancelled_quantity"])
        return [(day, max(quantity - gone, 0.0))]
    if draft.kind == "change_quantity":
        quantity = max(quantity + float(new["quantity"]) - float(row["quantity"]), 0.0)
    if new.get("promised_on"):
        day = in_days(new["promised_on"])
    return [(day, quantity)]


def _run(
    available: float, receipts: Receipts, demand: Doubles, days: int
) -> tuple[Doubles, float, int | None]:
    arriving = np.zeros((1, days))
    for day, quantity in receipts:
        if day < days:
            arriving[0, day] += quantity
    stock = course(np.array([available]), arriving, demand)[0]
    sold = available + arriving[0].sum() - stock[:, -1]
    lost = float((demand[0].sum(axis=1) - sold).mean())
    median = np.median(stock, axis=0)
    empty = (stock <= 1e-9).mean(axis=0) >= 0.5
    out = int(empty.argmax()) if empty.any() else None
    return median, max(lost, 0.0), out


def _chart(today: dt.date, days: int, before: Doubles, after: Doubles, unit: str) -> Chart:
    return Chart(
        "impact",
        "line",
        Text("Stock before and after the message", "消息前后的库存走势"),
        [(today + dt.timedelta(days=k)).isoformat() for k in range(days)],
        [
            Series("before", Text("As recorded", "按现有记录"), _rounded(before), "line"),
            Series(
                "after", Text("As the supplier says", "按供应商消息"), _rounded(after), "median"
            ),
        ],
        unit,
    )


def _rounded(values: Doubles) -> list[float]:
    return [round(float(v), 1) for v in values]
