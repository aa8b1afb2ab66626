"""The selector's prompt and its answer as text; training and serving build them here.

select                       task (prompts/system/selector.md)
+ name(arguments): what for  only for tools that were not in training
(forecast item horizon)      the dialogue state, when there is one
 and in PLACE next month?    the message, names as placeholders, Chinese as glosses
>forecast                    the answer: an outcome, then one line per argument
location: PLACE
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Literal, get_args, get_origin

from assistant.models.render import Rendered
from assistant.models.state import DialogueState
from tools.arguments import OUTCOMES, TOOLS, Arguments

START, END = "<|im_start|>", "<|im_end|>"
AGAIN = "again"
"""The outcome "the last call once more with these arguments changed"."""
IT = "it"
"""The value "what the conversation is about"."""
AGAIN_SLOTS = (
    "item", "location", "supplier", "order", "period", "horizon", "budget", "service_level",
    "demand_change", "delay", "quantity",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class UnseenTool:
    """A tool that was not in training: the model reads its description and argument names."""

    name: str
    description: str
    arguments: tuple[str, ...] = ()
    choices: Mapping[str, tuple[str, ...]] | None = None

    def line(self) -> str:
        return f"+ {self.name}({', '.join(self.arguments)}): {self.description}\n"


@lru_cache
def task(name: str) -> str:
    """Opening of the prompt for `selector` or `extractor`."""
    return START + files("prompts").joinpath(f"system/{name}.md").read_text("utf-8").strip() + "\n"


def selection_prompt(
    rendered: Rendered, state: DialogueState, unseen: Sequence[UnseenTool] = ()
) -> str:
    """Everything before the answer."""
    extra = "".join(tool.line() for tool in unseen)
    return f"{task('selector')}{extra}{state.line()}{rendered.text}\n>"


def answer(outcome: str, arguments: Mapping[str, str]) -> str:
    """The answer as the model writes it, without the end token."""
    return outcome + "".join(f"\n{name}: {value}" for name, value in arguments.items())


def parse_answer(text: str) -> tuple[str, dict[str, str]]:
    """Outcome and raw arguments of an answer."""
    outcome, *lines = text.strip().split("\n")
    pairs = (line.partition(":") for line in lines)
    return outcome, {name.strip(): value.strip() for name, _, value in pairs if name.strip()}


@lru_cache
def slots(outcome: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Arguments of an outcome in schema order, each with its choices (empty: a span)."""
    if outcome == AGAIN:
        return tuple((name, ()) for name in AGAIN_SLOTS)
    return fields_of((TOOLS | OUTCOMES)[outcome])


def fields_of(model: type[Arguments]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Argument names of a schema with the choices of the enumerated ones."""
    found = []
    for name, info in model.model_fields.items():
        literal = get_origin(info.annotation) is Literal
        found.append((name, tuple(get_args(info.annotation)) if literal else ()))
    return tuple(found)
