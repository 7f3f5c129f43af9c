"""Two networks full of odd rows behind the whole schema, and behind one with columns of every kind."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cached_property
from random import Random
from typing import Any, cast
from uuid import UUID

import orjson
from graphql import GraphQLEnumType, get_named_type

from core.kernel.clock import SetClock
from core.kernel.directory import Directory
from core.kernel.graphql.context import RequestContext
from core.kernel.graphql.ids import global_id
from core.kernel.permissions import every_permission
from core.kernel.reads import Breadth, Operator
from core.kernel.rows import RowClass
from core.kernel.scope import Actor, ActorKind, Scope
from core.kernel.services import Services
from core.kernel.settings import Settings
from gateway.execution.guards import GUARDS
from gateway.execution.plans import EntityPlan, FilterPlan, ListPlan, LookupPlan, ToOnePlan
from gateway.execution.readings import (
    READINGS,
    CodeReading,
    ColumnReading,
    DocumentReading,
    HoleReading,
    KeptReading,
    Readings,
)
from gateway.schema.assembly import TouchstoneSchema
from gateway.wiring import make_services
from tenants.roles import BUILT_IN
from tests.gateway.execution.compiled.asking import Hand, Vocabulary
from tests.gateway.execution.compiled.both_ways import BothWays
from tests.gateway.execution.compiled.filling import BEGINNING, Filling, Making
from tests.gateway.execution.compiled.recording import RecordingDatabase
from tests.gateway.execution.compiled.specimens.feature import SETTINGS as SPECIMEN_SETTINGS
from tests.gateway.execution.compiled.specimens.permissions import EVERY
from tests.support.api import SETTINGS, SignedIn, whole_schema

ROWS = 40
SHAPED: Mapping[str, Callable[[Making], str]] = {
    "title": lambda m: orjson.dumps({m.text()[:8]: m.text() for _ in range(m.random.randrange(3))}).decode(),
    "text": lambda m: orjson.dumps({m.text()[:8]: m.text() for _ in range(m.random.randrange(3))}).decode(),
    "address": lambda m: m.random.choice(
        ("{}", '{"city": "Z\\u00fcrich", "lines": ["a", "\\""], "postal_code": "1", "country": "CH"}')
    ),
    "bounds": lambda m: m.random.choice(
        ("{}", '{"minimum": 1, "maximum": [1.5, null], "choices": ["a", ""], "direction": "lower"}')
    ),
    "narrowing": lambda m: m.random.choice(
        ('{"bounds": {"step": {"a": 1}}}', '{"operators": ["assign", "append"], "bounds": {"pattern": "x"}}', "{}")
    ),
    "description": lambda m: orjson.dumps({m.text()[:8]: m.text() for _ in range(m.random.randrange(3))}).decode(),
    "parts": lambda _: "[]",
    "granted_to": lambda m: m.random.choice(('["00000000-0000-0000-0000-000000000001"]', "[]")),
    "operators": lambda m: m.random.choice(('["assign"]', "[]", '["remove", "narrow"]')),
    "week": lambda m: m.random.choice(
        ('{"days":[[],[],[],[],[],[],[]]}', '{"days":[[[540,1080]],[],[],[],[],[],[[0,1440]]]}')
    ),
    "dates": lambda m: m.random.choice(
        ('{"dates":[]}', '{"dates":[["2026-12-25",[],"\\u0007"],["2026-12-31",[[1,2]],""]]}')
    ),
    "choices": lambda m: m.random.choice(('["a", "b"]', "[]")),
}
LISTS = ("roles", "scopes", "permissions")
STANDARDS = ("a", "phone")
FIGURES = ("quality_days", "score_days", "record_figures")
"""What dashboards are made of; no field reads it row by row."""


@dataclass(frozen=True)
class Acting:
    """Who asks, where.

    Attributes:
        role: What they are called.
        scope: The tenant acted in and what is permitted there; none without a tenant.
        actor: Whoever it is; none for somebody without a token.
        words: What their operations are made of.
    """

    role: str
    scope: Scope | None
    actor: Actor | None
    words: Vocabulary = field(repr=False)


@dataclass
class House:
    """A schema with rows behind it.

    Attributes:
        both: Answers both ways.
        services: What upper rooms put in for lower ones.
        settings: How the server is configured.
        everybody: Who may ask.
        admin: A superuser's connection.
    """

    both: BothWays
    services: Services
    settings: Settings
    admin: Any
    everybody: list[Acting] = field(default_factory=list[Acting])

    @property
    def schema(self) -> TouchstoneSchema:
        return self.both.schema

    @cached_property
    def kept(self) -> frozenset[str]:
        """Root fields whose answers are kept."""
        fields = self.schema.graphql.extensions[READINGS].fields
        return frozenset(
            name
            for (type_name, name), one in fields.items()
            if type_name == "Query" and isinstance(one, CodeReading) and isinstance(one.kept, KeptReading)
        )

    def context(self, acting: Acting) -> RequestContext:
        return RequestContext(
            database=self.both.database,
            clock=SetClock(BEGINNING),
            directory=self.services.get(Directory),
            services=self.services,
            settings=self.settings,
            identity=SignedIn(acting.actor) if acting.actor else None,
            scope=acting.scope,
            correlation_id="one",
        )

    def somebody(self, hand: Hand) -> Acting:
        """Choose who asks: most often somebody who may do everything."""
        able = [one for one in self.everybody if one.role == "everything"]
        return hand.pick(self.everybody) if hand.chance(20) else hand.pick(able)

    def acting(self, role: str, tenant: int = 2) -> Acting:
        """Give whoever has a role, in the tenant of that number of those that have it."""
        return [one for one in self.everybody if one.role == role][tenant]


@dataclass(frozen=True)
class Owners:
    """A network: headquarters, a region, two franchisees below it."""

    network: UUID
    tenants: tuple[UUID, ...]

    def lineage(self, place: int) -> tuple[UUID, ...]:
        return self.tenants[: place + 1] if place < 3 else (*self.tenants[:2], self.tenants[3])


def owners_of(making: Making) -> tuple[Owners, Owners]:
    one, two = (Owners(making.uuid(), tuple(making.uuid() for _ in range(4))) for _ in range(2))
    return one, two


async def furnish(database: RecordingDatabase, admin: Any, schema: TouchstoneSchema, seed: int) -> House:
    """Fill everything a schema reads, in two networks.

    Args:
        database: Where.
        admin: A superuser's connection to it.
        schema: The schema.
        seed: Makes the rows.
    """
    making = Making(Random(seed))
    readings: Readings = schema.graphql.extensions[READINGS]
    filling = Filling(admin, making, specials(schema, readings), references(readings))
    networks = owners_of(making)
    await admin.execute("SET session_replication_role = replica")
    for network in networks:
        await fill_network(filling, readings, network)
    await admin.execute("SET session_replication_role = DEFAULT")
    services = make_services(database, SETTINGS)
    product = schema is whole_schema()
    house = House(BothWays(schema, database), services, SETTINGS if product else SPECIMEN_SETTINGS, admin)
    house.everybody = await everybody(house, filling, networks, product=product)
    return house


async def fill_network(filling: Filling, readings: Readings, network: Owners) -> None:
    making = filling.making
    plans = {one.table.name: one for one in readings.entities.values()}
    for name, plan in plans.items():
        for owner in owned_by(plan, network):
            filling.foresee(name, owner, ROWS if plan.key.name == "id" else 1)
    if "tenants" in plans:
        filling.ids["tenants", network.network][:4] = network.tenants
    for name, plan in plans.items():
        for owner in owned_by(plan, network):
            fixed = {"network_id": network.network}
            if plan.entity.model.row_class is RowClass.TENANT:
                fixed["tenant_id"] = owner
            else:
                fixed |= {"owner_tenant_id": network.tenants[0], "headquarters_id": network.tenants[0]}
                if name == "published_versions":
                    fixed["owner_tenant_id"] = making.random.choice(network.tenants)
            await filling.fill(name, owner, fixed)
    if "tenants" in plans:
        await place(filling.admin, making, network)
        await fill_figures(filling, network)


async def fill_figures(filling: Filling, network: Owners) -> None:
    for name in FIGURES:
        for owner in network.tenants:
            filling.foresee(name, owner, ROWS)
            await filling.fill(name, owner, {"network_id": network.network, "tenant_id": owner}, tries=1)


async def place(admin: Any, making: Making, network: Owners) -> None:
    """Hang the four known tenants where they belong."""
    await admin.execute("DELETE FROM tenant_placements WHERE child_id = ANY($1)", list(network.tenants))
    for place_, child in enumerate(network.tenants):
        above = network.lineage(place_)
        await admin.execute(
            "INSERT INTO tenant_placements"
            " (network_id, id, owner_tenant_id, child_id, parent_id, valid_from, recorded_from)"
            " VALUES ($1, $2, $3, $4, $5, '2010-01-01', '2010-01-01')",
            network.network,
            making.uuid(),
            network.tenants[0],
            child,
            above[-2] if len(above) > 1 else None,
        )


def owned_by(plan: EntityPlan, network: Owners) -> Sequence[UUID]:
    return network.tenants if plan.entity.model.row_class is RowClass.TENANT else (network.network,)


def references(readings: Readings) -> dict[tuple[str, str], str]:
    """Which table's id a column holds, as far as fields follow it."""
    found: dict[tuple[str, str], str] = {}
    for (type_name, _), reading in readings.fields.items():
        plan = readings.entities.get(type_name)
        if plan is None:
            continue
        if isinstance(reading, ToOnePlan) and reading.key.name == "id":
            found[plan.table.name, reading.by] = reading.target.table.name
        elif isinstance(reading, ListPlan) and reading.key is not None and reading.key.name != "tenant_id":
            found[reading.target.table.name, reading.key.name] = plan.table.name
    return found


def specials(schema: TouchstoneSchema, readings: Readings) -> dict[tuple[str, str], Any]:
    """Columns that hold what only their fields understand."""
    found: dict[tuple[str, str], Any] = {}
    for (type_name, name), reading in readings.fields.items():
        plan = readings.entities.get(type_name)
        if plan is None:
            continue
        table = plan.table.name
        definition: Any = schema.graphql.type_map[type_name]
        kind = cast("Any", get_named_type(definition.fields[name].type))
        match reading:
            case DocumentReading(label):
                found[table, label] = Making.canonical
            case ColumnReading(label) if isinstance(kind, GraphQLEnumType):
                found[table, label] = named(kind)
            case HoleReading(hole=hole):
                found |= {(table, one): SHAPED[one] for one in hole.columns if one in SHAPED}
                found |= {(table, one): SHAPED["choices"] for one in hole.columns if one in LISTS}
                found |= {(table, "kinds"): kinds_of} if "kinds" in hole.columns else {}
                found |= {
                    (table, one): nothing if plan.table.c[one].nullable else some_bytes
                    for one in hole.columns
                    if str(plan.table.c[one].type) in {"BYTEA", "BLOB"}
                }
            case _:
                pass
    return found | figures() | revisions(readings)


def figures() -> dict[tuple[str, str], Any]:
    """Days that add up to something GraphQL can tell."""
    counted = ("records", "resolved", "within_published", "within_effective", "resolution_seconds", "steps")
    summed = (*(("quality_days", one) for one in counted), ("score_days", "scored"), ("score_days", "basis_points"))
    codes = {(table, "standard_code"): a_standard for table in FIGURES}
    return codes | dict.fromkeys(summed, a_few)


def a_standard(making: Making) -> Any:
    return making.random.choice(STANDARDS)


def a_few(making: Making) -> Any:
    return making.random.randrange(50)


def the_first(_making: Making) -> Any:
    return 1


def revisions(readings: Readings) -> dict[tuple[str, str], Any]:
    """Revisions at which kept answers hold, of all tenants the same: nothing but whose they are tells them apart."""
    kept = [one.kept for one in readings.fields.values() if isinstance(one, CodeReading)]
    columns = [
        column for one in kept if isinstance(one, KeptReading) for column in (one.head, one.named) if column is not None
    ]
    return {(one.table.name, one.name): the_first for one in columns}


def named(kind: GraphQLEnumType) -> Any:
    values = [str(getattr(one.value, "value", one.value)) for one in kind.values.values()]

    def choose(making: Making) -> str:
        return making.random.choice([*values * 60, "unheard of"])

    return choose


def kinds_of(making: Making) -> str:
    return making.random.choice(('["region"]', "[]", '["headquarters", "franchisee"]'))


def some_bytes(making: Making) -> bytes:
    """A hash or a signature, which is told as it is."""
    return making.random.randbytes(32)


def nothing(_making: Making) -> None:
    return None


async def everybody(house: House, filling: Filling, networks: Sequence[Owners], *, product: bool) -> list[Acting]:
    """Who asks: every role in five tenants of two networks, and those who have no tenant."""
    roles = roles_of_the_product() if product else roles_of_specimens()
    found: list[Acting] = []
    for network, place_ in ((networks[0], 0), (networks[0], 1), (networks[0], 2), (networks[0], 3), (networks[1], 0)):
        tenant = network.tenants[place_]
        actor = Actor(ActorKind.PERSON, filling.making.uuid())
        words = await vocabulary(house, filling, tenant, network.network)
        for role, permissions in roles:
            scope = Scope(
                network_id=network.network,
                tenant_id=tenant,
                lineage=network.lineage(place_),
                actor=actor,
                permissions=permissions,
                instant=BEGINNING,
            )
            found.append(Acting(role, scope, actor, narrowed(house, words, permissions)))
        if place_ == 0:
            found += [Acting("no tenant", None, actor, words), Acting("nobody", None, None, words)]
    return found


def roles_of_the_product() -> list[tuple[str, frozenset[str]]]:
    built_in = {one.key: one.permissions for one in BUILT_IN.values()}
    everything = every_permission()
    return [
        ("everything", everything),
        ("clerk", built_in["clerk"]),
        ("read-only", built_in["read_only_client"]),
        ("hardly anything", frozenset({"kernel.signed_in", "tenants.read"})),
    ]


def roles_of_specimens() -> list[tuple[str, frozenset[str]]]:
    return [
        ("everything", EVERY),
        ("no keepers", EVERY - {"specimens.keep"}),
        ("no weights", EVERY - {"specimens.weigh", "specimens.compare"}),
        ("hardly anything", frozenset({"kernel.signed_in"})),
    ]


def narrowed(house: House, words: Vocabulary, permissions: frozenset[str]) -> Vocabulary:
    """Ask more often for what is permitted."""
    guards = house.schema.graphql.extensions[GUARDS]
    weights = {
        name: often * 4
        if all(one.name in permissions or one.name == "kernel.identified" for one in guards.fields["Query", name].needs)
        else 1
        for name, often in words.weights.items()
    }
    return replace(words, weights=weights)


async def vocabulary(house: House, filling: Filling, tenant: UUID, network: UUID) -> Vocabulary:
    """What operations in a tenant are made of: mostly things of its own."""
    schema, making = house.schema.graphql, filling.making
    readings: Readings = schema.extensions[READINGS]
    ids = {name: ids_of(filling, plan, tenant, network) for name, plan in readings.entities.items()}
    ids[""] = odd_ids(making, next(iter(readings.entities)))
    values = await values_of(house, readings, ids)
    weights, wide = weights_of(house, readings)
    return Vocabulary(ids, values, weights, (wide, frozenset({"auditEntries", "node"}) if wide else frozenset()))


def ids_of(filling: Filling, plan: EntityPlan, tenant: UUID, network: UUID) -> list[str]:
    name, table = plan.entity.name, plan.table.name
    if plan.key.name != "id":
        return [global_id(name, one) for one in (tenant, network, filling.making.uuid())]
    known = [(one, owner) for (where, owner), ids in filling.ids.items() if where == table for one in ids[:10]]
    own = [global_id(name, one) for one, owner in known if owner in (tenant, network)]
    return [*own * 3, *(global_id(name, one) for one, _ in known[::7]), global_id(name, filling.making.uuid())]


def odd_ids(making: Making, name: str) -> list[str]:
    some = making.uuid()
    return [
        "",
        "x",
        "====",
        "\u00e9",
        global_id(name, "no uuid"),
        global_id(name, some.hex.upper()),
        global_id(name, f"{{{some}}}"),
        global_id("Nothing", some),
        global_id(name, some) + "=",
        global_id("Query", some),
    ]


def weights_of(house: House, readings: Readings) -> tuple[dict[str, int], frozenset[str]]:
    query: Any = house.schema.graphql.query_type
    guards = house.schema.graphql.extensions[GUARDS]
    weights: dict[str, int] = {}
    wide: set[str] = set()
    for name in query.fields:
        reading = readings.fields["Query", name]
        weights[name] = 2 if isinstance(reading, LookupPlan | CodeReading) else 6
        if isinstance(reading, CodeReading):
            weights[name] = 5 if reading.kept else 1
        if guards.fields["Query", name].breadth is not Breadth.TENANT:
            weights[name] = 1
            wide.add(name)
    return weights, frozenset(wide)


async def values_of(
    house: House, readings: Readings, ids: Mapping[str, Sequence[str]]
) -> Mapping[tuple[str, str], Sequence[Any]]:
    """Values that stand in the columns arguments are compared with."""
    found: dict[tuple[str, str], Sequence[Any]] = {("QualityPeriodInput", "standardCode"): STANDARDS}
    for (type_name, name), reading in readings.fields.items():
        definition: Any = house.schema.graphql.type_map[type_name]
        field_ = definition.fields[name]
        filters: FilterPlan | None = getattr(reading, "filters", None)
        if filters is not None and "filter" in field_.args:
            kind = cast("Any", get_named_type(field_.args["filter"].type))
            for key, (column, match) in filters.matches.items():
                if match.refers_to:
                    found[kind.name, key] = ids[match.refers_to]
                elif match.operator is not Operator.EMPTY and (kind.name, key) not in found:
                    found[kind.name, key] = await distinct(house.admin, column.table.name, column.name)
        if isinstance(reading, LookupPlan):
            for key, column in reading.columns.items():
                if key != reading.identity:
                    found[f"Query.{name}", key] = await distinct(house.admin, column.table.name, column.name)
    return found


async def distinct(admin: Any, table: str, column: str) -> list[Any]:
    rows = await admin.fetch(f"SELECT DISTINCT {column} AS v FROM {table} WHERE {column} IS NOT NULL LIMIT 200")
    values = sorted({as_json(row["v"]) for row in rows}, key=str)
    return [one for one in values if one is not None and not (isinstance(one, int) and abs(one) >= 2**31)][:12]


def as_json(value: Any) -> Any:
    match value:
        case datetime():
            return value.astimezone(UTC).isoformat() if value.tzinfo else None
        case date():
            return value.isoformat()
        case UUID() | Decimal():
            return str(value)
        case _:
            return value
