"""Lists: one page of rows, printed as the connection that the selection asks for."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, cast

import sqlalchemy as sa
from graphql import FieldNode, GraphQLField, GraphQLObjectType
from sqlalchemy import ColumnElement, FromClause, Select

from core.kernel.frozen import frozen
from core.kernel.graphql.paging import Page
from gateway.execution.compiled.arguments import Arguments
from gateway.execution.compiled.bail import Inexpressible
from gateway.execution.compiled.binds import Binds, Find, Run
from gateway.execution.compiled.filtering import checked, filtered
from gateway.execution.compiled.gathered import PageColumns, needed
from gateway.execution.compiled.holes import CursorSplice, Splice, hole
from gateway.execution.compiled.rows import Read, Rows, owners, walls
from gateway.execution.compiled.searches import Search, Searched
from gateway.execution.compiled.sorting import deciding
from gateway.execution.compiled.texts import Text, concat, quoted
from gateway.execution.cursors import CursorSeal
from gateway.execution.graphql_types import named_type
from gateway.execution.keyset import ordering
from gateway.execution.pages import Places
from gateway.execution.plans import EntityPlan, ListPlan, OrderedBy
from gateway.execution.reach import Reach
from gateway.execution.searching import ordered_by_index
from gateway.execution.selections import Selections

Reads = Callable[[GraphQLObjectType, Sequence[FieldNode], EntityPlan], Read]
PrintObject = Callable[[GraphQLObjectType, Rows, Sequence[FieldNode]], Text]


@frozen(kw_only=True)
class ListTools:
    """What lists are compiled with, the same throughout one plan."""

    binds: Binds
    selections: Selections
    splices: list[Splice]
    seal: CursorSeal
    page_limit: int
    print_object: PrintObject
    reads: Reads
    alias: Callable[[], str]
    searches: list[Search]


class ListCompiler:
    """Compiles one list at one place of an operation.

    Args:
        tools: What it is compiled with.
        plan: The list.
        parent: The rows whose lists they are; none at the root.
        field: The field's definition.
        nodes: Where it is asked for.
        arguments: The field's arguments.
    """

    def __init__(
        self,
        tools: ListTools,
        plan: ListPlan,
        parent: Rows | None,
        field: GraphQLField,
        nodes: Sequence[FieldNode],
        arguments: Arguments,
    ) -> None:
        self._tools, self._plan, self._parent, self._arguments = tools, plan, parent, arguments
        self._connection = cast("GraphQLObjectType", named_type(field))
        self._asked = tools.selections.below(nodes, self._connection)
        self._page = Page.asked(arguments.now, tools.page_limit)
        self._search = Searched.of(tools.binds, tools.searches, tools.alias, plan, arguments)
        self._given = arguments.find("filter") if self._search is None else self._search.given
        self._size = PageSize(tools, self._page.size, arguments)

    def text(self) -> Text:
        """Print the connection."""
        rows = {one.name.value for nodes in self._asked.values() for one in nodes} & {"edges", "nodes", "pageInfo"}
        if not rows:
            self._tools.binds.checks.extend(self._unread())
            return self._printed(None)
        simple = rows in ({"nodes"}, {"edges"}) and not self._page.backward and len(self._row_fields()) == 1
        return self._printed(None) if simple else self._with_page()

    def _unread(self) -> list[Find]:
        """Give what would be told to a statement that reads rows: it may be wrong, though nobody asks for a row."""
        cursors = [opened.whole() for _, opened in self._opened()]
        return [self._size.find(), *checked(self._plan.filters, self._arguments, "filter"), *cursors]

    def _row_fields(self) -> list[tuple[str, Sequence[FieldNode]]]:
        return [(name, nodes) for name, nodes in self._asked.items() if nodes[0].name.value in {"edges", "nodes"}]

    def _printed(self, page: PageColumns | None) -> Text:
        text: Text = ["{"]
        for number, (name, nodes) in enumerate(self._asked.items()):
            text += [f'{"," if number else ""}"{name}":']
            text += self._field(name, nodes, page)
        return [*text, "}"]

    def _field(self, name: str, nodes: Sequence[FieldNode], page: PageColumns | None) -> Text:
        match nodes[0].name.value:
            case "__typename":
                return [f'"{self._connection.name}"']
            case "totalCount":
                return [self._count()]
            case "pageInfo":
                return self._page_info(nodes, needed(page))
            case "nodes" | "edges":
                return ["[", self._alone(nodes) if page is None else page.kept(page.lists[name]), "]"]
            case other:
                raise Inexpressible(f"{self._connection.name}.{other}")

    def _alone(self, nodes: Sequence[FieldNode]) -> ColumnElement[Any]:
        """Print the rows of a page that nothing else is asked about: they come in order and need no counting."""
        if any(one.elsewhere for one in self._reads(nodes)):
            rows = self._cut()
            text = concat(self._row(nodes, rows))
            found = self._related(sa.select(text).select_from(rows.joined))
        else:
            rows = Rows(self._plan.target, self._plan.target.table.alias(self._tools.alias()))
            found = sa.select(concat(self._row(nodes, rows))).select_from(rows.source)
            found = self._narrowed(found, rows)
        return sa.func.array_to_string(sa.func.array(found.scalar_subquery()), quoted(","), type_=sa.Text())

    def _reads(self, nodes: Sequence[FieldNode]) -> list[Read]:
        """Tell what is read of the rows of the list."""
        type_ = cast("GraphQLObjectType", named_type(self._connection.fields[nodes[0].name.value]))
        if nodes[0].name.value == "nodes":
            return [self._tools.reads(type_, nodes, self._plan.target)]
        node = cast("GraphQLObjectType", named_type(type_.fields["node"]))
        below = self._tools.selections.below(nodes, type_).values()
        return [self._tools.reads(node, one, self._plan.target) for one in below if one[0].name.value == "node"]

    def _cut(self, more: int = 0) -> Rows:
        """Give the rows of one page, and some more, with what is read of them; nothing is looked up for others."""
        target = self._plan.target
        inner = Rows(target, target.table.alias(self._tools.alias()))
        read = [one.labels for _, nodes in self._row_fields() for one in self._reads(nodes)]
        columns = inner.columns(frozenset[str]().union(*read, (one.label for one in self._plan.order)))
        found = self._narrowed(sa.select(*columns).select_from(inner.source), inner, more=more)
        return Rows(target, found.subquery(self._tools.alias()), [])

    def _row(self, nodes: Sequence[FieldNode], rows: Rows) -> Text:
        """Print one row of the list: the object itself, or an edge with its place."""
        definition = self._connection.fields[nodes[0].name.value]
        type_ = cast("GraphQLObjectType", named_type(definition))
        if nodes[0].name.value == "nodes":
            return self._tools.print_object(type_, rows, nodes)
        text: Text = ["{"]
        for number, (name, same) in enumerate(self._tools.selections.below(nodes, type_).items()):
            text += [f'{"," if number else ""}"{name}":']
            match same[0].name.value:
                case "__typename":
                    text += [f'"{type_.name}"']
                case "cursor":
                    text += self._place(rows)
                case "node":
                    inner = cast("GraphQLObjectType", named_type(type_.fields["node"]))
                    text += self._tools.print_object(inner, rows, same)
                case other:
                    raise Inexpressible(f"{type_.name}.{other}")
        return [*text, "}"]

    def _place(self, rows: Rows) -> Text:
        """Print a hole for the cursor of a row."""
        self._tools.splices.append(CursorSplice(self._tools.seal, self._plan, self._given))
        return hole(len(self._tools.splices) - 1, [rows.read(one.label) for one in self._plan.order])

    def _with_page(self) -> Text:
        """Print everything from one page of rows, read once, with one row more to know whether there is more."""
        rows = self._cut(more=1)
        lists = {name: concat(self._row(nodes, rows)) for name, nodes in self._row_fields()}
        place = concat(self._place(rows)) if self._asks_for_cursors() else None
        columns = [sa.func.array_agg(one).label(f"l{number}") for number, one in enumerate(lists.values())]
        if place is not None:
            columns.append(sa.func.array_agg(place).label("places"))
        gathered = sa.select(sa.func.count().label("found"), *columns).select_from(rows.joined)
        page = gathered.subquery(self._tools.alias())
        told = PageColumns(
            found=page.c.found,
            size=self._size.number(),
            lists={name: page.c[f"l{number}"] for number, name in enumerate(lists)},
            places=None if place is None else page.c.places,
            backward=self._page.backward,
        )
        whole = sa.select(concat(self._printed(told))).select_from(page)
        return [self._related(whole).scalar_subquery()]

    def _asks_for_cursors(self) -> bool:
        info = [one for nodes in self._asked.values() for one in nodes if one.name.value == "pageInfo"]
        type_ = cast("GraphQLObjectType", named_type(self._connection.fields["pageInfo"]))
        asked = self._tools.selections.below(info, type_).values()
        return any(one[0].name.value in {"startCursor", "endCursor"} for one in asked)

    def _page_info(self, nodes: Sequence[FieldNode], page: PageColumns) -> Text:
        type_ = cast("GraphQLObjectType", named_type(self._connection.fields["pageInfo"]))
        more, backward = page.found > page.size, self._page.backward
        ahead = "true" if self._page.before is not None else "false" if backward else truth(more)
        behind = "true" if self._page.after is not None else truth(more) if backward else "false"
        known: dict[str, Text] = {
            "__typename": [f'"{type_.name}"'],
            "hasNextPage": [ahead],
            "hasPreviousPage": [behind],
        }
        text: Text = ["{"]
        for number, (name, same) in enumerate(self._tools.selections.below(nodes, type_).items()):
            asked = same[0].name.value
            text += [f'{"," if number else ""}"{name}":']
            text += known[asked] if asked in known else [page.place(first=asked == "startCursor")]
        return [*text, "}"]

    def _count(self) -> ColumnElement[Any]:
        """Count the whole list."""
        rows = Rows(self._plan.target, self._plan.target.table.alias(self._tools.alias()))
        counted = sa.select(sa.func.count()).select_from(rows.source)
        return self._related(counted.where(*self._conditions(rows, self._index()))).scalar_subquery()

    def _narrowed(self, found: Select[Any], rows: Rows, *, more: int = 0) -> Select[Any]:
        """Read one page of the list's rows, and some more."""
        index = self._index()
        conditions = [*self._conditions(rows, index), *self._behind(rows, index)]
        order = ordering(self._ordered(rows, self._deciding()), backward=self._page.backward)
        return self._size.limited(self._related(found.where(*conditions).order_by(*order)), more)

    def _index(self) -> FromClause | None:
        """Give the table of terms of a list that is searched, under a name of its own."""
        return None if self._search is None else self._search.index()

    def _conditions(self, rows: Rows, index: FromClause | None) -> list[ColumnElement[bool]]:
        plan, binds = self._plan, self._tools.binds
        related = []
        if plan.key is not None and self._parent is not None:
            related = [rows.adapted(plan.key) == self._parent.read(plan.local)]
        given = filtered(plan.filters, rows, self._arguments, "filter", binds)
        picked = bool(related or given or self._search)
        return [
            *walls(plan.target.entity.model, rows.source, binds, picked=picked),
            *related,
            *rows.all_adapted(plan.conditions),
            *given,
            *([] if self._search is None or index is None else self._search.conditions(rows, index)),
        ]

    def _related(self, found: Select[Any]) -> Select[Any]:
        return found.correlate(self._parent.source) if self._parent is not None else found.correlate(None)

    def _deciding(self) -> Sequence[OrderedBy]:
        model, key = self._plan.target.entity.model, self._plan.key
        same = {*owners(model), *([key.name] if key is not None and self._parent is not None else [])}
        return deciding(self._plan.order, self._plan.target.table, same)

    def _ordered(self, rows: Rows, order: Sequence[OrderedBy]) -> list[OrderedBy]:
        return [OrderedBy(one.label, rows.adapted(one.column), one.descending) for one in order]

    def _behind(self, rows: Rows, index: FromClause | None) -> list[ColumnElement[bool]]:
        """Give the conditions for rows behind or in front of the cursors that were sent."""
        found: list[ColumnElement[bool]] = []
        for backward, opened in self._opened():
            bounds = [
                self._tools.binds.add(opened.value(place), one.column.type)
                for place, one in enumerate(self._plan.order)
            ]
            found.append(beyond(self._ordered(rows, self._plan.order), bounds, backward=backward))
            if self._plan.search is not None and index is not None:
                order = ordered_by_index(self._plan.search, index, self._plan.order)
                found.append(beyond(order, bounds, backward=backward))
        return found

    def _opened(self) -> list[tuple[bool, "Opened"]]:
        """Give what opens the cursors that were sent, each with whether the rows lie in front of it."""
        sent = (("after", self._page.after, False), ("before", self._page.before, True))
        return [
            (backward, Opened(self._tools.seal, self._plan, self._arguments.find(name), self._given))
            for name, cursor, backward in sent
            if cursor is not None
        ]


@frozen
class PageSize:
    """How many rows a page has: a number of the document's, or one that each request brings.

    Attributes:
        tools: What the list is compiled with.
        now: The size while the plan is made.
        arguments: The list's arguments.
    """

    tools: ListTools
    now: int
    arguments: Arguments

    @property
    def is_fixed(self) -> bool:
        """Whether it is the same in every request."""
        return self.arguments.is_fixed("first") and self.arguments.is_fixed("last")

    def find(self, more: int = 0) -> Find:
        """Give what finds the size in a request, and leaves a page that may not be to the interpreter."""
        first, last, limit = self.arguments.find("first"), self.arguments.find("last"), self.tools.page_limit

        def find(run: Run) -> int:
            return Page.asked({"first": first(run), "last": last(run)}, limit).size + more

        return find

    def number(self, more: int = 0) -> ColumnElement[int]:
        """Give the size in the statement."""
        if self.is_fixed:
            return written_number(self.now + more)
        return self.tools.binds.add(self.find(more), sa.Integer())

    def limited(self, found: Select[Any], more: int) -> Select[Any]:
        """Cut what is found to the size.

        Of a limit that is a parameter PostgreSQL takes it to be a tenth of the rows, finds that dear, and so plans the
        statement anew in every request, which costs as much as a page. The largest page is therefore a limit of its
        own, written into the statement, below the one that was asked for.
        """
        if self.is_fixed:
            return found.limit(self.number(more))
        most = found.limit(written_number(self.tools.page_limit + more)).subquery(self.tools.alias())
        return sa.select(*most.c).limit(self.number(more))


def written_number(number: int) -> ColumnElement[int]:
    """Write a number into the statement."""
    return sa.literal_column(str(number), sa.Integer())


@dataclass(slots=True)
class Opened:
    """Opens the cursor of a request."""

    seal: CursorSeal
    listed: ListPlan
    cursor: Find
    given: Find

    def value(self, place: int) -> Find:
        """Give what finds the value of one ordering column."""
        whole = self.whole()
        return lambda run: whole(run)[place]

    def whole(self) -> Find:
        """Give what finds the values of all ordering columns."""

        def find(run: Run) -> list[Any]:
            places = Places.of(self.seal, self.listed, Reach.within(run.scope), self.given(run))
            return places.opened(self.cursor(run))

        return find


def beyond(order: Sequence[OrderedBy], bounds: Sequence[ColumnElement[Any]], *, backward: bool) -> ColumnElement[bool]:
    """Give the condition for rows behind a place; one direction throughout is a comparison an index serves."""
    falling = [one.descending != backward for one in order]
    columns = [one.column for one in order]
    if len(set(falling)) == 1:
        ours, theirs = sa.tuple_(*columns), sa.tuple_(*bounds)
        return ours < theirs if falling[0] else ours > theirs
    steps: list[ColumnElement[bool]] = []
    for place, (column, bound) in enumerate(zip(columns, bounds, strict=True)):
        equal = [before == at for before, at in zip(columns[:place], bounds[:place], strict=True)]
        steps.append(sa.and_(*equal, column < bound if falling[place] else column > bound))
    return sa.or_(*steps)


def truth(condition: ColumnElement[Any]) -> ColumnElement[Any]:
    """Print a condition."""
    return sa.cast(condition, sa.Text())
