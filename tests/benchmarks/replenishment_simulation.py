"""Speed of the simulator in item-periods per second.

Run: python tests/benchmarks/replenishment_simulation.py
"""

from __future__ import annotations

import time

import numpy as np

from tools.replenishment.simulation import Costs, Policy, simulate


def main() -> None:
    demand = np.random.default_rng(1).poisson(5, (5_000, 1_000)).astype(float)
    print("| policy | item-periods | seconds | CPU s | million per s | million per CPU s |")
    print("|-|-|-|-|-|-|")
    for name, policy, lead in (
        ("base stock, lead time 4", Policy(29, 30), 4),
        ("(s, S), lead time 0", Policy(6, 40), 0),
        ("(s, S) in packs with minimum, lead time 2", Policy(16, 50, pack=6, minimum=12), 2),
    ):
        simulate(demand[:10], policy, Costs(1, 9), lead_time=lead)
        began, busy = time.perf_counter(), time.process_time()
        simulate(demand, policy, Costs(1, 9), lead_time=lead, warm_up=100)
        took, busy = time.perf_counter() - began, time.process_time() - busy
        rate = demand.size / 1e6
        print(
            f"| {name} | {demand.size:,} | {took:.2f} | {busy:.2f} | "
            f"{rate / took:.0f} | {rate / busy:.0f} |"
        )


if __name__ == "__main__":
    main()
