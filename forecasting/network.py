"""The global recurrent network: an encoder over history, a decoder over what is known ahead.

One set of weights serves every series. The encoder reads the recent past, the decoder starts from
its state and walks over the known future, and a head turns each step into a distribution; all
steps come out of one pass, so no forecast is fed back as if it had happened.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Literal

import torch
from torch import Tensor, nn

from forecasting.features import Batch

Cell = Literal["lstm", "gru", "rnn"]


@dataclass(frozen=True, slots=True)
class NetworkConfig:
    """Sizes of the network; the input sizes come from `features.Windows`."""

    past: int
    future: int
    summary: int
    vocabularies: tuple[int, ...]
    outputs: int
    hidden: int = 64
    embedding: int = 8
    dropout: float = 0.1
    cell: Cell = "lstm"

    def as_dict(self) -> dict[str, object]:
        return asdict(self)


_CELLS: dict[str, type[nn.LSTM] | type[nn.GRU] | type[nn.RNN]] = {
    "lstm": nn.LSTM,
    "gru": nn.GRU,
    "rnn": nn.RNN,
}


class DemandNetwork(nn.Module):
    """Encoder-decoder with static embeddings; forward gives raw head outputs (B, H, outputs)."""

    def __init__(self, config: NetworkConfig) -> None:
        super().__init__()
        self.config = config
        tables = [_embedding(size, config.embedding) for size in config.vocabularies]
        self.embeddings = nn.ModuleList(tables)
        width = sum(table.embedding_dim for table in tables)
        self.static = nn.Sequential(
            nn.Linear(width + config.summary, config.hidden // 2), nn.SiLU()
        )
        cell = _CELLS[config.cell]
        inner = config.hidden
        self.encoder = cell(config.past + inner // 2, inner, batch_first=True)
        self.decoder = cell(config.future + inner // 2, inner, batch_first=True)
        self.dropout = nn.Dropout(config.dropout)
        self.mixer = nn.Sequential(
            nn.Linear(inner + config.future + inner // 2, inner),
            nn.SiLU(),
            nn.Dropout(config.dropout),
        )
        self.output = nn.Linear(inner, config.outputs)

    def forward(self, batch: Batch) -> Tensor:
        """Raw outputs of the head for each period of the horizon."""
        static = self.static(torch.cat([*self._embedded(batch.codes), batch.summary], dim=1))
        past = torch.cat([batch.past, _along(static, batch.past.shape[1])], dim=2)
        known = torch.cat([batch.future, _along(static, batch.future.shape[1])], dim=2)
        _, state = self.encoder(past)
        steps, _ = self.decoder(known, state)
        mixed = self.mixer(torch.cat([self.dropout(steps), known], dim=2))
        raw: Tensor = self.output(mixed)
        return raw

    def _embedded(self, codes: Tensor) -> Sequence[Tensor]:
        return [
            self.dropout(table(codes[:, column])) for column, table in enumerate(self.embeddings)
        ]


def _embedding(size: int, widest: int) -> nn.Embedding:
    """Small random vectors; row 0 stays zero for values that were never seen."""
    table = nn.Embedding(size, min(widest, 2 + size // 2), padding_idx=0)
    with torch.no_grad():
        table.weight.normal_(std=0.05)
        table.weight[0] = 0
    return table


def _along(static: Tensor, steps: int) -> Tensor:
    return static.unsqueeze(1).expand(-1, steps, -1)
