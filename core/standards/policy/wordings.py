"""Texts for people: in one form, without what no text holds, per locale where they are translated."""

import re
from collections.abc import Mapping
from typing import Final, cast

MAX_TEXT: Final = 2_000
LOCALE_FORM = re.compile(r"[a-z]{2,3}(-[A-Z][a-z]{3})?(-([A-Z]{2}|\d{3}))?", re.ASCII)


def normalised_text(value: object, limit: int = MAX_TEXT) -> str:
    """Give a text for people, without surrounding blanks and control characters.

    Raises:
        ValueError: It is empty, too long, or holds what no text holds.
    """
    text = value.strip() if isinstance(value, str) else ""
    if not text or len(text) > limit:
        raise ValueError(f"a text of 1 to {limit} characters is expected")
    if any((ord(letter) < ord(" ") and letter not in "\n\t") or 0xD800 <= ord(letter) < 0xE000 for letter in text):  # noqa: PLR2004 - the surrogates
        raise ValueError("a text without control characters is expected")
    return text


def normalised_wording(value: object) -> dict[str, str]:
    """Give a text per locale (BCP 47), such as ``{"en": "Welcome", "zh-Hans": "..."}``.

    Raises:
        ValueError: A locale or a text is not one.
    """
    if not isinstance(value, Mapping) or not value:
        raise ValueError("a text per locale is expected")
    found: dict[str, str] = {}
    for locale, text in cast("Mapping[object, object]", value).items():
        if not isinstance(locale, str) or not LOCALE_FORM.fullmatch(locale):
            raise ValueError(f"{locale!r} is not a locale such as en, pt-BR or zh-Hans")
        found[locale] = normalised_text(text, 2 * MAX_TEXT)
    return dict(sorted(found.items()))
