"""What becomes of a file where it is stored is found when it is read, and said by name."""

from pathlib import Path

import pytest

from core.kernel.blob_sealing import HEAD_BYTES, PIECE, TAG
from core.kernel.crypto import MasterKeys
from core.kernel.key_ring import KeyRing
from core.kernel.unit import Unit
from core.records.customers.errors import CustomerIsErased
from core.records.customers.identify import WhichCustomer
from core.records.customers.register import RegisterCustomer, register_customer
from core.records.events.policy import leaf_hash
from core.records.events.repository import event_of
from core.records.evidence.errors import EvidenceIsDamaged
from core.records.evidence.read import AHEAD, EvidenceFile, content_of, open_evidence
from tests.core.records.evidence.desk import PNG, Desk
from tests.core.records.evidence.test_giving import local

LONG = PNG + bytes(2 * PIECE)


def turned(path: Path, at: int) -> None:
    content = bytearray(path.read_bytes())
    content[at] ^= 1
    path.write_bytes(content)


async def refused(desk: Desk, evidence: str) -> tuple[int, str]:
    answer = await desk.fetch(evidence, desk.shop.scope)
    return answer.status_code, answer.json()["errors"][0]["extensions"]["code"]


def cut(path: Path, length: int) -> None:
    path.write_bytes(path.read_bytes()[:length])


async def test_a_file_that_was_altered_cut_swapped_or_lost_is_found(desk: Desk) -> None:
    record, other = await desk.shop.open(), await desk.shop.open()
    evidence = await desk.prove(record, LONG)
    (path,) = desk.files()
    neighbour = await desk.prove(other, LONG)
    (theirs,) = (one for one in desk.files() if one != path)
    whole = path.read_bytes()
    pieces = HEAD_BYTES + PIECE + TAG
    swapped = whole[:HEAD_BYTES] + whole[pieces : pieces + PIECE + TAG] + whole[HEAD_BYTES:pieces]
    for damage in (
        lambda: turned(path, 0),
        lambda: turned(path, HEAD_BYTES - 1),
        lambda: turned(path, HEAD_BYTES),
        lambda: turned(path, -1),
        lambda: cut(path, pieces),
        lambda: cut(path, pieces + PIECE + TAG),
        lambda: cut(path, 10),
        lambda: cut(path, 0),
        lambda: path.write_bytes(whole + b"\0"),
        lambda: path.write_bytes(swapped + whole[pieces + PIECE + TAG :]),
        lambda: path.write_bytes(theirs.read_bytes()),
        path.unlink,
    ):
        damage()
        answer = await desk.fetch(evidence, desk.shop.scope)
        assert (answer.status_code, answer.json()["errors"][0]["extensions"]["code"]) == (
            500,
            "records.evidence_is_damaged",
        )
        path.write_bytes(whole)
    for one in (evidence, neighbour):
        assert (await desk.fetch(one, desk.shop.scope)).content == LONG


async def test_of_a_long_file_what_comes_before_the_damage_is_right_and_the_rest_is_not_given(desk: Desk) -> None:
    record = await desk.shop.open()
    content = b"%PDF-1.7" + bytes(AHEAD + 3 * PIECE)
    sent = await desk.send(record, content, kind="DOCUMENT", media_type="application/pdf")
    piece = (await desk.add(record, sent.json()["upload"]))["evidence"]["id"]
    (path,) = desk.files()
    turned(path, -1)

    async def opened(unit: Unit) -> EvidenceFile:
        return await open_evidence(unit, KeyRing(unit, desk.services.get(MasterKeys)), local(piece))

    given = bytearray()
    file = await desk.shop.run(opened)

    async def read() -> None:
        async for some in content_of(desk.blobs, file):
            given.extend(some)

    with pytest.raises(EvidenceIsDamaged):
        await read()
    assert len(given) >= AHEAD
    assert content.startswith(given)


async def test_a_file_whose_hash_was_put_there_by_hand_is_damaged_too(desk: Desk) -> None:
    record = await desk.shop.open()
    first, second = await desk.prove(record, LONG), await desk.prove(await desk.shop.open(), PNG)
    moved = "UPDATE evidence_uploads SET sha256 = (SELECT sha256 FROM evidence_uploads WHERE id = $2) WHERE id = $1"
    await desk.shop.admin.execute(moved, local(first), local(second))
    assert await refused(desk, first) == (500, "records.evidence_is_damaged")


async def test_once_its_key_is_gone_a_file_is_gone_and_what_was_told_of_it_stays(desk: Desk) -> None:
    record = await desk.shop.open()
    evidence = await desk.prove(record)
    await desk.shop.admin.execute("DELETE FROM data_keys WHERE tenant_id = $1", desk.shop.scope.tenant_id)
    assert await refused(desk, evidence) == (410, "kernel.key_erased")
    told = await desk.ask("{ records { nodes { evidence { nodes { kind bytes sha256 } } } } }")
    (node,) = (told.data or {})["records"]["nodes"]
    assert node["evidence"]["nodes"] == [{"kind": "PHOTO", "bytes": 13, "sha256": None}]


async def test_evidence_of_a_customer_is_erased_with_the_customer_and_no_other(desk: Desk) -> None:
    def ring(unit: Unit) -> KeyRing:
        return KeyRing(unit, desk.services.get(MasterKeys))

    known = RegisterCustomer(name="Frau Weber")
    customer = await desk.shop.run(lambda unit: register_customer(unit, ring(unit), known))
    record = await desk.shop.open(customer=WhichCustomer(customer_id=customer))
    mine, theirs = await desk.prove(record), await desk.prove(await desk.shop.open())
    assert (await desk.fetch(mine, desk.shop.scope)).status_code == 200
    await desk.shop.run(lambda unit: ring(unit).erase(customer))
    before = await desk.everything()
    assert await refused(desk, mine) == (410, "kernel.key_erased")
    late = await desk.send(record, PNG)
    assert (late.status_code, late.json()["errors"][0]["extensions"]["code"]) == (410, CustomerIsErased.code)
    assert await desk.everything() == before
    assert (await desk.fetch(theirs, desk.shop.scope)).status_code == 200
    leaves = await desk.shop.events(record)
    assert [leaf_hash(event_of(one)) for one in leaves] == [one["hash"] for one in leaves], "every proof holds"
