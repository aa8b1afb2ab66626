"""The generated examples: varied, answerable, and apart from the evaluation."""

from __future__ import annotations

import json
import random
import re
from collections import Counter
from pathlib import Path

import pytest
from rapidfuzz import fuzz, process

from assistant.models.prompt import AGAIN, parse_answer, slots
from assistant.training.clauses import clause_example
from assistant.training.frames import expand, sections, wordings
from assistant.training.situations import example
from assistant.training.unseen import catalogue
from tools.arguments import OUTCOMES, TOOLS
from tools.suppliers.messages.schema import EventKind

EVALUATION = Path(__file__).parents[2] / "evaluation"


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_tool_has_many_ways_of_asking(language: str) -> None:
    counts: Counter[str] = Counter()
    for section in sections(language):
        counts[section.outcome] += sum(wordings(line) for line in section.lines)
    for outcome in {**TOOLS, **OUTCOMES}:
        assert counts[outcome] >= 150, outcome


@pytest.mark.parametrize("name", ["en", "zh", "followups_en", "followups_zh"])
def test_sections_name_known_outcomes_and_values(name: str) -> None:
    for section in sections(name):
        assert section.outcome in {*TOOLS, *OUTCOMES, AGAIN}
        allowed = dict(slots(section.outcome))
        for argument, value in section.fixed.items():
            assert value in {"it", "ordinal", *allowed[argument]}


def test_answers_point_at_the_shown_message() -> None:
    rng = random.Random(3)
    unseen = {argument for tool in catalogue() for argument in tool["arguments"]}
    for _ in range(400):
        drawn = example(rng)
        outcome, arguments = parse_answer(drawn.answer)
        choices = dict(slots(outcome)) if outcome in {*TOOLS, *OUTCOMES, AGAIN} else {}
        for name, value in arguments.items():
            assert name in choices or name in unseen
            assert value == "it" or value in choices.get(name, ()) or value in drawn.shown


def test_the_same_seed_draws_the_same_examples() -> None:
    first, second = random.Random(11), random.Random(11)
    assert [example(first) for _ in range(30)] == [example(second) for _ in range(30)]


def test_clauses_use_their_own_labels() -> None:
    rng = random.Random(5)
    kinds = set()
    for _ in range(600):
        drawn = clause_example(rng)
        labels = set(re.findall(r"([A-Z]):[a-z]+", drawn.prompt))
        for line in drawn.answer.splitlines():
            kinds.add(line.split()[0])
            assert set(re.findall(r"[=,]([A-Z])", line)) <= labels
    assert kinds == {str(kind) for kind in EventKind}


def _plain(text: str) -> str:
    text = re.sub(r"\{\w+\}", " ", text.lower())
    return re.sub(r"[^\w\u4e00-\u9fff]+", " ", text).strip()


@pytest.mark.parametrize("language", ["en", "zh"])
def test_no_evaluation_question_is_a_near_copy_of_a_training_wording(language: str) -> None:
    """Single questions only: "why?" and "thanks" cannot be said in another way."""
    rng = random.Random(1)
    wordings_seen = {
        _plain(expand(line, rng))
        for section in sections(language)
        for line in section.lines
        for _ in range(25)
    }
    questions = [
        json.loads(line)
        for path in sorted(EVALUATION.glob(f"questions*_{language}.jsonl"))
        for line in path.read_text("utf-8").splitlines()
    ]
    copies = []
    for question in questions:
        text = question["text"]
        for value in question.get("arguments", {}).values():
            text = text.replace(str(value), " ")
        text = _plain(text)
        if len(text) < 8:
            continue
        best = process.extractOne(text, wordings_seen, scorer=fuzz.ratio, score_cutoff=92)
        if best is not None:
            copies.append((question["text"], best[0]))
    assert copies == []
