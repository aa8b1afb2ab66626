"""Relative changes as a factor: `20 % more` is 1.2, `少三成` is 0.7, `doubles` is 2."""

from __future__ import annotations

import re

from tools.errors import InvalidInput
from tools.values.folding import fold
from tools.values.fractions import find_fraction
from tools.values.numbers import NUMBER_PATTERN, find_numbers

_FIXED: list[tuple[str, float]] = [
    (r"翻两番", 4.0),
    (r"quadrupl|fourfold", 4.0),
    (r"tripl|threefold|three times|翻三倍", 3.0),
    (r"doubl|twofold|twice|翻倍|翻番|翻一番|加倍|翻了一番|翻了一倍|增加一倍|多一倍|涨一倍", 2.0),
    (r"halv|cut in half|drops? by half|falls? by half|half as (?:much|many)|减半|腰斩|砍半", 0.5),
    (r"no change|unchanged|the same|stays? flat|不变|持平|没有变化", 1.0),
]
_UP = re.compile(
    r"more|higher|increas|ris|rose|up(?![a-z])|grow|grew|gain|jump|surge|extra|above|add|plus|\+|"
    r"多|增|涨|上升|提高|升|加|上浮|高"
)
_DOWN = re.compile(
    r"less|fewer|lower|decreas|fall|fell|drop|down|reduc|declin|shrink|below|minus|cut|off|worse|"
    r"(?<![\w])-\s?\d|少|减|降|跌|下滑|下降|下调|下浮|缩|低"
)
_TO = re.compile(
    r"(?:to|at|of)\s(?:about\s|around\s)?(?=\d)|(?:到|至|为|只有|仅有|剩)(?:原来的|平时的|正常的)?(?=[\d一二三四五六七八九百])"
)
_TIMES = re.compile(rf"(?P<factor>{NUMBER_PATTERN})\s?(?:times|x(?![a-z])|倍)")
_DISCOUNT = re.compile(
    r"打?(?P<tenths>[一二三四五六七八九])(?P<hundredths>[一二三四五六七八九])?折"
)


def parse_change(text: str) -> float:
    """Factor by which something changes.

    `by 20 %` without a direction is an increase; `to 80 %` and `八成` alone name the new level.

    Raises:
        InvalidInput: no change is named, or the result would be negative.
    """
    folded = fold(text)
    for pattern, factor in _FIXED:
        if re.search(pattern, folded):
            return factor
    if discount := _DISCOUNT.search(folded):
        tenths = float(next(find_numbers(discount["tenths"])).value)
        hundredths = discount["hundredths"]
        return round(
            tenths / 10 + (float(next(find_numbers(hundredths)).value) if hundredths else 0) / 100,
            4,
        )
    if times := _TIMES.search(folded):
        factor = float(next(find_numbers(times["factor"])).value)
        grows_by = re.search(r"(?:增加|增长|多|涨|提高)了?$", folded[: times.start()])
        return factor + 1 if grows_by else factor
    return _from_share(text, folded)


def _from_share(text: str, folded: str) -> float:
    found = find_fraction(folded)
    up, down = _UP.search(folded), _DOWN.search(folded)
    if found is None:
        numbers = list(find_numbers(folded))
        if len(numbers) != 1 or not (up or down):
            raise _refuse(text)
        share, start = float(numbers[0].value) / 100, numbers[0].start
    else:
        start, _, share = found
    level = _TO.search(folded[: start + 1]) and not re.search(r"[成半]", folded[start : start + 3])
    if level or re.search(r"(?:到|至|为|只有|剩)(?:原来的|平时的)?$", folded[:start]):
        factor = share
    elif down and (not up or down.start() < up.start() or "off" in folded):
        factor = 1 - share
    elif not up and re.search(r"half|[成半]", folded):
        factor = share  # "half of it", "八成": the new level, not an increase
    else:
        factor = 1 + share
    if factor < 0:
        raise _refuse(text)
    return round(factor, 10)


def _refuse(text: str) -> InvalidInput:
    return InvalidInput(
        f"“{text[:80]}” should name a change, such as “20 % more”, “half” or “doubles”.",
        f"“{text[:80]}”应该是一个变化幅度，例如“多两成”或“翻倍”。",
    )
