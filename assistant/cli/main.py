"""`inventory-assistant`: serve, import, refresh, ask, model, export.

Commands only read arguments and print; the work is done by the rooms they call. Heavy modules are
imported inside the commands, so that `--help` answers at once.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from assistant.cli.console import console, failures_in_one_sentence, progress_bar

app = typer.Typer(
    help="A conversational inventory assistant: ask, see, act - in English or Chinese.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
model_app = typer.Typer(help="The language model behind the conversation.", no_args_is_help=True)
app.add_typer(model_app, name="model")


def main() -> None:
    """Entry point of the console script."""
    if sys.version_info < (3, 11):  # noqa: UP036 - a plain sentence instead of a syntax error
        sys.exit("Error: Python 3.11 or newer is needed.")
    with failures_in_one_sentence():
        app()


@app.command()
def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on.")] = None,
) -> None:
    """Prepare what is missing (weights, database, demo company, forecasts) and serve the page."""
    from assistant.cli.prepare import prepare
    from assistant.server.serve import check_address
    from assistant.server.serve import serve as run_server
    from assistant.settings import settings

    chosen = settings()
    changes: dict[str, Any] = {}
    if host is not None:
        changes["host"] = host
    if port is not None:
        changes["port"] = port
    chosen = chosen.model_copy(update=changes)
    check_address(chosen)
    prepare(chosen)
    run_server(chosen)


@app.command("prepare")
def prepare_command() -> None:
    """Fetch weights, make the database and fit forecasts, without serving."""
    from assistant.cli.prepare import prepare
    from assistant.settings import settings

    prepare(settings())


@app.command("import")
def import_command(
    files: Annotated[list[Path], typer.Argument(help="CSV, Excel or Parquet files.")],
    table: Annotated[
        str | None, typer.Option(help="Table; found from the columns if absent.")
    ] = None,
    mapping: Annotated[
        Path | None, typer.Option(help="JSON file: column of the file -> our field.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would change.")] = False,
    date_order: Annotated[
        str | None, typer.Option(help="Order of ambiguous dates: dmy, mdy or ymd.")
    ] = None,
    refresh_after: Annotated[
        bool, typer.Option("--refresh/--no-refresh", help="Refresh forecasts afterwards.")
    ] = False,
) -> None:
    """Read the planner's own records; the same file twice changes nothing."""
    from assistant.cli.importing import run_imports

    given = json.loads(mapping.read_text(encoding="utf-8")) if mapping else None
    run_imports(files, table=table, mapping=given, dry_run=dry_run, date_order=date_order)
    if refresh_after and not dry_run:
        refresh()


@app.command()
def refresh() -> None:
    """Recompute forecasts and look for anomalies on the current data."""
    from assistant.cli.prepare import open_database, refresh_results
    from assistant.settings import settings

    refresh_results(open_database(settings()))


@app.command()
def ask(
    question: Annotated[str, typer.Argument(help="In English or Chinese.")],
    language: Annotated[str | None, typer.Option(help="en or zh; found from the question.")] = None,
    conversation: Annotated[str | None, typer.Option(help="Continue this conversation.")] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print the events as JSON lines.")
    ] = False,
) -> None:
    """Ask one question and print the answer."""
    from assistant.cli.asking import ask_once

    ask_once(question, language, conversation, as_json=as_json)


@app.command()
def export(
    what: Annotated[str, typer.Argument(help="A table (items, sales, …) or an order number.")],
    to: Annotated[Path, typer.Option("--to", help="File to write: .csv, .xlsx or .eml (orders).")],
    language: Annotated[str, typer.Option(help="Language of headings: en or zh.")] = "en",
) -> None:
    """Write records or a purchase order to a file."""
    from assistant.cli.exporting import export_to

    export_to(what, to, language)


@app.command()
def backtest(
    file: Annotated[Path, typer.Argument(help="Long table: CSV, Parquet or Excel.")],
    frequency: Annotated[str | None, typer.Option(help="D, W or M; found if absent.")] = None,
    horizon: Annotated[int, typer.Option(help="Periods ahead.")] = 28,
    windows: Annotated[int, typer.Option(help="Rolling origins.")] = 4,
    known: Annotated[str, typer.Option(help="Columns known ahead, comma-separated.")] = "",
    static: Annotated[str, typer.Option(help="Columns that describe a series.")] = "",
    models: Annotated[str, typer.Option(help="Models to compare, comma-separated.")] = "",
    columns: Annotated[str, typer.Option(help="Renaming, e.g. sku=unique_id,date=ds,qty=y.")] = "",
    save: Annotated[Path | None, typer.Option(help="Folder to write the comparison to.")] = None,
) -> None:
    """Compare our forecasts and the installed peers on any table."""
    from assistant.cli.backtesting import run_backtest

    run_backtest(
        file,
        frequency=frequency,
        horizon=horizon,
        windows=windows,
        known=_listed(known),
        static=_listed(static),
        models=_listed(models),
        columns=dict(pair.split("=", 1) for pair in _listed(columns) if "=" in pair),
        save=save,
    )


def _listed(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


@model_app.command()
def fetch() -> None:
    """Download and check the default model's weights."""
    from assistant.models import weights
    from assistant.settings import settings

    with progress_bar("Model weights") as report:
        path = weights.fetch(settings().cache_folder, report)
    console.print(f"The model is in {path}.", highlight=False)


@model_app.command()
def info() -> None:
    """Which model answers, where its weights are and what it is licensed under."""
    from assistant.models import weights
    from assistant.settings import settings

    chosen = settings()
    found = weights.info(chosen.cache_folder)
    console.print(f"model: {chosen.model}", highlight=False)
    for name in ("source", "licence", "path", "present", "bytes"):
        console.print(f"{name}: {getattr(found, name)}", highlight=False)


@model_app.command()
def evaluate(
    cases: Annotated[
        Path | None, typer.Option(help="JSON lines of your own cases (see docs/model.md).")
    ] = None,
    model: Annotated[str | None, typer.Option(help="Another model, e.g. openai:gpt-4o.")] = None,
    adapter: Annotated[bool, typer.Option("--adapter/--without-adapter")] = True,
) -> None:
    """Measure tool choice, arguments, refusals and extraction; print every miss."""
    from assistant.settings import settings
    from assistant.training.evaluate import evaluate as run

    chosen = settings()
    if model is not None:
        chosen = chosen.model_copy(update={"model": model})
    run(chosen, cases=cases, console=console, adapter=adapter)


if __name__ == "__main__":
    main()
