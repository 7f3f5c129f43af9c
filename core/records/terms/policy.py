"""Which terms a text has and which a search asks for; pure.

A text is made alike first (NFKC, case folded, NFKC again, without characters that are not seen). What is left are runs
of letters, digits and marks:

- of scripts that write no blanks between words (Han, kana, hangul, Thai, Lao, Burmese, Khmer) every character and every
  two neighbours are terms, so that any part of such a run is found;
- of all others the whole run is one term: a word. Of very long words the beginning counts.

A search asks for the terms of its own words and runs, all of which a record must have. Of a run of three characters or
more that is a little less than it says: the record has all its pairs of neighbours, perhaps not one after the other.
"""

import unicodedata
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from enum import Enum
from functools import lru_cache
from itertools import groupby, pairwise
from typing import Final

from core.kernel.crypto import OpenKey, pseudonym

LONGEST_WORD: Final = 64
"""Characters of a word that count."""
TERM_LENGTH: Final = 16
"""Characters of a hidden term: 96 bits of a keyed hash, as base64 without signs."""
PURPOSE: Final = "record_terms.term"
CHARACTERS: Final = 65_536
"""Characters whose kind is remembered."""
UNSPACED: Final = (
    (0x0E00, 0x0EFF),  # Thai, Lao
    (0x1000, 0x109F),  # Burmese
    (0x1100, 0x11FF),  # Hangul
    (0x1780, 0x17FF),  # Khmer
    (0x3005, 0x3007),  # Han: signs of repetition, zero
    (0x3040, 0x31BF),  # kana, bopomofo, hangul
    (0x31F0, 0x31FF),  # kana
    (0x3400, 0x4DBF),  # Han
    (0x4E00, 0x9FFF),
    (0xAC00, 0xD7FF),  # Hangul
    (0xF900, 0xFAFF),  # Han
    (0x20000, 0x3FFFF),
)
"""First and last character of scripts that write no blanks between words."""


class Kind(Enum):
    """What a character is to a search."""

    WORD = "word"
    UNSPACED = "unspaced"
    NOTHING = "nothing"


@lru_cache(CHARACTERS)
def kind_of(character: str) -> Kind:
    """Tell what a character is to a search."""
    if unicodedata.category(character)[0] not in "LNM":
        return Kind.NOTHING
    code = ord(character)
    return Kind.UNSPACED if any(first <= code <= last for first, last in UNSPACED) else Kind.WORD


def made_alike(text: str) -> str:
    """Write a text so that what reads alike is alike: width, ligatures, case and composition do not matter."""
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    return "".join(one for one in folded if unicodedata.category(one) != "Cf")


def runs_of(text: str) -> Iterator[tuple[Kind, str]]:
    """Give the runs of a text that has been made alike."""
    for kind, run in groupby(text, kind_of):
        if kind is not Kind.NOTHING:
            yield kind, "".join(run)


def terms_of(*texts: str) -> frozenset[str]:
    """Give all terms of some texts, by any of which they can be found."""
    found: set[str] = set()
    for text in texts:
        for kind, run in runs_of(made_alike(text)):
            if kind is Kind.WORD:
                found.add(run[:LONGEST_WORD])
            else:
                found.update(run)
                found.update(map("".join, pairwise(run)))
    return frozenset(found)


def terms_asked(search: str) -> tuple[str, ...]:
    """Give the terms that a record must have to be found, each once; none where nothing of it can be searched for."""
    asked: dict[str, None] = {}
    for kind, run in runs_of(made_alike(search)):
        if kind is Kind.WORD:
            asked[run[:LONGEST_WORD]] = None
        elif len(run) == 1:
            asked[run] = None
        else:
            asked.update(dict.fromkeys(map("".join, pairwise(run))))
    return tuple(asked)


def hidden(key: OpenKey, term: str) -> str:
    """Give what stands for a term in the database: the same under the same key, and under no other."""
    told = bytes.fromhex(pseudonym(key, term, PURPOSE))
    return urlsafe_b64encode(told).decode()[:TERM_LENGTH]
