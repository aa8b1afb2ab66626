"""One spelling of characters before values are read, without moving any of them.

Every character maps to exactly one character (full-width to half-width, traditional to simplified,
upper to lower case, typographic signs to ASCII), so a span in the folded text is the same span in
the original. Anything that changes the length belongs in `tools.suppliers.messages.cleaning`.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache

from opencc import OpenCC

_SIGNS = {
    **dict.fromkeys("‐‑‒–—−﹣", "-"),
    **dict.fromkeys("’‘ʼ´`", "'"),
    **dict.fromkeys("“”„«»", '"'),
    **dict.fromkeys("\u00a0\u2007\u202f\u2009\u2002\u2003\u3000\t", " "),
    "。": "。",
    "，": "，",  # a list of quantities must not fold into one with thousands separators
    "￥": "¥",
    "〜": "~",
    "～": "~",
    "×": "x",
}
_CAPITAL_NUMERALS = dict(zip("壹贰叁肆伍陆柒捌玖拾佰仟", "一二三四五六七八九十百千", strict=True))


@lru_cache(maxsize=1)
def _simplifier() -> OpenCC:
    return OpenCC("t2s")


@lru_cache(maxsize=20_000)
def _fold_character(character: str) -> str:
    if character < "\x80":
        return " " if character == "\t" else character.lower()
    folded = _SIGNS.get(character)
    if folded is None:
        folded = unicodedata.normalize("NFKC", character)
        if len(folded) != 1:
            return character
        if "\u2e80" <= folded <= "\u9fff":
            folded = _simplifier().convert(folded)
            folded = _CAPITAL_NUMERALS.get(folded, folded)
        else:
            folded = folded.lower()
    return folded if len(folded) == 1 else character


def fold(text: str) -> str:
    """`text` in one spelling; the result has the same length, character by character."""
    return "".join(map(_fold_character, text))
