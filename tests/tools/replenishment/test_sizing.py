"""The order engine on small problems whose answer is known."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from tools.errors import InvalidInput
from tools.replenishment.budget import buy_down, envelope
from tools.replenishment.explain import components, without_rule
from tools.replenishment.lead_time import fixed, learn_lead_time
from tools.replenishment.offers import Offer
from tools.replenishment.preventable import Futures, lost_sales, on_hand, preventable
from tools.replenishment.projection import project, with_delay, with_order
from tools.replenishment.sizing import Need, check_service_level, recommend, worth


def poisson_futures(
    mean: float, available: float, n: int = 4000, horizon: int = 60, seed: int = 1
) -> Futures:
    demand = np.random.default_rng(seed).poisson(mean, (n, horizon)).astype(float)
    return Futures(demand, np.zeros((1, horizon)), available)


def need_for(futures: Futures, *offers: Offer, **changes: float) -> Need:
    options: dict[str, float] = {"unit_price": 20.0, **changes}
    return Need("A", "WH", futures, offers, **options)  # type: ignore[arg-type]


def brute_force_lost(futures: Futures, quantity: float, arrival: int, until: int) -> np.ndarray:
    lost = np.zeros(futures.demand.shape[0])
    for i, path in enumerate(futures.demand):
        stock = futures.available
        for day in range(until):
            stock += futures.receipts[min(i, len(futures.receipts) - 1), day]
            stock += quantity if day == arrival else 0.0
            lost[i] += max(path[day] - stock, 0.0)
            stock = max(stock - path[day], 0.0)
    return lost


@settings(max_examples=40, deadline=None)
@given(
    available=st.integers(0, 40),
    quantity=st.integers(0, 60),
    lead=st.integers(0, 8),
    review=st.integers(1, 6),
    seed=st.integers(0, 999),
)
def test_saved_sales_equal_a_day_by_day_count(
    available: int, quantity: int, lead: int, review: int, seed: int
) -> None:
    generator = np.random.default_rng(seed)
    demand = generator.poisson(4, (5, 16)).astype(float)
    receipts = np.zeros((1, 16))
    receipts[0, generator.integers(0, 16)] = 10
    futures = Futures(demand, receipts, available)
    outlook = preventable(futures, np.full(5, lead), review)
    until = min(lead + review, 16)
    without = brute_force_lost(futures, 0, lead, until)
    ordered = brute_force_lost(futures, quantity, lead, until)
    assert float(outlook.saved(quantity)) == pytest.approx((without - ordered).mean())
    assert outlook.service(quantity) == pytest.approx(
        np.mean(ordered <= brute_force_lost(futures, 10**6, lead, until) + 1e-9)
    )


def test_stock_never_falls_below_zero_and_nothing_is_lost_from_stock() -> None:
    futures = poisson_futures(3, 20, n=50)
    net = futures.cumulative_net()
    stock, lost = on_hand(net), lost_sales(net)
    assert (stock >= 0).all()
    sold = futures.demand.sum(axis=1) - lost[:, -1]
    assert sold + stock[:, -1] == pytest.approx(20)


def test_order_up_to_agrees_with_the_exact_poisson_quantile() -> None:
    futures = poisson_futures(5, 60, n=20000)
    line = recommend(
        need_for(futures, Offer("S", 8.0, fixed(10)), service_level=0.95, review_days=7)
    )
    exact = stats.poisson.ppf(0.95, 5 * 17) - 60
    assert line.outcome == "order"
    assert line.quantity == pytest.approx(exact, abs=1.5)


def test_minimum_packs_and_price_breaks_shape_the_quantity() -> None:
    futures = poisson_futures(5, 60)
    plain = recommend(need_for(futures, Offer("S", 8.0, fixed(10))))
    packed = recommend(need_for(futures, Offer("S", 8.0, fixed(10), pack_size=24)))
    minimum = recommend(need_for(futures, Offer("S", 8.0, fixed(10), moq=100, pack_size=24)))
    cheaper = recommend(need_for(futures, Offer("S", 8.0, fixed(10), breaks=((150, 6.0),))))
    assert packed.quantity % 24 == 0
    assert plain.quantity <= packed.quantity < plain.quantity + 24
    assert (minimum.quantity, minimum.binding) == (120, "moq")  # 24 does not divide 100
    assert (cheaper.quantity, cheaper.binding, cheaper.unit_cost) == (150, "price_break", 6.0)


def test_a_break_that_costs_more_to_store_than_it_saves_is_left() -> None:
    futures = poisson_futures(0.2, 0)
    line = recommend(need_for(futures, Offer("S", 8.0, fixed(5), breaks=((4000, 7.9),))))
    assert line.binding != "price_break"


def test_spread_of_the_lead_time_adds_stock_and_is_shown() -> None:
    futures = poisson_futures(5, 90)
    late = learn_lead_time(10, [0, 6, 8, -2, 4, 10, 3, 5, 9, 7, 1, 12])
    line = recommend(need_for(futures, Offer("S", 8.0, late, moq=150, pack_size=6)))
    parts = {part.key: part.units for part in components(line)}
    assert sum(parts.values()) == pytest.approx(line.quantity)
    assert parts["lead_time_spread"] > 0
    assert parts["moq"] > 0
    assert without_rule(line.need, "moq").quantity < line.quantity
    assert without_rule(line.need, "lead_time_spread").chosen is not None


def test_learning_a_lead_time_keeps_faith_in_the_promise_until_receipts_speak() -> None:
    two = learn_lead_time(20, [10, 12])
    many = learn_lead_time(20, [10, 12] * 40)
    assert two.mean == pytest.approx(20 + 22 / 8)
    assert many.mean == pytest.approx(31, abs=0.8)
    assert many.sample(1000, 3).mean() == pytest.approx(many.mean, abs=0.05)
    assert learn_lead_time(3, [-9]).days.min() == 0


def test_the_cheaper_supplier_wins_unless_waiting_loses_sales() -> None:
    slow = Offer("SLOW", 8.0, fixed(30))
    quick = Offer("QUICK", 9.0, fixed(3))
    calm = recommend(need_for(poisson_futures(5, 170), slow, quick))
    urgent = recommend(need_for(poisson_futures(5, 10), slow, quick))
    assert (calm.offer.supplier, calm.choice) == ("SLOW", "cheapest")
    assert (urgent.offer.supplier, urgent.choice) == ("QUICK", "faster")


def test_an_order_that_loses_money_is_left_out_and_said_so() -> None:
    slow_mover = poisson_futures(0.005, 0)
    line = recommend(
        need_for(slow_mover, Offer("S", 19.0, fixed(5), moq=500, pack_size=10), service_level=0.98)
    )
    assert (line.outcome, line.quantity) == ("not_worth_it", 0.0)


def test_minimum_above_what_sells_before_it_spoils() -> None:
    futures = poisson_futures(1, 0)
    line = recommend(
        need_for(futures, Offer("S", 15.0, fixed(2), moq=300, pack_size=10), shelf_life_days=14)
    )
    assert line.outcome == "spoils"


def test_capacity_caps_the_order() -> None:
    line = recommend(need_for(poisson_futures(5, 0), Offer("S", 8.0, fixed(5), weekly_capacity=30)))
    assert (line.quantity, line.binding) == (30, "capacity")
    assert {p.key: p.units for p in components(line)}["cap"] < 0


def test_no_supplier_is_an_outcome_not_a_failure() -> None:
    assert recommend(need_for(poisson_futures(1, 0))).outcome == "no_supplier"


@pytest.mark.parametrize("level", [0.0, 1.0, 1.5, -0.2, 95.0])
def test_impossible_service_levels_are_named(level: float) -> None:
    with pytest.raises(InvalidInput) as caught:
        check_service_level(level)
    assert caught.value.text.zh != caught.value.text.en


def test_last_order_day_is_the_day_after_which_stock_runs_out_first() -> None:
    steady = Futures(np.full((10, 60), 5.0), np.zeros((1, 60)), 100.0)
    line = recommend(need_for(steady, Offer("S", 8.0, fixed(10))))
    # 100 units at 5 a day are gone at the end of day 19; 10 days of lead time before that is day 9
    assert line.last_order_day == 9


def many_lines(seed: int = 3) -> list[object]:
    generator = np.random.default_rng(seed)
    lines = []
    for index in range(12):
        futures = poisson_futures(generator.uniform(1, 8), generator.integers(0, 30), seed=index)
        offer = Offer("S", generator.uniform(3, 12), fixed(7), moq=12, pack_size=6)
        lines.append(recommend(Need(f"I{index}", "WH", futures, (offer,), unit_price=18.0)))
    return lines


@pytest.mark.parametrize("budget", [150.0, 600.0, 1500.0])
def test_budget_is_respected_and_near_its_bound(budget: float) -> None:
    purchase = buy_down(many_lines(), budget)  # type: ignore[arg-type]
    assert purchase.spent <= budget
    assert sum(line.cost for line in purchase.lines if line.quantity) == pytest.approx(
        purchase.spent
    )
    assert purchase.value <= purchase.bound + 1e-6
    assert purchase.value >= 0.85 * purchase.bound
    for line in purchase.lines:
        assert line.quantity == 0 or line.quantity >= 12
        assert line.quantity % 6 == 0


def test_a_larger_budget_never_earns_less() -> None:
    lines = many_lines()
    values = [buy_down(lines, budget).bound for budget in (100, 300, 900, 2700, 8100)]  # type: ignore[arg-type]
    assert values == sorted(values)


def test_budget_below_the_smallest_order_says_by_how_much() -> None:
    with pytest.raises(InvalidInput, match="smallest order costs"):
        buy_down(many_lines(), 1.0)  # type: ignore[arg-type]


def test_returns_fall_along_a_line() -> None:
    steps = envelope(many_lines()[0])  # type: ignore[arg-type]
    rates = [step.rate for step in steps]
    assert rates == sorted(rates, reverse=True)
    line = many_lines()[0]
    total = worth(line.need, line.chosen, line.quantity).value  # type: ignore[attr-defined]
    assert sum(step.value for step in steps) == pytest.approx(total)


def test_projection_shows_what_an_order_and_a_delay_change() -> None:
    futures = Futures(np.full((4, 20), 5.0), np.zeros((1, 20)), 40.0)
    bare = project(futures)
    assert (bare.stock_out_day, bare.lost_units) == (8, 60.0)
    ordered = project(futures, 60, np.full(4, 8))
    assert ordered.stock_out_day is None
    assert ordered.lost_units == 0
    later = project(with_delay(with_order(futures, 60, np.full(4, 8)), 3))
    assert later.lost_units == 15
    assert later.median[-1] == 15
