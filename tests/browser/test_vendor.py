"""The vendored files are the published ones, each with its licence."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import assistant

VENDOR = Path(assistant.__file__).parent / "web" / "vendor"
ROW = re.compile(r"^\| `([^`]+)` \| .* \| `([0-9a-f]{64})` \|$", re.MULTILINE)
PUBLISHED_HOOKS = "e862ab2973aa6455eaa0f77c5d832d2157d6be59a17c8ba546550a575b58c6b4"


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def test_every_file_is_listed_with_its_digest() -> None:
    listed = dict(ROW.findall((VENDOR / "README.md").read_text(encoding="utf-8")))
    code = {
        path.relative_to(VENDOR).as_posix()
        for path in VENDOR.rglob("*")
        if path.suffix in {".js", ".mjs", ".woff2"}
    }
    assert listed.keys() == code
    for name, expected in listed.items():
        assert digest((VENDOR / name).read_bytes()) == expected, name


def test_the_one_changed_line_is_all_that_was_changed() -> None:
    ours = (VENDOR / "preact" / "hooks.mjs").read_bytes()
    published = ours.replace(b'from"./preact.mjs"', b'from"preact"')
    assert digest(published) == PUBLISHED_HOOKS


def test_every_library_carries_its_licence() -> None:
    for folder in VENDOR.iterdir():
        if folder.is_dir():
            assert (folder / "LICENSE").stat().st_size > 500, folder.name


def test_the_page_loads_nothing_from_elsewhere() -> None:
    web = VENDOR.parent
    for path in [*web.glob("*.html"), *web.glob("*.js"), *web.glob("styles/*.css")]:
        assert not re.search(r"(src|href|url)\s*[=(]\s*[\"']?https?:", path.read_text("utf-8")), (
            path
        )
    assert "style=" not in (web / "index.html").read_text("utf-8")
