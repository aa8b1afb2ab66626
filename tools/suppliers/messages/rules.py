"""Reading clauses by rules: the reader that is always there, and the peer a model must beat.

The kind comes from the words of announcement and from the values the clause holds; roles follow
from the kind and from small words around a value ("from … to", "instead of", 原定, 调整为). A value
that the clause marks as the old one fills no role.
"""

# ruff: noqa: E501 - one pattern a row reads better than a wrapped one

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from tools.suppliers.messages import lexicon
from tools.suppliers.messages.candidates import Candidate, CandidateKind, Clause, ClauseReading
from tools.suppliers.messages.schema import EventKind, Role
from tools.text import Language
from tools.values import find_quantities, fold

K = EventKind


@dataclass
class _View:
    """A clause with its labelled candidates sorted into kinds, old values taken out."""

    clause: Clause
    folded: str
    labels: dict[str, Candidate]
    old: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, clause: Clause) -> _View:
        view = cls(clause, fold(clause.text), clause.labels)
        view.old = {label for label, c in view.labels.items() if view._is_old(c)}
        return view

    def before(self, c: Candidate, width: int = 40) -> str:
        at = c.start - self.clause.start
        return self.folded[max(0, at - width) : at]

    def after(self, c: Candidate, width: int = 24) -> str:
        at = c.end - self.clause.start
        return self.folded[at : at + width]

    def of_kind(self, *kinds: CandidateKind) -> list[str]:
        """Labels of these kinds, without old values."""
        return [k for k, c in self.labels.items() if c.kind in kinds and k not in self.old]

    def amount(self, label: str) -> float:
        """A quantity's value."""
        found = next(iter(find_quantities(self.labels[label].text)), None)
        return found.value.value if found else 0.0

    def says(self, kind: EventKind) -> bool:
        return bool(lexicon.PATTERNS[kind].search(self.folded))

    def _is_old(self, c: Candidate) -> bool:
        if c.kind not in ("date", "price", "quantity", "duration", "percent"):
            return False
        if c.kind == "date" and lexicon.PATTERNS[K.SHUTDOWN].search(self.folded):
            return False
        before, after = self.before(c), self.after(c)
        if lexicon.OLD_VALUE_BEFORE.search(before):
            # "from 5 December" begins something unless a new value follows
            bare_from = re.search(
                r"(?:from|由|从|目前|现在的?|until now|current(?:ly)?)\s?(?:the |days )?$", before
            )
            if not bare_from:
                return True
            return bool(lexicon.OLD_VALUE_AFTER.search(after) or self._leads_to_new(c))
        if c.kind == "quantity" and lexicon.ORDERED.search(before):
            return len([o for o in self.labels.values() if o.kind == "quantity"]) > 1
        return bool(lexicon.OLD_VALUE_AFTER.search(after)) and self._leads_to_new(
            c, also_alone=True
        )

    def _leads_to_new(self, c: Candidate, *, also_alone: bool = False) -> bool:
        others = [o for o in self.labels.values() if o.kind == c.kind and o.start > c.end]
        if also_alone and not others:
            return not re.match(r"\s?(?:to|up to|until)\b", self.after(c))
        return (
            bool(others)
            and bool(
                re.search(
                    r"(?:to|为|到|至|now|becomes?|instead|成)",
                    self.folded[c.end - self.clause.start : others[0].start - self.clause.start],
                )
            )
            and not (c.kind == "date" and lexicon.PATTERNS[K.SHUTDOWN].search(self.folded))
        )


class RuleReader:
    """Implements `ClauseReader` without a model."""

    name = "rules"

    def read(self, clauses: Sequence[Clause], language: Language) -> list[list[ClauseReading]]:
        return [read_clause(clause) for clause in clauses]


def read_clause(clause: Clause) -> list[ClauseReading]:
    """The events of one clause; `nothing` with a quantity marks a value that stays the same."""
    view = _View.of(clause)
    kind = choose_kind(view)
    if kind is K.NOTHING:
        return []
    sure = lexicon.certainty(view.folded, kind)
    readings = [
        ClauseReading(kind, sure, roles) for roles in _distribute(view, kind, _roles(view, kind))
    ]
    if kind is K.QUALITY_NOTICE and view.of_kind("date"):
        found: dict[Role, tuple[str, ...]] = {
            role: tuple(labels[:1])
            for role, labels in _roles(view, K.DELAY).items()
            if role in ("order", "item", "date")
        }
        if view.says(K.DELAY) or view.says(K.DELIVERY_DATE):
            about: dict[Role, tuple[str, ...]] = {
                role: labels for role, labels in readings[0].roles.items() if role != "date"
            }
            readings = [ClauseReading(kind, "firm", about), ClauseReading(K.DELAY, sure, found)]
    return readings


def choose_kind(view: _View) -> EventKind:
    """The kind of a clause, the most specific announcement first."""
    has_when = bool(view.of_kind("date", "duration"))
    has_price = bool(view.of_kind("price", "percent"))
    has_quantity = bool(view.of_kind("quantity"))
    subject = bool(view.of_kind("order", "item", "line"))
    says = view.says
    if says(K.BANK_CHANGE) or view.of_kind("account"):
        return K.BANK_CHANGE
    if says(K.CONTACT_CHANGE) and not has_quantity:
        return K.CONTACT_CHANGE
    if _is_question(view) and has_price and has_quantity:
        return K.OFFER
    if _is_question(view) and not (says(K.SUBSTITUTION) and (subject or has_quantity)):
        return K.QUESTION
    if lexicon.ORDERS_CANCEL.search(view.folded) and (subject or has_quantity):
        return K.CANCELLATION
    if says(K.QUALITY_NOTICE) and not (has_when and _only_rework(view)):
        return K.QUALITY_NOTICE
    if says(K.LEAD_TIME_CHANGE) and view.of_kind("duration") and not has_price:
        return K.LEAD_TIME_CHANGE
    if says(K.MOQ_CHANGE) and has_quantity and not has_price:
        return K.MOQ_CHANGE
    if (
        says(K.INVOICE)
        and not (says(K.DELAY) and has_when)
        and (has_price or re.search(r"发票|invoice", view.folded))
    ):
        return K.INVOICE
    if has_price:
        found = _price_kind(view)
        if found is not None:
            return found
    if (
        says(K.PACK_CHANGE)
        and has_quantity
        and (
            not has_when
            or re.search(r"cartons? (?:now )?(?:hold|contain)|每箱|per carton", view.folded)
        )
        and re.search(
            r"chang|now|instead|new|from|becom|formerly|改|调整|变|由|为|以前|开始", view.folded
        )
    ):
        return K.PACK_CHANGE
    if says(K.SUBSTITUTION) and (subject or has_quantity):
        return K.SUBSTITUTION
    if lexicon.REST_CANCELLED.search(view.folded) and has_quantity and says(K.PARTIAL):
        return K.PARTIAL
    if says(K.CANCELLATION) and (
        subject or has_quantity or re.search(r"order|订单|行|line", view.folded)
    ):
        return K.CANCELLATION
    if _is_shutdown(view, subject):
        return K.SHUTDOWN
    if lexicon.UNCHANGED.search(view.folded) and not has_when and not has_price:
        return K.NOTHING
    return _delivery_kind(view, has_when=has_when, has_quantity=has_quantity, subject=subject)


def _only_rework(view: _View) -> bool:
    """ "If the rework passes you will have it on …" promises a day; the fault was told before."""
    rest = re.sub(r"rework\w*|返工", "", view.folded)
    return not lexicon.PATTERNS[K.QUALITY_NOTICE].search(rest)


def _is_shutdown(view: _View, subject: bool) -> bool:
    if not view.says(K.SHUTDOWN) or not view.of_kind("date", "duration"):
        return False
    return not subject or bool(re.search(r"closed|放假|停产|停工|shutdown", view.folded))


def _price_kind(view: _View) -> EventKind | None:
    prices, quantities = view.of_kind("price", "percent"), view.of_kind("quantity")
    threshold = re.search(
        r"\d[\d,.]*\s?\w{0,8}\s?(?:or more|and (?:more|above|up|over)|upwards?|\+)|(?:from|over|above|≥|>=|at least|more than|for) \d|(?:满|达到?|超过|≥|不少于)\s?\d|(?:件|个|双|条|套|箱|只|支|\d)\s?(?:起|以上|及以上)",
        view.folded,
    )
    if view.says(K.OFFER) and not re.search(r"报价.{0,6}(?:上涨|调整)", view.folded):
        return K.OFFER
    if quantities and threshold and not view.says(K.CONFIRMATION) and not view.of_kind("order"):
        return K.PRICE_BREAK
    if view.says(K.PRICE_CHANGE) and not re.search(
        r"价格?.{0,6}不变|price.{0,12}(?:same|unchanged)", view.folded
    ):
        return K.PRICE_CHANGE
    if prices and view.says(K.PRICE_BREAK) and quantities:
        return K.PRICE_BREAK
    return None


def _is_question(view: _View) -> bool:
    if not view.says(K.QUESTION):
        return False
    text = view.folded.rstrip()
    asks = text.endswith(("?", "？", "吗", "呢", "好吗")) or re.search(
        r"请问|please (?:let (?:us|me) know|advise|tell|inform|clarify|specify|provide|confirm)|let (?:me|us) know|请(?:您)?(?:尽快|帮忙|务必|再)?(?:确认|告知|回复|提供|核对|指示)|麻烦.{0,6}(?:确认|告知|回复|提供)",
        text,
    )
    informs = (
        view.of_kind("date", "duration")
        and any(view.says(k) for k in (K.DELAY, K.SPLIT, K.EARLY, K.SHIPMENT))
        and not text.endswith(("?", "？"))
    )
    return (
        bool(asks) and not informs and not re.search(r"请(?:知悉|留意|查收|谅解)|please note", text)
    )


def _delivery_kind(view: _View, *, has_when: bool, has_quantity: bool, subject: bool) -> EventKind:
    says = view.says
    substance = has_when or has_quantity or subject
    # "has not shipped yet" and "尚未发货" are no shipments
    negated = re.search(
        r"(?:will|to|can|could|should|shall|may|might|would)(?: only| then| all| now)? be (?:ship|dispatch|sent|deliver|hand|load|collect|picked)|not (?:yet )?(?:been )?(?:ship|dispatch|left|sent|deliver)|未(?:能)?(?:发|出|交|到|送)|没(?:有)?(?:发|出货|交|到|送)|还没",
        view.folded,
    )
    if says(K.SPLIT) and (has_quantity or has_when) and not _only_promise_words(view):
        if has_when:
            return K.SPLIT
        undecided = lexicon.NO_DATE.search(view.folded) or says(K.PARTIAL) or says(K.DELAY)
        if undecided and lexicon.REST.search(view.folded):
            return K.NOTHING  # the rest has no date: what comes is told elsewhere
        return K.SPLIT
    if not has_when and _gives_less(view):
        return K.PARTIAL
    if says(K.EARLY) and substance and not re.search(r"不早于|no earlier", view.folded):
        return K.EARLY
    if says(K.PARTIAL) and has_quantity and not (says(K.DELAY) and has_when):
        return K.PARTIAL
    if says(K.SHIPMENT) and not negated and (substance or view.of_kind("tracking", "party")):
        return K.SHIPMENT
    if view.of_kind("tracking"):
        return K.SHIPMENT
    if says(K.DELAY) and (substance or view.old):
        return K.EARLY if _moves_forward(view) else K.DELAY
    if says(K.PARTIAL) and subject:
        return K.PARTIAL
    if says(K.CONFIRMATION) and (substance or re.search(r"order|订单|po", view.folded)):
        return K.CONFIRMATION
    if lexicon.STRONG_CONFIRMATION.search(view.folded) and not has_when:
        return K.CONFIRMATION
    if has_when and (says(K.DELIVERY_DATE) or has_quantity or subject):
        return K.DELIVERY_DATE
    return K.NOTHING


def _gives_less(view: _View) -> bool:
    """ "150 instead of 200": a smaller quantity takes the place of a larger one."""
    old = [view.amount(label) for label in view.old if view.labels[label].kind == "quantity"]
    new = [view.amount(label) for label in view.of_kind("quantity")]
    return bool(old and new) and 0 < max(new) < min(old)


def _moves_forward(view: _View) -> bool:
    """Whether the new date lies before the one it replaces."""
    old = [c.day for label, c in view.labels.items() if c.day and label in view.old]
    new = [c.day for label, c in view.labels.items() if c.day and label not in view.old]
    return bool(old and new) and max(new) < min(old)


def _only_promise_words(view: _View) -> bool:
    """ "the rest of the order is unchanged" speaks of a rest without splitting anything."""
    return bool(lexicon.UNCHANGED.search(view.folded)) and not view.of_kind("date", "duration")


def _roles(view: _View, kind: EventKind) -> dict[Role, list[str]]:
    roles: dict[Role, list[str]] = {"order": view.of_kind("order"), "line": view.of_kind("line")}
    items = _distinct(view, view.of_kind("item"))
    roles["item"] = items
    if kind is K.SUBSTITUTION:
        roles["item"], roles["substitute"] = _substitution(view, items)
    if kind in (K.QUESTION, K.BANK_CHANGE, K.CONTACT_CHANGE):
        return {"order": roles["order"], "line": roles["line"], "item": items}
    if kind is not K.LEAD_TIME_CHANGE and kind is not K.SHUTDOWN:
        roles["quantity"] = view.of_kind("quantity")
        if kind is K.PARTIAL:
            roles["quantity"] = _what_comes(view, roles["quantity"])
    if kind in lexicon.PRICE_ROLE:
        roles["price"] = _prices(view, kind)
    _when(view, kind, roles)
    roles["tracking"] = view.of_kind("tracking")
    if kind in (K.SHIPMENT, K.DELIVERY_DATE, K.DELAY, K.EARLY, K.SPLIT, K.CONFIRMATION, K.PARTIAL):
        roles["party"] = view.of_kind("party")
    return {role: labels for role, labels in roles.items() if labels}


def _distinct(view: _View, items: list[str]) -> list[str]:
    """An item named twice, by name and by code, is one item."""
    found: list[str] = []
    for label in items:
        codes = set(view.labels[label].codes)
        if not any(codes & set(view.labels[other].codes) for other in found):
            found.append(label)
    return found


def _what_comes(view: _View, quantities: list[str]) -> list[str]:
    """Of "200 ordered, only 150 available" the 150."""
    only = [
        label
        for label in quantities
        if re.search(
            r"(?:only|just|most|max\w*|只[能有剩够]?|仅|最多)[^,，。;]{0,16}$",
            view.before(view.labels[label], 24),
        )
        and not any(
            view.labels[other].end <= view.labels[label].start
            and re.search(r"(?:only|just|只|仅|最多)", view.before(view.labels[other], 10))
            for other in quantities
        )
    ]
    return only[:1] or quantities


def _substitution(view: _View, items: list[str]) -> tuple[list[str], list[str]]:
    """ "replace A with B", "B instead of A", "A 用 B 代替": which is the new one."""
    if len(items) == 1 and lexicon.SENDS_INSTEAD.search(view.before(view.labels[items[0]])):
        return [], items
    if len(items) < 2:
        return items, []
    first, second = (view.labels[label] for label in items[:2])
    between = view.folded[first.end - view.clause.start : second.start - view.clause.start]
    if re.search(r"instead of|in place of|rather than|代替|替代|替换(?!为|成)|顶替", between):
        return [items[1]], [items[0]]
    return [items[0]], [items[1]]


def _prices(view: _View, kind: EventKind) -> list[str]:
    found = view.of_kind("price")
    if not found and kind is K.PRICE_CHANGE:
        found = view.of_kind("percent")
    return found


def _when(view: _View, kind: EventKind, roles: dict[Role, list[str]]) -> None:
    dates, durations = view.of_kind("date"), view.of_kind("duration")
    until = [d for d in dates if _is_end(view, view.labels[d], kind)]
    dates = [d for d in dates if d not in until]
    if kind is K.SHUTDOWN:
        if until:
            ends = view.labels[until[0]].start
            dates = [d for d in dates if view.labels[d].start < ends][-1:]
        elif len(dates) >= 2:
            until, dates = [dates[1]], dates[:1]
        roles["date"], roles["until"], roles["duration"] = dates[:1], until[:1], durations[:1]
        return
    if kind is K.INVOICE:
        return
    if until:
        roles["until"] = until[:1]
    if kind is K.SHIPMENT:  # the day it left is no promise
        dates = [d for d in dates if not _JUST_NOW.fullmatch(fold(view.labels[d].text))]
    roles["date"] = _arrival_first(view, dates)
    if durations and (not dates or kind is K.LEAD_TIME_CHANGE or kind is K.OFFER):
        roles["duration"] = durations[:1]


def _is_end(view: _View, c: Candidate, kind: EventKind) -> bool:
    before = view.before(c)
    if re.search(
        r"valid (?:until|till|through|to|up to)\s?(?:the )?$|有效期?(?:至|到|截止|为)?\s?[:]?\s?$|截止(?:到|至)?\s?$",
        before,
    ):
        return True
    return kind is K.SHUTDOWN and bool(
        re.search(r"(?:to|until|till|through|thru|and|-|~|至|到)\s?(?:the )?$", before)
    )


def _arrival_first(view: _View, dates: list[str]) -> list[str]:
    """Of an ETD and an ETA the arrival counts; a date that belongs to an "if" does not."""
    if len(dates) < 2:
        return dates
    named = [d for d in dates if _ETA.search(view.before(view.labels[d], 24))]
    if named:
        return named[:1]
    dates = [d for d in dates if not _ETD.search(view.before(view.labels[d], 24))] or dates
    free = [d for d in dates if not _IF.search(view.before(view.labels[d], 60))]
    dates = free or dates
    arriving = [
        d
        for d in dates
        if _ARRIVING.search(view.before(view.labels[d], 24))
        or _ARRIVES.match(view.after(view.labels[d], 10))
    ]
    return arriving[:1] or dates


_JUST_NOW = re.compile(r"today|yesterday|tonight|今天|昨天|今日|昨日|前天")
_ETA = re.compile(r"(?<![a-z])eta(?![a-z])[^,，;；]{0,16}$")
_ETD = re.compile(r"(?<![a-z])etd(?![a-z])[^,，;；]{0,16}$")
_IF = re.compile(r"(?:(?<![a-z])if(?![a-z])|如果|若)[^,，;；]*$")
_ARRIVING = re.compile(
    r"(?:arriv\w*|deliver\w*|reach\w*|with you|have (?:it|them|the goods)|in your warehouse|到货|到达|到港|送达|抵达|到)[^,，;；]{0,16}$"
)
_ARRIVES = re.compile(r"\s?(?:可|能|才|前|之前|左右|就|内)*\s?(?:eta|到|送达|抵达|交)")


def _distribute(
    view: _View, kind: EventKind, roles: dict[Role, list[str]]
) -> list[dict[Role, tuple[str, ...]]]:
    """One event per part: pair off equally many items, orders, quantities, prices and dates."""
    single = {"order", "line", "item", "quantity", "date", "price"}
    counts = {role: len(labels) for role, labels in roles.items() if role in single}
    several = max(counts.values(), default=1)
    if several <= 1:
        return [{role: tuple(labels) for role, labels in roles.items()}]
    paired = [role for role, count in counts.items() if count == several]
    splitting: list[Role] = [
        role for role in ("order", "item", "line", "quantity", "date", "price") if role in paired
    ]
    if not _belongs_apart(kind, splitting, counts):
        return [{role: tuple(labels[:1]) for role, labels in roles.items()}]
    return [
        {
            role: (labels[number],) if role in splitting else tuple(labels[:1])
            for role, labels in roles.items()
        }
        for number in range(several)
    ]


def _belongs_apart(kind: EventKind, paired: Sequence[Role], counts: dict[Role, int]) -> bool:
    if "order" in paired or "item" in paired or "line" in paired:
        return True
    if kind is K.PRICE_BREAK:
        return "price" in paired and "quantity" in paired
    return kind is K.SPLIT and bool(set(paired) & {"quantity", "date"})
