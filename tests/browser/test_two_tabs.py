"""The same approval twice, from two tabs or two clicks, makes one order."""

from __future__ import annotations

import re

import httpx
import pytest
from playwright.sync_api import Browser, expect

from tests.browser.visit import Visit, visiting

pytestmark = pytest.mark.browser


def numbers(address: str) -> set[str]:
    answer = httpx.get(f"{address}/api/orders?status=all").json()
    return {order["number"] for order in answer["orders"]}


def open_card(visit: Visit, proposal: str) -> None:
    visit.go(f"approvals/{proposal}")
    expect(visit.page.locator(f"[data-proposal='{proposal}']")).to_be_visible()


def a_proposal(visit: Visit) -> str:
    visit.ask("What should I order today?")
    return str(visit.open_card().get_attribute("data-proposal"))


def test_two_tabs_make_one_order(browser: Browser, address: str) -> None:
    with visiting(browser, address) as first, visiting(browser, address) as second:
        proposal = a_proposal(first)
        card = f"[data-proposal='{proposal}']"
        open_card(first, proposal)
        open_card(second, proposal)
        before = numbers(address)
        first.page.locator(f"{card} button.primary").click()
        made = first.page.locator(f"{card} .decided a")
        expect(made).to_be_visible()
        second.page.locator(f"{card} button.primary").click()
        again = second.page.locator(f"{card} .decided a")
        expect(again).to_have_text(made.inner_text())
        assert len(numbers(address) - before) == 1


def test_a_double_click_makes_one_order(visit: Visit, address: str) -> None:
    proposal = a_proposal(visit)
    before = numbers(address)
    visit.page.locator(f"[data-proposal='{proposal}'] button.primary").dblclick()
    expect(visit.page.locator(f"[data-proposal='{proposal}'] .decided a")).to_be_visible()
    assert len(numbers(address) - before) == 1


def test_what_was_rejected_elsewhere_is_said_in_one_sentence(
    browser: Browser, address: str
) -> None:
    with visiting(browser, address) as first, visiting(browser, address) as second:
        proposal = a_proposal(first)
        card = f"[data-proposal='{proposal}']"
        open_card(second, proposal)
        first.page.locator(f"{card} button", has_text="Reject").click()
        expect(first.page.locator(f"{card}.rejected")).to_be_visible()
        before = numbers(address)
        second.page.locator(f"{card} button.primary").click()
        expect(second.page.locator(f"{card} .problem")).to_contain_text(re.compile(r"\w+"))
        expect(second.page.locator(f"{card}.rejected")).to_be_visible()
        assert numbers(address) == before


def test_an_edited_quantity_is_what_gets_ordered(visit: Visit, address: str) -> None:
    proposal = a_proposal(visit)
    card = visit.page.locator(f"[data-proposal='{proposal}']")
    card.locator("button", has_text="Edit").click()
    field = card.locator(".edit-fields input[type=number]").first
    quantity = float(field.input_value()) * 2
    field.fill(str(quantity))
    card.locator("button", has_text="Save the changes").click()
    expect(card).to_have_count(0)
    revised = visit.answer.locator(".proposal.open").first
    expect(revised.locator(".lines tbody tr").first).to_contain_text(f"{quantity:,.0f}")
    revised.locator("button.primary").click()
    number = visit.answer.locator(".decided a").first.inner_text()
    order = httpx.get(f"{address}/api/orders/{number}").json()
    assert order["lines"][0]["quantity"] == quantity
