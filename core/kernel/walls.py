"""How a transaction tells PostgreSQL whom it serves, so that row-level security can refuse the rest.

Source: ``docs/architecture.md``, "Connections and transactions". On PostgreSQL one ``set_config`` call sets all;
on Citus ``set_config`` does not reach the workers, so a PL/pgSQL function runs ``SET LOCAL`` instead.
"""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from uuid import UUID

from sqlalchemy import TextClause, text

from core.kernel.ids import text_of
from core.kernel.scope import Scope


class Engine(StrEnum):
    """The database engine that the same schema runs on."""

    POSTGRESQL = "postgresql"
    CITUS = "citus"


SETTINGS = ("app.network_id", "app.tenant_id", "app.lineage", "app.tenant_ids", "app.person_id")


def join_ids(ids: Sequence[UUID]) -> str:
    """Write ids the way the policies read them: comma-separated."""
    return ",".join(map(text_of, ids))


def tenant_context(scope: Scope) -> dict[str, str]:
    """Give the settings under which one tenant, and the reference rows of its network, are seen."""
    return {
        "app.network_id": str(scope.network_id),
        "app.tenant_id": str(scope.tenant_id),
        "app.lineage": join_ids(scope.lineage),
    }


def network_context(network_id: UUID) -> dict[str, str]:
    """Give the settings under which the network role reads one network."""
    return {"app.network_id": str(network_id)}


def region_context(network_id: UUID, tenant_ids: Sequence[UUID]) -> dict[str, str]:
    """Give the settings under which the region role reads some tenants of one network."""
    return {"app.network_id": str(network_id), "app.tenant_ids": join_ids(tenant_ids)}


def person_context(person_id: UUID) -> dict[str, str]:
    """Give the settings under which one person's group of rows is seen."""
    return {"app.person_id": str(person_id)}


def context_statement(engine: Engine, context: Mapping[str, str]) -> tuple[TextClause, dict[str, str]]:
    """Build the one statement that sets a context for what is left of a transaction, and its parameters.

    Raises:
        ValueError: A name is not one of the settings the policies read.
    """
    names = list(context)
    call = context_call(engine, {name: f":v{i}" for i, name in enumerate(names)})
    return text(f"SELECT {call}"), {f"v{i}": context[name] for i, name in enumerate(names)}


def context_call(engine: Engine, context: Mapping[str, str]) -> str:
    """Write the calls that set a context, each value as it stands in SQL.

    Raises:
        ValueError: A name is not one of the settings the policies read.
    """
    unknown = set(context) - set(SETTINGS)
    if unknown:
        msg = f"These settings are not known to any policy: {sorted(unknown)}"
        raise ValueError(msg)
    call = "set_config('{}', {}, true)" if engine is Engine.POSTGRESQL else "touchstone_set_local('{}', {})"
    return ", ".join(call.format(name, value) for name, value in context.items())
