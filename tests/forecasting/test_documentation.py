"""The example of docs/forecasting.md runs as it is written."""

import re
from pathlib import Path

import pytest

DOCUMENT = Path(__file__).parents[2] / "docs" / "forecasting.md"


def test_the_example_runs(capsys: pytest.CaptureFixture[str]) -> None:
    found = re.search(r"```python\n(.*?)```", DOCUMENT.read_text(encoding="utf-8"), re.DOTALL)
    assert found is not None
    exec(compile(found.group(1), str(DOCUMENT), "exec"), {})
    printed = capsys.readouterr().out
    assert "2025-08-03" in printed
    assert "spoons" in printed
