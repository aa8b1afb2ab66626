"""Everything without a mouse: reach it, do it, see where one is."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.visit import Visit

pytestmark = pytest.mark.browser

OUTLINE = "getComputedStyle(document.activeElement).outlineStyle"


def test_the_first_tab_skips_to_the_content(visit: Visit) -> None:
    visit.go("today")
    expect(visit.page.locator(".panel").first).to_be_visible()
    visit.page.keyboard.press("Tab")
    expect(visit.page.locator(".skip")).to_be_focused()
    visit.page.keyboard.press("Enter")
    expect(visit.page.locator("main")).to_be_focused()


def test_every_stop_of_the_tab_key_is_visible(visit: Visit) -> None:
    visit.go("today")
    expect(visit.page.locator(".panel").first).to_be_visible()
    seen = set()
    for _ in range(25):
        visit.page.keyboard.press("Tab")
        if visit.page.evaluate("document.activeElement.tagName") == "TEXTAREA":
            form = "getComputedStyle(document.activeElement.form).outlineStyle"
            assert visit.page.evaluate(form) != "none"
        else:
            assert visit.page.evaluate(OUTLINE) != "none"
        seen.add(visit.page.evaluate("document.activeElement.textContent"))
    assert len(seen) > 12


def test_ask_and_recall_without_a_mouse(visit: Visit) -> None:
    visit.go("today")
    expect(visit.page.locator(".composer textarea")).to_be_visible()
    visit.page.keyboard.press("/")
    visit.page.keyboard.type("Which orders are late?")
    visit.page.keyboard.press("Shift+Enter")
    visit.page.keyboard.type("Please.")
    visit.page.keyboard.press("Enter")
    visit.wait_for_answer()
    expect(visit.page.locator(".question h2")).to_contain_text("Please.")
    visit.page.keyboard.press("/")
    visit.page.keyboard.press("ArrowUp")
    box = visit.page.locator(".composer textarea")
    expect(box).to_have_value("Which orders are late?\nPlease.")
    visit.page.keyboard.press("ArrowDown")
    expect(box).to_have_value("")


def test_views_and_help_have_keys(visit: Visit) -> None:
    visit.go("today")
    expect(visit.page.locator(".panel").first).to_be_visible()
    visit.page.keyboard.press("Alt+5")
    expect(visit.page.locator("h1")).to_have_text("Orders")
    visit.page.keyboard.press("?")
    expect(visit.page.locator("dialog[open]")).to_be_visible()
    visit.page.keyboard.press("Escape")
    expect(visit.page.locator("dialog[open]")).to_have_count(0)
    visit.page.keyboard.press("Alt+n")
    expect(visit.page.locator(".composer textarea")).to_be_focused()
