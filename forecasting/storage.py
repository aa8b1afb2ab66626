"""A fitted engine on disk: network weights as safetensors, everything else as one JSON file.

Written to a new folder that replaces the old one at the end, so that a crash leaves either the
former engine or the new one.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np

from forecasting.conformal import Calibration
from forecasting.engine import NETWORK, FittedEngine
from forecasting.ensemble import Ensemble
from forecasting.errors import NotFitted
from forecasting.network_forecaster import GlobalNetwork
from forecasting.paths import Dependence
from forecasting.training import load_model


def save_engine(engine: FittedEngine, folder: Path, about: dict[str, Any]) -> None:
    """Write the engine to `folder`; `about` is kept beside it (what it was fitted on, scores)."""
    partial = folder.with_name(folder.name + ".partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    models = engine.network.models if engine.network is not None else ()
    for number, model in enumerate(models):
        model.save(partial / f"network-{number}.safetensors")
    state = {
        "weights": engine.ensemble.weights,
        "default": engine.ensemble.default,
        "shifts": {k: v.tolist() for k, v in engine.ensemble.calibration.shifts.items()},
        "dependence": [
            engine.dependence.common,
            engine.dependence.fade,
            engine.dependence.across,
        ],
        "networks": len(models),
        "about": about,
    }
    (partial / "engine.json").write_text(json.dumps(state), encoding="utf-8")
    shutil.rmtree(folder, ignore_errors=True)
    partial.replace(folder)


def load_engine(folder: Path) -> tuple[FittedEngine, dict[str, Any]]:
    """Read what `save_engine` wrote; `NotFitted` when it is missing or damaged."""
    try:
        state = json.loads((folder / "engine.json").read_text(encoding="utf-8"))
        models = [
            load_model(folder / f"network-{number}.safetensors")
            for number in range(state["networks"])
        ]
        network = (
            GlobalNetwork(models[0].config, seeds=len(models), models=models, name=NETWORK)
            if models
            else None
        )
        calibration = Calibration({k: np.array(v) for k, v in state["shifts"].items()})
        ensemble = Ensemble(state["weights"], calibration, state["default"])
        dependence = Dependence(*state["dependence"])
        return FittedEngine(network, ensemble, dependence, None), dict(state["about"])
    except (OSError, KeyError, ValueError, TypeError) as error:
        raise NotFitted(f"There is no usable engine in {folder}: {error}") from error
