"""The tools `purchase_orders` and `supplier_performance`, on the engines beside this file."""

from __future__ import annotations

from tools.arguments import PurchaseOrders, SupplierPerformance
from tools.facts import ToolResult
from tools.spec import ToolContext, ToolSpec
from tools.suppliers import order_answers, performance_answers


def purchase_orders(context: ToolContext, arguments: PurchaseOrders) -> ToolResult:
    """Open, late, drafted or received order lines, or one order in full."""
    catalogue = context.catalogue
    supplier = arguments.supplier and catalogue.resolve(arguments.supplier, "supplier").code
    location = arguments.location and catalogue.resolve(arguments.location, "location").code
    scope = catalogue.item_scope(arguments.item) if arguments.item else None
    if arguments.order:
        order = catalogue.resolve(arguments.order, "order").code
        return order_answers.one_order(context.engine, context.today, order, scope)
    return order_answers.order_list(
        context.engine,
        context.today,
        status=arguments.status,
        supplier=supplier or None,
        scope=scope,
        location=location or None,
    )


def supplier_performance(context: ToolContext, arguments: SupplierPerformance) -> ToolResult:
    """The scorecard of one supplier, or of all suppliers beside each other."""
    catalogue = context.catalogue
    scope = catalogue.item_scope(arguments.item) if arguments.item else None
    if arguments.supplier:
        supplier = catalogue.resolve(arguments.supplier, "supplier").code
        return performance_answers.one_supplier(
            context.engine, context.today, supplier, scope, arguments.measure
        )
    return performance_answers.all_suppliers(
        context.engine, context.today, scope, arguments.measure
    )


SPECS = [
    ToolSpec("purchase_orders", purchase_orders),
    ToolSpec("supplier_performance", supplier_performance),
]
