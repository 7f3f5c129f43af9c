"""Many rows given column by column, each column as one text: PostgreSQL's own notation of an array.

An array of values takes the driver three looks at each of them; as a text it is written by one call for the whole
column, and read by the server for about what reading the driver's own form costs.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Final
from uuid import UUID

import orjson

from core.kernel.frozen import frozen

NOTHING: Final = frozenset[str]()
TENANT: Final = {"tenant_id": "uuid", "network_id": "uuid"}
"""What every row of one tenant has alike."""

ESCAPE: Final = re.compile(rb'\\(?:(["\\])|u[0-9a-f]{4}|.)')
"""What JSON writes of a quote or a backslash, which an array's text writes alike, and of other characters."""


@frozen(kw_only=True)
class Columns:
    """The columns of a bulk statement.

    Attributes:
        kinds: Their types by name, in their order.
        by_driver: Those that the driver writes as it does: bytes, and texts that are long.
    """

    kinds: Mapping[str, str]
    by_driver: frozenset[str] = NOTHING

    def rows(self, first: int) -> str:
        """Write the call that gives the rows; its parameters are numbered from ``first``."""
        kinds = self.kinds.items()
        given = (
            f"${place}::{'' if name in self.by_driver else 'text::'}{kind}[]"
            for place, (name, kind) in enumerate(kinds, first)
        )
        return f"unnest({', '.join(given)})"

    def sent(self, columns: Mapping[str, Sequence[object]]) -> list[object]:
        """Give the parameters of that call: one value a row in each column."""
        return [columns[name] if name in self.by_driver else array_text(columns[name]) for name in self.kinds]


def bulk_insert(table: str, columns: Columns, constants: Mapping[str, str] = TENANT, *, end: str = "") -> str:
    """Write a statement that inserts rows given column by column, after what is the same in all of them.

    Names of tables and columns come from repositories alone.

    Args:
        table: The table.
        columns: What may differ from row to row.
        constants: What is the same, with its type, by column.
        end: What stands behind it, such as what happens to rows that are there.
    """
    names = ", ".join([*constants, *columns.kinds])
    fixed = ", ".join(f"${place}::{kind}" for place, kind in enumerate(constants.values(), 1))
    rows = columns.rows(len(constants) + 1)
    return f"INSERT INTO {table} ({names}) SELECT {fixed}, given.* FROM {rows} AS given {end}"  # noqa: S608 - see above


def array_text(values: Sequence[object]) -> str:
    """Write ids, instants, texts and whole numbers as the text of an array; nothing stands for what is unknown.

    Raises:
        TypeError: There is a value of another type.
    """
    said = orjson.dumps(values, default=id_text, option=orjson.OPT_UTC_Z)
    if b"\\" in said and b"\\" in said.replace(b"\\\\", b"").replace(b'\\"', b""):
        said = ESCAPE.sub(unescaped, said)  # There are others than those that both write alike.
    return f"{{{said[1:-1].decode()}}}"


def id_text(value: object) -> str:
    """Write an id, of whichever kind.

    Raises:
        TypeError: It is something else.
    """
    if isinstance(value, UUID):
        return str(value)
    raise TypeError(type(value).__name__)


def unescaped(escape: re.Match[bytes]) -> bytes:
    """Write what JSON escapes as an array's text has it: quotes and backslashes escaped alike, all else as it is."""
    said = escape[0]
    return said if escape[1] else str(orjson.loads(b'"%b"' % said)).encode()
