"""Fields of Subscription: events as they happen, each read in a short transaction of its own."""

from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any

from core.kernel.graphql.access import Permission
from core.kernel.graphql.declared import Declared, Stream
from core.kernel.graphql.fields import RootField, body_arguments, body_type, root_field

Body = Callable[..., AsyncIterator[Any]]
SUBSCRIPTION_COST = 10


def subscription(
    *,
    permission: Permission,
    description: str,
    returns: Any,  # noqa: ANN401 - whatever Strawberry takes for a type
    arguments: Mapping[str, str] | None = None,
    cost: int = SUBSCRIPTION_COST,
    name: str = "",
) -> Callable[[Body], RootField]:
    """Declare a subscription: an async generator that yields an event whenever there is one.

    It may ask for ``context: RequestContext`` and opens short units with ``context.unit()`` where it must look; it
    holds none while it waits. Where the type is an entity it yields the row's id, and the framework reads the
    selection in a transaction of its own per event.

    Args:
        permission: What it takes; asked when it begins.
        description: What a front-end developer needs to know.
        returns: The type of one event.
        arguments: What each argument means.
        cost: What it adds to the cost of the operation.
        name: The field's name; the generator's by default.
    """

    def decorate(body: Body) -> RootField:
        declared = Declared(source=Stream(body), permission=permission, cost=cost)
        given = body_arguments(body, arguments or {})
        return root_field(name or body.__name__, body_type(body, returns), declared, description, given, stream=True)

    return decorate
