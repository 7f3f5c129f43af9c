"""Rename, split and merge clauses of a version, so that the version remembers where everything went."""

from collections.abc import Mapping, Sequence
from dataclasses import field
from typing import NoReturn

import msgspec

from core.kernel.errors import InvalidInput
from core.kernel.frozen import frozen
from core.standards.policy.checks import at, checked_content
from core.standards.policy.content import ClauseContent, Move, ParameterContent, StandardContent, address
from core.standards.policy.lineage import compose, lineage_between, moves_of
from core.standards.policy.process import with_limits
from core.standards.vocabulary import ClauseKind, MoveKind


@frozen(kw_only=True)
class ClausePart:
    """One of the clauses that a clause is split into.

    Attributes:
        key: Its key; one part may keep the key of the whole.
        text: What it says per locale; as the whole where it is empty.
        parameters: Keys of the parameters that go there.
    """

    key: str
    text: Mapping[str, str] = field(default_factory=dict[str, str])
    parameters: Sequence[str] = ()


def renamed(
    before: StandardContent | None, content: StandardContent, key: str, new_key: str, parameters: Mapping[str, str]
) -> StandardContent:
    """Give a clause another key, and parameters of it other keys.

    Args:
        before: The version published before, if there is one; moves are remembered relative to it.
        content: The draft.
        key: The clause.
        new_key: Its key from now on; the same where only parameters are renamed.
        parameters: Keys of parameters, and what they are from now on.

    Raises:
        InvalidInput: There is no such clause or parameter, or the draft would not be well formed.
    """
    clause = clause_named(content, key, "clauseKey")
    refuse_unknown(clause, parameters, "parameters")
    kept = tuple(msgspec.structs.replace(one, key=parameters.get(one.key, one.key)) for one in clause.parameters)
    made = msgspec.structs.replace(clause, key=new_key, parameters=kept)
    move = Move(
        kind=MoveKind.RENAME,
        sources=(key,),
        targets=(new_key,),
        parameters={address(key, old): address(new_key, new) for old, new in parameters.items()},
    )
    return moved(before, content, {key: (made,)}, move)


def split(
    before: StandardContent | None, content: StandardContent, key: str, parts: Sequence[ClausePart]
) -> StandardContent:
    """Make several clauses of one; every parameter goes into one of them.

    Args:
        before: The version published before, if there is one.
        content: The draft.
        key: The clause.
        parts: What becomes of it, in reading order.

    Raises:
        InvalidInput: There is no such clause, a parameter goes nowhere or twice, or the draft would not be well formed.
    """
    clause = clause_named(content, key, "clauseKey")
    shared = [one for part in parts for one in part.parameters]
    if sorted(shared) != sorted(one.key for one in clause.parameters):
        raise InvalidInput(field="into", problem="every parameter goes into one of the parts")
    made = tuple(
        msgspec.structs.replace(
            clause,
            key=part.key,
            text=dict(part.text) or clause.text,
            parameters=tuple(one for one in clause.parameters if one.key in part.parameters),
        )
        for part in parts
    )
    move = Move(kind=MoveKind.SPLIT, sources=(key,), targets=tuple(part.key for part in parts))
    return moved(before, content, {key: made}, move)


def joined(
    before: StandardContent | None,
    content: StandardContent,
    keys: Sequence[str],
    new_key: str,
    text: Mapping[str, str],
    parameters: Mapping[str, str],
) -> StandardContent:
    """Make one clause of several: of the first one's kind and in its place, with the parameters of all.

    Args:
        before: The version published before, if there is one.
        content: The draft.
        keys: The clauses.
        new_key: The key of the one; it may be that of one of them.
        text: What it says per locale; where it is empty, what all of them said, one after the other.
        parameters: Addresses such as ``first_response.limit``, and the keys of those parameters from now on, so that no
            two of them are called the same.

    Raises:
        InvalidInput: There is no such clause or parameter, or the draft would not be well formed.
    """
    clauses = [clause_named(content, key, "clauseKeys") for key in keys]
    addresses = {address(clause.key, one.key) for clause in clauses for one in clause.parameters}
    unknown = sorted(set(parameters) - addresses)
    if unknown:
        nothing_there("parameters", unknown[0])
    kept: list[ParameterContent] = [
        msgspec.structs.replace(one, key=parameters.get(address(clause.key, one.key), one.key))
        for clause in clauses
        for one in clause.parameters
    ]
    first = clauses[0] if clauses else nothing_there("clauseKeys", "")
    made = msgspec.structs.replace(first, key=new_key, text=dict(text) or text_of_all(clauses), parameters=tuple(kept))
    move = Move(
        kind=MoveKind.MERGE,
        sources=tuple(keys),
        targets=(new_key,),
        parameters={old: address(new_key, new) for old, new in parameters.items()},
    )
    others: dict[str, tuple[ClauseContent, ...]] = {clause.key: () for clause in clauses[1:]}
    return moved(before, content, {**others, first.key: (made,)}, move)


def moved(
    before: StandardContent | None,
    content: StandardContent,
    instead: Mapping[str, Sequence[ClauseContent]],
    move: Move,
) -> StandardContent:
    """Put clauses in the place of others, and remember the move together with those made in the draft before."""
    clauses = tuple(one for clause in content.clauses for one in instead.get(clause.key, (clause,)))
    addresses = addresses_after(content, instead, move)
    clauses = tuple(following(one, addresses) for one in clauses)
    after = checked_content(msgspec.structs.replace(content, clauses=clauses, lineage=(move,)))
    if before is None:
        return msgspec.structs.replace(after, lineage=())
    with at("lineage"):
        lineage = moves_of(compose(lineage_between(before, content), lineage_between(content, after)))
    return checked_content(msgspec.structs.replace(after, lineage=lineage))


def addresses_after(
    content: StandardContent, instead: Mapping[str, Sequence[ClauseContent]], move: Move
) -> dict[str, str]:
    """Say what the parameters of moved clauses are addressed by from now on."""
    there = {one.key: clause.key for made in instead.values() for clause in made for one in clause.parameters}
    before = {
        address(clause.key, one.key): one.key
        for clause in content.clauses
        if clause.key in instead
        for one in clause.parameters
    }
    kept = {old: address(there[key], key) for old, key in before.items() if key in there}
    return kept | move.parameters


def following(clause: ClauseContent, addresses: Mapping[str, str]) -> ClauseContent:
    """Let the limits of a process follow the parameters they name."""
    if clause.kind is not ClauseKind.PROCESS:
        return clause
    return msgspec.structs.replace(clause, body=with_limits(clause.body, addresses))


def text_of_all(clauses: Sequence[ClauseContent]) -> dict[str, str]:
    """Join what several clauses say, language by language."""
    locales = sorted({locale for clause in clauses for locale in clause.text})
    return {locale: "\n".join(clause.text[locale] for clause in clauses if locale in clause.text) for locale in locales}


def clause_named(content: StandardContent, key: str, field: str) -> ClauseContent:
    """Find a clause of a draft."""
    found = next((one for one in content.clauses if one.key == key), None)
    return nothing_there(field, key) if found is None else found


def refuse_unknown(clause: ClauseContent, parameters: Mapping[str, str], field: str) -> None:
    """Refuse parameters that a clause does not have."""
    unknown = sorted(set(parameters) - {one.key for one in clause.parameters})
    if unknown:
        nothing_there(field, address(clause.key, unknown[0]))


def nothing_there(field: str, key: str) -> NoReturn:
    """Refuse what the draft does not have."""
    raise InvalidInput(field=field, problem=f"the draft has no {key or 'such clause'}")
