"""The page's own computations, run in the browser against the modules it loads."""

from __future__ import annotations

from typing import Any

import pytest

from tests.browser.visit import Visit

pytestmark = pytest.mark.browser


@pytest.fixture
def run(visit: Visit) -> Any:
    """Run a function body with the exports of a module: `run("components/table.js", "…", data)`."""
    visit.go("today")

    def evaluate(module: str, body: str, data: Any = None) -> Any:
        script = (
            f"async (data) => {{ const module = await import('/{module}');"
            f" return (({{ module, data }}) => {{ {body} }})({{ module, data }}); }}"
        )
        return visit.page.evaluate(script, data)

    return evaluate


def test_rows_sort_by_figure_with_empty_cells_last(run: Any) -> None:
    rows = [{"a": 10}, {"a": None}, {"a": 9.5}, {"a": "100"}]
    body = "return module.sortRows(data, { key: 'a', kind: 'number' }, %s).map((row) => row.a)"
    assert run("components/table.js", body % "false", rows) == [9.5, 10, "100", None]
    assert run("components/table.js", body % "true", rows) == ["100", 10, 9.5, None]


def test_bands_pair_low_with_high_and_the_widest_lies_behind(run: Any) -> None:
    def edge(role: str, band: str, value: float) -> dict[str, Any]:
        title = {"en": f"{band} %", "zh": f"{band}%"}
        return {"key": role + band, "title": title, "values": [value], "role": role, "band": band}

    series = [edge("low", "50", 4), edge("high", "50", 6), edge("low", "90", 1)]
    series += [edge("high", "90", 9), edge("low", "99", 0)]
    body = "return module.bandsOf(data).map((pair) => pair.band)"
    assert run("components/chart-options.js", body, series) == ["90", "50"]


def test_marks_are_cut_by_code_points_and_keep_the_whole_text(run: Any) -> None:
    body = "订单😀PO-7 改为600件"
    start = 3
    found = run(
        "components/message-view.js",
        "return module.pieces(data.body, [{ start: 3, end: 7 }])",
        {"body": body},
    )
    assert "".join(piece["text"] for piece in found) == body
    assert [piece["text"] for piece in found if "highlight" in piece] == [body[start:7]]


def test_figures_are_written_for_the_language(run: Any) -> None:
    body = (
        "return [module.figure(1240, 'pcs'), module.figure(0.985, '%'), module.figure(6000, 'USD'),"
    )
    body += " module.figure('2026-11-22', 'date'), module.figure(1, 'days')]"
    assert run("lib/format.js", body) == ["1,240 pcs", "98.5%", "$6,000", "Nov 22", "1 day"]


def test_text_of_the_assistant_never_becomes_markup(run: Any) -> None:
    body = """
      const found = [];
      const walk = (node) => {
        if (Array.isArray(node)) node.forEach(walk);
        else if (node && typeof node === 'object') {
          found.push(node.type);
          walk(node.props.children);
        }
      };
      walk(module.renderMarkdown(data));
      return found.filter((type) => typeof type === 'string');
    """
    hostile = (
        "**Bold** <img src=x onerror=alert(1)> <script>alert(1)</script>\n\n"
        "![x](http://evil.example/x.png) [click](javascript:alert(1)) <a href='http://e'>e</a>\n\n"
        "<iframe src='http://evil.example'></iframe>\n\n| a |\n|-|\n| <b>x</b> |"
    )
    assert set(run("lib/markdown.js", body, hostile)) <= {"p", "strong", "em", "br"}


def test_a_column_of_figures_shares_its_digits_and_words_get_room(run: Any) -> None:
    table = {
        "columns": [{"key": "n", "kind": "number"}, {"key": "m", "kind": "money"}]
        + [{"key": key, "kind": "text"} for key in ("code", "reason")],
        "rows": [
            {"n": 13, "m": 2, "code": "TY-11-080", "reason": "stock would run out " * 4},
            {"n": 2.657, "m": 3.5, "code": "A", "reason": None},
        ],
    }
    body = "return module.shapedColumns(data).map((one) => [one.shape, one.digits ?? null])"
    expected = [["numeric", 1], ["numeric", 2], ["short", None], ["long", None]]
    assert run("components/columns.js", body, table) == expected


def test_days_with_gaps_are_drawn_on_an_axis_of_time(run: Any) -> None:
    def chart(days: list[str]) -> dict[str, Any]:
        return {"kind": "line", "x": days, "series": []}

    weekly_then_daily = ["2026-11-01", "2026-11-08", "2026-11-15", "2026-11-16", "2026-11-17"]
    months = ["2026-01-01", "2026-02-01", "2026-03-01", "2026-04-01"]
    body = "return module.isUneven(data)"
    assert run("components/chart-options.js", body, chart(weekly_then_daily)) is True
    assert run("components/chart-options.js", body, chart(months)) is False


def test_the_rows_behind_a_figure_are_those_its_source_names(run: Any) -> None:
    names = {"item": {"A-1": {"en": "Scarf", "zh": "围巾"}}}
    rows = [
        {"item": {"en": "Scarf", "zh": "围巾"}, "place": "WH"},
        {"item": {"en": "Lamp", "zh": "灯"}, "place": "WH"},
    ]
    table = {"columns": [{"key": "item"}, {"key": "place"}], "rows": rows}
    body = "return module.rowsBehind(data.table, data.where, data.names).length"
    for where, count in (({"item": "A-1"}, 1), ({"place": "WH"}, 2), ({"unknown": 1}, 2)):
        data = {"table": table, "where": where, "names": names}
        assert run("components/evidence.js", body, data) == count
