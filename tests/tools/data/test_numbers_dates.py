"""Reading numbers and dates: what is written comes back, and nothing ambiguous is guessed."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.data.imports.dates import EARLIEST, LATEST, NotADate, parse_dates, parse_day
from tools.data.imports.numbers import NotANumber, decimal_mark, parse_number

amounts = st.decimals(min_value=-(10**9), max_value=10**9, places=2, allow_nan=False)
days = st.dates(min_value=EARLIEST, max_value=dt.date(2068, 12, 31))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1,234.50", "1234.50"),
        ("1.234,50", "1234.50"),
        ("1 234,5", "1234.5"),
        ("1'234.5", "1234.5"),
        ("12,5", "12.5"),
        ("1,234", "1234"),
        ("1,234,567", "1234567"),
        ("1.234.567", "1234567"),
        ("１，２３４．５", "1234.5"),
        ("(12.50)", "-12.50"),
        ("5-", "-5"),
        ("−7", "-7"),
        ("$1,200.00", "1200.00"),
        ("¥35", "35"),
        ("35元", "35"),
        ("USD 3.20", "3.20"),
        ("2.5万", "25000"),
        ("20%", "0.20"),
        ("1.2E+03", "1200"),
        (".5", "0.5"),
    ],
)
def test_numbers_in_many_hands(text: str, value: str) -> None:
    assert parse_number(text) == Decimal(value)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("inf", "infinite"),
        ("-Infinity", "infinite"),
        ("abc", "not_a_number"),
        ("1,2,3", "not_a_number"),
        ("12 pcs", "not_a_number"),
        ("1.2.3,4,5", "not_a_number"),
        ("1e99", "too_large"),
        ("", "not_a_number"),
    ],
)
def test_what_is_no_number_says_why(text: str, reason: str) -> None:
    with pytest.raises(NotANumber) as caught:
        parse_number(text)
    assert caught.value.reason == reason


def test_one_clear_value_settles_the_file() -> None:
    assert decimal_mark(["1.234", "5,5"]) == ","
    assert parse_number("1.234", ",") == 1234
    assert decimal_mark(["1.234", "7"]) is None
    assert parse_number("1.234") == Decimal("1.234")
    with pytest.raises(NotANumber, match="mixed_marks"):
        decimal_mark(["1.234,5", "1,234.5"])


@given(amounts, st.sampled_from([(",", "."), (".", ","), (" ", ","), ("'", "."), ("", ".")]))
def test_written_amounts_come_back(amount: Decimal, style: tuple[str, str]) -> None:
    group, mark = style
    text = f"{amount:,.2f}".replace(",", "\0").replace(".", mark).replace("\0", group)
    assert parse_number(text, "." if mark == "." else ",") == amount


@given(st.text(max_size=12))
def test_any_text_is_a_number_or_a_reason(text: str) -> None:
    reasons = {"not_a_number", "infinite", "too_large", "ambiguous_number"}
    try:
        value = parse_number(text)
    except NotANumber as error:
        value, reasons = None, reasons - {error.reason}
    assert len(reasons) == 3 if value is None else abs(value) <= 10**12


@pytest.mark.parametrize(
    "text",
    [
        *("2026-04-03", "2026/4/3", "2026.04.03", "20260403", "2026年4月3日", "3 Apr 2026"),
        *("03-APR-26", "April 3, 2026", "2026-04-03T10:20:30Z", "2026-04-03 10:20"),
        *("３．４．２０２６", "3.4.2026"),
    ],
)
def test_days_in_many_hands(text: str) -> None:
    assert parse_day(text) == dt.date(2026, 4, 3)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("03/04/26", "ambiguous_date"),
        ("03/04/2026", "ambiguous_date"),
        ("31/31/2026", "impossible_date"),
        ("2026-02-30", "impossible_date"),
        ("9999-12-31", "impossible_date"),
        ("0000-00-00", "impossible_date"),
        ("soon", "not_a_date"),
    ],
)
def test_unclear_days_are_reported(text: str, reason: str) -> None:
    with pytest.raises(NotADate) as caught:
        parse_day(text)
    assert caught.value.reason == reason


def test_a_value_over_twelve_settles_the_column() -> None:
    european = parse_dates(["03/04/26", "25/04/26"])
    assert european.order == "dmy"
    assert european.moments["03/04/26"].day == dt.date(2026, 4, 3)
    american = parse_dates(["03/04/2026", "04/25/2026"])
    assert american.moments["03/04/2026"].day == dt.date(2026, 3, 4)
    same = parse_dates(["05/05/2026"])
    assert same.moments["05/05/2026"].day == dt.date(2026, 5, 5)


def test_contradicting_values_leave_the_ambiguous_ones_open() -> None:
    parsed = parse_dates(["25/03/2026", "03/25/2026", "03/04/2026"])
    assert parsed.failures == {"03/04/2026": "ambiguous_date"}


def test_the_planner_may_give_the_order() -> None:
    assert parse_day("03/04/26", "dmy") == dt.date(2026, 4, 3)
    assert parse_day("03/04/26", "mdy") == dt.date(2026, 3, 4)
    assert parse_day("03/04/26", "ymd") == dt.date(2003, 4, 26)
    with pytest.raises(NotADate, match="impossible_date"):
        parse_day("25/04/2026", "mdy")


@given(st.lists(days, min_size=1, max_size=20), st.sampled_from(["%d/%m/%Y", "%m/%d/%Y"]))
def test_slashed_dates_are_right_or_reported(written: list[dt.date], style: str) -> None:
    texts = {day.strftime(style): day for day in written}
    parsed = parse_dates(texts)
    for text, day in texts.items():
        assert text in parsed.failures or parsed.moments[text].day == day
    if any(day.day > 12 for day in written):
        assert not parsed.failures


@given(days)
def test_iso_days_come_back(day: dt.date) -> None:
    assert parse_day(day.isoformat()) == day
    assert EARLIEST <= day <= LATEST
