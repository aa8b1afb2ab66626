"""The tools `stock_status` and `kpis`, on the engines beside this file."""

from __future__ import annotations

from tools.arguments import Kpis, StockStatus
from tools.errors import NoData
from tools.facts import ToolResult
from tools.spec import ToolContext, ToolSpec
from tools.stock import kpi_answers, list_answers, status_answers
from tools.stock.levels import stock_levels
from tools.stock.scope import resolve_scope

_LISTS = {
    "at_risk": list_answers.at_risk,
    "excess": list_answers.excess,
    "out_of_stock": list_answers.out_of_stock,
}


def stock_status(context: ToolContext, arguments: StockStatus) -> ToolResult:
    """Levels and cover of an item or a part of the company, or the items in a given state."""
    scope = resolve_scope(
        context,
        item=arguments.item,
        location=arguments.location,
        supplier=arguments.supplier,
    )
    rows = scope.rows(stock_levels(context.engine, context.today))
    if rows.empty:
        raise NoData(
            "No stock position is recorded for that; check the item and the location.",
            "没有相应的库存记录，请检查商品和地点。",
        )
    if arguments.show in _LISTS:
        return _LISTS[arguments.show](context.engine, scope, rows)
    if scope.item is not None:
        return status_answers.one_item(context.engine, context.today, scope, rows)
    return status_answers.part(context.engine, context.today, scope, rows)


def kpis(context: ToolContext, arguments: Kpis) -> ToolResult:
    """Inventory figures of the company or a part of it, over a period."""
    scope = resolve_scope(context, item=arguments.item, location=arguments.location)
    period = kpi_answers.read_period(arguments.period, context.today)
    return kpi_answers.figures(context.engine, context.today, scope, period, arguments.measure)


SPECS = [ToolSpec("stock_status", stock_status), ToolSpec("kpis", kpis)]
