"""Every tool the agent may call, gathered from the capabilities."""

from __future__ import annotations

from tools.anomalies.tool import SPECS as ANOMALIES
from tools.data.tool import SPECS as DATA
from tools.demand.tool import SPECS as DEMAND
from tools.replenishment.tool import SPECS as REPLENISHMENT
from tools.spec import ToolSpec
from tools.stock.tool import SPECS as STOCK
from tools.suppliers.tool import SPECS as SUPPLIERS

REGISTRY: dict[str, ToolSpec] = {
    spec.name: spec for spec in [*STOCK, *DEMAND, *REPLENISHMENT, *ANOMALIES, *SUPPLIERS, *DATA]
}
