"""Where a clause or parameter of an older version stands in a newer one, over any number of versions."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import TypeAlias

from core.standards.policy.content import Move, StandardContent, address

Site: TypeAlias = tuple[str, str]
"""A clause and a parameter in it; the parameter is empty where the clause's own text is meant."""

Lineage: TypeAlias = Mapping[Site, tuple[Site, ...]]
"""For every place of an older version, where it stands in a newer one; what is gone stands nowhere."""


def lineage_between(before: StandardContent, after: StandardContent) -> Lineage:
    """Tell where every place of a version stands in the next one."""
    there = frozenset(sites(after))
    moves = {source: move for move in after.lineage for source in move.sources}
    return {site: tuple(one for one in wanted(moves.get(site[0]), site) if one in there) for site in sites(before)}


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
