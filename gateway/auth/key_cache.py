"""Keeps issuers' keys: fetched once, refreshed when they age or a new key id appears, kept while the issuer is down."""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field

import structlog

from gateway.auth.errors import IssuerUnavailable, UnknownKey
from gateway.auth.fetching import DocumentSource, FetchFailed
from gateway.auth.published_keys import Keys, VerificationKey, fetch_keys

FRESH_S = 600.0
USABLE_S = 24 * 3_600.0
BETWEEN_FETCHES_S = 10.0
MOST_ISSUERS = 1_000

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class KnownIssuer:
    """What is remembered of one issuer.

    Attributes:
        keys: Its keys by id; empty until they were fetched once.
        fetched_at: Monotonic seconds of the last success.
        tried_at: Monotonic seconds of the last attempt.
        lock: Held while fetching: whoever comes meanwhile waits for the same answer.
    """

    keys: Keys = field(default_factory=dict[str, VerificationKey])
    fetched_at: float = float("-inf")
    tried_at: float = float("-inf")
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)


class KeyCache:
    """The keys of all trusted issuers.

    An issuer is asked at most once in ten seconds, however many tokens with invented key ids arrive. Its keys serve up
    to a day while it cannot be reached.

    Args:
        source: Where documents come from.
        monotonic: Tells seconds that never run backwards; given by tests.
    """

    def __init__(self, source: DocumentSource, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._source = source
        self._monotonic = monotonic
        self._issuers: OrderedDict[str, KnownIssuer] = OrderedDict()

    async def key(self, issuer: str, kid: str) -> VerificationKey:
        """Give the key a trusted issuer publishes under an id.

        Args:
            issuer: An issuer that somebody trusts; the caller has checked that.
            kid: The token's key id; empty where the token names none, which serves issuers with a single key.

        Raises:
            UnknownKey: The issuer was asked and publishes no such key.
            IssuerUnavailable: The issuer cannot be reached and nothing usable is remembered.
        """
        known = self._known(issuer)
        if self._age(known) >= FRESH_S or pick(known.keys, kid) is None:
            await self._refresh(issuer, known, kid)
        if self._age(known) >= USABLE_S:
            raise IssuerUnavailable
        found = pick(known.keys, kid)
        if found is None:
            raise UnknownKey
        return found

    async def _refresh(self, issuer: str, known: KnownIssuer, kid: str) -> None:
        async with known.lock:
            if self._age(known) < FRESH_S and pick(known.keys, kid) is not None:
                return
            now = self._monotonic()
            if now - known.tried_at < BETWEEN_FETCHES_S:
                return
            known.tried_at = now
            try:
                known.keys = await fetch_keys(self._source, issuer)
                known.fetched_at = self._monotonic()
            except FetchFailed as error:
                log.warning("auth.keys_not_fetched", issuer=issuer, reason=str(error), still_usable=bool(known.keys))

    def _known(self, issuer: str) -> KnownIssuer:
        known = self._issuers.setdefault(issuer, KnownIssuer())
        self._issuers.move_to_end(issuer)
        if len(self._issuers) > MOST_ISSUERS:
            self._issuers.popitem(last=False)
        return known

    def _age(self, known: KnownIssuer) -> float:
        return self._monotonic() - known.fetched_at


def pick(keys: Keys, kid: str) -> VerificationKey | None:
    """Pick the key with that id; without an id, the only key there is."""
    if kid:
        return keys.get(kid)
    return next(iter(keys.values())) if len(keys) == 1 else None
