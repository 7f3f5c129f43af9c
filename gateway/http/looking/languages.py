"""Which language and which form of dates a customer reads: what the browser asks for, of what there is."""

import tomllib
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from importlib.resources import files
from typing import Any, Final
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_time, get_datetime_format, get_timezone_name

from core.kernel.frozen import frozen
from core.standards.policy.locales import checked_locale
from gateway.http.media_types import ranked

PLACE: Final = files("gateway.http.looking")
USUAL: Final = "en"
MOST_WANTED: Final = 8
VALUE: Final = "{}"
"""Stands for a value in a phrase."""
LONGEST_HEADER: Final = 500


@frozen
class Language:
    """A language that the page is shown in.

    Attributes:
        tag: Its BCP 47 tag.
        phrases: What the page says in it, by name.
        locale: How it writes dates.
    """

    tag: str
    phrases: Mapping[str, Any]
    locale: Locale

    def instant(self, at: datetime, zone: ZoneInfo) -> str:
        """Write an instant in a zone: weekday, date and time to the minute."""
        there = in_zone(at, zone)
        day = format_date(there, "full", locale=self.locale)
        time = format_time(there.timetz(), "short", tzinfo=there.tzinfo, locale=self.locale)
        return str(get_datetime_format("medium", locale=self.locale)).replace("{0}", time).replace("{1}", day)

    def around(self, part: int, name: str) -> str:
        """Give what a phrase says before (0) or after (2) its value."""
        return self.phrases[name].partition(VALUE)[part]

    def zone(self, zone: ZoneInfo, at: datetime) -> str:
        """Name a zone."""
        return get_timezone_name(in_zone(at, zone), width="long", locale=self.locale)


def in_zone(at: datetime, zone: ZoneInfo) -> datetime:
    """Give an instant in a zone; as it is where that would lie outside the calendar, as promises for ever do."""
    try:
        return at.astimezone(zone)
    except OverflowError:
        return at


def tags_wanted(header: str) -> tuple[str, ...]:
    """Read Accept-Language: the tags that are locales, the most wanted first."""
    weights = ranked(header[:LONGEST_HEADER])
    wanted = sorted((tag for tag, weight in weights.items() if weight > 0), key=lambda tag: -weights[tag])
    written = [written_right(tag) for tag in wanted[:MOST_WANTED]]
    return tuple(tag for tag in written if tag)


def written_right(tag: str) -> str:
    """Give a tag as locales are written, such as ``zh-Hans-CN``; empty for what is none."""
    language, *rest = tag.replace("_", "-").split("-")
    parts = [one.title() if len(one) == len("Hans") else one.upper() for one in rest]
    try:
        return checked_locale("-".join([language.lower(), *parts]))
    except ValueError:
        return ""


def language_for(wanted: Sequence[str], usual: str) -> Language:
    """Choose the page's language: the first that is wanted, else the tenant's, else English.

    Args:
        wanted: Tags, the most wanted first.
        usual: The tenant's own.
    """
    for tag in (*wanted, usual, USUAL):
        phrases = all_phrases().get(tag.split("-", maxsplit=1)[0])
        if phrases is not None:
            return Language(phrases["tag"], phrases, locale_of(tag, phrases["tag"]))
    raise LookupError(USUAL)


def locale_of(tag: str, usual: str) -> Locale:
    """Give how dates are written for a tag; as is usual in its language where nobody knows that one."""
    try:
        return Locale.parse(tag, sep="-")
    except (UnknownLocaleError, ValueError):
        return Locale.parse(usual, sep="-")


@cache
def all_phrases() -> Mapping[str, Mapping[str, Any]]:
    """Read what the page says, by language."""
    return tomllib.loads((PLACE / "phrases.toml").read_text("utf-8"))
