"""Both languages say the same things, and the page asks for nothing they do not hold."""

from __future__ import annotations

import json
import re
from pathlib import Path

import assistant

WEB = Path(assistant.__file__).parent / "web"
ENTRY = re.compile(r'^  ("(?:[^"\\]|\\.)+"): ("(?:[^"\\]|\\.)*"),$', re.MULTILINE)
USE = re.compile(r'\b(?:t|has)\(\s*"([^"]+)"')
PLURAL = re.compile(r'\bplural\(\s*"([^"]+)"')
SLOT = re.compile(r"\{(\w+)\}")


def strings(language: str) -> dict[str, str]:
    text = (WEB / "i18n" / f"{language}.js").read_text(encoding="utf-8")
    pairs = [(json.loads(key), json.loads(value)) for key, value in ENTRY.findall(text)]
    assert len(pairs) == len(dict(pairs)), "a key is there twice"
    assert len(pairs) == sum(line.startswith('  "') for line in text.splitlines())
    return dict(pairs)


def sources() -> str:
    files = [WEB / "app.js", *(WEB / "lib").glob("*.js"), *(WEB / "components").glob("*.js")]
    return "\n".join(file.read_text(encoding="utf-8") for file in files)


def test_both_languages_have_the_same_keys_and_slots() -> None:
    english, chinese = strings("en"), strings("zh")
    assert english.keys() == chinese.keys()
    for key, text in english.items():
        assert set(SLOT.findall(text)) == set(SLOT.findall(chinese[key])), key


def test_no_string_is_empty_and_chinese_is_chinese() -> None:
    same = {"export.csv", "export.xlsx"}
    for key, text in strings("zh").items():
        assert text.strip(), key
        assert key in same or re.search(r"[\u4e00-\u9fff]", text), key


def test_every_string_the_page_asks_for_exists() -> None:
    known = strings("en")
    asked = {key for key in USE.findall(sources()) if not key.endswith(".")}
    assert asked - known.keys() == set()
    for stem in PLURAL.findall(sources()):
        assert {f"{stem}.one", f"{stem}.other"} <= known.keys(), stem


def test_modules_stay_small() -> None:
    files = [WEB / "app.js", *(WEB / "lib").glob("*.js"), *(WEB / "components").glob("*.js")]
    for file in files:
        assert len(file.read_text(encoding="utf-8").splitlines()) < 300, file.name
