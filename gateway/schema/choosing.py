"""Which resolver a declaration gets."""

from strawberry.schema import Schema

from core.kernel.graphql.declared import Attribute, Code, NodeLookup, Stream
from core.kernel.graphql.entities import Entity
from core.kernel.graphql.mutations import is_payload
from core.kernel.graphql.problems import Problem
from core.kernel.reads import Aggregate, Column, Document, Expression, Hole, Identity, Listing, Lookup, ToMany, ToOne
from core.kernel.settings import Settings
from gateway.execution import resolvers
from gateway.execution.cursors import CursorSeal
from gateway.execution.graphql_types import named_type
from gateway.execution.plans import EntityPlan
from gateway.execution.resolvers import Resolve
from gateway.schema import relating
from gateway.schema.converting import converter
from gateway.schema.fields import SchemaField


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

    def resolver(self, field: SchemaField) -> Resolve | None:
        """Choose for any field; fields of mutations have none.

        Raises:
            Unfit: The declaration does not fit the tables.
        """
        if field.entity is not None:
            return self._of_entity(field, field.entity)
        if isinstance(field.declared.source, Attribute):
            return self._of_value(field)
        return self._of_root(field)

    def _of_entity(self, field: SchemaField, entity: Entity) -> Resolve | None:
        match field.declared.source:
            case Column(column):
                found = resolvers.reading_column(column)
            case Expression():
                found = resolvers.reading_column(f"={field.name}")
            case Document(column):
                as_value = named_type(field.graphql).name == "JSON"
                found = resolvers.reading_document(column) if as_value else resolvers.reading_column(column)
            case Identity():
                found = resolvers.reading_identity(entity)
            case Hole() as hole:
                found = resolvers.reading_hole(field.place, hole)
            case ToOne() as source:
                found = resolvers.reading_to_one(relating.to_one_plan(self._plans, entity, field.graphql, source))
            case ToMany() as source:
                plan = relating.to_many_plan(self._plans, entity, field.place, field.graphql, source)
                found = resolvers.reading_list(plan, self._seal, self._limit)
            case Aggregate() as source:
                figure = relating.measure_plan(self._plans, entity, field.place, field.graphql, source)
                found = resolvers.reading_measure(figure)
            case _:
                found = None
        return found

    def _of_root(self, field: SchemaField) -> Resolve | None:
        leads_to = self._plans.get(named_type(field.graphql).name)
        match field.declared.source:
            case Listing() as source:
                plan = relating.listing_plan(self._plans, field.place, field.graphql, source)
                found = resolvers.reading_list(plan, self._seal, self._limit)
            case Lookup() as source:
                lookup = relating.lookup_plan(self._plans, field.graphql, field.declared, source)
                found = resolvers.reading_lookup(lookup)
            case NodeLookup():
                found = resolvers.reading_node(self._plans.get)
            case Code() as code:
                found = resolvers.running(code, converter(self._schema, field.strawberry), leads_to)
            case Stream():
                found = resolvers.reading_event(leads_to)
            case _:
                found = None
        return found

    def _of_value(self, field: SchemaField) -> Resolve:
        name, leads_to = field.strawberry.python_name, self._plans.get(named_type(field.graphql).name)
        if field.cls is not None and issubclass(field.cls, Problem):
            return resolvers.reading_problem(name)
        if is_payload(field.cls):
            return resolvers.reading_payload(name, leads_to)
        return resolvers.reading_attribute(name, leads_to)
