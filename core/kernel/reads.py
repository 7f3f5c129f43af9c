"""How a field reads, as data: interpreted by generic loaders, and complete enough to be compiled to one statement.

A declaration says what a field is made of, never how it is fetched, and nobody writes a resolver for a declared field.
Every declaration is checked against the tables when the schema is assembled: a column that does not exist, a nullable
column behind a required field or a list without a total order keeps the product from starting, naming the field.

An *ordering* is a tuple of column names, ``-`` before a name for descending; it ends in the key of the listed rows, so
that it is total. Conditions and formulas are functions of the table (``lambda record: record.c.status == "open"``);
where they depend on the moment they use :data:`NOW`.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import field
from enum import StrEnum
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import BindParameter, ColumnElement, FromClause

from core.kernel.frozen import frozen
from core.kernel.permissions import Permission
from core.kernel.rows import Row
from core.kernel.services import Services
from core.kernel.unit import Unit

Ordering = tuple[str, ...]
Condition = Callable[[FromClause], ColumnElement[bool]]
Formula = Callable[[FromClause], ColumnElement[Any]]

NOW = sa.bindparam("touchstone_now", required=True, type_=sa.DateTime(timezone=True))
"""The instant of the operation, for formulas and conditions that depend on it."""


@frozen
class Column:
    """A column of the entity's table."""

    name: str


@frozen
class Expression:
    """A value PostgreSQL computes from the columns of one row.

    Attributes:
        formula: Gives the SQL expression over the entity's table.
    """

    formula: Formula


@frozen
class Document:
    """A stored canonical JSON text: as it stands in a ``String`` field, as a value in a ``JSON`` field."""

    name: str


@frozen(kw_only=True)
class Splicing:
    """What a :class:`Hole` is filled with the help of.

    Attributes:
        services: What upper rooms put in for lower ones.
        opened: The open unit; none for holes that said they need nothing but their columns.
    """

    services: Services
    opened: Unit | None = None

    @property
    def unit(self) -> Unit:
        """The open unit.

        Raises:
            RuntimeError: The hole said that it needs nothing but its columns.
        """
        if self.opened is None:
            msg = "A hole declared with alone=True is filled without a unit; declare it without."
            raise RuntimeError(msg)
        return self.opened


Fill = Callable[[Splicing, Sequence[Mapping[str, Any]]], Awaitable[Sequence[object]]]


@frozen
class Hole:
    """A value Python splices in from columns of the row: decryption, amounts of money, signed addresses.

    Attributes:
        columns: Columns that are read for it.
        fill: Gives one value per row, in the order of the rows; it is called once for all rows of a page, and holds
            the connection while it runs.
        alone: Whether it needs nothing but the columns; it is then filled without a unit.
    """

    columns: tuple[str, ...]
    fill: Fill
    alone: bool = False


@frozen
class Identity:
    """The global id, made of the type's name and the row's key."""


@frozen
class ToOne:
    """One row of another table, or none, in the same tenant (or network, where the target is a reference table).

    Attributes:
        target: The other table's model.
        by: Column of this table that names the other row.
        key: Column of the other table that ``by`` names.
    """

    target: type[Row]
    by: str
    key: str = "id"


@frozen
class ToMany:
    """The rows of another table that name this one, page by page.

    Attributes:
        target: The other table's model.
        key: Column of the other table that names this row.
        order: How they are listed; total, and of required columns only.
        local: Column of this table that ``key`` names.
        where: Which of them are listed at all.
        filter: A class decorated with ``filters``: what the caller may narrow them by.
    """

    target: type[Row]
    key: str
    order: Ordering
    local: str = "id"
    where: Condition | None = None
    filter: type | None = None


class Measure(StrEnum):
    """What an aggregate says of the rows it looks at."""

    COUNT = "count"
    SUM = "sum"
    AVERAGE = "avg"
    LEAST = "min"
    GREATEST = "max"
    PERCENTILE = "percentile"


@frozen(kw_only=True)
class Aggregate:
    """A figure over the rows of another table that name this one.

    A count over no rows is zero; every other measure over no rows is empty, so its field is nullable.

    Attributes:
        measure: What is computed.
        target: The other table's model.
        key: Column of the other table that names this row.
        of: Column or formula that is measured; not for a count.
        fraction: Between 0 and 1, for a percentile (continuous: between the two nearest values).
        local: Column of this table that ``key`` names.
        where: Which rows are looked at.
        filter: A class decorated with ``filters``: what the caller may narrow them by.
    """

    measure: Measure
    target: type[Row]
    key: str
    of: str | Formula | None = None
    fraction: float | None = None
    local: str = "id"
    where: Condition | None = None
    filter: type | None = None


Reading = Column | Expression | Document | Hole | Identity | ToOne | ToMany | Aggregate


class Operator(StrEnum):
    """How a filter compares; each becomes an index condition under row-level security."""

    IS = "is"
    AMONG = "among"
    FROM = "from"
    AFTER = "after"
    UP_TO = "up_to"
    BEFORE = "before"
    EMPTY = "empty"
    THERE = "there"


@frozen(kw_only=True)
class Within:
    """Rows of another table, one of which must be there for a listed row to stay; both are rows of one tenant.

    Attributes:
        model: The other table's model.
        key: Its column that holds the listed row's id.
        where: What else must hold of such a row.
    """

    model: type[Row]
    key: str
    where: Condition | None = None


@frozen
class Match:
    """One thing the rows of a list can be narrowed by.

    Attributes:
        column: The column that is compared.
        operator: ``is``; ``among`` a list; ``from`` (at or after), ``after``, ``up_to`` (at or before), ``before``;
            ``empty`` takes a boolean; ``there`` takes one, too: whether a row of another table is there.
        refers_to: Name of the GraphQL type whose global id is given, where the column names a row.
        within: The other table whose column is compared, where it is not the listed one's.
    """

    column: str
    operator: Operator = Operator.IS
    refers_to: str = ""
    within: Within | None = None


class Breadth(StrEnum):
    """How far a root field reads.

    ``tenant``: the tenant acted in. ``units_below``: that tenant and every unit below it. ``network``: the whole
    network. The wider ones read under a role of their own and open an audited grant, so they need a permission that
    says so.
    """

    TENANT = "tenant"
    UNITS_BELOW = "units_below"
    NETWORK = "network"


@frozen(kw_only=True)
class Kept:
    """A promise of a root field with code: equal questions have equal answers while a revision is the same.

    Its answer depends on nothing but the tenant acted in, the permissions held there, the arguments, the selection
    and the revision; not on the instant and not on who asks. Every transaction that changes anything the answer shows
    makes the revision go up, in itself; a revision never comes back. Such an answer may be kept and given again.

    Attributes:
        head: A table with one row a tenant.
        revision: Its column that goes up.
        names_tenant: Whether the answer also shows the tenant's own row, such as its name; the version of that row is
            then a part of the revision.
    """

    head: type[Row]
    revision: str
    names_tenant: bool = False


@frozen(kw_only=True)
class Asking:
    """Who asks a question and where, as parameters of a statement.

    Attributes:
        tenant: The tenant acted in.
        network: Its network.
        lineage: The tenant and all above it, root first, as an array.
        arguments: The arguments the figure depends on, by their names, as texts.
    """

    tenant: ColumnElement[Any]
    network: ColumnElement[Any]
    lineage: BindParameter[Any]
    arguments: Mapping[str, BindParameter[Any]]


@frozen(kw_only=True)
class KeptWhile:
    """A promise of a root field with code: equal questions have equal answers while a figure is the same.

    For answers about this moment that also depend on units above, and that time alone may change. Whatever changes
    anything the answer shows changes the figure in the same transaction, and so does the passing of an instant on which
    the answer depends. A figure never comes back. Where the tenant stands in the tree, and the rows of the tenants on
    the way from the root to it, are a part of the figure without being named.

    Attributes:
        figure: Gives the figure as text; it may ask for :data:`NOW`.
        arguments: The text arguments it depends on.
        unless: Arguments that ask for something else than this moment; where one is given, nothing is kept.
        fleeting: Fields of the answer that are different at every moment; with one of them, nothing is kept.
    """

    figure: Callable[[Asking], ColumnElement[Any]]
    arguments: tuple[str, ...] = ()
    unless: frozenset[str] = frozenset()
    fleeting: frozenset[str] = frozenset()


@frozen(kw_only=True)
class Sought:
    """What a search looks for.

    Attributes:
        terms: What a row must have, all of it, the rarest first.
        ids: The rows that are meant, where that is known outright; no term is looked at then.
    """

    terms: Sequence[str] = ()
    ids: Sequence[UUID] | None = None


Seek = Callable[[Splicing, str], Awaitable[Sought]]


@frozen(kw_only=True)
class Searching:
    """How a list of one tenant is searched by text: by a table with one row for each term that a listed row has.

    That table's key is the tenant, the term, and then the columns that the list is ordered by, so that a page of the
    rows that have a term is read off one index, however many there are.

    Attributes:
        index: The table of terms.
        places: Its columns that hold what the list is ordered by, by the listed table's columns.
        seek: Finds out what a search looks for; it holds the connection while it runs.
        permission: What searching takes, beside what the list takes.
        description: What a front-end developer needs to know.
        term: Its column of terms.
    """

    index: type[Row]
    places: Mapping[str, str]
    seek: Seek
    permission: Permission
    description: str
    term: str = "term"


@frozen(kw_only=True)
class Listing:
    """A list at the root: all rows of a table inside the breadth, page by page."""

    model: type[Row]
    order: Ordering
    where: Condition | None = None
    filter: type | None = None
    search: Searching | None = None


@frozen(kw_only=True)
class Lookup:
    """One row at the root, by the values of some columns; by its global id where the columns are its key."""

    model: type[Row]
    by: tuple[str, ...] = field(default=("id",))
    where: Condition | None = None
