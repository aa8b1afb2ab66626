"""The planner's morning: open, ask, see, read a message, approve an order, come back to it."""

from __future__ import annotations

import re
from pathlib import Path

import httpx
import openpyxl
import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Open
from tests.browser.visit import Visit

pytestmark = pytest.mark.browser

FIGURE = re.compile(r"\d")


def test_the_first_screen_says_what_needs_a_decision(visit: Visit, address: str) -> None:
    visit.go("today")
    expect(visit.page.locator(".panel")).to_have_count(5)
    stored = httpx.get(f"{address}/api/overview").json()
    for section in stored["sections"]:
        shown = 6 if section["key"] == "at_risk" else 4
        panel = visit.page.locator(f".panel.{section['key']}")
        expect(panel.locator(".count")).to_have_text(str(section["count"]))
        expect(panel.locator(".entry")).to_have_count(min(len(section["rows"]), shown))
    expect(visit.page.locator(".version")).to_contain_text(str(stored["data_version"]))


def test_an_entry_is_one_click_from_its_evidence(visit: Visit) -> None:
    visit.go("today")
    visit.page.locator(".panel.at_risk .entry").first.click()
    visit.wait_for_answer()
    expect(visit.answer.locator(".problem")).to_have_count(0)
    expect(visit.answer.locator(".prose")).to_contain_text(FIGURE)


def test_a_question_in_english_is_answered_with_figures_and_a_chart(visit: Visit) -> None:
    item = an_item(visit.address, "en")
    visit.ask(f"Forecast for {item} for the next 4 weeks")
    expect(visit.answer.locator(".call")).to_have_count(1)
    expect(visit.answer.locator(".fact").first).to_be_visible()
    expect(visit.answer.locator(".chart canvas").first).to_be_visible()
    label = visit.answer.locator(".chart [role=img]").first.get_attribute("aria-label")
    assert label
    assert FIGURE.search(label)
    visit.answer.locator(".chart button", has_text="Figures").first.click()
    expect(visit.answer.locator(".chart table tbody tr").first).to_be_visible()


def test_a_question_in_chinese_is_answered_in_chinese(open_page: Open) -> None:
    with open_page(language="zh") as visit:
        item = an_item(visit.address, "zh")
        visit.ask(f"{item}未来四周的需求预测")
        expect(visit.answer.locator(".prose")).to_contain_text(re.compile(r"[\u4e00-\u9fff]"))
        expect(visit.answer.locator(".fact").first).to_be_visible()
        expect(visit.answer.locator(".chart canvas").first).to_be_visible()
        expect(visit.page.locator(".views")).to_contain_text("今日")


def test_a_figure_opens_the_rows_behind_it(visit: Visit) -> None:
    visit.ask(f"How many {an_item(visit.address, 'en')} do we have?")
    fact = visit.answer.locator(".fact").first
    shown = fact.inner_text()
    fact.click()
    panel = visit.page.locator(".evidence")
    expect(panel).to_be_focused()
    expect(panel.locator(".evidence-figure")).to_have_text(shown)
    visit.page.keyboard.press("Escape")
    expect(panel).to_have_count(0)
    expect(fact).to_be_focused()


def test_a_call_unfolds_to_its_arguments_and_result(visit: Visit) -> None:
    item = an_item(visit.address, "en")
    visit.ask(f"How many {item} do we have?")
    call = visit.answer.locator(".call").first
    expect(call.locator(".call-body")).to_be_hidden()
    call.locator("summary").click()
    expect(call.locator(".call-body")).to_contain_text("item")
    expect(call.locator(".call-body")).to_contain_text("ok")


def test_a_table_sorts_and_is_saved_as_excel(visit: Visit, tmp_path: Path) -> None:
    visit.go("orders")
    table = visit.page.locator("figure.table")
    header = table.locator("th button", has_text="Outstanding")
    header.click()
    expect(table.locator("th[aria-sort=descending]")).to_contain_text("Outstanding")
    column = table.locator("tbody tr td:nth-child(8)").all_inner_texts()
    amounts = [float(text.replace(",", "")) for text in column]
    assert amounts == sorted(amounts, reverse=True)
    with visit.page.expect_download() as saved:
        table.locator("button", has_text="Excel").click()
    path = tmp_path / "orders.xlsx"
    saved.value.save_as(path)
    sheet = openpyxl.load_workbook(path).active
    assert sheet is not None
    assert "Order" in {cell.value for row in sheet.iter_rows(max_row=3) for cell in row}


def test_a_pasted_message_is_read_and_its_words_are_marked(visit: Visit) -> None:
    body, sender = a_message(visit.address)
    visit.go("messages")
    form = visit.page.locator("form.drop")
    form.locator("textarea").fill(body)
    form.locator("input[inputmode=email]").fill(sender)
    form.locator("button.primary").click()
    shown = visit.page.locator(".message")
    expect(shown.locator(".message-body")).to_be_visible(timeout=60_000)
    expect(shown.locator(".message-body button.mark").first).to_be_visible()
    for mark in shown.locator(".message-body button.mark ruby").all():
        words = mark.evaluate("(ruby) => ruby.firstChild.textContent")
        assert words in body
    expect(shown.locator(".legend li").first).to_be_visible()


def test_an_order_is_approved_exported_and_found_again(visit: Visit, tmp_path: Path) -> None:
    visit.ask("What should I order today?")
    card = visit.open_card()
    code = card.locator(".lines tbody code").first.inner_text()
    card.locator(".reason input").fill("Peak season")
    card.locator("button.primary").click()
    decided = card
    number = decided.locator(".decided a").inner_text()
    expect(decided).to_contain_text("Peak season")

    with visit.page.expect_download() as saved:
        decided.locator(".exports button", has_text="Excel").click()
    path = tmp_path / "order.xlsx"
    saved.value.save_as(path)
    cells = {
        str(cell.value)
        for sheet in openpyxl.load_workbook(path)
        for row in sheet.iter_rows()
        for cell in row
    }
    assert any(number in cell for cell in cells)
    assert code in cells
    with visit.page.expect_download() as draft:
        decided.locator(".exports button", has_text="Mail draft").click()
    assert draft.value.suggested_filename.endswith(".eml")

    visit.page.reload()
    expect(visit.page.locator(".question h2")).to_have_text(re.compile("What should I order today"))
    expect(visit.answer).to_contain_text(number)
    link = visit.page.locator(".conversations a[aria-current=page]")
    expect(link).to_contain_text("order")

    visit.go(f"orders/{number}")
    expect(visit.page.locator("h1")).to_have_text(number)
    visit.go("approvals/decisions")
    expect(visit.page.locator("tbody tr").first).to_contain_text(number)


def test_a_conversation_is_renamed_and_deleted(visit: Visit) -> None:
    visit.ask("Which orders are late?")
    visit.page.locator("[aria-label=Rename]").click()
    visit.page.locator(".inline-form input").fill("Late ones")
    visit.page.locator(".inline-form button.primary").click()
    expect(visit.page.locator(".conversations")).to_contain_text("Late ones")
    visit.page.locator("[aria-label=Delete]").click()
    visit.page.locator(".inline-form .danger").click()
    expect(visit.page.locator(".conversations")).not_to_contain_text("Late ones")
    expect(visit.page.locator(".hello")).to_be_visible()


def an_item(address: str, language: str) -> str:
    """Name of an item that the overview shows."""
    sections = httpx.get(f"{address}/api/overview").json()["sections"]
    links = [row["link"] for row in sections[0]["rows"] if row["link"]["kind"] == "item"]
    body = {"arguments": {"item": links[0]["id"]}, "language": language}
    answer = httpx.post(f"{address}/api/tools/stock_status", json=body, headers=OWN, timeout=30)
    names = answer.json()["names"]["item"]
    return str(next(iter(names.values()))[language])


OWN = {"X-Requested-With": "inventory-assistant"}


def a_message(address: str) -> tuple[str, str]:
    """Text and sender of an English message of the inbox that says something about an order."""
    messages = httpx.get(f"{address}/api/messages").json()["messages"]
    for message in messages:
        if message["language"] == "en" and message["supplier"]:
            whole = httpx.get(f"{address}/api/messages/{message['id']}").json()
            if re.search(r"PO-?\d+", whole["body"]):
                return whole["body"], whole["sender"]
    raise AssertionError("the inbox has no English message about an order")
