"""What a search looks for: the terms of its words, hidden as those of records are, the rarest first."""

from typing import Final

from core.kernel.crypto import MasterKeys
from core.kernel.key_ring import KeyRing
from core.kernel.reads import Sought, Splicing
from core.records.terms.errors import NothingToSearchFor, SearchIsTooLong
from core.records.terms.policy import hidden, terms_asked
from core.records.terms.repository import rarest_first, records_called

LONGEST: Final = 200
MOST: Final = 32
ENOUGH: Final = 200
"""Records of each term that are looked at to tell which is the rarest: some times as many as a page has."""
NAMESAKES: Final = 100
"""Records that their channels call the same: as many as there are channels, at most."""


async def sought_in_records(splicing: Splicing, search: str) -> Sought:
    """Find out what a search looks for.

    Raises:
        NothingToSearchFor: It has no word.
        SearchIsTooLong: It has too many.
    """
    asked = terms_asked(search) if len(search) <= LONGEST else ()
    if len(search) > LONGEST or len(asked) > MOST:
        raise SearchIsTooLong(most=MOST, characters=LONGEST)
    if not asked:
        raise NothingToSearchFor
    unit = splicing.unit
    named = await records_called(unit, search.strip(), NAMESAKES)
    if named:
        return Sought(ids=tuple(named))
    key = await KeyRing(unit, splicing.services.get(MasterKeys)).known_pseudonym_key()
    if key is None:  # Nothing was ever hidden in this tenant, so nothing can be found.
        return Sought(ids=())
    terms = [hidden(key, one) for one in asked]
    return Sought(terms=tuple(terms if len(terms) == 1 else await rarest_first(unit, terms, ENOUGH)))
