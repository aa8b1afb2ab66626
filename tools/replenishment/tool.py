"""What to order, why, and what would change it: the replenishment tools of the agent."""

from __future__ import annotations

from tools.replenishment.explain_answer import explain_order
from tools.replenishment.recommend_answer import recommend_orders
from tools.replenishment.what_if_answer import what_if
from tools.spec import ToolSpec

SPECS: list[ToolSpec] = [
    ToolSpec("recommend_orders", recommend_orders),
    ToolSpec("explain_order", explain_order),
    ToolSpec("what_if", what_if),
]
