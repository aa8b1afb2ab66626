"""The order plan against enumeration on tiny instances, and its rules on larger ones."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from tools.errors import InvalidInput
from tools.replenishment.plan import Limits, PlanItems, check_plan, plan_items, solve_plan
from tools.replenishment.plan.pricing import evaluate, price_items


def company(count: int, periods: int, seed: int = 0, levels: int = 40) -> PlanItems:
    rng = np.random.default_rng(seed)
    rate = rng.uniform(3, 12, count)
    demand = rng.poisson(rate[:, None, None], (count, 50, periods + 2)).astype(float)
    cost = rng.uniform(2, 9, count)
    return plan_items(
        np.cumsum(demand, axis=2),
        rng.integers(0, 3, count),
        np.repeat((rate * rng.uniform(0, 3, count)).round()[:, None], periods + 2, axis=1),
        pack=np.full(count, 4.0),
        moq=rng.uniform(4, 16, count),
        unit_cost=cost,
        unit_volume=rng.uniform(0.01, 0.05, count),
        order_cost=np.full(count, 4.0),
        holding=cost * 0.02,
        shortage=cost * 0.4,
        periods=periods,
        levels=levels,
        breaks=(rate * 4, cost * 0.9),
    )


def free(periods: int) -> Limits:
    return Limits(np.full(periods, np.inf), np.full(periods, np.inf))


def test_item_plans_are_optimal_by_enumeration() -> None:
    items = company(3, 3, seed=4, levels=9)
    columns, value = price_items(items, np.zeros(3), np.zeros(3))
    for i in range(3):
        one = items.part(np.array([i]))
        best = np.inf
        for orders in itertools.product(range(9), repeat=3):
            fits = sum(orders) < 9 and all(
                order == 0 or order >= one.starts[0, 0] for order in orders
            )
            if fits:
                best = min(best, float(evaluate(one, np.array([orders])).cost[0]))
        assert columns.cost[i] == pytest.approx(best, rel=1e-6)
        assert value[i] == pytest.approx(best, rel=1e-5)


def test_without_limits_the_plan_is_the_items_own_optimum() -> None:
    items = company(30, 6)
    plan = solve_plan(items, free(6))
    assert plan.gap == pytest.approx(0.0, abs=1e-6)
    assert check_plan(items, free(6), plan) == []


def test_binding_limits_are_kept_with_a_small_proven_gap() -> None:
    items = company(120, 6)
    unlimited = evaluate(items, solve_plan(items, free(6)).orders)
    limits = Limits(
        np.full(6, 0.9 * unlimited.money.sum(axis=0).mean()),
        np.full(6, 1.2 * unlimited.volume.sum(axis=0).mean()),
    )
    plan = solve_plan(items, limits)
    assert check_plan(items, limits, plan) == []
    assert plan.bound <= plan.cost
    assert plan.gap < 0.01
    assert plan.money_prices.max() > 0
    assert (plan.quantities % 4 == 0).all()


def test_the_bound_is_below_every_plan_that_keeps_the_limits() -> None:
    items = company(2, 3, seed=7, levels=8)
    limits = Limits(np.full(3, 70.0), np.full(3, np.inf))
    plan = solve_plan(items, limits)
    best = np.inf
    choices = [o for o in itertools.product(range(8), repeat=3) if sum(o) < 8]
    for first, second in itertools.product(choices, repeat=2):
        orders = np.array([first, second])
        if ((orders > 0) & (orders < items.starts[:, :1])).any():
            continue
        columns = evaluate(items, orders)
        if (columns.money.sum(axis=0) <= 70).all():
            best = min(best, float(columns.cost.sum()))
    assert plan.bound <= best + 1e-6
    assert plan.cost >= best - 1e-6
    assert check_plan(items, limits, plan) == []


def test_no_money_means_no_orders() -> None:
    items = company(10, 4)
    plan = solve_plan(items, Limits(np.zeros(4), np.full(4, np.inf)))
    assert plan.orders.sum() == 0


def test_bad_limits_and_costs_are_named() -> None:
    with pytest.raises(InvalidInput, match="negative"):
        solve_plan(company(3, 3), Limits(np.full(3, -1.0), np.full(3, 1.0)))
    with pytest.raises(InvalidInput, match="lead time"):
        plan_items(
            np.ones((1, 2, 3)),
            np.array([2]),
            np.zeros((1, 3)),
            pack=[1],
            moq=[1],
            unit_cost=[1],
            unit_volume=[1],
            order_cost=[0],
            holding=[0.1],
            shortage=[1],
            periods=3,
        )
