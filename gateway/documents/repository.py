"""The SQL of registered documents: read by the role that serves, written by the owner alone."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import AsyncSession

from core.kernel.database import Database
from core.kernel.frozen import frozen
from core.kernel.roles import Role

SERVED = """
    SELECT d.hash, d.text FROM trusted_documents d
    WHERE d.hash = ANY($1::text[])
      AND EXISTS (SELECT 1 FROM trusted_document_builds b WHERE b.hash = d.hash AND b.retired_at IS NULL)
"""
ADD_TEXTS = text("""
    INSERT INTO trusted_documents (hash, text, registered_at)
    SELECT given.hash, given.text, CAST(:at AS timestamptz)
    FROM unnest(CAST(:hashes AS text[]), CAST(:texts AS text[])) AS given (hash, text)
    ON CONFLICT (hash) DO NOTHING RETURNING hash
""")
ADD_BUILD = text("""
    INSERT INTO trusted_document_builds AS kept (hash, application, version, registered_at)
    SELECT given.hash, CAST(:application AS text), CAST(:version AS text), CAST(:at AS timestamptz)
    FROM unnest(CAST(:hashes AS text[])) AS given (hash)
    ON CONFLICT (hash, application, version)
    DO UPDATE SET registered_at = excluded.registered_at, retired_at = NULL WHERE kept.retired_at IS NOT NULL
    RETURNING hash
""")
RETIRE_BUILD = text("""
    UPDATE trusted_document_builds SET retired_at = CAST(:at AS timestamptz)
    WHERE application = :application AND version = :version AND retired_at IS NULL RETURNING hash
""")
RETIRE_HASH = text("""
    UPDATE trusted_document_builds SET retired_at = CAST(:at AS timestamptz)
    WHERE hash = :hash AND retired_at IS NULL RETURNING hash
""")
KNOWN_BUILD = text(
    "SELECT EXISTS (SELECT 1 FROM trusted_document_builds WHERE application = :application AND version = :version)"
)
KNOWN_HASH = text("SELECT EXISTS (SELECT 1 FROM trusted_document_builds WHERE hash = :hash)")
STILL_SERVED = text("""
    SELECT count(DISTINCT hash) FROM trusted_document_builds
    WHERE hash = ANY(CAST(:hashes AS text[])) AND retired_at IS NULL
""")
BUILDS = text("""
    SELECT application, version, count(*) AS documents, count(*) FILTER (WHERE retired_at IS NULL) AS served,
      min(registered_at) AS registered_at, max(retired_at) AS retired_at
    FROM trusted_document_builds GROUP BY application, version ORDER BY application, min(registered_at), version
""")


@frozen
class Build:
    """One build of a front end.

    Attributes:
        application: Name of the front end.
        version: Its build.
        documents: How many documents it registered.
        served: How many of them it still lets be served.
        registered_at: When it was first registered.
        retired_at: When one of them was last retired.
    """

    application: str
    version: str
    documents: int
    served: int
    registered_at: datetime
    retired_at: datetime | None


@frozen
class StoredDocuments:
    """Registered documents as the serving role reads them.

    Attributes:
        database: Where they are.
    """

    database: Database

    async def texts(self, hashes: Sequence[str]) -> Mapping[str, str]:
        """Give the texts of those that are registered and not retired, by hash."""
        async with self.database.plain(Role.APP).connection() as connection:
            found = await connection.fetch(SERVED, list(hashes))
        return {row["hash"].decode(): row["text"].decode() for row in found}


def add_texts(connection: Connection, texts: Mapping[str, str], at: datetime) -> int:
    """Add texts by their hashes, and tell how many were new."""
    given = {"hashes": list(texts), "texts": list(texts.values()), "at": at}
    return len(connection.execute(ADD_TEXTS, given).all())


def add_build(connection: Connection, hashes: Sequence[str], application: str, version: str, at: datetime) -> int:
    """Note which documents a build sends, and tell how many it did not send before."""
    given = {"hashes": list(hashes), "application": application, "version": version, "at": at}
    return len(connection.execute(ADD_BUILD, given).all())


def retire_build(connection: Connection, application: str, version: str, at: datetime) -> list[str]:
    """Retire a build, and give the hashes of its documents that were served."""
    given = {"application": application, "version": version, "at": at}
    return list(connection.execute(RETIRE_BUILD, given).scalars())


def retire_hash(connection: Connection, hash_: str, at: datetime) -> list[str]:
    """Retire a document in every build that sends it, and give its hash where it was served."""
    return list(connection.execute(RETIRE_HASH, {"hash": hash_, "at": at}).scalars())


def knows_build(connection: Connection, application: str, version: str) -> bool:
    """Tell whether a build was ever registered."""
    return bool(connection.scalar(KNOWN_BUILD, {"application": application, "version": version}))


def knows_hash(connection: Connection, hash_: str) -> bool:
    """Tell whether a document was ever registered."""
    return bool(connection.scalar(KNOWN_HASH, {"hash": hash_}))


def still_served(connection: Connection, hashes: Sequence[str]) -> int:
    """Count those that some other build keeps."""
    return int(connection.scalar(STILL_SERVED, {"hashes": list(hashes)}) or 0)


async def read_builds(session: AsyncSession) -> list[Build]:
    """List the builds, in the order they were registered in."""
    return [Build(**row) for row in (await session.execute(BUILDS)).mappings()]
