"""What execution came to: a mutation's result on its way into the schema's union, an answer written already."""

from dataclasses import dataclass

from strawberry.types import ExecutionResult


class Outcome:
    """What a mutation came to: ``Refs``, or a refusal, which as a bare exception would be raised."""

    __slots__ = ("told",)

    def __init__(self, told: object) -> None:
        self.told = told


@dataclass
class WrittenResult(ExecutionResult):
    """A result that was written as JSON where it was read, and goes to the client as it is.

    Attributes:
        body: The whole answer, ``extensions`` included; none where it is still to be written. ``data`` and ``errors``
            are not looked at where it is there.
        reads: Whether it is the result of a query.
    """

    body: bytes | None = None
    reads: bool = True
