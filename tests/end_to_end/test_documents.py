"""``touchstone documents``: what a front end's build calls."""

import json
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from tests.end_to_end.command import assert_refused, invoked, told, touchstone
from tests.support.cluster import ROLE_SECRET, Address, admin_database_url, clone, database_url, drop, superuser

ME = "query Me { me { id } }\n"
TREE = "query Tree($n: Int = 5) { tenants(first: $n) { nodes { id key } } }\n"
WRONG = "query Wrong {\n  me { shoeSize }\n}\n"
DEAR = "query Dear { tenants(first: 200) { nodes { id } } }\n"
KEY = "a1" * 32


@dataclass(frozen=True)
class Place:
    """A migrated database of this module's own."""

    settings: dict[str, str]
    owner: dict[str, str]
    admin_url: str

    def documents(self, *arguments: str | Path, **more: str) -> Any:
        return invoked("documents", *arguments, **self.settings | self.owner | more)

    async def held(self) -> list[tuple[Any, ...]]:
        connection = await superuser(self.admin_url)
        try:
            found = await connection.fetch(
                "SELECT d.text, b.application, b.version, b.retired_at IS NULL AS served FROM trusted_documents d"
                " LEFT JOIN trusted_document_builds b USING (hash) ORDER BY 2, 3, 1"
            )
            return [tuple(one.values()) for one in found]
        finally:
            await connection.close()


@pytest.fixture
async def place(address: Address, tmp_path: Path) -> AsyncGenerator[Place]:
    name = f"docs_{uuid4().hex[:12]}"
    await clone(address.admin_url, name)
    settings = {
        "DATABASE_URL": database_url(address.admin_url, name),
        "TOUCHSTONE_ROLE_SECRET": ROLE_SECRET,
        "TOUCHSTONE_MASTER_KEY": KEY,
        "TOUCHSTONE_CURSOR_KEY": KEY,
        "TOUCHSTONE_HOME": str(tmp_path / "home"),
    }
    yield Place(settings, {"MIGRATE_DATABASE_URL": address.admin_url}, admin_database_url(address.admin_url, name))
    await drop(address.admin_url, name)


def folder(at: Path, **documents: str) -> Path:
    made = at / "documents"
    made.mkdir(exist_ok=True)
    for name, text in documents.items():
        (made / f"{name}.graphql").write_text(text)
    return made


async def test_a_build_is_registered_listed_and_retired(place: Place, tmp_path: Path) -> None:
    documents = folder(tmp_path, me=ME, tree=TREE)
    build = ("--application", "till", "--version", "1.0")
    for added in (2, 0):
        done = place.documents("register", documents, *build)
        assert done.returncode == 0, told(done)
        assert f"till 1.0 sends 2 documents: {added} newly registered" in done.stdout
    assert await place.held() == [(ME, "till", "1.0", True), (TREE, "till", "1.0", True)]
    listed = place.documents("list")
    assert [word for word in ("till", "1.0") if word not in listed.stdout] == [], told(listed)
    retired = place.documents("retire", *build)
    assert "2 documents retired; 0 served on" in retired.stdout, told(retired)
    assert await place.held() == [(ME, "till", "1.0", False), (TREE, "till", "1.0", False)]
    assert_refused(place.documents("retire", "--application", "till", "--version", "2"), "documents.no_such_build")
    assert_refused(place.documents("retire", "--application", "till"), "kernel.invalid_input")


async def test_what_is_wrong_is_shown_and_nothing_is_written(place: Place, tmp_path: Path) -> None:
    documents = folder(tmp_path, me=ME, wrong=WRONG, dear=DEAR, words="query {", parts="fragment F on Me { id }")
    build = ("--application", "till", "--version", "1.0")
    ended = place.documents("register", documents, *build, TOUCHSTONE_MAX_COST="100")
    assert_refused(ended, "documents.wrong")
    assert "4 of 5 documents are wrong" in told(ended)
    for words in ("wrong.graphql", "shoeSize", "gateway.too_costly", "documents.no_graphql", "documents.no_operation"):
        assert words in ended.stdout, words
    assert await place.held() == []


async def test_manifests_are_registered_and_their_hashes_checked(place: Place, tmp_path: Path) -> None:
    hashes = {sha256(text.encode()).hexdigest(): text for text in (ME, TREE)}
    operations = [{"id": id_, "name": "x", "type": "query", "body": text} for id_, text in hashes.items()]
    apollo = {"format": "apollo-persisted-query-manifest", "version": 1, "operations": operations}
    for name, content in (("apollo", apollo), ("relay", hashes)):
        file = tmp_path / f"{name}.json"
        file.write_text(json.dumps(content))
        ended = place.documents("register", file, "--application", name, "--version", "1")
        assert ended.returncode == 0, told(ended)
    before = await place.held()
    assert before == [(ME, "apollo", "1", True), (TREE, "apollo", "1", True), (ME, "relay", "1", True),
                      (TREE, "relay", "1", True)]  # fmt: skip
    wrong = tmp_path / "wrong.json"
    for id_, says in (("d41d8cd98f00b204e9800998ecf8427e", "no SHA-256"), ("0" * 64, "is not the SHA-256")):
        wrong.write_text(json.dumps({id_: ME}))
        ended = place.documents("register", wrong, "--application", "relay", "--version", "2")
        assert_refused(ended, "documents.wrong")
        assert says in ended.stdout
    assert await place.held() == before


def test_a_front_end_checks_without_any_server_or_secret(tmp_path: Path) -> None:
    documents = folder(tmp_path, me=ME, tree=TREE)
    ended = touchstone("documents", "check", documents)
    assert ended.returncode == 0, told(ended)
    assert f"sha256:{sha256(ME.encode()).hexdigest()}" in ended.stdout
    assert "2 documents can be registered" in ended.stdout
    assert "\n1 document can be registered" in invoked("documents", "check", documents / "me.graphql").stdout
    assert_refused(invoked("documents", "check", documents, TOUCHSTONE_MAX_COST="4"), "documents.wrong")
    assert_refused(invoked("documents", "check", folder(tmp_path, wrong=WRONG)), "documents.wrong")
    assert_refused(invoked("documents", "check", tmp_path / "nothing"), "documents.unreadable")


async def test_registering_needs_an_address_of_the_owner(place: Place, tmp_path: Path) -> None:
    documents = folder(tmp_path, me=ME)
    build = ("--application", "till", "--version", "1.0")
    without = invoked("documents", "register", documents, *build, **place.settings)
    assert_refused(without, "cli.migration_address_missing")
    served = place.settings["DATABASE_URL"].replace("//", f"//touchstone_app:{'0' * 64}@")
    refused = place.documents("register", documents, *build, MIGRATE_DATABASE_URL=served)
    assert_refused(refused, "gateway.database_unreachable")
    assert await place.held() == []


async def test_doctor_says_that_nothing_can_be_asked_before_anything_is_registered(
    place: Place, tmp_path: Path
) -> None:
    def found() -> str:
        ended = invoked("doctor", **place.settings)
        return next(line for line in ended.stdout.splitlines() if "│ documents " in line)

    assert "warning" in found()
    assert "touchstone documents register" in found()
    place.documents("register", folder(tmp_path, me=ME), "--application", "till", "--version", "1")
    assert "good" in found()
    assert "1 registered; nothing else is served" in found()
