"""Rows of which PostgreSQL prints one, and Python the others by its likeness.

A mutation knows what it writes. Where its answer reads nothing but columns of the new rows, and only keys and texts
differ from row to row, PostgreSQL prints a made-up row that has marks in their places; each row is that text with its
own values instead of the marks. So what is said of a row is said by the same plan as ever, and a thousand rows need
neither be given back by what writes them nor be printed one by one.
"""

import re
from base64 import urlsafe_b64encode
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import chain, repeat
from typing import Any, Final
from uuid import UUID, uuid4

import orjson
import sqlalchemy as sa
from graphql import FieldNode, GraphQLObjectType

from core.kernel.at_once import FRESH, AtOnce, Telling
from core.kernel.direct import NewRows
from core.kernel.frozen import frozen
from core.kernel.insertions import NULL, SHAPES, given, kind_of, settled
from gateway.execution.compiled.objects import ObjectCompiler
from gateway.execution.compiled.rows import owners
from gateway.execution.graphql_types import named_type
from gateway.execution.plans import EntityPlan, python_kind
from gateway.execution.readings import ColumnReading, IdentityReading

MARKED_KEY: Final = uuid4()
MARK: Final = MARKED_KEY.hex
"""What nobody can guess, and so no text of anybody's is."""
TEXTS: Final = frozenset({"String", "ID"})


@frozen
class Likeness:
    """How the rows of a list are printed.

    Attributes:
        plan: The entity.
        place: The list's place among what the statement tells.
        read: Columns that are read, as they are.
        texts: Those of them that are printed as texts wherever they are.
    """

    plan: EntityPlan
    place: int
    read: frozenset[str]
    texts: frozenset[str]

    def of(self, doing: AtOnce) -> "Alike | None":
        """Give the rows that are written, where they can be printed so."""
        table = self.plan.table.name
        found = [one for one in doing.rows if one.table == table]
        rows = settled(found[0]) if len(found) == 1 else None
        if not isinstance(rows, NewRows) or not self.read <= rows.alike.keys() | rows.columns.keys():
            return None
        differing = self.read & rows.columns.keys()
        return Alike(self, rows) if differing <= self.texts | {self.plan.key.name} else None


@frozen
class Alike:
    """New rows that are printed by the likeness of one.

    Attributes:
        likeness: How.
        rows: The rows, each column of which differs.
    """

    likeness: Likeness
    rows: NewRows

    def telling(self, telling: Telling) -> Telling:
        """Have the made-up row told, and none of the new ones."""
        made_up = [self._made_up(name) for name in sorted(self.likeness.read)]
        shown = tuple(zip(sorted(self.likeness.read), (one is None for one in made_up), strict=True))
        values = (*telling.values, *(one for one in made_up if one is not None))
        sql = told_of_one(telling.sql, self.rows.table, shown, len(telling.values))
        return Telling(sql, values, telling.tables - {self.rows.table})

    def _made_up(self, name: str) -> Any:  # noqa: ANN401 - whatever the column holds
        if name not in self.rows.columns:
            return self.rows.alike[name]
        return MARKED_KEY if name == self.likeness.plan.key.name else mark_of(name)

    def filled(self, texts: Sequence[bytes]) -> list[bytes]:
        """Give what the statement tells with the list of all rows instead of the made-up one."""
        place, key = self.likeness.place, self.likeness.plan.key.name
        columns = {name: one for name, one in self.rows.columns.items() if name in self.likeness.read and name != key}
        marks = {orjson.dumps(mark_of(name)): name for name in columns}
        ids = [*global_ids(self.likeness.plan.entity.name, [MARKED_KEY, *self.rows.columns[key]])]
        marks[ids[0]] = key
        parts = re.split(b"(%b)" % b"|".join(map(re.escape, marks)), texts[place][1:-1])
        printed: Mapping[str, Sequence[bytes]] = {
            key: ids[1:],
            **{name: [*map(orjson.dumps, one)] for name, one in columns.items()},
        }
        count = len(ids) - 1
        parts[-1] += b","
        each = (printed[marks[one]] if one in marks else repeat(one, count) for one in parts)
        listed = b"".join(chain.from_iterable(zip(*each, strict=False)))
        return [*texts[:place], b"[%b]" % listed[:-1], *texts[place + 1 :]]


def likeness_of(
    objects: ObjectCompiler, plan: EntityPlan, type_: GraphQLObjectType, nodes: Sequence[FieldNode], place: int
) -> Likeness | None:
    """Tell how rows are printed; nothing where more is read than columns as they are."""
    key = plan.key.name
    read, texts = {key, *owners(plan.entity.model)}, set[str]()
    for same in objects.selections.below(nodes, type_).values():
        asked = same[0].name.value
        if asked == "__typename":
            continue
        match objects.readings.fields[type_.name, asked]:
            case IdentityReading():
                pass
            case ColumnReading(label) if label != key and isinstance(plan.columns[label], sa.Column):
                read.add(label)
                if named_type(type_.fields[asked]).name in TEXTS and python_kind(plan.columns[label]) is str:
                    texts.add(label)
            case _:
                return None
    return Likeness(plan, place, frozenset(read), frozenset(texts))


def mark_of(column: str) -> str:
    """Give the text that stands for a column's."""
    return f"{column}-{MARK}"


def global_ids(type_name: str, keys: Iterable[UUID]) -> Iterable[bytes]:
    """Give global ids as :func:`core.kernel.graphql.ids.global_id` does, of all keys at once.

    Each is filled up to whole threes of bytes, so that none hangs on its neighbour; what the filling adds is cut off.
    """
    length = len(type_name.encode()) + len(f":{MARKED_KEY}")
    filling = "\x00" * (-length % 3)
    text = urlsafe_b64encode("".join([f"{type_name}:{one}{filling}" for one in keys]).encode())
    whole, own = (length + len(filling)) // 3 * 4, -(-length * 4 // 3)
    return (text[at : at + own] for at in range(0, len(text), whole))


@lru_cache(SHAPES)
def told_of_one(sql: str, table: str, columns: tuple[tuple[str, bool], ...], before: int) -> str:
    """Read a made-up row where new ones were read.

    Args:
        sql: What is told.
        table: Of new rows of which table.
        columns: The columns that are read, and whether they are empty.
        before: How many parameters there are before.
    """
    shown: list[str] = []
    for name, empty in columns:
        before += not empty
        shown.append(f"{given(NULL if empty else before, kind_of(table, name))} AS {name}")
    new = f"{FRESH}{table}"
    return re.sub(rf"\bFROM {new}\b", f"FROM (SELECT {', '.join(shown)}) AS {new}", sql)
