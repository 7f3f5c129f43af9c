"""Register the documents of a build: all of them or none, as often as one likes."""

from collections.abc import Callable, Sequence
from datetime import datetime
from itertools import islice

from sqlalchemy import Connection

from core.kernel.errors import InvalidInput
from core.kernel.frozen import frozen
from gateway.documents.errors import DocumentsAreWrong
from gateway.documents.examining import Examined, wrong_among
from gateway.documents.repository import add_build, add_texts

AT_ONCE = 200
LONGEST_NAME = 200


@frozen
class Registered:
    """What registering came to.

    Attributes:
        documents: Documents of the build.
        texts: How many of them no build sent before.
        added: How many of them this build did not send before.
    """

    documents: int
    texts: int
    added: int


def nobody(_done: int) -> None:
    """Tell nobody."""


def register_documents(
    connection: Connection,
    examined: Sequence[Examined],
    *,
    application: str,
    version: str,
    at: datetime,
    progress: Callable[[int], object] = nobody,
) -> Registered:
    """Register the documents of a build.

    Args:
        connection: The owner's, in a transaction that the caller commits.
        examined: The documents, each looked at.
        application: Name of the front end.
        version: Its build.
        at: The instant.
        progress: Told how many documents are done.

    Raises:
        DocumentsAreWrong: Something is wrong with any of them.
        InvalidInput: Application or version is no name.
    """
    wrong = wrong_among(examined)
    if wrong:
        raise DocumentsAreWrong(wrong=len(wrong), given=len(examined))
    names = named("application", application), named("version", version)
    left = iter({one.given.hash: one.given.text for one in examined}.items())
    documents = texts = added = 0
    while some := dict(islice(left, AT_ONCE)):
        texts += add_texts(connection, some, at)
        added += add_build(connection, list(some), *names, at)
        documents += len(some)
        progress(documents)
    return Registered(documents, texts, added)


def named(field: str, given: str) -> str:
    """Take the name of an application or a version.

    Raises:
        InvalidInput: It is empty, too long, or not printable.
    """
    name = given.strip()
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise InvalidInput(field=field, problem=f"must be 1 to {LONGEST_NAME} printable characters")
    return name
