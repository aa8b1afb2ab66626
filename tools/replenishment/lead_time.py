"""How long a supplier really takes, as a distribution over whole days.

A promise is one number; receipts show the spread around it. The observed deviations (actual minus
promised days) are mixed with a point mass at "as promised" that weighs as much as a few receipts,
so a supplier with two deliveries is neither trusted blindly nor condemned.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tools.errors import InvalidInput

PRIOR_RECEIPTS = 6.0
"""Receipts' worth of belief that a supplier delivers as promised."""


@dataclass(frozen=True, eq=False)
class LeadTime:
    """Days from order to receipt: `days` (k,) ascending integers with `probabilities` (k,)."""

    days: NDArray[np.int64]
    probabilities: NDArray[np.float64]
    promised: int
    receipts: int = 0
    """How many receipts the spread was learnt from."""

    @property
    def mean(self) -> float:
        return float(self.days @ self.probabilities)

    @property
    def sd(self) -> float:
        return float(np.sqrt(((self.days - self.mean) ** 2) @ self.probabilities))

    def quantile(self, p: float) -> int:
        """Smallest number of days within which the order arrives with probability `p`."""
        index = int(np.searchsorted(np.cumsum(self.probabilities), p - 1e-12))
        return int(self.days[min(index, len(self.days) - 1)])

    def sample(self, n: int, seed: int) -> NDArray[np.int64]:
        """(n,) days by stratified sampling: n draws carry the distribution almost exactly."""
        generator = np.random.default_rng(seed)
        strata = (np.arange(n) + generator.random(n)) / n
        index = np.searchsorted(np.cumsum(self.probabilities), strata)
        draws = self.days[np.minimum(index, len(self.days) - 1)]
        return np.asarray(generator.permutation(draws), dtype=np.int64)

    def without_spread(self) -> LeadTime:
        """The same supplier if every order took the mean number of days."""
        return fixed(round(self.mean), promised=self.promised)

    def delayed(self, days: int) -> LeadTime:
        """Every order `days` later (earlier when negative), never before the day it is placed."""
        return _merged(np.maximum(self.days + days, 0), self.probabilities, self.promised, self)


def fixed(days: int, promised: int | None = None) -> LeadTime:
    """A lead time without spread."""
    if days < 0:
        raise InvalidInput(
            f"A lead time of {days} days is not possible; give zero or more days.",
            f"交期不能是 {days} 天，请给出零天或以上。",
        )
    return LeadTime(
        np.array([days]), np.array([1.0]), promised=days if promised is None else promised
    )


def learn_lead_time(
    promised: int,
    deviations: Sequence[float] | NDArray[np.float64],
    weights: Sequence[float] | NDArray[np.float64] | None = None,
    prior_receipts: float = PRIOR_RECEIPTS,
) -> LeadTime:
    """Distribution of the lead time from what receipts showed.

    `deviations` are actual minus promised days, one per receipt. Each counts as its weight (the
    share of its line that arrived), by default once; "exactly as promised" counts `prior_receipts`
    times. Deviations that would put a receipt before the order are taken as zero days.
    """
    base = fixed(promised)
    observed = np.rint(np.asarray(deviations, dtype=float))
    if observed.size == 0:
        return base
    days = np.concatenate([[promised], np.maximum(promised + observed, 0)]).astype(np.int64)
    counted = np.ones(observed.size) if weights is None else np.asarray(weights, dtype=float)
    mass = np.concatenate([[prior_receipts], counted])
    return _merged(days, mass / mass.sum(), promised, None, receipts=int(observed.size))


def _merged(
    days: NDArray[np.int64],
    probabilities: NDArray[np.float64],
    promised: int,
    like: LeadTime | None,
    receipts: int = 0,
) -> LeadTime:
    unique, inverse = np.unique(days, return_inverse=True)
    merged = np.bincount(inverse, weights=probabilities).astype(np.float64)
    return LeadTime(unique, merged, promised, like.receipts if like else receipts)
