"""The simulator against exact costs: analytic values must lie inside the 99 % interval."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from tools.errors import InvalidInput
from tools.replenishment.simulation import Costs, Policy, compare, simulate
from tools.replenishment.theory.lost_sales import LostSales, base_stock_cost
from tools.replenishment.theory.newsvendor import base_stock_normal
from tools.replenishment.theory.periodic_review import min_max


def poisson(mean: float, n: int = 200, periods: int = 700, seed: int = 5) -> np.ndarray:
    return np.random.default_rng(seed).poisson(mean, (n, periods)).astype(float)


def test_min_max_cost_is_the_exact_one() -> None:
    exact = min_max(stats.poisson(6), 1, 4, 5)
    outcome = simulate(
        poisson(6),
        Policy(exact.s, exact.S),
        Costs(1, 4, order=5),
        lost_sales=False,
        warm_up=200,
    )
    assert outcome.cost.contains(exact.cost)
    assert outcome.cost.half_width < 0.06


@pytest.mark.parametrize("lead", [1, 2])
def test_lost_sales_base_stock_cost_is_the_exact_one(lead: int) -> None:
    target = 6 * (lead + 1)
    exact = base_stock_cost(LostSales(stats.poisson(5), lead, 9), target)
    outcome = simulate(
        poisson(5), Policy(target - 1, target), Costs(1, 9), lead_time=lead, warm_up=200
    )
    assert outcome.cost.contains(exact)


def test_backorders_with_a_lead_time() -> None:
    best = base_stock_normal(50, 8, 4, 0.18, 0.7)
    demand = np.random.default_rng(2).normal(50, 8, (300, 1000))
    outcome = simulate(
        demand,
        Policy(best.level - 1e-9, best.level),
        Costs(0.18, 0.7),
        lead_time=4,
        lost_sales=False,
        warm_up=50,
    )
    assert outcome.cost.contains(best.cost)


def test_common_random_numbers_tell_close_policies_apart() -> None:
    demand = poisson(5)
    costs = Costs(1, 9)
    good = simulate(demand, Policy(14, 15), costs, lead_time=1, warm_up=100)
    worse = simulate(demand, Policy(15, 16), costs, lead_time=1, warm_up=100)
    difference = compare(good, worse)
    assert difference.half_width < 0.5 * worse.cost.half_width
    assert difference.mean > difference.half_width


def test_packs_minimum_and_fixed_quantities() -> None:
    steady = np.full((1, 10), 5.0)
    outcome = simulate(steady, Policy(4, 0, fixed_quantity=10), Costs(1, 9), start=10.0)
    assert outcome.fill_rate.mean == 1.0
    packed = simulate(steady, Policy(0, 7, pack=6, minimum=10), Costs(0, 0, unit=1), start=0.0)
    assert packed.cost.mean == pytest.approx((12 * 4) / 10)


def test_orders_that_overtake_each_other_all_arrive() -> None:
    demand = poisson(5, 50, 400)
    leads = np.random.default_rng(1).integers(0, 6, demand.shape)
    outcome = simulate(demand, Policy(29, 30), Costs(1, 9), lead_time=leads, warm_up=50)
    assert 0.8 < outcome.fill_rate.mean < 1.0
    assert outcome.mean_stock.mean < 30


def test_bad_horizons_are_named() -> None:
    with pytest.raises(InvalidInput, match="warm-up"):
        simulate(np.ones((1, 5)), Policy(0, 1), Costs(1, 1), warm_up=5)
    with pytest.raises(InvalidInput, match="negative"):
        simulate(np.ones((1, 5)), Policy(0, 1), Costs(1, 1), lead_time=-1)
