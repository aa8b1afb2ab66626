"""Reading the values of a proposal's payload: one clear sentence for each that cannot be used."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from tools.errors import InvalidInput

_MISSING_EN = "The proposal has no {name}; propose it again."
_MISSING_ZH = "提议缺少 {name}，请重新提出。"


def required(values: Mapping[str, Any], name: str) -> Any:
    """The value under `name`; absent and null are refused."""
    value = values.get(name)
    if value is None:
        raise InvalidInput(_MISSING_EN.format(name=name), _MISSING_ZH.format(name=name))
    return value


def quantity_of(values: Mapping[str, Any], name: str = "quantity", *, least: float = 0.0) -> float:
    """A finite number of at least `least` (above zero when `least` is 0)."""
    value = required(values, name)
    try:
        number = float(value)
    except (TypeError, ValueError):
        number = math.nan
    if not math.isfinite(number) or number < least or (least == 0.0 and number <= 0.0):
        raise InvalidInput(
            f"{value!r} is no usable {name}; give a positive number.",
            f"{value!r} 不能作为数量（{name}），请给出一个正数。",
        )
    return number


def day_of(values: Mapping[str, Any], name: str) -> dt.date:
    """An ISO day."""
    value = required(values, name)
    try:
        return dt.date.fromisoformat(str(value))
    except ValueError:
        raise InvalidInput(
            f"{value!r} is no day for {name}; write it as 2026-12-03.",
            f"{value!r} 不是有效日期（{name}），请写成 2026-12-03 的形式。",
        ) from None


def money_of(values: Mapping[str, Any], name: str = "unit_cost") -> Decimal:
    """A non-negative amount, kept to four decimals as the records do."""
    value = required(values, name)
    try:
        amount = Decimal(str(value))
    except InvalidOperation:
        amount = Decimal("NaN")
    if not amount.is_finite() or amount < 0:
        raise InvalidInput(
            f"{value!r} is no usable {name}; give an amount that is not negative.",
            f"{value!r} 不能作为金额（{name}），请给出不为负的数。",
        )
    return amount.quantize(Decimal("0.0001"))
