"""The ways from one version of a standard to another, along what each was published after.

A version says what moved since the one that was the newest when it was published. One that was withdrawn before that
is not on the way: nothing comes out of it but by the way back.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Protocol, TypeVar
from uuid import UUID

from core.standards.policy.lineage import Lineage, compose, lineage_between, origins, sites
from core.standards.policy.overlays import Version


class Published(Protocol):
    """What a version's place among the others hangs on."""

    @property
    def id(self) -> UUID:
        """The version."""
        ...

    @property
    def published_at(self) -> datetime | None:
        """When it was published; empty where it is not yet."""
        ...

    @property
    def withdrawn_at(self) -> datetime | None:
        """When it was withdrawn."""
        ...


AnyVersion = TypeVar("AnyVersion", bound=Published)


def predecessors(ordered: Sequence[AnyVersion]) -> dict[UUID, AnyVersion | None]:
    """Tell after which version each was published.

    Args:
        ordered: Versions of one standard, by number.
    """
    return {one.id: predecessor(one, ordered[:i]) for i, one in enumerate(ordered)}


def predecessor(version: AnyVersion, earlier: Sequence[AnyVersion]) -> AnyVersion | None:
    """Find the version that was the newest when another was published; of those given, where that one is not known."""
    standing = [one for one in earlier if not withdrawn_before(one, version)]
    return next(reversed(standing or earlier), None)


def withdrawn_before(one: Published, other: Published) -> bool:
    """Tell whether a version was withdrawn before another was published; one that is not yet comes after all."""
    if one.withdrawn_at is None:
        return False
    return other.published_at is None or one.withdrawn_at <= other.published_at


def concerned(ordered: Sequence[AnyVersion], ids: Collection[UUID]) -> list[AnyVersion]:
    """Keep of versions those that lie on the ways between some of them."""
    before = predecessors(ordered)
    paths = [path(one, before) for one in ordered if one.id in ids]
    shared = set[UUID].intersection(*({one.id for one in found} for found in paths))
    last = next((one.id for one in reversed(ordered) if one.id in shared), None)
    kept = {one.id for found in paths for one in found if one.id == last or one.id not in shared}
    return [one for one in ordered if one.id in kept]


def path(version: AnyVersion, before: Mapping[UUID, AnyVersion | None]) -> list[AnyVersion]:
    """List a version and all it was published after, one after the other."""
    found: list[AnyVersion] = []
    one: AnyVersion | None = version
    while one is not None:
        found.append(one)
        one = before[one.id]
    return found


def ways_into(new: Version, ordered: Sequence[Version]) -> dict[UUID, Lineage]:
    """Tell for every version where its places stand in one of them.

    Args:
        new: That one.
        ordered: All of them, by number.
    """
    before = predecessors(ordered)
    onward: dict[UUID, Lineage] = {new.id: {site: (site,) for site in sites(new.content)}}
    for after in path(new, before):
        older = before[after.id]
        if older is not None:
            onward[older.id] = compose(lineage_between(older.content, after.content), onward[after.id])
    for one in ordered:
        older = before[one.id]
        if one.id not in onward:
            back = origins(lineage_between(older.content, one.content)) if older is not None else {}
            onward[one.id] = compose(back, onward[older.id]) if older is not None else {}
    return onward
