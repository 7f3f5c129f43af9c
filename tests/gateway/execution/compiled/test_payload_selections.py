"""Whatever is selected of what a mutation answers, a plan prints what the interpreter would have answered.

Each mutation is done once, and its answer is then read again under the same idempotency key, with many selections.
"""

from collections import Counter
from collections.abc import AsyncGenerator, Callable
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial
from typing import Any, cast

import anyio
import anyio.from_thread
import pytest
from graphql import GraphQLError
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from core.kernel.clock import SetClock
from core.kernel.crypto import MasterKeys
from core.kernel.database import Database
from core.kernel.graphql.ids import split_id
from core.kernel.scope import Scope
from gateway.answering.answering import Answering
from gateway.answering.payloads import WrittenPayload
from tests.gateway.execution.compiled.asking import Asked, Hand, Vocabulary, Writer
from tests.gateway.execution.compiled.both_ways import respelled, told
from tests.gateway.execution.compiled.test_both_ways import LONG
from tests.gateway.schema.documents import root
from tests.gateway.schema.examples import CHANGES
from tests.gateway.schema.furnished import CODE, Furnished, furnish
from tests.support.api import Api, whole_schema
from tests.support.cluster import Address, admin_database_url, superuser
from tests.support.networks import build_network
from tests.tenants.office import Office

SHORT = 3
"""Selections of each mutation in the test run; of the one that answers a list, eight times as many."""
LEAST_PRINTED = 0.75
pytestmark = pytest.mark.filterwarnings("ignore:Generating overly large repr")
SEVERAL = [{"channel": "phone", "standardCode": CODE, "externalId": f"several {one}"} for one in (3, 1, 2, 1)]


@pytest.fixture(scope="module")
async def furnished(
    database: Database, address: Address, database_name: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncGenerator[Furnished, None]:
    clock = SetClock(datetime(2026, 11, 21, 9, 0, tzinfo=UTC))
    admin = await superuser(admin_database_url(address.admin_url, database_name))
    api = Api.on(database, clock)
    network, strangers = await build_network(database, clock), await build_network(database, clock)
    office = Office(database, clock, network, admin, api.services.get(MasterKeys))
    yield await furnish(api, office, strangers, tmp_path_factory.mktemp("logs"))
    await admin.close()


def call(name: str) -> tuple[str, str]:
    """Variables and arguments of a call."""
    field: Any = root("Mutation").fields[name]
    declared = ", ".join(f"${key}: {one.type}" for key, one in field.args.items())
    return declared, "(" + ", ".join(f"{key}: ${key}" for key in field.args) + ")"


class Reading:
    """Reads the answers of mutations again, both ways."""

    def __init__(self, house: Furnished) -> None:
        self.house, self.schema = house, whole_schema()
        self.fast = Answering(self.schema, compiled=True)
        self.plain = Answering(self.schema, compiled=False)
        self.tally: Counter[str] = Counter()
        self.by: Counter[str] = Counter()
        self.printed = 0
        self.variables: dict[str, dict[str, Any]] = {}

    def scope(self, name: str) -> Scope:
        return self.house.north if CHANGES[name].where == "north" else self.house.headquarters

    async def do_all(self) -> None:
        """Do every mutation that somebody here is answered."""
        for name, example in CHANGES.items():
            if example.answers:
                declared, given_ = call(name)
                variables = {**await self.arguments(name), "idempotencyKey": f"selections {name}"}
                document = f"mutation ({declared}) {{ {name}{given_} {{ __typename ... on Problem {{ message }} }} }}"
                done = await self.house.api.execute(self.scope(name), document, variables)
                assert done.data is not None, (name, done)
                assert done.data[name]["__typename"].endswith("Success"), (name, done)
                self.variables[name] = variables

    async def arguments(self, name: str) -> dict[str, Any]:
        """The arguments of a mutation's example, with ids and revisions put in."""
        if name == "openRecords":
            return {"input": {"records": SEVERAL}}
        fetch, tenant = self.house.office.admin.fetchval, self.scope(name).tenant_id
        revisions = self.house.revisions | {
            "adapted": await fetch("SELECT max(revision) FROM standard_heads WHERE tenant_id = $1", tenant),
            "settings": await fetch("SELECT version FROM tenant_settings WHERE tenant_id = $1", tenant),
        }

        def put(value: Any) -> Any:
            if isinstance(value, dict):
                return {key: put(one) for key, one in cast("dict[str, Any]", value).items()}
            if isinstance(value, str) and value[:1] in {"#", "@"}:
                return self.house.ids[value[1:]] if value[0] == "#" else revisions[value[1:]]
            return value

        return put(CHANGES[name].arguments)

    async def compare(self, name: str, asked: Asked) -> None:
        variables = {**asked.variables, **self.variables[name]}
        before = self.printed
        fast = await self.answer(self.fast, name, asked.document, variables)
        self.tally[name] += 1
        self.by[name] += self.printed > before
        assert fast == await self.answer(self.plain, name, asked.document, variables), f"{asked.document} {variables}"

    async def answer(self, answering: Answering, name: str, document: str, variables: dict[str, Any]) -> Any:
        done = await answering.execute(document, variables, self.house.api.context(self.scope(name)))
        return respelled(done.data), sorted(map(told, done.errors or ())), done.extensions

    def words(self) -> Vocabulary:
        ids: dict[str, list[str]] = {"": ["x"]}
        for one in self.house.ids.values():
            with suppress(GraphQLError):  # Hashes that are acknowledged stand among the ids.
                ids.setdefault(split_id(one)[0], []).append(one)
        return Vocabulary(ids=ids, values={}, weights={})


def asked_of(reading: Reading, words: Vocabulary, name: str, times: int) -> Callable[[], None]:
    """Selections of what one mutation answers, compared one after the other."""

    def made() -> Asked:
        return Writer(reading.schema.graphql, words, Hand()).payload(name, *call(name))

    @settings(
        max_examples=times,
        deadline=None,
        database=None,
        derandomize=not LONG,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example],
        phases=(Phase.generate, Phase.shrink),
    )
    @given(st.builds(made))
    def ask(asked: Asked) -> None:
        anyio.from_thread.run(partial(reading.compare, name, asked))

    return ask


@pytest.mark.long
async def test_what_is_selected_of_payloads_is_alike_both_ways(
    furnished: Furnished, monkeypatch: pytest.MonkeyPatch
) -> None:
    reading = Reading(furnished)
    await reading.do_all()
    print_ = WrittenPayload.print

    async def noticed(self: WrittenPayload, *given_: Any) -> Any:
        found = await print_(self, *given_)
        reading.printed += found is not None
        return found

    monkeypatch.setattr(WrittenPayload, "print", noticed)
    words = reading.words()
    each = LONG // 10 // len(reading.variables) or SHORT
    for name in sorted(reading.variables):
        asking = asked_of(reading, words, name, each * 8 if name == "openRecords" else each)
        await anyio.to_thread.run_sync(asking)
    tally, by = reading.tally, reading.by
    print(f"payloads: {tally.total()} selections of {len(tally)} mutations, {by.total() / tally.total():.0%} by plans")
    assert {name for name, one in CHANGES.items() if one.answers} == set(tally)
    assert by.total() >= LEAST_PRINTED * tally.total()
    assert [name for name in tally if not by[name]] == []
    assert by["openRecords"] >= each * 4
