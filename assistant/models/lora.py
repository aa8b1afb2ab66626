"""Low-rank adapters on a causal language model, stored in the format of the peft library.

While training, `y = W x + scale * B (A x)` with A and B in float32 and the products in bfloat16;
for serving, `W + scale * B A` is merged once, so that an adapter costs nothing per token.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

TARGETS = ("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj")
WEIGHTS_FILE, CONFIG_FILE = "adapter_model.safetensors", "adapter_config.json"
_PREFIX = "base_model.model."


class LowRankLinear(nn.Module):
    """A frozen linear layer plus a trainable product of rank `rank`."""

    def __init__(self, base: nn.Linear, rank: int, scale: float) -> None:
        super().__init__()
        self.base = base
        self.scale = scale
        self.a = nn.Parameter(torch.empty(rank, base.in_features))
        self.b = nn.Parameter(torch.zeros(base.out_features, rank))
        nn.init.kaiming_uniform_(self.a, a=5**0.5)

    def forward(self, x: Tensor) -> Tensor:
        low = nn.functional.linear(x, self.a.to(x.dtype))
        return self.base(x) + nn.functional.linear(low, self.b.to(x.dtype)) * self.scale


def add_adapter(model: nn.Module, rank: int, scale: float, first_layer: int = 0) -> None:
    """Freeze `model` and put adapters on its projections from `first_layer` on."""
    model.requires_grad_(False)
    for name, module in list(_projections(model)):
        if _layer(name) >= first_layer:
            parent = model.get_submodule(name.rpartition(".")[0])
            setattr(parent, name.rpartition(".")[2], LowRankLinear(module, rank, scale))


def save_adapter(model: nn.Module, folder: Path, base: str) -> None:
    """Write the adapter as bfloat16 safetensors with peft's names and configuration."""
    tensors: dict[str, Tensor] = {}
    rank, scale, layers = 0, 0.0, set()
    for name, module in model.named_modules():
        if isinstance(module, LowRankLinear):
            rank, scale = module.a.shape[0], module.scale
            layers.add(_layer(name))
            half = {"lora_A": module.a, "lora_B": module.b}
            for key, value in half.items():
                stored = value.detach().to(torch.bfloat16).contiguous().clone()
                tensors[f"{_PREFIX}{name}.{key}.weight"] = stored
    folder.mkdir(parents=True, exist_ok=True)
    save_file(tensors, folder / WEIGHTS_FILE, metadata={"format": "pt"})
    config = {
        "peft_type": "LORA",
        "task_type": "CAUSAL_LM",
        "base_model_name_or_path": base,
        "r": rank,
        "lora_alpha": rank * scale,
        "target_modules": list(TARGETS),
        "layers_to_transform": sorted(layers),
        "lora_dropout": 0.0,
        "bias": "none",
    }
    (folder / CONFIG_FILE).write_text(json.dumps(config, indent=1) + "\n")


@torch.no_grad()
def load_adapter(model: nn.Module, folder: Path) -> None:
    """Copy a stored adapter into a model that `add_adapter` prepared, to train on."""
    tensors = load_file(folder / WEIGHTS_FILE)
    for name, module in model.named_modules():
        if isinstance(module, LowRankLinear):
            module.a.copy_(tensors[f"{_PREFIX}{name}.lora_A.weight"])
            module.b.copy_(tensors[f"{_PREFIX}{name}.lora_B.weight"])


@torch.no_grad()
def merge_adapter(model: nn.Module, folder: Path) -> None:
    """Add a stored adapter to the weights of a plain model, in float32, in place."""
    tensors = load_file(folder / WEIGHTS_FILE)
    config = json.loads((folder / CONFIG_FILE).read_text())
    scale = config["lora_alpha"] / config["r"]
    for name, module in _projections(model):
        a = tensors.get(f"{_PREFIX}{name}.lora_A.weight")
        if a is not None:
            b = tensors[f"{_PREFIX}{name}.lora_B.weight"]
            merged = module.weight.float() + scale * (b.float() @ a.float())
            module.weight.copy_(merged)


def _projections(model: nn.Module) -> Iterator[tuple[str, nn.Linear]]:
    for name, module in model.named_modules():
        if isinstance(module, nn.Linear) and name.rpartition(".")[2] in TARGETS:
            yield name, module


def _layer(name: str) -> int:
    return next((int(part) for part in name.split(".") if part.isdecimal()), 0)
