"""The command line: help on everything, one sentence for what goes wrong, files in and out."""

from __future__ import annotations

import errno
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import Engine
from typer.testing import CliRunner

from assistant.cli.console import failures_in_one_sentence, sentence
from assistant.cli.main import app
from assistant.models.weights import WeightsError
from assistant.settings import settings
from tools.errors import InvalidInput

COMMANDS = [
    *(["serve"], ["prepare"], ["import"], ["refresh"], ["ask"], ["export"], ["backtest"]),
    *(["model"], ["model", "fetch"], ["model", "info"], ["model", "evaluate"]),
]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home folder of its own for one test."""
    monkeypatch.setenv("INVENTORY_HOME", str(tmp_path))
    monkeypatch.delenv("DATABASE_URL", raising=False)
    settings.cache_clear()
    yield tmp_path
    settings.cache_clear()


def run(*arguments: str) -> tuple[int, str]:
    """Exit code and everything printed, as the console script would."""
    result = CliRunner().invoke(app, list(arguments))
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code, result.output


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_every_command_has_help(command: list[str]) -> None:
    code, text = run(*command, "--help")
    assert code == 0
    assert "Usage" in text


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), "disk is full"),
        (PermissionError(errno.EACCES, "denied", "/somewhere"), "/somewhere cannot be written"),
        (FileNotFoundError(errno.ENOENT, "no", "sales.csv"), "no file sales.csv"),
        (sqlite3.OperationalError("database or disk is full"), "disk is full"),
        (WeightsError("The package index cannot be reached."), "package index"),
        (InvalidInput("There is no table x."), "There is no table x."),
    ],
)
def test_failures_are_one_sentence(
    error: Exception, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert words in sentence(error)
    with pytest.raises(SystemExit) as caught, failures_in_one_sentence():
        raise error
    assert caught.value.code == 1
    assert "Traceback" not in capsys.readouterr().err


def test_asking_without_a_database_says_what_to_do(home: Path) -> None:
    with pytest.raises(Exception, match="make serve"):
        run("ask", "what is at risk?")


def test_an_import_shows_changes_and_twice_changes_nothing(home: Path) -> None:
    file = home / "items.csv"
    file.write_text("code;name;unit cost\nA-1;Lamp;4,50\nA-2;Shade;3,20\n", encoding="utf-8")
    assert "2 records would be added" in run("import", "--dry-run", str(file))[1]
    assert "2 records added" in run("import", str(file))[1]
    assert "2 unchanged" in run("import", str(file))[1]
    target = home / "out.csv"
    run("export", "items", "--to", str(target))
    assert "Lamp" in target.read_text(encoding="utf-8-sig")


def test_the_console_script_starts_quickly_and_fails_plainly(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", "from assistant.cli import main; main()", "ask", "hello"],
        capture_output=True,
        text=True,
        env={"INVENTORY_HOME": str(tmp_path / "none"), "PATH": ""},
        check=False,
    )
    assert done.returncode == 1
    assert "Error:" in done.stderr
    assert "Traceback" not in done.stderr


def test_orders_are_exported(home: Path, demo_folder: Path, demo_engine: Engine) -> None:
    (home / "inventory.db").write_bytes((demo_folder / "records.db").read_bytes())
    with demo_engine.connect() as connection:
        number = connection.exec_driver_sql("SELECT number FROM purchase_orders").scalar()
    target = home / "order.xlsx"
    run("export", str(number), "--to", str(target))
    assert target.stat().st_size > 1000
