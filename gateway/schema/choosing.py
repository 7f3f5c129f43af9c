"""How each declared field reads, resolved against the tables, and which resolver that makes."""

from strawberry.schema import Schema

from core.kernel.graphql.declared import Attribute, Code, NodeLookup, Stream
from core.kernel.graphql.entities import Entity
from core.kernel.graphql.mutations import is_payload
from core.kernel.graphql.problems import Problem
from core.kernel.reads import (
    Aggregate,
    Column,
    Document,
    Expression,
    Hole,
    Identity,
    Listing,
    Lookup,
    ToMany,
    ToOne,
)
from core.kernel.settings import Settings
from gateway.execution import resolvers
from gateway.execution.cursors import CursorSeal
from gateway.execution.plans import EntityPlan, ListPlan, LookupPlan, MeasurePlan, ToOnePlan
from gateway.execution.readings import (
    AttributeReading,
    CodeReading,
    ColumnReading,
    DocumentReading,
    HoleReading,
    IdentityReading,
    NodeReading,
    Reading,
)
from gateway.execution.resolvers import Resolve
from gateway.schema import relating
from gateway.schema.converting import converter
from gateway.schema.fields import SchemaField
from gateway.schema.keeping import kept_reading


def reading_of(plans: dict[str, EntityPlan], field: SchemaField) -> Reading:
    """Resolve how a field reads against the tables.

    Raises:
        Unfit: The declaration does not fit the tables.
    """
    if field.entity is not None:
        return of_entity(plans, field, field.entity)
    return of_other(plans, field)


def of_other(plans: dict[str, EntityPlan], field: SchemaField) -> Reading:
    """Resolve how a field reads that is none of an entity: of a value, a payload or the root."""
    leads_to = plans.get(field.leads_to.name)
    match field.declared.source:
        case Attribute():
            return AttributeReading(field.strawberry.python_name, leads_to)
        case Listing() as source:
            return relating.listing_plan(plans, field.place, field.graphql, field.declared, source)
        case Lookup() as source:
            return relating.lookup_plan(plans, field.graphql, field.declared, source)
        case NodeLookup():
            return NodeReading()
        case Code(kept=kept):
            return CodeReading(kept_reading(kept, field.declared.breadth, field.graphql) if kept else None)
        case _:
            return CodeReading()


def of_entity(plans: dict[str, EntityPlan], field: SchemaField, entity: Entity) -> Reading:
    """Resolve how a field of an entity reads."""
    found: Reading
    match field.declared.source:
        case Column(column):
            found = ColumnReading(column)
        case Expression():
            found = ColumnReading(f"={field.name}")
        case Document(column):
            as_value = field.leads_to.name == "JSON"
            found = DocumentReading(column) if as_value else ColumnReading(column)
        case Identity():
            found = IdentityReading(entity)
        case Hole() as hole:
            found = HoleReading(field.place, hole)
        case ToOne() as source:
            found = relating.to_one_plan(plans, entity, field.graphql, source)
        case ToMany() as source:
            found = relating.to_many_plan(plans, entity, field.place, field.graphql, source)
        case Aggregate() as source:
            found = relating.measure_plan(plans, entity, field.place, field.graphql, source)
        case _:
            found = CodeReading()
    return found


class Chooser:
    """Chooses resolvers.

    Args:
        schema: What arguments are converted by.
        plans: The entities.
        settings: Where the cursor key and the page limit are.
    """

    def __init__(self, schema: Schema, plans: dict[str, EntityPlan], settings: Settings) -> None:
        self._schema, self._plans = schema, plans
        self._seal = CursorSeal(settings.cursor_key.get_secret_value())
        self._limit = settings.max_page_size

    def resolver(self, field: SchemaField, reading: Reading) -> Resolve | None:  # noqa: C901, PLR0911 - one line per kind
        """Choose for any field; fields of mutations have none."""
        match reading:
            case ColumnReading(label):
                return resolvers.reading_column(label)
            case DocumentReading(label):
                return resolvers.reading_document(label)
            case IdentityReading(entity):
                return resolvers.reading_identity(entity)
            case HoleReading(place, hole):
                return resolvers.reading_hole(place, hole)
            case ToOnePlan():
                return resolvers.reading_to_one(reading)
            case ListPlan():
                return resolvers.reading_list(reading, self._seal, self._limit)
            case MeasurePlan():
                return resolvers.reading_measure(reading)
            case LookupPlan():
                return resolvers.reading_lookup(reading)
            case NodeReading():
                return resolvers.reading_node(self._plans.get)
            case AttributeReading(name, leads_to):
                return self._of_value(field, name, leads_to)
            case CodeReading():
                return self._of_code(field)

    def _of_code(self, field: SchemaField) -> Resolve | None:
        leads_to = self._plans.get(field.leads_to.name)
        match field.declared.source:
            case Code() as code:
                return resolvers.running(code, converter(self._schema, field.strawberry), leads_to)
            case Stream():
                return resolvers.reading_event(leads_to)
            case _:
                return None

    def _of_value(self, field: SchemaField, name: str, leads_to: EntityPlan | None) -> Resolve:
        if field.cls is not None and issubclass(field.cls, Problem):
            return resolvers.reading_problem(name)
        if is_payload(field.cls):
            return resolvers.reading_payload(name, leads_to)
        return resolvers.reading_attribute(name, leads_to)
