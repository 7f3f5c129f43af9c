"""One text for one value, so that the same input, filter or place can be recognised again."""

from hashlib import sha256

from core.kernel.canonical import canonical_text


def fingerprint(*parts: object) -> str:
    """Give the SHA-256 of values' canonical text, in hexadecimal."""
    return sha256(as_text(parts).encode()).hexdigest()


def as_text(given: object) -> str:
    """Write what GraphQL's input coercion gives as canonical JSON; nothing, where nothing is given."""
    return "" if given is None else canonical_text({"given": given})
