"""A move of somebody through the API, and what the model says of it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from random import Random
from typing import Any

from tests.core.standards.life.seeing import Seen
from tests.core.standards.life.world import World

STALE, BLANK, NOT_PERMITTED = "kernel.stale_edit", "kernel.invalid_input", "kernel.not_permitted"


def nothing(_: World) -> None:
    """What a move changes that the model does not know of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """What somebody does.

    Attributes:
        kind: What is tried, for the count of what was tried.
        who: The person, and after ``@`` the tenant.
        name: The mutation.
        shows: What is selected of its success.
        input: Its input.
        refused: The code it must be refused with; empty where it must be done.
        then: What it changes in the model.
        input_type: The type of its input, where it is not named after the mutation.
        about: What it is about, where its input says so by an id.
    """

    kind: str
    who: str
    name: str
    shows: str
    input: dict[str, Any]
    refused: str = ""
    then: Callable[[World], None] = field(default=nothing, compare=False)
    input_type: str = ""
    about: str = ""

    @property
    def tenant(self) -> str:
        return self.who.split("@")[1]

    @property
    def document(self) -> str:
        kind = self.name[0].upper() + self.name[1:]
        return (
            f"mutation Do($input: {self.input_type or kind + 'Input'}!, $key: String!) {{"
            f" {self.name}(input: $input, idempotencyKey: $key) {{ __typename ... on {kind}Success {{ {self.shows} }}"
            " ... on Problem { code message } } }"
        )

    def spoiled(self) -> Iterator["Move"]:
        """Give the same with one thing wrong, so that it must be refused for that."""
        if self.refused:
            return
        yield replace(self, who=f"reader@{self.tenant}", refused=NOT_PERMITTED)
        if isinstance(self.input.get("expectedRevision"), int):
            stale = self.input["expectedRevision"] + 1
            yield replace(self, input={**self.input, "expectedRevision": stale}, refused=STALE)
        if "reason" in self.input and self.name != "approveAdaptation":
            yield replace(self, input={**self.input, "reason": "  "}, refused=BLANK)


Moves = Callable[[World, Seen, Random], Iterator[Move]]
