"""From a request's headers to the scope it may act in: verify, find the tenant, remember both for a moment."""

from dataclasses import replace
from hashlib import sha256
from uuid import UUID

from graphql import GraphQLError

from core.kernel.clock import Clock
from core.kernel.graphql.ids import split_id
from gateway.auth.claims import SKEW_S
from gateway.auth.errors import MalformedToken, MissingToken, NoMembership, TenantMismatch
from gateway.auth.identity import Opened, ScopeSource, ServiceToken, VerifiedToken
from gateway.auth.remember import LONGEST_MEMORY_S, ShortMemory, digest
from gateway.auth.together import Together
from gateway.auth.verify import Verifier


class SignIn:
    """Lets requests in.

    What a token proved, and the scope it opened, is remembered for at most five seconds; a membership that ends or an
    account that is revoked is therefore noticed within five seconds.

    Args:
        verifier: Checks tokens.
        scopes: Knows memberships.
        clock: The instant that scopes are opened at: that of the use cases.
        token_clock: The instant that tokens end by: real time.
        memory_s: Seconds to remember; zero looks everything up each time.
    """

    def __init__(
        self,
        verifier: Verifier,
        scopes: ScopeSource,
        clock: Clock,
        token_clock: Clock,
        *,
        memory_s: float = LONGEST_MEMORY_S,
    ) -> None:
        self._verifier = verifier
        self._scopes = scopes
        self._clock = clock
        self._token_clock = token_clock
        self._tokens: ShortMemory[VerifiedToken] = ShortMemory(memory_s)
        self._opened: ShortMemory[Opened] = ShortMemory(memory_s)
        self._by_headers: ShortMemory[Opened] = ShortMemory(memory_s)
        self._opening: Together[Opened] = Together()

    async def open(self, token: str | None, tenant: str | None) -> Opened:
        """Give what a token opens; nothing where there is none.

        Args:
            token: The bearer token's text.
            tenant: The header ``Touchstone-Tenant``, where it was sent.

        Raises:
            SignInRefused: The token does not prove who asks.
            TenantMismatch: A service account's token is for another tenant.
            IssuerUnavailable: The token cannot be checked at present.
        """
        if token is None:
            return Opened(withheld=MissingToken())
        key = digest((token, tenant or ""))
        known = self._opened.recall(key) or await self._opening.do(key, lambda: self._look_up(key, token, tenant))
        if known.scope is None:
            return known
        scope = known.scope.at(self._clock.now())
        return Opened(token=known.token, actor=known.actor, scope=scope, withheld=known.withheld)

    def recall(self, authorization: bytes, tenant: bytes) -> Opened | None:
        """Give what the same headers opened moments ago, with the scope as of then; nothing where it is looked up.

        Args:
            authorization: The header ``Authorization`` as it was sent.
            tenant: The header ``Touchstone-Tenant`` as it was sent; empty where it was not.
        """
        return self._by_headers.recall(of_headers(authorization, tenant))

    def notice(self, authorization: bytes, tenant: bytes, token: str, named: str | None) -> None:
        """Let headers be recalled for as long as what their token opened is remembered.

        Args:
            authorization: As for :meth:`recall`.
            tenant: The same.
            token: The token in the first header.
            named: The tenant in the second one.
        """
        self._by_headers.remember_as(of_headers(authorization, tenant), self._opened, digest((token, named or "")))

    async def _look_up(self, key: bytes, token: str, tenant: str | None) -> Opened:
        verified = await self._verified(token)
        opened = await self._open(verified, tenant)
        if opened.scope is not None:
            self._opened.remember(opened, self._ends_in(verified), key)
        return opened

    async def _verified(self, token: str) -> VerifiedToken:
        key = digest((token,))
        known = self._tokens.recall(key)
        if known is not None:
            return known
        verified = await self._verifier.verify(token)
        return self._tokens.remember(verified, self._ends_in(verified), key)

    async def _open(self, verified: VerifiedToken, tenant: str | None) -> Opened:
        now = self._clock.now()
        named = read_tenant(tenant)
        if isinstance(verified, ServiceToken):
            if tenant and named != verified.tenant_id:
                raise TenantMismatch
            return await self._scopes.service(verified, now)
        if tenant and named is None:
            opened = await self._scopes.person(verified, None, now)
            return replace(opened, scope=None, withheld=NoMembership() if opened.actor else opened.withheld)
        return await self._scopes.person(verified, named, now)

    def _ends_in(self, verified: VerifiedToken) -> float:
        return (verified.expires_at - self._token_clock.now()).total_seconds() + SKEW_S


def of_headers(authorization: bytes, tenant: bytes) -> bytes:
    """Hash two headers, neither of which can hold a line's end."""
    return sha256(b"%b\n%b" % (authorization, tenant)).digest()


def bearer_token(authorization: str | None) -> str | None:
    """Take the token out of an Authorization header (RFC 6750, section 2.1); none without a header.

    Raises:
        MalformedToken: The header is of another scheme, or empty.
    """
    if authorization is None:
        return None
    scheme, _, token = authorization.strip().partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise MalformedToken(problem="the header Authorization is not of the form 'Bearer <token>'")
    return token.strip()


def read_tenant(header: str | None) -> UUID | None:
    """Read a tenant's id, plain or as the API gives it; what is neither names no tenant."""
    if not header:
        return None
    try:
        kind, key = split_id(header)
    except GraphQLError:
        kind, key = "Tenant", header
    try:
        return UUID(key if kind == "Tenant" else header)
    except ValueError:
        return None
