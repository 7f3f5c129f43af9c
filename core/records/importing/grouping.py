"""Group drafts into chunks, each of one tenant, holding a bounded number of steps at any time."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from core.records.importing.targets import Target
from core.records.mappings.drafting import RecordDraft

CHUNK_RECORDS = 500
CHUNK_STEPS = 10_000
HELD_STEPS = 40_000


@dataclass(slots=True)
class Group:
    """Drafts of one tenant that wait to become a chunk."""

    target: Target
    drafts: list[RecordDraft] = field(default_factory=list[RecordDraft])
    steps: int = 0


class Grouping:
    """Collects drafts by tenant and gives groups that are ready.

    What is ready depends on the order of the drafts alone, so that the same log gives the same chunks every time.
    """

    def __init__(self) -> None:
        self._groups: dict[str, Group] = {}
        self._held = 0

    def add(self, target: Target, draft: RecordDraft) -> Iterator[Group]:
        """Add a draft and give the groups that are full, or must make room."""
        group = self._groups.setdefault(target.key, Group(target))
        group.drafts.append(draft)
        group.steps += len(draft.steps)
        self._held += len(draft.steps)
        if len(group.drafts) >= CHUNK_RECORDS or group.steps >= CHUNK_STEPS:
            yield self._release(group)
        elif self._held >= HELD_STEPS:
            yield self._release(max(self._groups.values(), key=lambda one: one.steps))

    def rest(self) -> Iterator[Group]:
        """Give what is left at the end, tenant by tenant in the order of their first drafts."""
        for group in list(self._groups.values()):
            yield self._release(group)

    def _release(self, group: Group) -> Group:
        del self._groups[group.target.key]
        self._held -= group.steps
        return group
