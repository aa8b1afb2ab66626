"""Forecasts as rows of the planner's database: made from quantiles, written in one transaction."""

from __future__ import annotations

import uuid
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from sqlalchemy import Engine, delete, insert, select

from forecasting import LEVELS, FittedEngine, Panel, classify, explain
from tools.data.database import writing
from tools.data.schema import Item, Location, Setting, StoredBacktest, StoredForecast
from tools.demand.accuracy import backtest_rows
from tools.demand.history import DemandTable
from tools.demand.stored import BEST, DRIVERS, SETTING

KEPT_VERSIONS = 2
"""Data versions whose forecasts are kept, the current one included."""


def forecast_records(
    panel: Panel, fitted: FittedEngine, table: DemandTable, prints: dict[str, str]
) -> list[dict[str, Any]]:
    """Rows of `forecasts` for the series of a panel, without ids and version."""
    forecasts = fitted.forecast(panel)
    values = forecasts.values.copy()
    ended = _ended(panel, table)
    values[ended] = 0.0
    drivers = explain(fitted.network, panel, values)
    classes = classify(panel)
    dependence = fitted.dependence
    records = []
    for i, name in enumerate(panel.ids):
        if ended[i].all():
            fallback = "discontinued"
        elif forecasts.models[i] == "AllZero":
            fallback = "no_demand"
        else:
            fallback = "new" if classes[i] == "short" else ""
        shared = {"series": name, "starts_on": table.starts_on, "horizon": panel.horizon}
        best = {
            "class": str(classes[i]),
            "fallback": fallback,
            "fingerprint": prints[name],
            "dependence": [dependence.common, dependence.fade, dependence.across],
            "levels": len(LEVELS),
        }
        records.append(
            {
                **shared,
                "model": BEST,
                "chosen_model": forecasts.models[i],
                "quantiles": values[i].astype("<f4").tobytes(),
                "details": best,
            }
        )
        records.append(
            {
                **shared,
                "model": DRIVERS,
                "chosen_model": forecasts.models[i],
                "quantiles": drivers.values[i].astype("<f4").tobytes(),
                "details": {"names": list(drivers.names)},
            }
        )
    return records


def _ended(panel: Panel, table: DemandTable) -> npt.NDArray[np.bool_]:
    """(N, H) days on which an item is no longer sold."""
    ends = pd.to_datetime(table.static.loc[list(panel.ids), "discontinued_on"]).to_numpy()
    days = panel.dates[panel.periods :].to_numpy()
    gone: npt.NDArray[np.bool_] = ~np.isnat(ends)[:, None] & (days[None, :] > ends[:, None])
    return gone


def store_forecasts(
    engine: Engine,
    version: int,
    state: dict[str, Any] | None,
    records: list[dict[str, Any]],
    unchanged: list[str],
    fitted: FittedEngine,
    fresh: bool,
    table: DemandTable,
    about: dict[str, Any],
) -> None:
    """Write everything in one transaction and point the setting at it."""
    before = int(state["data_version"]) if state else 0
    with writing(engine) as session:
        items = {code: key for key, code in session.execute(select(Item.id, Item.code))}
        places = {code: key for key, code in session.execute(select(Location.id, Location.code))}

        def keys(series: str) -> dict[str, int]:
            item, location = series.rsplit("|", 1)
            return {"item_id": items[item], "location_id": places[location]}

        kept: list[dict[str, Any]] = []
        if unchanged and before:
            wanted = {tuple(keys(name).values()) for name in unchanged}
            columns = StoredForecast.__table__.columns
            former = session.execute(
                select(*columns).where(StoredForecast.data_version_id == before)
            ).mappings()
            kept = [
                {**row, "data_version_id": version}
                for row in former
                if (row["item_id"], row["location_id"]) in wanted
            ]
        session.execute(delete(StoredForecast).where(StoredForecast.data_version_id == version))
        new = [
            {
                **{k: v for k, v in record.items() if k != "series"},
                **keys(record["series"]),
                "data_version_id": version,
            }
            for record in records
        ]
        for batch in (kept, new):
            if batch:
                session.execute(insert(StoredForecast), batch)
        _store_backtests(session, version, before, fitted, fresh)
        old = sorted(set(session.scalars(select(StoredForecast.data_version_id).distinct())))
        for gone in old[:-KEPT_VERSIONS]:
            session.execute(delete(StoredForecast).where(StoredForecast.data_version_id == gone))
            session.execute(delete(StoredBacktest).where(StoredBacktest.data_version_id == gone))
        value = {
            "data_version": version,
            "run": uuid.uuid4().hex,
            "engine": about["run"],
            "horizon": table.horizon,
            "starts_on": table.starts_on.isoformat(),
            "series": len(records) // 2 + len(unchanged),
            "zero_filled": table.zero_filled,
        }
        session.merge(Setting(key=SETTING, value=value))


def _store_backtests(
    session: Any, version: int, before: int, fitted: FittedEngine, fresh: bool
) -> None:
    """New backtest rows after a fit; otherwise those of the former version again."""
    if not fresh and before == version:
        return
    session.execute(delete(StoredBacktest).where(StoredBacktest.data_version_id == version))
    if fresh and fitted.report is not None:
        rows = backtest_rows(fitted.report)
    elif before:
        found = session.execute(
            select(StoredBacktest.model, StoredBacktest.scope, StoredBacktest.metrics).where(
                StoredBacktest.data_version_id == before
            )
        )
        rows = [dict(row) for row in found.mappings()]
    else:
        rows = []
    if rows:
        session.execute(
            insert(StoredBacktest), [{**row, "data_version_id": version} for row in rows]
        )
