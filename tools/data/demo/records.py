"""Writes a simulated history into the planner's tables in bulk.

Rows are built from arrays and inserted in large batches inside one transaction, so a build that is
interrupted leaves the database as it was.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
from sqlalchemy import insert, text
from sqlalchemy.orm import Session

from tools.data import schema
from tools.data.demo.assortment import BRANDS, CATEGORIES, DemoItem
from tools.data.demo.calendar import DemoCalendar
from tools.data.demo.company import BASE_CURRENCY, LOCATIONS, SUPPLIERS, DemoTerm
from tools.data.demo.demand import DemoDemand
from tools.data.demo.operations import BookEntry, DemoHistory
from tools.data.demo.ordering import ANNUAL_RISE
from tools.data.demo.planting import RecordEdits

Row = dict[str, Any]
BATCH = 20_000
HOUR = {"count": 7, "receipt": 10, "adjustment": 15, "write_off": 16, "return": 17, "sale": 20}
"""Local hour at which a movement of each kind is booked."""
NUMBERED: tuple[type[schema.Base], ...] = (
    schema.Item,
    schema.Location,
    schema.Supplier,
    schema.SupplyTerm,
    schema.PurchaseOrder,
    schema.PurchaseOrderLine,
)
"""Tables whose rows are written with their ids."""
FORECAST_DAYS = 45
"""How far ahead holidays and promotions are entered."""


class RecordWriter:
    """Turns the arrays of one simulated company into rows; ids are positions plus one."""

    def __init__(
        self,
        session: Session,
        items: list[DemoItem],
        terms: list[DemoTerm],
        calendar: DemoCalendar,
        demand: DemoDemand,
        history: DemoHistory,
        edits: RecordEdits,
        today: int,
    ) -> None:
        self.session, self.items, self.terms = session, items, terms
        self.calendar, self.demand, self.history, self.edits = calendar, demand, history, edits
        self.today = today
        self.days = calendar.days[:today]

    def insert(self, model: type[schema.Base], rows: Iterator[Row] | list[Row]) -> None:
        """Insert rows in batches, so that memory stays bounded."""
        # The table instead of the mapped class: no unit-of-work bookkeeping per row.
        statement = insert(schema.Base.metadata.tables[model.__tablename__])
        batch: list[Row] = []
        for row in rows:
            batch.append(row)
            if len(batch) == BATCH:
                self.session.execute(statement, batch)
                batch = []
        if batch:
            self.session.execute(statement, batch)

    def continue_numbering(self) -> None:
        """PostgreSQL counts on from its sequences, which rows with given ids do not move."""
        if self.session.get_bind().dialect.name != "postgresql":
            return
        for model in NUMBERED:
            name = model.__tablename__
            last = f"SELECT setval(pg_get_serial_sequence('{name}', 'id'), max(id)) FROM {name}"
            self.session.execute(text(last))

    def write(self, step: Callable[[float], None]) -> None:
        """Everything except the inbox; `step` is told the share done."""
        self.master_data()
        self.supply_terms()
        self.events()
        step(0.1)
        self.insert(schema.SalesDay, self.sales_rows())
        step(0.5)
        self.insert(schema.StockMovement, self.movement_rows())
        step(0.9)
        self.insert(schema.StockPosition, self.position_rows())
        step(1.0)

    def master_data(self) -> None:
        number = {item.code: index + 1 for index, item in enumerate(self.items)}
        used = {item.category for item in self.items}
        self.insert(
            schema.Category,
            [
                {"key": key, "names": {"en": en, "zh": zh}}
                for key, (en, zh) in CATEGORIES.items()
                if key in used
            ],
        )
        # Plain values first, phase-in links afterwards: a successor may precede its predecessor.
        self.insert(schema.Item, [self._item_row(index) for index in range(len(self.items))])
        table = schema.Item.__table__
        for index, item in enumerate(self.items):
            if item.replaces:
                self.session.execute(
                    table.update()  # type: ignore[attr-defined]
                    .where(table.c.id == index + 1)
                    .values(replaces_item_id=number[item.replaces])
                )
        self.insert(schema.Location, [self._location_row(n) for n in range(len(LOCATIONS))])
        self.insert(schema.Supplier, [self._supplier_row(n) for n in range(len(SUPPLIERS))])

    def _item_row(self, index: int) -> Row:
        item, now = self.items[index], self.today
        introduced, ended = item.introduced_days_ago, item.discontinued_in_days
        start = now - introduced if introduced is not None else -400
        first = self.calendar.days[0]
        return {
            "id": index + 1,
            "code": item.code,
            "names": {"en": item.name_en, "zh": item.name_zh},
            "category": item.category,
            "brand": BRANDS[item.category],
            "unit": item.unit,
            "unit_cost": item.cost,
            "unit_price": item.price,
            "currency": BASE_CURRENCY,
            "shelf_life_days": item.shelf_life_days,
            "volume_m3": item.volume_m3,
            "introduced_on": first + dt.timedelta(start),
            "discontinued_on": None if ended is None else first + dt.timedelta(now + ended),
            "abc": "",
        }

    def _location_row(self, number: int) -> Row:
        place = LOCATIONS[number]
        return {
            "id": number + 1,
            "code": place.code,
            "names": {"en": place.name_en, "zh": place.name_zh},
            "kind": place.kind,
            "country": place.country,
            "time_zone": place.time_zone,
        }

    def _supplier_row(self, number: int) -> Row:
        partner = SUPPLIERS[number]
        return {
            "id": number + 1,
            "code": partner.code,
            "names": {"en": partner.name_en, "zh": partner.name_zh},
            "language": partner.language,
            "country": partner.country,
            "currency": BASE_CURRENCY,
            "contact": partner.contact,
            "addresses": list(partner.addresses),
        }

    def supply_terms(self) -> None:
        """One row per price list: a new one every first of January."""
        rows: list[Row] = []
        breaks: list[Row] = []
        last = self.calendar.days[self.today]
        first = self.days[0]
        for term in self.terms:
            for year in range(first.year, last.year + 1):
                rate = (1 + ANNUAL_RISE) ** (last.year - year)
                identity = len(rows) + 1
                rows.append(
                    {
                        "id": identity,
                        "item_id": term.item + 1,
                        "supplier_id": term.supplier + 1,
                        "valid_from": max(first, dt.date(year, 1, 1)),
                        "valid_to": dt.date(year, 12, 31) if year < last.year else None,
                        "unit_cost": round(term.unit_cost / rate, 4),
                        "currency": BASE_CURRENCY,
                        "moq": float(term.moq),
                        "pack_size": float(term.pack_size),
                        "lead_time_days": term.lead_time_days,
                        "weekly_capacity": term.weekly_capacity,
                        "preferred": term.preferred,
                        "supplier_item_code": term.supplier_item_code,
                    }
                )
                breaks.extend(
                    {
                        "term_id": identity,
                        "min_quantity": float(minimum),
                        "unit_cost": round(cost / rate, 4),
                    }
                    for minimum, cost in term.breaks
                )
        self.insert(schema.SupplyTerm, rows)
        self.insert(schema.PriceBreak, breaks)

    def events(self) -> None:
        horizon = self.calendar.days[self.today] + dt.timedelta(FORECAST_DAYS)
        self.insert(
            schema.Event,
            [
                {
                    "external_id": event.key,
                    "kind": schema.EventKind(event.kind),
                    "names": {"en": event.name_en, "zh": event.name_zh},
                    "starts_on": event.starts_on,
                    "ends_on": event.ends_on,
                    "country": event.country,
                    "item_id": None if event.item is None else event.item + 1,
                    "category": event.category,
                    "location_id": None if event.location is None else event.location + 1,
                    "discount": event.discount,
                }
                for event in self.calendar.events
                if event.starts_on <= horizon
            ],
        )
        weather = self.calendar
        self.insert(
            schema.Weather,
            [
                {
                    "location_id": place + 1,
                    "day": day,
                    "temperature_c": float(weather.temperature[place, t]),
                    "precipitation_mm": float(weather.rain[place, t]),
                }
                for place in range(len(LOCATIONS))
                for t, day in enumerate(self.days)
            ],
        )

    def sales_rows(self) -> Iterator[Row]:
        """A row for every day an item is on sale, zero sales included."""
        history, lived = self.history, self.today
        shown = self.demand.active[:, :, :lived] & ~self.edits.missing
        for i, place in np.argwhere(shown.any(axis=2)).tolist():
            days = np.nonzero(shown[i, place])[0].tolist()
            quantity = self.edits.quantity[i, place].tolist()
            returned = history.returned[i, place].tolist()
            price = self.calendar.price[i, place].tolist()
            promotion = self.calendar.promotion[i, place].tolist()
            out = history.stocked_out[i, place].tolist()
            for t in days:
                yield {
                    "item_id": i + 1,
                    "location_id": place + 1,
                    "day": self.days[t],
                    "quantity": float(quantity[t]),
                    "returned": float(returned[t]),
                    "price": price[t],
                    "promotion": promotion[t],
                    "stocked_out": out[t],
                }

    def _instants(self, kind: str) -> list[list[dt.datetime]]:
        """(L, T) the UTC instant of a movement of `kind` on each local day."""
        clock = dt.time(HOUR[kind])
        return [
            [
                dt.datetime.combine(day, clock, ZoneInfo(place.time_zone)).astimezone(dt.UTC)
                for day in self.days
            ]
            for place in LOCATIONS
        ]

    def movement_rows(self) -> Iterator[Row]:
        yield from self._opening_rows()
        yield from self._flow_rows("sale", -self.history.sales)
        yield from self._flow_rows("return", self.history.returned)
        instants = {kind: self._instants(kind) for kind in HOUR}
        for number, entry in enumerate(self.history.entries):
            yield self._entry_row(f"M-{number:06d}", entry, instants)
        for number, entry in enumerate(self.edits.repeated):
            yield self._entry_row(f"M-{len(self.history.entries) + number:06d}", entry, instants)

    def _opening_rows(self) -> Iterator[Row]:
        instants = self._instants("count")
        for i, place in np.argwhere(self.history.opening > 0).tolist():
            yield {
                "external_id": f"O-{i + 1}-{place + 1}",
                "item_id": i + 1,
                "location_id": place + 1,
                "at": instants[place][0] - dt.timedelta(hours=1),
                "kind": schema.MovementKind.ADJUSTMENT,
                "quantity": float(self.history.opening[i, place]),
                "reference": "",
                "note": "Opening balance",
            }

    def _flow_rows(self, kind: str, quantity: Any) -> Iterator[Row]:
        """Daily sales or returns, signed, days without any left out."""
        instants = self._instants(kind)
        member, letter = schema.MovementKind(kind), kind[0].upper()
        for i, place, t in np.argwhere(quantity != 0).tolist():
            yield {
                "external_id": f"{letter}-{i + 1}-{place + 1}-{t}",
                "item_id": i + 1,
                "location_id": place + 1,
                "at": instants[place][t],
                "kind": member,
                "quantity": float(quantity[i, place, t]),
                "reference": "",
                "note": "",
            }

    def _entry_row(
        self, identity: str, entry: BookEntry, instants: dict[str, list[list[dt.datetime]]]
    ) -> Row:
        return {
            "external_id": identity,
            "item_id": entry.item + 1,
            "location_id": entry.location + 1,
            "at": instants[entry.kind][entry.location][entry.day],
            "kind": schema.MovementKind(entry.kind),
            "quantity": float(self.edits.misread.get(entry, entry.quantity)),
            "reference": entry.reference,
            "note": entry.note,
        }

    def position_rows(self) -> Iterator[Row]:
        """Every Sunday and the last lived day."""
        weekly = [t for t, day in enumerate(self.days) if day.weekday() == 6]
        shown = sorted({*weekly, self.today - 1})
        book = self.history.book
        ever = self.demand.active[:, :, : self.today].any(axis=2)
        for i, place in np.argwhere(ever).tolist():
            shift_day, units = self.edits.shift.get((i, place), (self.today, 0))
            typical = self.demand.mean[i, place, max(self.today - 28, 0) : self.today].mean()
            for t in shown:
                on_hand = int(book[i, place, t]) + (units if t >= shift_day else 0)
                latest = place == 0 and t == self.today - 1
                reserved = max(0, min(on_hand, round(typical * 1.5))) if latest else 0
                yield {
                    "item_id": i + 1,
                    "location_id": place + 1,
                    "day": self.days[t],
                    "on_hand": float(on_hand),
                    "reserved": float(reserved),
                }
