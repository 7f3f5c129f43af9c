"""One text for one value, so that the same input, filter or place can be recognised again."""

import hmac
from functools import lru_cache
from hashlib import sha256
from typing import Final
from uuid import UUID

from pydantic import SecretStr

from core.kernel.canonical import canonical_text

PURPOSE: Final = b"touchstone/idempotency/1:"


def fingerprint(*parts: object) -> str:
    """Give the SHA-256 of values' canonical text, in hexadecimal."""
    return sha256(as_text(parts).encode()).hexdigest()


def request_print(secret: SecretStr, tenant_id: UUID, key: str, *parts: object) -> str:
    """Give by what a request is recognised again: its HMAC-SHA-256, in hexadecimal, which tells nothing of its input.

    A plain hash would: whoever reads the table could try names and numbers until one fits. Requests with the same input
    have different ones unless tenant and idempotency key are the same.

    Args:
        secret: The setting ``cursor_key``, from which the key is derived.
        tenant_id: Whose request it is.
        key: Its idempotency key.
        parts: The operation and its input.
    """
    said = tenant_id.bytes + key.encode() + as_text(parts).encode()
    return hmac.digest(derived(secret.get_secret_value()), said, "sha256").hex()


@lru_cache(maxsize=4)
def derived(secret: str) -> bytes:
    """Give the key, which is used for nothing else."""
    return sha256(PURPOSE + secret.encode()).digest()


def as_text(given: object) -> str:
    """Write what GraphQL's input coercion gives as canonical JSON; nothing, where nothing is given."""
    return "" if given is None else canonical_text({"given": given})
