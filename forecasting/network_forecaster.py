"""The global network as a forecaster like any other: trains on the panel it is given.

With a `model` it forecasts without training; with a `start` it goes on from yesterday's weights.
Several seeds are averaged by quantile, which is worth more than one larger network.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from forecasting.panel import Panel
from forecasting.quantiles import Doubles, proper
from forecasting.training import GlobalModel, Progress, TrainingConfig, train


@dataclass
class GlobalNetwork:
    """One or several trained networks, averaged."""

    config: TrainingConfig
    seeds: int = 1
    models: Sequence[GlobalModel] = ()
    name: str = "LSTM"

    def fit(
        self,
        panel: Panel,
        horizon: int,
        *,
        start: Sequence[GlobalModel] = (),
        progress: Progress | None = None,
    ) -> GlobalNetwork:
        """A fitted copy; `start` holds earlier networks to go on from, one for each seed."""
        fitted = []
        for seed in range(self.seeds):
            config = replace(self.config, seed=self.config.seed + seed)
            earlier = start[seed] if seed < len(start) else None
            fitted.append(train(panel, horizon, config, start=earlier, progress=progress))
        return replace(self, models=fitted)

    def mean(self, panel: Panel) -> Doubles:
        """Expected demand (N, H) of the fitted networks."""
        found: Doubles = np.mean([model.mean(panel) for model in self.models], axis=0)
        return found

    def forecast(self, panel: Panel) -> Doubles:
        """Quantiles (N, H, levels); trains on the panel first when there are no models yet."""
        fitted = self if self.models else self.fit(panel, panel.horizon)
        return proper(np.mean([model.predict(panel) for model in fitted.models], axis=0))
