"""From raw cells to typed columns: every distinct value is read once, every failure is reported.

Returns a frame with one column per recognised field, plus the mask of rows that hold an error.
Numbers are float64, money exact Decimal, days and local times datetime64, flags True/False/None.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from tools.data.imports.dates import EARLIEST, LATEST, DateOrder, Moment, parse_dates
from tools.data.imports.files import plain
from tools.data.imports.numbers import (
    DecimalMark,
    NotANumber,
    check_float,
    decimal_mark,
    is_missing,
    parse_number,
    take_apart,
)
from tools.data.imports.report import ColumnQuality, ImportReport, Problem
from tools.data.imports.tables import Field, TableSpec
from tools.text import Text

CENTS = Decimal("0.0001")
TRUE = frozenset({"1", "y", "yes", "true", "t", "x", "✓", "√", "是", "有", "on"})
FALSE = frozenset({"0", "n", "no", "false", "f", "", "-", "×", "否", "无", "off"})
EXCEL_EPOCH = dt.datetime(1899, 12, 30)  # noqa: DTZ001 - a spreadsheet's day has no zone
EXCEL_SERIALS = (20_000, 80_000)
"""Whole numbers in a date column that are read as Excel's day count (1954 to 2119)."""

REASONS: Mapping[str, Text] = {
    "missing_value": Text("is empty", "为空"),
    "not_a_number": Text("is not a number", "不是数字"),
    "ambiguous_number": Text(
        "does not fit the decimal mark of the other numbers", "与其他数字的小数点写法不一致"
    ),
    "infinite": Text("is infinite", "是无穷大"),
    "too_large": Text("is impossibly large", "大得不合理"),
    "not_whole": Text("is not a whole number", "不是整数"),
    "impossible_value": Text("is outside what is possible", "超出可能的范围"),
    "not_a_date": Text("is not a date", "不是日期"),
    "impossible_date": Text("is no possible date", "不是可能的日期"),
    "ambiguous_date": Text(
        "can be read as several dates: give the date order (dmy, mdy or ymd)",
        "可以读成不同的日期：请指定日期顺序（dmy、mdy 或 ymd）",
    ),
    "not_a_flag": Text("is neither yes nor no", "既不是“是”也不是“否”"),
    "unknown_choice": Text("is not one of the known kinds", "不是已知的类型"),
    "too_long": Text("is too long", "过长"),
    "spreadsheet_error": Text("is a spreadsheet error", "是表格错误值"),
    "control_characters": Text("holds control characters", "含有控制字符"),
}


@dataclass
class Options:
    """What the planner decided about a file."""

    date_order: DateOrder | None = None
    decimal: DecimalMark | None = None
    location: str | None = None
    """Code of the location of rows that name none."""
    create_missing: bool = False
    """Unknown codes become new items, locations or suppliers."""
    skip_errors: bool = False
    """Rows with errors are left out (and counted) instead of refusing the file."""
    repeated: Literal["reject", "sum", "first"] = "reject"
    """Several rows for the same item, location and day: refuse, add up, or keep the first."""
    today: dt.date = field(default_factory=lambda: dt.datetime.now(dt.UTC).date())


@dataclass
class _Read:
    """Distinct values of one column: what each became, or why it failed."""

    values: list[Any]
    failures: dict[int, str]
    currencies: set[str] = field(default_factory=set)


@dataclass
class Typed:
    """The typed rows of a file."""

    frame: pd.DataFrame
    bad: npt.NDArray[np.bool_]
    currency: str = ""
    """The one currency written beside the money, if any."""
    with_time: set[str] = field(default_factory=set)
    """Fields whose values had a time of day."""


def read_cells(
    spec: TableSpec,
    raw: Mapping[str, pd.Series[Any]],
    names: Mapping[str, str],
    rows: npt.NDArray[np.int64],
    options: Options,
    report: ImportReport,
) -> Typed:
    """Typed columns of `raw` (field -> cells); problems go to `report` with rows of the file."""
    typed = Typed(pd.DataFrame(index=range(len(rows))), np.zeros(len(rows), dtype=bool))
    factored = {name: pd.factorize(cells, use_na_sentinel=True) for name, cells in raw.items()}
    distinct = {name: [plain(value) for value in found] for name, (_, found) in factored.items()}
    mark = _mark(spec, distinct, options, report)
    currencies: set[str] = set()
    for name, (codes, _) in factored.items():
        what = spec.fields[name]
        read = _READERS[what.kind](distinct[name], what, mark, options)
        currencies |= read.currencies
        _report_failures(name, names[name], read, distinct[name], codes, rows, typed.bad, report)
        _add_column(typed, name, what, read.values, codes)
        _require(name, names[name], what, typed, rows, report)
        report.columns.append(_quality(name, names[name], typed.frame[name]))
    if len(currencies) == 1:
        typed.currency = currencies.pop()
    elif currencies and "currency" not in raw:
        message = Text(
            f"The money is in several currencies ({', '.join(sorted(currencies))}): add a currency "
            "column or split the file",
            f"金额包含多种货币（{'、'.join(sorted(currencies))}）：请增加币种列或拆分文件",
        )
        report.add(Problem("mixed_currency", "error", message))
    return typed


# --- one kind of value after the other ----------------------------------------------------------


def _mark(
    spec: TableSpec,
    distinct: Mapping[str, list[Any]],
    options: Options,
    report: ImportReport,
) -> DecimalMark | None:
    """The decimal mark of the file, from all its number columns together."""
    if options.decimal:
        return options.decimal
    texts = [
        value
        for name, values in distinct.items()
        if spec.fields[name].kind in {"number", "money", "whole"}
        for value in values
        if isinstance(value, str)
    ]
    try:
        return decimal_mark(texts)
    except NotANumber:
        message = Text(
            "Some numbers use a decimal comma and some a decimal point: say which with the decimal "
            "option",
            "有的数字用逗号、有的用句点作小数点：请用小数点选项指明",
        )
        report.add(Problem("mixed_decimal_marks", "error", message))
        return None


def _each(values: list[Any], read: Callable[[Any], Any]) -> _Read:
    """Apply `read` to every distinct value; a ValueError with a `reason` is a failure."""
    result = _Read([], {})
    for position, value in enumerate(values):
        try:
            result.values.append(None if value is None else read(value))
        except (NotANumber, _Unfit) as error:
            result.values.append(None)
            result.failures[position] = error.reason
    return result


class _Unfit(ValueError):
    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def _decimal(value: Any, mark: DecimalMark | None) -> Decimal | None:
    if isinstance(value, bool | dt.date | dt.time):
        raise _Unfit("not_a_number")
    if isinstance(value, int | float):
        return Decimal(repr(check_float(float(value))))
    if value.startswith("#"):
        raise _Unfit("spreadsheet_error")
    return None if is_missing(value) else parse_number(value, mark)


def _bounded(number: Decimal | None, what: Field) -> Decimal | None:
    if number is not None and (
        (what.low is not None and number < Decimal(str(what.low)))
        or (what.above is not None and number <= Decimal(str(what.above)))
    ):
        raise _Unfit("impossible_value")
    return number


def _read_numbers(values: list[Any], what: Field, mark: DecimalMark | None, _o: Options) -> _Read:
    def read(value: Any) -> float | None:
        number = _bounded(_decimal(value, mark), what)
        return None if number is None else float(number)

    return _each(values, read)


def _read_whole(values: list[Any], what: Field, mark: DecimalMark | None, _o: Options) -> _Read:
    def read(value: Any) -> float | None:
        number = _bounded(_decimal(value, mark), what)
        if number is not None and number != number.to_integral_value():
            raise _Unfit("not_whole")
        return None if number is None else float(number)

    return _each(values, read)


def _read_money(values: list[Any], what: Field, mark: DecimalMark | None, _o: Options) -> _Read:
    def read(value: Any) -> Decimal | None:
        number = _bounded(_decimal(value, mark), what)
        return None if number is None else number.quantize(CENTS)

    result = _each(values, read)
    for value, number in zip(values, result.values, strict=True):
        if number is not None and isinstance(value, str) and (sign := take_apart(value).currency):
            result.currencies.add(sign)
    return result


def _read_moments(values: list[Any], _w: Field, _m: DecimalMark | None, options: Options) -> _Read:
    """Days and local times; Excel's and Parquet's own dates need no reading."""
    texts = {value for value in values if isinstance(value, str) and not is_missing(value)}
    parsed = parse_dates(sorted(texts), options.date_order)

    def read(value: Any) -> Moment | None:
        if isinstance(value, str):
            if value in parsed.failures:
                digits = value.isdigit() and len(value) == 5
                if not digits:
                    raise _Unfit(parsed.failures[value])
                value = int(value)
            else:
                return parsed.moments.get(value)
        if isinstance(value, dt.datetime):
            value = value.to_pydatetime() if isinstance(value, pd.Timestamp) else value
            offset = value.utcoffset()
            zone = dt.timezone(offset) if offset is not None else None
            clock = value.time().replace(microsecond=0)
            return _plausible(
                value.date(), None if clock == dt.time(0) and not zone else clock, zone
            )
        if isinstance(value, dt.date):
            return _plausible(value, None, None)
        if isinstance(value, bool | dt.time):
            raise _Unfit("not_a_date")
        if EXCEL_SERIALS[0] <= value <= EXCEL_SERIALS[1]:
            found = EXCEL_EPOCH + dt.timedelta(days=float(value))
            clock = None if float(value).is_integer() else found.time().replace(microsecond=0)
            return _plausible(found.date(), clock, None)
        if isinstance(value, int | float) and float(value).is_integer():
            compact = parse_dates([str(int(value))])
            if str(int(value)) in compact.moments:
                return compact.moments[str(int(value))]
        raise _Unfit("not_a_date")

    return _each(values, read)


def _plausible(day: dt.date, clock: dt.time | None, zone: dt.timezone | None) -> Moment:
    if not EARLIEST <= day <= LATEST:
        raise _Unfit("impossible_date")
    return Moment(day, clock, zone)


def _text_of(value: Any) -> str:
    """A typed cell as text: Excel's 1001.0 was the code 1001."""
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, dt.datetime) and value.time() == dt.time(0):
        return value.date().isoformat()
    return str(value)


def _folded(value: Any) -> str:
    return unicodedata.normalize("NFKC", _text_of(value)).strip().casefold()


def _read_texts(values: list[Any], what: Field, _m: DecimalMark | None, _o: Options) -> _Read:
    def read(value: Any) -> str | None:
        text = _text_of(value)
        if what.kind == "code":  # full-width digits; the apostrophe that marks text in Excel
            text = unicodedata.normalize("NFKC", text).strip().removeprefix("'")
        if what.choices:
            text = what.choices.get(text.casefold(), text)
        if what.kind == "code" and re.fullmatch(
            r"#(?:N/A|REF!|VALUE!|NAME\?|DIV/0!|NULL!|NUM!)", text
        ):
            raise _Unfit("spreadsheet_error")
        if what.kind != "body" and any(unicodedata.category(sign) == "Cc" for sign in text):
            text = re.sub(r"\s+", " ", text)
            if any(unicodedata.category(sign) == "Cc" for sign in text):
                raise _Unfit("control_characters")
        if len(text) > what.length:
            raise _Unfit("too_long")
        return text or None

    return _each(values, read)


def _read_flags(values: list[Any], _w: Field, _m: DecimalMark | None, _o: Options) -> _Read:
    def read(value: Any) -> bool:
        folded = _folded(value)
        if folded in TRUE:
            return True
        if folded in FALSE:
            return False
        raise _Unfit("not_a_flag")

    return _each(values, read)


def _read_choices(values: list[Any], what: Field, _m: DecimalMark | None, _o: Options) -> _Read:
    def read(value: Any) -> str:
        found = what.choices.get(_folded(value))
        if found is None:
            raise _Unfit("unknown_choice")
        return found

    return _each(values, read)


def _read_lists(values: list[Any], what: Field, _m: DecimalMark | None, _o: Options) -> _Read:
    def read(value: Any) -> tuple[str, ...]:
        text = _text_of(value)
        if len(text) > what.length:
            raise _Unfit("too_long")
        return tuple(part for part in re.split(r"[\s,;，；、]+", text) if part)

    return _each(values, read)


_READERS: Mapping[str, Callable[[list[Any], Field, DecimalMark | None, Options], _Read]] = {
    "number": _read_numbers,
    "money": _read_money,
    "whole": _read_whole,
    "day": _read_moments,
    "instant": _read_moments,
    "code": _read_texts,
    "text": _read_texts,
    "body": _read_texts,
    "flag": _read_flags,
    "choice": _read_choices,
    "list": _read_lists,
}


# --- columns ------------------------------------------------------------------------------------


def _add_column(
    typed: Typed, name: str, what: Field, values: list[Any], codes: npt.NDArray[Any]
) -> None:
    """Spread the distinct values over the rows (code -1 is a blank cell)."""
    if what.kind in {"number", "whole"}:
        numbers = np.array([np.nan if value is None else value for value in [*values, None]])
        typed.frame[name] = numbers.astype(np.float64)[codes]
        return
    if what.kind in {"day", "instant"}:
        _add_moments(typed, name, what, values, codes)
        return
    objects = np.empty(len(values) + 1, dtype=object)
    objects[: len(values)] = [*values]
    typed.frame[name] = pd.Series(objects[codes], dtype=object)


def _add_moments(
    typed: Typed, name: str, what: Field, values: list[Any], codes: npt.NDArray[Any]
) -> None:
    """Local time as datetime64; the offset beside it in minutes, where one was written."""
    whole = what.kind == "day"
    local = [
        np.datetime64("NaT", "ns")
        if value is None
        else np.datetime64(
            dt.datetime.combine(value.day, (not whole and value.time) or dt.time(0)), "ns"
        )
        for value in [*values, None]
    ]
    typed.frame[name] = np.array(local, dtype="datetime64[ns]")[codes]
    if any(value is not None and value.time for value in values):
        typed.with_time.add(name)
    if not whole and any(value is not None and value.offset for value in values):
        offsets = [
            np.nan
            if value is None or value.offset is None
            else value.offset.utcoffset(None).total_seconds() / 60
            for value in [*values, None]
        ]
        typed.frame[f"{name}_offset"] = np.array(offsets, dtype=np.float64)[codes]


def _report_failures(
    name: str,
    column: str,
    read: _Read,
    distinct: list[Any],
    codes: npt.NDArray[Any],
    rows: npt.NDArray[np.int64],
    bad: npt.NDArray[np.bool_],
    report: ImportReport,
) -> None:
    """One problem per distinct value, counted as often as it occurs."""
    for position, reason in read.failures.items():
        at = np.flatnonzero(codes == position)
        bad[at] = True
        value = str(distinct[position])[:60]
        what = REASONS[reason]
        report.add(
            Problem(
                reason,
                "error",
                Text(f"{column!r}: {value!r} {what.en}", f"“{column}”列的“{value}”{what.zh}"),
                int(rows[at[0]]),
                name,
                value,
            ),
            times=len(at),
        )


def _require(
    name: str,
    column: str,
    what: Field,
    typed: Typed,
    rows: npt.NDArray[np.int64],
    report: ImportReport,
) -> None:
    if not what.required:
        return
    empty = typed.frame[name].isna().to_numpy() & ~typed.bad
    if empty.any():
        reason = REASONS["missing_value"]
        report.add(
            Problem(
                "missing_value",
                "error",
                Text(f"{column!r} {reason.en}", f"“{column}”列{reason.zh}"),
                int(rows[np.flatnonzero(empty)[0]]),
                name,
            ),
            times=int(empty.sum()),
        )
        typed.bad |= empty


def _quality(name: str, column: str, values: pd.Series[Any]) -> ColumnQuality:
    filled = values.dropna()
    low = high = ""
    if len(filled) and values.dtype != object:
        low, high = str(filled.min()), str(filled.max())
    distinct = int(filled.nunique())
    return ColumnQuality(name, column, len(filled), len(values) - len(filled), distinct, low, high)
