"""How well a record fits its process: replay of its steps as a game of tokens, without I/O.

The figure is token-based fitness as A. Rozinat and W.M.P. van der Aalst define it (Conformance checking of processes
based on monitoring real behavior, Information Systems 33(1), 2008, pages 64 to 95, section 4)::

    fitness = 1/2 (1 - missing / consumed) + 1/2 (1 - remaining / produced)

The process is read as a workflow net. There is a place between each step and each step directly after it, one before
each step that comes after none, and one behind each step that none comes after; a silent transition takes the token of
the source and fills the first ones, and at the end of the record another empties the last ones into the sink. A step
takes a token from each of its places when it begins and puts one into each that follows when it is first settled; what
it finds empty is *missing*. Beyond that:

- A step that is not required, or whose guard does not hold, is passed by a silent transition as soon as its turn comes:
  it holds nobody up. One that was skipped is passed at once, and takes what comes into its places when it comes. Where
  guards change their mind, the net is that of the moment.
- A step that was passed and is done nevertheless, and one that is repeatable and done again, reads its places and
  changes nothing: the figure neither rises nor falls.
- A step that may not be repeated and is, takes and puts a second time.
- A step that the process does not have takes a token that nobody put, and puts one that nobody takes.

What is left when the record is finished is *remaining*. Of a record in hand what is left may yet be used; only what
nobody will come for any more remains. So the figure is 1 exactly where no step is missing, out of order, repeated
or not foreseen.
"""

import msgspec

from core.records.conformance.past import Past
from core.records.events.state import StepStatus


class Fitness(msgspec.Struct, frozen=True, kw_only=True):
    """Tokens of a replay.

    Attributes:
        produced: Put into places, that of the source among them.
        consumed: Taken from places, at the end that of the sink among them.
        missing: Taken where there were none.
        remaining: Left where nobody takes them.
    """

    produced: int
    consumed: int
    missing: int
    remaining: int

    @property
    def value(self) -> float:
        """The fitness, from 0 to 1."""
        return (1 - self.missing / self.consumed) / 2 + (1 - self.remaining / self.produced) / 2

    @property
    def basis_points(self) -> int:
        """The fitness in ten thousandths, rounded down: 10,000 only where all fits."""
        parts = 2 * self.consumed * self.produced - self.missing * self.produced - self.remaining * self.consumed
        return 10_000 * parts // (2 * self.consumed * self.produced)


class Tally:
    """Counts the tokens of a replay."""

    __slots__ = ("consumed", "missing", "produced", "remaining")

    def __init__(self) -> None:
        """Begin: the source is filled, and emptied by the silent transition behind it."""
        self.produced, self.consumed, self.missing, self.remaining = 1, 1, 0, 0

    def place(self, *, put: bool, taken: bool, lacked: bool, over: bool) -> None:
        """Count what happened to one place.

        Args:
            put: Whether a token came into it.
            taken: Whether one was taken from it.
            lacked: Whether it was empty then.
            over: Whether the record is finished: then what lies there stays.
        """
        self.produced += put
        self.consumed += taken
        self.missing += lacked
        if over or taken:
            self.remaining += put + lacked - taken


def replay(past: Past) -> Fitness | None:
    """Replay a record; nothing where its standard has no process.

    Args:
        past: The record as its process looks at it.
    """
    course = past.course
    if not course.process.steps:
        return None
    tally, over = Tally(), past.finished_at is not None
    passed = past.passed_at_end
    for key in course.process.steps:
        first = past.first.get(key)
        held_up = past.held_up.get(key, ())
        before = course.process.before[key]
        if not before:
            tally.place(put=True, taken=first is not None or key in passed, lacked=False, over=over)
        for earlier in before:
            lacked = earlier in held_up
            put = earlier in passed or (first is not None and not lacked)
            tally.place(put=put, taken=first is not None or (put and key in passed), lacked=lacked, over=over)
        if key in course.last:
            put = key in passed
            tally.place(put=put, taken=over, lacked=over and not put, over=over)
    tally.produced += over
    tally.consumed += over
    count_surplus(past, tally)
    return Fitness(produced=tally.produced, consumed=tally.consumed, missing=tally.missing, remaining=tally.remaining)


def count_surplus(past: Past, tally: Tally) -> None:
    """Count the tokens of what the process does not allow: steps that it does not have, and forbidden repetitions."""
    process = past.course.process
    for one in past.surplus:
        if one.name not in process.steps:
            into, out_of = 1, 1
        else:
            into, out_of = max(1, len(process.before[one.name])), max(1, len(past.course.after[one.name]))
        tally.consumed += into
        tally.missing += into
        if one.state is not StepStatus.STARTED:
            tally.produced += out_of
            tally.remaining += out_of
