"""From a request's headers to the scope it may act in: verify, find the tenant, remember both for a moment."""

from uuid import UUID

from core.kernel.clock import Clock
from core.kernel.scope import Scope
from gateway.auth.claims import SKEW_S
from gateway.auth.errors import MissingToken, NoMembership, TenantMismatch
from gateway.auth.identity import ScopeSource, ServiceToken, VerifiedToken
from gateway.auth.remember import LONGEST_MEMORY_S, ShortMemory
from gateway.auth.verify import Verifier


class SignIn:
    """Lets requests in.

    What a token proved, and the scope it opened, is remembered for at most five seconds; a membership that ends or an
    account that is revoked is therefore noticed within five seconds.

    Args:
        verifier: Checks tokens.
        scopes: Knows memberships.
        clock: Real time.
        memory_s: Seconds to remember; zero looks everything up each time.
    """

    def __init__(
        self, verifier: Verifier, scopes: ScopeSource, clock: Clock, *, memory_s: float = LONGEST_MEMORY_S
    ) -> None:
        self._verifier = verifier
        self._scopes = scopes
        self._clock = clock
        self._tokens: ShortMemory[VerifiedToken] = ShortMemory(memory_s)
        self._opened: ShortMemory[Scope] = ShortMemory(memory_s)

    async def scope(self, token: str, tenant: str | None) -> Scope:
        """Give the scope a token opens.

        Args:
            token: The bearer token's text.
            tenant: The header ``Touchstone-Tenant``, where it was sent.

        Raises:
            SignInRefused: The token does not prove who asks.
            AccessRefused: It does, but not for this tenant.
            IssuerUnavailable: It cannot be checked at present.
        """
        now = self._clock.now()
        opened = self._opened.recall(token, tenant or "")
        if opened is not None:
            return opened.at(now)
        verified = await self._verified(token)
        scope = await self._open(verified, read_tenant(tenant))
        return self._opened.remember(scope, self._ends_in(verified), token, tenant or "")

    async def _verified(self, token: str) -> VerifiedToken:
        known = self._tokens.recall(token)
        if known is not None:
            return known
        verified = await self._verifier.verify(token)
        return self._tokens.remember(verified, self._ends_in(verified), token)

    async def _open(self, verified: VerifiedToken, tenant_id: UUID | None) -> Scope:
        now = self._clock.now()
        if isinstance(verified, ServiceToken):
            if tenant_id not in {None, verified.tenant_id}:
                raise TenantMismatch
            return await self._scopes.service_scope(verified, now)
        return await self._scopes.person_scope(verified, tenant_id, now)

    def _ends_in(self, verified: VerifiedToken) -> float:
        return (verified.expires_at - self._clock.now()).total_seconds() + SKEW_S


def bearer_token(authorization: str | None) -> str:
    """Take the token out of an Authorization header (RFC 6750, section 2.1).

    Raises:
        MissingToken: There is none, or it is of another scheme.
    """
    scheme, _, token = (authorization or "").strip().partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise MissingToken
    return token.strip()


def read_tenant(header: str | None) -> UUID | None:
    """Read the tenant's id; what is no id names no tenant anybody could belong to.

    Raises:
        NoMembership: It is no id.
    """
    if not header:
        return None
    try:
        return UUID(header)
    except ValueError as error:
        raise NoMembership from error
