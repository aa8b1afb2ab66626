"""`inventory-assistant model evaluate`: how often a model does the right thing, and every miss.

Cases are written by hand (`tests/evaluation/`, or a planner's own file). Arguments are compared
after normalisation: names resolved against the catalogue, periods, shares and amounts parsed. The
table gives tool, tool with all arguments, refusals, dialogues, extraction by field, and times.
"""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

from rich.console import Console
from rich.table import Table

from assistant.settings import Settings
from assistant.training.cases import Case, load
from assistant.training.choosers import Choice, Chooser
from assistant.training.scoring import right_outcome, wrong_arguments
from tools.arguments import OUTCOMES, TOOLS
from tools.data.catalogue import Catalogue
from tools.errors import InvalidInput

CASES = Path(__file__).parents[2] / "tests" / "evaluation"


@dataclass
class Tally:
    """Right out of all."""

    right: int = 0
    all: int = 0

    def add(self, right: bool) -> None:
        self.right += right
        self.all += 1

    @property
    def share(self) -> float:
        return self.right / self.all if self.all else float("nan")

    def __str__(self) -> str:
        return f"{self.share:.3f} ({self.right}/{self.all})" if self.all else "-"


@dataclass
class Report:
    """Everything `evaluate` found; `rows` names the measures of the table."""

    model: str
    measures: dict[tuple[str, str], Tally] = field(default_factory=lambda: defaultdict(Tally))
    confusion: Counter[tuple[str, str]] = field(default_factory=Counter)
    misses: list[str] = field(default_factory=list)
    first_token_s: list[float] = field(default_factory=list)
    total_s: list[float] = field(default_factory=list)
    messages: Any = None

    def share(self, measure: str, language: str) -> float:
        return self.measures[measure, language].share


MEASURES = ("right tool", "tool and all arguments", "ask / decline / none / concept",
            "dialogue turns", "whole dialogues")  # fmt: skip


def run(
    cases: Sequence[Case], chooser: Chooser, catalogue: Catalogue | None, today: dt.date
) -> Report:
    """Play every case against `chooser`."""
    report = Report(chooser.name)
    for case in cases:
        chooser.begin()
        whole = True
        for turn in case.turns:
            choice = chooser.choose(turn.text)
            report.first_token_s.append(choice.first_token_s)
            report.total_s.append(choice.total_s)
            tool_right = right_outcome(choice.outcome, turn)
            wrong = wrong_arguments(choice.outcome, choice.arguments, turn, catalogue, today)
            if choice.outcome in OUTCOMES and choice.outcome != "concept":
                wrong = []  # which refusal or question it is, is told but not required
            right = tool_right and not wrong
            whole &= right
            report.confusion[turn.outcomes[0], choice.outcome] += 1
            if case.is_dialogue:
                report.measures["dialogue turns", case.language].add(right)
            elif turn.outcomes[0] in TOOLS or turn.outcomes[0] not in OUTCOMES:
                report.measures["right tool", case.language].add(tool_right)
                report.measures["tool and all arguments", case.language].add(right)
            else:
                report.measures[MEASURES[2], case.language].add(right)
            if not right:
                report.misses.append(_miss(case, turn.text, turn, choice, tool_right, wrong))
        if case.is_dialogue:
            report.measures["whole dialogues", case.language].add(whole)
    return report


def _miss(
    case: Case, text: str, turn: Any, choice: Choice, tool_right: bool, wrong: Sequence[str]
) -> str:
    wanted = {name: "|".join(options) for name, options in turn.arguments.items()}
    why = f"arguments {', '.join(wrong)}" if tool_right else "outcome"
    return (
        f"[{case.language}] {text}\n"
        f"    wanted {'|'.join(turn.outcomes)} {json.dumps(wanted, ensure_ascii=False)}\n"
        f"    chosen {choice.outcome} {json.dumps(dict(choice.arguments), ensure_ascii=False)}"
        f" - wrong {why}\n    {choice.detail}"
    )


def evaluate(
    settings: Settings,
    cases: Path | None = None,
    console: Console | None = None,
    adapter: bool = True,
) -> Report:
    """Measure the configured model on the cases and print the table and every miss.

    Raises:
        InvalidInput: no cases, or a file that does not hold cases.
    """
    from assistant.training.setting import chooser_for, message_scores, records

    paths = [cases] if cases is not None else sorted(CASES.glob("*.jsonl"))
    questions, messages = load(paths)
    if not questions and not messages:
        raise InvalidInput(f"There are no cases in {cases or CASES}; see docs/model.md.")
    catalogue, today = records(settings)
    chooser = chooser_for(settings, catalogue, adapter)
    report = run(questions, chooser, catalogue, today)
    if messages:
        report.messages = message_scores(settings, messages, catalogue, adapter)
    show(report, console or Console())
    return report


def show(report: Report, console: Console) -> None:
    """Print the report: table, times, confusion, misses."""
    for miss in report.misses:
        console.print(miss, markup=False, highlight=False)
    table = Table(title=f"model: {report.model}")
    for column in ("measure", "English", "Chinese"):
        table.add_column(column)
    for measure in MEASURES:
        cells = [str(report.measures[measure, language]) for language in ("en", "zh")]
        if cells != ["-", "-"]:
            table.add_row(measure, *cells)
    console.print(table)
    if report.total_s:
        first, total = sorted(report.first_token_s), sorted(report.total_s)
        late = total[int(0.95 * (len(total) - 1))]
        console.print(
            f"first token: median {median(first):.2f} s; call decided: median "
            f"{median(total):.2f} s, 95th percentile {late:.2f} s",
            highlight=False,
        )
    confused = [(pair, n) for pair, n in report.confusion.most_common() if pair[0] != pair[1]]
    for (wanted, chosen), n in confused[:20]:
        console.print(f"confused {n} times: {wanted} taken for {chosen}", highlight=False)
    if report.messages is not None:
        show_messages(report.messages, console)


def show_messages(score: Any, console: Console) -> None:
    """Print extraction by field and language, and every message with a miss."""
    for miss in score.misses:
        console.print(
            json.dumps(miss, ensure_ascii=False, default=str), markup=False, highlight=False
        )
    table = Table(title=f"supplier messages read by: {score.reader} ({score.messages} messages)")
    for column in ("field", "English F1", "Chinese F1"):
        table.add_column(column)
    names = list(dict.fromkeys(name for _, name in score.fields))
    for name in names:
        cells = [score.fields.get((language, name)) for language in ("en", "zh")]
        table.add_row(name, *(f"{c.f1:.3f}" if c else "-" for c in cells))
    table.add_row("all fields", *(f"{score.overall(lang).f1:.3f}" for lang in ("en", "zh")))
    table.add_row("whole messages", *(f"{score.exact_rate(lang):.3f}" for lang in ("en", "zh")))
    console.print(table)
