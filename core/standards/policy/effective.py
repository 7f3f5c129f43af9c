"""The effective document: the folded standard as canonical text, without context, locale choice or reasons."""

from typing import Final

from core.standards.policy.content import ClauseContent, ParameterContent
from core.standards.policy.documents import JsonObject, JsonValue, canonical_text
from core.standards.policy.fold import EffectiveStandard
from core.standards.policy.variants import read_selector

FORMAT: Final = "touchstone.effective-standard/1"


def effective_text(standard: EffectiveStandard) -> str:
    """Write what holds as canonical JSON; its SHA-256 is what a record pins.

    What the standard leaves open (operators, bounds) is not in it: two tenants for which the same holds, hold the same
    text.
    """
    content = standard.version.content
    return canonical_text(
        {
            "format": FORMAT,
            "code": content.code,
            "version": content.number,
            "published": standard.version.hash,
            "title": content.title,
            "layer": content.layer.value,
            "clauses": [effective_clause(clause, standard) for clause in content.clauses],
        }
    )


def effective_clause(clause: ClauseContent, standard: EffectiveStandard) -> JsonObject:
    """Write one clause."""
    return {
        "key": clause.key,
        "kind": clause.kind.value,
        "level": clause.level.value,
        "obligation": clause.obligation.value,
        "flexibility": clause.flexibility.value,
        "text": standard.text_of(clause),
        "body": clause.body,
        "parameters": [effective_parameter(clause, parameter, standard) for parameter in clause.parameters],
    }


def effective_parameter(clause: ClauseContent, parameter: ParameterContent, standard: EffectiveStandard) -> JsonObject:
    """Write one parameter with the value that holds, and those of its variants, the most specific first."""
    place = (clause.key, parameter.key)
    facts: dict[str, JsonValue] = {
        "key": parameter.key,
        "type": parameter.type.value,
        "unit": parameter.unit and parameter.unit.value,
        "value": standard.values[place].value,
    }
    variants = [{"context": read_selector(one.variant), "value": one.value} for one in standard.variants.get(place, ())]
    return facts | {"variants": variants} if variants else facts
