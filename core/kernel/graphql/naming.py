"""How names are written in the schema."""

from re import sub

from strawberry.utils.str_converters import to_camel_case


def camel(name: str) -> str:
    """Write a Python name as a field's: ``opened_at`` as ``openedAt``."""
    return to_camel_case(name)


def pascal(name: str) -> str:
    """Write a Python name as a type's: ``adapt_parameter`` as ``AdaptParameter``."""
    written = camel(name)
    return written[:1].upper() + written[1:]


def words(name: str) -> str:
    """Write a name as words: ``openedAt`` and ``opened_at`` as ``opened at``."""
    return sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name).replace("_", " ").lower()
