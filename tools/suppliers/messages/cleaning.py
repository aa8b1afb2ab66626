"""A message as it was sent -> the text to read, every character knowing where it came from.

Characters that only deceive (zero width, direction marks, Unicode tags, look-alike letters) are
dropped or replaced; quoted history, signatures and disclaimers are marked and not read. Offsets
lead back to the original, so that the page can highlight the sender's own words.
"""

# ruff: noqa: E501 - one pattern a row reads better than a wrapped one

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Literal

from tools.text import Language

PartKind = Literal["subject", "body", "quoted", "signature", "disclaimer"]


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch `start:end` of the clean text."""

    kind: PartKind
    start: int
    end: int


@dataclass(frozen=True)
class CleanMessage:
    """`text[i]` stands at `original[offsets[i]]`; only subject and body parts are read."""

    original: str
    text: str
    offsets: tuple[int, ...]
    parts: tuple[Part, ...]
    language: Language
    removed: int = 0
    """Deceptive characters that were dropped or replaced."""

    @property
    def readable(self) -> tuple[tuple[int, int], ...]:
        return tuple((p.start, p.end) for p in self.parts if p.kind in ("subject", "body"))

    @property
    def body(self) -> str:
        return "\n".join(self.text[p.start : p.end] for p in self.parts if p.kind == "body")

    def original_span(self, start: int, end: int) -> tuple[int, int]:
        """Where `text[start:end]` stands in the original."""
        if not 0 <= start < end <= len(self.text):
            raise ValueError(f"the span {start}:{end} lies outside the message")
        return self.offsets[start], self.offsets[end - 1] + 1


_DROPPED_CATEGORIES = {"Cf", "Co", "Cs", "Cn"}
_LOOKALIKES = dict(
    zip(
        "АВЕЅІЈКМНОРСТУХаеорсухіјѕԁһԛԝΑΒΕΖΗΙΚΜΝΟΡΤΥΧο",
        "ABESIJKMHOPCTYXaeopcyxijsdhqwABEZHIKMNOPTYXo",
        strict=True,
    )
)
_LATIN_OR_DIGIT = re.compile(r"[A-Za-z0-9]")
_WORD = re.compile(r"[^\W_]+(?:[-./][^\W_]+)*")


def normalise(original: str) -> tuple[str, list[int], int]:
    """Clean characters, the offset of each in `original`, and how many deceived."""
    characters: list[str] = []
    offsets: list[int] = []
    removed = 0
    for position, character in enumerate(original):
        if character == "\r":
            if original[position + 1 : position + 2] == "\n":
                continue
            written = "\n"
        elif character in "\n\t":
            written = character
        elif (
            unicodedata.category(character) in _DROPPED_CATEGORIES
            or (character < " " or "\x7f" <= character <= "\x9f")
            or "\ufe00" <= character <= "\ufe0f"
            or "\U000e0100" <= character <= "\U000e01ef"
        ):
            removed += 1
            continue
        else:
            written = _compatible(character)
        characters += written
        offsets += [position] * len(written)
    text, replaced = _replace_lookalikes("".join(characters))
    return text, offsets, removed + replaced


def _compatible(character: str) -> str:
    """NFKC for ligatures, circled and superscript signs; full-width stays (values fold it)."""
    if character < "\u00a0" or "\u2e80" <= character <= "\uffef":
        return character
    if character in "²³¹":
        return character
    folded = unicodedata.normalize("NFKC", character)
    return folded if folded and len(folded) <= 4 else character


def _replace_lookalikes(text: str) -> tuple[str, int]:
    """Cyrillic and Greek letters inside Latin words or codes become the Latin ones they imitate."""
    replaced = 0

    def latin(match: re.Match[str]) -> str:
        nonlocal replaced
        word = match.group()
        strange = [c for c in word if c in _LOOKALIKES]
        others = [c for c in word if c not in _LOOKALIKES]
        if strange and others and all(c.isascii() for c in others):
            replaced += len(strange)
            return "".join(_LOOKALIKES.get(c, c) for c in word)
        return word

    return _WORD.sub(latin, text), replaced


_ORIGINAL_MESSAGE = re.compile(
    r"^\s*(?:-{2,}|_{5,}|={5,}|>*\s*-{2,})\s*(?:original message|forwarded message|original appointment|"
    r"原始邮件|原邮件|转发的邮件|转发邮件|以下为原邮件|以下是原始邮件|回复的原邮件)?\s*-*\s*$|"
    r"^\s*-*\s*(?:original message|原始邮件)\s*-*\s*:?\s*$",
    re.IGNORECASE,
)
_WROTE = re.compile(
    r"^\s*(?:>*\s*)?(?:on\b.{4,120}\bwrote\s*:|.{0,80}(?:写道|wrote)\s*[:：]\s*$|"
    r"在.{2,80}写道\s*[:：]|am\b.{4,80}schrieb.*:)\s*$",
    re.IGNORECASE,
)
_HEADER = re.compile(
    r"^\s*\*?(?:from|sent|to|cc|subject|date|发件人|收件人|发送时间|时间|日期|抄送|主题)\s*\*?\s*[:：]",
    re.IGNORECASE,
)
_FROM = re.compile(r"^\s*\*?(?:from|发件人)\s*\*?\s*[:：]", re.IGNORECASE)
_CLOSING = re.compile(
    r"^\s*(?:--\s*|(?:with\s+)?(?:kind|best|warm|many)\s+(?:regards|wishes|thanks)|regards|best|"
    r"rgds|brgds|br|thanks(?:\s*(?:and|&)\s*regards)?|many thanks|thank you|cheers|sincerely(?: yours)?|"
    r"yours (?:sincerely|faithfully|truly)|此致|敬礼|顺祝商祺|顺颂商祺|祝商祺|祝好|谢谢|多谢|"
    r"此致敬礼|祝工作顺利|致礼|以上|sent from my .{3,40}|发自我的.{1,20})\s*[,，!！.。~]*\s*$",
    re.IGNORECASE,
)
_POSTSCRIPT = re.compile(r"^\s*(?:p\.?\s?s\.?\b|又及|另外|补充|附言|备注)", re.IGNORECASE)
_DISCLAIMER = re.compile(
    r"confidential|intended (?:solely |only |exclusively )?for|privileged|if you (?:are not|have received)|"
    r"virus|think before (?:you )?print|本邮件|误收|保密|未经授权|仅供收件人",
    re.IGNORECASE,
)
MAX_SIGNATURE_LINES = 12


def clean(subject: str, body: str) -> CleanMessage:
    """Clean a message; the original is the subject, a blank line, and the body.

    The newest part of a thread is read. When nothing but quoted text was sent (a bare forward), the
    quoted text is the message.
    """
    original = f"{subject.strip()}\n\n{body}" if subject.strip() else body
    text, offsets, removed = normalise(original)
    boundary = len(subject.strip())
    body_start = next((i for i, o in enumerate(offsets) if o >= boundary), len(text))
    parts = [Part("subject", 0, body_start)] if subject.strip() and body_start else []
    parts += _body_parts(text, body_start)
    readable = "".join(text[p.start : p.end] for p in parts if p.kind == "body")
    return CleanMessage(
        original,
        text,
        tuple(offsets),
        tuple(parts),
        detect_language(readable or text),
        removed,
    )


def _lines(text: str, start: int) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    position = start
    for line in text[start:].splitlines(keepends=True):
        found.append((position, position + len(line)))
        position += len(line)
    return found


def _body_parts(text: str, start: int) -> list[Part]:
    lines = _lines(text, start)
    kinds: list[PartKind] = _thread_kinds(text, lines)
    if all(k == "quoted" or not text[a:b].strip() for (a, b), k in zip(lines, kinds, strict=True)):
        kinds = [
            "quoted" if _HEADER.match(text[a:b]) or _ORIGINAL_MESSAGE.match(text[a:b]) else "body"
            for a, b in lines
        ]
    _mark_signature(text, lines, kinds)
    parts: list[Part] = []
    for (first, last), kind in zip(lines, kinds, strict=True):
        if parts and parts[-1].kind == kind:
            parts[-1] = Part(kind, parts[-1].start, last)
        else:
            parts.append(Part(kind, first, last))
    return parts


def _thread_kinds(text: str, lines: list[tuple[int, int]]) -> list[PartKind]:
    kinds: list[PartKind] = []
    quoted_to_end = False
    for number, (first, last) in enumerate(lines):
        line = text[first:last]
        following = [text[a:b] for a, b in lines[number + 1 : number + 5]]
        if not quoted_to_end and _starts_history(line, following, number, len(lines)):
            next_line = next((f for f in following if f.strip()), "")
            # "On … wrote:" above ">" lines: only those are quoted, a reply may stand below them
            quoted_to_end = not next_line.lstrip().startswith(">")
            kinds.append("quoted")
        elif quoted_to_end or re.match(r"\s*[>＞|]\s?", line):
            kinds.append("quoted")
        else:
            kinds.append("body")
    return kinds


def _starts_history(line: str, following: list[str], number: int, count: int) -> bool:
    if _WROTE.match(line):
        return True
    if _ORIGINAL_MESSAGE.match(line):
        headers = any(_HEADER.match(f) for f in following[:2])
        named = bool(re.search(r"[a-z\u4e00-\u9fff]", line, re.IGNORECASE))
        return named or headers
    # a header block of at least two lines that begins with From:
    return bool(_FROM.match(line)) and sum(bool(_HEADER.match(f)) for f in following[:3]) >= 1


def _mark_signature(text: str, lines: list[tuple[int, int]], kinds: list[PartKind]) -> None:
    body = [n for n, kind in enumerate(kinds) if kind == "body"]
    for n in body:
        if _DISCLAIMER.search(text[slice(*lines[n])]) and n >= body[-1] - 6 and n > body[0]:
            kinds[n] = "disclaimer"
    body = [n for n, kind in enumerate(kinds) if kind == "body" and text[slice(*lines[n])].strip()]
    for place, n in enumerate(body):
        if _CLOSING.match(text[slice(*lines[n])]) and place > 0:
            tail = body[place:]
            if len(tail) > MAX_SIGNATURE_LINES:
                continue
            for m in tail:
                if _POSTSCRIPT.match(text[slice(*lines[m])]):
                    return
                kinds[m] = "signature"
            return


_HAN = re.compile(r"[\u3400-\u9fff]")
_LATIN_WORD = re.compile(r"[A-Za-z]{2,}")


def detect_language(text: str) -> Language:
    """Chinese when Han characters outweigh Latin words (a Chinese word is about two characters)."""
    return "zh" if len(_HAN.findall(text)) > 1.2 * len(_LATIN_WORD.findall(text)) else "en"
