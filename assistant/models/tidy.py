"""What code knows better than a small model: where a date phrase ends, which term is in the glossary.

Every rule either completes a pointed-at run by the words beside it, drops one that says nothing, or
finds something with a fixed form. No rule adds words that are not in the message.
"""

# ruff: noqa: E501 - one list a row reads better than a wrapped one

from __future__ import annotations

import datetime as dt
import re
import tomllib
from functools import lru_cache
from importlib.resources import files
from typing import Any

from assistant.models.render import Rendered
from tools.errors import ToolError
from tools.values import parse_period

_VAGUE = {"lately", "recently", "now", "right now", "today", "these days", "currently", "at the moment",
          "未来", "接下来", "往后", "the future", "upcoming", "最近", "近期", "现在", "目前", "眼下", "a year", "一年", "per year", "近来", "这阵子"}  # fmt: skip
_BEFORE = re.compile(r"(?:before|until|till|by|since|from|through|after|up to|到|从|至)\s*$", re.I)  # fmt: skip
_AFTER = re.compile(r"^\s*(?:以来|之前|以前|前|之后|以后|内|之内|期间|份|to date|so far)", re.I)
_ORDER = re.compile(r"(?<![A-Za-z0-9_-])(?:PO[- ]?|#)\d[A-Za-z0-9_-]*|(?<![A-Za-z0-9_.-])\d{4,}(?![A-Za-z0-9_.%万千]|\s*(?:pcs|units|个|件))", re.I)  # fmt: skip
_LATIN = re.compile(r"[A-Za-z0-9]")
REACH = 12
"""Characters by which a cut-off date phrase may be longer on either side."""
_NO_ITEM = {"strange", "odd", "weird", "wrong", "unusual", "suspicious", "fishy", "abnormal", "off", "funny",
            "anything", "something", "everything", "nothing", "stuff", "things", "issues", "problems", "anomalies",
            "异常", "奇怪", "不对劲", "问题", "可疑", "东西", "什么", "哪里", "哪些"}  # fmt: skip
"""Words about the question that are never the name of what is asked about."""
_ANY_DAY = dt.date(2026, 6, 15)
_FILLERS = {"and", "what", "about", "how", "for", "the", "then", "ok", "now", "only", "just", "also", "please",
            "in", "at", "from", "with", "'s", "ne", "?", ",", ".", "!", "??", "that", "check", "too",
            "same", "it", "is", "switch", "change", "to", "on", "so", "again"}  # fmt: skip


def only_names(rendered: Rendered) -> bool:
    """Whether a message is nothing but known names with words such as "and" or 呢 around them."""
    words = [word for piece in rendered.pieces for word in piece.text.lower().split()]
    names = [word for word in words if re.fullmatch(r"(item|place|vendor)\d*", word)]
    return bool(names) and all(word in _FILLERS or word in names for word in words)


def tidy(outcome: str, arguments: dict[str, Any], message: str) -> dict[str, Any]:
    """Arguments of `outcome` with their runs completed, dropped or found."""
    tidied = dict(arguments)
    for name in ("period", "horizon"):
        value = tidied.get(name)
        if isinstance(value, str):
            whole = _whole_period(value, message)
            if whole.lower().strip() in _VAGUE:
                del tidied[name]
            else:
                tidied[name] = whole
    if str(tidied.get("item", "")).lower() in _NO_ITEM:
        del tidied["item"]
    if outcome == "purchase_orders" and not tidied.get("order"):
        found = _ORDER.search(message)
        if found and not tidied.get("period"):
            tidied["order"] = found.group()
            tidied.pop("item", None) if tidied.get("item") == found.group() else None
    if outcome == "concept":
        known = _known_term(message)
        if known is not None:
            tidied["term"] = known
    return tidied


def _whole_period(value: str, message: str) -> str:
    """A period with "before", "since" or 以来 beside it, when that is a period too."""
    start = message.find(value)
    if start < 0:
        return value
    end = start + len(value)
    left = _BEFORE.search(message[:start])
    right = _AFTER.search(message[end:])
    first = left.start() if left else start
    last = end + right.end() if right else end
    for a, b in ((first, last), (start, last), (first, end)):
        longer = message[a:b].strip()
        if longer != value and _is_period(longer):
            return longer
    return value if _is_period(value) else _grown(value, start, message)


def _grown(value: str, start: int, message: str) -> str:
    """The shortest run around a cut-off phrase (未来 of 未来四周) that is a period, or the phrase."""
    end = start + len(value)
    firsts = range(max(0, start - REACH), start + 1)
    lasts = range(end, min(len(message), end + REACH) + 1)
    runs = sorted(((a, b) for a in firsts for b in lasts), key=lambda run: run[1] - run[0])
    for a, b in runs:
        if _at_word_edges(message, a, b) and _is_period(longer := message[a:b].strip()):
            return longer
    return value


def _at_word_edges(message: str, first: int, last: int) -> bool:
    """Whether `first:last` cuts no Latin word or number in two."""
    return not any(
        0 < at < len(message) and _LATIN.match(message[at - 1]) and _LATIN.match(message[at])
        for at in (first, last)
    )


def _is_period(text: str) -> bool:
    try:
        parse_period(text, _ANY_DAY)
    except ToolError:
        return False
    return True


@lru_cache
def _glossary_names() -> tuple[str, ...]:
    """Terms and aliases of both languages, longest first."""
    names: set[str] = set()
    for language in ("en", "zh"):
        text = files("prompts").joinpath(f"glossary/{language}.toml").read_text("utf-8")
        for row in tomllib.loads(text).values():
            names |= {row["term"], *row.get("aliases", ())}
    return tuple(sorted((n for n in names if len(n) > 1), key=len, reverse=True))


def _known_term(message: str) -> str | None:
    """The first glossary term in the message (the longest of those that begin there)."""
    found: list[tuple[int, int]] = []
    for name in _glossary_names():
        if name.isascii():
            pattern = rf"(?<![a-z0-9]){re.escape(name.lower())}s?(?![a-z0-9])"
            if match := re.search(pattern, message.lower()):
                found.append((match.start(), match.end()))
        elif (at := message.find(name)) >= 0:
            found.append((at, at + len(name)))
    if not found:
        return None
    start, end = min(found, key=lambda span: (span[0], -span[1]))
    return message[start:end]
