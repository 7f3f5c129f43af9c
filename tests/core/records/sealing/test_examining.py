"""An examination finds nothing in a log that nobody touched, and names whatever somebody did touch."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from core.kernel.clock import recorded_now
from core.kernel.ids import new_id
from core.records.sealing.examine import examine
from core.records.sealing.export import export_log
from core.records.sealing.policy.examining import Held
from core.records.sealing.policy.exports import ExportIsMalformed, examine_export
from core.records.sealing.policy.findings import Examined, FindingKind
from core.records.sealing.policy.notes import Note, VerifyingKey
from core.records.sealing.policy.proof_files import prove
from core.records.sealing.prove import checkpoint_at, prove_inclusion
from core.records.sealing.repository import asking
from core.records.sealing.rotate import rotate_signing_key
from tests.core.records.sealing.logbook import Logbook


class Bench:
    """A sealed log, the checkpoint exported from it, and somebody who owns the database."""

    def __init__(self, book: Logbook, checkpoint: Note, leaves: list[bytes]) -> None:
        self.book = book
        self.checkpoint = checkpoint
        self.leaves = leaves

    @property
    def held(self) -> Held:
        return Held(checkpoints=[self.checkpoint])

    @property
    def held_with_leaves(self) -> Held:
        return replace(self.held, leaf=self.leaf)

    def leaf(self, number: int) -> bytes | None:
        return self.leaves[number] if number < len(self.leaves) else None

    async def examined(self, held: Held | None = None) -> Examined:
        return await examine(self.book.admin.fetch, self.book.log, held or self.held)

    async def after(self, *statements: str, held: Held | None = None) -> set[tuple[str, str]]:
        """Do something as the database's owner, examine, and take it back; give kinds and subjects of what was found.

        Statements may name ``{tenant}``, ``{event}`` (a sealed event's id), ``{audit}`` and ``{record}``.
        """
        names = await self.names()
        undone = self.book.admin.transaction()
        await undone.start()
        try:
            for statement in statements:
                done = await self.book.admin.execute(statement.format(**names))
                assert not done.endswith(" 0"), f"{statement} did nothing"
            examined = await self.examined(held)
        finally:
            await undone.rollback()
        return {(one.kind.value, one.what) for one in examined.findings}

    async def names(self) -> dict[str, Any]:
        tenant = self.book.scope.tenant_id
        events = await self.book.admin.fetch(
            "SELECT e.id, e.record_id, e.number FROM record_events e JOIN log_leaves l ON l.subject_id = e.id"
            " WHERE e.tenant_id = $1 ORDER BY e.record_id, e.number",
            tenant,
        )
        audit = await self.book.admin.fetchval(
            "SELECT subject_id FROM log_leaves WHERE tenant_id = $1 AND kind = 'audit' LIMIT 1", tenant
        )
        middle = next(one for one in events if one["number"] == 2)
        return {"tenant": tenant, "event": middle["id"], "record": middle["record_id"], "audit": audit, "new": new_id()}


@pytest.fixture
async def bench(book: Logbook) -> Bench:
    """A log of three heads under two keys, and a tail."""
    await book.write()
    await book.seal()
    async with book.database.unit(book.scope, clock=book.clock) as unit:
        await rotate_signing_key(unit, book.masters)
    await book.write(records=2)
    await book.seal()
    await book.write(records=1)
    await book.seal()
    async with book.database.unit(book.scope, clock=book.clock, read_only=True) as unit:
        checkpoint = await checkpoint_at(unit)
    leaves = [one["hash"] for one in await book.leaves()]
    await book.go_on(next(iter(book.heads)), 3)
    await book.write(records=1, events=2, acts=1)
    return Bench(book, checkpoint, leaves)


async def test_nothing_is_found_where_nothing_was_done(bench: Bench) -> None:
    examined = await bench.examined()
    assert (examined.findings, examined.found) == ([], 0)
    assert (examined.leaves, examined.heads, examined.unsealed) == (len(bench.leaves), 3, 3 + 2 + 1)
    assert (await bench.examined(bench.held_with_leaves)).found == 0
    assert (await bench.examined(Held())).found == 0
    await bench.book.seal()
    assert (await bench.examined(bench.held_with_leaves)).found == 0


OLDER = (
    "INSERT INTO record_events (tenant_id, network_id, id, record_id, number, kind, occurred_at, recorded_at,"
    " actor_kind, actor_id, payload, previous, hash) SELECT tenant_id, network_id, '{new}', record_id,"
    " 50, kind, occurred_at, recorded_at, actor_kind, actor_id, payload, previous, hash FROM record_events"
    " WHERE id = '{event}'"
)
NODE = (
    "INSERT INTO log_nodes (tenant_id, network_id, level, number, hash)"
    " SELECT tenant_id, network_id, 1, 0, hash FROM log_leaves WHERE number = 0 AND tenant_id = '{tenant}'"
)
LAST_HEAD = (
    "DELETE FROM log_heads WHERE tenant_id = '{tenant}'"
    " AND size = (SELECT count(*) FROM log_leaves WHERE tenant_id = '{tenant}')"
)
TOUCHED = {
    "an event's payload": (
        ["UPDATE record_events SET payload = '{{}}' WHERE id = '{event}'"],
        {("altered", "event")},
    ),
    "an event's network": (
        ["UPDATE record_events SET network_id = '{new}' WHERE id = '{event}'"],
        {("altered", "event")},
    ),
    "an event's own hash": (
        ["UPDATE record_events SET hash = decode(repeat('00', 32), 'hex') WHERE id = '{event}'"],
        {("altered", "event")},
    ),
    "an event deleted": (["DELETE FROM record_events WHERE id = '{event}'"], {("deleted", "event")}),
    "an event under another id": (
        ["UPDATE record_events SET id = '{new}' WHERE id = '{event}'"],
        {("deleted", "event"), ("altered", "event"), ("chain_broken", "event")},
    ),
    "an entry's details": (
        ["UPDATE audit_entries SET details = '{{}}' WHERE id = '{audit}'"],
        {("altered", "audit")},
    ),
    "an entry deleted": (["DELETE FROM audit_entries WHERE id = '{audit}'"], {("deleted", "audit")}),
    "a leaf deleted": (
        ["DELETE FROM log_leaves WHERE number = 3 AND tenant_id = '{tenant}'"],
        {("leaf_missing", "leaf"), ("rewritten", "log")},
    ),
    "a leaf of another network": (
        ["UPDATE log_leaves SET network_id = '{new}' WHERE number = 3 AND tenant_id = '{tenant}'"],
        {("altered", "leaf")},
    ),
    "a head's root": (
        ["UPDATE log_heads SET root = decode(repeat('00', 32), 'hex') WHERE tenant_id = '{tenant}' AND after_size = 0"],
        {("head_altered", "head")},
    ),
    "a head's time": (
        ["UPDATE log_heads SET signed_at = now() WHERE tenant_id = '{tenant}' AND after_size = 0"],
        {("head_altered", "head")},
    ),
    "the first head gone": (
        ["DELETE FROM log_heads WHERE tenant_id = '{tenant}' AND after_size = 0"],
        {("head_altered", "head")},
    ),
    "the exported head gone": (
        [LAST_HEAD],
        {("head_missing", "head")},
    ),
    "a key replaced": (
        ["UPDATE signing_keys SET public_key = sha256('x') WHERE tenant_id = '{tenant}' AND number = 2"],
        {("key_altered", "key"), ("head_altered", "head"), ("key_unknown", "key")},
    ),
    "a key's date": (
        ["UPDATE signing_keys SET recorded_at = now() WHERE tenant_id = '{tenant}' AND number = 1"],
        {("key_altered", "key"), ("head_altered", "head"), ("key_unknown", "key")},
    ),
    "an older event put in": (
        [OLDER],
        {("altered", "event"), ("chain_broken", "event")},
    ),
    "a node put in": (
        [NODE],
        {("node_altered", "node")},
    ),
    "the tail altered": (
        ["UPDATE record_events SET payload = '{{}}' WHERE tenant_id = '{tenant}' AND number = 6"],
        {("altered", "event"), ("chain_broken", "event")},
    ),
    "the tail without its middle": (
        ["DELETE FROM record_events WHERE tenant_id = '{tenant}' AND number = 6"],
        {("chain_broken", "event")},
    ),
    "the tail without its beginning": (
        ["DELETE FROM record_events WHERE tenant_id = '{tenant}' AND number = 5"],
        {("chain_broken", "event")},
    ),
}


@pytest.mark.parametrize("name", list(TOUCHED))
async def test_what_was_touched_is_named(name: str, bench: Bench) -> None:
    statements, expected = TOUCHED[name]
    assert await bench.after(*statements) == expected
    assert (await bench.examined()).found == 0, "it was taken back"


async def test_a_finding_names_the_row(bench: Bench) -> None:
    names = await bench.names()
    await bench.book.admin.execute("UPDATE record_events SET payload = '{}' WHERE id = $1", names["event"])
    await bench.book.admin.execute("DELETE FROM audit_entries WHERE id = $1", names["audit"])
    examined = await bench.examined()
    assert {(one.kind, one.what, one.id) for one in examined.findings} == {
        (FindingKind.ALTERED, "event", names["event"]),
        (FindingKind.DELETED, "audit", names["audit"]),
    }
    leaves = await bench.book.leaves()
    assert all(leaves[one.number or 0]["subject_id"] == one.id for one in examined.findings)


async def test_what_claims_to_be_older_than_it_can_be_is_named(bench: Bench) -> None:
    earlier = recorded_now() - timedelta(hours=1)
    for number in range(2):
        await put_in(bench.book, new_id(), earlier)
        examined = await bench.examined()
        assert [(one.kind, one.what) for one in examined.findings] == [(FindingKind.INSERTED, "audit")] * (number + 1)
        await bench.book.seal()
    assert [one.kind for one in (await bench.examined()).findings] == [FindingKind.INSERTED] * 2


async def put_in(book: Logbook, id_: UUID, recorded_at: Any) -> None:
    await book.admin.execute(
        "INSERT INTO audit_entries (tenant_id, network_id, id, action, subject_kind, subject_id, actor_kind, actor_id,"
        " details, occurred_at, recorded_at) VALUES ($1, $2, $3, 'test.act', 'test', $3, 'system', $3, '{}', $4, $4)",
        book.scope.tenant_id,
        book.scope.network_id,
        id_,
        recorded_at,
    )


async def exported(book: Logbook) -> list[bytes]:
    async with book.database.unit(book.scope, clock=book.clock, read_only=True) as unit:
        return [line async for line in export_log(asking(unit), book.log)]


async def test_an_export_is_examined_as_the_database_is(bench: Bench) -> None:
    lines = await exported(bench.book)
    examined = examine_export(lines, bench.held_with_leaves)
    there = await bench.examined()
    assert (examined.leaves, examined.heads, examined.unsealed) == (there.leaves, there.heads, there.unsealed)
    assert examined.findings == []
    for place, line in enumerate(lines[1:-1], start=1):
        if line.startswith((b'{"leaf"', b'{"head"', b'{"key"')):
            without = [*lines[:place], *lines[place + 1 :]]
            try:
                assert examine_export(without, bench.held).found, line
            except ExportIsMalformed:
                continue
    with pytest.raises(ExportIsMalformed):
        examine_export(lines[:-1], bench.held)
    with pytest.raises(ExportIsMalformed):
        examine_export(lines[1:], bench.held)
    with pytest.raises(ExportIsMalformed):
        examine_export([b"nothing"], bench.held)


async def test_a_removed_text_leaves_the_payload_as_it_was_sealed(bench: Bench) -> None:
    names = await bench.names()
    await bench.book.admin.execute("DELETE FROM event_tombstones WHERE tenant_id = $1", names["tenant"])
    chosen = (
        "(SELECT id FROM record_events JOIN log_leaves ON subject_id = id WHERE sealed IS NOT NULL ORDER BY id LIMIT 1)"
    )
    chosen = chosen.replace("WHERE", "WHERE record_events.tenant_id = '{tenant}' AND")
    tombstone = (
        "INSERT INTO event_tombstones (tenant_id, network_id, id, payload_hash, sealed_hash, audit_id)"
        " SELECT tenant_id, network_id, id, sha256(convert_to(payload, 'UTF8')), sha256(sealed), '{new}'"
        f" FROM record_events WHERE id = {chosen}"
    )
    act = (
        "INSERT INTO audit_entries (tenant_id, network_id, id, action, subject_kind, subject_id, actor_kind, actor_id,"
        " details, occurred_at, recorded_at) SELECT tenant_id, network_id, '{new}', 'privacy.remove_texts', 'record',"
        f" record_id, 'system', id, '{{{{\"events\":1}}}}', now(), now() FROM record_events WHERE id = {chosen}"
    )
    left = "(SELECT id FROM event_tombstones WHERE audit_id = '{new}')"
    remove = f"UPDATE record_events SET sealed = NULL WHERE id = {left}"
    assert await bench.after(act, tombstone) == {("altered", "event")}
    assert await bench.after(act, tombstone, remove) == set()
    for payload in ("'null'", "'{{}}'"):
        other = f"UPDATE record_events SET payload = {payload} WHERE id = {left}"
        found = await bench.after(act, tombstone, remove, other)
        assert found == ({("unexplained", "audit")} if payload == "'null'" else {("altered", "event")})


async def test_a_removed_payload_leaves_every_proof_valid_and_names_its_act(bench: Bench) -> None:
    book, names = bench.book, await bench.names()
    tombstone = (
        "INSERT INTO event_tombstones (tenant_id, network_id, id, payload_hash, sealed_hash, audit_id)"
        " SELECT tenant_id, network_id, id, sha256(convert_to(payload, 'UTF8')), sha256(sealed), '{new}'"
        " FROM record_events WHERE id = '{event}'"
    )
    act = (
        "INSERT INTO audit_entries (tenant_id, network_id, id, action, subject_kind, subject_id, actor_kind, actor_id,"
        " details, occurred_at, recorded_at) SELECT tenant_id, network_id, '{new}', 'privacy.remove_content', 'record',"
        " record_id, 'system', id, '{{\"events\":1}}', now(), now() FROM record_events WHERE id = '{event}'"
    )
    remove = "UPDATE record_events SET payload = 'null', sealed = NULL WHERE id = '{event}'"
    altered, unexplained = {("altered", "event")}, {("unexplained", "audit")}
    assert await bench.after(remove) == altered
    assert await bench.after(act, tombstone) == altered
    assert await bench.after(act, tombstone, remove) == set()
    assert (
        await bench.after(act, tombstone, remove, "UPDATE record_events SET payload = '{{}}' WHERE id = '{event}'")
        == altered
    )
    assert await bench.after(tombstone, remove) == unexplained
    for wrong in (
        act.replace("remove_content", "look"),
        act.replace("remove_content", "remove_texts"),
        act.replace("record_id, 'system'", "id, 'system'"),
        act.replace(":1}", ":0}"),
    ):
        assert await bench.after(wrong, tombstone, remove) == unexplained, wrong
    assert (
        await bench.after(
            act,
            tombstone,
            remove,
            "UPDATE event_tombstones SET payload_hash = previous FROM record_events e"
            " WHERE event_tombstones.id = '{event}' AND e.id = '{event}'",
        )
        == altered
    )
    for statement in (act, tombstone, remove):
        await book.admin.execute(statement.format(**names))
    async with book.database.unit(book.scope, clock=book.clock, read_only=True) as unit:
        proven = await prove_inclusion(unit, names["event"])
        public = await book.admin.fetchval(
            "SELECT public_key FROM signing_keys WHERE tenant_id = $1 AND number = 2", book.scope.tenant_id
        )
        shown = prove(proven.file.text, VerifyingKey(book.log.origin, public))
        assert shown.facts["id"] == str(names["event"])
        assert set(shown.contents.values()) == {None}
    assert examine_export(await exported(book), bench.held).found == 0
