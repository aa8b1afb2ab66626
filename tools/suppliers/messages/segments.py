"""Cutting a message into clauses: about one event each, candidates labelled.

Sentences are cut at their ends (never inside a value), `Label: value` lines and table rows belong
together, and a sentence is cut further where both sides bring their own values ("600 ship next week
and the rest in January").
"""

# ruff: noqa: E501 - one pattern a row reads better than a wrapped one

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from tools.data.catalogue import Catalogue
from tools.suppliers.messages.candidates import Candidate, Clause
from tools.suppliers.messages.cleaning import CleanMessage
from tools.suppliers.messages.finder import CandidateFinder
from tools.suppliers.messages.lexicon import PATTERNS, REST
from tools.suppliers.messages.schema import EventKind
from tools.values import fold

_LABEL = re.compile(
    r"^\s*[-*•]?\s*[A-Za-z\u4e00-\u9fff][A-Za-z\u4e00-\u9fff .#/()&'-]{0,28}\s?[:：]\s*\S.{0,90}$"
)
_BULLET = re.compile(
    r"^\s*(?:[-*•·>]|\d{1,2}[.)、．](?!\d)|\(\d{1,2}\)|[①-⑩]|[一二三四五六七八九十]、)\s*"
)
_END = re.compile(r"[。！？!?；;]+|\.(?=\s|$)|\n")
_ABBREVIATION = re.compile(
    r"(?:\b(?:no|nr|nos|approx|e\.g|i\.e|mr|mrs|ms|dr|co|ltd|inc|qty|pos|est|ref|incl|excl|max|min|pcs|pc|doz|dept|tel|vs|art|st|gmbh|corp|jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec|mon|tue|wed|thu|fri|sat|sun)|\b[A-Za-z])\.$",
    re.IGNORECASE,
)
_SEPARATOR = re.compile(
    r"[，,、]\s*(?:and|but|while|whereas|then|而|但是?|并且?|然后)?\s*|\s(?:and|but|while|whereas)\s(?:then\s)?|\s-{1,2}\s|\s/\s|[（(]|但是|而"
)
_REST = re.compile(
    r"\s*(?:the )?(?:rest|remaining|remainder|balance|other|second|third|last|final|another|其余|剩余|余下|剩下|另|第|后|其他|还有|尾|余)"
)
_GREETING = re.compile(
    r"^\s*(?:(?:dear|hi|hello|hey|good (?:morning|afternoon|day))\b[^,.:]{0,30}[,.:!]?"
    r"|(?:尊敬的|您好|你好|各位|亲爱的)[^，,。:：]{0,14}[,，:：!！。]?)\s*$",
    re.IGNORECASE,
)
MACHINE_TEXT = re.compile(
    r"<\|[a-z_]+\|>|</?(?:tool_call|function_call|system|assistant|instructions?)\b|[{\[]\s*[\"']\w+[\"']\s*:|!\[[^\]]*\]\(|\[/?INST\]|[A-Za-z0-9+/]{40,}={0,2}",
    re.IGNORECASE,
)
"""What programs write and people do not; it is never news of an order."""
_TABLE_ROW = re.compile(r"\S\s*(?:\t|\||  +|;)\s*\S")


def segment(
    message: CleanMessage,
    catalogue: Catalogue,
    today: dt.date,
    vocabulary: Mapping[str, str] | None = None,
) -> list[Clause]:
    """The clauses of the readable parts of `message`, in order; none overlap."""
    finder = CandidateFinder(catalogue, today, vocabulary)
    clauses: list[Clause] = []
    for start, end in message.readable:
        text = message.text[start:end]
        candidates = finder.find(text)
        for first, last in _spans(text, candidates):
            clauses.append(_clause(message.text, start, first, last, candidates))
    return clauses


def _clause(
    whole: str, offset: int, first: int, last: int, candidates: Sequence[Candidate]
) -> Clause:
    inside = tuple(
        replace(c, start=c.start + offset, end=c.end + offset)
        for c in candidates
        if first <= c.start and c.end <= last
    )
    text = whole[first + offset : last + offset]
    return Clause(first + offset, last + offset, text.replace("\n", " "), inside)


def _spans(text: str, candidates: Sequence[Candidate]) -> list[tuple[int, int]]:
    spans: list[tuple[int, int]] = []
    for first, last, kind in _blocks(text):
        if kind == "block":
            spans.append((first, last))
            continue
        for a, b in _sentences(text, first, last, candidates):
            spans += _parts(text, a, b, candidates)
    trimmed = [_trim(text, a, b) for a, b in spans]
    return [
        (a, b)
        for a, b in trimmed
        if b > a and not _GREETING.match(text[a:b]) and not MACHINE_TEXT.search(text[a:b])
    ]


def _trim(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end


def _blocks(text: str) -> list[tuple[int, int, str]]:
    """Paragraphs of prose, blocks of `Label: value` lines, and single rows or bullets."""
    lines: list[tuple[int, int]] = []
    position = 0
    for line in text.splitlines(keepends=True):
        lines.append((position, position + len(line)))
        position += len(line)
    blocks: list[tuple[int, int, str]] = []
    for start, end in lines:
        line = text[start:end]
        if not line.strip():
            blocks.append((start, end, "blank"))
            continue
        kind = _line_kind(line)
        if (blocks and kind == blocks[-1][2] == "block") or (
            blocks and kind == "prose" and blocks[-1][2] == "prose" and _wraps(text, blocks[-1])
        ):
            blocks[-1] = (blocks[-1][0], end, kind)
        else:
            blocks.append((start, end, kind))
    return [b if b[2] != "row" else (b[0], b[1], "block") for b in blocks if b[2] != "blank"]


def _line_kind(line: str) -> str:
    sentence = re.search(r"[。！？!?；]|\.\s+[A-Z]", line.strip()[:-1])
    if _TABLE_ROW.search(line.strip()) and not sentence and re.search(r"\d", line):
        return "row"
    label = re.split(r"[:：]", line, maxsplit=1)[0].strip()
    if (
        _LABEL.match(line.rstrip())
        and not sentence
        and not line.rstrip().endswith((",", "，"))
        and len(label.split()) <= 3
        and (label.isascii() or len(label) <= 8)
        and not re.search(r"[,，。]", line[line.find(label) + len(label) + 1 :].strip())
        and not re.match(
            r"\s*(?:ps|p\.s\.|note|hi|dear|注意?|备注|好消息|更正|另外|补充)", label.lower()
        )
    ):
        return "block"
    return "bullet" if _BULLET.match(line) else "prose"


def _wraps(text: str, block: tuple[int, int, str]) -> bool:
    """Whether the prose before goes on in the next line (a mail program wrapped it)."""
    last = text[block[0] : block[1]].rstrip("\n").rsplit("\n", 1)[-1].rstrip()
    if re.search(r"[.!?。！？:：；;]$", last):
        return False
    wide = sum(2 if "\u2e80" <= c <= "\uffef" else 1 for c in last)
    return wide >= 44


def _sentences(
    text: str, start: int, end: int, candidates: Sequence[Candidate]
) -> list[tuple[int, int]]:
    spans: list[tuple[int, int]] = []
    first = start
    for match in _END.finditer(text, start, end):
        inside = any(c.start <= match.start() < c.end - 1 for c in candidates)
        if inside or (match.group() == "\n"):
            continue
        if match.group() == "." and _ABBREVIATION.search(
            text[max(first, match.start() - 12) : match.end()]
        ):
            after = text[match.end() : match.end() + 2].strip()
            if (
                not after
                or not after[0].isupper()
                or any(c.end == match.start() for c in candidates if c.kind in ("line",))
            ):
                continue
        spans.append((first, match.end()))
        first = match.end()
    if first < end:
        spans.append((first, end))
    return spans


_DECISIVE = (
    EventKind.CANCELLATION, EventKind.PRICE_CHANGE, EventKind.MOQ_CHANGE, EventKind.LEAD_TIME_CHANGE,
    EventKind.PACK_CHANGE, EventKind.SHUTDOWN, EventKind.DELAY, EventKind.EARLY, EventKind.SHIPMENT,
    EventKind.PARTIAL,
)  # fmt: skip


def _parts(
    text: str, start: int, end: int, candidates: Sequence[Candidate]
) -> list[tuple[int, int]]:
    """Cut a sentence where both sides bring values of their own."""
    mine = [c for c in candidates if start <= c.start and c.end <= end]
    if len(mine) < 2:
        return [(start, end)]
    cuts = [
        match
        for match in _SEPARATOR.finditer(text, start, end)
        if not any(c.start < match.end() and match.start() < c.end for c in mine)
    ]
    spans: list[tuple[int, int]] = []
    first = start
    for number, match in enumerate(cuts):
        last = cuts[number + 1].start() if number + 1 < len(cuts) else end
        left = [c for c in mine if first <= c.start and c.end <= match.start()]
        right = [c for c in mine if match.end() <= c.start and c.end <= last]
        whole_right = [c for c in mine if match.end() <= c.start]
        if _separate(
            text[first : match.start()], left, text[match.end() : last], right, whole_right
        ):
            spans.append((first, match.start()))
            first = match.start() if match.group().strip() in ("(", "（") else match.end()
    spans.append((first, end))
    return spans


def _separate(
    left_text: str,
    left: Sequence[Candidate],
    right_text: str,
    right: Sequence[Candidate],
    whole_right: Sequence[Candidate],
) -> bool:
    def count(side: Sequence[Candidate], *kinds: str) -> int:
        return sum(c.kind in kinds for c in side)

    if not left or not whole_right or _OPENS_CONDITION.match(fold(left_text)):
        return False
    when = ("date", "duration")
    if count(left, "party") and count(right, "party") and count(left, "quantity", *when):
        return bool(count(right, "quantity", *when))
    subject = ("quantity", "item", "order", "line", "party")
    opening = fold(right_text)[:16]
    rest = bool(_REST.match(opening) or REST.search(opening))
    if rest and count(left, *subject) and (count(whole_right, *when) or count(right, "quantity")):
        return bool(count(left, *when, "quantity"))
    if count(left, *subject) and count(left, *when) and count(right, *subject):
        if count(right, *when):
            return True
        # "…5 Dec, 200 pcs …7 Dec": the date of the right part may stand after its own comma
        return (
            bool(count(whole_right, *when))
            and count(right, "quantity", "order", "item") > 0
            and (not _unchanged(right_text))
        )
    if (
        count(left, "price")
        and count(left, "quantity")
        and count(right, "quantity")
        and count(whole_right, "price")
    ):
        return True
    return _different_news(left_text, left, right_text, right)


_OPENS_CONDITION = re.compile(r"\s*(?:if|once|provided|as soon as|when|unless|如果|若|一旦|只要)")


def _unchanged(text: str) -> bool:
    return bool(re.search(r"same|unchanged|不变|没变|照旧", fold(text)))


def _different_news(
    left_text: str, left: Sequence[Candidate], right_text: str, right: Sequence[Candidate]
) -> bool:
    """Both sides hold values and name different decisive kinds ("price rises to 3, MOQ is 500")."""
    if not left or not right:
        return False
    a = {k for k in _DECISIVE if PATTERNS[k].search(fold(left_text))}
    b = {k for k in _DECISIVE if PATTERNS[k].search(fold(right_text))}
    values = ("quantity", "price", "percent", "duration", "date")
    return (
        bool(a and b and not a & b)
        and any(c.kind in values for c in left)
        and any(c.kind in values for c in right)
    )
