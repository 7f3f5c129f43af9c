"""Documents that were parsed and found valid, remembered by their text; what was refused is not remembered.

The schema is the same for every tenant and role, so a valid document is valid for all; what it may read is decided
with every request. The number of documents, their length and their words and signs together are bounded: a document of
one sign a word takes a hundred times as much memory parsed as it is long.
"""

from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Any

from graphql import DocumentNode, GraphQLError, GraphQLSchema, parse

from gateway.limits.checks import faults
from gateway.limits.figures import LimitFigures

MOST_DOCUMENTS = 2_000
MOST_CHARACTERS = 8_000_000
MOST_TOKENS = 400_000
"""Words and signs of all documents together; each takes some 400 bytes."""


@dataclass(slots=True)
class Known:
    """A valid document.

    Attributes:
        document: As it was parsed.
        operations: What whoever answers its operations keeps with each, by the name that was asked for.
    """

    document: DocumentNode
    operations: dict[str | None, Any] = field(default_factory=dict[str | None, Any])

    @property
    def tokens(self) -> int:
        """How many words and signs it has."""
        return self.document.token_count or 0


class Documents:
    """Remembers valid documents, those asked for last.

    Args:
        schema: What they are valid for.
        figures: What they are held to.
        most_documents: How many are remembered.
        most_characters: How long they are together.
        most_tokens: How many words and signs they have together.
    """

    def __init__(
        self,
        schema: GraphQLSchema,
        figures: LimitFigures,
        *,
        most_documents: int = MOST_DOCUMENTS,
        most_characters: int = MOST_CHARACTERS,
        most_tokens: int = MOST_TOKENS,
    ) -> None:
        self._schema, self._figures = schema, figures
        self._most_documents, self._most_characters = most_documents, most_characters
        self._most_tokens = most_tokens
        self._known: OrderedDict[str, Known] = OrderedDict()
        self._characters = self._tokens = 0

    def __len__(self) -> int:
        """Give how many are remembered."""
        return len(self._known)

    def find(self, text: str) -> Known | None:
        """Give a valid document, parsed; nothing where it cannot be parsed or is not valid."""
        known = self._known.get(text)
        if known is not None:
            self._known.move_to_end(text)
            return known
        try:
            document = parse(text, max_tokens=self._figures.tokens)
        except (GraphQLError, RecursionError):
            return None
        if faults(self._schema, document, self._figures):
            return None
        return self.remember(text, document)

    def remember(self, text: str, document: DocumentNode) -> Known:
        """Remember a document that is known to be valid."""
        known = Known(document)
        if text in self._known or len(text) > self._most_characters or known.tokens > self._most_tokens:
            return known
        self._known[text] = known
        self._characters += len(text)
        self._tokens += known.tokens
        while self._too_much:
            forgotten, gone = self._known.popitem(last=False)
            self._characters -= len(forgotten)
            self._tokens -= gone.tokens
        return known

    @property
    def _too_much(self) -> bool:
        return (
            len(self._known) > self._most_documents
            or self._characters > self._most_characters
            or self._tokens > self._most_tokens
        )
