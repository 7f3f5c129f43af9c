"""What differs between two versions, clause by clause and parameter by parameter; what only moved is not lost."""

from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from typing import Any, Final, cast

import msgspec

from core.kernel.frozen import frozen
from core.standards.diffs.words import TextDiff, texts_diff
from core.standards.policy.content import ClauseContent, ParameterContent, StandardContent, address
from core.standards.policy.documents import JsonValue
from core.standards.policy.fold import EffectiveStandard, EffectiveValue
from core.standards.policy.lineage import Lineage, Site, origins

SHOWN_APART: Final = frozenset({"key", "text", "parameters", "bounds"})
"""Fields that are not compared as a whole."""


class Change(StrEnum):
    """What became of a clause or parameter; what moved may have changed as well."""

    ADDED = "added"
    REMOVED = "removed"
    MOVED = "moved"
    CHANGED = "changed"


@frozen
class FieldChange:
    """A field that says something else, such as ``default``, ``operators`` or ``bounds.maximum``."""

    field: str
    old: JsonValue
    new: JsonValue


@frozen(kw_only=True)
class ParameterDiff:
    """What became of one parameter.

    Attributes:
        change: What became of it.
        before: Its address before, such as ``first_response.limit``; empty where it was added.
        after: Its address now; empty where it was removed.
        fields: What it says otherwise.
    """

    change: Change
    before: str
    after: str
    fields: tuple[FieldChange, ...] = ()


@frozen(kw_only=True)
class ClauseDiff:
    """What became of one clause.

    Attributes:
        change: What became of it.
        before: The clauses it was made of; none where it was added.
        after: The clause now; empty where it was removed.
        fields: What it says otherwise.
        texts: How its text differs, per language.
        parameters: What became of its parameters, as far as they are not as they were.
    """

    change: Change
    before: tuple[str, ...]
    after: str
    fields: tuple[FieldChange, ...] = ()
    texts: tuple[TextDiff, ...] = ()
    parameters: tuple[ParameterDiff, ...] = ()


@frozen(kw_only=True)
class StandardDiff:
    """What differs between two versions.

    Attributes:
        title: How the title differs, per language.
        fields: What the version as a whole says otherwise.
        clauses: What became of clauses that are not as they were: in reading order, those removed last.
    """

    title: tuple[TextDiff, ...]
    fields: tuple[FieldChange, ...]
    clauses: tuple[ClauseDiff, ...]


@frozen(kw_only=True)
class ValueDiff:
    """A value that is not as published.

    Attributes:
        value: What holds, and why.
        texts: For the text of a clause, how it differs per language.
    """

    value: EffectiveValue
    texts: tuple[TextDiff, ...] = ()


def standard_diff(before: StandardContent, after: StandardContent, lineage: Lineage) -> StandardDiff:
    """Compare two versions.

    Args:
        before: The one.
        after: The other.
        lineage: Where every place of the one stands in the other.
    """
    back = origins(lineage)
    old = {clause.key: clause for clause in before.clauses}
    kept = [
        clause_diff(clause, [old[key] for key, _ in back.get((clause.key, ""), ())], back) for clause in after.clauses
    ]
    gone = [removed(clause) for clause in before.clauses if not lineage.get((clause.key, ""))]
    return StandardDiff(
        title=texts_diff(before.title, after.title),
        fields=tuple(fields_diff(before, after, {"title", "clauses", "lineage", "number", "code"})),
        clauses=(*(one for one in kept if one is not None), *gone),
    )


def clause_diff(
    after: ClauseContent, before: Sequence[ClauseContent], back: Mapping[Site, Sequence[Site]]
) -> ClauseDiff | None:
    """Compare a clause with those it was made of; nothing where it is as it was."""
    if not before:
        parameters = tuple(
            ParameterDiff(change=Change.ADDED, before="", after=address(after.key, one.key)) for one in after.parameters
        )
        texts = texts_diff({}, after.text)
        return ClauseDiff(change=Change.ADDED, before=(), after=after.key, texts=texts, parameters=parameters)
    first, keys = before[0], tuple(one.key for one in before)
    fields = tuple(fields_diff(first, after, SHOWN_APART))
    texts = texts_diff(joined_text(before), after.text)
    parameters = tuple(parameters_diff(after, before, back))
    if keys != (after.key,):
        change = Change.MOVED
    elif fields or texts or parameters:
        change = Change.CHANGED
    else:
        return None
    return ClauseDiff(change=change, before=keys, after=after.key, fields=fields, texts=texts, parameters=parameters)


def joined_text(clauses: Sequence[ClauseContent]) -> dict[str, str]:
    """Give what clauses said together, per locale."""
    locales = {locale for clause in clauses for locale in clause.text}
    return {locale: "\n".join(one.text[locale] for one in clauses if locale in one.text) for locale in locales}


def removed(clause: ClauseContent) -> ClauseDiff:
    """Tell of a clause that is gone."""
    parameters = tuple(
        ParameterDiff(change=Change.REMOVED, before=address(clause.key, one.key), after="") for one in clause.parameters
    )
    texts = texts_diff(clause.text, {})
    return ClauseDiff(change=Change.REMOVED, before=(clause.key,), after="", texts=texts, parameters=parameters)


def parameters_diff(
    after: ClauseContent, before: Sequence[ClauseContent], back: Mapping[Site, Sequence[Site]]
) -> Iterator[ParameterDiff]:
    """Compare the parameters of a clause; those that went to another clause are told of there."""
    old = {(clause.key, one.key): one for clause in before for one in clause.parameters}
    for one in after.parameters:
        sources = back.get((after.key, one.key), ())
        if not sources or sources[0] not in old:
            yield ParameterDiff(change=Change.ADDED, before="", after=address(after.key, one.key))
            continue
        fields = tuple(parameter_fields(old[sources[0]], one))
        moved = sources[0] != (after.key, one.key)
        if fields or moved:
            change = Change.MOVED if moved else Change.CHANGED
            was = address(*sources[0])
            yield ParameterDiff(change=change, before=was, after=address(after.key, one.key), fields=fields)
    arrived = {source for sources in back.values() for source in sources}
    for site in old:
        if site not in arrived:
            yield ParameterDiff(change=Change.REMOVED, before=address(*site), after="")


def parameter_fields(before: ParameterContent, after: ParameterContent) -> Iterator[FieldChange]:
    """Compare what two forms of a parameter say, bound by bound."""
    yield from fields_diff(before, after, SHOWN_APART)
    for change in fields_diff(before.bounds, after.bounds, frozenset()):
        yield FieldChange(f"bounds.{change.field}", change.old, change.new)


def fields_diff(before: msgspec.Struct, after: msgspec.Struct, but: frozenset[str] | set[str]) -> Iterator[FieldChange]:
    """Compare two structures field by field."""
    for name in before.__struct_fields__:
        old, new = plain(getattr(before, name)), plain(getattr(after, name))
        if name not in but and old != new:
            yield FieldChange(name, old, new)


def plain(value: Any) -> JsonValue:  # noqa: ANN401 - whatever a field holds
    """Give what a field holds in its JSON form."""
    return msgspec.json.decode(msgspec.json.encode(value))


def tenant_diff(standard: EffectiveStandard) -> tuple[ValueDiff, ...]:
    """List every value, in any context, that is not as published."""
    return tuple(
        ValueDiff(value=one, texts=wording_diff(one)) for one in standard.every() if one.value != one.published_value
    )


def wording_diff(value: EffectiveValue) -> tuple[TextDiff, ...]:
    """Compare the text of a clause with the published one; other values have no text per language."""
    if value.type is not None:
        return ()
    return texts_diff(cast("Mapping[str, str]", value.published_value), cast("Mapping[str, str]", value.value))
