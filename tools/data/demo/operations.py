"""Day-by-day run of the demo company: deliveries, sales from the shelf, counts, losses, orders.

Two stocks are kept for every item and place: what is physically there, which limits sales, and what
the books say, which the ordering policy and every tool sees. Shrinkage opens a gap between them; a
count closes it. Every change of the books is a movement, so books and movements always agree.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from tools.data.demo.assortment import DemoItem
from tools.data.demo.calendar import DemoCalendar
from tools.data.demo.company import LOCATIONS, SUPPLIERS, DemoTerm
from tools.data.demo.demand import DemoDemand
from tools.data.demo.ordering import (
    CYCLE_DAYS,
    REVIEW_DAYS,
    DeliveryFault,
    DemoLine,
    DemoOrder,
    cost_on,
    cut_short,
    plan_delivery,
    round_up,
)

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

WINDOW = 56
"""Days of the planner's moving average."""
COUNT_EVERY = 91
SAFETY_FACTOR = 2.5
BUY_AHEAD = 0.015
"""Share of order lines on which somebody bought far more than the policy asks for."""
FIRST_ORDER_NUMBER = 10001


@dataclass(frozen=True)
class StockFault:
    """A planted stock anomaly: from `day` on, something happens to the stock of a pair.

    kinds: `phantom` (goods vanish unseen and nobody looks), `shrinkage` (a share `size` vanishes,
    found by a count), `book` (a mistaken adjustment leaves the books `size` units below zero).
    """

    kind: str
    item: int
    location: int
    day: int
    size: float = 0.0
    until: int | None = None


@dataclass(frozen=True)
class BookEntry:
    """A movement other than a sale or a return; `quantity` is signed."""

    day: int
    item: int
    location: int
    kind: str
    quantity: int
    reference: str = ""
    note: str = ""


@dataclass
class DemoHistory:
    """What happened; arrays are (I items, L locations, T lived days)."""

    sales: Ints
    returned: Ints
    stocked_out: npt.NDArray[np.bool_]
    book: Ints
    physical: Ints
    opening: Ints
    entries: list[BookEntry] = field(default_factory=list)
    orders: list[DemoOrder] = field(default_factory=list)
    faulty_lines: list[tuple[DeliveryFault, DemoOrder, DemoLine]] = field(default_factory=list)


class Simulation:
    """State of the run; `run` returns the history."""

    def __init__(
        self,
        items: list[DemoItem],
        terms: list[DemoTerm],
        calendar: DemoCalendar,
        demand: DemoDemand,
        today: int,
        rng: np.random.Generator,
        stock_faults: list[StockFault],
        delivery_faults: list[DeliveryFault],
    ) -> None:
        self.items, self.calendar, self.demand, self.today = items, calendar, demand, today
        self.rng = rng
        self.stock_faults, self.delivery_faults = stock_faults, list(delivery_faults)
        self.sources: list[list[DemoTerm]] = [[] for _ in items]
        for term in terms:
            self.sources[term.item].append(term)
        for options in self.sources:
            options.sort(key=lambda term: not term.preferred)
        self.preferred = np.array([options[0].supplier for options in self.sources])
        self.lead = np.array([options[0].lead_time_days for options in self.sources])
        shape = (len(items), len(LOCATIONS), today)
        self.on_order = np.zeros(shape[:2], dtype=np.int64)
        self.due: list[list[tuple[DemoOrder, DemoLine, int, int]]] = [[] for _ in calendar.days]
        self.cancellations: list[list[tuple[DemoOrder, DemoLine]]] = [[] for _ in calendar.days]
        self.blind = np.full(shape[:2], -1)
        # Cumulated sums give means over any window in one subtraction.
        self.known_sum = np.concatenate(
            [np.zeros((*shape[:2], 1)), demand.known.cumsum(axis=2)], axis=2
        )
        self.sold_sum = np.zeros((*shape[:2], today + 1))
        self.open_sum = np.zeros((*shape[:2], today + 1))
        self.known_open_sum = np.zeros((*shape[:2], today + 1))
        opening = self._opening_stock()
        self.physical, self.booked = opening.copy(), opening.copy()
        zeros = np.zeros(shape, dtype=np.int64)
        self.history = DemoHistory(
            zeros, zeros.copy(), np.zeros(shape, dtype=bool), zeros.copy(), zeros.copy(), opening
        )
        self.last_shutdowns = [self._day(day) - 2 for day in calendar.new_year]

    def _day(self, day: object) -> int:
        return int((day - self.calendar.days[0]).days)  # type: ignore[operator]

    def _opening_stock(self) -> Ints:
        """Demand of the first lead time and four weeks, for items already on sale."""
        opening = np.zeros((len(self.items), len(LOCATIONS)), dtype=np.int64)
        for index, lead in enumerate(self.lead):
            days = int(lead) + 30
            sold = self.demand.known[index, :, :days].sum(axis=1)
            opening[index] = np.ceil(sold * self.rng.uniform(0.8, 1.2, len(LOCATIONS)))
        return opening

    def run(self, progress: Callable[[float], None] | None = None) -> DemoHistory:
        for t in range(self.today):
            self._receive(t)
            self._apply_faults(t)
            self._count(t)
            self._sell(t)
            self._lose(t)
            self._order(t)
            self.history.book[:, :, t] = self.booked
            self.history.physical[:, :, t] = self.physical
            if progress is not None and t % 30 == 0:
                progress(t / self.today)
        return self.history

    def _enter(
        self,
        t: int,
        i: int,
        place: int,
        kind: str,
        quantity: int,
        reference: str = "",
        note: str = "",
    ) -> None:
        self.booked[i, place] += quantity
        self.history.entries.append(BookEntry(t, i, place, kind, quantity, reference, note))

    def _receive(self, t: int) -> None:
        for order, line, quantity, rejected in self.due[t]:
            self._enter(t, line.item, order.location, "receipt", quantity - rejected, order.number)
            self.physical[line.item, order.location] += quantity - rejected
            self.on_order[line.item, order.location] -= quantity
        for order, line in self.cancellations[t]:
            self.on_order[line.item, order.location] -= line.cancelled

    def _apply_faults(self, t: int) -> None:
        for fault in self.stock_faults:
            pair = fault.item, fault.location
            if fault.day != t:
                continue
            if fault.kind == "phantom":
                self.physical[pair] = 0
                self.blind[pair] = self.today if fault.until is None else fault.until
            elif fault.kind == "shrinkage":
                self.physical[pair] -= int(self.physical[pair] * fault.size)
            elif fault.kind == "book":
                below = -int(self.booked[pair]) - int(fault.size)
                self._enter(t, *pair, "adjustment", below, note="Manual adjustment")
        # Nobody looks at a phantom: deliveries are booked but do not reach the shelf either.
        self.physical[self.blind > t] = 0

    def _count(self, t: int) -> None:
        index = np.arange(self.booked.size).reshape(self.booked.shape)
        due = (t + index * 7) % COUNT_EVERY == 0
        due |= self._empty_shelf_found()
        due |= self._fault_counted(t)
        due &= self.demand.active[:, :, t] & (self.blind <= t) & (t > 0)
        for i, place in zip(*np.nonzero(due), strict=True):
            found = int(self.physical[i, place] - self.booked[i, place])
            note = f"Counted {int(self.physical[i, place])}, recorded {int(self.booked[i, place])}"
            self._enter(t, int(i), int(place), "count", found, note=note)

    def _empty_shelf_found(self) -> npt.NDArray[np.bool_]:
        """Staff who stand before an empty shelf that the books call full soon count it."""
        empty = (self.physical == 0) & (self.booked > 0)
        found: npt.NDArray[np.bool_] = empty & (self.rng.random(empty.shape) < 0.6)
        return found

    def _fault_counted(self, t: int) -> npt.NDArray[np.bool_]:
        counted = np.zeros(self.booked.shape, dtype=bool)
        for fault in self.stock_faults:
            if fault.kind == "shrinkage" and fault.until == t:
                counted[fault.item, fault.location] = True
        return counted

    def _sell(self, t: int) -> None:
        wanted = np.where(self.demand.active[:, :, t], self.demand.units[:, :, t], 0)
        sold = np.minimum(wanted, self.physical)
        self.physical -= sold
        self.booked -= sold
        seen = self.blind <= t
        out = ((wanted > sold) | (self.physical == 0)) & seen & self.demand.active[:, :, t]
        rates = np.array([place.return_rate for place in LOCATIONS])
        earlier = self.history.sales[:, :, t - 6] if t >= 6 else np.zeros_like(sold)
        back = self.rng.binomial(earlier, rates[None, :])
        back[~seen] = 0
        self.physical += back
        self.booked += back
        self.history.sales[:, :, t] = sold
        self.history.returned[:, :, t] = back
        self.history.stocked_out[:, :, t] = out
        usable = seen & ~out & self.demand.active[:, :, t]
        known = self.demand.known[:, :, t]
        self.sold_sum[:, :, t + 1] = self.sold_sum[:, :, t] + np.where(usable, sold, 0)
        self.open_sum[:, :, t + 1] = self.open_sum[:, :, t] + usable
        self.known_open_sum[:, :, t + 1] = self.known_open_sum[:, :, t] + np.where(usable, known, 0)

    def _lose(self, t: int) -> None:
        """Small unseen losses, and rare damage that is seen and written off."""
        draws = self.rng.random(self.physical.shape)
        stolen = (draws < 0.008) & (self.physical > 8)
        self.physical -= np.where(stolen, self.rng.integers(1, 3, stolen.shape), 0)
        damaged = (draws > 0.9985) & (self.physical > 8)
        for i, place in zip(*np.nonzero(damaged), strict=True):
            quantity = int(self.rng.integers(1, 5))
            self.physical[i, place] -= quantity
            self._enter(t, int(i), int(place), "write_off", -quantity, note="Damaged")

    def _expected(self, t: int, horizon: Ints) -> Floats:
        """The planner's view of daily demand over the next `horizon` (I,) days, as (I, L)."""
        back = max(0, t + 1 - WINDOW)
        sold = self.sold_sum[:, :, t + 1] - self.sold_sum[:, :, back]
        days = self.open_sum[:, :, t + 1] - self.open_sum[:, :, back]
        shape = self.known_open_sum[:, :, t + 1] - self.known_open_sum[:, :, back]
        last = self.known_sum.shape[2] - 1
        until = np.minimum(t + 1 + horizon, last)
        ahead = self.known_sum[np.arange(len(horizon)), :, until] - self.known_sum[:, :, t + 1]
        ahead /= np.maximum(until - t - 1, 1)[:, None]
        # With little history the planner falls back on the plan for the item (ratio one).
        weight = np.clip(days / 28.0, 0.0, 1.0)
        level = np.where(shape > 0.5, sold / np.maximum(shape, 0.5), 1.0)
        result: Floats = ahead * (weight * np.clip(level, 0.3, 3.0) + (1 - weight))
        return result

    def _order(self, t: int) -> None:
        weekday = self.calendar.days[t].weekday()
        due = {
            (supplier, place)
            for supplier in range(len(SUPPLIERS))
            for place in range(len(LOCATIONS))
            if (supplier + 2 * place) % 5 == weekday
        }
        if not due:
            return
        horizon = self.lead + REVIEW_DAYS
        daily = self._expected(t, horizon)
        spreads = np.array([SUPPLIERS[s].spread + SUPPLIERS[s].late * 0.4 for s in self.preferred])
        noise = np.sqrt(daily * (1 + daily / 8) * horizon[:, None])
        late = daily * (self.lead * spreads)[:, None]
        reorder_point = daily * horizon[:, None] + SAFETY_FACTOR * np.hypot(noise, late)
        position = self.booked + self.on_order
        later = np.minimum(t + horizon + CYCLE_DAYS, self.demand.active.shape[2] - 1)
        kept = self.demand.active[np.arange(len(later)), :, later]
        wanted = (position < reorder_point) & kept & (daily > 0)
        lines: dict[tuple[int, int], list[DemoLine]] = {}
        for i, place in zip(*np.nonzero(wanted), strict=True):
            if (int(self.preferred[i]), int(place)) not in due:
                continue
            options = self.sources[i]
            term = options[1] if len(options) > 1 and self.rng.random() < 0.2 else options[0]
            lacking = reorder_point[i, place] + daily[i, place] * CYCLE_DAYS - position[i, place]
            optimism = self.rng.uniform(3.0, 6.0) if self.rng.random() < BUY_AHEAD else 1.0
            quantity = round_up(float(lacking) * optimism, term)
            years = self.calendar.days[self.today].year - self.calendar.days[t].year
            cost = cost_on(term, quantity, years)
            line = DemoLine(int(i), term, quantity, cost, t + term.lead_time_days)
            lines.setdefault((term.supplier, int(place)), []).append(line)
        for (supplier, place), chosen in sorted(lines.items(), key=lambda entry: entry[0]):
            self._place(t, supplier, place, chosen)

    def _place(self, t: int, supplier: int, place: int, lines: list[DemoLine]) -> None:
        number = f"PO-{FIRST_ORDER_NUMBER + len(self.history.orders)}"
        order = DemoOrder(number, supplier, place, t, lines)
        self.history.orders.append(order)
        delay = 0
        if self.rng.random() < SUPPLIERS[supplier].late:
            delay = 4 + int(self.rng.exponential(8.0))
        for line in lines:
            plan_delivery(line, t, self.last_shutdowns, delay, self.rng)
            self._plant(order, line)
            self.on_order[line.item, place] += line.quantity
            for day, quantity, rejected in line.arrivals:
                if day < self.today:
                    self.due[day].append((order, line, quantity, rejected))
            if line.cancelled_at is not None and line.cancelled_at < self.today:
                self.cancellations[line.cancelled_at].append((order, line))

    def _plant(self, order: DemoOrder, line: DemoLine) -> None:
        for fault in self.delivery_faults:
            if fault.supplier != order.supplier or order.ordered < fault.day:
                continue
            if fault.kind == "lead_time_outlier":
                late = int(fault.size)
                line.arrivals[:] = [(day + late, q, r) for day, q, r in line.arrivals]
            elif fault.kind == "short_delivery":
                cut_short(line, fault.size, self.today)
            else:
                line.unit_cost = round(line.unit_cost * fault.size, 4)
            self.history.faulty_lines.append((fault, order, line))
            self.delivery_faults.remove(fault)
            return
