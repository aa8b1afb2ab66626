"""Tools that exist only in training: the model learns to read a description it has not seen.

They appear under made-up names as often as under telling ones, with the right one among others, or
as mere distraction beside a question for a known tool.
"""

from __future__ import annotations

import random
import tomllib
from collections.abc import Sequence
from functools import lru_cache
from importlib.resources import files
from typing import Any

from assistant.models.prompt import UnseenTool

_SYLLABLES = "lo va rek tu mi dax pon sil gre ob zu ket".split()


@lru_cache
def catalogue() -> tuple[dict[str, Any], ...]:
    """The tools of `frames/unseen.toml`."""
    text = files("assistant.training").joinpath("frames/unseen.toml").read_text("utf-8")
    return tuple(tomllib.loads(text)["tool"])


def offer(rng: random.Random, wanted: dict[str, Any] | None = None) -> tuple[list[UnseenTool], str]:
    """Tools for a prompt in random order, and the name under which the wanted one appears."""
    others = [tool for tool in catalogue() if tool is not wanted]
    chosen = rng.sample(others, rng.choice([0, 1, 1, 2]) if wanted else rng.choice([1, 1, 2]))
    tools, name = [_tool(tool, tool["name"]) for tool in chosen], ""
    if wanted:
        name = wanted["name"] if rng.random() < 0.5 else "_".join(rng.sample(_SYLLABLES, 2))
        tools.append(_tool(wanted, name))
    rng.shuffle(tools)
    return tools, name


def distractors(rng: random.Random) -> Sequence[UnseenTool]:
    """Tools whose descriptions do not fit the message."""
    return offer(rng)[0]


def _tool(tool: dict[str, Any], name: str) -> UnseenTool:
    return UnseenTool(name, tool["description"], tuple(tool["arguments"]))
