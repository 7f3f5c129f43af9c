"""What somebody who owns the database, and not the master key, can do to a sealed log; each in one transaction."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID, uuid4

from core.records.events.policy import NO_EVENT, leaf_hash
from core.records.sealing.policy.heads import Head, LogName, checkpoint_of, endorsement_text
from core.records.sealing.policy.leaves import EVENT, audit_leaf
from core.records.sealing.policy.merkle import Growing
from core.records.sealing.policy.notes import public_half, sign
from core.records.sealing.policy.rows import as_audit, as_event

KINDS = {"actor_kind": ("person", "service", "system"), "kind": ("event", "audit")}
BOUND = {
    "record_events": (
        "tenant_id network_id id record_id number kind occurred_at recorded_at actor_kind actor_id on_behalf_of"
        " client_id device_at payload sealed previous hash"
    ),
    "audit_entries": (
        "tenant_id network_id id action subject_kind subject_id actor_kind actor_id on_behalf_of details occurred_at"
        " recorded_at"
    ),
    "log_leaves": "tenant_id network_id number kind subject_id hash",
    "log_nodes": "tenant_id network_id level number hash",
    "log_heads": "tenant_id network_id id size root signed_at complete_to key_number signature",
    "signing_keys": "tenant_id network_id id number public_key endorsement recorded_at",
}
"""Every column of what is sealed; a test compares them with the database's."""


@dataclass
class Forger:
    """Somebody who owns the database.

    Attributes:
        admin: A superuser's connection, inside a transaction that is taken back.
        log: Whose log it is.
        chance: Decides.
        touched: Rows of which at least one must be named; none where the whole log is meant.
    """

    admin: Any
    log: LogName
    chance: Random
    touched: set[UUID] = field(default_factory=set[UUID])

    async def rows(self, table: str, where: str = "true", order: str = "1") -> list[Any]:
        query = f"SELECT * FROM {table} WHERE tenant_id = $1 AND {where} ORDER BY {order}"
        return list(await self.admin.fetch(query, self.log.tenant_id))

    async def sealed(self, table: str) -> list[Any]:
        leaf = "(SELECT 1 FROM log_leaves l WHERE l.tenant_id = $1 AND l.subject_id = {table}.id)"
        return await self.rows(table, f"EXISTS {leaf.format(table=table)}", "id")

    async def one_of(self, rows: Sequence[Any]) -> Any:
        return self.chance.choice(rows)

    async def do(self, statement: str, *values: Any) -> None:
        done = await self.admin.execute(statement, *values)
        assert not done.endswith(" 0"), statement


Forgery = Callable[[Forger], Awaitable[None]]


def other(forger: Forger, column: str, value: Any) -> Any:
    """Make another value for a column."""
    chance, made = forger.chance, None
    if column in KINDS and value in KINDS[column]:
        return chance.choice([one for one in KINDS[column] if one != value])
    match value:
        case None:
            made = None if column in {"sealed", "device_at", "complete_to"} else uuid4()
        case UUID():
            made = uuid4()
        case int():
            made = value + chance.choice([1_000, 5_000])
        case str():
            made = value + chance.choice(["x", " ", "\u4e2d"])
        case datetime():
            made = value + timedelta(microseconds=chance.choice([-1, 1, 3_600_000_000]))
        case _:
            place = chance.randrange(len(value))
            made = value[:place] + bytes([value[place] ^ 1 << chance.randrange(8)]) + value[place + 1 :]
    return made


def column_of(table: str, sealed: bool = False) -> Forgery:
    """Change any one column of any one row."""

    async def forge(forger: Forger) -> None:
        rows = await (forger.sealed(table) if sealed else forger.rows(table))
        row = await forger.one_of(rows)
        column = forger.chance.choice(BOUND[table].split())
        value = other(forger, column, row[column])
        if value == row[column]:
            column, value = "network_id", uuid4()
        same = " AND ".join(f"{name} = ${place}" for place, name in enumerate(key_of(table), start=2))
        await forger.do(f"UPDATE {table} SET {column} = $1 WHERE {same}", value, *(row[name] for name in key_of(table)))
        if sealed:
            forger.touched = {row["id"]}

    return forge


def key_of(table: str) -> list[str]:
    keys = {"log_leaves": ["tenant_id", "number"], "log_nodes": ["tenant_id", "level", "number"]}
    return keys.get(table, ["tenant_id", "id"])


def delete_from(table: str, sealed: bool = False) -> Forgery:
    """Delete any one row."""

    async def forge(forger: Forger) -> None:
        row = await forger.one_of(await (forger.sealed(table) if sealed else forger.rows(table)))
        same = " AND ".join(f"{name} = ${place}" for place, name in enumerate(key_of(table), start=1))
        await forger.do(f"DELETE FROM {table} WHERE {same}", *(row[name] for name in key_of(table)))
        if sealed:
            forger.touched = {row["id"]}

    return forge


async def two_of_a_record(forger: Forger) -> tuple[Any, Any]:
    events = await forger.sealed("record_events")
    first = await forger.one_of(events)
    second = await forger.one_of([one for one in events if one["record_id"] == first["record_id"] and one != first])
    forger.touched = {first["id"], second["id"]}
    return first, second


async def swap_events(forger: Forger) -> None:
    """Two events of a record change their places."""
    first, second = await two_of_a_record(forger)
    for event, number in ((first, 9_999), (second, first["number"]), (first, second["number"])):
        await forger.do("UPDATE record_events SET number = $1 WHERE id = $2", number, event["id"])


async def swap_payloads(forger: Forger) -> None:
    """Two events change what they say."""
    events = await forger.sealed("record_events")
    first = await forger.one_of(events)
    second = await forger.one_of([one for one in events if one["payload"] != first["payload"]])
    forger.touched = {first["id"], second["id"]}
    for event, payload in ((first, second["payload"]), (second, first["payload"])):
        await forger.do("UPDATE record_events SET payload = $1 WHERE id = $2", payload, event["id"])


async def swap_leaves(forger: Forger) -> None:
    """Two leaves change their places."""
    first, second = forger.chance.sample(await forger.rows("log_leaves"), 2)
    for number, to in ((first["number"], 99_999), (second["number"], first["number"]), (99_999, second["number"])):
        await forger.do(
            "UPDATE log_leaves SET number = $1 WHERE tenant_id = $2 AND number = $3", to, forger.log.tenant_id, number
        )


async def put_in(forger: Forger) -> None:
    """An event is put into the middle of a record; those behind it move on, and the chain is made to fit."""
    event = await forger.one_of(await forger.sealed("record_events"))
    behind = "UPDATE record_events SET number = number + $1 WHERE tenant_id = $2 AND record_id = $3 AND number {}"
    where = forger.log.tenant_id, event["record_id"]
    await forger.do(behind.format(">= $4"), 1_001, *where, event["number"])
    await forger.do(behind.format("> $4"), -1_000, *where, 1_000)
    made = {**event, "id": uuid4(), "payload": '{"forged":true}', "client_id": None}
    names = list(made)
    values = ", ".join(f"${place}" for place in range(1, len(names) + 1))
    await forger.do(f"INSERT INTO record_events ({', '.join(names)}) VALUES ({values})", *made.values())
    await chain(forger, event["record_id"])


async def put_in_before(forger: Forger) -> None:
    """An audit entry is put in that claims to be an hour old."""
    entry = await forger.one_of(await forger.sealed("audit_entries"))
    made = {**entry, "id": uuid4(), "recorded_at": entry["recorded_at"] - timedelta(hours=1)}
    values = ", ".join(f"${place}" for place in range(1, len(made) + 1))
    await forger.do(f"INSERT INTO audit_entries ({', '.join(made)}) VALUES ({values})", *made.values())
    forger.touched = {made["id"]}


async def chain(forger: Forger, record_id: UUID) -> None:
    """Make the hashes of a record's events fit again."""
    previous = NO_EVENT
    query = "SELECT * FROM record_events WHERE tenant_id = $1 AND record_id = $2 ORDER BY number"
    for row in await forger.admin.fetch(query, forger.log.tenant_id, record_id):
        event = {**row, "previous": previous}
        hash_ = leaf_hash(as_event(event))
        if (row["previous"], row["hash"]) != (previous, hash_):
            change = "UPDATE record_events SET previous = $1, hash = $2 WHERE id = $3"
            await forger.do(change, previous, hash_, row["id"])
        previous = hash_


async def alter_and_chain(forger: Forger) -> None:
    """An event is changed, and its record's chain is made to fit."""
    event = await forger.one_of(await forger.sealed("record_events"))
    await forger.do("UPDATE record_events SET payload = '{\"forged\":true}' WHERE id = $1", event["id"])
    await chain(forger, event["record_id"])
    forger.touched = {event["id"]}


async def alter_and_fit_leaves(forger: Forger) -> None:
    """The chain and the leaves are made to fit."""
    await alter_and_chain(forger)
    fit = "UPDATE log_leaves l SET hash = e.hash FROM record_events e WHERE l.tenant_id = $1 AND e.id = l.subject_id"
    await forger.do(fit, forger.log.tenant_id)
    forger.touched = set()


async def alter_and_write_all_anew(forger: Forger) -> None:
    """Chain, leaves, nodes and heads are made to fit, signed by a key of the forger's own."""
    await alter_and_fit_leaves(forger)
    await write_anew(forger)


async def delete_and_write_all_anew(forger: Forger) -> None:
    """An event or entry is taken out, and everything is written anew without it."""
    table = forger.chance.choice(["record_events", "audit_entries"])
    row = await forger.one_of(await forger.sealed(table))
    await forger.do(f"DELETE FROM {table} WHERE id = $1", row["id"])
    await forger.do("DELETE FROM log_leaves WHERE subject_id = $1", row["id"])
    if table == "record_events":
        fall = "UPDATE record_events SET number = number + $1 WHERE record_id = $2 AND number > $3"
        await forger.admin.execute(fall, 1_000, row["record_id"], row["number"])
        await forger.admin.execute(fall, -1_001, row["record_id"], 1_000)
        await chain(forger, row["record_id"])
    await close_gap(forger)
    await write_anew(forger)


async def close_gap(forger: Forger) -> None:
    """Number the leaves without a gap again."""
    leaves = await forger.rows("log_leaves", order="number")
    for number, leaf in enumerate(leaves):
        if leaf["number"] != number:
            move = "UPDATE log_leaves SET number = $1 WHERE tenant_id = $2 AND number = $3"
            await forger.do(move, number, forger.log.tenant_id, leaf["number"])


async def sign_anew(forger: Forger) -> None:
    """Nothing is changed but the key that signs."""
    await write_anew(forger)


async def write_anew(forger: Forger) -> None:
    """Write leaves, nodes and heads from the rows as they are, under one key of the forger's own."""
    log, tenant = forger.log, forger.log.tenant_id
    secret = forger.chance.randbytes(32)
    heads = await forger.rows("log_heads", order="size")
    rows = {row["id"]: row for table in ("record_events", "audit_entries") for row in await forger.rows(table)}
    for table in ("log_nodes", "log_heads", "signing_keys"):
        await forger.admin.execute(f"DELETE FROM {table} WHERE tenant_id = $1", tenant)
    made = heads[0]["signed_at"]
    endorsement = sign(endorsement_text(log, 1, public_half(secret), made), secret)
    await forger.do(
        "INSERT INTO signing_keys (tenant_id, network_id, id, number, public_key, endorsement, recorded_at)"
        " VALUES ($1, $2, $3, 1, $4, $5, $6)",
        *(tenant, log.network_id, log.key_id(1), public_half(secret), endorsement, made),
    )
    growing, before = Growing(), 0
    leaves = await forger.rows("log_leaves", order="number")
    sizes = {min(head["size"], len(leaves)): head for head in heads}
    for leaf in leaves:
        row = rows[leaf["subject_id"]]
        hash_ = row["hash"] if leaf["kind"] == EVENT else audit_leaf(as_audit(row))
        if hash_ != leaf["hash"]:
            await forger.do("UPDATE log_leaves SET hash = $1 WHERE subject_id = $2", hash_, leaf["subject_id"])
        for node, whole in growing.add(hash_):
            put = "INSERT INTO log_nodes (tenant_id, network_id, level, number, hash) VALUES ($1, $2, $3, $4, $5)"
            await forger.do(put, tenant, log.network_id, node.kept.level, node.index, whole)
        if growing.size in sizes:
            await put_head(forger, secret, sizes[growing.size], growing, before)
            before = growing.size


async def put_head(forger: Forger, secret: bytes, like: Any, growing: Growing, before: int) -> None:
    """Sign a head."""
    log = forger.log
    said = Head(
        size=growing.size,
        after_size=before,
        root=growing.root,
        signed_at=like["signed_at"],
        complete_to=like["complete_to"],
        key_number=1,
    )
    await forger.do(
        "INSERT INTO log_heads (tenant_id, network_id, id, size, after_size, root, signed_at, complete_to, key_number,"
        " signature) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 1, $9)",
        *(log.tenant_id, log.network_id, log.head_id(said.size), said.size, before, said.root),
        *(said.signed_at, said.complete_to, sign(checkpoint_of(log, said).text, secret)),
    )


async def roll_back(forger: Forger) -> None:
    """The log is cut off at an earlier head, with or without the events behind it."""
    heads = await forger.rows("log_heads", order="size")
    size = forger.chance.choice(heads[:-1])["size"]
    gone = [leaf["subject_id"] for leaf in await forger.rows("log_leaves", f"number >= {size}")]
    tenant = forger.log.tenant_id
    await forger.do("DELETE FROM log_leaves WHERE tenant_id = $1 AND number >= $2", tenant, size)
    await forger.do("DELETE FROM log_heads WHERE tenant_id = $1 AND size > $2", tenant, size)
    await forger.admin.execute(
        "DELETE FROM log_nodes WHERE tenant_id = $1 AND level = 1 AND (number + 1) * 256 > $2", tenant, size
    )
    if forger.chance.random() > 0.5:
        for table in ("record_events", "audit_entries"):
            await forger.admin.execute(f"DELETE FROM {table} WHERE tenant_id = $1 AND id = ANY($2)", tenant, gone)


async def remove_without_act(forger: Forger) -> None:
    """Content is removed as if retention had done it, and no act says so."""
    event = await forger.one_of(await forger.sealed("record_events"))
    bury = (
        "INSERT INTO event_tombstones (tenant_id, network_id, id, payload_hash, sealed_hash, audit_id)"
        " SELECT tenant_id, network_id, id, sha256(convert_to(payload, 'UTF8')), sha256(sealed), $2"
        " FROM record_events WHERE id = $1"
    )
    act = uuid4()
    await forger.do(bury, event["id"], act)
    await forger.do("UPDATE record_events SET payload = 'null', sealed = NULL WHERE id = $1", event["id"])
    forger.touched = {act}


def in_tail(statement: str) -> Forgery:
    """Change an event of the unsealed tail that others follow."""

    async def forge(forger: Forger) -> None:
        unsealed = "NOT EXISTS (SELECT 1 FROM log_leaves l WHERE l.tenant_id = $1 AND l.subject_id = record_events.id)"
        tail = await forger.rows("record_events", unsealed, "record_id, number")
        last = {one["record_id"]: one["id"] for one in tail}
        event = await forger.one_of([one for one in tail if one["id"] not in last.values()])
        await forger.do(statement, event["id"])
        forger.touched = {one["id"] for one in tail if one["record_id"] == event["record_id"]}

    return forge


FORGERIES: dict[str, Forgery] = {
    "a column of an event": column_of("record_events", sealed=True),
    "a column of an entry": column_of("audit_entries", sealed=True),
    "a column of a leaf": column_of("log_leaves"),
    "a column of a node": column_of("log_nodes"),
    "a column of a head": column_of("log_heads"),
    "a column of a key": column_of("signing_keys"),
    "an event deleted": delete_from("record_events", sealed=True),
    "an entry deleted": delete_from("audit_entries", sealed=True),
    "a leaf deleted": delete_from("log_leaves"),
    "a node deleted": delete_from("log_nodes"),
    "a head deleted": delete_from("log_heads"),
    "a key deleted": delete_from("signing_keys"),
    "events swapped": swap_events,
    "payloads swapped": swap_payloads,
    "leaves swapped": swap_leaves,
    "an event put in": put_in,
    "an older entry put in": put_in_before,
    "an event altered and chained": alter_and_chain,
    "leaves made to fit": alter_and_fit_leaves,
    "all written anew after an alteration": alter_and_write_all_anew,
    "all written anew after a deletion": delete_and_write_all_anew,
    "all signed by a fresh key": sign_anew,
    "rolled back": roll_back,
    "content removed without an act": remove_without_act,
    "the tail altered": in_tail("UPDATE record_events SET payload = '{\"forged\":true}' WHERE id = $1"),
    "the tail without a link": in_tail("DELETE FROM record_events WHERE id = $1"),
}
