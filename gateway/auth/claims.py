"""Holds a verified token's claims against the instant and the audience: pure, with a minute for clocks apart."""

import math
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import cast

from core.kernel.frozen import frozen
from gateway.auth.errors import MalformedToken, TokenExpired, TokenNotYetValid
from gateway.auth.reading import LONGEST_ISSUER, LONGEST_NAME

SKEW_S = 60
LATEST_S = 253_402_300_799  # the end of the year 9999, the last that a datetime can hold


@frozen(kw_only=True)
class Claims:
    """What a token with a good signature says.

    Attributes:
        issuer: Who signed it.
        subject: Whom it speaks of, a name of the issuer's own.
        audience: Whom it was made for.
        expires_at: When it ends, in UTC.
        rest: All claims as signed.
    """

    issuer: str
    subject: str
    audience: frozenset[str]
    expires_at: datetime
    rest: Mapping[str, object]


def check_claims(claims: Mapping[str, object], now: datetime) -> Claims:
    """Check a token's times and form; audience and issuer are for whoever knows which are expected.

    Raises:
        MalformedToken: A claim that must be there is not, or has another form.
        TokenExpired: Its time is over.
        TokenNotYetValid: Its time has not come, or it says it was made in the future.
    """
    seconds = now.timestamp()
    expires = instant(claims, "exp")
    if expires is None:
        raise MalformedToken(problem="it has no end")
    if seconds >= expires + SKEW_S:
        raise TokenExpired
    for name in ("nbf", "iat"):
        begins = instant(claims, name)
        if begins is not None and begins > seconds + SKEW_S:
            raise TokenNotYetValid
    return Claims(
        issuer=text(claims, "iss", LONGEST_ISSUER),
        subject=text(claims, "sub", LONGEST_NAME),
        audience=audience(claims.get("aud")),
        expires_at=datetime.fromtimestamp(min(expires, LATEST_S), UTC),
        rest=claims,
    )


def instant(claims: Mapping[str, object], name: str) -> float | None:
    """Give a NumericDate in seconds (RFC 7519, section 2); none where it is absent.

    Raises:
        MalformedToken: It is no finite number of seconds since 1970.
    """
    value = claims.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value) or value < 0:
        raise MalformedToken(problem=f"its member {name} is no instant")
    return value


def text(claims: Mapping[str, object], name: str, longest: int) -> str:
    """Give a text claim that must be there.

    Raises:
        MalformedToken: It is absent, empty, too long or no text.
    """
    value = claims.get(name)
    if not isinstance(value, str) or not 0 < len(value) <= longest or "\x00" in value:
        raise MalformedToken(problem=f"its member {name} is not a short text")
    return value


def audience(value: object) -> frozenset[str]:
    """Give the audience as a set, however the issuer wrote it.

    Raises:
        MalformedToken: It is neither a text nor a list of texts.
    """
    if isinstance(value, str):
        return frozenset({value})
    members = cast("list[object]", value) if isinstance(value, list) else [None]
    if not all(isinstance(one, str) for one in members):
        raise MalformedToken(problem="its member aud is neither a text nor a list of texts")
    return frozenset(cast("list[str]", members))
