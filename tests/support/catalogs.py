"""Everything the system catalogs say of a database, by name: two that say the same are the same to whoever uses them.

No kind of object is listed: whatever PostgreSQL keeps a catalog of is compared, and every column of it.
"""

import re
from collections import Counter
from typing import Any

# Where a row lies, and when it was looked after last.
ELSEWHERE = frozenset({"oid", "relfilenode", "relfrozenxid", "relminmxid", "relpages", "relallvisible", "relallfrozen"})
# The catalogs themselves are looked after in their own time, and that has nothing to do with what they say.
EXCEPT = {"reltuples": "CASE WHEN oid >= 16384 THEN reltuples END"}
# Columns of these kinds hold numbers of objects; names do where an object is kept for another, as overlong values are.
NUMBERED = frozenset({"oid", "oid[]", "oidvector", "pg_node_tree", "name"})
FIRST_OF_OURS = 16_384
NUMBER = re.compile(r"(?<![A-Za-z0-9])\d{5,}")
PLACE_IN_TEXT = re.compile(r" :(?:stmt_)?(?:location|len|rexpr_list_start|rexpr_list_end) -?\d+")

CATALOGS = """
SELECT c.relname AS name, array_agg(a.attname::text ORDER BY a.attnum) AS columns,
  array_agg(format_type(a.atttypid, NULL) ORDER BY a.attnum) AS kinds
FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
WHERE c.relnamespace = 'pg_catalog'::regnamespace AND c.relkind = 'r' AND NOT c.relisshared
  AND c.relname <> 'pg_statistic'
GROUP BY c.relname ORDER BY c.relname
"""
TABLES = "SELECT oid::regclass::text AS name FROM pg_class WHERE relkind = 'r' AND oid >= 16384 ORDER BY 1"


async def contents(connection: Any, *only: str) -> Counter[str]:
    """Write down every row of every catalog and table, or of some, each as a line that begins with its name."""
    catalogs = await connection.fetch(CATALOGS)
    names = await numbered(connection, [one["name"] for one in catalogs if "oid" in one["columns"]])

    def by_name(number: re.Match[str]) -> str:
        return names.get(number[0], number[0])

    lines: Counter[str] = Counter()
    for catalog in [one for one in catalogs if not only or one["name"] in only]:
        kinds = dict(zip(catalog["columns"], catalog["kinds"], strict=True))
        told = [column for column in kinds if column not in ELSEWHERE]
        values = ", ".join(f"({EXCEPT.get(column, column)})::text" for column in told)
        for (row,) in await connection.fetch(f"SELECT ARRAY[{values}] FROM {catalog['name']}"):
            said: list[str] = []
            for column, value in zip(told, row, strict=True):
                if value is not None and kinds[column] in NUMBERED:
                    said.append(f"{column}={NUMBER.sub(by_name, PLACE_IN_TEXT.sub('', value))}")
                elif value is not None:
                    said.append(f"{column}={value}")
            lines[f"{catalog['name']} {' '.join(said)}"] += 1
    for table in [one["name"] for one in await connection.fetch(TABLES) if not only or one["name"] in only]:
        for (row,) in await connection.fetch(f"SELECT to_jsonb(t)::text FROM {table} t"):
            lines[f"{table} {row}"] += 1
    return lines


async def numbered(connection: Any, catalogs: list[str]) -> dict[str, str]:
    """Name every object that the database did not come with, by its number."""
    question = " UNION ALL ".join(
        f"SELECT oid::text AS number, pg_describe_object('{name}'::regclass, oid, 0) AS name FROM {name}"
        f" WHERE oid >= {FIRST_OF_OURS}"
        for name in catalogs
    )
    names = {one["number"]: one["name"] for one in await connection.fetch(question)}

    def without_numbers(number: str) -> str:
        """The trigger of a constraint is named by its own number, what holds overlong values by that of its table."""
        named = NUMBER.sub(lambda other: "" if other[0] == number else names.get(other[0], other[0]), names[number])
        return f"<{named}>"

    return {number: without_numbers(number) for number in names}


def different(some: Counter[str], others: Counter[str]) -> list[str]:
    """What only one of them says."""
    return sorted([f"- {line}" for line in some - others] + [f"+ {line}" for line in others - some])
