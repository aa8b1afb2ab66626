"""Classical models of intermittent demand, with a distribution around their rate.

Croston, SBA, TSB, ADIDA and IMAPA estimate how much is asked for per period on average. Their rate
becomes the mean of a negative binomial distribution whose dispersion is matched to the series' own
variance, because stock is set by the upper quantiles, which a rate alone does not give.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from forecasting.heads import negative_binomial_quantiles
from forecasting.local import completed, long_history
from forecasting.panel import Panel
from forecasting.quantiles import Doubles, proper

LONGEST = 364
"""Periods of history that the models read."""
LEAST_DISPERSION = 1e-3


@dataclass(frozen=True)
class IntermittentModel:
    """One rate model of statsforecast with a negative binomial around its rate."""

    name: str
    build: Callable[[], Any]

    def forecast(self, panel: Panel) -> Doubles:
        """Quantiles (N, H, levels), the same for every period of the horizon."""
        from statsforecast import StatsForecast

        history = completed(panel)[:, -LONGEST:]
        seen = (~np.isnan(history)).sum(axis=1)
        rate = np.nan_to_num(history).sum(axis=1) / np.maximum(seen, 1)
        rows = np.flatnonzero((seen >= 4) & (rate > 0))
        if len(rows):
            engine = StatsForecast(models=[self.build()], freq=1, n_jobs=1)
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                table = engine.forecast(df=long_history(history[rows]), h=1)
            found = table.sort_values("unique_id").iloc[:, -1].to_numpy(dtype=np.float64)
            rate[rows] = np.where(np.isfinite(found), np.maximum(found, 0.0), rate[rows])
        quantiles = negative_binomial_quantiles(np.maximum(rate, 1e-6), dispersion(history, rate))
        return proper(np.repeat(quantiles[:, None, :], panel.horizon, axis=1))


def dispersion(history: Doubles, rate: Doubles) -> Doubles:
    """(N,) alpha of variance = mean + alpha mean^2 by moments, at least nearly Poisson.

    >>> import numpy as np
    >>> dispersion(np.array([[0.0, 4.0, 0.0, 4.0]]), np.array([2.0]))
    array([0.5])
    """
    seen = np.maximum((~np.isnan(history)).sum(axis=1), 1)
    mean = np.nan_to_num(history).sum(axis=1) / seen
    square = (np.nan_to_num(history - mean[:, None]) ** 2).sum(axis=1) / seen
    alpha = (square - mean) / np.maximum(mean, 1e-6) ** 2
    found: Doubles = np.clip(alpha, LEAST_DISPERSION, 1e3)
    return found


def croston() -> IntermittentModel:
    """Croston (1972): sizes and intervals smoothed apart."""
    from statsforecast.models import CrostonClassic

    return IntermittentModel("Croston", CrostonClassic)


def sba() -> IntermittentModel:
    """Syntetos and Boylan (2005): Croston less its bias."""
    from statsforecast.models import CrostonSBA

    return IntermittentModel("SBA", CrostonSBA)


def tsb() -> IntermittentModel:
    """Teunter, Syntetos and Babai (2011): the probability of demand fades with silence."""
    from statsforecast.models import TSB

    return IntermittentModel("TSB", lambda: TSB(alpha_d=0.1, alpha_p=0.1))


def adida() -> IntermittentModel:
    """Nikolopoulos et al. (2011): smooth what is summed over the mean interval."""
    from statsforecast.models import ADIDA

    return IntermittentModel("ADIDA", ADIDA)


def imapa() -> IntermittentModel:
    """Petropoulos and Kourentzes (2015): the mean over several levels of aggregation."""
    from statsforecast.models import IMAPA

    return IntermittentModel("IMAPA", IMAPA)
