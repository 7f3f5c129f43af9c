"""Records that were there before events are told as the application would have told them."""

from collections.abc import AsyncGenerator
from typing import Any
from uuid import UUID, uuid4

import orjson
import pytest

from core.kernel.migration.run import downgrade, upgrade
from core.records.events.policy import NO_EVENT, Event, leaf_hash
from tests.core.kernel.schema_facts import behind_the_walls, cloned
from tests.support.cluster import TEMPLATE, Address

NORTH, SOUTH, NETWORK, PERSON, CHUNK = (uuid4() for _ in range(5))
OPENED, WORKED, BROUGHT, BOTH = (uuid4() for _ in range(4))
RECORD = """
    INSERT INTO records (tenant_id, network_id, id, channel, external_id, standard_code, standard_version,
      effective_hash, status, opened_at, first_response_at, first_response_seconds, resolved_at, resolution_seconds,
      step_count, last_step_at, import_chunk_id, import_position, recorded_at, updated_at, version)
    VALUES ($1, $2, $3, 'phone', $4, 'handling', '1.0.0', 'hash', CASE WHEN $5::text IS NULL THEN 'open' ELSE 'resolved'
      END, '2026-05-01Z', '2026-05-01 01:00Z', 3600, $5::text::timestamptz, CASE WHEN $5::text IS NOT NULL THEN 1 END,
      $6, '2026-05-02Z', $7, $8, '2026-05-03Z', '2026-05-04Z', $9)
"""
STEP = """
    INSERT INTO record_steps (tenant_id, network_id, id, record_id, position, key, status, occurred_at, performer_id,
      performer_pseudonym, recorded_at)
    VALUES ($1, $2, gen_random_uuid(), $3, $4, $5, 'done', $6::text::timestamptz, $7, $8, '2026-05-03Z')
"""
ACT = """
    INSERT INTO audit_entries (tenant_id, network_id, id, action, subject_kind, subject_id, actor_kind, actor_id,
      details, occurred_at, recorded_at)
    VALUES ($1, $2, uuidv7(), $3, 'record', $4, 'service', $5, '{}', now(), now())
"""


async def furnish(connection: Any) -> None:
    """One record opened, one worked and resolved, one imported, and one imported and worked on."""
    for tenant, record, resolved, steps, chunk, version in (
        (NORTH, OPENED, None, 0, None, 1),
        (NORTH, WORKED, "2026-05-02Z", 2, None, 4),
        (SOUTH, BROUGHT, "2026-05-02Z", 2, CHUNK, 1),
        (SOUTH, BOTH, "2026-05-02Z", 2, CHUNK, 3),
    ):
        position = None if chunk is None else 7
        values = (str(record), resolved, steps, chunk, position, version)
        await connection.execute(RECORD, tenant, NETWORK, record, *values)
    hour = "2026-05-01 01:00Z"
    for tenant, record, position, key, at, performer, pseudonym in (
        (NORTH, WORKED, 1, "a", hour, PERSON, None),
        (NORTH, WORKED, 2, "a", "2026-05-02Z", PERSON, None),
        (SOUTH, BROUGHT, 1, "a", hour, None, "abc"),
        (SOUTH, BROUGHT, 2, "b", "2026-05-02Z", None, None),
        (SOUTH, BOTH, 1, "a", hour, None, "abc"),
        (SOUTH, BOTH, 2, "b", "2026-05-02Z", PERSON, None),
    ):
        await connection.execute(STEP, tenant, NETWORK, record, position, key, at, performer, pseudonym)
    for action in ("records.open", "records.add_step", "records.add_step", "records.resolve"):
        await connection.execute(ACT, NORTH, NETWORK, action, WORKED, PERSON)


@pytest.fixture(scope="module")
async def migrated(address: Address) -> AsyncGenerator[Any, None]:
    """A database that held records before there were events."""
    async with cloned(address, "events", template=TEMPLATE) as name:
        await downgrade(address.admin_url, name, "0018")
        async with behind_the_walls(address, name) as connection:
            await furnish(connection)
        await upgrade(address.admin_url, name)
        async with behind_the_walls(address, name) as connection:
            yield connection


async def stream(connection: Any, record_id: UUID) -> list[Any]:
    return await connection.fetch("SELECT * FROM record_events WHERE record_id = $1 ORDER BY number", record_id)


async def test_every_record_has_a_chain_that_ends_where_it_says(migrated: Any) -> None:
    for record in await migrated.fetch("SELECT * FROM records"):
        previous = NO_EVENT
        events = await stream(migrated, record["id"])
        for number, event in enumerate(events, start=1):
            assert (event["number"], event["previous"], event["hash"]) == (number, previous, leaf_hash(Event(**event)))
            previous = event["hash"]
        assert (record["version"], record["event_hash"]) == (len(events), previous)


@pytest.mark.parametrize(
    ("record_id", "kinds"),
    [
        (OPENED, ["opened"]),
        (WORKED, ["opened", "step_completed", "step_completed", "resolved"]),
        (BROUGHT, ["imported"]),
        (BOTH, ["imported", "step_completed", "resolved"]),
    ],
)
async def test_a_record_is_told_in_its_own_way(migrated: Any, record_id: UUID, kinds: list[str]) -> None:
    assert [one["kind"] for one in await stream(migrated, record_id)] == kinds


async def test_who_acted_is_told_by_the_audit_trail_and_the_steps(migrated: Any) -> None:
    worked = await stream(migrated, WORKED)
    assert {(one["actor_kind"], one["actor_id"]) for one in worked} == {("service", PERSON)}
    both = await stream(migrated, BOTH)
    assert [one["actor_kind"] for one in both] == ["system", "person", "system"]


async def test_an_imported_event_holds_its_steps(migrated: Any) -> None:
    (event,) = await stream(migrated, BROUGHT)
    facts = orjson.loads(event["payload"])
    assert facts["steps"] == [
        ["a", "done", "2026-05-01T01:00:00.000000Z", "abc"],
        ["b", "done", "2026-05-02T00:00:00.000000Z", None],
    ]
    assert (facts["chunk"], facts["position"]) == (str(CHUNK), 7)
    assert facts["resolvedAt"] == "2026-05-02T00:00:00.000000Z"
    assert "resolvedAt" not in orjson.loads((await stream(migrated, BOTH))[0]["payload"])
    worked = [orjson.loads(one["payload"]) for one in await stream(migrated, WORKED)]
    assert [one.get("answersCustomer") for one in worked] == [None, True, None, None]


async def test_a_step_done_again_is_another_round(migrated: Any) -> None:
    rounds = "SELECT round FROM record_steps WHERE record_id = $1 ORDER BY position"
    assert [one["round"] for one in await migrated.fetch(rounds, WORKED)] == [1, 2]
