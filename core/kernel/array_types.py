"""Lists of PostgreSQL's own types are known to the driver from the start, instead of asked for on every connection.

asyncpg asks the catalogs of each list's type that it meets, once a connection: five milliseconds of the server's time
each, most of it planning. The types below are PostgreSQL's own and the same in every database
(``src/include/catalog/pg_type.dat``); what else there is, is asked for as ever.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final, cast

import asyncpg

from core.kernel.frozen import frozen

Row = Mapping[str, Any]
"""What the driver's question about a type is answered with."""

ELEMENTS: Final = {
    1000: ("_bool", 16),
    1001: ("_bytea", 17),
    1005: ("_int2", 21),
    1007: ("_int4", 23),
    1015: ("_varchar", 1043),
    1016: ("_int8", 20),
    1022: ("_float8", 701),
    1115: ("_timestamp", 1114),
    1182: ("_date", 1082),
    1183: ("_time", 1083),
    1185: ("_timestamptz", 1184),
    1187: ("_interval", 1186),
    1231: ("_numeric", 1700),
    2951: ("_uuid", 2950),
    3807: ("_jsonb", 3802),
}
"""The name of each list's type and the type of what it holds, by number."""

NOTHING_MORE: Final = ("basetype", "range_subtype", "attrtypoids", "attrnames", "basetype_name", "range_subtype_name")


def answered(number: int) -> Row:
    """Give what PostgreSQL answers about a list's type, as far as the driver reads it."""
    name, element = ELEMENTS[number]
    facts = {"oid": number, "ns": "pg_catalog", "name": name, "kind": b"b", "elemtype": element, "elemdelim": b","}
    return facts | dict.fromkeys(NOTHING_MORE)


KNOWN: Final = {number: answered(number) for number in ELEMENTS}


@frozen
class Unasked:
    """What the driver takes for the statement it asked with; it looks whether that one had a name."""

    name: str = "nothing was asked"


class KnowingConnection(cast("type[Any]", asyncpg).Connection):
    """A driver's connection that knows lists of PostgreSQL's own types."""

    async def _introspect_types(
        self,
        typeoids: Collection[int],
        timeout: float | None,  # noqa: ASYNC109 - the driver's own
    ) -> tuple[Sequence[Row], Any]:
        """Answer by what is known, or ask."""
        if all(number in KNOWN for number in typeoids):
            return [KNOWN[number] for number in typeoids], Unasked()
        asked: Any = await cast("Any", asyncpg).Connection._introspect_types(self, typeoids, timeout)  # noqa: SLF001 - the driver's own
        return cast("tuple[Sequence[Row], Any]", asked)
