"""A small company with one open order, on both databases."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import Engine

from tools.data.database import new_data_version, writing
from tools.data.schema import (
    Item,
    Location,
    LocationKind,
    OrderStatus,
    PurchaseOrder,
    PurchaseOrderLine,
    SalesDay,
    Supplier,
    SupplyTerm,
)

TODAY = dt.date(2026, 11, 22)


def _item(code: str, english: str, chinese: str) -> Item:
    return Item(
        code=code,
        names={"en": english, "zh": chinese},
        unit_cost=Decimal("12.50"),
        unit_price=Decimal(30),
        currency="CNY",
    )


@pytest.fixture
def company(engine: Engine) -> Engine:
    """Supplier HX with terms, place WH, items SC-104 and MG-200, order PO-10412 of two lines."""
    with writing(engine) as session:
        scarf, mug = _item("SC-104", "Wool scarf", "羊毛围巾"), _item("MG-200", "Mug", "马克杯")
        place = Location(
            code="WH", names={"en": "Main warehouse", "zh": "主仓"}, kind=LocationKind.WAREHOUSE
        )
        supplier = Supplier(
            code="HX", names={"en": "Huaxin", "zh": "华信"}, language="zh", currency="CNY"
        )
        session.add_all([scarf, mug, place, supplier])
        session.flush()
        session.add(
            SalesDay(
                item_id=scarf.id,
                location_id=place.id,
                day=TODAY - dt.timedelta(days=1),
                quantity=3,
                price=Decimal(30),
            )
        )
        session.add(
            SupplyTerm(
                item_id=scarf.id,
                supplier_id=supplier.id,
                valid_from=dt.date(2026, 1, 1),
                unit_cost=Decimal("12.50"),
                currency="CNY",
                moq=100,
                pack_size=10,
                lead_time_days=30,
            )
        )
        order = PurchaseOrder(
            number="PO-10412",
            supplier_id=supplier.id,
            location_id=place.id,
            ordered_on=dt.date(2026, 11, 2),
            status=OrderStatus.SENT,
            currency="CNY",
        )
        for line_no, item in enumerate([scarf, mug], start=1):
            order.lines.append(
                PurchaseOrderLine(
                    line_no=line_no,
                    item_id=item.id,
                    quantity=1000,
                    unit_cost=Decimal("12.50"),
                    requested_on=dt.date(2026, 11, 26),
                    promised_on=dt.date(2026, 11, 26),
                )
            )
        session.add(order)
        new_data_version(session, "test company")
    return engine


@pytest.fixture
def draft_order() -> dict[str, Any]:
    """Payload of a draft order of 480 scarves."""
    return {
        "supplier": "HX",
        "location": "WH",
        "currency": "CNY",
        "requested_on": "2026-12-20",
        "lines": [{"item": "SC-104", "quantity": 480, "unit_cost": "12.50"}],
        "reason": "Demand before the holidays.",
    }
