"""Typed values: how each type is written in JSON, what is refused, and how values compare.

A value is kept in its JSON form everywhere and normalised once, so that equal values are equal texts:

=========  ==========================================================================
duration   integer seconds, not negative
integer    integer within plus or minus 2^53 - 1, the range canonical JSON can say
decimal    text such as ``"1.5"``: no exponent, no trailing zeros, at most 18 decimals
percent    as decimal; ``"15"`` is 15 %
money      ``{"amountMinor": "1250", "currency": "EUR"}``, a whole number of minor units
boolean    ``true`` or ``false``
choice     one text of the enumeration
choices    texts of the enumeration, each once, sorted
text       text without control characters, at most 2,000 characters
steps      steps that are added to the process of the clause, sorted by key; ``process_added.py`` tells more
=========  ==========================================================================
"""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Final, cast

from core.standards.policy.documents import JsonValue
from core.standards.policy.process_added import added_steps
from core.standards.policy.wordings import normalised_text
from core.standards.vocabulary import ParameterType

MAX_INTEGER: Final = 2**53 - 1
MAX_CHOICES: Final = 200
DECIMALS: Final = 18
DECIMAL_FORM = re.compile(r"(-?)0*(\d{1,20})(?:\.(\d{1,18}))?", re.ASCII)
WHOLE_FORM = re.compile(r"-?\d{1,18}", re.ASCII)
CURRENCY_FORM = re.compile(r"[A-Z]{3}", re.ASCII)
CHOICE_FORM = re.compile(r"[a-z0-9][a-z0-9_.-]{0,62}", re.ASCII)

MONEY_EXPECTED: Final = 'money such as {"amountMinor": "1250", "currency": "EUR"} is expected'

ORDERED: Final = frozenset(
    {
        ParameterType.DURATION,
        ParameterType.INTEGER,
        ParameterType.DECIMAL,
        ParameterType.PERCENT,
        ParameterType.MONEY,
        ParameterType.BOOLEAN,
    }
)
"""Types whose values can be compared, and so moved in a direction."""

Magnitude = tuple[str, int]
"""A currency (empty for all other types) and a whole number; numbers compare within one currency alone."""


def normalised(type_: ParameterType, value: object) -> JsonValue:
    """Give a value in the one form it is kept in.

    Raises:
        ValueError: The value is not of the type; the message says what is expected.
    """
    return FORMS[type_](value)


def magnitude(type_: ParameterType, value: JsonValue) -> Magnitude:
    """Give what a normalised value of an ordered type is compared by; decimals count in units of 10^-18."""
    if type_ is ParameterType.MONEY:
        money = cast("Mapping[str, str]", value)
        return money["currency"], int(money["amountMinor"])
    if type_ in {ParameterType.DECIMAL, ParameterType.PERCENT}:
        whole, _, fraction = cast("str", value).partition(".")
        return "", int(whole + fraction.ljust(DECIMALS, "0"))
    return "", int(cast("int | bool", value))


def duration(value: object) -> int:
    """Normalise seconds."""
    if type(value) is not int or not 0 <= value <= MAX_INTEGER:
        raise ValueError("a whole number of seconds, not negative, is expected")
    return value


def integer(value: object) -> int:
    """Normalise an integer."""
    if type(value) is not int or abs(value) > MAX_INTEGER:
        raise ValueError("a whole number is expected")
    return value


def decimal(value: object) -> str:
    """Normalise a decimal: ``"01.50"`` and ``"1.5"`` are one value, and zero has no sign."""
    shape = DECIMAL_FORM.fullmatch(str(value)) if type(value) in {str, int} else None
    if shape is None:
        raise ValueError('a decimal number written as a text such as "1.5" is expected')
    sign, whole, fraction = shape.group(1), shape.group(2), (shape.group(3) or "").rstrip("0")
    text = f"{int(whole)}.{fraction}" if fraction else str(int(whole))
    return text if text == "0" else sign + text


def money(value: object) -> dict[str, str]:
    """Normalise an amount of money."""
    if not isinstance(value, Mapping) or set(cast("Mapping[object, object]", value)) != {"amountMinor", "currency"}:
        raise ValueError(MONEY_EXPECTED)
    parts = cast("Mapping[str, object]", value)
    amount, currency = str(parts["amountMinor"]), str(parts["currency"])
    if not WHOLE_FORM.fullmatch(amount) or not CURRENCY_FORM.fullmatch(currency):
        raise ValueError(MONEY_EXPECTED)
    return {"amountMinor": str(int(amount)), "currency": currency}


def boolean(value: object) -> bool:
    """Normalise a truth value."""
    if type(value) is not bool:
        raise ValueError("true or false is expected")
    return value


def choice(value: object) -> str:
    """Normalise one entry of an enumeration."""
    if not isinstance(value, str) or not CHOICE_FORM.fullmatch(value):
        raise ValueError("one entry of the enumeration is expected, in lower-case letters, digits, hyphens and dots")
    return value


def choices(value: object) -> list[str]:
    """Normalise some entries of an enumeration: their order does not matter, each stands once."""
    if not isinstance(value, Sequence) or isinstance(value, str) or len(cast("Sequence[object]", value)) > MAX_CHOICES:
        raise ValueError(f"a list of at most {MAX_CHOICES} entries of the enumeration is expected")
    return sorted({choice(item) for item in cast("Sequence[object]", value)})


FORMS: Final[Mapping[ParameterType, Callable[[object], JsonValue]]] = {
    ParameterType.DURATION: duration,
    ParameterType.INTEGER: integer,
    ParameterType.DECIMAL: decimal,
    ParameterType.PERCENT: decimal,
    ParameterType.MONEY: money,
    ParameterType.BOOLEAN: boolean,
    ParameterType.CHOICE: choice,
    ParameterType.CHOICES: choices,
    ParameterType.TEXT: normalised_text,
    ParameterType.STEPS: added_steps,
}
