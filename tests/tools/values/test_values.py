"""Values in English and Chinese, read as a person would read them."""

from __future__ import annotations

import contextlib
import datetime as dt
from decimal import Decimal

import cn2an
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tools.errors import InvalidInput
from tools.values import (
    Amount,
    Period,
    Quantity,
    find_amounts,
    find_dates,
    find_durations,
    find_numbers,
    find_quantities,
    fold,
    parse_change,
    parse_date,
    parse_delay,
    parse_duration,
    parse_fraction,
    parse_money,
    parse_number,
    parse_period,
    parse_quantity,
)

TODAY = dt.date(2026, 11, 18)  # a Wednesday


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("一百二十", 120),
        ("一百二", 120),
        ("两万五", 25000),
        ("一千零五", 1005),
        ("壹仟贰佰", 1200),
        ("1.2万", 12000),
        ("兩萬", 20000),
        ("１２００", 1200),
        ("20k", 20000),
        ("twenty-five", 25),
        ("one hundred and twenty", 120),
        ("1,234,567.8", Decimal("1234567.8")),
        ("1.234.567,8", Decimal("1234567.8")),
        ("1'200", 1200),
    ],
)
def test_number(text: str, value: Decimal) -> None:
    assert parse_number(text) == value


@pytest.mark.parametrize("text", ["1.200", "1,200"])
def test_a_separator_before_three_digits_has_two_readings(text: str) -> None:
    (found,) = find_numbers(text)
    assert found.readings == (Decimal(1200), Decimal("1.200"))


@given(st.integers(min_value=0, max_value=99_999_999))
def test_chinese_numerals_agree_with_an_independent_writer(number: int) -> None:
    assert parse_number(cn2an.an2cn(number)) == number
    assert parse_number(cn2an.an2cn(number, "up")) == number


@given(st.integers(min_value=0, max_value=10**9))
def test_thousands_separators_do_not_change_a_number(number: int) -> None:
    for written in (f"{number:,}", f"{number:,}".replace(",", " "), str(number)):
        (found,) = find_numbers(written)
        assert found.value == number


@pytest.mark.parametrize(
    ("text", "value", "unit"),
    [
        ("三百双", 300, "pair"),
        ("2 dozen", 24, "pcs"),
        ("两打", 24, "pcs"),
        ("half a dozen", 6, "pcs"),
        ("十五件", 15, "pcs"),
        ("1000件产品", 1000, "pcs"),
        ("500 cartons", 500, "carton"),
        ("12.5 kg", 12.5, "kg"),
        ("1 200 pcs", 1200, "pcs"),
        ("two dozen pairs", 24, "pair"),
        ("600", 600, ""),
    ],
)
def test_quantity(text: str, value: float, unit: str) -> None:
    assert parse_quantity(text) == Quantity(value, unit)


@pytest.mark.parametrize(
    ("text", "value", "currency"),
    [
        ("20k", "20000", None),
        ("2万元", "20000", "CNY"),
        ("$1,250.50", "1250.50", "USD"),
        ("三块五", "3.5", "CNY"),
        ("1.2万美元", "12000", "USD"),
        ("€ 0.85", "0.85", "EUR"),
        ("two thousand dollars", "2000", "USD"),
        ("20.000", "20000", None),
    ],
)
def test_money(text: str, value: str, currency: str | None) -> None:
    assert parse_money(text) == Amount(Decimal(value), currency)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("98 %", 0.98),
        ("98", 0.98),
        ("0.98", 0.98),
        ("九成五", 0.95),
        ("百分之九十八", 0.98),
        ("99.5%", 0.995),
        ("ninety-five percent", 0.95),
        ("三分之二", 2 / 3),
        ("９５％", 0.95),
    ],
)
def test_fraction(text: str, value: float) -> None:
    assert parse_fraction(text) == pytest.approx(value)


@pytest.mark.parametrize(
    ("text", "factor"),
    [
        ("20 % more", 1.2),
        ("doubles", 2.0),
        ("少三成", 0.7),
        ("多两成", 1.2),
        ("翻倍", 2.0),
        ("减半", 0.5),
        ("half", 0.5),
        ("to 80 %", 0.8),
        ("降到八成", 0.8),
        ("增加到1.5倍", 1.5),
        ("增加1.5倍", 2.5),
        ("-15%", 0.85),
        ("打八折", 0.8),
        ("up by a third", 4 / 3),
    ],
)
def test_change(text: str, factor: float) -> None:
    assert parse_change(text) == pytest.approx(factor)


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("3 weeks", 21),
        ("a fortnight", 14),
        ("半个月", 15),
        ("一个半月", 45),
        ("a month and a half", 45),
        ("10个工作日", 14),
        ("3-5 days", 5),
        ("48 hours", 2),
        ("两个星期", 14),
        ("2 weeks late", 14),
    ],
)
def test_duration(text: str, days: int) -> None:
    assert parse_duration(text) == days


def test_an_earlier_delivery_is_a_negative_delay() -> None:
    assert parse_delay("提前三天") == -3
    assert parse_delay("a week earlier") == -7
    assert parse_delay("晚十天") == 10


@pytest.mark.parametrize(
    ("text", "readings"),
    [
        ("03/04/26", ["2026-03-04", "2026-04-03"]),
        ("3.12.2026", ["2026-12-03", "2026-03-12"]),
        ("15/01/2027", ["2027-01-15"]),
        ("2026年12月3日", ["2026-12-03"]),
        ("二〇二六年十二月三日", ["2026-12-03"]),
        ("15 January", ["2027-01-15"]),
        ("5-Dec-26", ["2026-12-05"]),
        ("下周三", ["2026-11-25"]),
        ("下下周一", ["2026-11-30"]),
        ("月底", ["2026-11-30"]),
        ("end of next week", ["2026-11-27"]),
        ("in 3 weeks", ["2026-12-09"]),
        ("3天内", ["2026-11-21"]),
        ("10个工作日内", ["2026-12-02"]),
        ("国庆后", ["2027-10-08"]),
        ("before Christmas", ["2026-12-24"]),
        ("春节前", ["2027-02-04"]),
        ("12月中旬", ["2026-12-20"]),
        ("Friday 27 November", ["2026-11-27"]),
        ("11月27日（周五）", ["2026-11-27"]),
        ("03/04/26 (Friday)", ["2026-04-03"]),
        ("明年1月5日", ["2027-01-05"]),
    ],
)
def test_date(text: str, readings: list[str]) -> None:
    assert [day.isoformat() for day in parse_date(text, TODAY)] == readings


@pytest.mark.parametrize("text", ["", "we may ship", "31 February", "31.02.2027", "600 pcs"])
def test_what_is_no_date_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput):
        parse_date(text, TODAY)


@given(st.dates(min_value=dt.date(2021, 1, 1), max_value=dt.date(2039, 12, 31)))
def test_a_written_date_is_read_back(day: dt.date) -> None:
    for written in (
        day.isoformat(),
        f"{day.year}年{day.month}月{day.day}日",
        f"{day:%d %B %Y}",
        f"{day:%B} {day.day}, {day.year}",
    ):
        assert parse_date(written, TODAY) == [day]
    assert day in parse_date(f"{day:%d/%m/%Y}", TODAY)
    assert day in parse_date(f"{day:%m/%d/%y}", TODAY)


@pytest.mark.parametrize(
    ("text", "prefer", "start", "end"),
    [
        ("last month", "past", "2026-10-01", "2026-10-31"),
        ("上个月", "past", "2026-10-01", "2026-10-31"),
        ("last 30 days", "past", "2026-10-19", "2026-11-17"),
        ("since March", "past", "2026-03-01", "2026-11-17"),
        ("since 1 March", "past", "2026-03-01", "2026-11-17"),
        ("过去三周", "past", "2026-10-28", "2026-11-17"),
        ("next 3 weeks", "future", "2026-11-18", "2026-12-08"),
        ("未来30天", "future", "2026-11-18", "2026-12-17"),
        ("December", "future", "2026-12-01", "2026-12-31"),
        ("December", "past", "2025-12-01", "2025-12-31"),
        ("Q1", "future", "2027-01-01", "2027-03-31"),
        ("第三季度", "past", "2026-07-01", "2026-09-30"),
        ("2026年上半年", "past", "2026-01-01", "2026-06-30"),
        ("March to May", "past", "2026-03-01", "2026-05-31"),
        ("from 1 March to 15 April 2026", "past", "2026-03-01", "2026-04-15"),
        ("3月到5月", "past", "2026-03-01", "2026-05-31"),
        ("今年以来", "past", "2026-01-01", "2026-11-17"),
        ("国庆期间", "past", "2026-10-01", "2026-10-07"),
        ("去年12月", "past", "2025-12-01", "2025-12-31"),
        ("last two weeks", "past", "2026-11-04", "2026-11-17"),
        ("the past year", "past", "2025-11-18", "2026-11-17"),
        ("until end of January", "future", "2026-11-18", "2027-01-31"),
        ("3 weeks", "future", "2026-11-18", "2026-12-08"),
        ("yesterday", "past", "2026-11-17", "2026-11-17"),
    ],
)
def test_period(text: str, prefer: str, start: str, end: str) -> None:
    period = parse_period(text, TODAY, prefer)
    assert period == Period(dt.date.fromisoformat(start), dt.date.fromisoformat(end))


_CHARACTERS = "0123456789 .,-/%$¥一二三十百千万半两成周月日号年天内后前底初下上个打双件倍翻到至"
_WORDS = [" week", " days", "next ", "last ", "march", " q1", "half ", "since ", "国庆", " to "]
_written = st.lists(st.sampled_from([*_CHARACTERS, *_WORDS]), max_size=10).map("".join)
_PARSERS = [
    parse_number, parse_quantity, parse_money, parse_fraction, parse_change, parse_duration,
    parse_delay, lambda text: parse_date(text, TODAY), lambda text: parse_period(text, TODAY),
]  # fmt: skip


@settings(max_examples=400, deadline=None)
@given(st.one_of(_written, st.text(max_size=20)))
def test_a_parser_reads_or_refuses_and_never_breaks(text: str) -> None:
    for parse in _PARSERS:
        with contextlib.suppress(InvalidInput):
            parse(text)


@settings(max_examples=200, deadline=None)
@given(st.one_of(_written, st.text(max_size=40)))
def test_spans_lie_in_the_text_and_do_not_overlap(text: str) -> None:
    assert len(fold(text)) == len(text)
    for find in (
        find_numbers, find_quantities, find_durations, find_amounts,
        lambda t: find_dates(t, TODAY),
    ):  # fmt: skip
        last = 0
        for match in find(text):
            assert last <= match.start < match.end <= len(text)
            last = match.end
