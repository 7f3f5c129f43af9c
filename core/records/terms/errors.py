"""Why a search is refused."""

from typing import ClassVar

from core.kernel.errors import DomainError, fact


@fact
class NothingToSearchFor(DomainError):  # noqa: N818 - errors are facts
    """A search has no letter and no digit."""

    code: ClassVar[str] = "records.nothing_to_search_for"

    @property
    def message(self) -> str:
        """Say what is the case."""
        return "This search has no word in it: no letter and no digit."

    @property
    def hint(self) -> str:
        """Say what to do."""
        return "Search for a word, for a part of a Chinese text, or leave the search out."


@fact
class SearchIsTooLong(DomainError):  # noqa: N818 - errors are facts
    """A search asks for more than one search can."""

    most: int
    characters: int
    code: ClassVar[str] = "records.search_too_long"

    @property
    def message(self) -> str:
        """Say what is the case."""
        return f"A search has {self.characters} characters and {self.most} different terms at most."

    @property
    def hint(self) -> str:
        """Say what to do."""
        return "Search for fewer words, or for a shorter part of the text."
