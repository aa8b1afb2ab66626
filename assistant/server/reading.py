"""Reading a stored message: what was understood is kept with it, what it asks for is proposed.

The text goes to the extractor, which has no tools; its reading is data. A reading that fails leaves
the message as it was, marked with one sentence.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from sqlalchemy import Engine, select, update
from sqlalchemy.orm import Session

from assistant.presentation.format import date_text, texts
from assistant.presentation.names import names_of
from assistant.presentation.serialise import chart_json, text_json
from assistant.proposals.store import store_in
from assistant.proposals.turns import take_turn
from assistant.server.messages import no_message, read_message
from tools.data.catalogue import Catalogue
from tools.data.database import writing
from tools.data.frames import items, planning_day
from tools.data.schema import MessageStatus, Proposal, ProposalStatus, SupplierMessage
from tools.errors import ToolError
from tools.suppliers.messages.candidates import Extractor
from tools.suppliers.messages.extract import ClauseExtractor
from tools.suppliers.messages.impact import Impact
from tools.suppliers.messages.read import MessageReading
from tools.suppliers.messages.read import read_message as understand

if TYPE_CHECKING:
    from assistant.server.state import ServerState

Json = dict[str, Any]
FAILED = "The message could not be read; read it yourself or try again."
logger = logging.getLogger(__name__)


def read_and_propose(state: ServerState, message_id: int) -> Json:
    """Read the message (again), store what it proposes, and return it as the page shows it."""
    engine = state.engine
    message = _message(engine, message_id)
    today = planning_day(engine)
    try:
        reading = understand(
            engine,
            message.body,
            subject=message.subject,
            sender=message.sender,
            extractor=_extractor(state),
            today=today,
            received_on=min(message.received_at.date(), today),
        )
    except Exception as error:
        logger.exception("message %s could not be read", message_id)
        _mark_failed(engine, message_id, str(error) if isinstance(error, ToolError) else FAILED)
        return read_message(engine, message_id)
    effects = _impacts(engine, reading.impacts)
    with writing(engine) as session:
        take_turn(session)
        _store(session, message_id, reading, effects)
    return read_message(engine, message_id)


def _extractor(state: ServerState) -> Extractor | None:
    """The configured reader; None leaves it to the rules."""
    if state.settings.reader == "rules":
        return None
    from assistant.models.extractor import ModelReader
    from assistant.models.planner import PlannerModel

    model = state.open_services.model
    if not isinstance(model, PlannerModel):
        return None
    return ClauseExtractor(ModelReader(model.narrow), Catalogue.load(state.engine))


def _message(engine: Engine, message_id: int) -> SupplierMessage:
    with Session(engine, expire_on_commit=False) as session:
        message = session.get(SupplierMessage, message_id)
        if message is None:
            raise no_message(message_id)
        return message


def _mark_failed(engine: Engine, message_id: int, reason: str) -> None:
    with writing(engine) as session:
        session.execute(
            update(SupplierMessage)
            .where(SupplierMessage.id == message_id)
            .values(status=MessageStatus.FAILED, error=reason[:400])
        )


def _store(session: Session, message_id: int, reading: MessageReading, effects: list[Json]) -> None:
    drafts = [draft for _, draft in reading.proposals]
    ids = store_in(session, drafts, message_id=message_id)
    of_event: dict[int, int] = {}
    for (event, _), proposal in zip(reading.proposals, ids, strict=True):
        of_event.setdefault(event, proposal)
    message = session.get_one(SupplierMessage, message_id)
    message.extraction = {
        "reader": reading.reader,
        "highlights": _highlights(reading, of_event, len(message.body)),
        "notes": [text_json(note) for note in reading.notes],
        "impacts": effects,
    }
    message.language = reading.language
    message.error = ""
    still_open = session.scalars(
        select(Proposal.id)
        .where(Proposal.message_id == message_id, Proposal.status == ProposalStatus.OPEN)
        .limit(1)
    ).first()
    decided = message.status == MessageStatus.DONE and still_open is None
    message.status = MessageStatus.DONE if decided else MessageStatus.READ


def _highlights(reading: MessageReading, of_event: dict[int, int], length: int) -> list[Json]:
    shown: list[Json] = []
    at = 0
    for found in reading.highlights:
        if found.start < at or found.end > length:
            continue  # two values may share words; the first is marked
        at = found.end
        shown.append(
            {
                "start": found.start,
                "end": found.end,
                "text": found.text,
                "label": found.role,
                "label_text": text_json(found.label),
                "value_text": text_json(found.value),
                "proposal_id": of_event.get(found.event),
            }
        )
    return shown


def _impacts(engine: Engine, found: tuple[Impact, ...]) -> list[Json]:
    """What the message does to the stock, in a sentence and a chart."""
    with Session(engine) as session:
        names = names_of(
            session,
            {"item": [one.item for one in found], "location": [one.location for one in found]},
        )
    units = items(engine)["unit"]
    return [
        {
            "item": one.item,
            "location": one.location,
            "names": {
                "item": names["item"].get(one.item, {}),
                "location": names["location"].get(one.location, {}),
            },
            "worse": one.worse,
            "sentence": {
                language: _sentence(one, names, str(units.get(one.item, "")), language)
                for language in ("en", "zh")
            },
            "chart": chart_json(one.chart),
        }
        for one in found
    ]


def _sentence(one: Impact, names: Json, unit: str, language: str) -> str:
    item = names["item"].get(one.item, {}).get(language, one.item)
    place = names["location"].get(one.location, {}).get(language, one.location)
    more = max(0.0, one.lost_after - one.lost_before)
    lost = texts(round(more), unit)[language]
    if one.lost_value:
        lost += {"en": " of sales, ", "zh": "，约 "}[language]
        lost += texts(round(one.lost_value, 2), one.currency)[language]
    if language == "zh":
        day = one.stock_out_after and date_text(one.stock_out_after, "zh")
        out = f"预计{day}断货" if day else "预计不会断货"
        return f"{place}的{item}：{out}" + (f"，多损失销量 {lost}。" if one.worse else "。")
    day = one.stock_out_after and date_text(one.stock_out_after, "en")
    out = f"stock is expected to run out on {day}" if day else "stock is expected to last"
    return f"{item}, {place}: {out}" + (f"; it costs about {lost} more." if one.worse else ".")
