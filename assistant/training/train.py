"""Fine-tunes the adapter: one script for two CPU cores or a GPU, checkpointed and resumable.

Examples are drawn afresh for every step, bucketed by length into a few fixed shapes (a new shape
costs a kernel compilation) and padded on the right without a mask; only answers count in the loss.
The schedule runs on the clock: the learning rate falls to zero when the given minutes are over.

    python -m assistant.training.train --minutes 60 --out run/
"""

from __future__ import annotations

import argparse
import json
import logging
import random
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path

import torch
from torch import Tensor

from assistant.models import weights
from assistant.models.lora import LowRankLinear, add_adapter, save_adapter
from assistant.training.clauses import clause_example
from assistant.training.situations import Example, example

LENGTHS = (24, 32, 48, 64, 96, 160)
RANK, SCALE, FIRST_LAYER = 32, 1.0, 6
PEAK_RATE, WARM_UP_STEPS, CLIP = 1.5e-3, 25, 1.0
CLAUSE_SHARE = 0.2
log = logging.getLogger("training")

Draw = Callable[[random.Random], Example]


def draw(rng: random.Random) -> Example:
    """An example of either task."""
    return clause_example(rng) if rng.random() < CLAUSE_SHARE else example(rng)


def batches(tokenizer: object, rng: random.Random, tokens: int) -> Iterator[tuple[Tensor, Tensor]]:
    """Endless batches (ids, labels), each (tokens // length, length); labels -100 do not count."""
    waiting: dict[int, list[tuple[list[int], int]]] = defaultdict(list)
    while True:
        made = draw(rng)
        prompt = tokenizer.encode(made.prompt, add_special_tokens=False)  # type: ignore[attr-defined]
        answer = tokenizer.encode(made.answer + "<|im_end|>", add_special_tokens=False)  # type: ignore[attr-defined]
        length = next((n for n in LENGTHS if len(prompt) + len(answer) <= n), None)
        if length is None:
            continue
        waiting[length].append((prompt + answer, len(prompt)))
        if len(waiting[length]) == tokens // length:
            rows = waiting.pop(length)
            ids = torch.zeros(len(rows), length, dtype=torch.long)
            labels = torch.full_like(ids, -100)
            for i, (row, start) in enumerate(rows):
                ids[i, : len(row)] = torch.tensor(row)
                labels[i, start : len(row)] = torch.tensor(row[start:])
            yield ids, labels


def loss_of(model: torch.nn.Module, ids: Tensor, labels: Tensor) -> Tensor:
    """Mean cross-entropy of the answer tokens; other positions never reach the vocabulary."""
    hidden = model.model(input_ids=ids, use_cache=False).last_hidden_state  # type: ignore[operator,union-attr]
    wanted = labels[:, 1:] != -100
    logits = model.lm_head(hidden[:, :-1][wanted]).float()  # type: ignore[operator]
    return torch.nn.functional.cross_entropy(logits, labels[:, 1:][wanted])


def rate_at(step: int, share: float) -> float:
    """Learning rate: linear warm-up, then linear decay over the share of time that is behind."""
    return PEAK_RATE * min(1.0, (step + 1) / WARM_UP_STEPS) * max(0.02, 1.0 - share)


def train(minutes: float, out: Path, cache: Path, tokens: int, seed: int) -> None:
    """Train for `minutes` in all (earlier runs in `out` count), then write the adapter."""
    from transformers import AutoModelForCausalLM, AutoTokenizer

    device = "cuda" if torch.cuda.is_available() else "cpu"
    folder = weights.fetch(cache)
    tokenizer = AutoTokenizer.from_pretrained(folder)
    model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.bfloat16)
    torch.manual_seed(seed)
    add_adapter(model, RANK, SCALE, FIRST_LAYER)
    model.to(device).train()
    parameters = [p for p in model.parameters() if p.requires_grad]
    optimizer = torch.optim.AdamW(parameters, lr=PEAK_RATE, betas=(0.9, 0.98), weight_decay=0.0)
    progress = _resume(out, model, optimizer)
    rng = random.Random(seed + int(progress["step"]))
    began, saved = time.monotonic() - progress["seconds"], time.monotonic()
    recent: list[float] = []
    for ids, labels in batches(tokenizer, rng, tokens):
        share = (time.monotonic() - began) / (60 * minutes)
        if share >= 1.0:
            break
        for group in optimizer.param_groups:
            group["lr"] = rate_at(int(progress["step"]), share)
        loss = loss_of(model, ids.to(device), labels.to(device))
        loss.backward()
        torch.nn.utils.clip_grad_norm_(parameters, CLIP)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        progress["step"] += 1
        progress["examples"] += len(ids)
        recent.append(loss.item())
        if progress["step"] % 5 == 0:
            log.info(
                "step %d, %d examples, loss %.3f, %.0f %% of %g min",
                progress["step"], progress["examples"], sum(recent) / len(recent),
                100 * share, minutes,
            )  # fmt: skip
            recent.clear()
        if time.monotonic() - saved > 240:
            progress["seconds"] = time.monotonic() - began
            _save(out, model, optimizer, progress)
            saved = time.monotonic()
    progress["seconds"] = time.monotonic() - began
    _save(out, model, optimizer, progress)


def _save(
    out: Path, model: torch.nn.Module, optimizer: torch.optim.Optimizer, progress: dict[str, float]
) -> None:
    save_adapter(model, out / "adapter", weights.REQUIREMENT)
    layers = {n: m for n, m in model.named_modules() if isinstance(m, LowRankLinear)}
    state = {n: (m.a.detach(), m.b.detach()) for n, m in layers.items()}
    part = out / "checkpoint.part"
    torch.save({"adapter": state, "optimizer": optimizer.state_dict(), "progress": progress}, part)
    part.replace(out / "checkpoint.pt")
    (out / "progress.json").write_text(json.dumps(progress))


def _resume(
    out: Path, model: torch.nn.Module, optimizer: torch.optim.Optimizer
) -> dict[str, float]:
    out.mkdir(parents=True, exist_ok=True)
    if not (out / "checkpoint.pt").exists():
        return {"step": 0, "examples": 0, "seconds": 0.0}
    stored = torch.load(out / "checkpoint.pt", weights_only=True)
    with torch.no_grad():
        for name, (a, b) in stored["adapter"].items():
            layer = model.get_submodule(name)
            layer.a.copy_(a)  # type: ignore[operator,union-attr]
            layer.b.copy_(b)  # type: ignore[operator,union-attr]
    optimizer.load_state_dict(stored["optimizer"])
    return dict(stored["progress"])


def main() -> None:
    """Command line of the training run."""
    import platformdirs

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=60.0)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--tokens", type=int, default=1536, help="tokens per step")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seed", type=int, default=20)
    default = Path(platformdirs.user_cache_dir("inventory-assistant"))
    parser.add_argument("--cache", type=Path, default=default)
    given = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", datefmt="%H:%M:%S")
    torch.set_num_threads(given.threads)
    train(given.minutes, given.out, given.cache, given.tokens, given.seed)


if __name__ == "__main__":
    main()
