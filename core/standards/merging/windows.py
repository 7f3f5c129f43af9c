"""Walk a tenant's adaptations through every version that holds for it, one after the other."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from core.kernel.frozen import frozen
from core.kernel.ids import new_id
from core.standards.gather import Gathered
from core.standards.merging.policy import Merged
from core.standards.merging.upgrades import upgrade_into
from core.standards.policy.overlays import Overlay, Version
from core.standards.policy.spans import Span
from core.standards.vocabulary import aspect_of


@frozen
class Window:
    """A span in which one version holds for the tenant."""

    version: Version
    span: Span


@frozen
class Piece:
    """An adaptation, or what is left or was made of one.

    Attributes:
        overlay: What it says, since when and until when.
        root: The adaptation as it is known now.
        fresh: Whether it is not known yet.
    """

    overlay: Overlay
    root: UUID
    fresh: bool = False


@frozen
class Waiting:
    """An adaptation that does not fit.

    Attributes:
        merged: What became of it.
        version: In which version.
        piece: The adaptation; where it was ended, as it was.
        ended: Whether it was ended, because its place means something else.
        until: Until when that version holds.
    """

    merged: Merged
    version: Version
    piece: Piece
    ended: bool
    until: datetime | None


@dataclass(slots=True)
class Walk:
    """What becomes of a tenant's adaptations.

    Attributes:
        live: Adaptations as they will be.
        aside: Those that were ended and may return in a later version.
        closed: Ids of those known now that will be known no longer.
        followed: What moved along, and into which version.
        returned: What an upgrade had ended and holds again, because the tenant is back on a version, and on which.
        waiting: What does not fit now or in time to come, by the id of its piece; for each the first version.
    """

    live: dict[UUID, Piece]
    aside: dict[UUID, Piece]
    closed: set[UUID] = field(default_factory=set[UUID])
    followed: list[tuple[Merged, Version, Piece]] = field(default_factory=list[tuple[Merged, Version, Piece]])
    returned: list[tuple[Version, Piece]] = field(default_factory=list[tuple[Version, Piece]])
    waiting: dict[UUID, Waiting] = field(default_factory=dict[UUID, Waiting])


def walked(gathered: Gathered, skipped: Iterable[Version], aside: Iterable[Overlay], now: datetime) -> Walk:
    """Walk all adaptations of a tenant through the versions that hold for it.

    Args:
        gathered: What bears on the standard in the tenant, with every version since the first adaptation.
        skipped: Published versions that the tenant was never on; clauses were moved in them all the same.
        aside: Adaptations that were ended by an upgrade and still wait for their owner.
        now: Versions that are over by now make nobody wait.
    """
    walk = Walk(
        live={one.id: Piece(one, one.id) for one in gathered.own}, aside={one.id: Piece(one, one.id) for one in aside}
    )
    versions = list({one.id: one for one in (*gathered.versions, *skipped)}.values())
    for window in windows(gathered, walk):
        pass_window(walk, gathered, versions, window, now)
    return walk


def windows(gathered: Gathered, walk: Walk) -> list[Window]:
    """List which version holds when, since the first of the adaptations."""
    starts = [one.overlay.span.start for one in (*walk.live.values(), *walk.aside.values())]
    if not starts:
        return []
    edges = sorted({min(starts), *(edge for edge in gathered.edges() if edge > min(starts))})
    found: list[Window] = []
    for edge, end in zip(edges, [*edges[1:], None], strict=True):
        version = gathered.version_at(edge)
        if version is not None and found and found[-1].version.id == version.id and found[-1].span.end == edge:
            found[-1] = Window(version, Span(found[-1].span.start, end))
        elif version is not None:
            found.append(Window(version, Span(edge, end)))
    return found


def pass_window(walk: Walk, gathered: Gathered, versions: Sequence[Version], window: Window, now: datetime) -> None:
    """Let everything that is alive in a window arrive at its version, and what was ended on the way from it return."""
    come_back(walk, window)
    alive = {id_: piece for id_, piece in {**walk.live, **walk.aside}.items() if piece.overlay.span.meets(window.span)}
    if all(piece.overlay.based_on == window.version.id for piece in alive.values()):
        return
    upgrade = upgrade_into(window.version, versions, {piece.overlay.based_on for piece in alive.values()})
    above = (replace(one, based_on=window.version.id) for one in gathered.above_on(window.version, window.span.start))
    overlays = [*above, *(piece.overlay for piece in alive.values())]
    matters = window.span.end is None or now < window.span.end
    for merged in upgrade.merge(overlays, gathered.lineage, window.span.start):
        piece = alive[merged.overlay.id]
        if merged.follows:
            arrive(walk, piece, merged, window.version)
            continue
        if merged.must_end and piece.overlay.id in walk.live:
            end(walk, piece, merged.at)
        if matters:
            ended = piece.overlay.id in walk.aside
            waiting = Waiting(merged, window.version, piece, ended, window.span.end)
            walk.waiting.setdefault(piece.overlay.id, waiting)


def come_back(walk: Walk, window: Window) -> None:
    """Let what was ended hold again in the very version it was laid over, unless something else stands there by now."""
    for piece in list(walk.aside.values()):
        overlay = since(piece.overlay, window.span.start)
        if overlay.based_on != window.version.id or not piece.overlay.span.meets(window.span):
            continue
        if any(same_spot(one.overlay, overlay) and one.overlay.span.meets(overlay.span) for one in walk.live.values()):
            continue
        back = Piece(replace(overlay, id=new_id()), piece.root, fresh=True)
        del walk.aside[piece.overlay.id]
        walk.waiting.pop(piece.overlay.id, None)
        walk.live[back.overlay.id] = back
        walk.returned.append((window.version, back))


def same_spot(one: Overlay, other: Overlay) -> bool:
    """Tell whether two adaptations could not be laid at one time."""
    place = (one.clause_key, one.parameter_key, one.variant, aspect_of(one.operator))
    return place == (other.clause_key, other.parameter_key, other.variant, aspect_of(other.operator))


def arrive(walk: Walk, piece: Piece, merged: Merged, version: Version) -> None:
    """Let an adaptation hold in the new version, where its place stands now."""
    place = merged.after or merged.before
    arrived = Piece(
        replace(
            piece.overlay,
            id=new_id(),
            clause_key=place[0],
            parameter_key=place[1],
            based_on=version.id,
            span=Span(merged.at, piece.overlay.span.end),
        ),
        piece.root,
        fresh=True,
    )
    if piece.overlay.id in walk.aside:
        del walk.aside[piece.overlay.id]
    else:
        close(walk, piece, merged.at)
    walk.live[arrived.overlay.id] = arrived
    walk.followed.append((merged, version, arrived))


def end(walk: Walk, piece: Piece, at: datetime) -> None:
    """End an adaptation, and lay what it would have been aside."""
    close(walk, piece, at)
    walk.aside[piece.overlay.id] = replace(piece, overlay=since(piece.overlay, at))


def since(overlay: Overlay, at: datetime) -> Overlay:
    """Give what an adaptation would be from an instant on."""
    return replace(overlay, span=Span(max(at, overlay.span.start), overlay.span.end))


def close(walk: Walk, piece: Piece, at: datetime) -> None:
    """Let an adaptation be known no longer but for what lies before an instant."""
    del walk.live[piece.overlay.id]
    if not piece.fresh:
        walk.closed.add(piece.overlay.id)
    for span in piece.overlay.span.without(Span(at)):
        left = Piece(replace(piece.overlay, id=new_id(), span=span), piece.root, fresh=True)
        walk.live[left.overlay.id] = left
        waiting = walk.waiting.pop(piece.overlay.id, None)
        if waiting is not None:
            walk.waiting[left.overlay.id] = replace(waiting, piece=left)
