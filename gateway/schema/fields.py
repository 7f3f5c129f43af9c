"""A field of an assembled schema with all that is known of it."""

from graphql import GraphQLField, GraphQLNamedType, GraphQLObjectType
from strawberry.types.field import StrawberryField

from core.kernel.frozen import frozen
from core.kernel.graphql.access import PUBLIC, Permission
from core.kernel.graphql.declared import Declared, declared_of
from core.kernel.graphql.entities import Entity, entity_of
from gateway.execution.graphql_types import named_type
from gateway.schema.planning import Unfit
from gateway.schema.shapes import class_of, field_of, type_permission

ROOTS = ("Query", "Mutation", "Subscription")


@frozen(kw_only=True)
class SchemaField:
    """A field of an assembled schema.

    Attributes:
        type_: The type it is a field of.
        name: Its GraphQL name.
        graphql: GraphQL's field.
        strawberry: Strawberry's field.
        declared: What was declared of it.
        cls: The class its type was made from.
        leads_to: The type it leads to, which may be a connection.
    """

    type_: GraphQLObjectType
    name: str
    graphql: GraphQLField
    strawberry: StrawberryField
    declared: Declared
    cls: type[object] | None
    leads_to: GraphQLNamedType

    @classmethod
    def of(cls, type_: GraphQLObjectType, name: str) -> "SchemaField":
        """Look at a field.

        Raises:
            Unfit: It was made without the framework.
        """
        graphql = type_.fields[name]
        made = field_of(graphql)
        declared = declared_of(made) if made else None
        if made is None or declared is None:
            raise Unfit("it says nothing about who may read it; declare it with the framework")
        return cls(
            type_=type_,
            name=name,
            graphql=graphql,
            strawberry=made,
            declared=declared,
            cls=class_of(type_),
            leads_to=named_type(graphql),
        )

    @property
    def place(self) -> str:
        """Its type and name, such as ``Note.title``."""
        return f"{self.type_.name}.{self.name}"

    @property
    def entity(self) -> Entity | None:
        """The entity it is a field of, if it is."""
        return entity_of(self.cls)

    @property
    def needs(self) -> tuple[Permission, ...]:
        """Every permission it takes: its own, or its type's, and that of what it leads to.

        Raises:
            Unfit: There is none.
        """
        leads_to = type_permission(self.leads_to)
        own = self.declared.permission or type_permission(self.type_)
        own = own or (leads_to if self.type_.name in ROOTS else None)
        if own is None:
            raise Unfit("it says nothing about who may read it")
        both: list[Permission] = [own] if leads_to in (None, own) else [own, leads_to]
        return tuple(one for one in both if one is not PUBLIC)
