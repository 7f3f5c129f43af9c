"""The loaders: they put the questions of one operation to one connection, batched by what they have in common."""

from collections.abc import Hashable, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select
from sqlalchemy.exc import DBAPIError

from core.kernel.graphql.paging import Page
from core.kernel.reads import Hole, Sought, Splicing
from core.kernel.services import Services
from core.kernel.unit import Unit
from gateway.execution import statements
from gateway.execution.batches import Batches, Run
from gateway.execution.fetched import Fetched
from gateway.execution.plans import EntityPlan, ListPlan, LookupPlan, MeasurePlan, SearchPlan, ToOnePlan
from gateway.execution.reach import Reach

Labels = frozenset[str]
Conditions = Sequence[ColumnElement[bool]]


class Reader:
    """Reads what the selections of one operation ask for, on one connection.

    Args:
        unit: The transaction; its lock is taken around each statement.
        reach: How far the statements reach.
        services: What holes are filled with the help of.

    Attributes:
        broken: Whether a statement failed, after which PostgreSQL takes no other in this transaction.
    """

    def __init__(self, unit: Unit, reach: Reach, services: Services) -> None:
        self.unit = unit
        self.reach = reach
        self.broken = False
        self._services = services
        self._now = unit.now
        self._batches = Batches(unit.lock)

    async def end(self) -> None:
        """Put no further statement, and wait for the one under way."""
        await self._batches.end()

    async def by_key(self, plan: EntityPlan, key: Any, labels: Labels) -> Fetched | None:  # noqa: ANN401 - whatever the column holds
        """Read the row that a key names."""
        return await self._one(plan, plan.key, (None, key), labels)

    async def to_one(self, related: ToOnePlan, source: Fetched, labels: Labels) -> Fetched | None:
        """Read the row that a column of another row names."""
        return await self._one(related.target, related.key, self._end_of(source, related.by, related.owned), labels)

    async def look_up(self, plan: LookupPlan, values: Mapping[str, Any], labels: Labels) -> Fetched | None:
        """Read the row that some columns name together."""
        matched = [plan.columns[name] == value for name, value in values.items()]
        statement = statements.rows(plan.target, labels, self.reach, [*plan.conditions, *matched]).limit(1)
        found = await self._alone(statement)
        return Fetched(plan.target, dict(found[0])) if found else None

    async def page(
        self, listed: ListPlan, source: Fetched | None, labels: Labels, conditions: Conditions, page: Page, given: str
    ) -> Sequence[Fetched]:
        """Read one page of a list, and one row more where there is one, in the direction that is walked.

        Args:
            listed: The list.
            source: The row whose list it is; empty at the root.
            labels: What is read of each row.
            conditions: What narrows the list: the filter, and the place the page begins behind.
            page: How many rows, and in which direction.
            given: The arguments as text; lists of several parents are read together where these are the same.
        """
        limit, backward = page.size + 1, page.backward
        if source is None:
            whole = statements.page(listed, labels, self.reach, conditions, backward=backward, limit=limit)
            return [Fetched(listed.target, dict(row)) for row in await self._alone(whole)]

        async def run(parents: Sequence[Any]) -> Mapping[Any, Any]:
            statement = statements.pages(
                listed, labels, self.reach, conditions, parents, backward=backward, limit=limit
            )
            return grouped(listed.target, await self._rows(statement))

        kind = (listed.place, given, labels)
        return await self._ask(kind, self._end_of(source, listed.local, listed.owned), run) or []

    async def count(self, listed: ListPlan, conditions: Conditions) -> int:
        """Count a list at the root."""
        found = await self._alone(statements.count(listed, self.reach, conditions))
        return next(iter(found[0].values()))

    async def measure(self, plan: MeasurePlan, source: Fetched, conditions: Conditions, given: str) -> Any:  # noqa: ANN401 - whatever is measured
        """Compute a figure over the rows that name a row; all figures of one family in one statement."""
        end = self._end_of(source, plan.local, plan.owned)

        async def run(asked: Sequence[Any]) -> Mapping[Any, Any]:
            figures = {one.label: one for one, _ in asked}
            parents = statements.unique(parent for _, parent in asked)
            statement = statements.measures(list(figures.values()), self.reach, conditions, parents)
            found = {parent_of(row): row for row in await self._rows(statement)}
            return {(one, parent): found[parent][one.label] for one, parent in asked if parent in found}

        figure = await self._ask((plan.family, given), (plan, end), run)
        return plan.empty if figure is None else figure

    async def seek(self, search: SearchPlan, text: str) -> Sought:
        """Find out what a search looks for."""

        async def run(texts: Sequence[Any]) -> Mapping[Any, Any]:
            splicing = Splicing(opened=self.unit, services=self._services)
            return {one: await search.declared.seek(splicing, one) for one in texts}

        return await self._ask(("search", search.table.name, text), text, run)

    async def fill(self, place: str, hole: Hole, source: Fetched) -> Any:  # noqa: ANN401 - whatever the hole holds
        """Let Python splice in a value, for all rows of a batch at once."""

        async def run(sources: Sequence[Any]) -> Mapping[Any, Any]:
            splicing = Splicing(opened=self.unit, services=self._services)
            given = [{name: one.values[name] for name in hole.columns} for one in sources]
            return dict(zip(sources, await hole.fill(splicing, given), strict=True))

        return await self._ask(("hole", place), source, run)

    async def _one(
        self, plan: EntityPlan, key: ColumnElement[Any], end: tuple[Any, Any], labels: Labels
    ) -> Fetched | None:
        async def run(ends: Sequence[Any]) -> Mapping[Any, Any]:
            found = await self._rows(statements.rows_by_key(plan, key, labels, self.reach, ends))
            owned = any(owner is not None for owner, _ in ends)
            return {
                (row["tenant_id"] if owned else None, row[statements.PARENT]): Fetched(plan, dict(row)) for row in found
            }

        return await self._ask((plan.entity.name, str(key), labels), end, run)

    def _end_of(self, source: Fetched, label: str, owned: bool) -> tuple[Any, Any]:  # noqa: FBT001 - a part of the plan
        """Give what names the other end of a relation: the value, and the owner where several tenants are read."""
        return (source.owner if owned and self.reach.wide else None, source.values[label])

    async def _alone(self, statement: Select[Any]) -> Sequence[Mapping[str, Any]]:
        async def run(keys: Sequence[Any]) -> Mapping[Any, Any]:
            return {keys[0]: await self._rows(statement)}

        return await self._ask(object(), None, run)

    async def _ask(self, kind: Hashable, key: Hashable, run: Run) -> Any:  # noqa: ANN401 - whatever the batch gives
        async def noticing(keys: Sequence[Any]) -> Mapping[Any, Any]:
            try:
                return await run(keys)
            except DBAPIError:
                self.broken = True
                raise

        return await self._batches.ask(kind, key, noticing)

    async def _rows(self, statement: Select[Any]) -> Sequence[Mapping[str, Any]]:
        """Execute a statement; the connection's lock is held."""
        found = await self.unit.session.execute(statement, {"touchstone_now": self._now})
        return [dict(row) for row in found.mappings()]


def parent_of(row: Mapping[str, Any]) -> tuple[Any, Any]:
    """Give the owner, where it was asked for, and the key of the row that a result belongs to."""
    return (row.get(statements.OWNER), row[statements.PARENT])


def grouped(plan: EntityPlan, found: Sequence[Mapping[str, Any]]) -> dict[tuple[Any, Any], list[Fetched]]:
    """Sort rows to the parents they belong to, in the order they came."""
    lists: dict[tuple[Any, Any], list[Fetched]] = {}
    for row in found:
        lists.setdefault(parent_of(row), []).append(Fetched(plan, dict(row)))
    return lists
