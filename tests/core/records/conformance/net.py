"""A workflow net played slowly and plainly: places, markings and transitions, one token at a time.

It knows nothing of the product's replay; of the product it takes what steps a process has, and when they were done.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from core.records.events.state import RecordState, StepState, StepStatus
from core.standards.policy.process import ProcessStep
from tests.core.records.conformance.lives import FAILS

SOURCE, SINK, START, END = "source", "sink", "start", "end"


class Net:
    """The net of a process whose guards never change, with its marking and what was counted."""

    def __init__(self, steps: Sequence[ProcessStep]) -> None:
        self.steps = {one.key: one for one in steps}
        self.into: dict[str, list[str]] = {}
        self.out_of: dict[str, list[str]] = {one.key: [] for one in steps}
        for one in steps:
            self.into[one.key] = [f"{earlier}>{one.key}" for earlier in one.after or ()] or [f"{START}>{one.key}"]
            for earlier in one.after or ():
                self.out_of[earlier].append(f"{earlier}>{one.key}")
        for key, places in self.out_of.items():
            if not places:
                places.append(f"{key}>{END}")
        self.marking: Counter[str] = Counter()
        self.filled: set[str] = set()
        self.emptied: set[str] = set()
        self.produced = self.consumed = self.missing = 0
        self.free = {one.key for one in steps if not one.required or one.when == FAILS}
        self.passed: set[str] = set()
        self.skipped: set[str] = set()
        self.put([SOURCE])
        self.take([SOURCE])
        self.put([place for places in self.into.values() for place in places if place.startswith(START)])
        self.pass_silently()

    def put(self, places: Sequence[str]) -> None:
        self.filled.update(places)
        for place in places:
            self.produced += 1
            self.marking[place] += 1

    def take(self, places: Sequence[str]) -> None:
        self.emptied.update(places)
        for place in places:
            self.consumed += 1
            if self.marking[place]:
                self.marking[place] -= 1
            else:
                self.missing += 1

    def leave(self, key: str) -> None:
        """Put what follows from a step, once."""
        if key not in self.passed:
            self.passed.add(key)
            self.put(self.out_of[key])

    def pass_silently(self) -> None:
        """Fire silent transitions for as long as one is enabled."""
        for key in self.skipped:
            self.take([one for one in self.into[key] if one in self.filled and one not in self.emptied])
        able = [key for key in self.free - self.passed if self.filled.issuperset(self.into[key])]
        if able:
            self.take([one for one in self.into[able[0]] if one not in self.emptied])
            self.leave(able[0])
            self.pass_silently()

    def finish(self) -> None:
        self.take([place for places in self.out_of.values() for place in places if place.endswith(END)])
        self.put([SINK])
        self.take([SINK])


def played(steps: Sequence[ProcessStep], state: RecordState) -> tuple[int, int, int, int]:  # noqa: C901 - one plain list of what can happen
    """Produced, consumed, missing and remaining tokens."""
    net, fired = Net(steps), set[str]()
    again: dict[int, str] = {}
    for what, one in happenings(state):
        key = one.name
        if key not in net.steps and what == "skip":
            continue
        if key not in net.steps or one.position in again:
            key = again.get(one.position, key)
            if what == "begin":
                net.take(["nobody put it"])
            else:
                net.put([f"{key} left over"] * max(1, len(net.out_of.get(key, ()))))
            if key in net.steps:
                net.leave(key)
        elif what == "skip":
            net.free.add(key)
            net.skipped.add(key)
            net.leave(key)
        elif what == "end":
            net.leave(key)
        elif key not in fired:
            fired.add(key)
            net.take([place for place in net.into[key] if place not in net.emptied])
        elif not net.steps[key].repeatable:
            again[one.position] = key
            net.take([f"{key} once more"] * len(net.into[key]))
        net.pass_silently()
    if state.resolved_at is not None:
        net.finish()
        left = sum(net.marking.values())
    else:
        left = sum(n for place, n in net.marking.items() if place in net.emptied or place.endswith("left over"))
    return net.produced, net.consumed, net.missing, left


def happenings(state: RecordState) -> list[tuple[str, StepState]]:
    """What began, ended or was skipped, in the order of instants; nothing of it is at one instant with another."""
    found: list[tuple[datetime, int, str, StepState]] = []
    for one in state.steps:
        if one.state is StepStatus.SKIPPED:
            found.append((one.occurred_at, 0, "skip", one))
        else:
            found.append((one.started_at or one.occurred_at, 0, "begin", one))
            if one.state is StepStatus.COMPLETED:
                found.append((one.occurred_at, 1, "end", one))
    return [(what, one) for _, _, what, one in sorted(found, key=lambda told: told[:2])]
