"""A server somebody else runs."""

from dataclasses import dataclass
from types import TracebackType
from typing import Self


@dataclass(frozen=True, slots=True)
class External:
    """A server whose address was given; it is neither started nor stopped here.

    Attributes:
        name: Its name for people.
        url: The address as it was given.
    """

    name: str
    url: str

    @property
    def pid(self) -> int | None:
        """None: it is nobody's child here."""
        return None

    @property
    def admin_url(self) -> str:
        """The same as `url`: whoever gave the address decided what it may do."""
        return self.url

    def is_running(self) -> bool:
        """Say True: its owner sees to that."""
        return True

    def start(self) -> None:
        """Do nothing: its owner starts it."""

    def start_or_share(self) -> bool:
        """Say False: it is not ours to stop."""
        return False

    def stop(self) -> None:
        """Do nothing: its owner stops it."""

    def __enter__(self) -> Self:
        """Do nothing."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Do nothing."""
