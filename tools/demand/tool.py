"""The tools `forecast` and `sales_history`, on the engines beside this file."""

from __future__ import annotations

from tools.arguments import Forecast, SalesHistory
from tools.demand import accuracy_answer, driver_answer, forecast_answer, sales_answer
from tools.facts import ToolResult
from tools.spec import ToolContext, ToolSpec


def forecast(context: ToolContext, arguments: Forecast) -> ToolResult:
    """Expected demand with its range, its accuracy on held-out weeks, or what drives it."""
    item, location = arguments.item, arguments.location
    if arguments.aspect == "accuracy":
        return accuracy_answer.accuracy(context, item, location)
    if arguments.aspect == "drivers":
        return driver_answer.drivers(context, item, location, arguments.horizon)
    return forecast_answer.expected_demand(context, item, location, arguments.horizon)


def sales_history(context: ToolContext, arguments: SalesHistory) -> ToolResult:
    """What was sold in a period, or the best and worst sellers."""
    item, location, period = arguments.item, arguments.location, arguments.period
    if arguments.ranking == "none":
        return sales_answer.totals(context, item, location, period)
    return sales_answer.ranking(context, item, location, period, arguments.ranking)


SPECS = [
    ToolSpec("forecast", forecast),
    ToolSpec("sales_history", sales_history),
]
