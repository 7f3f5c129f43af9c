"""Where a clause or parameter of an older version stands in a newer one, over any number of versions."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import TypeAlias

from core.standards.policy.content import Move, StandardContent, address
from core.standards.vocabulary import MoveKind

Site: TypeAlias = tuple[str, str]
"""A clause and a parameter in it; the parameter is empty where the clause's own text is meant."""

Lineage: TypeAlias = Mapping[Site, tuple[Site, ...]]
"""For every place of an older version, where it stands in a newer one; what is gone stands nowhere."""


def lineage_between(before: StandardContent, after: StandardContent) -> Lineage:
    """Tell where every place of a version stands in the next one."""
    order = {site: i for i, site in enumerate(sites(after))}
    moves = {source: move for move in after.lineage for source in move.sources}
    found: dict[Site, tuple[Site, ...]] = {}
    for site in sites(before):
        there = (one for one in wanted(moves.get(site[0]), site) if one in order)
        found[site] = tuple(sorted(there, key=order.__getitem__))
    return found


def wanted(move: Move | None, site: Site) -> Iterator[Site]:
    """List where a place would stand by its clause's move; in the same place where its clause did not move."""
    clause, parameter = site
    if move is None:
        yield site
        return
    renamed = move.parameters.get(address(clause, parameter)) if parameter else None
    if renamed is not None:
        target, _, key = renamed.rpartition(".")
        yield target, key
        return
    taken = set(move.parameters.values())
    for target in move.targets:
        if not parameter or address(target, parameter) not in taken:
            yield target, parameter


def compose(first: Lineage, second: Lineage) -> Lineage:
    """Follow one lineage and then another."""
    return {
        site: tuple(dict.fromkeys(one for between in onward for one in second.get(between, ())))
        for site, onward in first.items()
    }


def lineage_over(versions: Sequence[StandardContent]) -> Lineage:
    """Tell where every place of the first version stands in the last."""
    found: Lineage = {site: (site,) for site in sites(versions[0])}
    for before, after in pairwise(versions):
        found = compose(found, lineage_between(before, after))
    return found


def origins(lineage: Lineage) -> dict[Site, tuple[Site, ...]]:
    """Turn a lineage round: for every place of the newer version, what became of which it is."""
    found: dict[Site, tuple[Site, ...]] = {}
    for before, onward in lineage.items():
        for after in onward:
            found[after] = (*found.get(after, ()), before)
    return found


def sites(content: StandardContent) -> Iterable[Site]:
    """List the text of every clause and every parameter, in reading order."""
    for clause in content.clauses:
        yield clause.key, ""
        for parameter in clause.parameters:
            yield clause.key, parameter.key


def moves_of(lineage: Lineage) -> tuple[Move, ...]:
    """Write a lineage down as the moves of the newer version.

    Raises:
        ValueError: A clause became several of which one is made of several: no one move says that.
    """
    back = origins(lineage)
    found = [move_of(lineage, onward, back) for (_, parameter), onward in lineage.items() if not parameter]
    return tuple({move.sources: move for move in found if move is not None}.values())


def move_of(lineage: Lineage, onward: Sequence[Site], back: Lineage) -> Move | None:
    """Give the move that a clause is a source of, or nothing where it stays or is gone."""
    targets = tuple(clause for clause, _ in onward)
    sources = tuple(dict.fromkeys(clause for target in onward for clause, _ in back[target]))
    if len(sources) > 1 and (len(targets) > 1 or any(len(lineage[one, ""]) > 1 for one in sources)):
        raise ValueError(f"{', '.join(sources)}: what was split is merged, or the other way round")
    parameters = {
        address(*site): address(*after)
        for site, [*places] in lineage.items()
        for after in places
        if site[0] in sources and site[1] and after[1] != site[1]
    }
    if not targets or (sources == targets and not parameters):
        return None
    kind = MoveKind.SPLIT if len(targets) > 1 else MoveKind.MERGE if len(sources) > 1 else MoveKind.RENAME
    return Move(kind=kind, sources=sources, targets=targets, parameters=parameters)
