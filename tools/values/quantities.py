"""Quantities of goods: a number and the unit it was written with, dozens worked out.

A unit says how something is counted, not what it is, so `三百双` is 300 `pair` and `2 dozen` is 24
`pcs`. Containers (cartons, pallets) stay what they are: only the supply terms know how many pieces
one holds.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from tools.errors import InvalidInput
from tools.values.folding import fold
from tools.values.numbers import NUMBER_PATTERN, find_numbers

PIECES = "pcs"
CONTAINERS = frozenset({"carton", "pallet", "bag", "container", "roll", "bottle"})

_UNIT_WORDS: dict[str, str] = {
    "pcs": "pcs pc pcs. pieces piece units unit items item ea each nos u. "
    "件 个 只 条 支 把 顶 枚 张 块 台 片 颗 份 本 单位 副 枝 根 粒",
    "pair": "pairs pair prs 双 对",
    "set": "sets set kits kit 套 组",
    "carton": "cartons carton ctns ctn boxes box cases case cs packs pack pkt packets "
    "箱 盒 纸箱 包",
    "pallet": "pallets pallet plt skids 托 托盘 板",
    "bag": "bags bag sacks 袋",
    "container": "containers container 货柜 柜 集装箱",
    "roll": "rolls roll 卷",
    "bottle": "bottles bottle 瓶",
    "kg": "kg kgs kilograms kilogram kilos kilo 公斤 千克",
    "t": "tonnes tonne tons ton mt 吨",
    "g": "grams gram g 克",
    "l": "litres liters litre liter l 升",
    "m": "metres meters metre meter m 米",
}
UNITS = {word: unit for unit, words in _UNIT_WORDS.items() for word in words.split()}
_DOZENS = {"dozens": 12, "dozen": 12, "doz": 12, "dz": 12, "打": 12, "gross": 144, "罗": 144}


def _alternatives(words: dict[str, str] | dict[str, int]) -> str:
    ordered = sorted(words, key=len, reverse=True)
    latin = "|".join(re.escape(w) for w in ordered if w.isascii())
    chinese = "|".join(w for w in ordered if not w.isascii())
    return rf"(?:(?:{latin})(?![a-z])|{chinese})"


UNIT_PATTERN = _alternatives(UNITS)
_QUANTITY = re.compile(
    rf"(?<!\d)(?<!\d[.,])(?P<number>{NUMBER_PATTERN}|(?<![a-z])(?:a|half\sa|半)(?=\s?(?:{_alternatives(_DOZENS)})))"
    rf"(?:\s?(?P<dozen>{_alternatives(_DOZENS)})(?:\sof(?![a-z]))?)?"
    rf"(?:\s?-?(?P<unit>{UNIT_PATTERN}))?"
)


@dataclass(frozen=True, slots=True)
class Quantity:
    """`value` in `unit`: `pcs`, `pair`, `set`, `carton`, `kg` … or empty when none was written."""

    value: float
    unit: str


@dataclass(frozen=True, slots=True)
class QuantityMatch:
    """A quantity at `text[start:end]`; `readings` has the likelier one first."""

    start: int
    end: int
    readings: tuple[Quantity, ...]

    @property
    def value(self) -> Quantity:
        return self.readings[0]


def find_quantities(text: str) -> Iterator[QuantityMatch]:
    """Every number with the unit written beside it; a bare number has the unit ``""``."""
    for match in _QUANTITY.finditer(fold(text)):
        yield QuantityMatch(match.start(), match.end(), _read(match))


def _read(match: re.Match[str]) -> tuple[Quantity, ...]:
    written = match["number"]
    if written in ("a",):
        numbers: tuple[Decimal, ...] = (Decimal(1),)
    elif written in ("half a", "半"):
        numbers = (Decimal("0.5"),)
    else:
        numbers = next(find_numbers(written)).readings
    unit = UNITS.get(match["unit"] or "", "")
    if dozen := match["dozen"]:
        numbers = tuple(n * _DOZENS[dozen] for n in numbers)
        unit = unit or PIECES
    if unit in ("kg", "t", "g", "l", "m") and len(numbers) > 1:
        numbers = numbers[::-1] if "." in written else numbers
    return tuple(Quantity(float(n), unit) for n in numbers)


def parse_quantity(text: str) -> Quantity:
    """`三百双` -> 300 pair, `2 dozen` -> 24 pcs, `1.2万` -> 12000.

    Raises:
        InvalidInput: no number, several numbers, or a negative one.
    """
    folded = fold(text)
    found = list(find_quantities(folded))
    if len(found) != 1 or re.search(r"-\s?\d", folded[: found[0].end]):
        raise InvalidInput(
            f"“{text[:80]}” should name one quantity, such as “600” or “2 dozen”.",
            f"“{text[:80]}”里应该有一个数量，例如“600”或“两打”。",
        )
    return found[0].value
