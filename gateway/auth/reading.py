"""Reads a compact token before anything is believed: its form, its signing method, and which key it names."""

import binascii
import re
from base64 import urlsafe_b64decode
from collections.abc import Mapping
from typing import cast

import orjson

from core.kernel.frozen import frozen
from gateway.auth.errors import AlgorithmNotAllowed, MalformedToken

LONGEST_TOKEN = 8_192
LONGEST_NAME = 255
LONGEST_ISSUER = 500
COMPACT = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*")
# The EdDSA name of RFC 8037 covers two curves; here it is read as Ed25519 alone (RFC 9864), which many issuers mean.
ALGORITHMS = {"RS256": "RS256", "PS256": "PS256", "ES256": "ES256", "Ed25519": "Ed25519", "EdDSA": "Ed25519"}
KINDS = frozenset({"", "jwt", "at+jwt", "application/at+jwt"})


@frozen
class UnverifiedToken:
    """What a token says of itself, not to be believed until its signature is checked.

    Attributes:
        text: The token.
        algorithm: One of the accepted methods, by its present name.
        kid: The key id, empty where none is named.
        issuer: Who claims to have signed it.
    """

    text: str
    algorithm: str
    kid: str
    issuer: str


def read_token(text: str) -> UnverifiedToken:
    """Read a compact JSON Web Signature.

    Raises:
        MalformedToken: It does not have the form of one.
        AlgorithmNotAllowed: It is unsigned, or signed by a method that is not accepted.
    """
    if len(text) > LONGEST_TOKEN or not COMPACT.fullmatch(text):
        raise MalformedToken(problem="it does not have three base64url parts, or is too long")
    header, claims = (read_segment(segment) for segment in text.split(".")[:2])
    algorithm = ALGORITHMS.get(string_member(header, "alg"))
    if algorithm is None:
        raise AlgorithmNotAllowed
    check_header(header)
    issuer = string_member(claims, "iss", LONGEST_ISSUER)
    if not issuer:
        raise MalformedToken(problem="it names no issuer")
    return UnverifiedToken(text, algorithm, string_member(header, "kid"), issuer)


def check_header(header: Mapping[str, object]) -> None:
    """Refuse extensions that must be understood, and tokens made for other purposes (RFC 8725, section 3.11).

    Raises:
        MalformedToken: The header asks for what is not supported.
    """
    if "crit" in header or "b64" in header:
        raise MalformedToken(problem="its header demands an extension")
    if string_member(header, "typ").lower() not in KINDS:
        raise MalformedToken(problem="it is not an access token")


def read_segment(segment: str) -> Mapping[str, object]:
    """Decode one part into a JSON object.

    Raises:
        MalformedToken: It is not base64url, or no JSON object.
    """
    try:
        raw = urlsafe_b64decode(segment + "=" * (-len(segment) % 4))
    except binascii.Error as error:
        raise MalformedToken(problem="a part is not base64url") from error
    return read_json_object(raw)


def read_json_object(raw: bytes) -> Mapping[str, object]:
    """Read a part's JSON object.

    Raises:
        MalformedToken: It is something else.
    """
    try:
        content = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise MalformedToken(problem="a part is no JSON") from error
    if not isinstance(content, dict):
        raise MalformedToken(problem="a part is no JSON object")
    return cast("Mapping[str, object]", content)


def string_member(content: Mapping[str, object], name: str, longest: int = LONGEST_NAME) -> str:
    """Give a text member of reasonable length, empty where it is absent.

    Raises:
        MalformedToken: It is there and is something else.
    """
    value = content.get(name, "")
    if not isinstance(value, str) or len(value) > longest:
        raise MalformedToken(problem=f"its member {name} is not a short text")
    return value
