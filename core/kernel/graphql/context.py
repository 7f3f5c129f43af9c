"""What an operation knows of the request it serves."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any, Protocol, Self

from core.kernel.clock import Clock
from core.kernel.database import Database
from core.kernel.directory import Directory
from core.kernel.errors import NotPermitted
from core.kernel.graphql.access import IDENTIFIED, PUBLIC, Permission
from core.kernel.graphql.refusals import refusal
from core.kernel.ids import new_id
from core.kernel.scope import Actor, Scope
from core.kernel.services import Services
from core.kernel.settings import Settings
from core.kernel.unit import Unit


class Identity(Protocol):
    """Whoever the token speaks for."""

    @property
    def actor(self) -> Actor:
        """The person or service account."""
        ...


@dataclass(kw_only=True)
class RequestContext:
    """What an operation knows of the request it serves; Strawberry's ``info.context``.

    Attributes:
        database: Where units of work are opened.
        clock: Tells the instant.
        directory: Answers about the tenant tree.
        services: What upper rooms put in for lower ones.
        settings: How the server is configured.
        identity: Whoever the token speaks for; empty without a token.
        scope: The tenant acted in, with the permissions held there; empty where none was named.
        correlation_id: Ties answers to log lines; masked errors carry it.
        operation: The execution's own state, put in by the executor.
        payloads: What prints the payloads of mutations at once, where there is such a thing.
    """

    database: Database
    clock: Clock
    directory: Directory | None
    services: Services
    settings: Settings
    identity: Identity | None = None
    scope: Scope | None = None
    correlation_id: str = field(default_factory=lambda: new_id().hex)
    operation: Any = None
    payloads: Any = None

    def now(self) -> Self:
        """Give the same request as if it came now."""
        scope = None if self.scope is None else self.scope.at(self.clock.now())
        return replace(self, scope=scope, operation=None, payloads=None)

    def check(self, *needed: Permission) -> None:
        """Refuse unless everything needed is held.

        Raises:
            GraphQLError: There is no token (``gateway.not_signed_in``) or no tenant (``gateway.no_tenant``).
            NotPermitted: A permission is not held.
        """
        for one in needed:
            if one is PUBLIC:
                continue
            if self.identity is None and self.scope is None:
                raise refusal("gateway.not_signed_in", "This needs a token.", hint="Sign in and send a bearer token.")
            if one is not IDENTIFIED and one.name not in self.acting.permissions:
                raise NotPermitted(permission=one.name)

    @property
    def acting(self) -> Scope:
        """The tenant acted in, where the caller cannot go on without one.

        Raises:
            GraphQLError: The request names no tenant (``gateway.no_tenant``).
        """
        if self.scope is None:
            raise refusal(
                "gateway.no_tenant",
                "This is done inside a tenant, and the request names none.",
                hint="Name one of your tenants in the header Touchstone-Tenant.",
            )
        return self.scope

    @asynccontextmanager
    async def unit(self, *, read_only: bool = True) -> AsyncGenerator[Unit, None]:
        """Open a unit of work of one's own; for subscriptions, as other fields are given theirs."""
        async with self.database.unit(
            self.acting, clock=self.clock, directory=self.directory, read_only=read_only
        ) as unit:
            yield unit
