"""Training of the global network, and its life on disk.

Windows are drawn at random over series and time with recent ones favoured; the weights that are
kept are an exponential average over steps, which calibrates better than the last step. The same
seed, data and settings give the same weights.
"""

from __future__ import annotations

import json
import math
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
import torch
from safetensors import safe_open
from safetensors.torch import save_file
from torch import Tensor

from forecasting.errors import DataError, NotFitted
from forecasting.features import Batch, Vocabulary, Windows
from forecasting.heads import HEADS, Head, choose_head
from forecasting.network import Cell, DemandNetwork, NetworkConfig
from forecasting.panel import Panel
from forecasting.quantiles import Doubles

Progress = Callable[[str, float], None]
"""Called with what is being done and the share of it that is done."""


@dataclass(frozen=True, slots=True)
class TrainingConfig:
    """How long and how the network learns."""

    steps: int = 400
    batch: int = 128
    learning_rate: float = 4e-3
    half_life: float = 1.5
    """Years after which a window is drawn half as often."""
    hidden: int = 64
    dropout: float = 0.1
    cell: Cell = "lstm"
    head: str = "auto"
    seconds: float = math.inf
    """Processor time after which training ends, its schedule shortened to fit. Processor time and
    not the clock, so that a busy machine trains longer instead of worse."""
    seed: int = 7
    bfloat16: bool = False


@dataclass
class GlobalModel:
    """A trained network with everything needed to forecast again."""

    network: DemandNetwork
    vocabulary: Vocabulary
    head: Head
    horizon: int
    config: TrainingConfig

    def predict(self, panel: Panel, *, batch: int = 512) -> Doubles:
        """Quantiles of the periods after the panel's history, (N, horizon, levels)."""
        return np.concatenate(
            [self.head.quantiles(raw, scale) for raw, scale in self._outputs(panel, batch)]
        )

    def mean(self, panel: Panel, *, batch: int = 512) -> Doubles:
        """Means of the periods after the panel's history, (N, horizon)."""
        return np.concatenate(
            [self.head.mean(raw, scale) for raw, scale in self._outputs(panel, batch)]
        )

    def _outputs(self, panel: Panel, batch: int) -> Iterator[tuple[Tensor, Tensor]]:
        """Raw outputs (B, H, outputs) and scales (B, H) in chunks of series."""
        if panel.horizon < 1:
            raise DataError("The panel has no future periods to forecast.")
        windows = Windows(panel, self.vocabulary, panel.horizon)
        rows = np.arange(len(panel.ids))
        self.network.eval()
        for chunk in np.array_split(rows, max(1, math.ceil(len(rows) / batch))):
            with torch.inference_mode():
                cut = windows.cut(chunk, np.full(len(chunk), panel.periods))
                raw = self.network(cut).float()
                yield raw, cut.scale.unsqueeze(1).expand(raw.shape[:2])

    def save(self, path: Path) -> None:
        """Write a safetensors checkpoint, whole or not at all."""
        meta = {
            "network": json.dumps(self.network.config.as_dict()),
            "vocabulary": json.dumps(asdict(self.vocabulary), ensure_ascii=False),
            "head": self.head.name,
            "horizon": str(self.horizon),
            "config": json.dumps(asdict(self.config)),
        }
        path.parent.mkdir(parents=True, exist_ok=True)
        partial = path.with_suffix(".partial")
        save_file({k: v.contiguous() for k, v in self.network.state_dict().items()}, partial, meta)
        partial.replace(path)


def load_model(path: Path) -> GlobalModel:
    """Read a checkpoint; `NotFitted` when there is none or it is not one of ours."""
    try:
        with safe_open(path, framework="pt") as file:
            meta = file.metadata() or {}
            state = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        config = json.loads(meta["network"])
        config["vocabularies"] = tuple(config["vocabularies"])
        network = DemandNetwork(NetworkConfig(**config))
        network.load_state_dict(state)
        return GlobalModel(
            network,
            Vocabulary(**json.loads(meta["vocabulary"])),
            HEADS[meta["head"]](),
            int(meta["horizon"]),
            TrainingConfig(**json.loads(meta["config"])),
        )
    except (OSError, KeyError, ValueError, TypeError, RuntimeError) as error:
        raise NotFitted(f"There is no usable checkpoint at {path}: {error}") from error
    except Exception as error:  # safetensors raises its own type, which is no ValueError
        if type(error).__name__ == "SafetensorError":
            raise NotFitted(f"The checkpoint at {path} is damaged: {error}") from error
        raise


def train(
    panel: Panel,
    horizon: int,
    config: TrainingConfig | None = None,
    *,
    start: GlobalModel | None = None,
    progress: Progress | None = None,
) -> GlobalModel:
    """Fit the network to a panel, from nothing or onwards from `start`.

    `start` is used when its inputs fit (same columns and head); series it does not know share the
    embedding of the unknown. Deterministic by `config.seed` on one machine and thread count.
    """
    config = config or TrainingConfig()
    generator = np.random.default_rng(config.seed)
    torch.manual_seed(config.seed)
    model = _continued(start, panel, horizon) or _fresh(panel, horizon, config)
    model = replace(model, horizon=horizon, config=config)
    windows = Windows(_with_horizon(panel, horizon), model.vocabulary, horizon)
    draw = _Sampler(panel, horizon, config, generator)
    _optimise(model, windows, draw, config, progress)
    return model


def _fresh(panel: Panel, horizon: int, config: TrainingConfig) -> GlobalModel:
    vocabulary = Vocabulary.of(panel)
    name = choose_head(panel.y) if config.head == "auto" else config.head
    head = HEADS[name]()
    windows = Windows(_with_horizon(panel.select([0]), 1), vocabulary, 1)
    sizes = NetworkConfig(
        past=windows.past_size,
        future=windows.future_size,
        summary=windows.summary_size,
        vocabularies=tuple(vocabulary.sizes),
        outputs=head.outputs,
        hidden=config.hidden,
        dropout=config.dropout,
        cell=config.cell,
    )
    return GlobalModel(DemandNetwork(sizes), vocabulary, head, horizon, config)


def _continued(start: GlobalModel | None, panel: Panel, horizon: int) -> GlobalModel | None:
    """`start` if the panel offers the inputs it was made for."""
    if start is None or set(start.vocabulary.columns) != {"unique_id", *panel.covariates.static}:
        return None
    windows = Windows(_with_horizon(panel.select([0]), 1), start.vocabulary, 1)
    sizes = start.network.config
    if (windows.past_size, windows.future_size) != (sizes.past, sizes.future):
        return None
    return start


def _with_horizon(panel: Panel, horizon: int) -> Panel:
    """Known columns long enough for windows at the end of history (targets there are masked)."""
    missing = horizon - panel.horizon
    if missing <= 0:
        return panel
    step = panel.dates[-1] - panel.dates[-2] if len(panel.dates) > 1 else None
    extra = [panel.dates[-1] + (step or np.timedelta64(1, "D")) * (k + 1) for k in range(missing)]
    return replace(
        panel,
        dates=pd.DatetimeIndex([*panel.dates, *extra]),
        known={
            name: np.concatenate([v, np.repeat(v[:, -1:], missing, axis=1)], axis=1)
            for name, v in panel.known.items()
        },
    )


class _Sampler:
    """Draws (series, start) pairs: series evenly, starts with recent ones favoured."""

    def __init__(
        self, panel: Panel, horizon: int, config: TrainingConfig, generator: np.random.Generator
    ) -> None:
        self._generator = generator
        self._batch = config.batch
        year = {"D": 365.0, "W": 52.0, "M": 12.0}[panel.frequency]
        self._decay = math.log(2) / (config.half_life * year)
        lead = min(8, max(1, panel.periods // 8))
        low = np.minimum(panel.first + lead, panel.periods - 1)
        seen = ~np.isnan(panel.y)
        last = panel.periods - seen[:, ::-1].argmax(axis=1)
        # The last windows lose targets to the end of history; keep at least a quarter of them.
        high = np.maximum(last - max(1, horizon // 4), low)
        usable = seen.sum(axis=1) > lead
        if not usable.any():
            raise DataError("No series is long enough to train on; use a local model.")
        self._rows = np.flatnonzero(usable)
        self._low, self._high = low, high

    def __call__(self) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        rows = self._generator.choice(self._rows, size=self._batch)
        span = (self._high[rows] - self._low[rows]).astype(float)
        u = self._generator.random(self._batch)
        # Truncated exponential age, so that a start k periods ago has weight exp(-decay k).
        age = -np.log1p(-u * -np.expm1(-self._decay * span)) / self._decay
        starts = self._high[rows] - np.minimum(np.floor(age), span).astype(np.int64)
        return rows.astype(np.int64), starts.astype(np.int64)


def _optimise(
    model: GlobalModel,
    windows: Windows,
    draw: _Sampler,
    config: TrainingConfig,
    progress: Progress | None,
) -> None:
    network = model.network
    optimiser = torch.optim.AdamW(network.parameters(), lr=config.learning_rate, weight_decay=1e-3)
    average = torch.optim.swa_utils.AveragedModel(
        network,
        multi_avg_fn=torch.optim.swa_utils.get_ema_multi_avg_fn(0.98),  # type: ignore[no-untyped-call]
    )
    network.train()
    began, done = time.thread_time(), 0.0
    step = 0
    while done < 1.0:
        for group in optimiser.param_groups:
            group["lr"] = config.learning_rate * _schedule(done)
        batch = windows.cut(*draw())
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=config.bfloat16):
            raw = network(batch)
        loss = _batch_loss(model.head, raw.float(), batch)
        optimiser.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimiser.step()
        average.update_parameters(network)
        step += 1
        done = max(step / config.steps, (time.thread_time() - began) / config.seconds)
        if progress is not None and step % 10 == 0:
            progress("training", min(done, 1.0))
    network.load_state_dict(average.module.state_dict())
    network.eval()


def _schedule(done: float) -> float:
    """Linear warm-up over the first twentieth, then a cosine down to a hundredth."""
    if done < 0.05:
        return 0.1 + 0.9 * done / 0.05
    return 0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * (done - 0.05) / 0.95))


def _batch_loss(head: Head, raw: Tensor, batch: Batch) -> Tensor:
    scale = batch.scale.unsqueeze(1).expand(batch.y.shape)
    each = head.loss(raw, batch.y, batch.censored, scale) * batch.weight
    return each.sum() / batch.weight.sum().clamp_min(1.0)
