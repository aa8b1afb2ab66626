"""A second opinion on what is asked: a small convolutional reader over the same word vectors.

The language model learns from thousands of examples in an hour on two cores; this network learns
from hundreds of thousands in minutes, because it is a thousand times smaller. Its word vectors are
the language model's own (frozen), so that unseen words still mean something to it. The selector
multiplies both opinions (Kim, 2014, "Convolutional Neural Networks for Sentence Classification").
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from assistant.models.prompt import AGAIN, IT, slots
from assistant.models.render import Rendered
from assistant.models.state import ENTITY_SLOTS, DialogueState
from tools.arguments import OUTCOMES, TOOLS

LENGTH = 40
WIDTHS = (1, 2, 3, 4, 5)
PROJECTED, FILTERS, HIDDEN = 128, 112, 320
WEIGHTS_FILE, LABELS_FILE = "intent.safetensors", "intent.json"
STATE_SLOTS = (*ENTITY_SLOTS, "period", "horizon", "budget", "service_level", "demand_change",
               "delay", "quantity")  # fmt: skip
SPAN_SLOTS = (*STATE_SLOTS, "term")
"""Arguments copied from the message; the network says whether each is there."""
ABSENT, SPAN, POINTED = range(3)
"""An argument is not given, written in the message, or meant by "it"."""
STATE_SIZE = len(TOOLS) + 2 * len(STATE_SLOTS) + 2
Label = tuple[str, tuple[tuple[str, str], ...]]
"""An outcome with the values of its enumerated arguments."""


class IntentNetwork(nn.Module):
    """(batch, LENGTH) token ids, (batch, STATE_SIZE) state -> logits of labels and of slots.

    Labels: (batch, labels). Slots: (batch, len(SPAN_SLOTS), 3) for absent, span and pointed.
    """

    def __init__(self, vectors: Tensor, labels: int, dropout: float = 0.0) -> None:
        super().__init__()
        self.words = nn.Embedding.from_pretrained(vectors, freeze=True)
        self.project = nn.Linear(vectors.shape[1], PROJECTED)
        self.convolutions = nn.ModuleList(
            nn.Conv1d(PROJECTED, FILTERS, width, padding=width // 2) for width in WIDTHS
        )
        self.hidden = nn.Linear(FILTERS * len(WIDTHS) + STATE_SIZE, HIDDEN)
        self.out = nn.Linear(HIDDEN, labels)
        self.slots = nn.Linear(HIDDEN, 3 * len(SPAN_SLOTS))
        self.drop = nn.Dropout(dropout)

    def forward(
        self, ids: Tensor, state: Tensor, keep: Tensor | None = None
    ) -> tuple[Tensor, Tensor]:
        x = self.project(self.words(ids).float()) * (ids > 0).unsqueeze(-1)
        if keep is not None:
            x = x * keep.unsqueeze(-1)
        x = x.transpose(1, 2)
        pooled = [torch.relu(c(x)).amax(dim=2) for c in self.convolutions]
        joined = self.drop(torch.cat([*pooled, state], dim=1))
        hidden = self.drop(torch.relu(self.hidden(joined)))
        return self.out(hidden), self.slots(hidden).unflatten(1, (len(SPAN_SLOTS), 3))


def word_vectors(embedding: Tensor) -> Tensor:
    """The language model's input embeddings, scaled to unit variance."""
    vectors = embedding.detach().float()
    return (vectors / vectors.std()).to(torch.bfloat16)


def token_ids(tokenizer: Any, text: str) -> list[int]:
    """Token ids of a shown message, cut and padded to LENGTH."""
    ids = tokenizer.encode(text, add_special_tokens=False)[:LENGTH]
    return [*ids, *([0] * (LENGTH - len(ids)))]


def state_vector(state: DialogueState) -> list[float]:
    """Which tool ran last, which arguments it had, what is in focus, whether a list was shown."""
    tool = [float(state.tool == name) for name in TOOLS]
    given = [float(bool(state.arguments.get(name))) for name in STATE_SLOTS]
    about = [float(bool(state.focus.get(name))) for name in STATE_SLOTS]
    return [*tool, *given, *about, float(bool(state.listed)), float(bool(state.tool))]


def label_of(outcome: str, arguments: Mapping[str, str]) -> Label:
    """The class of an answer: its outcome and enumerated values that are not the default."""
    if outcome == AGAIN or outcome not in {*TOOLS, *OUTCOMES}:
        return outcome, ()
    enumerated = [name for name, choices in slots(outcome) if choices]
    return outcome, tuple((name, arguments[name]) for name in enumerated if name in arguments)


def slots_of(arguments: Mapping[str, str]) -> list[int]:
    """What an answer gives for each of `SPAN_SLOTS`."""
    return [
        ABSENT if name not in arguments else POINTED if arguments[name] == IT else SPAN
        for name in SPAN_SLOTS
    ]


@dataclass
class Opinion:
    """Probabilities of outcomes, and of enumerated values given an outcome."""

    outcomes: Mapping[str, float]
    labels: Mapping[Label, float]
    slots: Mapping[str, Sequence[float]]
    """Argument -> shares of absent, span, pointed."""

    def values(self, outcome: str) -> dict[str, dict[str, float]]:
        """Argument -> value ("" for absent) -> probability, given the outcome."""
        total = self.outcomes.get(outcome, 0.0) or 1e-9
        found: dict[str, dict[str, float]] = {}
        for name, choices in slots(outcome) if outcome in {*TOOLS, *OUTCOMES} else ():
            if choices:
                shares = dict.fromkeys(["", *choices], 0.0)
                for (label, pairs), share in self.labels.items():
                    if label == outcome:
                        shares[dict(pairs).get(name, "")] += share / total
                found[name] = shares
        return found


class IntentReader:
    """The trained network with its labels."""

    def __init__(self, folder: Path, vectors: Tensor, tokenizer: Any) -> None:
        stored = json.loads((folder / LABELS_FILE).read_text())
        self.labels = [(outcome, tuple((n, v) for n, v in pairs)) for outcome, pairs in stored]
        self.tokenizer = tokenizer
        self.network = IntentNetwork(vectors, len(self.labels)).eval()
        weights = {name: value.float() for name, value in load_file(folder / WEIGHTS_FILE).items()}
        self.network.load_state_dict(weights, strict=False)

    @torch.inference_mode()
    def read(self, rendered: Rendered, state: DialogueState, offered: Sequence[str]) -> Opinion:
        """The opinion over the outcomes on offer."""
        ids = torch.tensor([token_ids(self.tokenizer, rendered.text)])
        logits, given = (x[0] for x in self.network(ids, torch.tensor([state_vector(state)])))
        allowed = torch.tensor([label[0] in offered for label in self.labels])
        shares = torch.softmax(logits.masked_fill(~allowed, -torch.inf), dim=0).tolist()
        outcomes: dict[str, float] = {}
        for (outcome, _), share in zip(self.labels, shares, strict=True):
            outcomes[outcome] = outcomes.get(outcome, 0.0) + share
        present = dict(zip(SPAN_SLOTS, torch.softmax(given, dim=1).tolist(), strict=True))
        return Opinion(outcomes, dict(zip(self.labels, shares, strict=True)), present)


def save(network: IntentNetwork, labels: Sequence[Label], folder: Path) -> None:
    """Write everything but the word vectors, which are the base model's."""
    folder.mkdir(parents=True, exist_ok=True)
    state = network.state_dict()
    kept = {n: v.to(torch.bfloat16).contiguous() for n, v in state.items() if n != "words.weight"}
    save_file(kept, folder / WEIGHTS_FILE, metadata={"format": "pt"})
    (folder / LABELS_FILE).write_text(json.dumps(labels) + "\n")
