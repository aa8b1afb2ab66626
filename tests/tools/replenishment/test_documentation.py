"""Every reference value of the documentation, run as it is printed there."""

from __future__ import annotations

import doctest
import importlib
import pkgutil
from pathlib import Path

import pytest

import tools.replenishment.theory as theory

DOCUMENT = Path(__file__).parents[3] / "docs" / "replenishment.md"
MODULES = [module.name for module in pkgutil.iter_modules(theory.__path__)]


def test_documented_reference_values() -> None:
    parser = doctest.DocTestParser()
    examples = parser.get_doctest(
        DOCUMENT.read_text(encoding="utf-8"), {}, "replenishment.md", str(DOCUMENT), 0
    )
    runner = doctest.DocTestRunner()
    runner.run(examples)
    assert runner.tries > 80
    assert runner.failures == 0


@pytest.mark.parametrize("name", MODULES)
def test_worked_examples_of_the_theory(name: str) -> None:
    result = doctest.testmod(importlib.import_module(f"tools.replenishment.theory.{name}"))
    assert result.attempted > 0
    assert result.failed == 0
