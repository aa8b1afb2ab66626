"""Figures read as a planner would say them, in both languages."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import settings as unhurried
from hypothesis import strategies as st

from assistant.presentation.format import fact_text, money_text, number_text, value_text
from tools.facts import Fact


@pytest.mark.parametrize(
    ("value", "unit", "english", "chinese"),
    [
        (1240, "pcs", "1,240 pcs", "1,240 件"),
        (1, "pcs", "1 pc", "1 件"),
        (0, "pcs", "0 pcs", "0 件"),
        (12.53, "pcs", "12.5 pcs", "12.5 件"),
        (310.4, "pairs", "310 pairs", "310 双"),
        (0.254, "pcs/day", "0.25 pcs per day", "每天 0.25 件"),
        (3, "days", "3 days", "3 天"),
        (1.0, "days", "1 day", "1 天"),
        (0.98, "%", "98%", "98%"),
        (0.9835, "%", "98.4%", "98.4%"),
        (Decimal("12.5"), "CNY", "CN¥12.50", "12.50 元"),
        (Decimal("18240.33"), "USD", "$18,240", "18,240 美元"),
        (-45.5, "EUR", "-€45.50", "-45.50 欧元"),
        (5000, "CHF", "CHF 5,000", "5,000 CHF"),
        (Decimal("0.0125"), "USD", "$0.0125", "0.0125 美元"),
        (dt.date(2026, 12, 3), "date", "3 Dec 2026", "2026年12月3日"),
        ("2026-12-03", "date", "3 Dec 2026", "2026年12月3日"),
        ("PO-10412", "", "PO-10412", "PO-10412"),
        (True, "", "yes", "是"),
        (float("nan"), "pcs", "unknown", "未知"),
        (7, "crates", "7 crates", "7 crates"),
    ],
)
def test_values_in_both_languages(value: object, unit: str, english: str, chinese: str) -> None:
    fact = Fact("x", value, unit)  # type: ignore[arg-type]
    assert (fact_text(fact, "en"), fact_text(fact, "zh")) == (english, chinese)


def test_approved_amounts_are_exact() -> None:
    assert money_text(Decimal("18240.30"), "USD", "en", exact=True) == "$18,240.30"
    assert money_text(Decimal("13.125"), "USD", "en", exact=True) == "$13.125"
    assert value_text(1234.5, "kg", "en", exact=True) == "1,234.5 kg"


@unhurried(deadline=None)
@given(st.floats(-1e9, 1e9))
def test_numbers_are_rounded_never_changed(value: float) -> None:
    text = number_text(value)
    assert re.fullmatch(r"-?\d{1,3}(,\d{3})*(\.\d{1,2})?", text)
    step = 0.5 if abs(value) >= 100 else 0.05 if abs(value) >= 1 else 0.005
    assert abs(float(text.replace(",", "")) - value) <= step + 1e-6


@unhurried(deadline=None)
@given(st.decimals(0, 10**9, places=4))
def test_exact_money_loses_nothing(amount: Decimal) -> None:
    text = money_text(amount, "USD", "en", exact=True)
    assert Decimal(text.removeprefix("$").replace(",", "")) == amount
