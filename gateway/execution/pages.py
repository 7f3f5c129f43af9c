"""One page of a list as the resolvers of ``Connection``, ``Edge`` and ``PageInfo`` see it."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import sqlalchemy as sa
from sqlalchemy import ColumnElement, FromClause

from core.kernel.frozen import frozen
from core.kernel.graphql.paging import Page
from core.kernel.reads import Sought
from gateway.execution.cursors import CursorSeal
from gateway.execution.fetched import Fetched
from gateway.execution.fingerprints import as_text, fingerprint
from gateway.execution.keyset import behind
from gateway.execution.plans import ListPlan, OrderedBy, SearchPlan
from gateway.execution.reach import Reach
from gateway.execution.reader import Reader
from gateway.execution.searching import having, ordered_by_index
from gateway.execution.selections import Fields

ROW_FIELDS = ("edges", "nodes", "pageInfo")


@frozen
class Places:
    """Seals and opens the cursors of one list, with one filter, for one tenant."""

    seal: CursorSeal
    listed: ListPlan
    binding: bytes

    @classmethod
    def of(cls, seal: CursorSeal, listed: ListPlan, reach: Reach, given: object) -> "Places":
        """Bind cursors to the list, its order, the filter, and what the connection reaches."""
        order = [(one.label, one.descending) for one in listed.order]
        tied = fingerprint(listed.place, order, given, reach.breadth, reach.tenant_id)
        return cls(seal, listed, tied.encode())

    def cursor(self, row: Fetched) -> str:
        """Give the cursor of a row."""
        return self.cursor_of([row.values[one.label] for one in self.listed.order])

    def cursor_of(self, values: Sequence[Any]) -> str:
        """Give the cursor of a place, by the values of the ordering columns."""
        return self.seal.seal(values, self.binding)

    def behind(
        self, cursor: str | None, order: Sequence[OrderedBy] | None = None, *, backward: bool
    ) -> list[ColumnElement[bool]]:
        """Give the condition for rows behind (or in front of) a cursor, by columns that hold what the list's do."""
        if cursor is None:
            return []
        return [behind(order or self.listed.order, self.opened(cursor), backward=backward)]

    def opened(self, cursor: str) -> list[Any]:
        """Give the values of the ordering columns that a cursor stands for.

        Raises:
            GraphQLError: It is no cursor of this list.
        """
        return self.seal.open(cursor, self.binding, [one.column for one in self.listed.order])


@dataclass(slots=True, eq=False)
class Listed:
    """One page of a list.

    Attributes:
        places: Makes cursors.
        nodes: The rows of the page, in the list's order.
        more: Whether there was one row more in the direction that was walked.
        page: What was asked for.
        counting: Counts the whole list.
    """

    places: Places
    nodes: Sequence[Fetched]
    more: bool
    page: Page
    counting: Callable[[], Awaitable[int]]

    @property
    def edges(self) -> list["Edge"]:
        """The rows with their places."""
        return [Edge(self, row) for row in self.nodes]

    @property
    def page_info(self) -> "Listed":
        """The page itself tells."""
        return self

    @property
    def total_count(self) -> Awaitable[int]:
        """How many rows the whole list has."""
        return self.counting()

    @property
    def has_next_page(self) -> bool:
        """Whether more follows."""
        return self.page.before is not None or (self.more and not self.page.backward)

    @property
    def has_previous_page(self) -> bool:
        """Whether there is something before."""
        return self.page.after is not None or (self.more and self.page.backward)

    @property
    def start_cursor(self) -> str | None:
        """The first row's cursor."""
        return self.places.cursor(self.nodes[0]) if self.nodes else None

    @property
    def end_cursor(self) -> str | None:
        """The last row's cursor."""
        return self.places.cursor(self.nodes[-1]) if self.nodes else None


@dataclass(frozen=True, slots=True, eq=False)
class Edge:
    """One row of a page with its place."""

    listed: Listed
    node: Fetched

    @property
    def cursor(self) -> str:
        """The row's place."""
        return self.listed.places.cursor(self.node)


@frozen(kw_only=True)
class Listing:
    """A list as it is asked for: the plan, the row whose list it is, the page, the filter, the selection."""

    plan: ListPlan
    source: Fetched | None
    page: Page
    given: dict[str, Any] | None
    asked: Fields
    labels: frozenset[str]
    search: str | None = None


async def read_page(reader: Reader, seal: CursorSeal, listing: Listing) -> Listed:
    """Read a page: the rows where they are asked for, the count only when its field is resolved."""
    plan, page = listing.plan, listing.page
    places = Places.of(seal, plan, reader.reach, bound_to(listing.given, listing.search))
    narrowed = plan.filters.conditions(listing.given)
    ahead: list[ColumnElement[bool]] = []
    if plan.search is not None and listing.search is not None:
        index = plan.search.table.alias("terms")
        narrowed += searched(plan, plan.search, index, reader.reach, await reader.seek(plan.search, listing.search))
        order = ordered_by_index(plan.search, index, plan.order)
        ahead = [*places.behind(page.after, order, backward=False), *places.behind(page.before, order, backward=True)]

    async def counting() -> int:
        if listing.source is None or plan.counted is None:
            return await reader.count(plan, narrowed)
        return await reader.measure(plan.counted, listing.source, narrowed, as_text(listing.given))

    conditions = [
        *narrowed,
        *places.behind(page.after, backward=False),
        *places.behind(page.before, backward=True),
        *ahead,
    ]
    rows: Sequence[Fetched] = ()
    if any(name in listing.asked for name in ROW_FIELDS):
        labels = listing.labels.union(one.label for one in plan.order)
        told = as_text([listing.given, page.size, page.backward, page.after, page.before])
        rows = await reader.page(plan, listing.source, labels, conditions, page, told)
    kept = list(rows[: page.size])
    return Listed(places, kept[::-1] if page.backward else kept, len(rows) > page.size, page, counting)


def bound_to(given: object, search: str | None) -> object:
    """Give what cursors are bound to: the filter, and what is searched for where anything is."""
    return given if search is None else {"filter": given, "search": search}


def searched(
    plan: ListPlan, search: SearchPlan, index: FromClause, reach: Reach, sought: Sought
) -> list[ColumnElement[bool]]:
    """Give the conditions for the rows that are sought."""
    table, key = plan.target.table, plan.target.key
    if sought.ids is not None:
        return [key.in_(sought.ids)]
    first, *more = sought.terms
    walls = partial(reach.walls, search.declared.index)
    terms = sa.literal(first, search.term.type), sa.literal(more, sa.ARRAY(search.term.type))
    return having(search, index, search.table.alias("other_terms"), walls, table.c.__getitem__, terms)
