"""Time, proven gap and violations of the order plan on a random company.

Run: python tests/benchmarks/replenishment_plan.py [items]
"""

from __future__ import annotations

import resource
import sys
import time

import numpy as np

from tools.replenishment.plan import Limits, PlanItems, check_plan, plan_items, solve_plan


def random_company(count: int, periods: int = 12, seed: int = 1) -> tuple[PlanItems, Limits]:
    """Items with gamma-Poisson demand, minimum, packs, a price break; budget and volume bind."""
    rng = np.random.default_rng(seed)
    rate = rng.lognormal(2.5, 0.9, count)
    lead = rng.integers(0, 4, count)
    horizon = periods + 4
    level = rng.gamma(8.0, 1 / 8.0, (count, 60, 1))
    demand = rng.poisson(rate[:, None, None] * level, (count, 60, horizon)).astype(float)
    cost = rng.lognormal(1.8, 0.6, count)
    # the largest pack that divides a week's demand into a few, so that K levels cover the horizon
    pack = np.maximum(np.round(rate * (horizon / 50.0)), 1.0)
    supply = np.repeat((rate * rng.uniform(0, 4, count)).round()[:, None], horizon, axis=1)
    items = plan_items(
        np.cumsum(demand, axis=2),
        lead,
        supply,
        pack=pack,
        moq=rate * rng.uniform(0.5, 3.0, count),
        unit_cost=cost,
        unit_volume=rng.uniform(0.001, 0.02, count),
        order_cost=np.full(count, 5.0),
        holding=cost * 0.25 / 52,
        shortage=cost * rng.uniform(0.2, 0.6, count),
        periods=periods,
        levels=80,
        breaks=(rate * 6, cost * 0.96),
    )
    weekly = float((rate * cost).sum())
    room = float((rate * items.pack_volumes / items.pack).sum())
    return items, Limits(np.full(periods, 1.05 * weekly), np.full(periods, 1.1 * room))


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    began = time.perf_counter()
    items, limits = random_company(count)
    built = time.perf_counter() - began
    busy = time.process_time()
    plan = solve_plan(items, limits)
    busy = time.process_time() - busy
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    print("| items | tabulate s | solve s | CPU s | rounds | cost | gap | violations | GB |")
    print("|-|-|-|-|-|-|-|-|-|")
    print(
        f"| {count} | {built:.1f} | {plan.seconds:.1f} | {busy:.1f} | {plan.rounds} | "
        f"{plan.cost:,.0f} | {plan.gap:.3%} | {len(check_plan(items, limits, plan))} | "
        f"{memory:.2f} |"
    )
    print("dearest week for money:", int(plan.money_prices.argmax()) + 1, plan.money_prices.max())


if __name__ == "__main__":
    main()
