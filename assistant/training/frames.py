"""Ways of asking: reads the files in `frames/` and expands a line into one wording.

A line holds alternatives `(a|b)`, optional words `[x]` and slots `{item}`; one line stands for
dozens of wordings. A section `## outcome key=value …` gives what all its lines mean.
"""

from __future__ import annotations

import random
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.resources import files

_INNERMOST = re.compile(r"\(([^()\[\]]*)\)|\[([^()\[\]]*)\]")
_SPACES = re.compile(r" {2,}")
OPTIONAL_SHARE = 0.45


@dataclass(frozen=True, slots=True)
class Section:
    """Lines with one meaning."""

    outcome: str
    fixed: Mapping[str, str]
    """Arguments every line of the section has; `it` and `ordinal` point at the dialogue."""
    flags: frozenset[str]
    after: tuple[str, ...]
    slot: str
    lines: tuple[str, ...] = field(repr=False)


@lru_cache
def sections(name: str) -> tuple[Section, ...]:
    """The sections of `frames/<name>.txt`."""
    text = files("assistant.training").joinpath(f"frames/{name}.txt").read_text("utf-8")
    found: list[Section] = []
    for block in re.split(r"^## ", text, flags=re.MULTILINE)[1:]:
        head, *lines = block.splitlines()
        outcome, *words = head.split()
        pairs = dict(word.split("=", 1) for word in words if "=" in word)
        flags = frozenset(word for word in words if "=" not in word)
        after = tuple(pairs.pop("after", "").split(",")) if "after" in pairs else ()
        slot = pairs.pop("slot", "")
        kept = tuple(line for line in lines if line.strip())
        found.append(Section(outcome, pairs, flags, after, slot, kept))
    return tuple(found)


def expand(line: str, rng: random.Random, optional: float = OPTIONAL_SHARE) -> str:
    """One wording of a line, with its slots still in braces."""
    while match := _INNERMOST.search(line):
        if match[1] is not None:
            chosen = rng.choice(match[1].split("|"))
        else:
            chosen = rng.choice(match[2].split("|")) if rng.random() < optional else ""
        line = line[: match.start()] + chosen + line[match.end() :]
    return _SPACES.sub(" ", line).strip()


def wordings(line: str) -> int:
    """How many wordings a line stands for (slots not filled)."""
    # Alternatives add up inside brackets and multiply along the line.
    while match := _INNERMOST.search(line):
        body = match[1] if match[1] is not None else match[2]
        count = 0
        for option in body.split("|"):
            product = 1
            for number in re.findall(r"\x00(\d+)\x00", option):
                product *= int(number)
            count += product
        count += match[1] is None
        line = f"{line[: match.start()]}\x00{count}\x00{line[match.end() :]}"
    product = 1
    for number in re.findall(r"\x00(\d+)\x00", line):
        product *= int(number)
    return product
