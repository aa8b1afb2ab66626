"""A telephone's width, and the dark theme: nothing is cut off, everything can be reached."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Open

pytestmark = pytest.mark.browser

VIEWS = ["today", "ask", "messages", "approvals", "orders", "alerts", "data"]
OVERFLOW = "document.documentElement.scrollWidth - window.innerWidth"


@pytest.mark.parametrize("language", ["en", "zh"])
def test_no_view_is_wider_than_a_telephone(open_page: Open, language: str) -> None:
    with open_page(width=380, height=760, language=language) as visit:
        for view in VIEWS:
            visit.go(view)
            expect(visit.page.locator("h1")).to_be_visible()
            visit.page.wait_for_timeout(300)
            assert visit.page.evaluate(OVERFLOW) <= 0, view


def test_an_answer_fits_and_the_menu_holds_the_rest(open_page: Open) -> None:
    with open_page(width=380, height=760, theme="dark") as visit:
        visit.ask("Which items are at risk?")
        assert visit.page.evaluate(OVERFLOW) <= 0
        menu = visit.page.locator("button.menu")
        menu.click()
        expect(visit.page.locator(".conversations a").first).to_be_visible()
        visit.page.locator(".switch button", has_text="中文").click()
        expect(visit.page.locator(".views")).to_contain_text("今日")


def test_the_system_chooses_the_theme_until_the_planner_does(open_page: Open) -> None:
    with open_page(theme="dark") as visit:
        visit.go("today")
        theme = "document.documentElement.dataset.theme"
        assert visit.page.evaluate(theme) == "dark"
        visit.page.locator("button.theme").click()
        assert visit.page.evaluate(theme) == "light"
        visit.page.reload()
        expect(visit.page.locator("h1")).to_be_visible()
        assert visit.page.evaluate(theme) == "light"
