"""Speed of the simulator in item-periods per second.

Run: python tests/benchmarks/replenishment_simulation.py
"""

from __future__ import annotations

import time

import numpy as np

from tools.replenishment.simulation import Costs, Policy, simulate


def main() -> None:
    demand = np.random.default_rng(1).poisson(5, (20_000, 1_000)).astype(float)
    print("| policy | item-periods | seconds | million per second |")
    print("|-|-|-|-|")
    for name, policy, lead in (
        ("base stock, lead time 4", Policy(29, 30), 4),
        ("(s, S), lead time 0", Policy(6, 40), 0),
        ("(s, S) in packs with minimum, lead time 2", Policy(16, 50, pack=6, minimum=12), 2),
    ):
        simulate(demand[:10], policy, Costs(1, 9), lead_time=lead)
        began = time.perf_counter()
        simulate(demand, policy, Costs(1, 9), lead_time=lead, warm_up=100)
        took = time.perf_counter() - began
        print(f"| {name} | {demand.size:,} | {took:.2f} | {demand.size / took / 1e6:.0f} |")


if __name__ == "__main__":
    main()
