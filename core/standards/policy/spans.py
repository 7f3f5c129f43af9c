"""Half-open spans of time: from an instant on, until before another, or for good."""

from datetime import datetime

from core.kernel.frozen import frozen


@frozen
class Span:
    """A span of time.

    Attributes:
        start: First instant in it.
        end: First instant after it; empty where it has no end.
    """

    start: datetime
    end: datetime | None = None

    def holds(self, instant: datetime) -> bool:
        """Tell whether an instant lies in it."""
        return self.start <= instant and (self.end is None or instant < self.end)

    def meets(self, other: "Span") -> bool:
        """Tell whether two spans share an instant."""
        return (other.end is None or self.start < other.end) and (self.end is None or other.start < self.end)

    def without(self, other: "Span") -> tuple["Span", ...]:
        """Give what is left of this span once another is taken out: nothing, one piece or two."""
        if not self.meets(other):
            return (self,)
        before = (Span(self.start, other.start),) if self.start < other.start else ()
        reaches_beyond = other.end is not None and (self.end is None or other.end < self.end)
        after = (Span(other.end, self.end),) if other.end is not None and reaches_beyond else ()
        return before + after
