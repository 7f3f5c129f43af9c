"""A site's address."""

import re
from dataclasses import asdict
from functools import cache
from typing import Any

from babel import Locale

from core.kernel.errors import InvalidInput
from core.kernel.frozen import frozen

ALPHA_2 = re.compile(r"[A-Z]{2}")
# CLDR also knows groups, islands without a code of their own in ISO 3166-1, and codes for testing.
NO_COUNTRIES = frozenset(["AC", "CP", "CQ", "DG", "EA", "EU", "EZ", "IC", "QO", "TA", "UN", "XA", "XB", "ZZ"])
MOST_LINES = 5
LONGEST_PART = 120


@frozen(kw_only=True)
class Address:
    """Where a site is.

    Attributes:
        lines: Street and number, building, floor: at most five lines.
        city: City or place.
        postal_code: As the country writes it.
        country: ISO 3166-1 alpha-2.
    """

    lines: tuple[str, ...] = ()
    city: str = ""
    postal_code: str = ""
    country: str = ""

    def as_document(self) -> dict[str, Any]:
        """Give the address as it is stored."""
        return {**asdict(self), "lines": list(self.lines)}


@cache
def countries() -> frozenset[str]:
    """Name the countries, which are read from CLDR when the first address is checked."""
    return frozenset(str(code) for code in Locale("en").territories if ALPHA_2.fullmatch(str(code))) - NO_COUNTRIES


def check_address(address: Address) -> Address:
    """Give the address back if it can be one; every part may be empty.

    Raises:
        InvalidInput: A part is too long, or the country is unknown.
    """
    parts = (*address.lines, address.city, address.postal_code)
    if len(address.lines) > MOST_LINES or any(len(part) > LONGEST_PART for part in parts):
        raise InvalidInput(
            field="address", problem=f"at most {MOST_LINES} lines of {LONGEST_PART} characters are possible"
        )
    if address.country and address.country not in countries():
        raise InvalidInput(field="address.country", problem="an ISO 3166-1 code of two letters such as SE is needed")
    return address
