"""Pictures of the page for the documents: `python -m tests.browser.screenshots`.

They show the real server over the full demo company, in both languages, both themes and two
widths, so that the documents never show something that is not there.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Browser

from tests.browser.chromium import chromium
from tests.browser.server import running_server
from tests.browser.visit import Visit, visiting

IMAGES = Path(__file__).parents[2] / "docs" / "images"


def take(browser: Browser, address: str, folder: Path, scenes: list[str]) -> None:
    """Write the pictures of `scenes` into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in scenes:
        scene = SCENES[name]
        for options in WINDOWS:
            with visiting(browser, address, **options) as visit:
                scene(visit, options["language"])
                visit.page.mouse.move(0, 0)
                visit.page.wait_for_timeout(900)
                parts = [name, options["language"], options["theme"], str(options["width"])]
                visit.page.screenshot(path=folder / f"{'-'.join(parts)}.png")


WINDOWS = [
    {"language": "en", "theme": "light", "width": 1280, "height": 860},
    {"language": "zh", "theme": "dark", "width": 1280, "height": 860},
    {"language": "zh", "theme": "light", "width": 380, "height": 780},
]


def today(visit: Visit, language: str) -> None:
    visit.go("today")
    visit.page.locator(".panel .entry").first.wait_for()


def forecast(visit: Visit, language: str) -> None:
    from tests.browser.test_main_path import an_item

    item = an_item(visit.address, language)
    question = f"Forecast for {item} for the next 4 weeks"
    visit.ask(question if language == "en" else f"{item}未来四周的需求预测")
    visit.answer.locator(".chart canvas").first.wait_for()


def orders(visit: Visit, language: str) -> None:
    question = "What should I order today with 20k?"
    visit.ask(question if language == "en" else "用两万美元今天该订什么？")
    visit.open_card().evaluate("(element) => element.scrollIntoView({ block: 'center' })")


def evidence(visit: Visit, language: str) -> None:
    visit.ask("Which items are at risk?" if language == "en" else "哪些商品有缺货风险？")
    visit.answer.locator(".fact").first.click()
    visit.page.locator(".evidence").wait_for()


def message(visit: Visit, language: str) -> None:
    visit.go("messages")
    visit.page.locator(".message-entry").first.wait_for()
    entries = visit.page.locator(".message-entry", has=visit.page.locator(".status.open"))
    (entries if entries.count() else visit.page.locator(".message-entry")).first.click()
    visit.page.locator(".message-body").wait_for()


SCENES: dict[str, Callable[[Visit, str], None]] = {
    "today": today,
    "forecast": forecast,
    "orders": orders,
    "evidence": evidence,
    "message": message,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--address", help="a server that already runs")
    parser.add_argument("--folder", type=Path, default=IMAGES)
    parser.add_argument("--scene", action="append", choices=SCENES, help="all by default")
    arguments = parser.parse_args()
    scenes = arguments.scene or list(SCENES)
    with chromium() as browser:
        if arguments.address:
            take(browser, arguments.address, arguments.folder, scenes)
            return
        with tempfile.TemporaryDirectory() as home, running_server(Path(home)) as address:
            take(browser, address, arguments.folder, scenes)


if __name__ == "__main__":
    main()
