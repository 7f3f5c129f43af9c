"""How requests name registered documents."""

from typing import Any

import pytest

from gateway.documents.identifiers import Named, hash_of, named_in
from gateway.http.errors import MalformedRequest
from gateway.http.operation import operation_of

PUBLISHED = "query ($id: ID!) {\n  user(id: $id) {\n    name\n  }\n}"
HASH = "7dba4bd717b41f10434822356a93c32b1fb4907b983e854300ad839f84cdcd6e"
OTHER = "71f7dc5758652baac68e4a10c50be732b741c892ade2883a99358f52b555286b"


def apollo(hash_: object, version: object = 1) -> dict[str, Any]:
    return {"persistedQuery": {"version": version, "sha256Hash": hash_}}


def test_a_hash_is_that_of_the_published_examples() -> None:
    assert hash_of(PUBLISHED) == HASH
    assert hash_of("query($id:ID!){user(id:$id){name}}") == OTHER


@pytest.mark.parametrize(
    ("members", "extensions", "found"),
    [
        ({}, {}, None),
        ({"documentId": None}, {"persistedQuery": None}, None),
        ({"documentId": f"sha256:{HASH}"}, {}, Named(HASH, by_apollo=False)),
        ({"documentId": HASH}, {}, Named(HASH, by_apollo=False)),
        ({}, apollo(HASH), Named(HASH, by_apollo=True)),
        ({"documentId": f"sha256:{HASH}"}, apollo(HASH), Named(HASH, by_apollo=False)),
    ],
)
def test_both_forms_are_read(members: dict[str, Any], extensions: dict[str, Any], found: Named | None) -> None:
    assert named_in(members, extensions) == found


@pytest.mark.parametrize(
    ("members", "extensions"),
    [
        ({"documentId": ""}, {}),
        ({"documentId": 7}, {}),
        ({"documentId": HASH[:-1]}, {}),
        ({"documentId": f"sha256:{HASH.upper()}"}, {}),
        ({"documentId": f"md5:{HASH}"}, {}),
        ({"documentId": f"{HASH}\n"}, {}),
        ({"documentId": "d41d8cd98f00b204e9800998ecf8427e"}, {}),
        ({}, {"persistedQuery": []}),
        ({}, {"persistedQuery": {}}),
        ({}, apollo(HASH, version=2)),
        ({}, apollo("x")),
        ({}, apollo(7)),
        ({"documentId": HASH}, apollo(OTHER)),
    ],
)
def test_other_forms_are_refused(members: dict[str, Any], extensions: dict[str, Any]) -> None:
    with pytest.raises(MalformedRequest):
        named_in(members, extensions)


def test_a_text_that_is_not_what_its_hash_says_is_refused() -> None:
    operation = operation_of({"query": PUBLISHED, "documentId": HASH}, 1_000)
    assert (operation.query, operation.named) == (PUBLISHED, None)
    for more in ({"documentId": OTHER}, {"extensions": apollo(OTHER)}):
        with pytest.raises(MalformedRequest, match="not the one whose hash"):
            operation_of({"query": PUBLISHED, **more}, 1_000)


@pytest.mark.parametrize("query", [{}, {"query": None}, {"query": ""}])
def test_a_name_stands_for_the_text(query: dict[str, Any]) -> None:
    operation = operation_of({**query, "documentId": HASH, "variables": {"id": "1"}}, 1_000)
    assert (operation.query, operation.variables) == ("", {"id": "1"})
    assert operation.named == Named(HASH, by_apollo=False)
    with pytest.raises(MalformedRequest):
        operation_of(query, 1_000)
