"""The answer to "how good is the forecast?": held-out weeks beside what was sold."""

from __future__ import annotations

import datetime as dt

from tools.demand.accuracy import NAIVE, OURS, Accuracy, last_windows, load_accuracy
from tools.demand.scope import DemandScope, read_scope
from tools.demand.stored import load_many, refresh_state
from tools.demand.wording import MODEL_NAMES
from tools.errors import NoData
from tools.facts import Chart, Column, Fact, Series, Source, Table, ToolResult
from tools.spec import ToolContext
from tools.text import Text


def accuracy(context: ToolContext, item: str | None, location: str | None) -> ToolResult:
    """How good the forecast was on held-out weeks, against the naive one."""
    scope = read_scope(context, item, location)
    known = load_many(context.engine)
    pairs = scope.pairs(known)
    everything = scope.whole and not location
    found = load_accuracy(context.engine, None if everything else pairs)
    ours = found[OURS]
    if ours.wape is None:
        raise NoData(
            "Nothing was sold in the weeks that were held out, so the accuracy cannot be judged.",
            "用于检验的几周没有销售，无法评价准确度。",
        )
    about, source = scope.about(), Source("accuracy")
    facts = [
        Fact("wape", round(ours.wape, 3), "%", about, source),
        Fact("bias", round(ours.bias or 0.0, 3), "%", about, source),
        Fact("coverage", round(ours.coverage_90 or 0.0, 3), "%", about, source),
        Fact("interval", 0.9, "%", about, source),
    ]
    naive = found.get(NAIVE)
    better = None
    if naive is not None and naive.wape:
        better = 1 - ours.wape / naive.wape
        facts += [
            Fact("naive_wape", round(naive.wape, 3), "%", about, source),
            Fact("improvement", round(abs(better), 3), "%", about, source),
        ]
    return ToolResult(
        tool="forecast",
        pattern="forecast_accuracy",
        facts=facts,
        tables=[_accuracy_table(found)],
        charts=_accuracy_chart(context, scope, pairs),
        values={
            "whole": scope.whole,
            "direction": "high"
            if (ours.bias or 0) > 0.02
            else "low"
            if (ours.bias or 0) < -0.02
            else "none",
            "better": better is not None and better > 0.005,
            "worse": better is not None and better < -0.005,
            "calibrated": abs((ours.coverage_90 or 0) - 0.9) <= 0.05,
        },
        focus=scope.focus,
    )


def _accuracy_table(found: dict[str, Accuracy]) -> Table:
    columns = [
        Column("model", Text("Model", "模型")),
        Column("wape", Text("Error (WAPE)", "误差（WAPE）"), "percent"),
        Column("bias", Text("Bias", "偏差"), "percent"),
        Column("coverage", Text("Within 90 % interval", "落在90%区间内"), "percent"),
        Column("mase", Text("Error against naive in sample (MASE)", "相对误差（MASE）"), "number"),
    ]

    def rounded(value: float | None) -> float | None:
        return None if value is None else round(value, 4)

    rows = []
    for model, entry in sorted(found.items(), key=lambda kv: kv[1].wape or 9.0):
        name = MODEL_NAMES.get(model, Text(model, model))
        rows.append(
            {
                "model": {"en": name.en, "zh": name.zh},
                "wape": rounded(entry.wape),
                "bias": rounded(entry.bias),
                "coverage": rounded(entry.coverage_90),
                "mase": rounded(entry.mase),
            }
        )
    return Table("accuracy", Text("Accuracy on held-out weeks", "留出检验的准确度"), columns, rows)


def _accuracy_chart(
    context: ToolContext, scope: DemandScope, pairs: list[tuple[str, str]]
) -> list[Chart]:
    """Actual against forecast of the last held-out weeks, for a handful of series."""
    if not 0 < len(pairs) <= 6:
        return []
    windows = last_windows(context.engine, pairs)
    state = refresh_state(context.engine)
    if not windows or state is None:
        return []
    length = len(windows[0]["median"])

    def summed(key: str) -> list[float | None]:
        columns = zip(*(window[key] for window in windows), strict=True)
        return [
            None if any(v is None for v in day) else round(sum(v for v in day if v is not None), 2)
            for day in columns
        ]

    end = dt.date.fromisoformat(str(state.get("judged_until", state["starts_on"])))
    days = [(end - dt.timedelta(days=length - k)).isoformat() for k in range(length)]
    single = len(windows) == 1
    band = [
        Series("low_90", Text("90 % low", "90%下限"), summed("low"), "low", "90"),
        Series("high_90", Text("90 % high", "90%上限"), summed("high"), "high", "90"),
    ]
    return [
        Chart(
            "accuracy_chart",
            "line",
            Text("Forecast against what was sold", "预测与实际对比"),
            days,
            [
                Series("sold", Text("sold", "已售"), summed("actual"), "actual"),
                *(band if single else []),
                Series("median", Text("forecast", "预测"), summed("median"), "median"),
            ],
            scope.unit,
        )
    ]
