"""What moves of clauses must fulfil: each target is there, and no two of them contradict each other."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import msgspec

from core.standards.policy.content import ClauseContent, Move, StandardContent, address
from core.standards.vocabulary import MoveKind

MAX_MOVES: Final = 1_000


def checked_moves(moves: Sequence[Move], clauses: Sequence[ClauseContent]) -> tuple[Move, ...]:
    """Give the moves of a version in a fixed order.

    Args:
        moves: The moves, relative to the version before.
        clauses: The version's own clauses.

    Raises:
        ValueError: A target is missing, moves contradict each other or run in a circle, or a source still stands.
    """
    if len(moves) > MAX_MOVES:
        raise ValueError(f"at most {MAX_MOVES} moves are expected")
    keys = {clause.key for clause in clauses}
    for move in moves:
        check_shape(move)
        check_parameters(move, clauses)
    sources = [key for move in moves for key in move.sources]
    targets = [key for move in moves for key in move.targets]
    refuse("two moves take away", twice(sources))
    refuse("two moves lead to", twice(targets))
    refuse("there is no clause", set(targets) - keys)
    refuse("moved away, but still there:", (set(sources) & keys) - set(targets))
    refuse("moves run in a circle over", circling(moves))
    return tuple(
        sorted(
            (
                msgspec.structs.replace(
                    move,
                    sources=tuple(sorted(move.sources)),
                    targets=tuple(sorted(move.targets)),
                    parameters=dict(sorted(move.parameters.items())),
                )
                for move in moves
            ),
            key=lambda move: move.sources,
        )
    )


def check_shape(move: Move) -> None:
    """Refuse a move that takes from and leads to another number of clauses than its kind says, or moves nothing."""
    many_from, many_to = len(set(move.sources)) > 1, len(set(move.targets)) > 1
    fits = {
        MoveKind.RENAME: not many_from and not many_to,
        MoveKind.SPLIT: not many_from and many_to,
        MoveKind.MERGE: many_from and not many_to,
    }[move.kind]
    if not fits or not move.sources or not move.targets or twice(move.sources) or twice(move.targets):
        raise ValueError(f"a {move.kind.value} from {list(move.sources)} to {list(move.targets)} is none")
    if move.kind is MoveKind.RENAME and move.sources == move.targets and not move.parameters:
        raise ValueError(f"{move.sources[0]} is renamed to itself")


def check_parameters(move: Move, clauses: Sequence[ClauseContent]) -> None:
    """Refuse a parameter that comes from or goes to another clause than its move names, and two that become one."""
    there = {
        address(clause.key, parameter.key)
        for clause in clauses
        if clause.key in move.targets
        for parameter in clause.parameters
    }
    refuse("not of the clauses moved:", {one for one in move.parameters if clause_of(one) not in move.sources})
    refuse("there is no parameter", set(move.parameters.values()) - there)
    refuse("two parameters become", twice(move.parameters.values()))


def check_against(before: StandardContent, content: StandardContent) -> None:
    """Refuse moves that do not fit the version before.

    Raises:
        ValueError: A source was not there, or a target stood there and is no source, so that two clauses would be one.
    """
    keys = {clause.key for clause in before.clauses}
    addresses = {address(clause.key, one.key) for clause, one in before.parameters()}
    sources = {key for move in content.lineage for key in move.sources}
    targets = {key for move in content.lineage for key in move.targets}
    refuse("the version before has no", sources - keys)
    refuse("the version before has no", {one for move in content.lineage for one in move.parameters} - addresses)
    refuse("the version before has another clause", (targets & keys) - sources)


def circling(moves: Iterable[Move]) -> set[str]:
    """Find keys from which moves lead back to where they began, by way of others."""
    onward = {source: set(move.targets) - {source} for move in moves for source in move.sources}
    return {start for start in onward if start in reached(onward, start)}


def reached(onward: Mapping[str, set[str]], start: str) -> set[str]:
    """Find all that can be reached from a key."""
    found: set[str] = set()
    ahead = set(onward[start])
    while ahead:
        found |= ahead
        ahead = {target for key in ahead for target in onward.get(key, ())} - found
    return found


def clause_of(parameter: str) -> str:
    """Give the clause of a parameter's address."""
    return parameter.rpartition(".")[0]


def twice(keys: Iterable[str]) -> set[str]:
    """Find what stands there more than once."""
    return {key for key, times in Counter(keys).items() if times > 1}


def refuse(problem: str, keys: Iterable[str]) -> None:
    """Refuse where anything is named."""
    named = sorted(keys)
    if named:
        raise ValueError(f"{problem} {', '.join(named)}")
