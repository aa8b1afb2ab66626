"""Distribution heads against scipy, and sample paths against their marginals."""

import numpy as np
import pytest
import torch
from scipy import stats

from forecasting import LEVELS, Dependence, error_correlation, mean_of, sample_paths
from forecasting.heads import NegativeBinomialHead, QuantileHead, choose_head
from forecasting.paths import measure_dependence, probability_integral
from forecasting.quantiles import level_index


def test_negative_binomial_agrees_with_scipy() -> None:
    head = NegativeBinomialHead()
    raw = torch.tensor([[[0.3, -1.0], [2.0, 0.5], [6.0, 1.5]]])
    scale = torch.full((1, 3), 4.0)
    mu, alpha = (value.numpy() for value in head.parameters(raw, scale))
    size, share = 1 / alpha, 1 / (1 + alpha * mu)
    y = torch.tensor([[2.0, 0.0, 30.0]])
    free = torch.zeros_like(y, dtype=torch.bool)
    expected = -stats.nbinom.logpmf(y.numpy(), size, share)
    assert head.loss(raw, y, free, scale).numpy() == pytest.approx(expected, rel=1e-4)
    found = head.quantiles(raw, scale)
    assert np.array_equal(found, stats.nbinom.ppf(LEVELS, size[..., None], share[..., None]))
    assert head.mean(raw, scale) == pytest.approx(mu, rel=1e-6)


def test_a_stock_out_counts_as_at_least_what_was_sold() -> None:
    head = NegativeBinomialHead()
    raw = torch.tensor([[[1.0, 0.0], [1.0, 0.0], [1.0, 0.0]]], requires_grad=True)
    scale = torch.full((1, 3), 5.0)
    y = torch.tensor([[0.0, 4.0, 300.0]])
    hidden = torch.ones_like(y, dtype=torch.bool)
    mu, alpha = (value.detach().numpy() for value in head.parameters(raw, scale))
    survival = stats.nbinom.sf(y.numpy() - 1, 1 / alpha, 1 / (1 + alpha * mu))
    loss = head.loss(raw, y, hidden, scale)
    assert loss[0, :2].detach().numpy() == pytest.approx(-np.log(survival[0, :2]), abs=1e-3)
    loss.sum().backward()
    assert torch.isfinite(raw.grad).all()
    assert raw.grad[0, 0, 0] == pytest.approx(0, abs=1e-6)  # selling out at zero says nothing
    assert raw.grad[0, 1, 0] < 0  # more demand is more likely
    assert raw.grad[0, 2, 0] < 0


def test_quantile_head_never_crosses_and_respects_censoring() -> None:
    head = QuantileHead()
    raw = torch.randn(5, 3, head.outputs, generator=torch.Generator().manual_seed(0))
    scale = torch.ones(5, 3)
    found = head.quantiles(raw, scale)
    assert (np.diff(found, axis=-1) >= 0).all()
    assert (found >= 0).all()
    hidden, seen = torch.ones(5, 3, dtype=torch.bool), torch.zeros(5, 3, dtype=torch.bool)
    y = torch.full((5, 3), 0.5)
    assert (head.loss(raw, y, hidden, scale) <= head.loss(raw, y, seen, scale)).all()
    high = torch.full_like(raw, -10.0)
    high[..., head.outputs // 2] = 5.0
    assert head.loss(high, y, hidden, scale).max() == 0  # all quantiles above what was sold
    assert head.loss(high, y, seen, scale).min() > 1


def test_the_head_is_chosen_by_the_data() -> None:
    assert choose_head(np.array([[0, 1, 2, np.nan]], dtype="f4")) == "negative_binomial"
    assert choose_head(np.array([[0.5, 1.25]], dtype="f4")) == "quantile"
    assert choose_head(np.array([[9000, 12000]], dtype="f4")) == "quantile"


def quantiles_of(mean: float, series: int, horizon: int) -> np.ndarray:
    values = stats.norm.ppf(LEVELS, mean, mean / 5)
    return np.broadcast_to(values, (series, horizon, len(LEVELS))).copy()


def test_paths_keep_the_marginals_and_the_mean_of_sums() -> None:
    values = quantiles_of(40, 3, 10)
    paths = sample_paths(values, 4000, Dependence(0.2, 0.3, 0.2), seed=1)
    assert paths.shape == (3, 4000, 10)
    assert np.quantile(paths[0, :, 4], 0.9) == pytest.approx(
        values[0, 4, level_index(0.9)], rel=0.02
    )
    assert paths.sum(axis=(0, 2)).mean() == pytest.approx(mean_of(values).sum(), rel=0.01)
    assert np.array_equal(paths, sample_paths(values, 4000, Dependence(0.2, 0.3, 0.2), seed=1))


def test_correlated_days_make_sums_wider() -> None:
    values = quantiles_of(40, 1, 14)
    loose = sample_paths(values, 4000, Dependence(0.0, 0.0), seed=2).sum(axis=2).std()
    tied = sample_paths(values, 4000, Dependence(0.5, 0.3), seed=2).sum(axis=2).std()
    assert loose == pytest.approx(8 * np.sqrt(14), rel=0.05)
    assert tied > 2 * loose


def test_dependence_is_recovered_from_errors() -> None:
    values = quantiles_of(40, 400, 28)
    truth = Dependence(0.3, 0.4)
    y = sample_paths(values[:1], 400, truth, seed=3)[0]
    found = measure_dependence(y, values)
    assert found.common == pytest.approx(0.3, abs=0.08)
    assert found.fade == pytest.approx(0.4, abs=0.08)


def test_shared_errors_between_locations_are_recovered() -> None:
    values = quantiles_of(40, 120, 28)
    y = np.concatenate(
        [
            sample_paths(values[:3], 1, Dependence(0.1, 0.1, across=0.4), seed=item)[:, 0]
            for item in range(40)
        ]
    )
    groups = np.repeat(np.array([f"item {item}" for item in range(40)]), 3)
    assert error_correlation(y, values, groups) == pytest.approx(0.4, abs=0.1)
    assert error_correlation(y, values, np.arange(120).astype(str)) == 0.0


def test_probability_integral_is_uniform_for_counts() -> None:
    generator = np.random.default_rng(4)
    values = np.broadcast_to(stats.poisson.ppf(LEVELS, 1.2), (300, 28, len(LEVELS)))
    u = probability_integral(generator.poisson(1.2, (300, 28)).astype(float), values)
    assert u.mean() == pytest.approx(0.5, abs=0.02)
