"""The order plan: many items, several periods, shared budgets and space, with a proven gap."""

from tools.replenishment.plan.items import PlanItems, plan_items
from tools.replenishment.plan.solve import Limits, OrderPlan, check_plan, solve_plan

__all__ = ["Limits", "OrderPlan", "PlanItems", "check_plan", "plan_items", "solve_plan"]
