"""Lengths of time in whole days: `3 weeks`, `半个月`, `10个工作日`, `48 hours`.

A month counts 30 days, a year 365; working days are turned into calendar days at five a week. A
range keeps both ends, and a planner who must not run short counts on the longer one.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass

from tools.errors import InvalidInput
from tools.values.folding import fold
from tools.values.numbers import NUMBER_PATTERN, find_numbers

_UNITS: list[tuple[str, float]] = [
    (r"(?:working|business|work)[\s-]?days?|个?工作日|个?工作天", 7 / 5),
    (r"calendar\sdays?|days?|个?自然日|天|日(?!元|圆)|d(?![a-z])", 1),
    (r"weeks?|wks?|w(?![a-z])|个?(?:星期|礼拜)|周", 7),
    (r"fortnights?", 14),
    (r"months?|mths?|个?月(?!底|初|中|份|末)", 30),
    (r"quarters?|个?季度?", 91),
    (r"years?|yrs?|年(?!底|初|末)", 365),
    (r"hours?|hrs?|h(?![a-z])|个?小时|个?钟头", 1 / 24),
]
_UNIT = "|".join(f"(?P<u{i}>{pattern})" for i, (pattern, _) in enumerate(_UNITS))
_ARTICLE = r"(?:(?<![a-z])(?:half\san?|an?\shalf|an?|a\scouple(?:\sof)?|a\sfew)(?=[\s-])|半)"
_DURATION = re.compile(
    rf"(?<![\d./-])(?:(?P<low>{NUMBER_PATTERN})\s?(?:-|~|to|or|到|至|或)\s?)?"
    rf"(?P<number>{NUMBER_PATTERN}|{_ARTICLE})\s?-?(?:more\s|full\s|further\s|additional\s|extra\s|多)?"
    rf"(?P<half_before>个?半(?=个?(?:月|星期|小时|年)))?(?P<and_half>\sand\sa\shalf)?\s?"
    rf"(?:{_UNIT})(?P<half_after>半|\sand\sa\shalf)?(?![a-z])"
)
_EARLIER = re.compile(
    r"earl(?:y|ier)|sooner|ahead|before|in advance|faster|quicker|提前|提早|早|快"
)


@dataclass(frozen=True, slots=True)
class DurationMatch:
    """A duration at `text[start:end]`: between `low` and `days` calendar days."""

    start: int
    end: int
    days: int
    low: int


def find_durations(text: str) -> Iterator[DurationMatch]:
    """Every duration in `text`, left to right."""
    for match in _DURATION.finditer(fold(text)):
        factor = next(f for i, (_, f) in enumerate(_UNITS) if match[f"u{i}"])
        high = _number(match["number"])
        if match["half_before"] or match["half_after"] or match["and_half"]:
            high += 0.5
        low = _number(match["low"]) if match["low"] else high
        days = [min(math.ceil(n * factor - 1e-9), 36500) for n in (low, high)]
        yield DurationMatch(match.start(), match.end(), max(days), min(days))


def _number(text: str) -> float:
    if "half" in text or text == "半":
        return 0.5
    if "couple" in text:
        return 2
    if "few" in text:
        return 3
    if text in ("a", "an"):
        return 1
    return float(next(find_numbers(text)).value)


def parse_duration(text: str) -> int:
    """`3 weeks` -> 21, `半个月` -> 15, `10个工作日` -> 14, `3-5 days` -> 5.

    Raises:
        InvalidInput: no duration is named, or several.
    """
    found = list(find_durations(text))
    if not found:
        raise InvalidInput(
            f"“{text[:80]}” should name a length of time, such as “3 weeks” or “10 days”.",
            f"“{text[:80]}”应该是一段时间，例如“三周”或“10天”。",
        )
    if len(found) > 1:
        raise InvalidInput(
            f"“{text[:80]}” names {len(found)} lengths of time; name one.",
            f"“{text[:80]}”里有 {len(found)} 段时间，请只写一段。",
        )
    return found[0].days


def parse_delay(text: str) -> int:
    """Days by which something is later; negative when it is earlier (`提前三天` -> -3)."""
    days = parse_duration(text)
    return -days if _EARLIER.search(fold(text)) else days
