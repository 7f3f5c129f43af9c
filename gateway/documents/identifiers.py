"""How a request names a registered document: by the hash of its text, in either of two forms.

``documentId`` is that of the appendix on persisted documents of GraphQL over HTTP: ``sha256:`` and 64 lower-case
hexadecimal digits; the digits alone, as Relay's compiler writes them, name the same. The other is the extension of
Apollo's clients, ``extensions.persistedQuery`` of version 1.
"""

import re
from collections.abc import Mapping
from hashlib import sha256
from typing import Any, cast

from core.kernel.frozen import frozen
from gateway.http.errors import MalformedRequest

PREFIX = "sha256:"
HASH = re.compile(r"[0-9a-f]{64}")
APOLLO = "persistedQuery"
APOLLO_VERSION = 1


@frozen
class Named:
    """A registered document that a request names.

    Attributes:
        hash: SHA-256 of its text, in lower-case hexadecimal.
        by_apollo: Whether the client is one of Apollo's, which looks for words of its own where there is none.
    """

    hash: str
    by_apollo: bool


def hash_of(text: str) -> str:
    """Give the hash of a document's text."""
    return sha256(text.encode()).hexdigest()


def read_hash(written: str) -> str | None:
    """Read a hash, with or without its prefix; nothing where it is none."""
    digits = written.removeprefix(PREFIX)
    return digits if HASH.fullmatch(digits) else None


def named_in(members: Mapping[str, object], extensions: Mapping[str, Any]) -> Named | None:
    """Give the registered document that a request names, if it names one.

    Raises:
        MalformedRequest: It names one in a form that is not known, or two.
    """
    by_id, by_apollo = named_by_id(members.get("documentId")), named_by_apollo(extensions.get(APOLLO))
    if by_id and by_apollo and by_id.hash != by_apollo.hash:
        raise MalformedRequest(problem=f"its members 'documentId' and 'extensions.{APOLLO}' name different documents")
    return by_id or by_apollo


def named_by_id(value: object) -> Named | None:
    """Read a request's member ``documentId``."""
    if value is None:
        return None
    found = read_hash(value) if isinstance(value, str) else None
    if found is None:
        raise MalformedRequest(problem="its member 'documentId' is not 'sha256:' and 64 lower-case hexadecimal digits")
    return Named(found, by_apollo=False)


def named_by_apollo(value: object) -> Named | None:
    """Read the extension of Apollo's clients."""
    if value is None:
        return None
    told = cast("Mapping[str, object]", value if isinstance(value, dict) else {})
    written = told.get("sha256Hash")
    found = read_hash(written) if isinstance(written, str) else None
    if told.get("version") != APOLLO_VERSION or found is None:
        raise MalformedRequest(problem=f"its member 'extensions.{APOLLO}' is not of version 1 with a sha256Hash")
    return Named(found, by_apollo=True)
