"""How much is too much."""

from dataclasses import dataclass
from typing import Self

from core.kernel.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitFigures:
    """How much is too much of each.

    Attributes:
        tokens: Words and signs of a document.
        depth: Selections within selections; introspection has a limit of its own.
        introspection_depth: The same below ``__schema`` and ``__type``.
        aliases: Fields under another name, fragments counted where they are used.
        introspection_aliases: The same at and below ``__schema`` and ``__type``, which cost nothing otherwise.
        directives: Directives, counted alike.
        root_fields: Fields at the root of one operation.
        repeated: Fields with selections that are there already, fragments counted where they are used.
        page: Objects on one page.
        cost: What the whole operation may cost.
        introspection: Whether the schema may be asked for at all.
    """

    tokens: int = 4_000
    depth: int = 14
    introspection_depth: int = 24
    aliases: int = 60
    introspection_aliases: int = 3
    directives: int = 60
    root_fields: int = 20
    repeated: int = 100
    page: int = 200
    cost: int = 20_000
    introspection: bool = False

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """Take what is configured from the settings."""
        return cls(page=settings.max_page_size, cost=settings.max_cost, introspection=settings.introspection)
