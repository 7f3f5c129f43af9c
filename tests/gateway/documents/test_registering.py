"""Builds are registered whole or not at all, and retired without taking from each other."""

from typing import Any

import pytest

from core.kernel.database import Database
from core.kernel.errors import InvalidInput
from gateway.documents import repository
from gateway.documents.errors import NoSuchBuild
from gateway.documents.identifiers import hash_of
from gateway.documents.register import AT_ONCE, Registered
from gateway.documents.repository import StoredDocuments
from tests.gateway.documents.front_end import FrontEnd


def texts(front_end: FrontEnd, *names: str) -> list[str]:
    return [f"# {front_end.application}\nquery {name} {{ me {{ id }} }}" for name in names]


async def served(database: Database, *documents: str) -> list[bool]:
    found = await StoredDocuments(database).texts([hash_of(one) for one in documents])
    return [found.get(hash_of(one)) == one for one in documents]


async def test_registering_again_changes_nothing(database: Database, front_end: FrontEnd, admin: Any) -> None:
    documents = texts(front_end, "A", "B", "A")
    assert await front_end.send(*documents) == Registered(documents=2, texts=2, added=2)
    before = await admin.fetch("SELECT * FROM trusted_document_builds ORDER BY 1, 2, 3")
    assert await front_end.send(*documents) == Registered(documents=2, texts=0, added=0)
    assert await admin.fetch("SELECT * FROM trusted_document_builds ORDER BY 1, 2, 3") == before
    assert await front_end.send(*documents, version="2") == Registered(documents=2, texts=0, added=2)
    assert await served(database, *documents) == [True, True, True]


async def test_nothing_is_half_written(
    database: Database, front_end: FrontEnd, monkeypatch: pytest.MonkeyPatch
) -> None:
    documents = texts(front_end, *(f"Q{number}" for number in range(AT_ONCE + 1)))
    add_build = repository.add_build

    def broken(connection: Any, hashes: Any, *more: Any) -> int:
        if len(hashes) == 1:
            raise ConnectionError
        return add_build(connection, hashes, *more)

    monkeypatch.setattr("gateway.documents.register.add_build", broken)
    with pytest.raises(ConnectionError):
        await front_end.send(*documents)
    assert not any(await served(database, *documents))
    monkeypatch.undo()
    assert (await front_end.send(*documents)).added == AT_ONCE + 1
    assert all(await served(database, *documents))


async def test_a_retired_build_takes_nothing_from_another(database: Database, front_end: FrontEnd) -> None:
    old, both, new = texts(front_end, "Old", "Both", "New")
    await front_end.send(old, both)
    await front_end.send(both, new, version="2")
    retired = await front_end.retire()
    assert (retired.documents, retired.kept) == (2, 1)
    assert await served(database, old, both, new) == [False, True, True]
    again = await front_end.retire()
    assert (again.documents, again.kept) == (0, 0)
    await front_end.send(old, both)
    assert await served(database, old, both, new) == [True, True, True]


async def test_a_document_can_be_withdrawn_from_every_build(database: Database, front_end: FrontEnd) -> None:
    bad, good = texts(front_end, "Bad", "Good")
    for version in ("1", "2"):
        await front_end.send(bad, good, version=version)
    assert (await front_end.withdraw(f"sha256:{hash_of(bad)}")).documents == 1
    assert await served(database, bad, good) == [False, True]


async def test_what_was_never_registered_cannot_be_retired(front_end: FrontEnd) -> None:
    with pytest.raises(NoSuchBuild):
        await front_end.retire()
    with pytest.raises(NoSuchBuild):
        await front_end.withdraw(hash_of("nowhere at all"))
    with pytest.raises(InvalidInput):
        await front_end.withdraw("nonsense")


@pytest.mark.parametrize("version", ["", "  ", "x" * 201, "1\n2"])
async def test_a_build_needs_a_name(front_end: FrontEnd, version: str) -> None:
    with pytest.raises(InvalidInput):
        await front_end.send(*texts(front_end, "A"), version=version)
