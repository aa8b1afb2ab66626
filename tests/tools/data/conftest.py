"""Small files to import and a company that knows the codes in them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import Engine

from tools.data.imports import import_file

ITEMS = (
    "Item Code,Description,Category,Unit Cost,Unit Price\n"
    "A-1,Wool scarf,scarves,3.2,12.5\nA-2,保温杯,cups,2,9.9\n"
)
LOCATIONS = (
    "Warehouse Code,Name,Type,Time zone\nW1,总仓,仓库,Asia/Shanghai\nS1,City store,store,UTC\n"
)
SUPPLIERS = "Vendor,Vendor name,Email\nV1,Acme,sales@acme.example\nV2,鑫达电子,li@xinda.example\n"

WriteFile = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> WriteFile:
    """`write(name, text, encoding)` makes a file and returns its path."""

    def make(name: str, content: str | bytes, encoding: str = "utf-8") -> Path:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
        return path

    return make


def _fill(engine: Engine, write: WriteFile) -> Engine:
    for name, text in (("items", ITEMS), ("locations", LOCATIONS), ("suppliers", SUPPLIERS)):
        import_file(engine, write(f"{name}.csv", text))
    return engine


@pytest.fixture
def company(sqlite_engine: Engine, write: WriteFile) -> Engine:
    """Two items, two locations and two suppliers on SQLite."""
    return _fill(sqlite_engine, write)


@pytest.fixture
def company_anywhere(engine: Engine, write: WriteFile) -> Engine:
    """The same on SQLite and on PostgreSQL."""
    return _fill(engine, write)
