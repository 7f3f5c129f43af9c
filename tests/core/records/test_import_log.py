"""A log becomes records of many tenants: once, whole, and without its bad traces."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import col, func, select

from core.kernel.crypto import MasterKeys
from core.kernel.errors import NotPermitted
from core.kernel.key_ring import KeyRing
from core.kernel.scope import Scope
from core.records.errors import ColumnsMissing, LogUnreadable
from core.records.importing import grouping
from core.records.importing.figures import Figures
from core.records.mappings.schema import TenantRule
from core.records.models import Record
from core.standards.resolve import effective_for_import
from tenants.networks.move import MoveTenant, move_tenant
from tenants.networks.suspend import suspend_tenant
from tests.core.records.builders import event, mapping, xes_log, xes_trace, zipped
from tests.core.records.conftest import MASTER_KEY, Chain

LogOf = Callable[..., Path]
Admin = Any

TABLES = (
    "records",
    "record_keys",
    "record_steps",
    "import_chunks",
    "import_refusals",
    "outbox",
    "effective_documents",
    "tenants",
)


def case(name: str, country: str = "se", *, day: int = 1, changed: dict[str, str] | None = None, **more: str) -> str:
    at = f"2026-03-{day:02d}T"
    steps = [
        event("Accepted", at + "10:00:00Z", country=country, status="new", who="Ada Example"),
        event("Completed", at + "12:00:00.5Z", country=country, status="closed", who="Robot"),
    ]
    return xes_trace(name, [{**step, **(changed or {}), **more} for step in steps])


async def counts(admin: Admin, chain: Chain) -> dict[str, int]:
    network = chain.scope.network_id
    return {
        table: await admin.fetchval(f"SELECT count(*) FROM {table} WHERE network_id = $1", network) for table in TABLES
    }


async def refusals(admin: Admin, chain: Chain) -> dict[int, str]:
    rows = await admin.fetch(
        "SELECT position, code FROM import_refusals WHERE network_id = $1 ORDER BY position", chain.scope.network_id
    )
    return {row["position"]: row["code"].removeprefix("records.") for row in rows}


async def the_run(admin: Admin, chain: Chain) -> Any:
    (row,) = await admin.fetch("SELECT * FROM import_runs WHERE network_id = $1", chain.scope.network_id)
    return row


async def test_a_log_becomes_records_of_its_tenants(chain: Chain, log_of: LogOf, admin: Admin) -> None:
    se, pl = await chain.tenant("se"), await chain.tenant("pl")
    done = await chain.bring(log_of(case("1"), case("2", "PL"), case("3", day=2)), mapping())
    assert (done.failure, done.attempt, done.figures.tenants) == (None, 1, {"se": 2, "pl": 1})
    rows = await admin.fetch(
        "SELECT * FROM records WHERE network_id = $1 ORDER BY import_position", chain.scope.network_id
    )
    assert [row["tenant_id"] for row in rows] == [se.tenant_id, pl.tenant_id, se.tenant_id]
    first = rows[0]
    assert (first["external_id"], first["channel"], first["standard_code"]) == ("1", "phone", "incident-handling")
    assert (first["status"], first["step_count"], first["version"], first["priority"]) == ("closed", 2, 1, None)
    assert first["opened_at"] == first["first_response_at"] == datetime(2026, 3, 1, 10, tzinfo=UTC)
    assert first["resolved_at"] == first["closed_at"] == first["last_step_at"]
    assert (first["first_response_seconds"], first["resolution_seconds"]) == (0, 7201)
    steps = await admin.fetch("SELECT * FROM record_steps WHERE record_id = $1 ORDER BY position", first["id"])
    assert [(step["position"], step["key"], step["status"]) for step in steps] == [
        (1, "accepted", "new"),
        (2, "completed", "closed"),
    ]


async def test_a_record_pins_what_held_when_it_was_opened(chain: Chain, log_of: LogOf, admin: Admin) -> None:
    se = await chain.tenant("se")
    await chain.publish("incident-handling", "1.1.0", since=datetime(2026, 3, 5, tzinfo=UTC), limit=3_600)
    await chain.bring(log_of(case("before", day=4), case("after", day=5)), mapping())
    rows = await admin.fetch("SELECT * FROM records WHERE tenant_id = $1 ORDER BY opened_at", se.tenant_id)
    assert [row["standard_version"] for row in rows] == ["1.0.0", "1.1.0"]
    async with chain.database.unit(se) as unit:
        for row in rows:
            period = await effective_for_import(unit, "incident-handling", row["opened_at"])
            assert period.view.hash == row["effective_hash"]
    assert len({row["effective_hash"] for row in rows}) == 2


async def test_a_tenant_that_moved_pins_what_held_where_it_stood(bare: Chain, log_of: LogOf, admin: Admin) -> None:
    """The west has a standard of its own; what was opened there pins it, what was opened after the move cannot."""
    west, east = await bare.tenant("west", kind="region"), await bare.tenant("east", kind="region")
    se = await bare.tenant("se", west)
    await bare.publish("incident-handling", publisher=west)
    async with bare.database.unit(bare.scope, clock=bare.clock) as unit:
        moved = datetime(2026, 3, 10, tzinfo=UTC)
        await move_tenant(unit, MoveTenant(tenant_id=se.tenant_id, parent_id=east.tenant_id, since=moved))
    done = await bare.bring(log_of(case("there", day=9), case("away", day=11)), mapping())
    assert (done.figures.new, await refusals(admin, bare)) == (1, {2: "no_standard_in_force"})
    assert await admin.fetchval("SELECT external_id FROM records WHERE tenant_id = $1", se.tenant_id) == "there"


async def test_importing_again_changes_nothing(chain: Chain, log_of: LogOf, admin: Admin) -> None:
    await chain.tenant("se")
    log = log_of(*[case(str(number)) for number in range(5)], case("bad", "xx"))
    first = await chain.bring(log, mapping())
    before, rows = await counts(admin, chain), await admin.fetch("SELECT * FROM records ORDER BY id")
    again = await chain.bring(log, mapping())
    assert (again.run_id, again.attempt) == (first.run_id, 2)
    assert (again.figures.new, again.figures.imported, again.figures.refused) == (0, 5, 1)
    assert await counts(admin, chain) == before
    assert await admin.fetch("SELECT * FROM records ORDER BY id") == rows
    run = await the_run(admin, chain)
    assert (run["records_imported"], run["records_already_there"], run["records_refused"]) == (5, 0, 1)


async def test_another_log_with_the_same_cases_finds_them_already_there(
    chain: Chain, log_of: LogOf, admin: Admin
) -> None:
    await chain.tenant("se")
    await chain.bring(log_of(case("1"), case("2")), mapping())
    before = await counts(admin, chain)
    done = await chain.bring(log_of(case("2"), case("1"), case("1"), name="other.xes"), mapping())
    assert (done.figures.already_there, done.figures.new, done.figures.refused) == (3, 0, 0)
    assert await counts(admin, chain) == before


async def test_bad_traces_are_refused_and_good_ones_imported(chain: Chain, log_of: LogOf, admin: Admin) -> None:
    se, gone = await chain.tenant("se"), await chain.tenant("gone")
    async with chain.database.unit(chain.scope) as unit:
        await suspend_tenant(unit, gone.tenant_id)
    log = log_of(
        case("good 1"),
        xes_trace("empty", []),
        case("no zone", changed={"time:timestamp": "2026-03-01T10:00:00"}),
        case("nowhere", "xx"),
        case("no key", "not a key!"),
        case("suspended", "gone"),
        case("good 1", day=3),
        case("bad date", changed={"time:timestamp": "soon"}),
        xes_trace(None, [event("Accepted", "2026-03-01T10:00:00Z", country="se")]),
        case("other standard", kind="unknown-standard"),
        case("good 2", "SE", day=2),
    )
    standard = {"first_event": "kind", "otherwise": "incident-handling"}
    done = await chain.bring(log, mapping(record={"standard": standard}))
    assert await refusals(admin, chain) == {
        2: "empty_trace",
        3: "date_without_zone",
        4: "unknown_tenant",
        5: "unknown_tenant",
        6: "tenant_suspended",
        7: "duplicate_external_id",
        8: "date_unreadable",
        9: "value_missing",
        10: "no_standard_in_force",
    }
    assert (done.figures.seen, done.figures.imported, done.figures.refused) == (11, 2, 9)
    names = await admin.fetch("SELECT external_id FROM records WHERE tenant_id = $1 ORDER BY 1", se.tenant_id)
    assert [row[0] for row in names] == ["good 1", "good 2"]
    assert (await counts(admin, chain))["records"] == (await counts(admin, chain))["record_keys"] == 2
    run = await the_run(admin, chain)
    assert (run["status"], run["records_seen"], run["records_refused"]) == ("finished", 11, 9)


async def test_what_was_mended_is_imported_by_the_next_attempt(bare: Chain, log_of: LogOf, admin: Admin) -> None:
    log = log_of(case("1", "se"), case("2", "pl"), case("3", "se"), xes_trace("empty", []))
    se = await bare.tenant("se")
    first = await bare.bring(log, mapping())
    assert (first.figures.new, first.figures.refused) == (0, 4)
    await bare.publish("incident-handling")
    second = await bare.bring(log, mapping())
    assert (second.figures.new, second.figures.refused) == (2, 2)
    await bare.tenant("pl")
    third = await bare.bring(log, mapping())
    assert (third.figures.new, third.figures.imported, third.figures.refused, third.attempt) == (1, 3, 1, 3)
    assert await refusals(admin, bare) == {4: "empty_trace"}
    assert await admin.fetchval("SELECT count(*) FROM import_chunks WHERE tenant_id = $1", se.tenant_id) == 1


async def test_tenants_come_into_being_where_the_mapping_says_so(chain: Chain, log_of: LogOf) -> None:
    log = log_of(case("1", "se"), case("2", "pl"), case("3", "0"), case("4", "0"), case("5", "bad key"))
    template = {"kind": "franchisee", "name": "Desk {key}", "locale": "pl", "time_zone": "Europe/Warsaw"}
    refused = await chain.bring(log, mapping())
    assert (refused.figures.new, refused.created) == (0, ())
    done = await chain.bring(log, mapping(tenant={"create": template}), opener=chain)
    assert done.created == ("se", "pl", "unknown")
    assert (done.figures.tenants, done.figures.placeholders) == ({"se": 1, "pl": 1, "unknown": 2}, {"tenant": 2})
    assert done.figures.refusals == {"records.unknown_tenant": 1}
    facts = await chain.directory.tenant_by_key(chain.scope.network_id, "pl")
    assert facts is not None
    assert (facts.name, facts.locale, facts.time_zone) == ("Desk pl", "pl", "Europe/Warsaw")


async def test_a_tenant_that_cannot_be_created_costs_its_traces_alone(chain: Chain, log_of: LogOf) -> None:
    region = await chain.tenant("west", kind="region")
    se = await chain.tenant("se", region)
    template = {"create": {"kind": "franchisee"}}
    done = await chain.bring(log_of(case("1"), case("2", "pl")), mapping(tenant=template), region, opener=chain)
    assert (done.figures.tenants, done.figures.refusals) == ({"se": 1}, {"records.unknown_tenant": 1})
    assert se.lineage[1] == region.tenant_id


async def test_a_log_that_breaks_in_the_middle_gives_what_came_before(
    chain: Chain, tmp_path: Path, admin: Admin
) -> None:
    await chain.tenant("se")
    content = zipped(xes_log(*[case(str(number)) for number in range(900)]))
    path = tmp_path / "log.xes.gz"
    path.write_bytes(content[: len(content) * 9 // 10])
    broken = await chain.bring(path, mapping())
    assert isinstance(broken.failure, LogUnreadable)
    assert 100 < broken.figures.new < 900
    run = await the_run(admin, chain)
    assert (run["status"], run["error_code"]) == ("failed", "records.log_unreadable")
    path.write_bytes(content)
    whole = await chain.bring(path, mapping())
    assert (whole.failure, whole.figures.new + whole.figures.already_there) == (None, 900)
    assert whole.figures.already_there == broken.figures.new
    assert (await counts(admin, chain))["record_steps"] == 1_800


@pytest.mark.parametrize("content", [b"not a log", b"<html/>", b"\x1f\x8bdamaged"])
async def test_what_is_no_log_leaves_nothing_but_the_run(
    content: bytes, chain: Chain, tmp_path: Path, admin: Admin
) -> None:
    before = await counts(admin, chain)
    path = tmp_path / "log.xes"
    path.write_bytes(content)
    done = await chain.bring(path, mapping())
    assert isinstance(done.failure, LogUnreadable)
    assert await counts(admin, chain) == before
    assert (await the_run(admin, chain))["error_code"] == "records.log_unreadable"


async def test_a_missing_file_is_refused_before_anything_is_written(chain: Chain, tmp_path: Path, admin: Admin) -> None:
    with pytest.raises(LogUnreadable):
        await chain.bring(tmp_path / "none.xes", mapping())
    assert await admin.fetchval("SELECT count(*) FROM import_runs WHERE network_id = $1", chain.scope.network_id) == 0


async def test_a_table_is_imported_alike(chain: Chain, tmp_path: Path, admin: Admin) -> None:
    await chain.tenant("se")
    said = mapping(
        format="csv", table={"delimiter": ";"}, record={"external_id": "case", "priority": {"trace": "prio"}}
    )
    path = tmp_path / "log.csv"
    path.write_text(
        "case;concept:name;status;time:timestamp;who;country;prio\n"
        "a;Completed;closed;2026-03-01T12:00:00Z;Bo;se;high\n"
        "b;Accepted;;2026-03-01T11:00:00Z;Bo;SE;low\n"
        "a;Accepted;new;2026-03-01T10:00:00Z;Bo;se;high\n"
        "c;Accepted;new\n"
    )
    done = await chain.bring(path, said)
    assert (done.figures.new, done.figures.refusals) == (2, {"records.row_malformed": 1})
    rows = await admin.fetch(
        """SELECT external_id, status, step_count, priority, import_position FROM records
        WHERE network_id = $1 ORDER BY 1""",
        chain.scope.network_id,
    )
    assert [tuple(row) for row in rows] == [("a", "closed", 2, "high", 2), ("b", "open", 1, "low", 3)]
    path.write_text("case;country\na;se\n")
    lacking = await chain.bring(path, said)
    assert isinstance(lacking.failure, ColumnsMissing)


async def test_chunks_are_written_with_proof_audit_and_one_command_each(
    chain: Chain, log_of: LogOf, admin: Admin, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(grouping, "CHUNK_RECORDS", 3)
    se = await chain.tenant("se")
    done = await chain.bring(log_of(*[case(str(number)) for number in range(7)]), mapping())
    chunks = await admin.fetch("SELECT * FROM import_chunks WHERE tenant_id = $1 ORDER BY first_position", se.tenant_id)
    assert [(one["first_position"], one["last_position"], one["records"], one["steps"]) for one in chunks] == [
        (1, 3, 3, 6),
        (4, 6, 3, 6),
        (7, 7, 1, 2),
    ]
    sent = await admin.fetch(
        "SELECT * FROM outbox WHERE tenant_id = $1 AND topic = 'quality.score_chunk'", se.tenant_id
    )
    assert [row["payload"] for row in sorted(sent, key=lambda row: row["id"])] == [
        f'{{"chunk_id": "{one["id"]}", "import_run_id": "{done.run_id}"}}' for one in chunks
    ]
    acts = await admin.fetch(
        "SELECT * FROM audit_entries WHERE tenant_id = $1 AND action = 'records.import'", se.tenant_id
    )
    assert {row["subject_id"] for row in acts} == {one["id"] for one in chunks}
    assert {(row["actor_kind"], row["actor_id"], row["on_behalf_of"]) for row in acts} == {
        ("system", done.run_id, chain.scope.tenant_id)
    }
    started = await admin.fetchrow("SELECT * FROM audit_entries WHERE subject_id = $1 ORDER BY id LIMIT 1", done.run_id)
    assert started is not None
    assert (started["actor_id"], started["tenant_id"]) == (chain.scope.actor.id, chain.scope.tenant_id)


async def test_names_of_performers_are_nowhere(chain: Chain, log_of: LogOf, admin: Admin) -> None:
    se, pl = await chain.tenant("se"), await chain.tenant("pl")
    await chain.bring(log_of(case("1"), case("2"), case("3", "pl"), case("4", who="Bo")), mapping())
    for (table,) in await admin.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'"):
        # Rows of other networks, which share the database, may hold such letters by chance, in hashes and keys.
        ours = f"SELECT count(*) FROM {table} t WHERE t::text LIKE '%Ada%' AND t::text LIKE $1"
        assert await admin.fetchval(ours, f"%{se.network_id}%") == 0, table
    rows = await admin.fetch(
        "SELECT tenant_id, key, performer_pseudonym FROM record_steps WHERE network_id = $1", se.network_id
    )
    accepted = [(row["tenant_id"], row["performer_pseudonym"]) for row in rows if row["key"] == "accepted"]
    assert {pseudonym for _, pseudonym in accepted if pseudonym is None} == set()
    assert len({one for tenant, one in accepted if tenant == se.tenant_id}) == 2
    assert not {one for tenant, one in accepted if tenant == pl.tenant_id} & {
        one for tenant, one in accepted if tenant == se.tenant_id
    }
    robots = {row["performer_pseudonym"] for row in rows if row["key"] == "completed"}
    assert None in robots


async def test_a_performer_keeps_the_pseudonym_when_the_master_key_is_replaced(
    chain: Chain, log_of: LogOf, admin: Admin
) -> None:
    se, newer = await chain.tenant("se"), "a1" * 32
    await chain.bring(log_of(case("1")), mapping())
    before = await pseudonyms_in(admin, se)
    await chain.bring(log_of(case("2")), mapping(), master_key=f"{newer},{MASTER_KEY}")
    async with chain.database.unit(se, clock=chain.clock) as unit:
        assert await KeyRing(unit, MasterKeys.read(f"{newer},{MASTER_KEY}")).rewrap() > 0
    await chain.bring(log_of(case("3")), mapping(), master_key=newer)
    assert len(before) == 1
    assert await pseudonyms_in(admin, se) == before


async def pseudonyms_in(admin: Admin, scope: Scope) -> set[str]:
    query = "SELECT DISTINCT performer_pseudonym FROM record_steps WHERE tenant_id = $1 AND key = 'accepted'"
    return {row[0] for row in await admin.fetch(query, scope.tenant_id)}


async def test_two_imports_of_one_log_at_once_add_up_to_one(
    chain: Chain, log_of: LogOf, admin: Admin, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(grouping, "CHUNK_RECORDS", 20)
    await chain.tenant("se")
    await chain.tenant("pl")
    log = log_of(*[case(str(number), "se" if number % 3 else "pl") for number in range(200)])
    one, two = await asyncio.gather(chain.bring(log, mapping()), chain.bring(log, mapping()))
    assert one.figures.new + two.figures.new == 200
    assert (one.figures.imported, two.figures.imported, one.figures.refused, two.figures.refused) == (200, 200, 0, 0)
    found = await counts(admin, chain)
    assert (found["records"], found["record_keys"], found["record_steps"]) == (200, 200, 400)
    assert (
        await admin.fetchval("SELECT sum(records) FROM import_chunks WHERE network_id = $1", chain.scope.network_id)
        == 200
    )


async def test_an_import_that_ended_between_chunks_goes_on(
    chain: Chain, log_of: LogOf, admin: Admin, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(grouping, "CHUNK_RECORDS", 10)
    await chain.tenant("se")
    log = log_of(*[case(str(number)) for number in range(45)])

    def stop_after_two(figures: Figures) -> None:
        if figures.chunks == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        await chain.bring_watched(log, mapping(), stop_after_two)
    assert (await the_run(admin, chain))["status"] == "running"
    assert (await counts(admin, chain))["records"] == 20
    done = await chain.bring(log, mapping())
    assert (done.figures.new, done.figures.imported, done.figures.steps, done.attempt) == (25, 45, 90, 2)
    assert (await counts(admin, chain))["record_steps"] == 90
    run = await the_run(admin, chain)
    assert (run["status"], run["records_imported"], run["steps_imported"], run["attempts"]) == ("finished", 45, 90, 2)


async def test_progress_only_grows_and_ends_with_the_outcome(chain: Chain, log_of: LogOf) -> None:
    await chain.tenant("se")
    told: list[tuple[int, int, int]] = []
    log = log_of(*[case(str(number)) for number in range(1_200)])

    def tell(figures: Figures) -> None:
        told.append((figures.seen, figures.imported, figures.bytes_read))

    done = await chain.bring_watched(log, mapping(), tell)
    assert told == sorted(told)
    assert told[-1] == (1_200, 1_200, log.stat().st_size)
    assert len(told) > 5
    assert (done.figures.bytes_total, done.figures.chunks) == (log.stat().st_size, 3)


async def test_an_import_reaches_its_own_tenant_and_those_below(chain: Chain, log_of: LogOf, admin: Admin) -> None:
    west, east = await chain.tenant("west", kind="region"), await chain.tenant("east", kind="region")
    north = await chain.tenant("north", west)
    log = log_of(case("1", "north"), case("2", "west"), case("3", "east"))
    seen = {}
    for scope in (north, east, west):
        done = await chain.bring(log, mapping(), scope)
        seen[scope.tenant_id] = (done.figures.tenants, done.figures.refusals)
    assert seen[north.tenant_id] == ({"north": 1}, {"records.unknown_tenant": 2})
    assert seen[east.tenant_id] == ({"east": 1}, {"records.unknown_tenant": 2})
    assert seen[west.tenant_id] == ({"west": 1}, {"records.unknown_tenant": 1})
    acts = await admin.fetch(
        "SELECT * FROM audit_entries WHERE tenant_id = $1 AND action = 'records.import'", north.tenant_id
    )
    assert [(row["actor_kind"], row["actor_id"], row["on_behalf_of"]) for row in acts] == [
        ("person", north.actor.id, None)
    ]


async def test_a_mapping_may_mean_the_importing_tenant_itself(chain: Chain, log_of: LogOf) -> None:
    north = await chain.tenant("north")
    own = mapping().model_copy(update={"tenant": TenantRule(own=True)})
    done = await chain.bring(log_of(case("1", "se"), case("2", "xx")), own, north)
    assert done.figures.tenants == {"north": 2}


async def test_importing_needs_its_permission(chain: Chain, log_of: LogOf, admin: Admin) -> None:
    clerk = replace(chain.scope, permissions=chain.scope.permissions - {"records.import"})
    before = await counts(admin, chain)
    with pytest.raises(NotPermitted) as refused:
        await chain.bring(log_of(case("1")), mapping(), clerk)
    assert refused.value.permission == "records.import"
    assert await counts(admin, chain) == before


async def test_records_stay_behind_their_tenants_wall(chain: Chain, log_of: LogOf) -> None:
    se, pl = await chain.tenant("se"), await chain.tenant("pl")
    await chain.bring(log_of(case("1"), case("2", "pl"), case("3", "pl")), mapping())
    for scope, expected in ((se, 1), (pl, 2), (chain.scope, 0)):
        async with chain.database.unit(scope, read_only=True) as unit:
            counted = select(func.count()).select_from(Record).where(col(Record.network_id) == scope.network_id)
            assert (await unit.session.execute(counted)).scalar_one() == expected
