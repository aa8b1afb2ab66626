"""No numeral reaches a planner unless a fact of the turn holds it.

A model writes sentences with slots; whatever else in them reads as a number - digits in any script,
spelled-out English numbers, Chinese numerals - must equal the words of a fact, or the sentence is
refused. Idioms that only look like numbers ("一下", "no one") are known.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

_DIGITS = re.compile(r"\d+(?:[.,:/\-\u2009\u00a0]\d+)*\s?%?")
_ENGLISH = re.compile(
    r"\b(?:zero|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|"
    r"fifteen|sixteen|seventeen|eighteen|nineteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|"
    r"ninety|hundreds?|thousands?|millions?|billions?|dozens?|half|halves|third|thirds|quarters?|"
    r"twice|thrice|doubled?|doubles|tripled?|triples|halved|one (?:day|week|month|year|unit|piece|"
    r"order|item|hundred|thousand|million|dozen))\b",
    re.IGNORECASE,
)
_CHINESE = re.compile(
    r"[零〇一二三四五六七八九十百千万亿两廿卅壹贰叁肆伍陆柒捌玖拾佰仟萬半]+"
    r"(?:点[零一二三四五六七八九]+)?[成倍]?"
)
_CHINESE_IDIOMS = re.compile(
    "一下|一些|一起|一样|一直|一般|一旦|一定|一共|一致|一律|一方面|进一步|下一步|统一|唯一|之一|万一|十分|"
    "一并|一经|一来|任一|同一|逐一|单一|第一|一次性|星期[一二三四五六日天]|周[一二三四五六]|千万别|百分比|"
    "百分点|百分数|四舍五入|半成品|一点|一周内|三方|双十一|每一|某一|哪一|这一|那一|另一|一个|一种|一项|"
    "一条|一批|一张|一旁|五金|百货|万能|千克|七夕|八宝"
)


@dataclass(frozen=True, slots=True)
class Verdict:
    """Numerals that no fact holds; empty means the text may be shown."""

    unsupported: Sequence[str]

    @property
    def supported(self) -> bool:
        return not self.unsupported


def numerals(text: str) -> list[str]:
    """Every piece of `text` that reads as a number, in order of kind."""
    text = unicodedata.normalize("NFKC", text)
    without_idioms = _CHINESE_IDIOMS.sub("\u25a1", text)
    found = [match.group().strip() for match in _DIGITS.finditer(text)]
    found += [match.group() for match in _ENGLISH.finditer(text)]
    found += [match.group() for match in _CHINESE.finditer(without_idioms)]
    return found


def verify(text: str, allowed: Iterable[str]) -> Verdict:
    """Check what a model wrote outside its slots.

    Args:
        text: the sentence with slots taken out.
        allowed: words that may stand as they are: rendered facts of this turn, and names and codes
            of what the turn is about (a name may hold digits, as "bottle 500 ml" does).
    """
    text = unicodedata.normalize("NFKC", text)
    for words in sorted({unicodedata.normalize("NFKC", w) for w in allowed}, key=len, reverse=True):
        if words and numerals(words):
            text = _without(text, words)
    return Verdict(numerals(text))


def _without(text: str, words: str) -> str:
    """`text` without whole occurrences of `words`; "12" is no part of "120" or "3.12"."""
    pattern = rf"(?<![\d.,]){re.escape(words)}(?![\d%]|[.,]\d)"
    return re.sub(pattern, " \u25a1 ", text)
