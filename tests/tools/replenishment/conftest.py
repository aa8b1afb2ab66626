"""A small company whose figures can be followed by hand, with stored forecasts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest
from scipy import stats
from sqlalchemy import Engine

from forecasting import LEVELS
from tools.data import schema
from tools.data.catalogue import Catalogue
from tools.data.database import new_data_version, writing
from tools.data.frames import planning_day
from tools.data.migrate import upgrade
from tools.facts import ToolResult
from tools.spec import ToolContext

TODAY = dt.date(2026, 3, 2)
HORIZON = 60
MEANS = {"SCARF": 5.0, "MUG": 2.0, "GLOVE": 1.0, "ORPHAN": 1.0, "RARE": 0.05, "YUAN": 1.0}
NAMES = {
    "SCARF": ("wool scarf", "羊毛围巾"),
    "MUG": ("coffee mug", "咖啡杯"),
    "GLOVE": ("ski glove", "滑雪手套"),
    "ORPHAN": ("brass hook", "铜钩"),
    "RARE": ("spare gasket", "备用垫圈"),
    "YUAN": ("tea tray", "茶盘"),
}


@pytest.fixture(scope="session")
def company_engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    folder: Path = tmp_path_factory.mktemp("replenishment")
    engine = upgrade(f"sqlite:///{folder / 'company.db'}")
    with writing(engine) as session:
        items = {
            code: schema.Item(
                code=code,
                names={"en": NAMES[code][0], "zh": NAMES[code][1]},
                category="winter" if code in ("SCARF", "GLOVE") else "home",
                unit="pcs",
                unit_cost=Decimal(8),
                unit_price=Decimal(20),
            )
            for code in MEANS
        }
        warehouse = schema.Location(
            code="WH", names={"en": "Warehouse", "zh": "总仓"}, kind=schema.LocationKind.WAREHOUSE
        )
        session.add_all([warehouse, *items.values()])
        session.add_all(
            schema.Category(key=key, names={"en": en, "zh": zh})
            for key, en, zh in (("winter", "Winter wear", "冬季用品"), ("home", "Home", "家居"))
        )
        session.flush()
        store = schema.Location(
            code="SHOP",
            names={"en": "Shop", "zh": "门店"},
            kind=schema.LocationKind.STORE,
            supplied_by_id=warehouse.id,
        )
        slow = schema.Supplier(code="SLOW", names={"en": "Slow Mills", "zh": "慢坊"})
        quick = schema.Supplier(code="QUICK", names={"en": "Quick Works", "zh": "快工"})
        session.add_all([store, slow, quick])
        session.flush()
        past = TODAY - dt.timedelta(days=400)
        session.add_all(
            [
                _term(items["SCARF"], slow, 8, 20, 60, 12, past),
                _term(items["SCARF"], quick, 9, 5, 12, 12, past),
                _term(items["MUG"], quick, 4, 7, 100, 24, past),
                _term(items["GLOVE"], quick, 6, 7, 1, 1, past),
                _term(items["RARE"], quick, 19, 7, 500, 10, past),
                _term(items["YUAN"], quick, 30, 7, 1, 1, past, currency="CNY"),
            ]
        )
        stocks = {"SCARF": 20.0, "MUG": 10.0, "GLOVE": 400.0, "ORPHAN": 0.0, "RARE": 0.0, "YUAN": 0}
        for code, item in items.items():
            for day in range(1, 60):
                session.add(
                    schema.SalesDay(
                        item_id=item.id,
                        location_id=warehouse.id,
                        day=TODAY - dt.timedelta(days=day),
                        quantity=round(MEANS[code]) * (2 if day % 10 == 0 else 1),
                        price=Decimal(20),
                        promotion=day % 10 == 0,
                    )
                )
            session.add(_stock(item, warehouse, stocks[code], reserved=5 if code == "SCARF" else 0))
        session.add(_stock(items["MUG"], store, 3))
        session.add(
            schema.Event(
                external_id="promo",
                kind=schema.EventKind.PROMOTION,
                names={"en": "Spring sale", "zh": "春促"},
                starts_on=TODAY,
                ends_on=TODAY + dt.timedelta(days=20),
                item_id=items["MUG"].id,
                discount=0.2,
            )
        )
        _past_orders(session, items["SCARF"], slow, warehouse)
        session.add(schema.Setting(key="base_currency", value={"value": "USD"}))
        version = new_data_version(session, "test company")
        session.add(
            schema.Setting(
                key="forecast_refresh",
                value={"data_version": version, "run": "r1", "horizon": HORIZON},
            )
        )
        for code, item in items.items():
            for place, share in ((warehouse, 1.0), (store, 0.5)):
                if place is store and code != "MUG":
                    continue
                values = np.tile(stats.poisson.ppf(LEVELS, MEANS[code] * share), (HORIZON, 1))
                session.add(
                    schema.StoredForecast(
                        data_version_id=version,
                        item_id=item.id,
                        location_id=place.id,
                        model="best",
                        chosen_model="test",
                        starts_on=TODAY,
                        horizon=HORIZON,
                        quantiles=values.astype("<f4").tobytes(),
                        details={},
                    )
                )
    yield engine
    engine.dispose()


def _term(
    item: schema.Item,
    supplier: schema.Supplier,
    cost: int,
    lead: int,
    moq: float,
    pack: float,
    since: dt.date,
    currency: str = "USD",
) -> schema.SupplyTerm:
    return schema.SupplyTerm(
        item_id=item.id,
        supplier_id=supplier.id,
        valid_from=since,
        unit_cost=Decimal(cost),
        currency=currency,
        moq=moq,
        pack_size=pack,
        lead_time_days=lead,
    )


def _stock(
    item: schema.Item, place: schema.Location, on_hand: float, reserved: float = 0
) -> schema.StockPosition:
    return schema.StockPosition(
        item_id=item.id,
        location_id=place.id,
        day=TODAY - dt.timedelta(days=1),
        on_hand=on_hand,
        reserved=reserved,
    )


def _past_orders(
    session: object, item: schema.Item, supplier: schema.Supplier, place: schema.Location
) -> None:
    """Ten received orders, four of them six days late, and one that is on its way."""
    for number in range(11):
        ordered = TODAY - dt.timedelta(days=300 - 25 * number if number < 10 else 10)
        due = ordered + dt.timedelta(days=20)
        is_open = number == 10
        line = schema.PurchaseOrderLine(
            line_no=1,
            item_id=item.id,
            quantity=60,
            unit_cost=Decimal(8),
            requested_on=due,
            promised_on=due,
        )
        order = schema.PurchaseOrder(
            number=f"PO-{number}",
            supplier_id=supplier.id,
            location_id=place.id,
            ordered_on=ordered,
            status=schema.OrderStatus.SENT if is_open else schema.OrderStatus.RECEIVED,
            lines=[line],
        )
        session.add(order)  # type: ignore[attr-defined]
        session.flush()  # type: ignore[attr-defined]
        if not is_open:
            late = 6 if number % 5 in (1, 3) else 0
            session.add(  # type: ignore[attr-defined]
                schema.Receipt(
                    external_id=f"R-{number}",
                    line_id=line.id,
                    received_on=due + dt.timedelta(days=late),
                    quantity=60,
                )
            )


@pytest.fixture
def context(company_engine: Engine) -> ToolContext:
    return make_context(company_engine)


def make_context(engine: Engine, last: ToolResult | None = None) -> ToolContext:
    return ToolContext(engine, planning_day(engine), "en", Catalogue.load(engine), last=last)
