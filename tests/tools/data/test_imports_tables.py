"""What each table becomes, on both databases: counted once, found again, refused as a whole."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, func, select

from tools.data import frames
from tools.data.database import data_version, open_engine
from tools.data.imports import Options, RejectedFile, import_file
from tools.data.migrate import upgrade
from tools.data.schema import Import

Write = Callable[..., Path]

FILES = {
    "sales": (
        "Date,Store,SKU,Qty,Amount,促销\n"
        "2026-04-01,S1,A-1,3,37.5,是\n"
        "2026-04-02,S1,A-1,-1,-12.5,否\n"
    ),
    "stock": (
        '存货编码,仓库,日期,现存量,预留\nA-1,总仓,2026-04-02,"1,234",5\nA-2,W1,2026-04-02,-5,0\n'
    ),
    "movements": (
        "Document,Material,Plant,Posting Date,Movement Type,Quantity\n"
        "4711,A-1,W1,2026-04-01,101,100\n"
        "4711,A-2,W1,2026-04-01,101,50\n"
        "4712,A-1,W1,2026-04-02 10:00,601,5-\n"
    ),
    "terms": ("Item,Vendor,Price,MOQ,Lead time (weeks)\nA-1,V1,$3.20,100,6\nA-2,鑫达电子,$2,1,2\n"),
    "orders": (
        "EBELN,EBELP,LIFNR,WERKS,MATNR,BEDAT,MENGE,NETPR,WAERS,EINDT,WEMNG\n"
        "45,10,V1,W1,A-1,20260301,100,3.2,USD,20260401,40\n"
        "45,20,V1,W1,A-2,20260301,10,2,USD,20260401,0\n"
    ),
    "events": ("类型,活动名称,开始日期,结束日期,折扣\n促销,五一,2026年5月1日,2026年5月5日,20\n"),
    "weather": ("store,date,tavg,prcp\nS1,2026-04-01,12.5,0\n"),
    "signals": ("signal,date,sku,score\nreviews,2026-04-01,A-1,0.4\nreviews,2026-04-01,,0.1\n"),
    "messages": (
        'From,Date,Subject,Body\nli@xinda.example,2026-04-01 09:00,交期,"您好，\n600个下周发货"\n'
    ),
    "categories": ("Category,Name en,Name zh\ncups,Cups,杯子\n"),
}


@pytest.mark.parametrize("table", FILES)
def test_same_file_twice_changes_nothing(
    company_anywhere: Engine, write: Write, table: str
) -> None:
    path = write(f"{table}.csv", FILES[table])
    before = data_version(company_anywhere)
    dry = import_file(company_anywhere, path, dry_run=True)
    assert data_version(company_anywhere) == before
    first = import_file(company_anywhere, path)
    assert first.table == table
    assert first.added == dry.added
    assert first.rows_changed > 0
    assert first.data_version == data_version(company_anywhere) == before + 1
    second = import_file(company_anywhere, path)
    assert (second.rows_changed, second.data_version) == (0, None)
    assert sum(second.unchanged.values()) == sum(first.added.values())
    assert data_version(company_anywhere) == before + 1


def test_every_table_in_the_engines_terms(company_anywhere: Engine, write: Write) -> None:
    engine = company_anywhere
    for table, text in FILES.items():
        import_file(engine, write(f"{table}.csv", text))
    breaks = "Item,Supplier,From quantity,Price\nA-1,V1,500,2.9\nA-1,V1,1000,2.5\n"
    import_file(engine, write("breaks.csv", breaks))
    receipts = "PO,Item,Receipt date,Quantity,GRN\n45,A-2,2026-04-05,10,G1\n"
    import_file(engine, write("receipts.csv", receipts))
    sales = frames.sales(engine)
    assert sales[["quantity", "returned", "price"]].values.tolist() == [[3, 0, 12.5], [0, 1, 12.5]]
    assert sales["promotion"].tolist() == [True, False]
    assert frames.stock(engine)["on_hand"].tolist() == [1234.0, -5.0]
    moves = frames.movements(engine).set_index(["item", "kind"])["quantity"]
    assert (moves["A-1", "receipt"], moves["A-1", "sale"]) == (100.0, -5.0)
    # 00:00 in Shanghai is 16:00 UTC of the day before.
    assert frames.movements(engine)["at"].min() == pd.Timestamp("2026-03-31 16:00", tz="UTC")
    terms = frames.terms(engine).set_index("item")
    assert terms.loc["A-1", "lead_time_days"] == 42
    assert terms.loc["A-1", "breaks"] == [(500.0, 2.9), (1000.0, 2.5)]
    assert terms.loc["A-2", "supplier"] == "V2"
    lines = frames.order_lines(engine).set_index("item")
    assert lines.loc["A-1", ["received_quantity", "outstanding"]].tolist() == [40.0, 60.0]
    assert lines.loc["A-2", ["received_quantity", "outstanding"]].tolist() == [10.0, 0.0]
    assert lines["status"].tolist() == ["partially_received"] * 2
    assert frames.events(engine)["discount"].tolist() == [0.2]
    assert frames.categories(engine).loc["cups", "name_zh"] == "杯子"
    assert sorted(frames.signals(engine)["value"]) == [0.1, 0.4]


def test_changed_values_are_updated_and_blank_ones_kept(
    company_anywhere: Engine, write: Write
) -> None:
    text = "Item Code,Unit Price,Brand,Name zh\nA-1,13.00,,羊毛围巾\nA-2,,Thermo,\nA-3,1,,\n"
    report = import_file(company_anywhere, write("prices.csv", text))
    assert (report.added["items"], report.changed["items"]) == (1, 2)
    items = frames.items(company_anywhere)
    assert items.loc["A-1", ["unit_price", "unit_cost"]].tolist() == [13.0, 3.2]
    assert items.loc["A-1", ["name_en", "name_zh"]].tolist() == ["Wool scarf", "羊毛围巾"]
    assert items.loc["A-2", ["unit_price", "brand"]].tolist() == [9.9, "Thermo"]
    assert items.loc["A-3", "name_en"] == "A-3"


def test_order_lines_grow_a_version_when_they_change(company: Engine, write: Write) -> None:
    import_file(company, write("orders.csv", FILES["orders"]))
    import_file(company, write("orders.csv", FILES["orders"].replace("20260401,40", "20260408,40")))
    lines = frames.order_lines(company)
    assert lines["version"].tolist() == [2, 1]
    assert lines["requested_on"].tolist()[0] == pd.Timestamp(2026, 4, 8)


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        ("2026-04-01,S1,A-9,3", "unknown_item"),
        ("2026-04-01,S9,A-1,3", "unknown_location"),
        ("2026-04-01,S1,A-1,", "missing_value"),
        ("2026-04-01,S1,A-1,NaN", "missing_value"),
        ("2026-04-01,S1,A-1,inf", "infinite"),
        ("2026-04-01,S1,A-1,1e300", "too_large"),
        ("03/04/26,S1,A-1,3", "ambiguous_date"),
        ("2026-13-01,S1,A-1,3", "impossible_date"),
        ("2199-01-01,S1,A-1,3", "impossible_date"),
        ("2090-01-01,S1,A-1,3", "future_day"),
        ("2026-04-01,S1,#REF!,3", "spreadsheet_error"),
        ("2026-04-01,S1,A-1,3\n2026-04-01,S1,A-1,3", "repeated_day"),
        (f"2026-04-01,S1,{'x' * 65},3", "too_long"),
        ("2026-04-01,S1,A\x07,3", "control_characters"),
    ],
)
def test_a_bad_row_refuses_the_whole_file(
    company: Engine, write: Write, rows: str, code: str
) -> None:
    path = write("sales.csv", f"Date,Store,SKU,Qty\n2026-03-01,S1,A-2,1\n{rows}\n")
    before = data_version(company)
    with pytest.raises(RejectedFile, match=r"sales\.csv was not imported") as caught:
        import_file(company, path)
    assert caught.value.report is not None
    assert caught.value.report.counts[code] >= 1
    assert "\n" not in str(caught.value)
    assert frames.sales(company).empty
    assert data_version(company) == before
    if code != "repeated_day":
        kept = import_file(company, path, options=Options(skip_errors=True))
        assert kept.rows_skipped == 1
        assert frames.sales(company)["quantity"].tolist() == [1.0]


def test_all_problems_are_listed_at_once(company: Engine, write: Write) -> None:
    text = "Date,Store,SKU,Qty\n2026-04-01,S9,A-1,x\n2026-13-01,S1,A-9,1\n"
    report = import_file(company, write("sales.csv", text), dry_run=True)
    assert set(report.counts) == {
        "not_a_number",
        "impossible_date",
        "unknown_item",
        "unknown_location",
    }
    assert report.as_json()["errors"] == report.errors >= 4


def test_lost_leading_zeros_are_named(sqlite_engine: Engine, write: Write) -> None:
    import_file(sqlite_engine, write("items.csv", "SKU,Name\n00123,cup\n"))
    import_file(sqlite_engine, write("locations.csv", "Location,Name\nL,l\n"))
    path = write("sales.csv", "Date,Location,SKU,Qty\n2026-04-01,L,123,1\n")
    with pytest.raises(RejectedFile, match="leading zeros: 00123"):
        import_file(sqlite_engine, path)


def test_missing_codes_can_be_created(sqlite_engine: Engine, write: Write) -> None:
    path = write("sales.csv", "Date,SKU,Qty\n2026-04-01,N-1,1\n2026-04-02,N-2,2\n")
    with pytest.raises(RejectedFile, match="Unknown item codes: N-1, N-2"):
        import_file(sqlite_engine, path)
    report = import_file(sqlite_engine, path, options=Options(create_missing=True))
    assert report.added == {"items": 2, "locations": 1, "sales_days": 2}
    assert list(frames.items(sqlite_engine).index) == ["N-1", "N-2"]


def test_mapping_and_table_can_be_given(company: Engine, write: Write) -> None:
    path = write("x.csv", "when,what,where,how much\n2026-04-01,A-1,S1,3\n")
    mapping = {"day": "when", "item": "what", "location": "where", "quantity": "how much"}
    with pytest.raises(RejectedFile):
        import_file(company, path)
    report = import_file(company, path, table="sales", mapping=mapping)
    assert report.mapping == mapping
    with pytest.raises(RejectedFile, match="no column 'nowhere'"):
        import_file(company, path, table="sales", mapping={"location": "nowhere"})
    with pytest.raises(RejectedFile, match="no field 'colour'"):
        import_file(company, path, table="sales", mapping={"colour": "when"})
    with pytest.raises(RejectedFile, match="no table 'shoes'"):
        import_file(company, path, table="shoes")


def test_money_in_two_currencies_is_refused(company: Engine, write: Write) -> None:
    text = "Item Code,Unit Cost\nA-1,$3.20\nA-2,€2.00\n"
    with pytest.raises(RejectedFile, match="several currencies"):
        import_file(company, write("items.csv", text))
    import_file(company, write("items.csv", "Item Code,Unit Cost\nA-1,€3.20\n"))
    assert frames.items(company).loc["A-1", "currency"] == "EUR"


def test_transactions_are_added_up_and_daily_rows_are_not(company: Engine, write: Write) -> None:
    timed = "Date,Store,SKU,Qty,Price\n2026-04-01 09:00,S1,A-1,3,10\n2026-04-01 17:30,S1,A-1,1,20\n"
    import_file(company, write("sales.csv", timed))
    day = frames.sales(company).iloc[0]
    assert (day["quantity"], day["price"]) == (4.0, 12.5)
    daily = write("sales.csv", "Date,Store,SKU,Qty\n2026-05-01,S1,A-1,3\n2026-05-01,S1,A-1,4\n")
    with pytest.raises(RejectedFile, match="share item, location and day"):
        import_file(company, daily)
    import_file(company, daily, options=Options(repeated="sum"))
    assert frames.sales(company)["quantity"].tolist() == [4.0, 7.0]


def test_contradicting_master_rows_are_refused(company: Engine, write: Write) -> None:
    twice = write("items.csv", "Item Code,Brand\nA-1,x\nA-1,x\n")
    assert import_file(company, twice).counts["repeated_row"] == 1
    clash = write("items.csv", "Item Code,Brand\nA-1,x\nA-1,y\n")
    with pytest.raises(RejectedFile, match="differently"):
        import_file(company, clash)


def test_an_import_is_recorded_with_its_report(company: Engine, write: Write) -> None:
    report = import_file(company, write("sales.csv", FILES["sales"]))
    with company.connect() as connection:
        row = connection.execute(select(Import).order_by(Import.id.desc()).limit(1)).one()
        assert connection.scalar(select(func.count()).select_from(Import)) == 4
    assert (row.file_name, row.table_name, row.sha256) == ("sales.csv", "sales", report.sha256)
    assert row.report["added"] == {"sales_days": 2}


lines = st.lists(
    st.tuples(
        st.sampled_from(["A-1", "A-2"]),
        st.sampled_from(["W1", "S1"]),
        st.dates(dt.date(2026, 1, 1), dt.date(2026, 1, 6)),
        st.integers(-50, 50),
        st.integers(1, 86_399),
    ),
    min_size=1,
    max_size=40,
)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(sold=lines)
def test_nothing_is_lost_and_nothing_counted_twice(
    tmp_path_factory: pytest.TempPathFactory, sold: list[tuple[str, str, dt.date, int, int]]
) -> None:
    """Units in the file = units sold - units returned in the records, imported once or twice."""
    folder = tmp_path_factory.mktemp("sales")
    engine = upgrade(f"sqlite:///{folder}/records.db")
    rows = [
        f"{day} {dt.timedelta(seconds=second)},{place},{item},{count}"
        for item, place, day, count, second in sold
    ]
    path = folder / "sales.csv"
    path.write_text("\n".join(["Date,Store,SKU,Qty", *rows]) + "\n")
    options = Options(create_missing=True)
    for _ in range(2):
        import_file(engine, path, options=options)
        found = frames.sales(engine)
        total = sum(count for *_, count, _ in sold)
        assert found["quantity"].sum() - found["returned"].sum() == total
        assert not found.duplicated(["item", "location", "ds"]).any()
    engine.dispose()


def test_open_engine_stays_usable_after_a_refusal(company: Engine, write: Write) -> None:
    with pytest.raises(RejectedFile):
        import_file(company, write("sales.csv", "Date,Store,SKU,Qty\n2026-04-01,S1,A-1,x\n"))
    other = open_engine(str(company.url))
    import_file(other, write("sales.csv", FILES["sales"]))
    assert len(frames.sales(company)) == 2
    other.dispose()
