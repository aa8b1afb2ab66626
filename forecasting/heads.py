"""Distribution heads: from a network's output to a demand distribution, its loss, its quantiles.

A head is an object with the number of outputs it needs, the loss of an observation (an exact one,
and one that is only known to be a lower bound), and quantiles. The network works in units of the
series' own scale; the head brings the result back to units of demand.
"""

from __future__ import annotations

import math
from typing import Protocol

import numpy as np
import torch
from scipy import stats
from torch import Tensor
from torch.nn import functional

from forecasting.quantiles import LEVELS, Doubles, mean_of, proper

COUNT_TERMS = 96
"""Probabilities that are added up one by one; larger counts take approximations."""


class Head(Protocol):
    """What a network needs to know of a distribution; `outputs` is its number of parameters."""

    name: str
    outputs: int

    def loss(self, raw: Tensor, y: Tensor, censored: Tensor, scale: Tensor) -> Tensor:
        """Loss of each observation: `raw` (..., outputs), the rest (...); result (...)."""

    def quantiles(self, raw: Tensor, scale: Tensor) -> Doubles:
        """Quantiles at LEVELS in units of demand, shape (..., levels)."""

    def mean(self, raw: Tensor, scale: Tensor) -> Doubles:
        """Mean in units of demand, shape (...)."""


class NegativeBinomialHead:
    """Counts with mean `mu` and variance `mu + alpha mu^2`.

    The loss of a stock-out day is -log P(D >= y): demand was at least what was sold.
    """

    name = "negative_binomial"
    outputs = 2

    def parameters(self, raw: Tensor, scale: Tensor) -> tuple[Tensor, Tensor]:
        """Mean and dispersion, both positive."""
        mu = functional.softplus(raw[..., 0]) * scale + 1e-4
        alpha = functional.softplus(raw[..., 1]) + 1e-3
        return mu, alpha

    def loss(self, raw: Tensor, y: Tensor, censored: Tensor, scale: Tensor) -> Tensor:
        mu, alpha = self.parameters(raw, scale)
        loss = -_nb_log_pmf(y, mu, alpha)
        if bool(censored.any()):
            hidden = censored.nonzero(as_tuple=True)
            survival = _nb_log_survival(y[hidden], mu[hidden], alpha[hidden])
            loss = loss.index_put(hidden, -survival)
        return loss

    def quantiles(self, raw: Tensor, scale: Tensor) -> Doubles:
        mu, alpha = (value.double().numpy() for value in self.parameters(raw, scale))
        found = negative_binomial_quantiles(mu.reshape(-1), alpha.reshape(-1))
        return found.reshape(*mu.shape, len(LEVELS))

    def mean(self, raw: Tensor, scale: Tensor) -> Doubles:
        found: Doubles = self.parameters(raw, scale)[0].double().numpy()
        return found


def _nb_log_pmf(y: Tensor, mu: Tensor, alpha: Tensor) -> Tensor:
    size = 1 / alpha
    return (
        torch.lgamma(y + size)
        - torch.lgamma(size)
        - torch.lgamma(y + 1)
        - size * torch.log1p(alpha * mu)
        + y * (torch.log(alpha * mu) - torch.log1p(alpha * mu))
    )


def _nb_log_survival(y: Tensor, mu: Tensor, alpha: Tensor) -> Tensor:
    """log P(D >= y): the sum of probabilities below y, a geometric tail far beyond the mean.

    Far out P(k + 1) / P(k) is nearly constant, so P(D >= y) = P(y) / (1 - that ratio). Large
    counts near the mean, where a sum would be long, take the normal distribution.
    """
    spread = torch.sqrt(mu + alpha * mu * mu)
    terms = torch.arange(COUNT_TERMS, dtype=y.dtype)
    below = torch.exp(_nb_log_pmf(terms, mu[:, None], alpha[:, None]))
    cdf = (below * (terms < y[:, None])).sum(dim=1)
    exact = torch.log((1 - cdf).clamp_min(1e-6))
    normal = torch.special.log_ndtr(-(y - 0.5 - mu) / spread)
    ratio = alpha * mu / (1 + alpha * mu) * (y + 1 / alpha) / (y + 1)
    tail = _nb_log_pmf(y, mu, alpha) - torch.log1p(-ratio.clamp(max=0.999))
    near = torch.where(y <= COUNT_TERMS, exact, normal)
    return torch.where(y > mu + 3 * spread, tail, near)


def negative_binomial_quantiles(mu: Doubles, alpha: Doubles) -> Doubles:
    """Quantiles (n, levels) by adding up probabilities; the few with a long tail go to scipy.

    P(k + 1) = P(k) q (k + size) / (k + 1) with size = 1 / alpha and q = mu / (size + mu).
    """
    size = 1 / alpha
    q = mu / (size + mu)
    mass = np.exp(-size * np.log1p(alpha * mu))
    cdf = mass.copy()
    found = np.zeros((len(mu), len(LEVELS)), dtype=np.int16)
    for k in range(COUNT_TERMS):
        found += cdf[:, None] < LEVELS
        mass = mass * q * (k + size) / (k + 1)
        cdf += mass
        if k % 16 == 15 and cdf.min() >= LEVELS[-1]:
            break
    values = found.astype(np.float64)
    open_tail = np.flatnonzero(cdf < LEVELS[-1])
    if len(open_tail):
        tail = size[open_tail, None]
        share = tail / (tail + mu[open_tail, None])
        values[open_tail] = np.nan_to_num(stats.nbinom.ppf(LEVELS, tail, share))
    return values


class QuantileHead:
    """All stored quantiles at once, for large or continuous volumes.

    Quantiles are a median plus and minus cumulated positive steps, so they cannot cross. The link
    expm1 makes effects multiplicative. The loss is the pinball loss in units of the series' scale;
    a stock-out day only counts where a quantile lies below what was sold (Powell's censored
    quantile regression).
    """

    name = "quantile"
    outputs = len(LEVELS)

    def __init__(self) -> None:
        self._levels = torch.tensor(LEVELS, dtype=torch.float32)
        self._middle = len(LEVELS) // 2

    def scaled(self, raw: Tensor) -> Tensor:
        """Non-decreasing quantiles in units of the scale, shape of `raw`."""
        middle = raw[..., self._middle : self._middle + 1]
        steps = functional.softplus(raw - 2.0)
        below = steps[..., : self._middle].flip(-1).cumsum(-1).flip(-1)
        above = steps[..., self._middle + 1 :].cumsum(-1)
        z = torch.cat([middle - below, middle, middle + above], dim=-1).clamp(max=12.0)
        return torch.where(z > 0, torch.expm1(z.clamp_min(0.0)), z)

    def loss(self, raw: Tensor, y: Tensor, censored: Tensor, scale: Tensor) -> Tensor:
        error = (y / scale).unsqueeze(-1) - self.scaled(raw)
        short = self._levels * error.clamp_min(0.0)
        over = (1 - self._levels) * (-error).clamp_min(0.0)
        return 2 * torch.where(censored.unsqueeze(-1), short, short + over).mean(dim=-1)

    def quantiles(self, raw: Tensor, scale: Tensor) -> Doubles:
        found = self.scaled(raw.float()) * scale.unsqueeze(-1)
        return proper(found.double().numpy())

    def mean(self, raw: Tensor, scale: Tensor) -> Doubles:
        return mean_of(self.quantiles(raw, scale))


HEADS: dict[str, type[NegativeBinomialHead] | type[QuantileHead]] = {
    "negative_binomial": NegativeBinomialHead,
    "quantile": QuantileHead,
}


def choose_head(y: np.ndarray[tuple[int, ...], np.dtype[np.float32]]) -> str:
    """Negative binomial for counts of which half the series sell few a period, else quantiles."""
    seen = y[~np.isnan(y)]
    if not len(seen):
        return "negative_binomial"
    counts = bool(np.mean(np.abs(seen - np.round(seen)) < 1e-6) > 0.999)
    typical = float(np.mean(seen))
    return "negative_binomial" if counts and math.isfinite(typical) and typical < 50 else "quantile"
