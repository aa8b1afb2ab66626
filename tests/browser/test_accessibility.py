"""axe-core finds nothing on any view, in both themes and languages."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Open
from tests.browser.visit import Visit

pytestmark = pytest.mark.browser

AXE = (Path(__file__).parent / "vendor" / "axe.min.js").read_text(encoding="utf-8")
RULES = "{ runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] }"
VIEWS = ["today", "messages", "approvals", "orders", "alerts", "data"]


def violations(visit: Visit) -> list[str]:
    """What axe objects to, one line per rule and element."""
    visit.page.evaluate(AXE)
    found: list[dict[str, Any]] = visit.page.evaluate(
        f"async () => (await axe.run(document, {RULES})).violations"
    )
    return [
        f"{rule['id']}: {node['html'][:160]} {node['failureSummary'][:300]}"
        for rule in found
        for node in rule["nodes"]
    ]


@pytest.mark.parametrize(("language", "theme"), [("en", "light"), ("zh", "dark")])
def test_views(open_page: Open, language: str, theme: str) -> None:
    with open_page(language=language, theme=theme, bypass_csp=True) as visit:
        for view in VIEWS:
            visit.go(view)
            expect(visit.page.locator("h1")).to_be_visible()
            visit.page.wait_for_timeout(500)
            assert violations(visit) == [], view


@pytest.mark.parametrize(("width", "theme"), [(1280, "dark"), (380, "light")])
def test_an_answer_with_its_evidence(open_page: Open, width: int, theme: str) -> None:
    with open_page(width=width, theme=theme, bypass_csp=True) as visit:
        visit.ask("What should I order today?")
        visit.page.locator(".call summary").first.click()
        assert violations(visit) == []
        visit.answer.locator(".fact").first.click()
        expect(visit.page.locator(".evidence")).to_be_visible()
        assert violations(visit) == []


def test_a_message_with_marks(open_page: Open) -> None:
    with open_page(bypass_csp=True) as visit:
        visit.go("messages")
        visit.page.locator(".message-entry").first.click()
        expect(visit.page.locator(".message-body")).to_be_visible()
        read = visit.page.locator(".message > button.primary")
        if read.count():
            read.click()
            expect(read).to_have_count(0, timeout=60_000)
        assert violations(visit) == []


def test_a_screen_reader_hears_the_answer(visit: Visit) -> None:
    visit.ask("Which orders are late?")
    words = visit.answer.locator(".prose").inner_text()[:20]
    expect(visit.page.locator("[role=status][aria-live=polite]")).to_contain_text(words)
    expect(visit.page.locator("html")).to_have_attribute("lang", "en")
