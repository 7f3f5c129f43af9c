"""Classes made types of the schema, without the methods that a dataclass writes for each of them.

There are hundreds, and few are ever made an object of: rows are read as they are, and inputs become structures. To
write and compile methods that print and compare them took a tenth of the time in which a process comes up.
"""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from inspect import get_annotations
from typing import Any, Final, TypeVar, dataclass_transform

import strawberry
from strawberry.annotation import StrawberryAnnotation
from strawberry.types.field import StrawberryField
from strawberry.types.object_type import _process_type  # pyright: ignore[reportPrivateUsage]

from core.kernel.taking import taking

Class = TypeVar("Class", bound=type)
BARE: Final[Any] = dataclass(init=False, repr=False, eq=False, kw_only=True)
"""What Strawberry finds a class's fields by, and nothing more; ``strawberry.type`` would have all methods written."""


def object_type(cls: Class, *, name: str | None = None, description: str | None = None) -> Class:
    """Make a class a type of objects, as ``strawberry.type`` does."""
    return _process_type(bare(cls), name=name, description=description)


@dataclass_transform(kw_only_default=True, field_specifiers=(strawberry.field,))
def input_type(*, description: str, name: str | None = None) -> Callable[[Class], Class]:
    """Make a class a type of what is given, as ``strawberry.input`` does.

    Args:
        description: What a front-end developer needs to know.
        name: The GraphQL name; the class's name by default.
    """

    def decorate(cls: Class) -> Class:
        return _process_type(bare(cls), name=name, description=description, is_input=True)

    return decorate


def bare(cls: Class) -> Class:
    """Make a class a dataclass whose only method takes the fields by their names."""
    cls.__doc__ = cls.__doc__ or cls.__name__  # Where there is none, a dataclass writes its signature there.
    written = get_annotations(cls)
    cls.__annotations__ = {name: placed(cls, name, one) for name, one in written.items()}
    made = BARE(cls)
    made.__annotations__ = written
    made.__init__ = taking(made)
    return made


def placed(cls: type, name: str, annotation: object) -> object:
    """Say of a field's annotation where its names are looked for.

    Strawberry says it late, and then finds again every type that it had found by then.
    """
    if not isinstance(vars(cls).get(name), StrawberryField) or isinstance(annotation, StrawberryAnnotation):
        return annotation
    return StrawberryAnnotation(annotation, namespace=vars(sys.modules[cls.__module__]))
