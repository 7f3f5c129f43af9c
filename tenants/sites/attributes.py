"""What processes and standards may ask of a site, such as its kind or whether it has a workshop."""

from collections.abc import Mapping

from core.kernel.errors import InvalidInput
from core.standards.policy.variants import MAX_KEYS, SITE, checked_context


def check_attributes(given: Mapping[str, str]) -> dict[str, str]:
    """Give attributes back as they are stored: the names and texts that variants and guards can be written with.

    Raises:
        InvalidInput: There are too many, a name is none, or a text is empty or too long.
    """
    if len(given) > MAX_KEYS:
        raise InvalidInput(field="attributes", problem=f"a site has at most {MAX_KEYS} of them")
    try:
        found = checked_context({SITE + name: said for name, said in given.items()})
    except ValueError as problem:
        raise InvalidInput(field="attributes", problem=str(problem)) from problem
    return {key.removeprefix(SITE): said for key, said in found.items()}
