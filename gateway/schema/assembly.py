"""The schema is assembled from contributions; the product does not start with one that is wrong."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import strawberry
from graphql import GraphQLError, GraphQLSchema
from strawberry.exceptions import DuplicatedTypeName
from strawberry.schema.config import StrawberryConfig
from strawberry.types import ExecutionContext
from strawberry.types.base import StrawberryObjectDefinition
from strawberry.types.field import StrawberryField

from core.kernel.graphql.classes import object_type
from core.kernel.graphql.contribution import Contribution
from core.kernel.graphql.queries import node_query
from core.kernel.graphql.scalars import SCALARS
from core.kernel.graphql.types import extension_fields
from core.kernel.settings import Settings
from gateway.execution.answers import Answers
from gateway.execution.cursors import CursorSeal
from gateway.execution.executor import TouchstoneExecutor
from gateway.execution.guards import GUARDS
from gateway.execution.readings import READINGS
from gateway.limits.documents import Documents
from gateway.limits.extension import Limits
from gateway.limits.figures import LimitFigures
from gateway.live.directive import LIVE
from gateway.schema.installing import install
from gateway.schema.owners import duplicates
from gateway.schema.planning import entity_plans
from gateway.schema.refused import SchemaRefused
from gateway.schema.rules import all_faults

DESCRIPTIONS = {
    "Query": "What can be read. Every field may be refused, and is then null with an error that says why.",
    "Mutation": "What can be done. Every field is one transaction: what it answers is a success or a refusal that"
    " changed nothing.",
    "Subscription": "What can be watched as it happens.",
}


class TouchstoneSchema(strawberry.Schema):
    """Strawberry's schema with fields that features add to each other's types.

    Args:
        extended: Further fields, by the type they are added to.
        settings: The limits and the cursor key.
        parts: What Strawberry's schema takes.

    Attributes:
        figures: What operations are held to.
        seal: Seals cursors.
        documents: Valid documents, remembered.
    """

    def __init__(self, extended: Mapping[type, Sequence[StrawberryField]], settings: Settings, **parts: Any) -> None:  # noqa: ANN401 - as Strawberry has it
        self._extended = extended
        self.figures = LimitFigures.of(settings)
        self.seal = CursorSeal(settings.cursor_key.get_secret_value())
        super().__init__(**parts)  # pyright: ignore[reportUnknownMemberType] - Strawberry's signature
        self.graphql.directives = (*self.graphql.directives, LIVE)
        self.documents = Documents(self.graphql, self.figures)

    def get_fields(self, type_definition: StrawberryObjectDefinition) -> list[StrawberryField]:
        """Give a type's own fields and those that were added."""
        return [*super().get_fields(type_definition), *self._extended.get(type_definition.origin, ())]

    def process_errors(self, errors: list[GraphQLError], execution_context: ExecutionContext | None = None) -> None:
        """Log nothing here: the text of an error quotes the document; faults are logged where they are masked."""

    @property
    def graphql(self) -> GraphQLSchema:
        """GraphQL's own schema, for tools that walk it."""
        return self._schema


def build_schema(contributions: Sequence[Contribution], settings: Settings) -> TouchstoneSchema:
    """Assemble the schema.

    Args:
        contributions: What the features add.
        settings: The limits, the cursor key, and whether introspection is open.

    Raises:
        SchemaRefused: Two features collide, or a declaration does not fit; every fault is named.
    """
    refuse(duplicates(contributions))
    schema = make(contributions, settings)
    faults: list[str] = []
    plans = entity_plans(schema.graphql, faults)
    guards, readings = install(schema, schema.graphql, plans, settings, faults)
    schema.graphql.extensions |= {GUARDS: guards, READINGS: readings}
    refuse([*faults, *all_faults(schema.graphql, guards)])
    return schema


def make(contributions: Sequence[Contribution], settings: Settings) -> TouchstoneSchema:
    """Let Strawberry make the schema."""
    queries = [node_query(), *(one for part in contributions for one in part.queries)]
    figures = LimitFigures.of(settings)
    try:
        return TouchstoneSchema(
            extended=extended_fields(contributions),
            settings=settings,
            query=root("Query", (one.field for one in queries)),
            mutation=root("Mutation", (one.field for part in contributions for one in part.mutations)),
            subscription=root("Subscription", (one.field for part in contributions for one in part.subscriptions)),
            types=[one for part in contributions for one in part.types],
            extensions=[lambda: Answers(suggest=figures.introspection), lambda: Limits(figures)],
            execution_context_class=TouchstoneExecutor,
            config=StrawberryConfig(scalar_map=SCALARS),
        )
    except DuplicatedTypeName as twice:
        raise SchemaRefused([named_twice(twice)]) from None


def root(name: str, fields: Iterable[StrawberryField]) -> type | None:
    """Make a root type, where it has any fields."""
    body = {one.python_name: one for one in fields}
    if not body:
        return None
    # Each field knows its type already; what annotates it has Strawberry find it.
    annotations = {key: one.type_annotation for key, one in body.items()}
    return object_type(type(name, (), {**body, "__annotations__": annotations}), description=DESCRIPTIONS[name])


def extended_fields(contributions: Sequence[Contribution]) -> dict[type, list[StrawberryField]]:
    """Gather the fields that features add to each other's types."""
    extended: dict[type, list[StrawberryField]] = {}
    for part in contributions:
        for type_, classes in part.extends.items():
            extended.setdefault(type_, []).extend(field for cls in classes for field in extension_fields(cls))
    return extended


def named_twice(twice: DuplicatedTypeName) -> str:
    """Say which two classes have one name."""
    owners = [f"{one.__module__}.{one.__qualname__}" for one in (twice.first_cls, twice.second_cls) if one]
    return f"{twice.message}: by {' and by '.join(owners) or 'two unions'}."


def refuse(faults: Sequence[str]) -> None:
    """Refuse to go on where there are faults.

    Raises:
        SchemaRefused: There are.
    """
    if faults:
        raise SchemaRefused(faults)
