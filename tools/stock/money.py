"""Unit costs and margins in the base currency.

An amount in a currency without a recorded exchange rate stays unknown instead of being added to
amounts in another one.
"""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from tools.data import frames
from tools.data.schema import Setting

DEFAULT_CURRENCY = "USD"


def base_currency(engine: Engine) -> str:
    """Currency in which the company counts its money."""
    return str(_setting(engine, "base_currency") or DEFAULT_CURRENCY)


def exchange_rates(engine: Engine) -> Mapping[str, float]:
    """Base-currency value of one unit of a currency."""
    stored = _setting(engine, "exchange_rates")
    rates = {str(k): float(v) for k, v in stored.items()} if isinstance(stored, dict) else {}
    return {**rates, base_currency(engine): 1.0}


def _setting(engine: Engine, key: str) -> object:
    with Session(engine) as session:
        value = session.scalar(select(Setting.value).where(Setting.key == key))
    return value.get("value") if value else None


def unit_money(engine: Engine) -> pd.DataFrame:
    """Index item: cost and margin per unit in the base currency, NaN where unknown."""
    items = frames.items(engine)
    rate = items["currency"].map(exchange_rates(engine))
    cost = items["unit_cost"] * rate
    return pd.DataFrame({"cost": cost, "margin": items["unit_price"] * rate - cost})
