"""What the tenants' room knows, as signing in asks for it: trusted issuers, memberships and service accounts."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from core.kernel.clock import Clock
from core.kernel.database import Database
from core.kernel.scope import Actor, ActorKind
from gateway.auth.client_credentials import Account
from gateway.auth.errors import (
    NoMembership,
    ServiceAccountRefused,
    TenantNotChosen,
    TenantSuspended,
    UnknownIssuer,
    UnknownPerson,
)
from gateway.auth.identity import Opened, PersonToken, ServiceToken
from gateway.auth.trust import Trust
from tenants import errors, login


class Memberships:
    """Answers from the database, as things stand now; nothing is remembered here.

    Args:
        database: Where they are kept.
        clock: Tells until when a rotated secret is still accepted.
    """

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def trusts(self, issuer: str) -> Sequence[Trust]:
        """List the networks that accept an issuer, by its exact name; empty where none does."""
        return [Trust(*one) for one in await login.network_trusts(self._database, issuer)]

    async def authenticate(self, client_id: str, secret: str) -> Account | None:
        """Give the active account with this secret; none otherwise.

        Raises:
            TenantSuspended: The secret is right, and the account's tenant is suspended.
        """
        try:
            scope = await login.authenticate_service_account(self._database, client_id, secret, self._clock.now())
        except errors.WrongCredentials:
            return None
        except errors.TenantSuspended as refusal:
            raise TenantSuspended from refusal
        return Account(scope.actor.id, scope.network_id, scope.tenant_id)

    async def service(self, token: ServiceToken, at: datetime) -> Opened:
        """Give what a service account's token opens: its one tenant."""
        actor = Actor(ActorKind.SERVICE, token.account_id)
        try:
            scope = await login.service_scope(
                self._database,
                network_id=token.network_id,
                tenant_id=token.tenant_id,
                account_id=token.account_id,
                instant=at,
            )
        except errors.TenantSuspended:
            return Opened(token=token, actor=actor, withheld=TenantSuspended())
        except (errors.WrongCredentials, errors.NotAMember) as refusal:
            raise ServiceAccountRefused from refusal
        return Opened(token=token, actor=actor, scope=scope)

    async def person(self, token: PersonToken, tenant_id: UUID | None, at: datetime) -> Opened:
        """Give what a person's token opens in the tenant asked for, or in their only one."""
        person_id = await login.person_by_identity(self._database, token.issuer, token.subject)
        if person_id is None:
            return Opened(token=token, withheld=UnknownPerson())
        actor = Actor(ActorKind.PERSON, person_id)
        known = {one.tenant_id: one.network_id for one in await login.memberships_of(self._database, person_id)}
        accepted = [tenant for tenant, network in known.items() if token.networks is None or network in token.networks]
        chosen = tenant_id or (accepted[0] if len(accepted) == 1 else None)
        if chosen is None:
            return Opened(token=token, actor=actor, withheld=TenantNotChosen() if accepted else NoMembership())
        if chosen in accepted:
            return await self._in_tenant(token, actor, chosen, at)
        return Opened(token=token, actor=actor, withheld=UnknownIssuer() if chosen in known else NoMembership())

    async def _in_tenant(self, token: PersonToken, actor: Actor, tenant_id: UUID, at: datetime) -> Opened:
        try:
            scope = await login.resolve_scope(self._database, who=actor.id, tenant_id=tenant_id, instant=at)
        except errors.NotAMember:
            return Opened(token=token, actor=actor, withheld=NoMembership())
        except errors.TenantSuspended:
            return Opened(token=token, actor=actor, withheld=TenantSuspended())
        return Opened(token=token, actor=actor, scope=scope)
