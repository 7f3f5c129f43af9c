"""Tables full of rows that are as odd as their columns and conditions allow, the same ones every time."""

import math
import re
import string
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any
from uuid import UUID

import orjson

from core.kernel.canonical import canonical_text

Values = Mapping[str, Any]
WORDS = ("phone", "desk", "web", "a", "b", "incident-handling", "north", "2.0.0")
ODD = (
    "",
    " ",
    "null",
    'O\'Neill "quoted" \\ back',
    "\\u0041 \\n",
    "line\nbreak\ttab\r\x0b\x0c\x08",
    "\x01\x02\x03\x04\x1f\x7f\x80\x9f",
    "\u00e9\u4e2d\u6587\u0627\u0644",
    "\U0001f600\U00010348\U000e0001\U0010fffd",
    "e\u0301\u200d\u2028\u2029\ufeff\ufffd\uffff",
    "</script>&amp;<!--",
    "%s %(x)s :name $1 {} {0}",
    "\x010\x02[]\x03",
)
BEGINNING = datetime(2026, 11, 21, 9, tzinfo=UTC)
ENDS = (datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, 23, 59, 59, 999999, tzinfo=UTC))
"""The driver stores these as the ends of time."""

INSTANTS = (
    datetime(1, 1, 1, 0, 0, 0, 1, tzinfo=UTC),
    datetime(987, 6, 5, 4, 3, 2, tzinfo=UTC),
    datetime(1582, 10, 15, tzinfo=UTC),
    datetime(1969, 12, 31, 23, 59, 59, 999999, tzinfo=UTC),
    datetime(1970, 1, 1, tzinfo=UTC),
    datetime(2000, 2, 29, 12, 0, 0, 1, tzinfo=UTC),
    datetime(2026, 11, 21, 9, tzinfo=UTC),
    datetime(9999, 12, 31, 23, 59, 59, 999998, tzinfo=UTC),
)
FLOATS = (
    0.0,
    -0.0,
    1.0,
    0.1,
    1 / 3,
    -2.5,
    100000.0,
    123456789.125,
    0.0001,
    0.00009999,
    1e14,
    999999999999999.9,
    1e15,
    1e16,
    1e306,
    5e-324,
    -1e-300,
    2.0**53 + 2,
)
DECIMALS = ("0", "-0.00", "1", "1.10", "12.50", "-999999999999999999999.000001", "1E+5", "0.0000001", "1E-30")
SAME_TIME = 0.35
PRINTABLE = (string.printable * 3)[:256].encode()
"""A printable character for every byte."""


@dataclass
class Table:
    """A table as PostgreSQL knows it."""

    name: str
    columns: dict[str, tuple[str, bool]]
    checks: list[str] = field(default_factory=list[str])
    choices: dict[str, list[str]] = field(default_factory=dict[str, list[str]])
    indexed: frozenset[str] = frozenset()


async def table_of(admin: Any, name: str) -> Table:
    rows = await admin.fetch(
        "SELECT attname, format_type(atttypid, atttypmod) AS kind, attnotnull FROM pg_attribute"
        " WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum",
        name,
    )
    checks = await admin.fetch(
        "SELECT pg_get_expr(conbin, conrelid) AS e FROM pg_constraint WHERE conrelid = $1::regclass AND contype = 'c'",
        name,
    )
    indexed = await admin.fetch(
        "SELECT a.attname FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indexrelid"
        " WHERE i.indrelid = $1::regclass",
        name,
    )
    found = Table(
        name, {row["attname"]: (row["kind"], row["attnotnull"]) for row in rows}, [one["e"] for one in checks]
    )
    found.indexed = frozenset(row["attname"] for row in indexed)
    for check in found.checks:
        whole = re.fullmatch(r"\((\w+) = ANY \(ARRAY\[(.*)\]\)\)", check)
        if whole:
            found.choices[whole[1]] = re.findall(r"'((?:[^']|'')*)'::text", whole[2])
    return found


class Making:
    """Makes values.

    Args:
        random: What decides.
    """

    def __init__(self, random: Random) -> None:
        self.random = random
        self._makers: Mapping[str, Callable[[], Any]] = {
            "uuid": self.uuid,
            "integer": lambda: self.number(32),
            "bigint": lambda: self.number(64 if self.random.random() < 0.03 else 32),
            "boolean": lambda: self.random.random() < 0.5,
            "double precision": self.floating,
            "timestamp with time zone": self.instant,
            "date": self.day,
            "jsonb": lambda: orjson.dumps(self.json()).decode(),
            "bytea": lambda: self.random.randbytes(self.random.randrange(20)),
            "uuid[]": lambda: [self.uuid() for _ in range(self.random.randrange(3))],
            "text[]": lambda: [self.text() for _ in range(self.random.randrange(3))],
            "numeric": self.decimal,
        }

    def uuid(self) -> UUID:
        return UUID(int=self.random.getrandbits(128), version=4)

    def text(self) -> str:
        random = self.random
        kind = random.random()
        if kind < 0.45:
            return random.choice(WORDS)
        if kind < 0.7:
            return random.choice(ODD)
        return "".join(self.letter() for _ in range(random.randrange(12)))

    def long_text(self) -> str:
        """As many characters as are kept beside the row; each uses up a whole number, as one that is chosen does."""
        length = self.random.randrange(3_000, 20_000)
        return self.random.randbytes(8 * length)[::8].translate(PRINTABLE).decode()

    def letter(self) -> str:
        while True:
            top = self.random.choice((0x7F, 0x2FF, 0xFFFF, 0x10FFFF))
            code = self.random.randrange(1, top)
            if not 0xD800 <= code < 0xE000:
                return chr(code)

    def instant(self) -> datetime:
        kind = self.random.random()
        if kind < SAME_TIME:
            return BEGINNING - timedelta(hours=self.random.randrange(4))
        if kind < 0.5:
            return self.random.choice(INSTANTS)
        if kind < 0.503:
            return self.random.choice(ENDS)
        return BEGINNING + timedelta(microseconds=self.random.randrange(-(10**15), 10**14))

    def day(self) -> date:
        return self.random.choice((date(2026, 11, 21), date(2026, 11, 20), self.instant().date()))

    def number(self, bits: int) -> int:
        kind = self.random.random()
        if kind < 0.6:
            return self.random.randrange(6)
        if kind < 0.9:
            return self.random.randrange(-1000, 100_000)
        return self.random.choice((2 ** (bits - 1) - 1, -(2 ** (bits - 1)), 2**31 - 1, -(2**31)))

    def floating(self) -> float:
        kind = self.random.random()
        if kind < 0.6:
            return self.random.choice(FLOATS)
        if kind < 0.603:
            return self.random.choice((math.inf, -math.inf, math.nan))
        return self.random.uniform(-1, 1) * 10 ** self.random.randrange(-8, 18)

    def json(self, depth: int = 3) -> Any:
        random = self.random
        leaves = (None, True, False, 0, -5, 2**31, 2**53 - 1, 0.5, 1e-7, 1e20, 123456.789, 1e21, 3e100)
        kind = random.randrange(4 if depth else 2)
        if kind == 0:
            return random.choice(leaves)
        if kind == 1:
            return self.text()
        return [self.json(depth - 1) for _ in range(random.randrange(4))] if kind == 2 else self.document(depth)

    def document(self, depth: int = 3) -> dict[str, Any]:
        return {self.text()[:30]: self.json(depth - 1) for _ in range(self.random.randrange(4))}

    def value(self, kind: str) -> Any:
        """Give a value of a PostgreSQL type."""
        return self._makers.get(kind, self.text)()

    def decimal(self) -> Decimal:
        if self.random.random() < 0.7:
            return Decimal(self.random.choice(DECIMALS))
        return Decimal(self.number(32)) / 100

    def canonical(self) -> str:
        return canonical_text(self.document())


@dataclass
class Filling:
    """Fills tables.

    Attributes:
        admin: A superuser's connection.
        making: Makes values.
        special: What makes the values of a column in its own way, by table and column.
        references: Which table's id a column holds.
        ids: The ids of the rows of each table, by owner.
    """

    admin: Any
    making: Making
    special: Mapping[tuple[str, str], Any]
    references: Mapping[tuple[str, str], str]
    ids: dict[tuple[str, UUID], list[UUID]] = field(default_factory=dict[tuple[str, UUID], list[UUID]])

    def foresee(self, name: str, owner: UUID, number: int) -> None:
        """Know ids before there are rows, so that others can refer to them."""
        self.ids[name, owner] = [self.making.uuid() for _ in range(number)]

    async def fill(self, name: str, owner: UUID, fixed: Values, tries: int = 6) -> None:
        """Fill a table with rows of one owner, a tenant or a network; what its conditions refuse is left out."""
        table = await table_of(self.admin, name)
        rows = [
            self.row(table, owner, {**fixed, "id": one} if "id" in table.columns else fixed)
            for one in self.ids[name, owner]
            for _ in range(tries)
        ]
        columns = ", ".join(f'"{one}"' for one in table.columns)
        holes = ", ".join(f"${place}" for place, _ in enumerate(table.columns, 1))
        await self.admin.execute(f"CREATE TEMP TABLE tried AS SELECT * FROM {name} WITH NO DATA")
        await self.admin.executemany(f"INSERT INTO tried ({columns}) VALUES ({holes})", rows)
        fitting = " AND ".join(f"({one}) IS NOT FALSE" for one in table.checks) or "true"
        await self.admin.execute(
            f"INSERT INTO {name} ({columns}) SELECT {columns} FROM tried WHERE {fitting} ON CONFLICT DO NOTHING"
        )
        await self.admin.execute("DROP TABLE tried")

    def row(self, table: Table, owner: UUID, fixed: Values) -> list[Any]:
        return [self.value(table, one, owner, fixed) for one in table.columns]

    def value(self, table: Table, column: str, owner: UUID, fixed: Values) -> Any:
        random, (kind, filled) = self.making.random, table.columns[column]
        if column in fixed:
            return fixed[column]
        if not filled and random.random() < 0.4:
            return None
        found: Any = None
        if (table.name, column) in self.special:
            found = self.special[table.name, column](self.making)
        elif column in table.choices:
            found = random.choice(table.choices[column])
        elif (table.name, column) in self.references and random.random() < 0.97:
            found = self.one_of(self.references[table.name, column], {owner, fixed["network_id"]})
        elif kind == "text" and column not in table.indexed and random.random() < 0.02:
            found = self.making.long_text()
        else:
            found = self.making.value(kind)
        return found

    def one_of(self, table: str, owners: set[UUID]) -> UUID:
        """Give the id of a row, which the conditions of its table may have left out."""
        known = [one for whose in sorted(owners) for one in self.ids.get((table, whose), ())[:12]]
        return self.making.random.choice(known) if known else self.making.uuid()
