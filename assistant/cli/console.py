"""What every command shares: where it prints, progress bars, and how it fails.

A failure is one sentence on standard error and a non-zero exit; the traceback is for `--debug`.
"""

from __future__ import annotations

import errno
import os
import sqlite3
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from sqlalchemy.exc import DatabaseError, OperationalError

from assistant.models.weights import WeightsError
from tools.errors import ToolError

console = Console()
errors = Console(stderr=True)

Report = Callable[[str, float], None]
"""Called with what is being done and how much of the whole is behind, 0 to 1."""


@contextmanager
def progress_bar(title: str) -> Iterator[Report]:
    """A bar that a long step moves; on a pipe it prints each new stage as a line."""
    if not console.is_terminal:
        yield _lines(title)
        return
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console) as bar:
        task = bar.add_task(title, total=1.0)

        def report(stage: str, done: float) -> None:
            bar.update(task, description=f"{title}: {stage}" if stage else title, completed=done)

        yield report
        bar.update(task, description=title, completed=1.0)


def _lines(title: str) -> Report:
    seen: set[str] = set()

    def report(stage: str, done: float) -> None:
        if stage not in seen:
            seen.add(stage)
            console.print(f"{title}: {stage}" if stage else title, highlight=False)

    return report


@contextmanager
def failures_in_one_sentence() -> Iterator[None]:
    """Turn what can go wrong on a planner's machine into a sentence and exit code 1."""
    try:
        yield
    except KeyboardInterrupt:
        errors.print("Stopped.")
        raise SystemExit(130) from None
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise SystemExit(1) from None
    except (ToolError, WeightsError, OSError, DatabaseError, sqlite3.DatabaseError) as error:
        if os.environ.get("INVENTORY_DEBUG"):
            traceback.print_exc()
        errors.print(f"[red]Error:[/red] {sentence(error)}", highlight=False, soft_wrap=True)
        raise SystemExit(1) from None


def sentence(error: Exception) -> str:
    """What went wrong and what to do, for a person."""
    if isinstance(error, OSError) and error.errno == errno.ENOSPC:
        return "The disk is full; free some space and run the same command again."
    if isinstance(error, OSError) and error.errno in (errno.EACCES, errno.EROFS):
        return f"{error.filename or 'The folder'} cannot be written; check its permissions."
    if isinstance(error, FileNotFoundError):
        return f"There is no file {error.filename}; check the path."
    if isinstance(error, OperationalError | sqlite3.OperationalError):
        detail = str(getattr(error, "orig", error)).strip().splitlines()[0]
        if "disk is full" in detail:
            return "The disk is full; free some space and run the same command again."
        return f"The database cannot be used ({detail}); check DATABASE_URL and that it is running."
    if isinstance(error, DatabaseError | sqlite3.DatabaseError):
        detail = str(getattr(error, "orig", error)).strip().splitlines()[0]
        return f"The database refused the operation ({detail}); nothing was half written."
    return str(error)
