"""Documents as front ends' builds leave them behind: files, folders of files, and the manifests of their tools.

Read are ``.graphql`` and ``.gql`` files, one document each, exactly as they are; the manifest that Apollo's
``generate-persisted-query-manifest`` writes (``format``, ``version``, ``operations`` with ``id`` and ``body``); and a
JSON object of hashes and texts, which Relay's compiler (``persistConfig.file``) and GraphQL Code Generator write.
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, cast

import orjson

from core.kernel.frozen import frozen
from gateway.documents.errors import DocumentsUnreadable
from gateway.documents.identifiers import hash_of

TEXTS = frozenset({".graphql", ".gql"})
APOLLO_FORMAT = "apollo-persisted-query-manifest"
APOLLO_VERSION = 1


@frozen
class Given:
    """One document of a front end.

    Attributes:
        place: Where it stands, for whoever is to mend it.
        text: The document.
        called: The id that the front end will ask for it by; empty where only its hash can be meant.
    """

    place: str
    text: str
    called: str = ""

    @property
    def hash(self) -> str:
        """The hash it is served by."""
        return hash_of(self.text)


def read_documents(place: Path) -> list[Given]:
    """Read the documents of a file or a folder, in the order of their names.

    Raises:
        DocumentsUnreadable: It holds none, or in no form that is known.
    """
    if place.is_dir():
        files = sorted(one for one in place.rglob("*") if one.suffix in TEXTS and one.is_file())
        found = [Given(str(one.relative_to(place)), text_of(one)) for one in files]
    elif place.suffix in TEXTS:
        found = [Given(place.name, text_of(place))]
    else:
        found = read_manifest(place)
    if not found:
        raise DocumentsUnreadable(place=str(place), problem="it holds no documents")
    return found


def text_of(file: Path) -> str:
    """Give a file's text with its line breaks as they are, since they are part of the hash.

    Raises:
        DocumentsUnreadable: It is missing, or not UTF-8.
    """
    try:
        return file.read_bytes().decode()
    except OSError as error:
        raise DocumentsUnreadable(place=str(file), problem=error.strerror or type(error).__name__) from error
    except UnicodeDecodeError as error:
        raise DocumentsUnreadable(place=str(file), problem="it is not UTF-8") from error


def read_manifest(file: Path) -> list[Given]:
    """Read a manifest of either form.

    Raises:
        DocumentsUnreadable: It is neither.
    """
    try:
        content: object = orjson.loads(text_of(file))
    except orjson.JSONDecodeError as error:
        raise DocumentsUnreadable(place=str(file), problem="it is neither a .graphql file nor JSON") from error
    members = cast("Mapping[str, Any]", content if isinstance(content, dict) else {})
    if "operations" in members:
        return list(apollo(file, members))
    if not all(isinstance(text, str) for text in members.values()):
        raise DocumentsUnreadable(place=str(file), problem="it is no manifest whose form is known")
    return [Given(f"{file.name}: {called}", text, called) for called, text in members.items()]


def apollo(file: Path, members: Mapping[str, Any]) -> Iterator[Given]:
    """Read the manifest of Apollo's tool."""
    if members.get("format") != APOLLO_FORMAT or members.get("version") != APOLLO_VERSION:
        problem = f"it is no {APOLLO_FORMAT} of version {APOLLO_VERSION}"
        raise DocumentsUnreadable(place=str(file), problem=problem)
    operations: object = members["operations"]
    for one in cast("Sequence[object]", operations if isinstance(operations, list) else [operations]):
        told = cast("Mapping[str, object]", one if isinstance(one, dict) else {})
        called, name, body = told.get("id"), told.get("name", ""), told.get("body")
        if not isinstance(called, str) or not isinstance(body, str):
            raise DocumentsUnreadable(place=str(file), problem="an operation has no id or no body")
        yield Given(f"{file.name}: {name or called}", body, called)
