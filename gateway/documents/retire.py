"""Retire documents: those of a build that is no longer in use, or one document at once wherever it is sent from."""

from datetime import datetime

from sqlalchemy import Connection

from core.kernel.errors import InvalidInput
from core.kernel.frozen import frozen
from gateway.documents.errors import NoSuchBuild
from gateway.documents.identifiers import read_hash
from gateway.documents.repository import knows_build, knows_hash, retire_build, retire_hash, still_served


@frozen
class Retired:
    """What retiring came to.

    Attributes:
        documents: Documents that were retired.
        kept: How many of them are served all the same, because other builds send them.
    """

    documents: int
    kept: int


def retire_version(connection: Connection, application: str, version: str, at: datetime) -> Retired:
    """Retire a build; what other builds send is served on.

    Raises:
        NoSuchBuild: It was never registered.
    """
    if not knows_build(connection, application, version):
        raise NoSuchBuild(what=f"{application} {version}")
    hashes = retire_build(connection, application, version, at)
    return Retired(len(hashes), still_served(connection, hashes))


def retire_document(connection: Connection, written: str, at: datetime) -> Retired:
    """Retire one document in every build.

    Raises:
        InvalidInput: It is no hash.
        NoSuchBuild: It was never registered.
    """
    hash_ = read_hash(written)
    if hash_ is None:
        raise InvalidInput(field="hash", problem="must be 64 lower-case hexadecimal digits, with or without sha256:")
    if not knows_hash(connection, hash_):
        raise NoSuchBuild(what=hash_)
    return Retired(len(set(retire_hash(connection, hash_, at))), 0)
