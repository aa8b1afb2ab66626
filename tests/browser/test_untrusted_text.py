"""Text from files and suppliers stays text: in names, in messages, in answers."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, expect
from sqlalchemy import Engine, select

from tests.browser.server import make_home, running_server
from tests.browser.visit import visiting
from tools.data.database import new_data_version, writing
from tools.data.schema import Item

pytestmark = pytest.mark.browser

HOSTILE = '<img src=x onerror="window.hurt=1"><b>bold</b> [l](javascript:window.hurt=1) {{7*7}}'
MESSAGE = f"""Dear team, {HOSTILE}
<script>window.hurt = 1</script> <style>body {{ display: none }}</style>
PO-10001 ships 600 pcs on 3 December 2026. ![p](http://evil.example/pixel.png)
<a href="http://evil.example">click here</a>"""
OWN = {"X-Requested-With": "inventory-assistant"}


def rename_items(engine: Engine) -> None:
    with writing(engine) as session:
        for item in session.scalars(select(Item)):
            item.names = {"en": f"{HOSTILE} {item.code}", "zh": f"{HOSTILE} {item.code}"}
        new_data_version(session, "hostile names")


@pytest.fixture(scope="module")
def hostile_address(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    home = Path(tmp_path_factory.mktemp("hostile"))
    make_home(home, rename_items)
    with running_server(home) as started:
        yield started


def test_hostile_names_stay_words(browser: Browser, hostile_address: str) -> None:
    with visiting(browser, hostile_address) as visit:
        visit.go("today")
        entry = visit.page.locator(".panel.at_risk .entry-title").first
        expect(entry).to_contain_text("onerror")
        visit.ask("Which items are at risk?")
        expect(visit.answer).to_contain_text("<b>bold</b>")
        assert visit.page.locator(".answer img, .answer b, .panel img, .answer a").count() == 0
        assert visit.page.evaluate("window.hurt") is None


def test_a_hostile_message_stays_words(browser: Browser, hostile_address: str) -> None:
    posted = httpx.post(
        f"{hostile_address}/api/messages", json={"text": MESSAGE}, headers=OWN, timeout=120
    )
    assert posted.status_code == 201
    with visiting(browser, hostile_address) as visit:
        visit.go(f"messages/{posted.json()['id']}")
        body = visit.page.locator(".message-body")
        expect(body).to_contain_text("600")
        assert visit.page.locator(".message img, .message script, .message style").count() == 0
        assert visit.page.evaluate("window.hurt") is None
        expect(visit.page.locator("h1")).to_be_visible()


def test_the_page_is_served_under_a_strict_policy(address: str) -> None:
    policy = httpx.get(f"{address}/").headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
