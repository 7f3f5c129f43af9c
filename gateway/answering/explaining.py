"""How an operation is executed, for operators: which fields a statement answers, its SQL, and the database's plan."""

from collections.abc import Mapping
from typing import Any

from core.kernel.errors import NotPermitted
from core.kernel.graphql.context import RequestContext
from core.kernel.permissions import EXPLAIN_QUERIES
from core.kernel.reads import Splicing
from core.kernel.roles import Role
from core.kernel.scope import Scope
from gateway.answering.answering import Answering
from gateway.execution.compiled.binds import Run
from gateway.execution.compiled.plan import Plan, Root

ASKED = "plan"
"""The member of a request's ``extensions`` that asks, and of the answer's that tells."""

EXPLAIN = "EXPLAIN (COSTS ON, VERBOSE OFF) "
ANALYZE = "EXPLAIN (ANALYZE, BUFFERS, VERBOSE OFF) "


async def explained(
    answering: Answering,
    query: str,
    sent: Mapping[str, Any],
    context: RequestContext,
    *,
    name: str | None = None,
    analyze: bool = False,
) -> dict[str, Any]:
    """Tell how a query is executed; whoever may not see that is told so.

    Args:
        answering: What answers it.
        query: The document.
        sent: The variables as they were sent.
        context: The request.
        name: Which of the document's operations is meant.
        analyze: Whether the statement is run for it, with real times and rows.
    """
    scope = context.scope
    if scope is None or EXPLAIN_QUERIES.name not in scope.permissions:
        refused = NotPermitted(permission=EXPLAIN_QUERIES.name)
        return {"refused": {"code": refused.code, "message": refused.message, "hint": refused.hint}}
    prepared = answering.prepared(query, name)
    variables = prepared.coerced(answering.schema.graphql, sent) if prepared is not None else None
    if prepared is None or variables is None or not prepared.is_query:
        return {"fields": [], "reason": "Only a valid query is compiled; everything else is interpreted."}
    plan = answering.plan(prepared, variables, context)
    run = Run(scope, variables, context.clock.now())
    if plan.searches:
        async with context.unit() as unit:
            run = await plan.seek(run, Splicing(services=context.services, opened=unit))
    lines = await lines_of(plan, run, context, scope, analyze=analyze)
    return {"fields": fields_of(plan), "sql": plan.sql, "explain": lines}


def fields_of(plan: Plan) -> list[dict[str, str]]:
    """Tell of each root field which way it goes, and why."""
    return [way_of(one) for one in plan.roots]


def way_of(root: Root) -> dict[str, str]:
    """Tell which way one root field goes."""
    if root.answered:
        return {"field": root.name, "way": "compiled"}
    if root.mark is not None:
        reason = "given again while the revision that the statement reads is the same, and interpreted otherwise"
        return {"field": root.name, "way": "kept", "reason": reason}
    return {"field": root.name, "way": "interpreted", "reason": root.reason}


async def lines_of(plan: Plan, run: Run, context: RequestContext, scope: Scope, *, analyze: bool) -> list[str]:
    """Let the database tell its plan, as the role and in the scope that the statement runs in."""
    if not plan.sql:
        return []
    statement = (ANALYZE if analyze else EXPLAIN) + plan.sql
    async with context.database.plain(Role.APP).connection() as connection, connection.transaction(readonly=True):
        await connection.execute(
            "SELECT set_config('app.network_id', $1, true), set_config('app.tenant_id', $2, true)",
            str(scope.network_id),
            str(scope.tenant_id),
        )
        rows = await connection.fetch(statement, *plan.values(run))
    return [row[0].decode() for row in rows]
