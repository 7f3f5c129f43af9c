"""A plan: one statement with what finds its parameters, and how its columns become the answer."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, cast

from graphql import FieldNode
from sqlalchemy import ColumnElement
from sqlalchemy.dialects.postgresql.asyncpg import dialect as asyncpg_dialect

from core.kernel.frozen import frozen
from core.kernel.graphql.access import Permission
from core.kernel.reads import Splicing
from gateway.execution.compiled.arguments import always
from gateway.execution.compiled.bail import Bail
from gateway.execution.compiled.binds import Binds, Find, Run
from gateway.execution.compiled.holes import Splice, spliced
from gateway.execution.compiled.objects import ObjectCompiler
from gateway.execution.compiled.printing import BAIL
from gateway.execution.compiled.searches import Search
from gateway.execution.compiled.statement import Strategy

DIALECT = cast("Any", asyncpg_dialect)()
BAIL_SIGN = BAIL.encode()
Process = Callable[[Any], Any]


@frozen
class Root:
    """A root field.

    Attributes:
        name: Its name in the answer.
        nodes: Where it is asked for.
        column: Its column of the statement; none where the interpreter reads it.
        reason: Why the interpreter does.
        mark: Where the column is no answer but the revision at which a kept answer holds: what its answers are found
            again by. No two fields, documents or plans have the same.
    """

    name: str
    nodes: Sequence[FieldNode]
    column: int | None
    reason: str = ""
    mark: object = None

    @property
    def answered(self) -> bool:
        """Whether the statement gives its answer."""
        return self.column is not None and self.mark is None


@frozen(kw_only=True)
class Plan:
    """How an operation is answered.

    Attributes:
        sql: The statement; empty where nothing could be compiled.
        parameters: What finds its parameters, in their order.
        roots: The root fields, in the order of the answer.
        splices: What fills the holes.
        checks: What has to be found in a request although no parameter is made of it.
        needs: The permissions that the compiled fields take.
        needs_unit: Whether holes read more from the database.
        searches: What is searched for, which has to be looked into before the statement is told.
    """

    sql: str
    parameters: tuple[tuple[Find, Process | None], ...]
    roots: tuple[Root, ...]
    splices: tuple[Splice, ...]
    checks: tuple[Find, ...]
    needs: frozenset[Permission]
    needs_unit: bool
    searches: tuple[Search, ...] = ()

    @classmethod
    def made(
        cls,
        strategy: Strategy,
        columns: Sequence[ColumnElement[Any]],
        roots: Sequence[Root],
        objects: ObjectCompiler,
    ) -> "Plan":
        """Write the statement down."""
        if not columns:
            return cls(
                sql="",
                parameters=(),
                roots=tuple(roots),
                splices=(),
                checks=(),
                needs=frozenset(),
                needs_unit=False,
            )
        compiled: Any = strategy.statement(columns, objects.binds).compile(dialect=DIALECT)
        # Lists of constants in declared conditions are spelled out; what requests bring has no value yet.
        written: Any = compiled.construct_expanded_state(dict.fromkeys(objects.binds.finds))
        parameters = tuple(parameter(objects.binds, compiled, written, name) for name in written.positiontup or ())
        return cls(
            sql=written.statement,
            parameters=parameters,
            roots=tuple(roots),
            splices=tuple(objects.splices),
            checks=tuple(objects.binds.checks),
            needs=frozenset(objects.needs),
            needs_unit=any(one.needs_unit for one in objects.splices),
            searches=tuple(objects.searches),
        )

    @property
    def whole(self) -> bool:
        """Whether the statement answers everything."""
        return bool(self.sql) and all(one.answered for one in self.roots)

    def values(self, run: Run) -> list[Any]:
        """Find the parameters of one request.

        Raises:
            GraphQLError: One is wrong, or something that no parameter is made of; the interpreter says it in its place.
        """
        for check in self.checks:
            check(run)
        return [find(run) if process is None else process(find(run)) for find, process in self.parameters]

    async def read(self, connection: Any, run: Run) -> list[bytes]:  # noqa: ANN401 - asyncpg gives a proxy
        """Execute the statement and give the JSON of each compiled root field, with its holes.

        Args:
            connection: An asyncpg connection, quickest where it gives texts as bytes.
            run: The request.

        Raises:
            Bail: The interpreter would have an error here.
        """
        return self.texts(await connection.fetchrow(self.sql, *self.values(run)))

    def texts(self, row: Sequence[Any]) -> list[bytes]:
        """Take the JSON of each compiled root field from the statement's row.

        Raises:
            Bail: The interpreter would have an error here.
        """
        found: list[bytes] = []
        for one in row:
            text = one.encode() if isinstance(one, str) else one
            if text is None or BAIL_SIGN in text:
                raise Bail
            found.append(text)
        return found

    async def seek(self, run: Run, splicing: Splicing) -> Run:
        """Look into what a request searches for.

        Raises:
            DomainError: A search is refused; the interpreter says it in its place.
            Bail: It names rows outright, which the interpreter reads.
        """
        sought = [await one.plan.declared.seek(splicing, one.text(run)) for one in self.searches]
        if any(one.ids is not None for one in sought):
            raise Bail
        return replace(run, sought=sought)

    async def fill(self, found: list[bytes], run: Run, splicing: Splicing) -> list[bytes]:
        """Fill the holes."""
        if not self.splices:
            return found
        return [await spliced(one, self.splices, run, splicing) for one in found]


def parameter(binds: Binds, compiled: Any, written: Any, name: str) -> tuple[Find, Process | None]:  # noqa: ANN401 - SQLAlchemy's own
    """Give what finds a parameter: in the request, or, for constants of declared conditions, at once."""
    find = binds.finds.get(name) or always(written.parameters[name])
    bound = compiled.binds.get(name)
    return find, written.processors.get(name) if bound is None else processor(bound.type)


def processor(type_: Any) -> Process | None:  # noqa: ANN401 - a type of SQLAlchemy's
    """Give what turns a value into one that asyncpg takes."""
    return cast("Process | None", type_.dialect_impl(DIALECT).bind_processor(DIALECT))
