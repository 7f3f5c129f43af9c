"""How often one address is served by routes that anybody may ask: so many a minute, the rest is told to wait.

What is counted lives in this process and is bounded; several processes each serve as many.
"""

import math
import time
from collections import OrderedDict
from collections.abc import Callable
from ipaddress import IPv6Address, ip_address
from typing import Final

MINUTE: Final = 60.0
MOST_REMEMBERED: Final = 10_000
"""Addresses that are remembered; the one that asked longest ago is forgotten first."""
MOST_TEXT: Final = 64
OWN_BITS: Final = 64
"""Bits of an IPv6 address that whoever has a line chooses freely."""


class Addresses:
    """Counts requests by address: each may ask a minute's worth at once, and then as often as a minute allows.

    Args:
        per_minute: How often one is served.
        monotonic: Tells seconds that never run backwards; given by tests.
    """

    def __init__(self, per_minute: int, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._spacing = MINUTE / per_minute
        self._monotonic = monotonic
        self._until: OrderedDict[str, float] = OrderedDict()

    def wait(self, address: str) -> int:
        """Count a request.

        Args:
            address: Whose it is; of IPv6 all addresses of a line count as one.

        Returns:
            0 where it is served, else the seconds after which the address is served again.
        """
        line, now = line_of(address), self._monotonic()
        until = max(self._until.get(line, now), now) + self._spacing
        if until > now + MINUTE:
            return math.ceil(until - now - MINUTE)
        self._until[line] = until
        self._until.move_to_end(line)
        if len(self._until) > MOST_REMEMBERED:
            self._until.popitem(last=False)
        return 0


def line_of(address: str) -> str:
    """Give what is the same for all addresses of one line; what is no address stands for itself, cut short."""
    try:
        known = ip_address(address)
    except ValueError:
        return address[:MOST_TEXT]
    if isinstance(known, IPv6Address):
        mapped = known.ipv4_mapped
        return str(mapped) if mapped else str(int(known) >> (known.max_prefixlen - OWN_BITS))
    return str(known)
