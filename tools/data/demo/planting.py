"""Anomalies planted into the demo company, each recorded in the truth.

Three moments: what customers do is changed before the run (`plant_demand`), what happens to stock
and deliveries is handed to the run as faults (`plan_faults`), and what goes wrong in the data is
done to the records afterwards (`plant_records`).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from tools.data.demo.assortment import DemoItem
from tools.data.demo.company import LOCATIONS, SUPPLIERS
from tools.data.demo.demand import DemoDemand
from tools.data.demo.operations import BookEntry, DemoHistory, StockFault
from tools.data.demo.ordering import DeliveryFault
from tools.data.demo.truth import PlantedAnomaly

Ints = npt.NDArray[np.int64]
Pair = tuple[int, int]

ORDER_LAG = 30
"""A delivery fault befalls an order placed this long before its delivery would show it."""


@dataclass
class RecordEdits:
    """How the records differ from the history they should tell."""

    quantity: Ints
    """(I, L, T) sales as recorded."""
    missing: npt.NDArray[np.bool_]
    """(I, L, T) sales days without a row."""
    repeated: list[BookEntry] = field(default_factory=list)
    """Movements that were imported a second time."""
    misread: dict[BookEntry, int] = field(default_factory=dict)
    """Movements recorded with another quantity than the one that happened."""
    shift: dict[Pair, tuple[int, int]] = field(default_factory=dict)
    """Pair -> (day, units): recorded positions from that day on are off by so many units."""


class Planter:
    """Chooses pairs that sell well enough for an anomaly to be one, each pair at most once."""

    def __init__(
        self, items: list[DemoItem], demand: DemoDemand, days: list[dt.date], today: int,
        rng: np.random.Generator,
    ) -> None:  # fmt: skip
        self.items, self.demand, self.days, self.today, self.rng = items, demand, days, today, rng
        self.planted: list[PlantedAnomaly] = []
        self.stock_faults: list[StockFault] = []
        recent = demand.mean[:, :, max(0, today - 60) : today].mean(axis=2)
        steady = demand.active[:, :, max(0, today - 200) : today + 1].all(axis=2)
        usable = np.argwhere(steady & (recent > 2.0))
        self.pool: list[Pair] = [(int(i), int(place)) for i, place in rng.permutation(usable)]

    def _take(self, count: int, location: int | None = None) -> list[Pair]:
        chosen = [p for p in self.pool if location is None or p[1] == location][:count]
        self.pool = [pair for pair in self.pool if pair not in chosen]
        return chosen

    def _ago(self, nearest: int, farthest: int) -> int:
        """A day index between so many days before today."""
        return max(self.today - int(self.rng.integers(nearest, farthest + 1)), 7)

    def _record(
        self, kind: str, family: str, pair: Pair, first: int, last: int, size: float
    ) -> None:
        self.planted.append(
            PlantedAnomaly(
                kind, family, self.days[first], self.days[last],
                item=self.items[pair[0]].code, location=LOCATIONS[pair[1]].code, size=size,
            )
        )  # fmt: skip

    def plant_demand(self) -> None:
        """Change what customers want: spikes, drops, shifts, changed weeks, bursts."""
        units = self.demand.units
        for pair in self._take(4):
            day, factor = self._ago(2, 45), float(self.rng.uniform(4.0, 7.0))
            typical = self.demand.mean[(*pair, slice(max(day - 28, 0), day))].mean()
            units[(*pair, day)] = max(int(typical * factor), int(units[(*pair, day)] * factor))
            self._record("spike", "sales", pair, day, day, factor)
        for pair in self._take(4):
            length = int(self.rng.integers(7, 12))
            first, share = self._ago(length + 1, 50), float(self.rng.uniform(0.05, 0.2))
            span = (*pair, slice(first, first + length))
            units[span] = self.rng.binomial(units[span], share)
            self._record("drop", "sales", pair, first, first + length - 1, share)
        for number, pair in enumerate(self._take(4)):
            first = self._ago(18, 45)
            factor = float(
                self.rng.uniform(1.9, 2.4) if number % 2 else self.rng.uniform(0.3, 0.45)
            )
            span = (*pair, slice(first, None))
            units[span] = self.rng.poisson(units[span] * factor)
            self._record("level_shift", "sales", pair, first, self.today - 1, factor)
        for pair in self._take(3):
            first = self._ago(28, 56)
            span = (*pair, slice(first, None))
            weekday = np.array([day.weekday() for day in self.days[first:]])
            profile = np.where(weekday == int(self.rng.integers(0, 5)), 3.6, 0.57)
            units[span] = self.rng.poisson(self.demand.mean[span] * profile)
            self._record("weekly_profile", "sales", pair, first, self.today - 1, 3.6)
        for pair in self._take(3, location=0):
            day = self._ago(2, 40)
            typical = self.demand.mean[(*pair, slice(max(day - 28, 0), day))].mean()
            burst = int(typical * self.rng.uniform(7.0, 10.0))
            units[(*pair, day)] += burst
            self._record("order_burst", "sales", pair, day, day, float(burst))

    def plan_faults(self) -> list[DeliveryFault]:
        """Stock faults (kept in `stock_faults`) and delivery faults (returned) for the run."""
        for pair in self._take(4):
            day = self._ago(12, 26)
            self.stock_faults.append(StockFault("phantom", *pair, day))
            self._record("phantom_stock", "stock", pair, day, self.today - 1, 0.0)
        for pair in self._take(4):
            day, share = self._ago(14, 40), float(self.rng.uniform(0.35, 0.55))
            found = day + int(self.rng.integers(3, 10))
            self.stock_faults.append(StockFault("shrinkage", *pair, day, share, until=found))
            self._record("shrinkage", "stock", pair, day, found, share)
        for pair in self._take(2):
            day = self._ago(2, 5)
            daily = self.demand.mean[(*pair, slice(max(self.today - 60, 0), self.today))].mean()
            below = float(int(daily * 3) + 5)
            self.stock_faults.append(StockFault("book", *pair, day, below))
            self._record("negative_stock", "stock", pair, day, self.today - 1, below)
        faults: list[DeliveryFault] = []
        plan = (
            ("lead_time_outlier", 30.0), ("lead_time_outlier", 24.0), ("short_delivery", 0.35),
            ("short_delivery", 0.45), ("cost_jump", 1.35), ("cost_jump", 1.5),
        )  # fmt: skip
        for (kind, size), supplier in zip(plan, self.rng.permutation(len(SUPPLIERS)), strict=False):
            lead = SUPPLIERS[int(supplier)].lead_time_days
            shown = 8 if kind == "cost_jump" else lead + ORDER_LAG
            faults.append(DeliveryFault(kind, int(supplier), max(self.today - shown, 1), size))
        return faults

    def plant_records(self, history: DemoHistory) -> RecordEdits:
        """Spoil the records of a correct history, and note the delivery faults that came about."""
        edits = RecordEdits(history.sales.copy(), np.zeros(history.sales.shape, dtype=bool))
        self._note_deliveries(history)
        for factor in (10, 12, 12):
            for pair in self._take(1):
                day = self._day_with_sales(history, pair)
                edits.quantity[(*pair, day)] *= factor
                self._record("factor_error", "data", pair, day, day, float(factor))
        for pair in self._take(3):
            length = int(self.rng.integers(3, 8))
            first = self._ago(length + 1, 45)
            edits.missing[(*pair, slice(first, first + length))] = True
            self._record("missing_days", "data", pair, first, first + length - 1, float(length))
        for pair in self._take(3):
            day = self._ago(3, 30)
            units = int(max(10, history.book[(*pair, day)] * 0.4)) * (
                1 if self.rng.random() < 0.5 else -1
            )
            edits.shift[pair] = (day, units)
            self._record("ledger_gap", "stock", pair, day, self.today - 1, float(units))
        self._spoil_imports(history, edits)
        return edits

    def _day_with_sales(self, history: DemoHistory, pair: Pair) -> int:
        recent = history.sales[(*pair, slice(max(self.today - 40, 0), self.today - 1))]
        likely = np.argsort(-recent)[:15]
        return max(self.today - 40, 0) + int(self.rng.choice(likely))

    def _spoil_imports(self, history: DemoHistory, edits: RecordEdits) -> None:
        place, other = (int(n) for n in self.rng.permutation(len(LOCATIONS))[:2])
        day = self._weekday_ago(4, 30)
        edits.quantity[:, place, day] *= 2
        self._place_wide("duplicate_import", place, day, 2.0)
        half = self._weekday_ago(4, 30)
        lost = self.rng.permutation(len(self.items))[: len(self.items) // 2]
        edits.missing[lost, other, half] = True
        self._place_wide("half_import", other, half, 0.5)
        receipts = [
            entry
            for entry in history.entries
            if entry.kind == "receipt" and self.today - 30 <= entry.day < self.today - 2
        ]
        for number in self.rng.permutation(len(receipts))[:3]:
            entry = receipts[int(number)]
            pair = entry.item, entry.location
            if pair in edits.shift:
                continue
            if len(edits.repeated) < 2:
                edits.repeated.append(entry)
                self._record("duplicate_receipt", "data", pair, entry.day, entry.day, 2.0)
            else:
                edits.misread[entry] = entry.quantity * 12
                self._record("factor_error", "stock", pair, entry.day, entry.day, 12.0)

    def _weekday_ago(self, nearest: int, farthest: int) -> int:
        """A Tuesday, Wednesday or Thursday: at week-ends an import is small anyway."""
        day = self._ago(nearest, farthest)
        while self.days[day].weekday() not in (1, 2, 3):
            day -= 1
        return day

    def _place_wide(self, kind: str, place: int, day: int, size: float) -> None:
        self.planted.append(
            PlantedAnomaly(
                kind, "data", self.days[day], self.days[day],
                location=LOCATIONS[place].code, size=size,
            )
        )  # fmt: skip

    def _note_deliveries(self, history: DemoHistory) -> None:
        for fault, order, line in history.faulty_lines:
            first = order.ordered
            last = min(max(line.arrivals[0][0], first), self.today - 1)
            if fault.kind == "cost_jump":
                last = first
            self.planted.append(
                PlantedAnomaly(
                    fault.kind, "supplier", self.days[first], self.days[last],
                    item=self.items[line.item].code, location=LOCATIONS[order.location].code,
                    supplier=SUPPLIERS[order.supplier].code, order=order.number, size=fault.size,
                )
            )  # fmt: skip
