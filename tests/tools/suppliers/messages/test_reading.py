"""Reading a message from end to end on the demo company: events, links, conflicts, proposals."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pandas as pd
import pytest
from sqlalchemy import Engine

from tools.data import frames
from tools.suppliers.messages.read import MessageReading, read_message
from tools.suppliers.messages.schema import EventKind


@pytest.fixture
def line(company: Engine) -> dict[str, Any]:
    """An open line of a Chinese supplier whose order holds its item once."""
    lines = frames.order_lines(company)
    still = lines[(lines["outstanding"] >= 20) & (lines["supplier"] == "HUAXIN")]
    still = still[still["promised_on"].notna() & (still["received_quantity"] == 0)]
    row = {str(k): v for k, v in still.iloc[-1].items()}
    names = frames.items(company).loc[row["item"]]
    return {**row, "zh": names["name_zh"], "en": names["name_en"]}


def _address(engine: Engine, supplier: str = "HUAXIN") -> str:
    return str(frames.suppliers(engine).at[supplier, "addresses"][0])


def _read(engine: Engine, text: str, today: dt.date, **more: Any) -> MessageReading:
    more.setdefault("sender", _address(engine))
    return read_message(engine, text, today=today, **more)


@pytest.mark.parametrize(
    ("text", "kind", "words"),
    [
        ("供应商A提供了1000件产品", "shipment", {"party": "供应商A", "quantity": "1000件"}),
        ("供应商B提供了2000件产品", "shipment", {"party": "供应商B", "quantity": "2000件"}),
        ("供应商E提供了3000件产品", "shipment", {"party": "供应商E", "quantity": "3000件"}),
        ("物流公司C承诺3天内送达", "delivery_date", {"party": "物流公司C", "date": "3天内"}),
        ("物流公司D承诺5天内送达", "delivery_date", {"party": "物流公司D", "date": "5天内"}),
        ("物流公司F承诺7天内送达", "delivery_date", {"party": "物流公司F", "date": "7天内"}),
    ],
)
def test_the_plain_announcements(
    company: Engine, today: dt.date, text: str, kind: str, words: dict[str, str]
) -> None:
    reading = read_message(company, text, today=today)
    (event,) = reading.events
    assert event.kind == kind
    assert {role: event.first(role).text for role in event.values} == words  # type: ignore[union-attr]
    if kind == "delivery_date":
        days = int(words["date"][0])
        assert event.reading("date") == (today + dt.timedelta(days=days)).isoformat()
    assert {text[h.start : h.end] for h in reading.highlights} == set(words.values())


def test_a_delay_is_linked_and_proposed_with_the_quote(
    company: Engine, today: dt.date, line: dict[str, Any]
) -> None:
    day = max(line["promised_on"].date(), today) + dt.timedelta(days=9)
    text = (
        f"您好，\n{line['order']}的{line['zh']}推迟到{day.month}月{day.day}日到货。\n\n此致\n敬礼"
    )
    reading = _read(company, text, today)
    assert reading.supplier == "HUAXIN"
    ((number, draft),) = reading.proposals
    assert reading.events[number].kind is EventKind.DELAY
    assert draft.kind == "change_date"
    assert draft.payload["order"] == line["order"]
    assert draft.payload["line_no"] == line["line_no"]
    assert draft.payload["version"] == line["version"]
    assert draft.payload["new"] == {"promised_on": day.isoformat()}
    assert draft.payload["old"] == {"promised_on": line["promised_on"].date().isoformat()}
    assert draft.span is not None
    assert text[slice(*draft.span)] == draft.quote


def test_a_typing_error_in_the_number_is_said(
    company: Engine, today: dt.date, line: dict[str, Any]
) -> None:
    number = str(line["order"])
    wrong = number[:-1] + ("8" if number[-1] != "8" else "3")
    known = set(frames.order_lines(company)["order"])
    reading = _read(company, f"{wrong}0 is delayed by two weeks.".replace("0 is", " is"), today)
    (link,) = reading.links
    if wrong not in known:
        assert any(wrong in note.en for note in link.notes)
    if link.lines:
        assert link.how in ("typo", "number")


def test_a_split_adds_up_to_what_is_outstanding(
    company: Engine, today: dt.date, line: dict[str, Any]
) -> None:
    part = int(line["outstanding"]) // 2
    first, second = today + dt.timedelta(days=10), today + dt.timedelta(days=40)
    text = (
        f"{line['order']} {line['en']}: {part} pcs ship so that they arrive on {first:%d %B %Y}, "
        f"the rest arrives on {second:%d %B %Y}."
    )
    reading = _read(company, text, today)
    ((_, draft),) = reading.proposals
    assert draft.kind == "split_line"
    parts = draft.payload["new"]["parts"]
    assert sum(p["quantity"] for p in parts) == line["outstanding"]
    assert [p["promised_on"] for p in parts] == [first.isoformat(), second.isoformat()]


def test_what_is_received_already_is_a_conflict_and_no_proposal(
    company: Engine, today: dt.date
) -> None:
    lines = frames.order_lines(company)
    row = lines[(lines["status"] == "received") & (lines["supplier"] == "HUAXIN")].iloc[-1]
    day = today + dt.timedelta(days=30)
    reading = _read(company, f"{row['order']} is delayed to {day.isoformat()}.", today)
    assert not reading.proposals
    assert any("received" in note.en for found in reading.conflicts for note in found)


def test_both_readings_of_an_ambiguous_date_are_told(
    company: Engine, today: dt.date, line: dict[str, Any]
) -> None:
    reading = _read(company, f"{line['order']} {line['en']} arrives 03/04/27.", today)
    assert any("2027-03-04" in n.en and "2027-04-03" in n.en for n in reading.notes)


def test_new_terms_are_proposed_from_the_day_they_hold(
    company: Engine, today: dt.date, line: dict[str, Any]
) -> None:
    terms = frames.terms(company)
    own = terms[(terms["item"] == line["item"]) & (terms["supplier"] == "HUAXIN")].iloc[0]
    new = round(float(own["unit_cost"]) * 1.05, 2)
    text = f"自明年1月1日起，{line['zh']}单价由{own['unit_cost']:.2f}美元调整为{new:.2f}美元。"
    reading = _read(company, text, today)
    ((_, draft),) = reading.proposals
    assert draft.kind == "change_terms"
    assert draft.payload["item"] == line["item"]
    assert float(draft.payload["new"]["unit_cost"]) == new
    assert draft.payload["new"]["valid_from"] == f"{today.year + 1}-01-01"


def test_an_impact_compares_the_same_futures(
    company: Engine, today: dt.date, line: dict[str, Any]
) -> None:
    late = today + dt.timedelta(days=60)
    reading = _read(company, f"{line['order']} {line['en']} delayed to {late.isoformat()}.", today)
    for impact in reading.impacts:  # empty while no forecast is stored
        assert impact.lost_after >= impact.lost_before - 1e-6
        assert len(impact.chart.x) == impact.days


def test_an_unknown_sender_is_said_to_be_unknown(company: Engine, today: dt.date) -> None:
    stranger = _read(company, "Hello!", today, sender="x@nowhere.example")
    assert stranger.supplier == ""
    assert any("no known supplier" in note.en for note in stranger.notes)
    address = _address(company)
    user, _, domain = address.partition("@")
    imitation = f"{user}@{domain.replace('x', 'xx', 1)}"
    imitated = _read(company, "Hello!", today, sender=imitation)
    assert imitated.supplier == ""
    assert any("looks like" in note.en for note in imitated.notes)


def test_the_same_message_twice_gives_the_same_proposals(
    company: Engine, today: dt.date, line: dict[str, Any]
) -> None:
    day = today + dt.timedelta(days=50)
    text = f"{line['order']} {line['en']} is delayed to {day.isoformat()}."
    first, second = (_read(company, text, today) for _ in range(2))
    assert first.proposals == second.proposals
    doubled = _read(company, f"{text}\n{text}", today)
    assert len(doubled.proposals) == 1


def test_a_long_message_is_read_within_bounds(company: Engine, today: dt.date) -> None:
    reading = _read(company, "nothing new here. " * 3000, today)
    assert not reading.events
    assert isinstance(pd.DataFrame(reading.highlights), pd.DataFrame)
