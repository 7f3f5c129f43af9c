"""The form of an exchanged file as JSON Schema, made from the structures that read it.

The schema says what can be said in it: names, types, closed lists of words, the body of every kind of clause, the form
of every type's values. What depends on several places at once, such as a value within its own bounds, is checked when a
file is imported.
"""

import re
from collections.abc import Mapping
from typing import Any, Final

import msgspec

from core.standards.policy.bodies import FORMS
from core.standards.policy.checks import CLAUSE_FORM, CODE_FORM, LONGEST_KEY, MAX_CLAUSES, PARAMETER_FORM
from core.standards.policy.content import FORMAT, StandardContent
from core.standards.policy.numbers import NUMBER_FORM
from core.standards.policy.process import MAX_STEPS
from core.standards.policy.process_added import AddedStep
from core.standards.policy.values import (
    CHOICE_FORM,
    CURRENCY_FORM,
    DECIMAL_FORM,
    MAX_CHOICES,
    MAX_INTEGER,
    WHOLE_FORM,
)
from core.standards.policy.wordings import LOCALE_FORM, MAX_TEXT
from core.standards.vocabulary import ClauseKind, ParameterType

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
DEFINED: Final = "#/$defs/{name}"
NO_NAME: Final = {"description", "title"}
"""What the structures' docstrings become is left out: it is written for readers of the program."""


def whole(form: re.Pattern[str], longest: int | None = None) -> dict[str, Any]:
    """Give the schema of a text that has a form from its beginning to its end."""
    return {"type": "string", "pattern": f"^(?:{form.pattern})$"} | ({"maxLength": longest} if longest else {})


CHOICE: Final = whole(CHOICE_FORM)
DECIMAL: Final = {"anyOf": [whole(DECIMAL_FORM), {"type": "integer"}]}
WORDING: Final = {
    "type": "object",
    "propertyNames": whole(LOCALE_FORM),
    "additionalProperties": {"type": "string", "minLength": 1, "maxLength": 2 * MAX_TEXT},
}
VALUES: Final[Mapping[ParameterType, dict[str, Any]]] = {
    ParameterType.DURATION: {"type": "integer", "minimum": 0, "maximum": MAX_INTEGER},
    ParameterType.INTEGER: {"type": "integer", "minimum": -MAX_INTEGER, "maximum": MAX_INTEGER},
    ParameterType.DECIMAL: DECIMAL,
    ParameterType.PERCENT: DECIMAL,
    ParameterType.MONEY: {
        "type": "object",
        "properties": {"amountMinor": whole(WHOLE_FORM), "currency": whole(CURRENCY_FORM)},
        "required": ["amountMinor", "currency"],
        "additionalProperties": False,
    },
    ParameterType.BOOLEAN: {"type": "boolean"},
    ParameterType.CHOICE: CHOICE,
    ParameterType.CHOICES: {"type": "array", "items": CHOICE, "maxItems": MAX_CHOICES},
    ParameterType.TEXT: {"type": "string", "minLength": 1, "maxLength": MAX_TEXT},
    ParameterType.STEPS: {"type": "array", "items": {"$ref": DEFINED.format(name="AddedStep")}, "maxItems": MAX_STEPS},
}
"""The form of a value of every type."""


def file_schema() -> dict[str, Any]:
    """Give the JSON Schema of an exchanged file."""
    (_, _, *bodies), shared = msgspec.json.schema_components(
        (StandardContent, AddedStep, *FORMS.values()), ref_template=DEFINED
    )
    defined = {name: bare(one) for name, one in sorted(shared.items())}
    standard = defined.pop("StandardContent")
    standard["properties"] |= {
        "format": {"const": FORMAT},
        "code": whole(CODE_FORM, LONGEST_KEY),
        "number": whole(NUMBER_FORM),
        "title": WORDING | {"minProperties": 1},
        "hash": {"type": "string", "description": "SHA-256 of the canonical text of all but hash and changeLog."},
        "changeLog": {"type": "string", "maxLength": MAX_TEXT},
    }
    standard["properties"]["clauses"] |= {"minItems": 1, "maxItems": MAX_CLAUSES}
    standard["required"] = sorted({"format", *standard["required"]})
    name_places(defined)
    by_kind(defined["ClauseContent"], dict(zip(FORMS, bodies, strict=True)))
    by_type(defined["ParameterContent"])
    return {"$schema": DIALECT, "title": "A service standard, as it is exchanged", **standard, "$defs": defined}


def name_places(defined: Mapping[str, Any]) -> None:
    """Say which form names of clauses, parameters and languages have."""
    clause, parameter = defined["ClauseContent"]["properties"], defined["ParameterContent"]["properties"]
    clause |= {"key": whole(CLAUSE_FORM, LONGEST_KEY), "text": WORDING | {"minProperties": 1}}
    parameter["key"] = whole(PARAMETER_FORM, LONGEST_KEY)
    defined["Profile"]["properties"] |= {"goal": WORDING, "audience": WORDING}


def by_kind(clause: dict[str, Any], bodies: Mapping[ClauseKind, Any]) -> None:
    """Give the body of a clause the form of its kind; a process has one always."""
    clause["properties"]["body"] = {}
    clause["allOf"] = [
        {
            "if": {"properties": {"kind": {"const": kind.value}}},
            "then": {"properties": {"body": body}, "required": ["body"]}
            if kind is ClauseKind.PROCESS
            else {"properties": {"body": {"anyOf": [body, {"type": "null"}]}}},
        }
        for kind, body in bodies.items()
    ]


def by_type(parameter: dict[str, Any]) -> None:
    """Give the values of a parameter the form of its type, those of its variants too."""
    parameter["allOf"] = [
        {
            "if": {"properties": {"type": {"const": type_.value}}},
            "then": {
                "properties": {"default": value, "variants": {"items": {"properties": {"default": value}}}},
            },
        }
        for type_, value in VALUES.items()
    ]


def bare(schema: dict[str, Any]) -> dict[str, Any]:
    """Give a definition without what its docstring says."""
    return {name: said for name, said in schema.items() if name not in NO_NAME}


def schema_text() -> str:
    """Write the schema as it is committed."""
    return msgspec.json.format(msgspec.json.encode(file_schema()), indent=2).decode() + "\n"
