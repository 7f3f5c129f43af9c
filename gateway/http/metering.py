"""What operations cost, summed up by tenant, so that whoever runs the server sees who uses how much of it."""

from collections.abc import Iterable
from typing import Any, Final

from opentelemetry import metrics
from opentelemetry.metrics import CallbackOptions
from opentelemetry.metrics import Observation as Figure
from strawberry.types.execution import ExecutionResult, PreExecutionError

from core.kernel.tally import OTHER, Tally
from gateway.auth.identity import Opened
from gateway.http.observation import tenant_attributes

NOBODY = ("", "")
OTHERS = (OTHER, OTHER)

TenantKey = tuple[str, str]

_costs: Final = Tally[TenantKey](lambda _tenant: OTHERS)


def counted_costs(_options: CallbackOptions) -> Iterable[Figure]:
    """Hand over what was spent, by tenant."""
    for (network, tenant), cost in _costs.items():
        yield Figure(cost, tenant_attributes(network, tenant))


metrics.get_meter("touchstone.graphql").create_observable_counter(
    "touchstone.graphql.cost",
    [counted_costs],
    description="What the GraphQL operations that ran cost, by tenant, as extensions.cost tells it",
)


def meter(opened: Opened, result: ExecutionResult) -> None:
    """Add what an operation cost to the sum of its tenant; what was refused before it ran costs nothing.

    Args:
        opened: What its token opened.
        result: The result, which tells the cost.
    """
    told: dict[str, Any] = result.extensions or {}
    cost: dict[str, int] = told.get("cost") or {}
    if cost and not isinstance(result, PreExecutionError):
        meter_cost(opened, cost["asked"])


def meter_cost(opened: Opened, cost: int) -> None:
    """Add a cost to the sum of a tenant."""
    scope = opened.scope
    key = NOBODY if scope is None else scope.texts[:2]
    _costs.add(key, cost)
