"""Builds the whole demo company into an empty database, and returns the truth behind it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
from dateutil.relativedelta import relativedelta
from sqlalchemy import Engine, func, insert, select
from sqlalchemy.orm import Session

from tools.data import schema
from tools.data.database import new_data_version, writing
from tools.data.demo.assortment import DemoItem, choose_items
from tools.data.demo.calendar import make_calendar
from tools.data.demo.company import BASE_CURRENCY, LOCATIONS, NAME, make_terms
from tools.data.demo.demand import DemoDemand, make_demand
from tools.data.demo.inbox import write_inbox
from tools.data.demo.operations import DemoHistory, Simulation
from tools.data.demo.order_records import OrderWriter
from tools.data.demo.planting import Planter, RecordEdits
from tools.data.demo.records import RecordWriter
from tools.data.demo.truth import DemoTruth
from tools.errors import InvalidInput, RecordConflict

AHEAD = 150
"""Days simulated beyond today: open deliveries and the planner's outlook need them."""
Progress = Callable[[str, float], None]


def build_demo(
    engine: Engine,
    *,
    seed: int = 7,
    today: dt.date | None = None,
    progress: Progress | None = None,
    months: int = 30,
    items: int = 120,
    plant_anomalies: bool = True,
    truth_folder: Path | None = None,
) -> DemoTruth:
    """Fill the empty, migrated database behind `engine` with the demo company.

    The company has lived for `months` until the day before `today` (default: the current day) and
    sells `items` items. The same seed, day and size give the same records. `progress` is called
    with the name of a step and the share of it that is done. With `plant_anomalies=False` nothing
    in the records is wrong beyond everyday shrinkage. The truth is returned, and saved to
    `truth_folder` when one is given. Raises `RecordConflict` when the database holds items.
    """
    if months < 2:
        raise InvalidInput(
            f"The demo company needs at least two months of history, not {months}.",
            f"演示公司至少需要两个月的历史，而不是{months}个月。",
        )
    now = today or dt.datetime.now(dt.UTC).date()
    report = progress or (lambda _step, _share: None)
    streams = [np.random.default_rng(s) for s in np.random.SeedSequence(seed).spawn(6)]
    chosen = choose_items(items, streams[0])
    terms = make_terms(chosen, streams[0])
    start = now - relativedelta(months=months)
    calendar = make_calendar(chosen, start, now - dt.timedelta(1), AHEAD, streams[1])
    day = (now - start).days
    demand = make_demand(chosen, calendar, day, streams[2])

    planter = Planter(chosen, demand, calendar.days, day, streams[3])
    faults = []
    if plant_anomalies:
        planter.plant_demand()
        faults = planter.plan_faults()
    run = Simulation(chosen, terms, calendar, demand, day, streams[4], planter.stock_faults, faults)
    history = run.run(lambda share: report("simulate", share))
    report("simulate", 1.0)
    edits = planter.plant_records(history) if plant_anomalies else _no_edits(history)

    with writing(engine) as session:
        _require_empty(session)
        _write_settings(session, seed, now, months, items)
        writer = RecordWriter(session, chosen, terms, calendar, demand, history, edits, day)
        writer.write(lambda share: report("write", share * 0.95))
        OrderWriter(writer).write()
        messages = write_inbox(writer, streams[5])
        writer.continue_numbering()
        new_data_version(session, f"Demo company, seed {seed}, as of {now}")
        report("write", 1.0)
    truth = DemoTruth(_true_demand(chosen, demand, day, start), planter.planted, messages)
    if truth_folder is not None:
        truth.save(truth_folder)
    return truth


def _no_edits(history: DemoHistory) -> RecordEdits:
    return RecordEdits(history.sales, np.zeros(history.sales.shape, dtype=bool))


def _require_empty(session: Session) -> None:
    if session.scalar(select(func.count()).select_from(schema.Item)):
        raise RecordConflict(
            "The database already holds items; the demo company needs an empty one.",
            "数据库中已有商品；演示公司需要一个空的数据库。",
        )


def _write_settings(session: Session, seed: int, now: dt.date, months: int, items: int) -> None:
    rows = {
        "company": {"en": NAME[0], "zh": NAME[1]},
        "base_currency": {"value": BASE_CURRENCY},
        "default_service_level": {"value": 0.95},
        "demo": {"seed": seed, "today": now.isoformat(), "months": months, "items": items},
    }
    session.execute(
        insert(schema.Setting), [{"key": key, "value": value} for key, value in rows.items()]
    )


def _true_demand(
    items: list[DemoItem], demand: DemoDemand, day: int, start: dt.date
) -> pd.DataFrame:
    """Long frame of the uncensored demand of every lived day on which an item was on sale."""
    i, place, t = np.nonzero(demand.active[:, :, :day])
    codes = np.array([item.code for item in items])
    places = np.array([location.code for location in LOCATIONS])
    return pd.DataFrame(
        {
            "item": codes[i],
            "location": places[place],
            "ds": pd.Timestamp(start) + pd.to_timedelta(t, unit="D"),
            "demand": demand.units[i, place, t].astype("int64"),
            "mean": demand.mean[i, place, t],
        }
    )
