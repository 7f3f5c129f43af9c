"""SCRAM-SHA-256 verifiers (RFC 5803), so that a role's password never travels or reaches a server's log in clear."""

import base64
import hmac
from hashlib import pbkdf2_hmac, sha256
from secrets import token_bytes

ITERATIONS = 4096


def scram_verifier(password: str, salt: bytes | None = None) -> str:
    """Write what PostgreSQL stores for a password.

    Args:
        password: ASCII text; derived passwords are hexadecimal, so no further preparation is needed.
        salt: 16 bytes; drawn where none is given.
    """
    salt = salt or token_bytes(16)
    salted = pbkdf2_hmac("sha256", password.encode("ascii"), salt, ITERATIONS)
    stored = sha256(hmac.digest(salted, b"Client Key", "sha256")).digest()
    server = hmac.digest(salted, b"Server Key", "sha256")
    return f"SCRAM-SHA-256${ITERATIONS}:{in_base64(salt)}${in_base64(stored)}:{in_base64(server)}"


def in_base64(data: bytes) -> str:
    """Write bytes in base64."""
    return base64.b64encode(data).decode("ascii")
