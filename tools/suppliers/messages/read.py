"""Reading one supplier message from end to end; the only entry the server needs.

Text in, understanding out: highlighted values, linked lines, conflicts, proposals and what they do
to the stock. Nothing is written, whatever the text or the extractor says.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import Engine

from tools.data import frames
from tools.data.catalogue import Catalogue
from tools.facts import ProposalDraft
from tools.suppliers import orders
from tools.suppliers.messages.candidates import Extractor, Hints
from tools.suppliers.messages.cleaning import CleanMessage, clean
from tools.suppliers.messages.conflicts import ambiguities, line_conflicts
from tools.suppliers.messages.extract import ClauseExtractor
from tools.suppliers.messages.impact import Impact, impacts
from tools.suppliers.messages.labels import EVENT_NAMES, ROLE_NAMES, value_words
from tools.suppliers.messages.linking import Link, link
from tools.suppliers.messages.proposals import propose
from tools.suppliers.messages.rules import RuleReader
from tools.suppliers.messages.schema import SECURITY_KINDS, EventKind, Role
from tools.suppliers.messages.senders import identify
from tools.suppliers.messages.values import ReadEvent, Value, due_date, read_values
from tools.text import Language, Text

MAX_CHARACTERS = 200_000
"""Of a longer message only the beginning is read, and the reading says so."""


@dataclass(frozen=True, slots=True)
class Highlight:
    """A value at `start:end` of the body, with what it was taken for."""

    start: int
    end: int
    text: str
    role: Role
    label: Text
    value: Text
    event: int
    """Position of the event in `MessageReading.events`."""


@dataclass(frozen=True)
class MessageReading:
    """What was understood of a message. Spans of highlights and proposals count from the body."""

    reader: str
    """Which extractor read it: `rules` or the name of a model."""
    language: Language
    supplier: str
    """Code of the supplier whose known address sent it, or empty."""
    clean: CleanMessage
    events: tuple[ReadEvent, ...]
    links: tuple[Link, ...]
    conflicts: tuple[tuple[Text, ...], ...]
    """Per event."""
    proposals: tuple[tuple[int, ProposalDraft], ...]
    """With the position of the event each came from."""
    highlights: tuple[Highlight, ...]
    notes: tuple[Text, ...]
    impacts: tuple[Impact, ...] = field(default=())

    @property
    def actionable(self) -> bool:
        return bool(self.events)


def read_message(
    engine: Engine,
    text: str,
    *,
    subject: str = "",
    sender: str = "",
    extractor: Extractor | None = None,
    today: dt.date | None = None,
    received_on: dt.date | None = None,
    with_impact: bool = True,
) -> MessageReading:
    """Read a message body; relative dates count from the day it was received (default: today).

    `sender` is the address the transport reports, never one named in the text. Without an
    `extractor` the rules read.
    """
    day = today or frames.planning_day(engine)
    catalogue = Catalogue.load(engine)
    message = clean(subject, text[:MAX_CHARACTERS])
    supplier, warnings = identify(sender, frames.suppliers(engine))
    hints = _hints(engine, supplier, received_on or day)
    reader = extractor or ClauseExtractor(RuleReader(), catalogue)
    raw = [e for e in reader.extract(message, hints) if e.kind is not EventKind.NOTHING]
    events = tuple(read_values(event.checked(message.text), message, hints) for event in raw)
    lines = orders.lines(engine, day)
    links = tuple(link(event, lines, catalogue, hints) for event in events)
    events = tuple(
        _against_promise(event, its, hints) for event, its in zip(events, links, strict=True)
    )
    offset = _body_offset(message, subject)
    drafts = _proposals(engine, events, links, hints, sender, day, offset)
    conflicts = tuple(
        tuple(_conflicts(event, its, hints)) for event, its in zip(events, links, strict=True)
    )
    notes = [*warnings, *_notes(message, events, links, drafts, len(text) > MAX_CHARACTERS)]
    return MessageReading(
        reader.name,
        message.language,
        supplier,
        message,
        events,
        links,
        conflicts,
        tuple(drafts),
        tuple(_highlights(events, offset)),
        tuple(dict.fromkeys([*notes, *(text for found in conflicts for text in found)])),
        tuple(impacts(engine, day, [d for _, d in drafts])) if with_impact else (),
    )


def _against_promise(event: ReadEvent, its: Link, hints: Hints) -> ReadEvent:
    """A delivery date that is later than promised is a delay, whatever the words; or early."""
    if event.kind is not EventKind.DELIVERY_DATE or len(its.lines) != 1:
        return event
    due = its.lines[0]["due_on"].date()
    day = due_date(event, hints.today, due)
    if day is None or day == due:
        return event
    return replace(event, kind=EventKind.DELAY if day > due else EventKind.EARLY)


def _hints(engine: Engine, supplier: str, today: dt.date) -> Hints:
    suppliers = frames.suppliers(engine)
    currency = str(suppliers.at[supplier, "currency"]) if supplier else ""
    terms = frames.terms(engine)
    own = terms[(terms["supplier"] == supplier) & (terms["supplier_item_code"] != "")]
    codes = dict(zip(own["supplier_item_code"].map(str), own["item"].map(str), strict=True))
    return Hints(today, supplier, currency, codes)


def _body_offset(message: CleanMessage, subject: str) -> int:
    return len(subject.strip()) + 2 if subject.strip() else 0


def _proposals(
    engine: Engine,
    events: tuple[ReadEvent, ...],
    links: tuple[Link, ...],
    hints: Hints,
    sender: str,
    today: dt.date,
    offset: int,
) -> list[tuple[int, ProposalDraft]]:
    """Proposals of the message; two that change the same thing in the same way are one."""
    found = propose(
        list(zip(events, links, strict=True)), frames.terms(engine), hints, sender, today, offset
    )
    unique: dict[tuple[str, str], tuple[int, ProposalDraft]] = {}
    for number, draft in found:
        key = (draft.kind, repr(sorted(_target(draft.payload).items())))
        unique[key] = (number, draft)  # what is said last counts
    return sorted(unique.values(), key=lambda pair: pair[0])


def _target(payload: Mapping[str, Any]) -> dict[str, Any]:
    names = ("order", "line_no", "supplier", "item", "kind")
    target = {name: payload[name] for name in names if name in payload}
    if "line_no" not in payload:
        target["fields"] = sorted(set(payload.get("new", {})) - {"valid_from"})
    return target


def _conflicts(event: ReadEvent, its: Link, hints: Hints) -> list[Text]:
    found = [*its.notes, *ambiguities(event)]
    for line in its.lines[:3]:
        found += line_conflicts(event, line, hints)
    if not its.lines and len(its.candidates) > 1 and event.kind not in SECURITY_KINDS:
        shown = ", ".join(f"{c['order']}/{c['line_no']}" for c in its.candidates[:5])
        found.append(
            Text(
                f"It may be about any of these lines: {shown}; choose one.",
                f"可能涉及以下订单行：{shown}，请选择。",
            )
        )
    return found


def _notes(
    message: CleanMessage,
    events: tuple[ReadEvent, ...],
    links: tuple[Link, ...],
    drafts: list[tuple[int, ProposalDraft]],
    cut: bool,
) -> list[Text]:
    notes: list[Text] = []
    if cut:
        notes.append(
            Text(
                "The message is very long; only its beginning was read.",
                "消息过长，只读取了开头部分。",
            )
        )
    if message.removed:
        notes.append(
            Text(
                "Hidden or look-alike characters were removed before reading.",
                "读取前已去除隐藏字符和形近字符。",
            )
        )
    if not events:
        notes.append(
            Text("Nothing in this message calls for a change.", "这条消息没有需要处理的内容。")
        )
    proposed = {number for number, _ in drafts}
    for number, (event, its) in enumerate(zip(events, links, strict=True)):
        if number not in proposed and event.kind is not EventKind.SPLIT:
            notes.append(_without_proposal(event, its))
    return notes


def _without_proposal(event: ReadEvent, its: Link) -> Text:
    name = EVENT_NAMES[event.kind]
    if its.lines or event.kind in (EventKind.QUESTION, EventKind.OFFER, EventKind.INVOICE):
        return Text(
            f"{name.en.capitalize()}: for information, nothing in the records has to change.",
            f"{name.zh}：仅供参考，记录无需更改。",
        )
    return Text(
        f"{name.en.capitalize()}: understood, but not linked to one order line or term.",
        f"{name.zh}：已读懂，但未能对应到具体的订单行或条款。",
    )


def _highlights(events: tuple[ReadEvent, ...], offset: int) -> list[Highlight]:
    found: dict[tuple[int, int], Highlight] = {}
    for number, event in enumerate(events):
        for role, values in event.values.items():
            for value in values:
                shown = _highlight(value, role, number, offset)
                if shown is not None and (value.start, value.end) not in found:
                    found[value.start, value.end] = shown
    return sorted(found.values(), key=lambda h: h.start)


def _highlight(value: Value, role: Role, number: int, offset: int) -> Highlight | None:
    start, end = value.original_start - offset, value.original_end - offset
    if start < 0:
        return None  # it stands in the subject
    return Highlight(start, end, value.text, role, ROLE_NAMES[role], value_words(value), number)
