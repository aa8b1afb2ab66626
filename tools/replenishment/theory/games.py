"""Companies that decide against each other: equilibria and what competition does to stock.

Equilibria are found by best responses on continuous strategies and by support enumeration (nashpy)
on bimatrix games; every answer can be checked with `largest_gain`, which is what the best single
deviation would bring.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import optimize

from tools.errors import InvalidInput

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Cournot:
    """Quantities and profits of firms that choose how much to sell at P = intercept - slope Q."""

    quantities: tuple[float, ...]
    price: float
    profits: tuple[float, ...]


def cournot(intercept: float, slope: float, costs: Sequence[float]) -> Cournot:
    """Cournot equilibrium with linear demand; firms whose cost exceeds the price stay out.

    q_i = (P - c_i) / slope with P = (a + sum c) / (n + 1) over active firms.

    >>> found = cournot(100, 1, [10, 10])
    >>> found.quantities, found.profits
    ((30.0, 30.0), (900.0, 900.0))
    """
    active = list(range(len(costs)))
    while True:
        price = (intercept + sum(costs[i] for i in active)) / (len(active) + 1)
        out = [i for i in active if costs[i] > price]
        if not out:
            break
        active = [i for i in active if i not in out]
    quantities = tuple(
        (price - costs[i]) / slope if i in active else 0.0 for i in range(len(costs))
    )
    profits = tuple((price - c) * q for c, q in zip(costs, quantities, strict=True))
    return Cournot(quantities, price, profits)


def largest_gain(
    profit: Callable[[int, Floats], float], strategies: ArrayLike, upper: float
) -> float:
    """Most that any one player gains by changing its own continuous strategy in [0, upper]."""
    played = np.asarray(strategies, dtype=float)
    gains = []
    for player in range(played.size):
        best = _best_response(profit, player, played, upper)
        moved = played.copy()
        moved[player] = best
        gains.append(profit(player, moved) - profit(player, played))
    return max(gains)


def _best_response(
    profit: Callable[[int, Floats], float], player: int, played: Floats, upper: float
) -> float:
    def loss(own: float) -> float:
        moved = played.copy()
        moved[player] = own
        return -profit(player, moved)

    found = optimize.minimize_scalar(
        loss, bounds=(0.0, upper), method="bounded", options={"xatol": 1e-10}
    )
    return float(found.x)


def nash(
    profit: Callable[[int, Floats], float], players: int, upper: float, rounds: int = 500
) -> Floats:
    """Equilibrium by damped best responses; raises when they do not settle."""
    played = np.full(players, upper / 2.0)
    for _ in range(rounds):
        best = np.array([_best_response(profit, i, played, upper) for i in range(players)])
        if float(np.abs(best - played).max()) < 1e-9 * max(upper, 1.0):
            return best
        played = 0.5 * played + 0.5 * best
    if largest_gain(profit, played, upper) < 1e-7 * upper:
        return played
    raise InvalidInput(
        "Best responses do not settle; this game may have no equilibrium in pure quantities.",
        "最优反应不收敛，该博弈可能没有纯策略均衡。",
    )


def competing_newsvendors(
    demands: Floats, prices: Sequence[float], costs: Sequence[float], switching: float
) -> Floats:
    """Stock levels of shops between which a share of unserved customers switches.

    `demands` (n, players) are joint samples. A shop meets its own customers first, then the
    switching share of the others' shortage (Parlar 1988; Lippman & McCardle 1997).
    """

    def profit(player: int, levels: Floats) -> float:
        short = np.maximum(demands - levels, 0.0)
        others = short.sum(axis=1) - short[:, player]
        met = np.minimum(levels[player], demands[:, player] + switching * others)
        return float(prices[player] * met.mean() - costs[player] * levels[player])

    return nash(profit, demands.shape[1], float(demands.sum(axis=1).max()))


def double_marginalisation(
    intercept: float, slope: float, cost: float, tiers: int
) -> tuple[float, ...]:
    """Profit of each tier, supplier first, when every tier adds its own best margin.

    Linear demand P = a - bQ; each of the n tiers prices in turn, so the quantity sold is
    (a - c) / (b 2^n) against (a - c) / (2b) of one owner.

    >>> double_marginalisation(100, 1, 20, 2)
    (800.0, 400.0)
    """
    sold = (intercept - cost) / (slope * 2**tiers)
    return tuple(slope * sold**2 * 2 ** (tiers - 1 - tier) for tier in range(tiers))


def bimatrix_equilibria(row: ArrayLike, column: ArrayLike) -> list[tuple[Floats, Floats]]:
    """All equilibria found by support enumeration, as mixed strategies of both players.

    >>> [x.tolist() for x in bimatrix_equilibria([[3, 0], [5, 1]], [[3, 5], [0, 1]])[0]]
    [[0.0, 1.0], [0.0, 1.0]]
    """
    import nashpy  # loaded on use: no other answer needs it

    game: Any = nashpy.Game(np.asarray(row, dtype=float), np.asarray(column, dtype=float))
    return [(np.asarray(a), np.asarray(b)) for a, b in game.support_enumeration()]
