"""Checkpoints and proofs through GraphQL, checked with nothing but a public key."""

import json
from base64 import b64decode
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.kernel.graphql.ids import global_id
from core.records.sealing.policy.notes import Checkpoint, Note, VerifyingKey
from core.records.sealing.policy.proof_files import ProofIsWrong, prove
from core.records.sealing.policy.proofs import is_consistent
from core.records.sealing.prove import prove_inclusion
from tenants.people.policy import permissions_of
from tenants.roles import BUILT_IN
from tests.core.records.sealing.logbook import Logbook
from tests.support.api import Api, Client
from tests.support.networks import BuiltNetwork, as_person

HEADS = "{ logHeads { nodes { id size root signedAt completeTo checkpoint key { number key } } } }"
KEYS = "{ signingKeys { nodes { number key recordedAt } } }"
PROOF = (
    "query($subject: ID!, $size: Int) { inclusionProof(subject: $subject, size: $size)"
    " { subject number leafHash path head { size checkpoint } file } }"
)
GROWTH = (
    "query($old: Int!, $new: Int) { consistencyProof(oldSize: $old, newSize: $new)"
    " { path oldHead { size checkpoint } newHead { size checkpoint } } }"
)
ROTATE = (
    'mutation { rotateSigningKey(idempotencyKey: "once") { __typename'
    " ... on RotateSigningKeySuccess { signingKey { number key } } ... on Problem { code } } }"
)
TYPES = {"event": "RecordEvent", "audit": "AuditEntry"}


@pytest.fixture
def auditor(api: Api, book: Logbook) -> Client:
    held = permissions_of({"auditor"}, "franchisee", BUILT_IN)
    return Client(api, as_person(book.scope, held))


@pytest.fixture
def owner(api: Api, book: Logbook) -> Client:
    held = permissions_of({"franchise_owner"}, "franchisee", BUILT_IN)
    return Client(api, as_person(book.scope, held))


async def key_of(client: Client) -> VerifyingKey:
    return VerifyingKey.read((await client.data(KEYS))["signingKeys"]["nodes"][0]["key"])


async def test_heads_are_signed_notes(book: Logbook, auditor: Client) -> None:
    for _ in range(3):
        await book.write(records=1)
        await book.seal()
    heads = (await auditor.data(HEADS))["logHeads"]["nodes"]
    assert [one["size"] for one in heads] == sorted((one["size"] for one in heads), reverse=True)
    assert len(heads) == 3
    key = await key_of(auditor)
    for head in heads:
        note = Note.read(head["checkpoint"])
        assert note.is_signed_by(key)
        said = Checkpoint.read(note.text)
        assert (said.size, said.root) == (head["size"], b64decode(head["root"]))
        assert said.extension("signed") == head["signedAt"]
        assert said.extension("complete") == head["completeTo"]
        assert head["key"] == {"number": 1, "key": key.text}
        again = await auditor.data("query($size: Int) { logHead(size: $size) { id } }", size=head["size"])
        assert again["logHead"]["id"] == head["id"]
    assert (await auditor.data("{ logHead { size } }"))["logHead"]["size"] == heads[0]["size"]


async def test_every_leaf_is_proven_for_every_later_head(book: Logbook, auditor: Client) -> None:
    for _ in range(2):
        await book.write(records=2)
        await book.seal(3)
    key, sizes = await key_of(auditor), [one["size"] for one in await book.head_rows()]
    for leaf in await book.leaves():
        subject = global_id(TYPES[leaf["kind"]], leaf["subject_id"])
        for size in [one for one in sizes if one > leaf["number"]][:3]:
            told = (await auditor.data(PROOF, subject=subject, size=size))["inclusionProof"]
            assert (told["number"], told["head"]["size"]) == (leaf["number"], size)
            assert b64decode(told["leafHash"]) == leaf["hash"]
            proven = prove(told["file"], key)
            assert proven.facts["id"] == str(leaf["subject_id"])
            assert proven.checkpoint.size == size
            assert all(proven.contents.values())


async def test_growth_is_proven_between_heads(book: Logbook, auditor: Client) -> None:
    await book.write(records=8)
    await book.seal(3)
    sizes = [one["size"] for one in await book.head_rows()]
    for old, new in pairwise(sizes):
        told = (await auditor.data(GROWTH, old=old, new=new))["consistencyProof"]
        before, after = (Checkpoint.read(Note.read(told[one]["checkpoint"]).text) for one in ("oldHead", "newHead"))
        path = [b64decode(one) for one in told["path"]]
        assert is_consistent(before.size, after.size, path, before.root, after.root)
        assert (before.size, after.size) == (old, new)
    whole = (await auditor.data(GROWTH, old=sizes[0]))["consistencyProof"]
    assert whole["newHead"]["size"] == sizes[-1]


async def test_what_cannot_be_proven_is_named(book: Logbook, auditor: Client, network: BuiltNetwork) -> None:
    assert (await auditor.ask("{ logHead { size } }")).codes == ["sealing.not_sealed"]
    await book.write(records=2)
    await book.seal()
    leaf = (await book.leaves())[0]
    [unsealed] = await book.go_on(next(iter(book.heads)))
    subject = global_id(TYPES[leaf["kind"]], leaf["subject_id"])
    refused = {
        "sealing.no_such_size": await auditor.ask(PROOF, subject=subject, size=3),
        "sealing.not_sealed": await auditor.ask(PROOF, subject=global_id("RecordEvent", unsealed.id)),
        "kernel.not_found": await auditor.ask(PROOF, subject=global_id("AuditEntry", network.id)),
        "kernel.invalid_input": await auditor.ask(PROOF, subject=global_id("Record", network.id)),
        "gateway.bad_id": await auditor.ask(PROOF, subject="nonsense"),
    }
    assert {code: answer.codes for code, answer in refused.items()} == {code: [code] for code in refused}
    size = (await book.head_rows())[-1]["size"]
    assert (await auditor.ask(GROWTH, old=size, new=3)).codes == ["sealing.no_such_size"]
    assert (await auditor.ask(GROWTH, old=0)).codes == ["sealing.no_such_size"]


async def test_only_whoever_may_reads_the_log_and_only_their_own(
    book: Logbook, api: Api, auditor: Client, network: BuiltNetwork
) -> None:
    await book.write(records=1)
    await book.seal()
    leaf = (await book.leaves())[0]
    subject = global_id(TYPES[leaf["kind"]], leaf["subject_id"])
    clerk = Client(api, as_person(book.scope, permissions_of({"clerk"}, "franchisee", BUILT_IN)))
    for query, values in ((HEADS, {}), (KEYS, {}), (PROOF, {"subject": subject}), (GROWTH, {"old": 1})):
        assert (await clerk.ask(query, **values)).codes == ["kernel.not_permitted"]
    neighbour = replace(auditor, scope=replace(network.south, permissions=auditor.scope.permissions))  # type: ignore[union-attr]
    assert (await neighbour.data(HEADS))["logHeads"]["nodes"] == []
    assert (await neighbour.ask(PROOF, subject=subject)).codes == ["sealing.not_sealed"]


async def test_a_new_key_signs_on_and_the_old_one_still_verifies(book: Logbook, auditor: Client, owner: Client) -> None:
    await book.write()
    await book.seal()
    assert (await auditor.data(ROTATE))["rotateSigningKey"]["code"] == "kernel.not_permitted"
    done = (await owner.data(ROTATE))["rotateSigningKey"]
    assert done["signingKey"]["number"] == 2
    assert (await owner.data(ROTATE))["rotateSigningKey"] == done, "repeated with the same idempotency key"
    await book.write()
    await book.seal()
    heads = (await auditor.data(HEADS))["logHeads"]["nodes"]
    assert [one["key"]["number"] for one in heads] == [2, 1]
    for one in heads:
        assert Note.read(one["checkpoint"]).is_signed_by(VerifyingKey.read(one["key"]["key"]))
    assert len({one["key"]["key"] for one in heads}) == 2
    kept = await book.admin.fetchval(
        "SELECT count(*) FROM data_keys WHERE tenant_id = $1 AND subject_kind = 'tenant'", book.scope.tenant_id
    )
    assert kept == 1, "the private half of the old key is gone"
    said = await book.admin.fetchval(
        "SELECT details FROM audit_entries WHERE tenant_id = $1 AND action = 'sealing.rotate_key'", book.scope.tenant_id
    )
    assert json.loads(said) == {"number": 2, "key": done["signingKey"]["key"]}


async def test_rotation_without_anything_sealed_and_at_the_same_time_as_sealing(book: Logbook, owner: Client) -> None:
    assert (await owner.data(ROTATE))["rotateSigningKey"]["signingKey"]["number"] == 2
    await book.write()
    await book.seal()
    await book.assert_whole()


@pytest.fixture
async def proof(book: Logbook, auditor: Client) -> tuple[str, VerifyingKey]:
    await book.write()
    await book.seal()
    sealed = [one for one in await book.leaves() if one["kind"] == "event"]
    async with book.database.unit(replace(book.scope), clock=book.clock, read_only=True) as unit:
        file = (await prove_inclusion(unit, sealed[0]["subject_id"])).file.text
    return file, await key_of(auditor)


async def test_a_proof_file_with_anything_changed_proves_nothing(proof: tuple[str, VerifyingKey]) -> None:
    file, key = proof
    told = json.loads(file)
    proven = prove(file, key)
    assert proven.kind == "event"

    def refused(**changes: Any) -> str:
        with pytest.raises(ProofIsWrong) as wrong:
            prove(json.dumps({**told, **changes}), key)
        return str(wrong.value)

    assert "in the log" in refused(says=told["says"].replace('"number":', '"number":1'))
    assert "payload" in refused(contents={**told["contents"], "payload": "e30="})
    assert "in the log" in refused(proof=told["proof"].replace(f"index {proven.number}", f"index {proven.number + 1}"))
    assert "base64" in refused(contents={"payload": "?"})
    assert "form" in refused(format="another")
    assert "index" in refused(proof="nothing")
    with pytest.raises(ProofIsWrong, match="not signed by this key"):
        prove(file, VerifyingKey(key.name, bytes(32)))
    with pytest.raises(ProofIsWrong, match="JSON"):
        prove("nothing", key)
    without = {**told, "contents": {"payload": None}}
    assert prove(json.dumps(without), key).contents == {"payload": None}


@given(data=st.data())
def test_no_character_of_the_proof_can_be_changed(data: st.DataObject) -> None:
    file, key = SHOWN
    told = json.loads(file)
    proof: str = told["proof"]
    place = data.draw(st.integers(0, len(proof) - 1))
    other = data.draw(st.characters(min_codepoint=32, max_codepoint=126).filter(lambda one: one != proof[place]))
    changed = json.dumps({**told, "proof": proof[:place] + other + proof[place + 1 :]})
    with pytest.raises(ProofIsWrong):
        prove(changed, key)


def shown() -> tuple[str, VerifyingKey]:
    """A proof made without any database."""
    from core.records.sealing.policy.merkle import Growing, leaf_of
    from core.records.sealing.policy.notes import note_of, public_half, sign
    from core.records.sealing.policy.proof_files import LeafProof, ProofFile
    from tests.core.records.sealing.test_merkle import slow_path

    says = [json.dumps({"id": str(number)}) for number in range(7)]
    leaves = [leaf_of(one.encode()) for one in says]
    growing = Growing()
    for leaf in leaves:
        growing.add(leaf)
    key = VerifyingKey("example.com/log", public_half(bytes(32)))
    text = Checkpoint(key.name, 7, growing.root).text
    note = note_of(text, key, sign(text, bytes(32))).written
    proof = LeafProof(4, tuple(slow_path(4, leaves)), note)
    return ProofFile(kind="event", says=says[4], contents={}, proof=proof).text, key


SHOWN = shown()
