"""Which of the languages of a text is shown to somebody."""

from collections.abc import Iterator, Mapping, Sequence

from core.standards.policy.wordings import LOCALE_FORM


def checked_locale(locale: str) -> str:
    """Give a locale.

    Raises:
        ValueError: It is none.
    """
    if not LOCALE_FORM.fullmatch(locale):
        raise ValueError("a locale such as en, pt-BR or zh-Hans is expected")
    return locale


def choose_locale(texts: Mapping[str, str], chain: Sequence[str]) -> str:
    """Choose the language a text is shown in.

    Args:
        texts: The text per locale, at least one.
        chain: The locales wanted, the most wanted first: what was asked for, the tenant's own, the network's.

    Returns:
        For the first wanted locale that has any: the locale itself, a wider form of it (``zh-Hant`` for ``zh-Hant-TW``,
        then ``zh``), or another of the same language. Where none has, the first there is, by name.
    """
    for wanted in chain:
        found = next((one for one in widening(wanted) if one in texts), None) or akin(texts, wanted)
        if found is not None:
            return found
    return min(texts)


def widening(locale: str) -> Iterator[str]:
    """Give a locale and its wider forms."""
    parts = locale.split("-")
    for length in range(len(parts), 0, -1):
        yield "-".join(parts[:length])


def akin(texts: Mapping[str, str], locale: str) -> str | None:
    """Find the first locale of the same language, by name."""
    language = locale.split("-", maxsplit=1)[0]
    return min((one for one in texts if one.split("-")[0] == language), default=None)
