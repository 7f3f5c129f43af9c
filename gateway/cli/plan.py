"""``touchstone plan``: how a query would be executed."""

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any, cast

import orjson
import typer
from rich.syntax import Syntax

from core.kernel.frozen import frozen
from core.kernel.graphql.context import RequestContext
from core.kernel.scope import Actor, Scope
from core.kernel.settings import Settings
from gateway.answering.answering import Answering
from gateway.answering.explaining import explained
from gateway.cli.console import OUT, table
from gateway.cli.errors import UnknownTenant, VariablesAreUnreadable
from gateway.cli.operator import Operator, operator
from gateway.cli.places import require_places
from gateway.cli.surroundings import surroundings
from gateway.http.features import contributions
from gateway.schema.assembly import build_schema


@frozen
class Operating:
    """Whoever asks from the command line: the system."""

    actor: Actor


def plan(
    file: Annotated[Path, typer.Argument(help="A GraphQL document.", exists=True, dir_okay=False)],
    network: Annotated[str, typer.Option(help="Key of the network.")],
    tenant: Annotated[str, typer.Option(help="Key of the tenant it would be sent in; headquarters by default.")] = "",
    variables: Annotated[str, typer.Option(help="Its variables, as a JSON object.")] = "{}",
    operation: Annotated[str, typer.Option(help="Which of its operations is meant, where it has several.")] = "",
    analyze: Annotated[bool, typer.Option(help="Run the statement, and show real times and rows.")] = False,
    json_file: Annotated[Path | None, typer.Option("--json", help="Also write it to this file.")] = None,
) -> None:
    """Show which fields of a query one SQL statement answers, that statement, and the database's plan for it."""
    require_places(json_file)
    sent = read_variables(variables)
    with surroundings(queue=False) as around:
        told = asyncio.run(ask(around.settings, file.read_text(), sent, (network, tenant), operation, analyze=analyze))
    show(told)
    if json_file is not None:
        json_file.write_bytes(orjson.dumps(told, option=orjson.OPT_INDENT_2))


def read_variables(text: str) -> dict[str, Any]:
    """Read variables.

    Raises:
        VariablesAreUnreadable: It is no JSON object.
    """
    try:
        given: object = orjson.loads(text)
    except orjson.JSONDecodeError:
        given = None
    if not isinstance(given, dict):
        raise VariablesAreUnreadable
    return cast("dict[str, Any]", given)


async def ask(
    settings: Settings, query: str, sent: dict[str, Any], where: tuple[str, str], name: str, *, analyze: bool
) -> dict[str, Any]:
    """Ask how a query would be executed in a tenant."""
    async with operator(settings) as at:
        await at.database.detect()
        scope = await acting(at, *where)
        context = RequestContext(
            database=at.database,
            clock=at.clock,
            directory=at.directory,
            services=at.services,
            settings=settings,
            identity=Operating(scope.actor),
            scope=scope,
        )
        answering = Answering(build_schema(contributions(), settings))
        return await explained(answering, query, sent, context, name=name or None, analyze=analyze)


async def acting(at: Operator, network: str, tenant: str) -> Scope:
    """Act as the system in a tenant.

    Raises:
        UnknownTenant: The network has none of that key.
    """
    scope = await at.headquarters(network)
    if not tenant:
        return scope
    found = await at.directory.tenant_by_key(scope.network_id, tenant)
    if found is None:
        raise UnknownTenant(tenant=tenant, network=network)
    lineage = await at.directory.lineage(scope.network_id, found.id, scope.instant)
    return replace(scope, tenant_id=found.id, lineage=lineage)


def show(told: dict[str, Any]) -> None:
    """Show it."""
    if told.get("reason"):
        OUT.print(told["reason"])
        return
    fields = table("Fields", "Field", "Way", "Why")
    for one in told["fields"]:
        fields.add_row(one["field"], one["way"], one.get("reason", ""))
    OUT.print(fields)
    if told["sql"]:
        OUT.print(Syntax(told["sql"], "postgresql", word_wrap=True, background_color="default"))
        OUT.print("\n".join(told["explain"]), highlight=False, markup=False)
