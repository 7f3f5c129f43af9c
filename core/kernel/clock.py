"""The clock given to use cases: it moves what is said to happen and what falls due, never what was recorded."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Tells the instant, in UTC."""

    def now(self) -> datetime:
        """Tell the current instant, always aware and in UTC."""
        ...


class SystemClock:
    """Real time."""

    def now(self) -> datetime:
        """Tell the current instant in UTC."""
        return datetime.now(UTC)


@dataclass(slots=True)
class SetClock:
    """A clock that stands still until it is moved, for tests and for replays."""

    instant: datetime

    def now(self) -> datetime:
        """Tell the instant the clock was set to."""
        return self.instant

    def advance(self, by: timedelta) -> None:
        """Move the clock forward by a positive duration."""
        self.instant += by


def recorded_now() -> datetime:
    """Tell the real instant at which something is recorded; no clock given to a use case moves it."""
    return datetime.now(UTC)
