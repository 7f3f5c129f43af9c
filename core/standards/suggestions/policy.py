"""Whom a suggestion fits: by language, country and version of the standard."""

import re
from typing import Final

from core.standards.policy.numbers import parse_number
from core.standards.policy.wordings import LOCALE_FORM

TERRITORY_FORM: Final = re.compile(r"[A-Z]{2}|\d{3}", re.ASCII)


def misfit(
    *, locale: str, territory: str, versions: tuple[str, str], tenant_locale: str, number: str | None
) -> str | None:
    """Say what of a suggestion does not fit a tenant; nothing where it fits.

    Args:
        locale: Language the suggestion is for, or language and territory; empty for all.
        territory: Country it is for; empty for all.
        versions: First version it is for, and first it is not for any more; each may be empty.
        tenant_locale: The tenant's own locale, such as ``de-AT``.
        number: Number of the version in force; empty where none is.
    """
    parts = tenant_locale.split("-")
    if locale and parts[: len(locale.split("-"))] != locale.split("-"):
        return "locale"
    if territory and territory != territory_of(tenant_locale):
        return "territory"
    first, beyond = versions
    if number is None or (first and parse_number(number) < parse_number(first)):
        return "version"
    return "version" if beyond and parse_number(number) >= parse_number(beyond) else None


def territory_of(locale: str) -> str:
    """Give the country of a locale, empty where it names none."""
    return next((one for one in locale.split("-")[1:] if TERRITORY_FORM.fullmatch(one)), "")


def checked_selector(locale: str, territory: str) -> tuple[str, str]:
    """Give a locale and a territory in their form.

    Raises:
        ValueError: One has not its form; the message says what is expected.
    """
    if locale and not LOCALE_FORM.fullmatch(locale):
        raise ValueError("a locale such as de, de-AT or zh-Hans is expected")
    if territory and not TERRITORY_FORM.fullmatch(territory):
        raise ValueError("a territory such as AT is expected")
    return locale, territory


def checked_versions(first: str, beyond: str) -> tuple[str, str]:
    """Give a range of versions.

    Raises:
        ValueError: A number is not semantic, or the range is empty.
    """
    numbers = [parse_number(one) for one in (first, beyond) if one]
    if numbers != sorted(set(numbers)):
        raise ValueError("the first version must come before the one it is not for any more")
    return first, beyond
