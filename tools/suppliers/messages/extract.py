"""From clauses to the events of a whole message: context is inherited, pieces are joined.

A reader sees one clause at a time. People spread one piece of news over several ("The scarf will
not make 5 December. We now expect 12 December. The quantity stays the same."), so that a clause
which only adds what an event lacks is joined to it, and an order or item named once holds for the
clauses that follow.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from tools.data.catalogue import Catalogue
from tools.suppliers.messages import lexicon
from tools.suppliers.messages.candidates import Candidate, Clause, ClauseReader, Hints
from tools.suppliers.messages.cleaning import CleanMessage
from tools.suppliers.messages.schema import Certainty, EventKind, RawEvent, Role, Span
from tools.suppliers.messages.segments import segment
from tools.values import fold

K = EventKind
_ABOUT_ORDERS = frozenset(
    {K.CONFIRMATION, K.DELIVERY_DATE, K.DELAY, K.EARLY, K.SPLIT, K.PARTIAL, K.CANCELLATION,
     K.SUBSTITUTION, K.SHIPMENT, K.INVOICE, K.QUALITY_NOTICE, K.QUESTION}
)  # fmt: skip
_ABOUT_ITEMS = frozenset(
    {K.PRICE_CHANGE, K.PRICE_BREAK, K.MOQ_CHANGE, K.PACK_CHANGE, K.LEAD_TIME_CHANGE, K.OFFER}
)
_DATED = frozenset({K.DELAY, K.EARLY, K.CONFIRMATION, K.SHIPMENT, K.PARTIAL, K.QUALITY_NOTICE})
_IDENTITY: tuple[Role, ...] = ("order", "item", "line", "party")
_CERTAINTY_ORDER: tuple[Certainty, ...] = ("firm", "tentative", "conditional")


class ClauseExtractor:
    """An `Extractor` over any `ClauseReader`."""

    def __init__(self, reader: ClauseReader, catalogue: Catalogue) -> None:
        self._reader = reader
        self._catalogue = catalogue
        self.name = reader.name

    def extract(self, message: CleanMessage, hints: Hints) -> list[RawEvent]:
        """Events of the message in the order they are told; every span lies in its text."""
        clauses = segment(message, self._catalogue, hints.today, hints.vocabulary)
        drafts = self._read(message, clauses)
        _inherit(drafts, clauses, message)
        drafts = _join(drafts, clauses)
        _first_of_parts(drafts)
        drafts = _settle_kinds(drafts, clauses)
        _inherit(drafts, clauses, message)
        drafts = [d for d in drafts if d.kind is not K.CONFIRMATION or d.roles]
        events = [draft.event().checked(message.text) for draft in drafts]
        return _without_repeats(events, message.text)

    def _read(self, message: CleanMessage, clauses: Sequence[Clause]) -> list[_Draft]:
        drafts: list[_Draft] = []
        for number, readings in enumerate(self._reader.read(clauses, message.language)):
            clause = clauses[number]
            labels = clause.labels
            for reading in readings:
                if reading.kind is K.NOTHING:
                    continue
                roles = {
                    role: [labels[label] for label in chosen if label in labels]
                    for role, chosen in reading.roles.items()
                }
                drafts.append(
                    _Draft(
                        number,
                        reading.kind,
                        reading.certainty,
                        {role: found for role, found in roles.items() if found},
                        set(),
                    )
                )
        subject_end = next((p.end for p in message.parts if p.kind == "subject"), 0)
        return _prefer_body(drafts, clauses, subject_end)


@dataclass
class _Draft:
    number: int
    """Position of its (first) clause."""
    kind: EventKind
    certainty: Certainty
    roles: dict[Role, list[Candidate]]
    inherited: set[Role]
    span: tuple[int, int] = (0, 0)

    def event(self) -> RawEvent:
        return RawEvent(
            kind=self.kind,
            certainty=self.certainty,
            clause=Span(start=self.span[0], end=self.span[1]),
            roles={
                role: tuple(Span(start=c.start, end=c.end) for c in found)
                for role, found in self.roles.items()
            },
            inherited=frozenset(self.inherited),
        )

    def own(self, role: Role) -> list[Candidate]:
        return [] if role in self.inherited else self.roles.get(role, [])


def _prefer_body(drafts: list[_Draft], clauses: Sequence[Clause], subject_end: int) -> list[_Draft]:
    """A subject only counts as news when the body has none; its values are context all the same."""
    for draft in drafts:
        clause = clauses[draft.number]
        draft.span = (clause.start, clause.end)
    body = [draft for draft in drafts if draft.span[0] >= subject_end]
    kinds = {draft.kind for draft in body}
    actionable = kinds - {K.QUESTION}
    if actionable:
        body = [d for d in body if d.kind is not K.QUESTION or _asks_something(d, clauses)]
    return body if actionable or (body and kinds) else drafts


def _asks_something(draft: _Draft, clauses: Sequence[Clause]) -> bool:
    """ "Please confirm." after an announcement asks nothing of its own."""
    clause = clauses[draft.number]
    wide = sum(2 if "\u2e80" <= c <= "\uffef" else 1 for c in clause.text)
    return wide > 44 or bool(clause.candidates)


def _inherit(drafts: list[_Draft], clauses: Sequence[Clause], message: CleanMessage) -> None:
    """Give each draft the order and item that were named last before it (or first after)."""
    for draft in drafts:
        wanted: list[Role] = []
        if draft.kind in _ABOUT_ORDERS:
            wanted = ["order", "item"]
        elif draft.kind in _ABOUT_ITEMS:
            wanted = ["item"]
        for role in wanted:
            if draft.roles.get(role):
                continue
            if role == "item" and draft.kind in (K.QUESTION, K.INVOICE):
                continue
            if role == "item" and draft.own("order") and _several(clauses, "order"):
                continue
            found = _context(draft, role, clauses)
            if found is not None:
                draft.roles[role] = [found]
                draft.inherited.add(role)


def _several(clauses: Sequence[Clause], kind: str) -> bool:
    return (
        len({fold(c.text) for clause in clauses for c in clause.candidates if c.kind == kind}) > 1
    )


def _context(draft: _Draft, role: Role, clauses: Sequence[Clause]) -> Candidate | None:
    kind = "item" if role == "item" else "order"
    used = {(c.start, c.end) for found in draft.roles.values() for c in found}
    here = [
        c
        for c in clauses[draft.number].candidates
        if c.kind == kind and (c.start, c.end) not in used
    ]
    before = [c for clause in clauses[: draft.number] for c in clause.candidates if c.kind == kind]
    after = [
        c for clause in clauses[draft.number + 1 :] for c in clause.candidates if c.kind == kind
    ]
    if here:
        return here[0]
    if before:
        return before[-1]
    distinct = {fold(c.text) for c in after}
    return after[0] if len(distinct) == 1 else None


def _join(drafts: list[_Draft], clauses: Sequence[Clause]) -> list[_Draft]:
    joined: list[_Draft] = []
    for draft in drafts:
        target = next((d for d in reversed(joined) if _completes(d, draft)), None)
        if target is None:
            joined.append(draft)
            continue
        for role, found in draft.roles.items():
            if role not in target.roles or role in target.inherited:
                target.roles[role] = found
                if role in draft.inherited:
                    target.inherited.add(role)
                else:
                    target.inherited.discard(role)
        if draft.kind is K.DELAY and target.kind is K.DELIVERY_DATE:
            target.kind = draft.kind
        if target.kind is not K.SHIPMENT:  # what has left has left, whenever it arrives
            target.certainty = max(target.certainty, draft.certainty, key=_CERTAINTY_ORDER.index)
        target.span = (min(target.span[0], draft.span[0]), max(target.span[1], draft.span[1]))
    for draft in joined:
        _add_unchanged(draft, joined, clauses)
    return joined


def _completes(event: _Draft, addition: _Draft) -> bool:
    """Whether `addition` only says more about `event`."""
    if not 0 <= addition.number - event.number <= 3:
        return False
    if any(_contradict(event, addition, role) for role in _IDENTITY):
        return False
    lacks_date = not event.roles.get("date") and not event.roles.get("duration")
    overlap = {
        role
        for role in ("quantity", "date", "price", "duration", "tracking", "until")
        if event.roles.get(role) and addition.roles.get(role)
    }
    if event.kind == addition.kind:
        return (
            not overlap
            and event.kind not in (K.SPLIT, K.PRICE_BREAK)
            and bool(event.number == addition.number or not addition.own("order"))
        )
    if addition.kind is K.DELIVERY_DATE and event.kind in _DATED:
        if event.kind is K.PARTIAL and addition.own("quantity"):
            return False
        return (lacks_date or (event.kind is K.SHIPMENT and lacks_date)) and not overlap
    if event.kind is K.DELIVERY_DATE and addition.kind is K.DELAY:
        return not overlap and not addition.own("order")
    if event.kind is K.CONFIRMATION and addition.kind in (K.DELIVERY_DATE, K.CONFIRMATION):
        return not overlap
    return event.kind is K.DELAY and addition.kind is K.PARTIAL and lacks_date and False


def _first_of_parts(drafts: Sequence[_Draft]) -> None:
    """ "600 ship next week, the rest in January": the 600 are the first part of a split."""
    for first, second in pairwise(drafts):
        if first.kind is K.PARTIAL and second.kind is K.SPLIT and first.roles.get("quantity"):
            if second.roles.get("quantity") and second.roles.get("date"):
                first.kind = K.SPLIT
            continue
        plain = first.kind is K.DELIVERY_DATE or (
            first.kind in (K.DELAY, K.CONFIRMATION) and first.number + 1 == second.number
        )
        dated = first.roles.get("date") or first.roles.get("duration")
        later = second.roles.get("date") or second.roles.get("duration")
        if second.kind is K.SPLIT and plain and first.roles.get("quantity") and dated and later:
            first.kind = K.SPLIT


def _settle_kinds(drafts: list[_Draft], clauses: Sequence[Clause]) -> list[_Draft]:
    """What one piece of news makes of another beside it."""
    for number, draft in enumerate(drafts):
        before = {d.kind for d in drafts[:number]}
        if draft.kind is K.DELIVERY_DATE and K.QUALITY_NOTICE in before:
            draft.kind = K.DELAY
    kinds = {d.kind for d in drafts}
    if K.PARTIAL in kinds:
        drafts = [d for d in drafts if not _only_the_rest(d, clauses)]
    if K.BANK_CHANGE in kinds:
        drafts = [d for d in drafts if d.kind is not K.INVOICE or d.roles.get("price")]
    return [
        d
        for d in drafts
        if not (
            d.kind is K.PARTIAL
            and not d.roles.get("quantity")
            and kinds & {K.SUBSTITUTION, K.SPLIT, K.CANCELLATION, K.DELAY}
        )
    ]


def _only_the_rest(draft: _Draft, clauses: Sequence[Clause]) -> bool:
    """ "The other 50 will not be produced" repeats what a short supply has said."""
    if draft.kind not in (K.CANCELLATION, K.SPLIT) or draft.roles.get("date"):
        return False
    return bool(lexicon.REST.search(fold(clauses[draft.number].text)[:16]))


def _contradict(event: _Draft, addition: _Draft, role: Role) -> bool:
    theirs = addition.own(role)
    ours = event.roles.get(role, [])
    if not theirs or not ours or role in event.inherited:
        return False
    return not (set(theirs[0].codes) & set(ours[0].codes)) and fold(theirs[0].text) != fold(
        ours[0].text
    )


def _add_unchanged(draft: _Draft, drafts: Sequence[_Draft], clauses: Sequence[Clause]) -> None:
    """A quantity that "stays the same" belongs to the one event it is said of."""
    if draft.roles.get("quantity") or draft.kind not in (
        K.DELAY,
        K.EARLY,
        K.DELIVERY_DATE,
        K.SUBSTITUTION,
    ):
        return
    if len([d for d in drafts if d.kind is draft.kind]) > 1:
        return
    for clause in clauses[draft.number : draft.number + 4]:
        if lexicon.UNCHANGED.search(fold(clause.text)):
            quantities = [c for c in clause.candidates if c.kind == "quantity"]
            if len(quantities) == 1:
                draft.roles["quantity"] = quantities


def _without_repeats(events: list[RawEvent], text: str) -> list[RawEvent]:
    """The same news told twice (subject and body, English and Chinese) is told once."""
    kept: list[RawEvent] = []
    for event in events:
        words = {r: tuple(fold(s.of(text)) for s in spans) for r, spans in event.roles.items()}
        for number, other in enumerate(kept):
            if other.kind != event.kind:
                continue
            theirs = {r: tuple(fold(s.of(text)) for s in spans) for r, spans in other.roles.items()}
            if all(theirs.get(r) == w for r, w in words.items()):
                break
            if all(words.get(r) == w for r, w in theirs.items()):
                kept[number] = event
                break
        else:
            kept.append(event)
    return kept
