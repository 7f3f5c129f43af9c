"""Small values that are checked alike everywhere: keys, names, locales, time zones and currencies."""

import re
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from babel.numbers import is_currency

from core.kernel.errors import InvalidInput

KEY = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
LONGEST_NAME = 200


def check_key(key: str, field: str = "key") -> str:
    """Give the key back if it can be one: 1 to 63 of a-z, 0-9 and inner hyphens.

    Raises:
        InvalidInput: It cannot.
    """
    if not KEY.fullmatch(key):
        raise InvalidInput(field=field, problem="1 to 63 lower-case letters, digits and inner hyphens are needed")
    return key


def check_name(name: str, field: str = "name") -> str:
    """Give the name back without surrounding space.

    Raises:
        InvalidInput: It is empty, longer than 200 characters, or holds characters that do not print.
    """
    tidy = name.strip()
    if not tidy or len(tidy) > LONGEST_NAME or not tidy.isprintable():
        raise InvalidInput(field=field, problem=f"1 to {LONGEST_NAME} printable characters are needed")
    return tidy


def check_locale(locale: str) -> str:
    """Give a BCP 47 tag back if it is known.

    Raises:
        InvalidInput: It is not.
    """
    try:
        Locale.parse(locale, sep="-")
    except (ValueError, UnknownLocaleError) as error:
        raise InvalidInput(field="locale", problem="a BCP 47 tag such as en-GB or zh-Hans-CN is needed") from error
    return locale


def check_time_zone(name: str) -> str:
    """Give an IANA time zone's name back if it is known.

    Raises:
        InvalidInput: It is not.
    """
    try:
        ZoneInfo(name)
    except (ValueError, OSError, KeyError) as error:
        problem = "an IANA time zone such as Europe/Stockholm is needed"
        raise InvalidInput(field="time_zone", problem=problem) from error
    return name


def check_currency(code: str) -> str:
    """Give an ISO 4217 code back if it is known.

    Raises:
        InvalidInput: It is not.
    """
    if not is_currency(code):
        raise InvalidInput(field="currency", problem="an ISO 4217 code such as SEK is needed")
    return code


def check_instant(instant: datetime, field: str) -> datetime:
    """Give an instant back in UTC.

    Raises:
        InvalidInput: It has no zone.
    """
    if instant.tzinfo is None:
        raise InvalidInput(field=field, problem="an instant with its zone is needed")
    return instant.astimezone(UTC)
