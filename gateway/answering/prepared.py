"""One operation of a valid document, with the plans and prices that were found for it."""

from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping
from typing import Any, Generic, TypeVar, cast

from graphql import (
    DocumentNode,
    FragmentDefinitionNode,
    GraphQLSchema,
    OperationDefinitionNode,
    OperationType,
    VariableDefinitionNode,
)
from graphql.execution.values import VariableValues, get_variable_values

from core.kernel.frozen import frozen
from gateway.answering.coercing import Coercion
from gateway.execution.compiled.payloads import PayloadPlan
from gateway.execution.compiled.plan import Plan
from gateway.limits.texts import has_nul

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")
MOST_PLANS = 32
"""Plans kept of one operation: one for each set of arguments given and left out."""
NO_VARIABLES = VariableValues({}, {})


class Recent(Generic[K, V]):
    """Remembers what was asked for last.

    Args:
        most: How much is remembered.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._known: OrderedDict[K, V] = OrderedDict()

    def get(self, key: K, make: Callable[[], V]) -> V:
        """Give what is remembered, or make it."""
        if key in self._known:
            self._known.move_to_end(key)
            return self._known[key]
        made = self._known[key] = make()
        if len(self._known) > self._most:
            self._known.popitem(last=False)
        return made


@frozen
class Prepared:
    """One operation.

    Attributes:
        document: The document it is part of.
        node: The operation.
        fragments: The document's fragments.
        plans: Its plans, by the structure of the variables.
        costs: Its costs, by the numbers among the variables.
        payloads: Plans of what its mutations answer, by the field and the structure of the variables.
        at_once: What does its one mutation by one statement, by the structure of the variables.
        coercions: What coerces its variables at once, where there can be such a thing.
    """

    document: DocumentNode
    node: OperationDefinitionNode
    fragments: Mapping[str, FragmentDefinitionNode]
    plans: Recent[Hashable, Plan]
    costs: Recent[Hashable, int]
    payloads: Recent[Hashable, PayloadPlan | None]
    at_once: Recent[Hashable, Any]
    coercions: Recent[Hashable, Coercion | None]

    @classmethod
    def of(cls, document: DocumentNode, name: str | None) -> "Prepared | None":
        """Find the operation that is meant; nothing where that is not clear."""
        found = [
            one
            for one in document.definitions
            if isinstance(one, OperationDefinitionNode)
            and (name is None or (one.name is not None and one.name.value == name))
        ]
        if len(found) != 1:
            return None
        fragments = {one.name.value: one for one in document.definitions if isinstance(one, FragmentDefinitionNode)}
        return cls(
            document,
            found[0],
            fragments,
            plans=Recent(MOST_PLANS),
            costs=Recent(MOST_PLANS),
            payloads=Recent(MOST_PLANS),
            at_once=Recent(MOST_PLANS),
            coercions=Recent(1),
        )

    @property
    def is_query(self) -> bool:
        """Whether it only reads."""
        return self.node.operation is OperationType.QUERY

    @property
    def is_subscription(self) -> bool:
        """Whether it is a stream of events."""
        return self.node.operation is OperationType.SUBSCRIPTION

    @property
    def variables(self) -> tuple[VariableDefinitionNode, ...]:
        """The variables it defines."""
        return tuple(self.node.variable_definitions or ())

    def coerced(self, schema: GraphQLSchema, sent: Mapping[str, Any]) -> VariableValues | None:
        """Coerce the variables; nothing where one is wrong."""
        if not self.node.variable_definitions:
            return NO_VARIABLES
        quick = self.coercions.get("variables", lambda: Coercion.of(schema, self.variables))
        read = None if quick is None else quick.coerced(sent)
        if read is not None:
            return read
        if has_nul(sent):
            return None
        found = get_variable_values(schema, self.node.variable_definitions, dict(sent), max_errors=1)
        return None if isinstance(found, list) else found


ABSENT, GIVEN = "absent", "given"


def structure_of(variables: Mapping[str, Any]) -> Hashable:
    """Give all that a plan may depend on: what is there and what is empty, booleans, and what kind of id is sent."""
    return tuple((name, structure(value)) for name, value in variables.items())


def structure(value: Any) -> Hashable:  # noqa: ANN401 - any coerced value
    """Give the structure of one value."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, dict):
        members = cast("dict[str, Any]", value)
        return tuple((name, structure(one)) for name, one in sorted(members.items()))
    return GIVEN
