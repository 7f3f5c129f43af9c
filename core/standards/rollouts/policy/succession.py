"""Which version of a standard a tenant is on, at an instant: a pure function of what is known of rollouts.

A version that is not rolled out holds for everybody from its start until the next one holds for them. One that is
rolled out holds for a tenant while its wave has begun and is in force, or while it has adopted it by itself; until then
the version before goes on holding for that tenant. The newest version that holds is the one a tenant is on.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field
from datetime import datetime
from itertools import pairwise
from uuid import UUID

from core.kernel.frozen import frozen
from core.standards.policy.spans import Span
from core.standards.rollouts.vocabulary import Phase, RolloutMode


@frozen(kw_only=True)
class Issue:
    """A published version: its id, and from when until when it is the newest one."""

    id: UUID
    span: Span


@frozen(kw_only=True)
class Stage:
    """Where the wave of a tenant stands during a span.

    Attributes:
        id: The row, so that what holds can be remembered by what bears on it.
        rollout_id: The rollout.
        publisher_id: Who rolls out.
        wave: Name of the wave.
        number: Number of the version.
        mode: What the beginning of the wave does.
        phase: Whether it waits, has begun or is rolled back.
        halted: Whether the rollout is halted.
        planned_at: While it waits, when it is to begin as far as that is known.
        deadline: When the tenant adopts by default.
        enforced_from: Since when the version is in force for the whole wave.
        reminder_days: How many days before the deadline the tenant is reminded.
        span: While it stands so.
    """

    id: UUID
    rollout_id: UUID
    publisher_id: UUID
    wave: str
    number: str
    mode: RolloutMode
    phase: Phase
    halted: bool = False
    planned_at: datetime | None = None
    deadline: datetime | None = None
    enforced_from: datetime | None = None
    reminder_days: tuple[int, ...] = ()
    span: Span


@frozen(kw_only=True)
class Piece:
    """A span during which a tenant is on one version."""

    version_id: UUID
    span: Span


@frozen(kw_only=True)
class Upcoming:
    """A version that a tenant is not on yet.

    Attributes:
        version_id: The version.
        stage: Where the tenant's wave stands; empty for a version that is not rolled out and starts later.
        effective_from: When the tenant will be on it, as far as that is known.
    """

    version_id: UUID
    stage: Stage | None
    effective_from: datetime | None


@frozen(kw_only=True)
class Succession:
    """All that decides which version of one standard a tenant is on.

    Attributes:
        issues: The published versions of its lineage.
        stages: For each version that is rolled out, where the tenant's wave stands over time.
        adoptions: For each version, when the tenant is on it by its own decision.
    """

    issues: Sequence[Issue]
    stages: Mapping[UUID, Sequence[Stage]] = field(default_factory=dict[UUID, Sequence[Stage]])
    adoptions: Mapping[UUID, Sequence[Span]] = field(default_factory=dict[UUID, Sequence[Span]])

    def version_at(self, instant: datetime, without: UUID | None = None) -> UUID | None:
        """Tell which version the tenant is on; empty where none holds.

        Args:
            instant: The instant.
            without: A version to leave out, for what would hold without it.
        """
        started = [one for one in self.issues if one.span.start <= instant and one.id != without]
        for one in sorted(started, key=lambda issue: issue.span.start, reverse=True):
            if self.replaced_by_older(one, instant):
                continue
            if one.id not in self.stages or self.reached(one.id, instant):
                return None if self.withdrawn(one, instant) else one.id
        return None

    def issue(self, version_id: UUID, instant: datetime) -> Issue | None:
        """Find how a version is issued at an instant: the last time before it, or else the first time after it."""
        issues = sorted((one for one in self.issues if one.id == version_id), key=lambda one: one.span.start)
        before = [one for one in issues if one.span.start <= instant]
        return before[-1] if before else next(iter(issues), None)

    def replaced_by_older(self, issue: Issue, instant: datetime) -> bool:
        """Tell whether a version was withdrawn in favour of one that had been issued before it and is again."""
        end = issue.span.end
        again = {one.id for one in self.issues if end is not None and end <= instant and one.span.start == end}
        return any(one.id in again and one.span.start < issue.span.start for one in self.issues)

    def reached(self, version_id: UUID, instant: datetime) -> bool:
        """Tell whether a version that is rolled out is in force for the tenant at an instant."""
        stage = self.stage_at(version_id, instant)
        since = stage.enforced_from if stage is not None and stage.phase is Phase.BEGUN else None
        if since is not None and since <= instant:
            return True
        return any(
            span.holds(instant) and not self.rolled_back_since(version_id, span.start, instant)
            for span in self.adoptions.get(version_id, ())
        )

    def stage_at(self, version_id: UUID, instant: datetime) -> Stage | None:
        """Find where the tenant's wave stands at an instant."""
        return next((one for one in self.stages.get(version_id, ()) if one.span.holds(instant)), None)

    def rolled_back_since(self, version_id: UUID, start: datetime, instant: datetime) -> bool:
        """Tell whether the tenant's wave was rolled back between two instants, both included."""
        return any(
            one.phase is Phase.ROLLED_BACK
            and one.span.start <= instant
            and (one.span.end is None or start < one.span.end)
            for one in self.stages[version_id]
        )

    def withdrawn(self, issue: Issue, instant: datetime) -> bool:
        """Tell whether a version has ended without another one taking over."""
        end = issue.span.end
        return end is not None and end <= instant and all(one.span.start != end for one in self.issues)

    def edges(self) -> Iterator[datetime]:
        """List the instants at which the tenant may come onto another version."""
        for one in self.issues:
            yield from ends(one.span)
        for stages in self.stages.values():
            for one in stages:
                yield from ends(one.span)
                if one.enforced_from is not None:
                    yield one.enforced_from
        for spans in self.adoptions.values():
            for span in spans:
                yield from ends(span)

    def pieces(self) -> list[Piece]:
        """Tell which version the tenant is on when, in order of time."""
        found: list[Piece] = []
        for start, end in pairwise([*sorted(set(self.edges())), None]):
            if start is None:
                break
            version_id = self.version_at(start)
            last = found[-1] if found else None
            if version_id is None:
                continue
            if last is not None and last.version_id == version_id and last.span.end == start:
                found[-1] = Piece(version_id=version_id, span=Span(last.span.start, end))
            else:
                found.append(Piece(version_id=version_id, span=Span(start, end)))
        return found

    def upcoming(self, instant: datetime) -> list[Upcoming]:
        """List the versions the tenant is not on yet at an instant, the newest first."""
        now = self.version_at(instant)
        since = next((one.span.start for one in self.issues if one.id == now), None)
        newer = [one for one in self.issues if one.id != now and (since is None or one.span.start > since)]
        pieces = self.pieces()
        found: list[Upcoming] = []
        for one in sorted(newer, key=lambda issue: issue.span.start, reverse=True):
            stage = self.stage_at(one.id, max(instant, one.span.start))
            turn = next((p.span.start for p in pieces if p.version_id == one.id and p.span.start > instant), None)
            over = one.span.end is not None and one.span.end <= instant
            if turn is not None or (stage is not None and not over):
                found.append(Upcoming(version_id=one.id, stage=stage, effective_from=turn))
        return found


def ends(span: Span) -> Iterator[datetime]:
    """Give the beginning of a span, and its end if it has one."""
    yield span.start
    if span.end is not None:
        yield span.end
