"""What makes objects of dataclasses of which there are hundreds, and of few of which an object is ever made.

A dataclass writes and compiles its method for each of them, which a process that comes up waits for.
"""

from collections.abc import Callable, Collection
from dataclasses import MISSING, fields
from typing import Any


def taking(cls: Any) -> Callable[..., None]:  # noqa: ANN401 - a dataclass
    """Give what makes an object of a dataclass's fields, each given by its name."""
    names = frozenset(one.name for one in fields(cls))

    def take(self: object, **given: Any) -> None:  # noqa: ANN401 - fields of any type
        self.__dict__.update(given)
        if given.keys() != names:
            complete(self, given.keys())

    return take


def complete(made: Any, given: Collection[str]) -> None:  # noqa: ANN401 - an object of any type of the schema
    """Fill in what was not given.

    Raises:
        TypeError: A field without default is missing, or something was given that there is no field for.
    """
    wrong = set(given) - {one.name for one in fields(made)}
    for one in fields(made):
        if one.name in given:
            continue
        if one.default_factory is not MISSING:
            setattr(made, one.name, one.default_factory())
        elif one.default is not MISSING:
            setattr(made, one.name, one.default)
        else:
            wrong.add(one.name)
    if wrong:
        msg = f"{type(made).__name__}: missing, or no field of it: {', '.join(sorted(wrong))}."
        raise TypeError(msg)
