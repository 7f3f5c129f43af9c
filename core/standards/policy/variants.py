"""Variants: which contexts a value is for, and which of several is chosen.

A selector is a conjunction of context keys and values, such as ``channel=phone`` and ``tier=gold``. It applies in every
context that says the same for all its keys. Of those that apply the most specific is chosen: the one with more keys;
of those with equally many, the one that binds the earlier key in the order priority, tier, service type, channel, site.
Two that are equally specific and could both apply are *ambiguous* and never stand beside one another.
"""

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Final, cast
from urllib.parse import parse_qsl, quote, urlencode

from core.standards.policy.wordings import normalised_text

Context = Mapping[str, str]
"""What is known of a situation, by context key."""

Rank = tuple[int, tuple[bool, ...]]
"""How specific a selector is; the greater is chosen."""

KEYS: Final = ("priority", "tier", "service_type", "channel")
"""Context keys in the order of their weight; attributes of the site come last, all with one weight."""

SITE: Final = "site."
SITE_FORM: Final = re.compile(r"site\.[a-z][a-z0-9_]{0,62}", re.ASCII)
MAX_KEYS: Final = 20
MAX_SAID: Final = 200
EVERYWHERE: Final = ""
"""The variant that applies in every context: the parameter's own value."""


def checked_context(given: object) -> dict[str, str]:
    """Give a context, or a selector, in the one order it is kept in.

    Raises:
        ValueError: A key is not known, or a value is no text of 1 to 200 characters.
    """
    if not isinstance(given, Mapping) or len(cast("Mapping[object, object]", given)) > MAX_KEYS:
        raise ValueError(f"at most {MAX_KEYS} context keys with a text each are expected")
    found: dict[str, str] = {}
    for key, said in cast("Mapping[object, object]", given).items():
        if not isinstance(key, str) or (key not in KEYS and not SITE_FORM.fullmatch(key)):
            raise ValueError(f"{key!r} is no context key: {', '.join(KEYS)} or site.<attribute> is expected")
        found[key] = normalised_text(said, MAX_SAID)
    return in_weight(found)


def in_weight(context: Context) -> dict[str, str]:
    """Put the keys of a context in the order of their weight."""
    return dict(sorted(context.items(), key=lambda one: (weight(one[0]), one[0])))


def weight(key: str) -> int:
    """Give the place of a key in the order of weight, the weightiest first."""
    return KEYS.index(key) if key in KEYS else len(KEYS)


def selector_text(selector: Context) -> str:
    """Write a checked selector as its one text, such as ``tier=gold&channel=phone``; it names the variant."""
    return urlencode(in_weight(selector), quote_via=quote, safe="")


@lru_cache(maxsize=4096)
def read_selector(text: str) -> Context:
    """Read a selector back."""
    return MappingProxyType(dict(parse_qsl(text, keep_blank_values=True)))


def applies(text: str, context: Context) -> bool:
    """Tell whether a variant applies in a context."""
    return all(context.get(key) == said for key, said in read_selector(text).items())


@lru_cache(maxsize=4096)
def rank(text: str) -> Rank:
    """Tell how specific a variant is."""
    selector = read_selector(text)
    return len(selector), tuple(key in selector for key in KEYS)


def compatible(first: str, second: str) -> bool:
    """Tell whether some context exists in which both apply."""
    one, other = read_selector(first), read_selector(second)
    return all(other.get(key, said) == said for key, said in one.items())


def ambiguous(first: str, second: str) -> bool:
    """Tell whether two variants are equally specific and could both apply."""
    return rank(first) == rank(second) and compatible(first, second)


def implied(general: str, special: str) -> bool:
    """Tell whether a variant applies wherever another does."""
    selector = read_selector(special)
    return all(selector.get(key) == said for key, said in read_selector(general).items())


def chosen(variants: Iterable[str], context: Context) -> str:
    """Choose the most specific variant that applies; the value for all contexts where none does."""
    return max((one for one in variants if applies(one, context)), key=rank, default=EVERYWHERE)


def in_order(variants: Iterable[str]) -> list[str]:
    """List variants, the most specific first."""
    return sorted(variants, key=lambda text: (tuple(-part for part in flat(rank(text))), text))


def flat(given: Rank) -> tuple[int, ...]:
    """Give a rank as plain numbers."""
    return given[0], *map(int, given[1])
