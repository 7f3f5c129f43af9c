"""How each field reads, resolved against the tables: what the resolvers and the compiler both work from."""

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Column, Table

from core.kernel.frozen import frozen
from core.kernel.graphql.entities import Entity
from core.kernel.reads import Hole, KeptWhile
from gateway.execution.plans import EntityPlan, ListPlan, LookupPlan, MeasurePlan, ToOnePlan

READINGS = "touchstone.readings"
"""Where a GraphQL schema keeps its readings, among its extensions."""


@frozen
class ColumnReading:
    """A column or an expression of the row, by its label."""

    label: str


@frozen
class DocumentReading:
    """A stored canonical JSON text, shown as a value."""

    label: str


@frozen
class IdentityReading:
    """The global id of the row."""

    entity: Entity


@frozen
class HoleReading:
    """A value Python splices in; ``place`` names the field, such as ``Site.address``."""

    place: str
    hole: Hole


@frozen
class NodeReading:
    """Any entity, by its global id."""


@frozen
class AttributeReading:
    """An attribute of a value that code made; where ``leads_to`` is given it holds the id of such a row."""

    name: str
    leads_to: EntityPlan | None


@frozen
class KeptReading:
    """What tells whether an answer that was kept still holds.

    Attributes:
        head: The column that goes up, of a table with one row a tenant.
        named: The version of the tenant's own row, where the answer shows that as well.
    """

    head: Column[Any]
    named: Column[Any] | None


@frozen
class KeptWhileReading:
    """What tells whether an answer about this moment that was kept still holds.

    Attributes:
        kept: The promise.
        tenants: The table of tenants.
        placements: Where they stand in the tree.
    """

    kept: KeptWhile
    tenants: Table
    placements: Table


@frozen
class CodeReading:
    """Whatever only a resolver can tell; its answer may be given again where ``kept`` says so."""

    kept: KeptReading | KeptWhileReading | None = None


Reading = (
    ColumnReading
    | DocumentReading
    | IdentityReading
    | HoleReading
    | NodeReading
    | AttributeReading
    | CodeReading
    | ToOnePlan
    | ListPlan
    | MeasurePlan
    | LookupPlan
)


@dataclass(slots=True)
class Readings:
    """How the fields of a schema read, by type and field, and its entities by their names."""

    entities: dict[str, EntityPlan]
    fields: dict[tuple[str, str], Reading] = field(default_factory=dict[tuple[str, str], Reading])
