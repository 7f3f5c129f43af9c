"""The two issuers this server can be: for service accounts always, for people only in demo and tests."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import ClassVar
from uuid import UUID

from core.kernel.crypto import MasterKeys
from core.kernel.errors import DomainError, fact
from core.kernel.frozen import frozen
from core.kernel.ids import new_id
from core.kernel.settings import Environment, Settings
from gateway.auth.signing import ALGORITHM, SigningKey

SERVICE_TOKEN_LIFE = timedelta(minutes=15)
PERSON_TOKEN_LIFE = timedelta(hours=12)


@fact
class BuiltinIssuerInProduction(DomainError):  # noqa: N818 - errors are facts
    """The issuer for demo and tests is switched on where real people sign in."""

    code: ClassVar[str] = "auth.builtin_issuer_in_production"

    @property
    def message(self) -> str:
        """Say what is refused."""
        return "The built-in token issuer is for demo and tests; production does not start with it."

    @property
    def hint(self) -> str:
        """Say how to go on."""
        return (
            "Set TOUCHSTONE_BUILTIN_ISSUER=false and register your identity provider as an issuer of the network, "
            "or set TOUCHSTONE_ENVIRONMENT=development on a machine that serves nobody."
        )


@frozen
class BuiltinIssuer:
    """Signs tokens for people, whoever they say they are.

    Attributes:
        issuer: Its name: the server's public URL.
        audience: Whom its tokens are for: this server.
        key: What it signs with.
        older: What it signed with while another master key was the current one.
    """

    issuer: str
    audience: str
    key: SigningKey
    older: tuple[SigningKey, ...] = ()

    @property
    def keys(self) -> tuple[SigningKey, ...]:
        """All keys whose signatures hold."""
        return (self.key, *self.older)

    def mint(self, subject: str, now: datetime, life: timedelta = PERSON_TOKEN_LIFE) -> str:
        """Make a token for a person, by the subject their identity was linked with.

        Args:
            subject: The issuer's name for the person.
            now: Real time, in UTC.
            life: How long the token holds.
        """
        return self.key.sign(spans({"iss": self.issuer, "aud": self.audience, "sub": subject}, now, life))


@frozen
class ServiceTokens:
    """Signs the short-lived tokens that service accounts get for their credentials.

    Attributes:
        issuer: Its name, a path below the public URL.
        audience: This server.
        key: What it signs with.
        older: What it signed with while another master key was the current one.
    """

    issuer: str
    audience: str
    key: SigningKey
    older: tuple[SigningKey, ...] = ()

    @property
    def keys(self) -> tuple[SigningKey, ...]:
        """All keys whose signatures hold."""
        return (self.key, *self.older)

    def mint(self, account_id: UUID, network_id: UUID, tenant_id: UUID, now: datetime) -> str:
        """Make a token for one account in its one tenant; it holds a quarter of an hour."""
        claims = {
            "iss": self.issuer,
            "aud": self.audience,
            "sub": str(account_id),
            "network_id": str(network_id),
            "tenant_id": str(tenant_id),
        }
        return self.key.sign(spans(claims, now, SERVICE_TOKEN_LIFE))


def spans(claims: Mapping[str, object], now: datetime, life: timedelta) -> dict[str, object]:
    """Add when a token begins and ends, and an id of its own."""
    begins = int(now.timestamp())
    return {**claims, "iat": begins, "nbf": begins, "exp": int(begins + life.total_seconds()), "jti": str(new_id())}


def builtin_issuer(settings: Settings) -> BuiltinIssuer | None:
    """Give the issuer for demo and tests, where the settings switch it on.

    Raises:
        BuiltinIssuerInProduction: It is switched on in production.
    """
    if not settings.builtin_issuer:
        return None
    if settings.environment is Environment.PRODUCTION:
        raise BuiltinIssuerInProduction
    url = settings.public_url.rstrip("/")
    key, *older = signing_keys(settings, "people-tokens")
    return BuiltinIssuer(url, url, key, tuple(older))


def service_tokens(settings: Settings) -> ServiceTokens:
    """Give the issuer of service accounts' tokens."""
    url = settings.public_url.rstrip("/")
    key, *older = signing_keys(settings, "service-tokens")
    return ServiceTokens(f"{url}/oauth", url, key, tuple(older))


def signing_keys(settings: Settings, purpose: str) -> list[SigningKey]:
    """Derive the keys of one purpose, one from each configured master key, the current one's first.

    While the master key is rotated, tokens that another process signed, or this one before, hold as long as they say.

    Raises:
        MasterKeyIsInvalid: One is not 32 bytes in hexadecimal.
    """
    return [SigningKey(key, purpose) for _, key in MasterKeys.read(settings.master_key.get_secret_value()).keys]


def discovery_document(issuer: str, server: str) -> dict[str, object]:
    """Describe an issuer of this server, as far as a resource server or a client needs.

    Args:
        issuer: The issuer's name.
        server: The server's public URL, where keys and token endpoint are.
    """
    return {
        "issuer": issuer,
        "jwks_uri": f"{server}/.well-known/jwks.json",
        "token_endpoint": f"{server}/oauth/token",
        "grant_types_supported": ["client_credentials"],
        "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
        "id_token_signing_alg_values_supported": [ALGORITHM],
        "response_types_supported": ["token"],
        "subject_types_supported": ["public"],
    }
