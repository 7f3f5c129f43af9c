"""This server as an issuer: tokens for service accounts, and the documents by which others verify its tokens."""

from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import Response

from gateway.auth.client_credentials import BadTokenRequest, ClientCredentials, read_credentials
from gateway.auth.errors import ServiceAccountRefused, TenantSuspended, TooManyFailures
from gateway.auth.own_issuers import BuiltinIssuer, ServiceTokens, discovery_document
from gateway.http.answers import json_response
from gateway.http.errors import NoSuchPath
from gateway.http.observation import observed_in

FORM = "application/x-www-form-urlencoded"
CHALLENGE = {"WWW-Authenticate": 'Basic realm="touchstone"'}
QUARTER = {"Cache-Control": "public, max-age=900"}


class IssuerRoutes:
    """Serves ``/oauth/token`` and ``/.well-known``; answers of the former are shaped as RFC 6749 says.

    Args:
        exchange: Exchanges credentials for tokens.
        service_tokens: Signs service accounts' tokens.
        builtin: Signs people's tokens in demo and tests.
    """

    def __init__(
        self, exchange: ClientCredentials, service_tokens: ServiceTokens, builtin: BuiltinIssuer | None
    ) -> None:
        self._exchange = exchange
        self._service_tokens = service_tokens
        self._builtin = builtin

    async def token(self, request: Request) -> Response:
        """Exchange client credentials for a token."""
        try:
            return json_response(await self._granted(request), headers={"Pragma": "no-cache"})
        except BadTokenRequest as refusal:
            observed_in(request.scope).outcome = refusal.error
            body = {"error": refusal.error, "error_description": refusal.description}
            return json_response(body, HTTPStatus.BAD_REQUEST)
        except (ServiceAccountRefused, TenantSuspended, TooManyFailures) as refusal:
            observed_in(request.scope).outcome = refusal.code
            return not_granted(refusal)

    async def _granted(self, request: Request) -> dict[str, object]:
        media = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if media != FORM:
            raise BadTokenRequest("invalid_request", f"Send the request as {FORM}.")
        credentials = read_credentials(await request.body(), request.headers.get("authorization"))
        return await self._exchange.exchange(credentials, request.client.host if request.client else "")

    async def discovery(self, request: Request) -> Response:  # noqa: ARG002 - the same for every request
        """Describe this server as an issuer of people's tokens.

        Raises:
            NoSuchPath: It is none.
        """
        if self._builtin is None:
            raise NoSuchPath
        return json_response(discovery_document(self._builtin.issuer, self._service_tokens.audience), headers=QUARTER)

    async def service_discovery(self, request: Request) -> Response:  # noqa: ARG002 - the same for every request
        """Describe this server as the issuer of service accounts' tokens."""
        own = self._service_tokens
        return json_response(discovery_document(own.issuer, own.audience), headers=QUARTER)

    async def keys(self, request: Request) -> Response:  # noqa: ARG002 - the same for every request
        """Publish the public keys."""
        keys = [*self._service_tokens.keys, *(self._builtin.keys if self._builtin is not None else ())]
        return json_response({"keys": [key.published() for key in keys]}, headers=QUARTER)


def not_granted(refusal: ServiceAccountRefused | TenantSuspended | TooManyFailures) -> Response:
    """Refuse a token as RFC 6749, section 5.2, says, with this product's code beside."""
    error = "unauthorized_client" if isinstance(refusal, TenantSuspended) else "invalid_client"
    body = {"error": error, "error_description": refusal.message, "code": refusal.code}
    if isinstance(refusal, TooManyFailures):
        headers = {"Retry-After": str(refusal.retry_after)}
        return json_response(body, HTTPStatus.TOO_MANY_REQUESTS, headers=headers)
    if isinstance(refusal, TenantSuspended):
        return json_response(body, HTTPStatus.FORBIDDEN)
    return json_response(body, HTTPStatus.UNAUTHORIZED, headers=CHALLENGE)
