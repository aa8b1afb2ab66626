"""Reading cases and comparing calls by meaning."""

# ruff: noqa: E501 - one case a row reads better than a wrapped one

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest
from rich.console import Console

from assistant.training.cases import WantedTurn, load
from assistant.training.choosers import Choice
from assistant.training.evaluate import run, show
from assistant.training.scoring import wrong_arguments
from tools.errors import InvalidInput

TODAY = dt.date(2026, 6, 15)


def _written(path: Path, *rows: object) -> Path:
    path.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows), "utf-8")
    return path


def test_the_three_formats(tmp_path: Path) -> None:
    path = _written(
        tmp_path / "cases.jsonl",
        {"lang": "en", "text": "how many mugs", "outcome": "stock_status", "arguments": {"item": "mugs"}},
        {"lang": "zh", "turns": [{"text": "你好", "outcome": "none"}, {"text": "为什么", "outcome": "ask|none"}]},
        {"lang": "en", "text": "we ship on Friday", "events": [{"kind": "delivery_date", "date": "Friday"}]},
    )  # fmt: skip
    cases, messages = load([path])
    assert [len(case.turns) for case in cases] == [1, 2]
    assert cases[1].turns[1].outcomes == ("ask", "none")
    assert messages[0]["events"][0]["kind"] == "delivery_date"


def test_a_line_that_is_no_case_is_named(tmp_path: Path) -> None:
    path = _written(tmp_path / "mine.jsonl", {"text": "how many", "outcome": "ask"}, {"lang": "en"})
    with pytest.raises(InvalidInput, match=r"Line 2 of mine\.jsonl"):
        load([path])


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ({"period": "the past 30 days"}, {"period": ("past 30 days",)}),
        ({"service_level": "98 %"}, {"service_level": ("0.98",)}),
        ({"item": "the Wool Scarf"}, {"item": ("wool scarf",)}),
        ({"show": "levels"}, {}),
        ({}, {"show": ("levels",)}),
        ({"supplier": "Huaxin"}, {"supplier": ("Jinhe", "huaxin")}),
    ],
)
def test_same_meaning(given: dict[str, str], wanted: dict[str, tuple[str, ...]]) -> None:
    turn = WantedTurn("", ("stock_status",), wanted)
    assert wrong_arguments("stock_status", given, turn, None, TODAY) == []


def test_missing_and_surplus_arguments_are_wrong() -> None:
    turn = WantedTurn("", ("stock_status",), {"item": ("mug",)})
    given = {"location": "online", "show": "excess"}
    assert wrong_arguments("stock_status", given, turn, None, TODAY) == ["item", "location", "show"]


class _Always:
    name = "always stock"

    def begin(self) -> None:
        pass

    def choose(self, text: str) -> Choice:
        return Choice("stock_status", {"item": "mugs"}, 0.1, 0.2, "scripted")


def test_the_report_counts_and_shows_every_miss(tmp_path: Path) -> None:
    path = _written(
        tmp_path / "cases.jsonl",
        {"lang": "en", "text": "mugs?", "outcome": "stock_status", "arguments": {"item": "mugs"}},
        {"lang": "en", "text": "cups?", "outcome": "stock_status", "arguments": {"item": "cups"}},
        {"lang": "en", "text": "hello", "outcome": "none"},
    )
    report = run(load([path])[0], _Always(), None, TODAY)
    assert report.share("right tool", "en") == 1.0
    assert report.share("tool and all arguments", "en") == 0.5
    assert report.share("ask / decline / none / concept", "en") == 0.0
    console = Console(record=True, width=120)
    show(report, console)
    printed = console.export_text()
    assert "cups?" in printed
    assert "confused 1 times: none taken for stock_status" in printed
