"""Every root field of the schema, called by those it is not for: nothing comes back, and nothing changes."""

from base64 import urlsafe_b64decode
from collections.abc import AsyncGenerator, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, cast
from uuid import UUID

import pytest

from core.kernel.clock import SetClock
from core.kernel.crypto import MasterKeys
from core.kernel.database import Database
from core.kernel.graphql.access import IDENTIFIED
from core.kernel.permissions import every_permission
from core.kernel.scope import Scope
from gateway.schema.fields import SchemaField
from tenants.people.policy import permissions_of
from tenants.roles import BUILT_IN
from tests.core.kernel.schema_facts import cloned
from tests.gateway.schema.behind import Behind, changed, contents_of, count_writes
from tests.gateway.schema.documents import document, root
from tests.gateway.schema.examples import EXAMPLES
from tests.gateway.schema.furnished import COUNT, MARK, SHARED, Furnished, furnish
from tests.support.api import Answer, Api
from tests.support.cluster import ROLE_SECRET, Address, admin_database_url, superuser
from tests.support.networks import as_person, build_network
from tests.tenants.office import Office

CALLS = [(kind, name) for kind in EXAMPLES for name in sorted(EXAMPLES[kind])]
FIGURES = {str(COUNT), "7193", "100003"}
ON_RECORD = {"audit_entries", "reading_grants"}
KEY = "one intention"


@pytest.fixture(scope="module")
async def database_name(address: Address) -> AsyncGenerator[str, None]:
    """A database of this module's own: every row is looked at after every call, and other tests leave very many."""
    async with cloned(address, "walls") as name:
        yield name


@pytest.fixture(scope="module")
async def database(address: Address, database_name: str) -> AsyncGenerator[Database, None]:
    """That database through the serving roles."""
    host = address.admin_url.rsplit("@", 1)[1].split("/", 1)[0]
    opened = Database(f"postgresql://{host}/{database_name}", ROLE_SECRET, pool_size=8)
    yield opened
    await opened.close()


@pytest.fixture(scope="module")
async def house(
    database: Database, address: Address, database_name: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncGenerator[Furnished, None]:
    clock = SetClock(datetime(2026, 11, 21, 9, 0, tzinfo=UTC))
    admin = await superuser(admin_database_url(address.admin_url, database_name))
    api = Api.on(database, clock)
    network, strangers = await build_network(database, clock), await build_network(database, clock)
    office = Office(database, clock, network, admin, api.services.get(MasterKeys))
    furnished = await furnish(api, office, strangers, tmp_path_factory.mktemp("logs"))
    await count_writes(admin)
    yield furnished
    await admin.close()


@pytest.fixture(scope="module")
def behind(house: Furnished) -> Behind:
    return Behind(house.office.admin, house.network.id)


@pytest.mark.parametrize("kind", list(EXAMPLES))
def test_every_root_field_has_an_example(kind: str) -> None:
    assert set(EXAMPLES[kind]) == set(root(kind).fields), "enter an example for each field in examples.py"


@dataclass(frozen=True)
class Outsider:
    """Somebody a call is not for.

    Attributes:
        name: Who.
        scope: Where and with which permissions; none without a token.
        foreign: Ids that are nothing to them.
        words: Words that are nothing to them.
    """

    name: str
    scope: Scope | None
    foreign: frozenset[UUID]
    words: tuple[str, ...] = (MARK, SHARED)


@pytest.mark.parametrize(("kind", "name"), CALLS, ids=[name for _, name in CALLS])
async def test_a_field_answers_and_obeys_nobody_it_is_not_for(
    kind: str, name: str, house: Furnished, behind: Behind
) -> None:
    example = EXAMPLES[kind][name]
    insider = house.north if example.where == "north" else house.headquarters
    variables = await arguments(kind, name, house, insider)
    await assert_refused_to_all(kind, name, house, behind, insider, variables)
    if example.answers:
        answer = await call(kind, name, house, insider, variables)
        everything = (await behind.ids()).all
        assert answer.codes == [], "the example is of no use"
        assert shown(answer, everything, (MARK, SHARED)), f"the example shows nothing of its tenant: {answer.data}"
        # What was done is not told again to somebody else with the same idempotency key.
        await assert_refused_to_all(kind, name, house, behind, insider, variables)


async def assert_refused_to_all(
    kind: str, name: str, house: Furnished, behind: Behind, insider: Scope, variables: dict[str, Any]
) -> None:
    """Everybody else asks; what there is after one has asked is what there is before the next does."""
    before = await behind.contents()
    for one in await everybody_else(kind, name, house, behind, insider):
        answer = await call(kind, name, house, one.scope, variables)
        assert shown(answer, one.foreign, one.words) == set(), one.name
        if one.name in {"without the permission", "without a token"}:
            assert answer.codes or refused(answer.data, name), f"{one.name}: {answer.data}"
        allowed = ON_RECORD if EXAMPLES[kind][name].audited else set[str]()
        after = await behind.contents()
        assert changed(before, after, but=own_of(one)) - allowed == set(), one.name
        before = after
    assert changed(before, await contents_of(house.office.admin, house.network.id)) == set(), "written and not counted"


def own_of(one: Outsider) -> UUID | None:
    """The tenant whose rows a call with a token of its own may change."""
    return None if one.scope is None or one.name == "without the permission" else one.scope.tenant_id


def refused(data: Any, name: str) -> bool:
    """Tell whether a change was answered by one of its refusals."""
    return data is not None and set(data[name]) == {"__typename", "code"}


async def everybody_else(kind: str, name: str, house: Furnished, behind: Behind, insider: Scope) -> list[Outsider]:
    everything, network = every_permission(), house.network
    known = await behind.ids()
    theirs, private = known.all, known.private(but=network.south.tenant_id)
    franchisee = permissions_of(BUILT_IN, "franchisee", BUILT_IN)
    outsiders = [
        Outsider("headquarters of another network", as_person(house.strangers.headquarters, everything), theirs),
        Outsider("tenant of another network", as_person(house.strangers.north, everything), theirs),
        Outsider("neighbour", as_person(network.south, franchisee), private | {network.north.tenant_id}, (MARK,)),
        Outsider("without a token", None, theirs),
    ]
    needed = [one for one in SchemaField.of(root(kind), name).needs if one is not IDENTIFIED]
    for permission in needed:
        less = replace(insider, permissions=insider.permissions - {permission.name})
        outsiders.append(Outsider("without the permission", less, theirs))
    return outsiders


async def arguments(kind: str, name: str, house: Furnished, insider: Scope) -> dict[str, Any]:
    """The example's arguments, with ids and revisions as they are now."""
    revisions = house.revisions | {
        "adapted": await number(house, "SELECT max(revision) FROM standard_heads WHERE tenant_id = $1", insider),
        "settings": await number(house, "SELECT version FROM tenant_settings WHERE tenant_id = $1", insider),
    }

    def filled(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: filled(one) for key, one in cast("dict[str, Any]", value).items()}
        if isinstance(value, str) and value.startswith("#"):
            return house.ids[value[1:]]
        if isinstance(value, str) and value.startswith("@"):
            return revisions[value[1:]]
        return value

    key = {"idempotencyKey": KEY} if kind == "Mutation" else {}
    return filled(EXAMPLES[kind][name].arguments) | key


async def number(house: Furnished, query: str, scope: Scope) -> int:
    return await house.office.admin.fetchval(query, scope.tenant_id) or 0


async def call(kind: str, name: str, house: Furnished, scope: Scope | None, variables: dict[str, Any]) -> Answer:
    if kind != "Subscription":
        return await house.api.execute(scope, document(kind, name), variables)
    events = house.api.follow(scope, document(kind, name), variables)
    answer = await anext(events, Answer(None, []))
    await events.aclose()
    return answer


def shown(answer: Answer, ids: frozenset[UUID], words: tuple[str, ...]) -> set[str]:
    """What an answer shows of the furnished tenants: their ids, their words, their figures."""
    told = set(leaves(answer.data))
    said = {one for one in told if one in FIGURES or any(word in one for word in words)}
    return said | {one for one in told if meant_by(one) & ids}


def leaves(value: Any) -> Iterator[str]:
    if isinstance(value, dict | list):
        several: list[Any] = [*(cast("dict[str, Any]", value).values() if isinstance(value, dict) else value)]
        for one in several:
            yield from leaves(one)
    elif value is not None and not isinstance(value, bool):
        yield str(value)


def meant_by(told: str) -> set[UUID]:
    """The ids a text is, openly or as a global id."""
    found = [told]
    with suppress(ValueError):
        found.append(urlsafe_b64decode(told + "=" * (-len(told) % 4)).decode().partition(":")[2])
    meant: set[UUID] = set()
    for one in found:
        with suppress(ValueError):
            meant.add(UUID(one))
    return meant
