"""Documents as front ends' builds leave them behind."""

import json
from pathlib import Path
from typing import Any

import pytest

from gateway.documents.errors import DocumentsUnreadable
from gateway.documents.identifiers import hash_of
from gateway.documents.manifests import read_documents

ONE, TWO = "query One { me { id } }", "query Two {\r\n  me { id }\r\n}\r\n"
APOLLO = {"format": "apollo-persisted-query-manifest", "version": 1}


def written(folder: Path, name: str, content: Any) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else json.dumps(content).encode())
    return path


def test_a_folder_is_read_with_every_character_as_it_is(tmp_path: Path) -> None:
    written(tmp_path, "b/two.gql", TWO)
    written(tmp_path, "a.graphql", ONE)
    written(tmp_path, "package.json", {"name": "till"})
    written(tmp_path, "notes.txt", "no document")
    given = read_documents(tmp_path)
    assert [(one.place, one.text, one.hash) for one in given] == [
        ("a.graphql", ONE, hash_of(ONE)),
        ("b/two.gql", TWO, hash_of(TWO)),
    ]
    assert [one.text for one in read_documents(tmp_path / "b" / "two.gql")] == [TWO]


def test_the_manifest_of_apollo_is_read(tmp_path: Path) -> None:
    operations = [{"id": hash_of(text), "name": name, "type": "query", "body": text} for name, text in PAIRS]
    path = written(tmp_path, "persisted-query-manifest.json", {**APOLLO, "operations": operations})
    given = read_documents(path)
    assert [(one.text, one.called) for one in given] == [(text, hash_of(text)) for _, text in PAIRS]
    assert given[0].place == "persisted-query-manifest.json: One"


def test_the_manifest_of_relay_is_read(tmp_path: Path) -> None:
    path = written(tmp_path, "persisted_queries.json", {hash_of(text): text for _, text in PAIRS})
    assert [(one.text, one.called) for one in read_documents(path)] == [(text, hash_of(text)) for _, text in PAIRS]


PAIRS = (("One", ONE), ("Two", TWO))


@pytest.mark.parametrize(
    "content",
    [
        "{",
        "[]",
        "7",
        {},
        {"a": 7},
        {**APOLLO, "operations": []},
        {**APOLLO, "operations": {}},
        {**APOLLO, "operations": [{"id": "x"}]},
        {**APOLLO, "operations": [7]},
        {**APOLLO, "version": 2, "operations": [{"id": "x", "body": ONE}]},
        {"version": 1, "operations": [{"id": "x", "body": ONE}]},
    ],
)
def test_other_files_are_refused(tmp_path: Path, content: Any) -> None:
    with pytest.raises(DocumentsUnreadable):
        read_documents(written(tmp_path, "some.json", content))


def test_what_cannot_be_read_is_named(tmp_path: Path) -> None:
    for place in (tmp_path, tmp_path / "none.graphql", tmp_path / "none.json"):
        with pytest.raises(DocumentsUnreadable, match=place.name):
            read_documents(place)
    latin = tmp_path / "latin.graphql"
    latin.write_bytes(b"# \xe4")
    with pytest.raises(DocumentsUnreadable, match="UTF-8"):
        read_documents(latin)
