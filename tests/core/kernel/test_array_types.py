"""Lists of PostgreSQL's own types are not asked for on every connection, and what is known of them is what it says."""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pytest

from core.kernel.array_types import ELEMENTS, KNOWN
from core.kernel.database import Database
from core.kernel.roles import Role

ASKED = "typeinfo_tree"
OTHER = 1003
"""A list of names."""

LISTS: dict[str, list[Any]] = {
    "bool": [True, False, None],
    "bytea": [b"\x00\xff", b""],
    "int2": [-1, 32_767],
    "int4": [-1, 2**31 - 1],
    "int8": [-1, 2**63 - 1],
    "float8": [0.5, None],
    "timestamp": [datetime(2026, 11, 22, 17, 4)],  # noqa: DTZ001 - the type has no zone
    "date": [date(2026, 11, 22)],
    "time": [time(17, 4)],
    "timestamptz": [datetime(2026, 11, 22, 17, 4, tzinfo=UTC), None],
    "interval": [timedelta(hours=36)],
    "numeric": [Decimal("0.10")],
    "uuid": [uuid4(), UUID(int=0)],
}


class Hearing:
    """What a connection asks the server."""

    def __init__(self) -> None:
        self.heard: list[str] = []

    def __call__(self, record: Any) -> None:
        self.heard.append(record.query)

    @property
    def asked(self) -> bool:
        """Whether anything was asked about a type."""
        return any(ASKED in query for query in self.heard)


async def test_what_is_known_is_what_postgresql_says(own: Database) -> None:
    async with own.plain(Role.APP).connection() as connection:
        # Together with a type that is not known, so that all of it is the server's answer.
        rows, _ = await connection._introspect_types([*ELEMENTS, OTHER], None)
        said = {row["oid"]: dict(row) for row in rows}
        assert OTHER in said
    for number, known in KNOWN.items():
        assert {name: said[number][name] for name in known} == known


async def test_lists_are_sent_and_read_without_a_question(own: Database) -> None:
    async with own.plain(Role.APP).connection() as connection:
        connection.add_query_logger(hearing := Hearing())
        for kind, values in LISTS.items():
            assert await connection.fetchval(f"SELECT $1::{kind}[]", values) == values
        assert not hearing.asked


@pytest.mark.parametrize("kind", sorted(LISTS))
async def test_an_unprepared_statement_needs_no_question_either(own: Database, kind: str) -> None:
    async with own.pool(Role.APP).connect() as pooled:
        raw: Any = (await pooled.get_raw_connection()).driver_connection
        raw.add_query_logger(hearing := Hearing())
        found = await raw.fetchval(f"SELECT $1::{kind}[] AS found", LISTS[kind])
        assert found == LISTS[kind]
        assert not hearing.asked


async def test_a_list_of_anything_else_is_asked_for(own: Database) -> None:
    async with own.plain(Role.APP).connection() as connection:
        connection.add_query_logger(hearing := Hearing())
        assert await connection.fetchval("SELECT ARRAY['a', 'b']::name[]") == ["a", "b"]
        assert hearing.asked
