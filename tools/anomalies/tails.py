"""Tail probabilities that mean what they say.

A model's own p-values are too small on real data. The scores of the quiet history give the true
frequency of large scores; above their 99 % point an exponential tail extends them (peaks over
threshold; Coles 2001, ch. 4). Benjamini-Hochberg then bounds the share of false discoveries.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import stats

Floats = npt.NDArray[np.float64]
THRESHOLD = 0.99
MIN_SCALE = 0.3
"""Decades per e-fold of the tail, at least: log10(e) = 0.434 is a perfectly calibrated model."""


@dataclass(frozen=True)
class Calibration:
    """Maps raw scores to p-values by what the history shows."""

    quiet: Floats
    """Sorted raw scores up to the threshold."""
    threshold: float
    scale: float
    """Mean excess above the threshold, in raw score units."""

    @classmethod
    def fit(cls, scores: Floats) -> Calibration:
        """From raw scores of days taken as normal; NaN are left out."""
        known = np.sort(scores[~np.isnan(scores)])
        if known.size < 200:
            return cls(np.empty(0), 0.0, float(np.log10(np.e)))
        threshold = float(np.quantile(known, THRESHOLD))
        excess = known[known > threshold] - threshold
        # The most extreme hundredth of the tail may hold real anomalies.
        excess = excess[: max(1, int(excess.size * 0.99))]
        scale = max(float(excess.mean()) if excess.size else 0.0, MIN_SCALE)
        return cls(known, threshold, scale)

    def p_values(self, scores: Floats) -> Floats:
        """P(score >= s) in the history, extended beyond it."""
        if self.quiet.size == 0:
            return np.asarray(np.power(10.0, -scores), dtype=float)
        beyond = (1.0 - THRESHOLD) * np.exp(-(scores - self.threshold) / self.scale)
        rank = np.searchsorted(self.quiet, scores, side="left")
        empirical = (self.quiet.size - rank + 1) / (self.quiet.size + 1)
        p = np.where(scores > self.threshold, beyond, empirical)
        return np.where(np.isnan(scores), np.nan, np.clip(p, 0.0, 1.0))


def negative_binomial_scores(
    observed: Floats, mean: Floats, dispersion: Floats
) -> tuple[Floats, Floats]:
    """-log10 P(Y >= y) and -log10 P(Y <= y) for variance = mean + dispersion mean^2.

    Shapes broadcast; NaN stays NaN.
    """
    size = 1.0 / dispersion
    probability = size / (size + mean)
    whole = np.floor(observed)
    with np.errstate(divide="ignore", invalid="ignore"):
        up = -stats.nbinom.logsf(whole - 1.0, size, probability) / np.log(10.0)
        down = -stats.nbinom.logcdf(whole, size, probability) / np.log(10.0)
    missing = np.isnan(observed) | np.isnan(mean)
    return (
        np.where(missing, np.nan, np.minimum(up, 300.0)),
        np.where(missing, np.nan, np.minimum(down, 300.0)),
    )


def false_discovery_cut(p_values: Floats, rate: float) -> float:
    """Largest p-value that Benjamini-Hochberg accepts at this false discovery rate; 0 if none."""
    known = np.sort(p_values[~np.isnan(p_values)])
    if known.size == 0:
        return 0.0
    accepted = known <= rate * np.arange(1, known.size + 1) / known.size
    return float(known[np.flatnonzero(accepted)[-1]]) if accepted.any() else 0.0
