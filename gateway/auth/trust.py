"""Whom a token may come from, and where the keys of those are: what verification asks of other rooms."""

from collections.abc import Sequence
from typing import Protocol
from uuid import UUID

from core.kernel.frozen import frozen
from gateway.auth.published_keys import VerificationKey


@frozen
class Trust:
    """One network's word that it accepts an issuer's tokens made for one audience."""

    network_id: UUID
    audience: str


class TrustSource(Protocol):
    """Knows every network's allow-list of issuers."""

    async def trusts(self, issuer: str) -> Sequence[Trust]:
        """List the networks that accept an issuer, by its exact name; empty where none does."""
        ...


class KeySource(Protocol):
    """Gives issuers' public keys."""

    async def key(self, issuer: str, kid: str) -> VerificationKey:
        """Give the key an issuer publishes under an id."""
        ...
