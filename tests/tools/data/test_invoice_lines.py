"""Order lines of a shop: every line in one class, the classes sum to the file, days add up."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pandas as pd
import pytest
from sqlalchemy import Engine

from tools.data import frames
from tools.data.imports import ImportReport, import_file

HEADER = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n"
LINES = """\
500001,22423,CAKESTAND,2,2026-03-02 09:00:00,10.00,17850,United Kingdom
500001,22423,CAKESTAND,2,2026-03-02 09:00:00,10.00,17850,United Kingdom
500002,22423,CAKESTAND,4,2026-03-02 15:00:00,12.00,,France
500003,85123a,HEART HOLDER,6,2026-03-02 10:00:00,2.55,13047,United Kingdom
C500004,85123A,HEART HOLDER,-1,2026-03-09 10:00:00,2.55,13047,United Kingdom
500005,23166,STORAGE JAR,74215,2026-03-03 10:01:00,1.04,12346,United Kingdom
C500006,23166,STORAGE JAR,-74215,2026-03-03 10:17:00,1.04,12346,United Kingdom
C500007,22423,CAKESTAND,-3,2026-03-04 11:00:00,10.00,99999,United Kingdom
500008,POST,POSTAGE,1,2026-03-04 11:00:00,18.00,12583,France
C500009,D,Discount,-1,2026-03-04 11:00:00,27.50,14527,United Kingdom
A500010,B,Adjust bad debt,1,2026-03-04 12:00:00,-11062.06,,United Kingdom
500011,22423,damaged,-5,2026-03-05 12:00:00,0,,United Kingdom
500012,22423,found,3,2026-03-05 13:00:00,0,,United Kingdom
500013,84077,FREE MUG,10,2026-03-05 14:00:00,0,12647,Germany
500014,gift_0001_20,Voucher,1,2026-03-05 14:00:00,20.00,,United Kingdom
"""


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    path = tmp_path / "online_retail.csv"
    path.write_text(HEADER + LINES)
    return path


def reconciliation(report: ImportReport) -> dict[str, tuple[int, float, Decimal]]:
    return {
        entry["class"]: (entry["lines"], entry["units"], Decimal(entry["money"]))
        for entry in report.reconciliation
    }


def test_classes_sum_to_the_file(sqlite_engine: Engine, shop: Path) -> None:
    report = import_file(sqlite_engine, shop)
    assert report.table == "invoice_lines"
    classes = reconciliation(report)
    total = classes.pop("total")
    written = pd.read_csv(shop)
    money = sum(
        Decimal(str(row.UnitPrice)) * row.Quantity for row in written.itertuples(index=False)
    )
    assert total == (len(written), written["Quantity"].sum(), money)
    assert total == tuple(map(sum, zip(*classes.values(), strict=True)))
    assert {name: lines for name, (lines, _, _) in classes.items()} == {
        "sale": 3,
        "repeated": 1,
        "cancelled_sale": 1,
        "cancellation": 1,
        "return": 1,
        "return_unmatched": 1,
        "free": 1,
        "write_off": 1,
        "adjustment": 1,
        "not_goods": 4,
    }


def test_sales_and_movements_follow_the_classes(engine: Engine, shop: Path) -> None:
    import_file(engine, shop)
    sales = frames.sales(engine).astype({"item": object})
    assert sales["quantity"].sum() == 2 + 2 + 4 + 6
    assert sales["returned"].sum() == 1 + 3
    cake = sales.set_index(["item", "ds"]).loc[("22423", "2026-03-02")]
    assert (cake["quantity"], cake["price"]) == (8.0, 11.0)
    moves = frames.movements(engine).set_index("kind")["quantity"]
    assert moves["write_off"] == -5
    assert sorted(moves["adjustment"]) == [-10, 3]
    items = frames.items(engine)
    assert list(items.index) == ["22423", "23166", "84077", "85123A"]
    assert items.loc["22423", ["name_en", "currency"]].tolist() == ["CAKESTAND", "GBP"]


def test_a_second_import_changes_nothing(sqlite_engine: Engine, shop: Path) -> None:
    first = import_file(sqlite_engine, shop)
    second = import_file(sqlite_engine, shop)
    assert (second.rows_changed, second.data_version) == (0, None)
    assert reconciliation(first) == reconciliation(second)


def test_open_days_without_a_sale_are_zero(sqlite_engine: Engine, tmp_path: Path) -> None:
    rows = [
        f"{number},{item},NAME {item},1,2026-03-0{day} 10:00:00,1.00,1,United Kingdom"
        for number, (item, day) in enumerate(
            [("A1", 2), ("B1", 2), ("B1", 3), ("A1", 6), ("B1", 6)]
        )
    ]
    path = tmp_path / "lines.csv"
    path.write_text(HEADER + "\n".join(rows) + "\n")
    import_file(sqlite_engine, path)
    sales = frames.sales(sqlite_engine).astype({"item": object})
    days = sales.loc[sales["item"] == "A1"].set_index("ds")["quantity"]
    assert days.to_dict() == {
        pd.Timestamp(2026, 3, 2): 1.0,
        pd.Timestamp(2026, 3, 3): 0.0,
        pd.Timestamp(2026, 3, 6): 1.0,
    }
