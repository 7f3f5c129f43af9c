"""Why a request is not let in: each refusal is a fact with a stable code, and none repeats what the token said."""

from typing import ClassVar

from core.kernel.errors import DomainError, fact


@fact
class SignInRefused(DomainError):  # noqa: N818 - errors are facts
    """The token does not prove who asks."""

    code: ClassVar[str] = "auth.refused"


@fact
class AccessRefused(DomainError):  # noqa: N818 - errors are facts
    """It is known who asks, but not here or not now."""

    code: ClassVar[str] = "auth.no_access"


@fact
class MissingToken(SignInRefused):
    """No bearer token came with the request."""

    code: ClassVar[str] = "auth.missing_token"

    @property
    def message(self) -> str:
        """Say what is missing."""
        return "The request carries no bearer token."

    @property
    def hint(self) -> str:
        """Say how to send one."""
        return "Send the header 'Authorization: Bearer <token>'; over a websocket, put it into connection_init."


@fact
class MalformedToken(SignInRefused):
    """What was sent is no signed JSON Web Token."""

    problem: str = "it cannot be read"
    code: ClassVar[str] = "auth.malformed_token"

    @property
    def message(self) -> str:
        """Say what is wrong with its form."""
        return f"The token is malformed: {self.problem}."

    @property
    def hint(self) -> str:
        """Say what is expected."""
        return "Send the access token exactly as the issuer gave it: three parts, signed, not encrypted."


@fact
class AlgorithmNotAllowed(SignInRefused):
    """The token is signed by a method that proves nothing here."""

    code: ClassVar[str] = "auth.algorithm_not_allowed"

    @property
    def message(self) -> str:
        """Say that the method is refused."""
        return "The token is signed by a method that is not accepted."

    @property
    def hint(self) -> str:
        """List what is accepted."""
        return "Let the issuer sign with RS256, PS256, ES256 or Ed25519."


@fact
class UnknownIssuer(SignInRefused):
    """Nobody here trusts the issuer, or the network asked for does not."""

    code: ClassVar[str] = "auth.unknown_issuer"

    @property
    def message(self) -> str:
        """Say that the issuer is not trusted."""
        return "The token comes from an issuer that this network does not trust."

    @property
    def hint(self) -> str:
        """Say who can change that."""
        return "Sign in with your network's identity provider, or have a headquarters administrator add the issuer."


@fact
class UnknownKey(SignInRefused):
    """The issuer publishes no key under the token's key id."""

    code: ClassVar[str] = "auth.unknown_key"

    @property
    def message(self) -> str:
        """Say that the key is not published."""
        return "The token is signed by a key that its issuer does not publish."

    @property
    def hint(self) -> str:
        """Say what to do."""
        return "Sign in again; if the issuer changed its keys this moment, try again in half a minute."


@fact
class BadSignature(SignInRefused):
    """The signature does not fit the token."""

    code: ClassVar[str] = "auth.bad_signature"

    @property
    def message(self) -> str:
        """Say that the signature is wrong."""
        return "The token's signature is wrong."

    @property
    def hint(self) -> str:
        """Say what to do."""
        return "Sign in again and send the new token unchanged."


@fact
class TokenExpired(SignInRefused):
    """The token's time is over."""

    code: ClassVar[str] = "auth.token_expired"

    @property
    def message(self) -> str:
        """Say that it has expired."""
        return "The token has expired."

    @property
    def hint(self) -> str:
        """Say what to do."""
        return "Refresh the token or sign in again."


@fact
class TokenNotYetValid(SignInRefused):
    """The token is for later, or says that it was made in the future."""

    code: ClassVar[str] = "auth.token_not_yet_valid"

    @property
    def message(self) -> str:
        """Say that its time has not come."""
        return "The token is not valid yet."

    @property
    def hint(self) -> str:
        """Say what to check."""
        return "Check the clocks of the issuer and of this server; up to 60 seconds apart are forgiven."


@fact
class WrongAudience(SignInRefused):
    """The token was made for another service."""

    code: ClassVar[str] = "auth.wrong_audience"

    @property
    def message(self) -> str:
        """Say that it is for somebody else."""
        return "The token was issued for another service."

    @property
    def hint(self) -> str:
        """Say what to ask the issuer for."""
        return "Ask the issuer for an access token with this service's audience."


@fact
class UnknownPerson(SignInRefused):
    """The issuer vouches for somebody whom no tenant knows."""

    code: ClassVar[str] = "auth.unknown_person"

    @property
    def message(self) -> str:
        """Say that nobody knows them."""
        return "Nobody is registered here under the identity in this token."

    @property
    def hint(self) -> str:
        """Say how to become known."""
        return "Accept an invitation first, or ask an administrator of your tenant for one."


@fact
class ServiceAccountRefused(SignInRefused):
    """Client credentials that do not hold, whatever the reason: the answer does not tell which part is wrong."""

    code: ClassVar[str] = "auth.invalid_client"

    @property
    def message(self) -> str:
        """Say that the credentials do not hold."""
        return "These client credentials are not valid."

    @property
    def hint(self) -> str:
        """Say what to check."""
        return "Check client id and secret; an account may have been revoked or its secret replaced."


@fact
class NoMembership(AccessRefused):
    """The person is known, but not a member of the tenant asked for; a tenant that does not exist looks the same."""

    code: ClassVar[str] = "auth.no_membership"

    @property
    def message(self) -> str:
        """Say that access is missing."""
        return "You have no membership in this tenant."

    @property
    def hint(self) -> str:
        """Say what to do."""
        return "Check the header Touchstone-Tenant, or ask an administrator of the tenant for an invitation."


@fact
class TenantNotChosen(AccessRefused):
    """The person belongs to several tenants and did not say which is meant."""

    code: ClassVar[str] = "auth.tenant_not_chosen"

    @property
    def message(self) -> str:
        """Say that a choice is missing."""
        return "You belong to several tenants and the request does not say which one it is for."

    @property
    def hint(self) -> str:
        """Say how to choose."""
        return "Send the header Touchstone-Tenant with the id of the tenant."


@fact
class TenantMismatch(AccessRefused):
    """A service account's token is for one tenant, and the request names another."""

    code: ClassVar[str] = "auth.tenant_mismatch"

    @property
    def message(self) -> str:
        """Say that the two differ."""
        return "The token is for another tenant than the header Touchstone-Tenant names."

    @property
    def hint(self) -> str:
        """Say what to do."""
        return "Leave the header out: a service account's token carries its one tenant."


@fact
class TenantSuspended(AccessRefused):
    """The tenant is suspended for the time being."""

    code: ClassVar[str] = "auth.suspended"

    @property
    def message(self) -> str:
        """Say that it is suspended."""
        return "This tenant, or your access to it, is suspended."

    @property
    def hint(self) -> str:
        """Say who can lift it."""
        return "Ask your network's headquarters why, and to lift the suspension."


@fact
class AccessChanged(AccessRefused):
    """What somebody may see here is less, or another tenant's, than when their stream began."""

    code: ClassVar[str] = "auth.access_changed"

    @property
    def message(self) -> str:
        """Say what has changed."""
        return "What you may see here has changed since this stream began."

    @property
    def hint(self) -> str:
        """Say what to do."""
        return "Begin the stream again; it then shows what is permitted now."


@fact
class IssuerUnavailable(DomainError):  # noqa: N818 - errors are facts
    """The issuer's keys could not be fetched, and none are remembered."""

    code: ClassVar[str] = "auth.issuer_unavailable"

    @property
    def message(self) -> str:
        """Say what cannot be done."""
        return "The issuer of this token cannot be reached, so its signature cannot be checked."

    @property
    def hint(self) -> str:
        """Say what to do."""
        return "Try again in a minute; if it lasts, check the issuer's discovery document and this server's way out."


@fact
class TooManyFailures(DomainError):  # noqa: N818 - errors are facts
    """Too many wrong attempts in a short time."""

    retry_after: int
    code: ClassVar[str] = "auth.too_many_failures"

    @property
    def message(self) -> str:
        """Say that further attempts are refused for now."""
        return "Too many failed attempts."

    @property
    def hint(self) -> str:
        """Say when to try again."""
        return f"Wait {self.retry_after} seconds before the next attempt."
