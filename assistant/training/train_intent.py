"""Trains the small second reader (`assistant.models.intent`) on many generated examples.

python -m assistant.training.train_intent --examples 200000 --epochs 3 --out run/adapter
"""

from __future__ import annotations

import argparse
import logging
import random
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import torch
from torch.nn.functional import cross_entropy

from assistant.models import weights
from assistant.models.intent import (
    IntentNetwork,
    Label,
    label_of,
    save,
    slots_of,
    state_vector,
    token_ids,
    word_vectors,
)
from assistant.models.prompt import parse_answer
from assistant.training.situations import example
from tools.arguments import OUTCOMES, TOOLS

BATCH, RATE, WORD_DROPOUT, DROPOUT, SMOOTHING = 256, 2e-3, 0.12, 0.3, 0.05
SLOT_WEIGHT = 4.0
log = logging.getLogger("intent")
Row = tuple[list[int], list[float], Label, list[int]]


def rows(folder: Path, seed: int, count: int) -> list[Row]:
    """Tokens, state and label of `count` examples; questions for unseen tools are left out."""
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(folder)
    rng = random.Random(seed)
    made: list[Row] = []
    while len(made) < count:
        drawn = example(rng)
        outcome, arguments = parse_answer(drawn.answer)
        if outcome in {*TOOLS, *OUTCOMES, "again"}:
            label = label_of(outcome, arguments)
            ids = token_ids(tokenizer, drawn.shown)
            made.append((ids, state_vector(drawn.state), label, slots_of(arguments)))
    return made


def train(folder: Path, out: Path, examples: int, epochs: int, seed: int, workers: int) -> None:
    """Draw the examples, train, and write the network into the adapter's folder."""
    from transformers import AutoModelForCausalLM

    part = examples // workers
    with ProcessPoolExecutor(workers) as pool:
        parts = list(
            pool.map(rows, [folder] * workers, range(seed, seed + workers), [part] * workers)
        )
    data = [row for made in parts for row in made]
    labels = sorted({label for _, _, label, _ in data})
    numbers = {label: i for i, label in enumerate(labels)}
    ids = torch.tensor([row[0] for row in data], dtype=torch.int32)
    states = torch.tensor([row[1] for row in data])
    wanted = torch.tensor([numbers[row[2]] for row in data])
    given = torch.tensor([row[3] for row in data])
    log.info("%d examples, %d labels", len(data), len(labels))
    base = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.bfloat16)
    torch.manual_seed(seed)
    network = IntentNetwork(word_vectors(base.get_input_embeddings().weight), len(labels), DROPOUT)
    del base
    parameters = [p for p in network.parameters() if p.requires_grad]
    steps = epochs * (len(data) // BATCH)
    optimizer = torch.optim.AdamW(parameters, lr=RATE, weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, RATE, total_steps=steps, pct_start=0.1
    )
    network.train()
    for step in range(steps):
        pick = torch.randint(0, len(data), (BATCH,))
        batch = ids[pick].long()
        longest = int((batch > 0).sum(1).max())
        batch = batch[:, : max(longest, 8)]
        keep = (torch.rand(batch.shape) > WORD_DROPOUT).float()
        logits, slots = network(batch, states[pick], keep)
        loss = cross_entropy(logits, wanted[pick], label_smoothing=SMOOTHING)
        loss = loss + SLOT_WEIGHT * cross_entropy(slots.flatten(0, 1), given[pick].flatten())
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()
        schedule.step()
        if step % 100 == 0:
            right = (logits.argmax(1) == wanted[pick]).float().mean().item()
            log.info("step %d of %d, loss %.3f, right %.3f", step, steps, loss.item(), right)
    save(network, labels, out)


def main() -> None:
    """Command line."""
    import platformdirs

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--examples", type=int, default=200_000)
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--workers", type=int, default=2)
    default = Path(platformdirs.user_cache_dir("inventory-assistant"))
    parser.add_argument("--cache", type=Path, default=default)
    given = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", datefmt="%H:%M:%S")
    folder = weights.fetch(given.cache)
    train(folder, given.out, given.examples, given.epochs, given.seed, given.workers)


if __name__ == "__main__":
    main()
