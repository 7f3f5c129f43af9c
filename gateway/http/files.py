"""What every route that takes files in or gives them out does alike: who asks, and how a file is refused."""

from collections import Counter
from collections.abc import Generator
from contextlib import contextmanager
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response

from core.kernel.errors import DomainError
from core.kernel.scope import Scope
from gateway.auth.errors import MissingToken
from gateway.auth.sign_in import SignIn
from gateway.http.answers import refusal_response
from gateway.http.errors import TooManyRequests
from gateway.http.graphql_route import credentials_of
from gateway.http.observation import observed_in


class Room:
    """Where files arrive: one tenant's slow senders leave as much room to all others, and strangers take none."""

    def __init__(self) -> None:
        self._arriving = Counter[UUID]()

    @contextmanager
    def place(self, scope: Scope, most: int) -> Generator[None]:
        """Take a place as long as a block lasts.

        Args:
            scope: Whose file arrives.
            most: How many may arrive at a time; of one tenant half as many, and one at least.

        Raises:
            TooManyRequests: There is no room.
        """
        arriving = self._arriving
        if arriving.total() >= most or arriving[scope.tenant_id] >= max(1, most // 2):
            raise TooManyRequests
        arriving[scope.tenant_id] += 1
        try:
            yield
        finally:
            arriving[scope.tenant_id] -= 1
            if not arriving[scope.tenant_id]:
                del arriving[scope.tenant_id]


async def scope_of(request: Request, sign_in: SignIn) -> Scope:
    """Give the tenant acted in, and who acts.

    Raises:
        DomainError: The token is missing or proves nothing, or opens no tenant.
    """
    credentials = credentials_of(observed_in(request.scope).headers)
    opened = await sign_in.open(credentials.token, credentials.tenant)
    if opened.scope is None:
        raise opened.withheld or MissingToken()
    return opened.scope


def refused(request: Request, refusal: DomainError) -> Response:
    """Refuse a file; what is left of it is not read, and must not be taken for the next request."""
    observed_in(request.scope).outcome = refusal.code
    answer = refusal_response(refusal)
    answer.headers["Connection"] = "close"
    return answer
