"""Service accounts sign in with client id and secret, and get a token for their one tenant (RFC 6749, section 4.4)."""

import binascii
from base64 import b64decode
from typing import Protocol
from urllib.parse import parse_qsl, unquote_plus
from uuid import UUID

from core.kernel.clock import Clock
from core.kernel.frozen import frozen
from gateway.auth.errors import ServiceAccountRefused
from gateway.auth.failures import Failures
from gateway.auth.own_issuers import SERVICE_TOKEN_LIFE, ServiceTokens

LONGEST_CREDENTIAL = 512
MOST_FIELDS = 16
MOST_FAILURES = 10
MOST_FAILURES_OF_ADDRESS = 200


class BadTokenRequest(Exception):  # noqa: N818 - it says what the request is
    """The request is not one for client credentials; ``error`` is the code of RFC 6749, section 5.2."""

    def __init__(self, error: str, description: str) -> None:
        super().__init__(description)
        self.error = error
        self.description = description


@frozen
class Credentials:
    """What a client presents."""

    client_id: str
    secret: str


@frozen
class Account:
    """A service account whose secret was right, and the one tenant it acts in."""

    account_id: UUID
    network_id: UUID
    tenant_id: UUID


class AccountSource(Protocol):
    """Knows service accounts and their hashed secrets."""

    async def authenticate(self, client_id: str, secret: str) -> Account | None:
        """Give the active account with this secret; none otherwise, and after the same work whatever is wrong."""
        ...


class ClientCredentials:
    """Exchanges credentials for tokens.

    Args:
        accounts: Knows the accounts.
        tokens: Signs.
        clock: Real time.
    """

    def __init__(self, accounts: AccountSource, tokens: ServiceTokens, clock: Clock) -> None:
        self._accounts = accounts
        self._tokens = tokens
        self._clock = clock
        # Counted by client and address together, so that nobody who knows a client id can shut its owner out; by
        # address alone only in bulk, because many clients may come through one proxy.
        self._failures = Failures(MOST_FAILURES)
        self._from_address = Failures(MOST_FAILURES_OF_ADDRESS)

    async def exchange(self, credentials: Credentials, address: str) -> dict[str, object]:
        """Give the token answer of RFC 6749, section 5.1.

        Args:
            credentials: What the client presented.
            address: Where it came from; counted, never kept with the account nor logged.

        Raises:
            ServiceAccountRefused: They do not hold.
            TooManyFailures: This client, or its address, has failed too often of late.
        """
        pair = f"{address} {credentials.client_id}"
        self._failures.check(pair)
        self._from_address.check(address)
        account = await self._accounts.authenticate(credentials.client_id, credentials.secret)
        if account is None:
            self._failures.note(pair)
            self._from_address.note(address)
            raise ServiceAccountRefused
        token = self._tokens.mint(account.account_id, account.network_id, account.tenant_id, self._clock.now())
        return {
            "access_token": token,
            "token_type": "Bearer",
            "expires_in": int(SERVICE_TOKEN_LIFE.total_seconds()),
            "tenant": str(account.tenant_id),
        }


def read_credentials(body: bytes, authorization: str | None) -> Credentials:
    """Read a token request: Basic authentication, or client id and secret in the form, never both.

    Raises:
        BadTokenRequest: It is malformed, or of another grant type.
        ServiceAccountRefused: It carries no credentials.
    """
    form = read_form(body)
    if form.get("grant_type") != "client_credentials":
        raise BadTokenRequest("unsupported_grant_type", "Send grant_type=client_credentials.")
    if authorization is not None and "client_secret" in form:
        raise BadTokenRequest("invalid_request", "Send the secret either by Basic authentication or in the form.")
    given = read_basic(authorization) if authorization is not None else from_form(form)
    if not given.client_id or not given.secret or max(len(given.client_id), len(given.secret)) > LONGEST_CREDENTIAL:
        raise ServiceAccountRefused
    return given


def from_form(form: dict[str, str]) -> Credentials:
    """Take credentials out of the form."""
    return Credentials(form.get("client_id", ""), form.get("client_secret", ""))


def read_form(body: bytes) -> dict[str, str]:
    """Read a form of a few fields, each once.

    Raises:
        BadTokenRequest: It is no such form.
    """
    try:
        pairs = parse_qsl(
            body.decode(), keep_blank_values=True, strict_parsing=True, max_num_fields=MOST_FIELDS, errors="strict"
        )
    except ValueError as error:
        raise BadTokenRequest("invalid_request", "The body is no form in UTF-8.") from error
    form = dict(pairs)
    if len(form) != len(pairs) or any("\x00" in value for value in form.values()):
        raise BadTokenRequest("invalid_request", "A field occurs twice, or holds what no text holds.")
    return form


def read_basic(authorization: str) -> Credentials:
    """Read Basic authentication as RFC 6749, section 2.3.1, writes it: both parts form-encoded first.

    Raises:
        ServiceAccountRefused: It is not of that form.
    """
    scheme, _, encoded = authorization.partition(" ")
    try:
        user, colon, secret = b64decode(encoded.strip(), validate=True).decode().partition(":")
    except (binascii.Error, ValueError) as error:
        raise ServiceAccountRefused from error
    if scheme.lower() != "basic" or not colon:
        raise ServiceAccountRefused
    return Credentials(unquote_plus(user), unquote_plus(secret))
