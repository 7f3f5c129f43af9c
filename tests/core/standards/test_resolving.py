"""Resolving: canonical documents, what was known when, pins of records, and what the database itself guards."""

import hashlib
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from core.kernel.errors import InvalidInput, NotPermitted
from core.standards.errors import NoStandardInForce, TooRecentToKnow
from core.standards.resolve import effective_for_import, effective_for_instants, effective_standard, pinned_views
from tenants.networks.move import MoveTenant, move_tenant
from tests.core.standards.builders import CODE, SINCE, Stage, content, wish
from tests.support.networks import as_person, provisioned


async def backdate(stage: Stage, by: timedelta) -> None:
    """Let everything have been recorded earlier, as if real time had passed; the oldest first, so nothing overlaps."""
    for table in ("adaptations", "published_overlays"):
        rows = await stage.admin.fetch(
            f"SELECT id FROM {table} WHERE network_id = $1 ORDER BY recorded_from", stage.network.id
        )
        for row in rows:
            await stage.admin.execute(
                f"UPDATE {table} SET recorded_from = recorded_from - $1::interval,"
                " recorded_to = recorded_to - $1::interval WHERE network_id = $2 AND id = $3",
                by,
                stage.network.id,
                row["id"],
            )


def real_now() -> datetime:
    return datetime.now(UTC)


async def test_the_document_is_canonical_and_hashed_and_says_no_more_than_what_holds(stage: Stage) -> None:
    await stage.publish()
    found = await stage.resolve(stage.network.north)
    facts = json.loads(found.document)
    assert json.dumps(facts, sort_keys=True, separators=(",", ":"), ensure_ascii=False) == found.document
    assert hashlib.sha256(found.document.encode()).hexdigest() == found.hash
    assert facts["version"] == "1.0.0"
    assert "bounds" not in found.document
    assert (await stage.resolve(stage.network.south)).hash == found.hash
    await stage.adapt(stage.network.north, wish())
    assert (await stage.resolve(stage.network.north)).hash != found.hash


async def test_resolving_needs_leave_a_zone_and_a_standard(stage: Stage) -> None:
    await stage.publish()
    with pytest.raises(NotPermitted):
        await stage.resolve(as_person(stage.network.north, frozenset({"standards.adapt"})))
    with pytest.raises(InvalidInput):
        await stage.resolve(stage.network.north, datetime(2026, 1, 1))  # noqa: DTZ001
    for code, at in ((CODE, SINCE - timedelta(seconds=1)), ("else", None)):
        with pytest.raises(NoStandardInForce):
            await stage.resolve(stage.network.north, at, code=code)
    assert (await stage.resolve(stage.network.north, SINCE)).standard.version.content.number == "1.0.0"


async def test_what_was_known_is_told_the_same_for_ever(stage: Stage) -> None:
    await stage.publish()
    region, north = stage.network.region, stage.network.north
    await backdate(stage, timedelta(hours=4))
    knowledge: list[tuple[datetime, int]] = []
    for scope, seconds in ((region, 6000), (north, 5000), (region, 4000), (north, 3000)):
        await stage.adapt(scope, wish(seconds, valid_from=SINCE))
        await backdate(stage, timedelta(hours=1))
        knowledge = [(known - timedelta(hours=1), value) for known, value in knowledge]
        knowledge.append((real_now() - timedelta(minutes=59), await stage.limit(north)))
        for known, value in knowledge:
            assert await stage.limit(north, known_at=known) == value
    assert [value for _, value in knowledge] == [6000, 5000, 4000, 3000]


async def test_publication_does_not_change_what_was_known_before(stage: Stage) -> None:
    await stage.publish()
    turn = stage.clock.now() - timedelta(days=1)
    await backdate(stage, timedelta(hours=2))
    before = await stage.resolve(stage.network.north)
    await stage.publish(content("1.1.0", {"default": 3600}), turn)
    assert await stage.limit(stage.network.north) == 3600
    known = await stage.resolve(stage.network.north, known_at=real_now() - timedelta(hours=1))
    assert (known.document, known.hash) == (before.document, before.hash)
    assert await stage.limit(stage.network.north, at=turn - timedelta(days=1)) == 7200


async def test_what_is_known_so_recently_that_it_may_change_is_not_told(stage: Stage) -> None:
    await stage.publish()
    with pytest.raises(TooRecentToKnow):
        await stage.resolve(stage.network.north, known_at=real_now() - timedelta(seconds=5))
    with pytest.raises(NoStandardInForce):
        await stage.resolve(stage.network.north, known_at=real_now() - timedelta(seconds=11))


async def test_an_outlet_that_moved_keeps_its_past(stage: Stage) -> None:
    await stage.publish()
    network, north = stage.network, stage.network.north
    [east] = await provisioned(
        stage.database, stage.clock, network.headquarters, network.headquarters, ("east", "region")
    )
    [seat] = await provisioned(stage.database, stage.clock, network.headquarters, east, ("seat", "franchisee"))
    assert seat.lineage[-2] == east.tenant_id
    await stage.adapt(network.region, wish(5000, valid_from=SINCE))
    await stage.adapt(east, wish(4000, valid_from=SINCE))
    turn = stage.clock.now() - timedelta(days=1)
    command = MoveTenant(tenant_id=north.tenant_id, parent_id=east.tenant_id, since=turn)
    await stage.act(network.headquarters, move_tenant, command)
    moved = replace(north, lineage=(network.headquarters.tenant_id, east.tenant_id, north.tenant_id))
    assert await stage.limit(moved) == 4000
    assert await stage.limit(moved, at=turn - timedelta(days=1)) == 5000
    instants = [turn - timedelta(days=1), turn, stage.clock.now()]
    async with stage.unit(moved) as unit:
        periods = await effective_for_instants(unit, CODE, instants)
        after = await stage.admin.fetchval("SELECT 1")
        assert after == 1
    assert [periods[at].view.parameters["first_response.limit"] for at in instants] == [5000, 4000, 4000]


async def test_records_pin_a_document_that_is_stored_once(stage: Stage) -> None:
    await stage.publish()
    opened = datetime(2012, 5, 1, tzinfo=UTC)
    await stage.adapt(stage.network.north, wish(3600, valid_from=opened + timedelta(days=1)))
    async with stage.unit(stage.network.north) as unit:
        period = await effective_for_import(unit, CODE, opened)
        later = await effective_for_import(unit, CODE, opened + timedelta(days=2))
    async with stage.unit(stage.network.north) as unit:
        assert await effective_for_import(unit, CODE, opened) == period
    assert (period.span.start, period.span.end) == (SINCE, opened + timedelta(days=1))
    assert (later.span.start, later.span.end) == (opened + timedelta(days=1), None)
    count = await stage.admin.fetchval(
        "SELECT count(*) FROM effective_documents WHERE tenant_id = $1", stage.network.north.tenant_id
    )
    assert count == 2
    async with stage.unit(stage.network.north, read_only=True) as unit:
        views = await pinned_views(unit, [period.view.hash, later.view.hash, "0" * 64])
    assert views == {period.view.hash: period.view, later.view.hash: later.view}
    async with stage.unit(stage.network.south, read_only=True) as unit:
        assert await pinned_views(unit, [period.view.hash]) == {}
    assert period.view.parameters == {"first_response.limit": 7200, "survey.sample": 100}
    shown = later.view.for_plugins()
    assert (shown.hash, shown.parameters["first_response.limit"]) == (later.view.hash, 3600)
    assert [(step.key, step.position, step.required) for step in shown.processes[0].steps] == [
        ("accepted", 1, True),
        ("queued", 2, False),
        ("completed", 3, True),
    ]


async def test_a_record_pins_what_holds_in_its_own_span(stage: Stage) -> None:
    await stage.publish()
    turn = datetime(2012, 5, 1, tzinfo=UTC)
    await stage.publish(content("1.1.0", {"default": 3600}), turn)
    instants = [turn + timedelta(minutes=number) for number in range(-3, 3)]
    async with stage.unit(stage.network.north) as unit:
        found = await effective_for_instants(unit, CODE, instants)
        with pytest.raises(NoStandardInForce):
            await effective_for_instants(unit, CODE, [SINCE - timedelta(days=1), turn])
    assert [found[at].view.version for at in instants] == ["1.0.0"] * 3 + ["1.1.0"] * 3


async def test_reading_writes_nothing(stage: Stage) -> None:
    await stage.publish()
    before = await stage.rows()
    async with stage.unit(stage.network.north) as unit:
        await effective_standard(unit, CODE)
    assert await stage.rows() == before


async def test_published_rows_are_read_along_the_lineage_alone(stage: Stage) -> None:
    await stage.publish()
    await stage.adapt(stage.network.region, wish())
    network = stage.network
    [east] = await provisioned(
        stage.database, stage.clock, network.headquarters, network.headquarters, ("east", "region")
    )
    seen: dict[str, int] = {}
    for name, scope in (("north", network.north), ("east", east), ("hq", network.headquarters)):
        async with stage.unit(scope, read_only=True) as unit:
            connection = await unit.session.connection()
            rows = await connection.exec_driver_sql("SELECT id FROM published_overlays")
            seen[name] = len(rows.all())
    assert seen == {"north": 2, "east": 1, "hq": 1}
