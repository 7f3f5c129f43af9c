"""What a draft must fulfil before it is kept: every problem names the place in the document where it lies."""

import re
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from itertools import combinations
from typing import Final, cast
from uuid import UUID

import msgspec

from core.kernel.errors import InvalidInput
from core.standards.errors import VariantsAreAmbiguous
from core.standards.policy.bodies import checked_body
from core.standards.policy.bounds import limits_of
from core.standards.policy.content import (
    FORMAT,
    Bounds,
    ClauseContent,
    ParameterContent,
    StandardContent,
    VariantContent,
    address,
)
from core.standards.policy.documents import JsonObject, JsonValue
from core.standards.policy.limits import exceeded
from core.standards.policy.moves import checked_moves
from core.standards.policy.numbers import parse_number
from core.standards.policy.process import read_process
from core.standards.policy.process_added import widened
from core.standards.policy.process_checks import check_process, check_texts, guards_in
from core.standards.policy.profile import checked_profile
from core.standards.policy.values import normalised
from core.standards.policy.variants import ambiguous, checked_context, in_order, selector_text
from core.standards.policy.wordings import normalised_text, normalised_wording
from core.standards.vocabulary import ClauseKind, Facet, Flexibility, Operator, ParameterType, TimeUnit

MAX_CLAUSES: Final = 1_000
MAX_PARAMETERS: Final = 5_000
MAX_VARIANTS: Final = 50
CODE_FORM = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", re.ASCII)
CLAUSE_FORM = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*", re.ASCII)
PARAMETER_FORM = re.compile(r"[a-z][a-z0-9_]*", re.ASCII)
LONGEST_KEY: Final = 100
CLAUSE_OPERATORS: Final = frozenset({Operator.ASSIGN, Operator.NARROW})
PARAMETER_OPERATORS: Final = CLAUSE_OPERATORS | {Operator.APPEND}
STEPS_OPERATORS: Final = frozenset({Operator.APPEND, Operator.NARROW})
LIST_OPERATORS: Final = PARAMETER_OPERATORS | {Operator.REMOVE}
NOBODY = UUID(int=0)


@contextmanager
def at(path: str) -> Generator[None]:
    """Name the place in the document for whatever is wrong inside."""
    try:
        yield
    except ValueError as problem:
        raise InvalidInput(field=path, problem=str(problem)) from problem


def checked_content(content: StandardContent) -> StandardContent:
    """Give a version with every value normalised.

    Raises:
        InvalidInput: Something in it cannot be; ``field`` is its place, such as ``clauses[2].parameters[0].default``.
        VariantsAreAmbiguous: Two variants of a parameter are equally specific and could both apply.
        ProcessIsCyclic: Steps of a process come before themselves.
        UnknownPredecessor: A step comes after one that is not there.
        GuardDoesNotCompile: A guard is no rule.
        GuardsCostTooMuch: Working out the guards of a process would keep everybody waiting.
        GuardNamesUnknownStep: A guard asks for a step that the process does not have.
        EvidenceMakesNoSense: A step asks for evidence that nobody could give.
    """
    with at("format"):
        demand(content.format == FORMAT, f"{FORMAT} is expected")
    with at("code"):
        demand_form(CODE_FORM, content.code, "lower-case words joined by hyphens are expected")
    with at("number"):
        parse_number(content.number)
    with at("title"):
        title = normalised_wording(content.title)
    with at("profile"):
        profile = checked_profile(content.profile)
    with at("clauses"):
        demand(0 < len(content.clauses) <= MAX_CLAUSES, f"1 to {MAX_CLAUSES} clauses are expected")
        total = sum(len(clause.parameters) for clause in content.clauses)
        demand(total <= MAX_PARAMETERS, f"at most {MAX_PARAMETERS} parameters are expected")
        processes = [clause.body for clause in content.clauses if clause.kind is ClauseKind.PROCESS]
        check_texts(guard for body in processes for guard in guards_in(body))
    clauses = tuple(checked_clause(clause, f"clauses[{i}]") for i, clause in enumerate(content.clauses))
    check_addresses(clauses)
    check_limits(clauses)
    with at("lineage"):
        lineage = checked_moves(content.lineage, clauses)
    checked = msgspec.structs.replace(content, title=title, profile=profile, clauses=clauses, lineage=lineage)
    refuse_ambiguity(checked)
    return checked


def checked_clause(clause: ClauseContent, path: str) -> ClauseContent:
    """Give a clause normalised."""
    with at(f"{path}.key"):
        demand_form(CLAUSE_FORM, clause.key, "lower-case words joined by dots are expected")
    with at(f"{path}.text"):
        text = normalised_wording(clause.text)
    with at(f"{path}.operators"):
        operators = checked_operators(clause.operators, CLAUSE_OPERATORS, clause.flexibility)
    with at(f"{path}.body"):
        body = checked_body(clause.kind, clause.body)
        if clause.kind is ClauseKind.PROCESS:
            check_process(read_process(body), clause.key)
    parameters = tuple(
        checked_parameter(parameter, clause.flexibility, f"{path}.parameters[{i}]")
        for i, parameter in enumerate(clause.parameters)
    )
    check_added(clause, parameters, path)
    return msgspec.structs.replace(clause, text=text, operators=operators, body=body, parameters=parameters)


def check_added(clause: ClauseContent, parameters: Sequence[ParameterContent], path: str) -> None:
    """Refuse steps that are added to what is no process, in two places, or so that they do not fit."""
    adding = [(i, one) for i, one in enumerate(parameters) if one.type is ParameterType.STEPS]
    for i, one in adding:
        with at(f"{path}.parameters[{i}].type"):
            demand(clause.kind is ClauseKind.PROCESS, "steps are added to a process")
            demand(len(adding) == 1, "steps are added in one place")
        with at(f"{path}.parameters[{i}].default"):
            widened(read_process(clause.body), (), one.default)


def checked_parameter(parameter: ParameterContent, flexibility: Flexibility, path: str) -> ParameterContent:
    """Give a parameter normalised: its published value keeps to its own bounds."""
    with at(f"{path}.key"):
        demand_form(PARAMETER_FORM, parameter.key, "one lower-case word is expected")
    with at(f"{path}.default"):
        default = normalised(parameter.type, parameter.default)
    with at(f"{path}.unit"):
        unit = checked_unit(parameter)
    with at(f"{path}.operators"):
        operators = checked_operators(parameter.operators, operators_for(parameter.type), flexibility)
    with at(f"{path}.bounds"):
        bounds = completed_bounds(parameter.type, parameter.bounds)
        limits = limits_of(parameter.type, bounds, NOBODY)
        needed = parameter.type in {ParameterType.CHOICE, ParameterType.CHOICES} and (Facet.CHOICES, "") not in limits
        demand(not needed, "choices: the enumeration is missing")
    with at(f"{path}.default"):
        broken = exceeded(parameter.type, limits, default)
        demand(broken is None, f"the published value does not keep to its own {broken.facet.value if broken else ''}")
    parameter = msgspec.structs.replace(parameter, default=default, unit=unit, operators=operators, bounds=bounds)
    return msgspec.structs.replace(parameter, variants=checked_variants(parameter, path))


def checked_variants(parameter: ParameterContent, path: str) -> tuple[VariantContent, ...]:
    """Give the variants of a parameter normalised, the most specific first."""
    with at(f"{path}.variants"):
        varies = parameter.type is not ParameterType.STEPS
        demand(varies or not parameter.variants, "steps have guards instead of variants")
        demand(len(parameter.variants) <= MAX_VARIANTS, f"at most {MAX_VARIANTS} variants are expected")
    variants = {
        selector_text(one.context): one
        for one in (
            checked_variant(parameter, one, f"{path}.variants[{i}]") for i, one in enumerate(parameter.variants)
        )
    }
    with at(f"{path}.variants"):
        demand(len(variants) == len(parameter.variants), "each context stands once")
    return tuple(variants[text] for text in in_order(variants))


def checked_variant(parameter: ParameterContent, variant: VariantContent, path: str) -> VariantContent:
    """Give one variant normalised: like the parameter itself, its value keeps to its own bounds."""
    with at(f"{path}.context"):
        context = checked_context(variant.context)
        demand(bool(context), "a variant says in which context it holds")
    stands_for = msgspec.structs.replace(
        parameter,
        default=variant.default,
        bounds=parameter.bounds if variant.bounds is None else variant.bounds,
        variants=(),
        operators=(),
    )
    checked = checked_parameter(stands_for, Flexibility.FLEXIBLE, path)
    bounds = None if variant.bounds is None else checked.bounds
    return VariantContent(context=context, default=checked.default, bounds=bounds)


def refuse_ambiguity(content: StandardContent) -> None:
    """Refuse two variants of one parameter between which no context could choose.

    Raises:
        VariantsAreAmbiguous: There are such; it names both.
    """
    for clause, parameter in content.parameters():
        selectors = [selector_text(one.context) for one in parameter.variants]
        for first, second in combinations(selectors, 2):
            if ambiguous(first, second):
                raise VariantsAreAmbiguous(place=address(clause.key, parameter.key), first=first, second=second)


def operators_for(type_: ParameterType) -> frozenset[Operator]:
    """Tell what may be granted for a parameter: to append is to add variants, and entries where it is a list."""
    if type_ is ParameterType.STEPS:
        return STEPS_OPERATORS
    return LIST_OPERATORS if type_ is ParameterType.CHOICES else PARAMETER_OPERATORS


def checked_unit(parameter: ParameterContent) -> TimeUnit | None:
    """Give what a duration counts; elapsed time where nothing is said."""
    if parameter.type is ParameterType.DURATION:
        return parameter.unit or TimeUnit.ELAPSED
    demand(parameter.unit is None, "only a duration has a unit")
    return None


def checked_operators(
    operators: Sequence[Operator], permitted: frozenset[Operator], flexibility: Flexibility
) -> tuple[Operator, ...]:
    """Give the operators granted, each once; a core clause grants none."""
    demand(flexibility is Flexibility.FLEXIBLE or not operators, "a core clause grants nothing to levels below")
    unsuited = sorted(set(operators) - permitted)
    demand(not unsuited, f"{', '.join(unsuited)} cannot be granted here")
    return tuple(sorted(set(operators)))


def completed_bounds(type_: ParameterType, bounds: Bounds) -> Bounds:
    """Say outright what bounds imply: currencies without a bound are not allowed, and enumerations are sorted."""
    if bounds.choices is not None:
        return msgspec.structs.replace(bounds, choices=tuple(sorted(set(bounds.choices))))
    if type_ is not ParameterType.MONEY:
        return bounds
    named = {key for extreme in (bounds.minimum, bounds.maximum) for key in cast("JsonObject", extreme or {})}
    return msgspec.structs.replace(bounds, choices=tuple(sorted(named))) if named else bounds


def check_addresses(clauses: Sequence[ClauseContent]) -> None:
    """Refuse two things of one name: clauses, parameters, or a parameter that reads like a clause."""
    seen: set[str] = set()
    for i, clause in enumerate(clauses):
        places = [(f"clauses[{i}].key", address(clause.key))]
        places += [
            (f"clauses[{i}].parameters[{k}].key", address(clause.key, parameter.key))
            for k, parameter in enumerate(clause.parameters)
        ]
        for path, name in places:
            with at(path):
                demand(name not in seen, f"{name} stands twice")
            seen.add(name)


def check_limits(clauses: Sequence[ClauseContent]) -> None:
    """Refuse a step's limit that is no duration of the standard."""
    durations = {
        address(clause.key, one.key)
        for clause in clauses
        for one in clause.parameters
        if one.type is ParameterType.DURATION
    }
    for i, clause in enumerate(clauses):
        if clause.kind is ClauseKind.PROCESS:
            with at(f"clauses[{i}].body"):
                for step in read_process(clause.body).steps:
                    named = "" if step.limit is None else step.limit.parameter
                    demand(not named or named in durations, f"{step.key}: the standard has no duration {named}")


def checked_note(field: str, text: str, *, required: bool = False) -> str:
    """Give a sentence for people, such as a reason.

    Raises:
        InvalidInput: It is too long, holds control characters, or is missing where one is required.
    """
    with at(field):
        return normalised_text(text) if required or text.strip() else ""


def demand(fulfilled: bool, otherwise: str) -> None:  # noqa: FBT001 - it is the condition itself
    """Refuse with a sentence unless a condition is fulfilled."""
    if not fulfilled:
        raise ValueError(otherwise)


def demand_form(form: re.Pattern[str], text: JsonValue, otherwise: str) -> None:
    """Refuse a name that has not its form, or is longer than any column is meant for."""
    fits = isinstance(text, str) and len(text) <= LONGEST_KEY and form.fullmatch(text) is not None
    demand(fits, otherwise)
