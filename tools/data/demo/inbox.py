"""The demo company's unread supplier messages, about orders that are really open.

Each letter is given an order line of a supplier who writes in its language; the lines that weigh
most in money are the likeliest, because those are the ones suppliers write about.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np

from tools.data import schema
from tools.data.demo.company import BUYER, SUPPLIERS
from tools.data.demo.letters import ALIASES, Slots, Template, true_events
from tools.data.demo.messages_en import TEMPLATES as ENGLISH
from tools.data.demo.messages_zh import TEMPLATES as CHINESE
from tools.data.demo.ordering import DemoLine, DemoOrder
from tools.data.demo.records import RecordWriter
from tools.data.demo.truth import MessageTruth


def _chinese_day(day: dt.date) -> str:
    return f"{day.month}月{day.day}日"


def _slots(
    writer: RecordWriter, order: DemoOrder, line: DemoLine, rng: np.random.Generator
) -> Slots:
    partner, item = SUPPLIERS[order.supplier], writer.items[line.item]
    now = writer.calendar.days[writer.today]
    outstanding, pack = line.outstanding(writer.today), line.term.pack_size
    part = max(1, round(outstanding / pack * rng.uniform(0.4, 0.7))) * pack
    part = min(part, max(outstanding - pack, 1))
    promised = max(writer.calendar.days[line.promises[-1][1]], now + dt.timedelta(3))
    date = promised + dt.timedelta(int(rng.integers(6, 20)))
    later = date + dt.timedelta(int(rng.integers(10, 25)))
    first = now + dt.timedelta(int(rng.integers(3, 9)))
    from_day = now + dt.timedelta(int(rng.integers(30, 60)))
    until_day = from_day + dt.timedelta(int(rng.integers(6, 15)))
    values: dict[str, Any] = {
        "order": order.number,
        "code": item.code,
        "item": item.name_en,
        "item_zh": item.name_zh,
        "their_code": line.term.supplier_item_code,
        "unit": item.unit,
        "quantity": outstanding,
        "part": part,
        "rest": outstanding - part,
        "promised": promised,
        "date": date,
        "later": later,
        "first": first,
        "early": max(promised - dt.timedelta(int(rng.integers(4, 8))), now + dt.timedelta(1)),
        "from_day": from_day,
        "until_day": until_day,
        "price": line.unit_cost,
        "new_price": f"{line.unit_cost * rng.uniform(1.04, 1.09):.2f}",
        "moq": line.term.moq * 2,
        "old_moq": line.term.moq,
        "lead": line.term.lead_time_days + 10,
        "tracking": f"{rng.choice(['SF', 'YT', 'DH', 'MSKU'])}{int(rng.integers(10**8, 10**9))}",
        "invoice": f"INV-{int(rng.integers(20000, 99999))}",
        "amount": f"{outstanding * line.unit_cost:,.2f}",
        "contact": partner.contact,
        "firm": partner.name_en,
        "firm_zh": partner.name_zh,
        "buyer": BUYER.split()[0],
        "today": now,
    }
    for name, source in ALIASES.items():
        if name.endswith("_zh") and source != "code":
            values[name] = _chinese_day(values[source])
    values["early_zh"] = _chinese_day(values["early"])
    values["promised_zh"] = _chinese_day(values["promised"])
    values["quantity_text"] = f"{outstanding:,}"
    return Slots(values)


def _open_lines(writer: RecordWriter, language: str) -> list[tuple[DemoOrder, DemoLine]]:
    """Lines still expected from suppliers who write in `language`, largest first."""
    found = [
        (order, line)
        for order in writer.history.orders
        for line in order.lines
        if SUPPLIERS[order.supplier].language == language
        and line.outstanding(writer.today) > 0
        and line.promises[0][0] < writer.today
    ]
    return sorted(found, key=lambda pair: -pair[1].outstanding(writer.today) * pair[1].unit_cost)


def write_inbox(writer: RecordWriter, rng: np.random.Generator) -> list[MessageTruth]:
    """Insert the messages as new and return what each one means."""
    rows: list[dict[str, Any]] = []
    truths: list[MessageTruth] = []
    for language, templates in (("zh", CHINESE), ("en", ENGLISH)):
        candidates = _open_lines(writer, language)
        for number, template in enumerate(templates):
            chosen = _choose(candidates, template, writer.today, rng)
            if chosen is None:
                continue
            order, line = chosen
            slots = _slots(writer, order, line, rng)
            subject = slots.fill(template.subject)
            body = slots.fill(template.body).strip() + "\n"
            partner = SUPPLIERS[order.supplier]
            stamp = f"{writer.calendar.days[writer.today]:%Y%m%d}.{language}{number:02d}"
            identity = f"<{stamp}@{partner.code.lower()}.example>"
            sender = template.sender or f"{partner.contact} <{partner.addresses[0]}>"
            rows.append(
                {
                    "external_id": identity,
                    "supplier_id": None if template.sender else order.supplier + 1,
                    "received_at": _received_at(writer, rng),
                    "channel": "email",
                    "sender": sender,
                    "subject": subject,
                    "body": body,
                    "language": language,
                    "status": schema.MessageStatus.NEW,
                }
            )
            truths.append(
                MessageTruth(
                    identity,
                    language,
                    partner.code,
                    writer.calendar.days[writer.today].isoformat(),
                    subject,
                    body,
                    true_events(slots, template, f"{subject}\n{body}"),
                )
            )
    rows.sort(key=lambda row: row["received_at"])
    writer.insert(schema.SupplierMessage, rows)
    return truths


def _choose(
    candidates: list[tuple[DemoOrder, DemoLine]],
    template: Template,
    today: int,
    rng: np.random.Generator,
) -> tuple[DemoOrder, DemoLine] | None:
    """A line nobody has written about yet if there is one; larger ones are likelier."""
    fitting = [
        number
        for number, (_, line) in enumerate(candidates)
        if line.outstanding(today) >= max(template.minimum, 2 * line.term.pack_size)
    ]
    if not fitting:
        return candidates[0] if candidates else None
    number = fitting[min(int(rng.exponential(6.0)), len(fitting) - 1)]
    return candidates.pop(number) if len(candidates) > 1 else candidates[0]


def _received_at(writer: RecordWriter, rng: np.random.Generator) -> dt.datetime:
    """Within the last four days, in the working hours of either side."""
    day = writer.calendar.days[writer.today] - dt.timedelta(int(rng.integers(1, 5)))
    clock = dt.time(int(rng.integers(1, 17)), int(rng.integers(0, 60)))
    return dt.datetime.combine(day, clock, dt.UTC)
