"""How lower rooms reach what is implemented above them: a small registry by Protocol, filled at the gateway."""

from typing import Any, TypeVar, cast

T = TypeVar("T")


class Services:
    """Implementations by the Protocol they answer to."""

    def __init__(self) -> None:
        self._known: dict[Any, object] = {}

    def put(self, protocol: type[T], implementation: T) -> None:
        """Make an implementation known."""
        self._known[protocol] = implementation

    def find(self, protocol: type[T]) -> T | None:
        """Give the implementation of a Protocol; ``None`` where none was put in."""
        return cast("T | None", self._known.get(protocol))

    def get(self, protocol: type[T]) -> T:
        """Give the implementation of a Protocol.

        Raises:
            LookupError: None was put in; this is a mistake in the wiring.
        """
        if protocol not in self._known:
            msg = f"Nothing answers to {protocol.__name__}; put it in where the services are made."
            raise LookupError(msg)
        return cast("T", self._known[protocol])
