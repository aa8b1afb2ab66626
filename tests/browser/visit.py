"""One look at the page: a window whose console must stay silent."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Browser, ConsoleMessage, Page, expect

ANSWER_SECONDS = 120.0
"""Far above the bar for an answer: the tests share two cores with whatever else runs."""
PAGE_SECONDS = 90.0
LOCALE = {"en": "en-US", "zh": "zh-CN"}


@dataclass
class Visit:
    """A window on the page, with what its console said."""

    page: Page
    address: str
    problems: list[str] = field(default_factory=list)

    def go(self, view: str) -> None:
        """Open a view: `today`, `orders/PO-1`."""
        self.page.goto(f"{self.address}/#/{view}")

    def ask(self, question: str, *, fresh: bool = True) -> None:
        """Ask by keyboard and wait for the whole answer."""
        if fresh:
            self.go("ask")
        box = self.page.locator(".composer textarea")
        expect(box).to_be_visible()
        before = self.page.locator(".answer").count()
        box.fill(question)
        box.press("Enter")
        expect(self.page.locator(".answer")).to_have_count(before + 1)
        self.wait_for_answer()

    def wait_for_answer(self) -> None:
        last = self.page.locator(".answer").last
        expect(last).to_have_attribute("aria-busy", "false", timeout=ANSWER_SECONDS * 1000)

    def open_card(self) -> Any:
        """The first proposal of the last answer that can be decided; unfolded from its list."""
        first = self.answer.locator(".proposal.open, .proposal-row.open").first
        expect(first).to_be_visible()
        row = self.answer.locator(".proposal-row.open").first
        if row.count():
            row.locator(".unfold").click()
        card = self.answer.locator(".proposal.open").first
        expect(card).to_be_visible()
        number = card.get_attribute("data-proposal")
        return self.page.locator(f"[data-proposal='{number}']")

    @property
    def answer(self) -> Any:
        """The last answer."""
        return self.page.locator(".answer").last


@contextmanager
def visiting(
    browser: Browser,
    address: str,
    *,
    language: str = "en",
    theme: str = "light",
    width: int = 1280,
    height: int = 860,
    **options: Any,
) -> Iterator[Visit]:
    """A fresh window (no cookies, nothing stored); fails when its console complained."""
    context = browser.new_context(
        viewport={"width": width, "height": height},
        locale=LOCALE[language],
        color_scheme=theme,  # type: ignore[arg-type]
        reduced_motion="reduce",
        accept_downloads=True,
        **options,
    )
    context.set_default_timeout(PAGE_SECONDS * 1000)
    visit = Visit(context.new_page(), address)
    visit.page.on("console", lambda message: _listen(visit, message))
    visit.page.on("pageerror", lambda error: visit.problems.append(f"uncaught: {error}"))
    visit.page.on("dialog", lambda dialog: (visit.problems.append("dialog"), dialog.dismiss()))
    visit.page.on("request", lambda request: _note_foreign(visit, request.url))
    try:
        yield visit
    finally:
        context.close()
    assert not visit.problems, visit.problems


def _listen(visit: Visit, message: ConsoleMessage) -> None:
    """Errors and warnings count; a refused request is the test's own business."""
    if message.type in {"error", "warning"} and "Failed to load resource" not in message.text:
        visit.problems.append(f"{message.type}: {message.text}")


def _note_foreign(visit: Visit, url: str) -> None:
    if not url.startswith((visit.address, "blob:", "data:")):
        visit.problems.append(f"request to {url}")
