"""What really happened in the demo company, kept apart from its records.

Only tests and evaluation read this: the uncensored demand, the anomalies that were planted, and the
meaning of every supplier message. It is written to a folder the caller names, never to the
database, and an import contract keeps engines and the agent away from this module.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from tools.errors import NoData

DEMAND_FILE = "demand.parquet"
ANOMALIES_FILE = "anomalies.json"
MESSAGES_FILE = "messages.json"


@dataclass(frozen=True)
class PlantedAnomaly:
    """One incident; codes, not ids; both days are included."""

    kind: str
    family: str
    """sales, stock, supplier or data."""
    starts_on: dt.date
    ends_on: dt.date
    item: str = ""
    location: str = ""
    supplier: str = ""
    order: str = ""
    size: float = 0.0
    """Factor, share, units or days, as the kind suggests."""


@dataclass(frozen=True)
class MessageTruth:
    """What one message of the inbox means."""

    external_id: str
    language: str
    supplier: str
    today: str
    """Planning day, against which relative dates are read."""
    subject: str
    text: str
    events: list[dict[str, Any]] = field(default_factory=list)
    """Typed events: kind, certainty, per role the accepted wordings, and their `values`; empty when
    nothing in the message calls for action."""

    def case(self) -> dict[str, Any]:
        """The message as a case of the evaluation of message readers."""
        events = [{k: v for k, v in event.items() if k != "values"} for event in self.events]
        return {
            "lang": self.language,
            "today": self.today,
            "subject": self.subject,
            "text": self.text,
            "events": events,
        }


@dataclass
class DemoTruth:
    """Everything a tool must not know."""

    demand: pd.DataFrame
    """item, location, ds, demand, mean: units wanted and their expectation, active days only."""
    anomalies: list[PlantedAnomaly]
    messages: list[MessageTruth]

    def save(self, folder: Path) -> None:
        """Write the three files into `folder`, which is created."""
        folder.mkdir(parents=True, exist_ok=True)
        self.demand.to_parquet(folder / DEMAND_FILE, index=False)
        _write_json(folder / ANOMALIES_FILE, [asdict(planted) for planted in self.anomalies])
        _write_json(folder / MESSAGES_FILE, [asdict(message) for message in self.messages])


def load_truth(folder: Path) -> DemoTruth:
    """Read what `DemoTruth.save` wrote; `NoData` when the folder holds no truth."""
    return DemoTruth(load_demand(folder), load_anomalies(folder), load_messages(folder))


def load_demand(folder: Path) -> pd.DataFrame:
    """Uncensored demand: item, location, ds, demand, mean."""
    return pd.read_parquet(_existing(folder / DEMAND_FILE))


def load_anomalies(folder: Path) -> list[PlantedAnomaly]:
    """The planted incidents."""
    return [
        PlantedAnomaly(
            **{
                **row,
                "starts_on": dt.date.fromisoformat(row["starts_on"]),
                "ends_on": dt.date.fromisoformat(row["ends_on"]),
            }
        )
        for row in _read_json(folder / ANOMALIES_FILE)
    ]


def load_messages(folder: Path) -> list[MessageTruth]:
    """The meaning of the supplier messages."""
    return [MessageTruth(**row) for row in _read_json(folder / MESSAGES_FILE)]


def _existing(path: Path) -> Path:
    if not path.is_file():
        raise NoData(
            f"There is no demo truth at {path}; build the demo with a truth folder first.",
            f"{path} 处没有演示数据的真值，请先在生成演示公司时指定真值文件夹。",
        )
    return path


def _read_json(path: Path) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = json.loads(_existing(path).read_text(encoding="utf-8"))
    return rows


def _write_json(path: Path, rows: list[Mapping[str, Any]] | list[dict[str, Any]]) -> None:
    text = json.dumps(rows, ensure_ascii=False, indent=1, default=_as_text)
    path.write_text(text, encoding="utf-8")


def _as_text(value: object) -> str:
    if isinstance(value, dt.date):
        return value.isoformat()
    raise TypeError(f"{value!r} does not belong into a truth file")
