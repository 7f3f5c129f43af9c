"""Values of the domain: frozen dataclasses whose methods are written when the first of them is made.

There are some five hundred such classes, of which one process makes few; writing methods for all of them took a quarter
of the time in which the product's own code is imported. From the first one made they are the very methods that
:func:`dataclasses.dataclass` writes, so nothing is slower afterwards.
"""

import dataclasses
from collections.abc import Callable
from typing import Any, Final, TypeVar, dataclass_transform, overload

T = TypeVar("T")

WRITTEN: Final = (("__init__",), ("__repr__",), ("__eq__", "__hash__"))
"""The methods that are written late, those together that are."""


@overload
def frozen(cls: type[T], /) -> type[T]: ...
@overload
def frozen(*, kw_only: bool = False) -> Callable[[type[T]], type[T]]: ...
@dataclass_transform(frozen_default=True, field_specifiers=(dataclasses.field,))
def frozen(cls: type[T] | None = None, /, *, kw_only: bool = False) -> type[T] | Callable[[type[T]], type[T]]:
    """Make a class a value, as ``dataclass(frozen=True, slots=True)`` does.

    Methods that the class defines itself stay, and :mod:`dataclasses` treats it as one of its own.

    Args:
        cls: The class.
        kw_only: Whether its fields are given by name only.
    """

    def made(plain: type[T]) -> type[T]:
        late = tuple(name for group in WRITTEN for name in group if plain.__dict__.get(name) is None)
        value = dataclasses.dataclass(init=False, repr=False, eq=False, slots=True, kw_only=kw_only)(plain)
        postpone(value, late)
        return value

    return made if cls is None else made(cls)


def postpone(cls: Any, names: tuple[str, ...]) -> None:  # noqa: ANN401 - a class whose methods are set
    """Give a class methods that write what they stand for when the first of them is called, and then call it."""

    def called(name: str, together: tuple[str, ...]) -> Callable[..., Any]:
        def method(self: object, *given: object, **named: object) -> object:
            write(cls, together)
            return getattr(cls, name)(self, *given, **named)

        return method

    for group in WRITTEN:
        together = tuple(name for name in group if name in names)
        for name in together:
            setattr(cls, name, called(name, together))
    cls.__setattr__, cls.__delattr__ = refuse_setting, refuse_deleting
    cls.__getstate__, cls.__setstate__ = state_of, take_state


def write(cls: type[Any], names: tuple[str, ...]) -> None:
    """Have methods written for a class of the same fields, and give them to this one."""
    fields = [(one.name, one.type, same(one)) for one in dataclasses.fields(cls)]
    # A dataclass that says nothing of itself is given its signature to say, which takes longer than its methods do.
    after: dict[str, Any] = {"__doc__": cls.__doc__ or cls.__name__}
    if hasattr(cls, "__post_init__"):
        after["__post_init__"] = cls.__post_init__
    donor = dataclasses.make_dataclass(
        cls.__name__,
        fields,
        namespace=after,
        init="__init__" in names,
        repr="__repr__" in names,
        eq="__eq__" in names or "__hash__" in names,
        frozen=True,
        slots=any(not one.init for one in dataclasses.fields(cls)),  # such a field's default is set, where slots are
    )
    for name in names:
        method = donor.__dict__[name]
        method.__qualname__ = f"{cls.__qualname__}.{name}"
        setattr(cls, name, method)


def same(one: "dataclasses.Field[Any]") -> Any:  # noqa: ANN401 - what stands for a field is no Field to type checkers
    """Give a field like this one, for another class."""
    return dataclasses.field(
        default=one.default,
        default_factory=one.default_factory,
        init=one.init,
        repr=one.repr,
        hash=one.hash,
        compare=one.compare,
        kw_only=one.kw_only,
    )


def refuse_setting(self: object, name: str, value: object) -> None:  # noqa: ARG001 - what assignments call
    """Refuse to change a value."""
    raise dataclasses.FrozenInstanceError(f"cannot assign to field {name!r}")


def refuse_deleting(self: object, name: str) -> None:  # noqa: ARG001 - what deletions call
    """Refuse to take something from a value."""
    raise dataclasses.FrozenInstanceError(f"cannot delete field {name!r}")


def state_of(self: Any) -> list[object]:  # noqa: ANN401 - a value of any class
    """Give what a copy is made of."""
    return [getattr(self, one.name) for one in dataclasses.fields(self)]


def take_state(self: Any, state: list[object]) -> None:  # noqa: ANN401 - a value of any class
    """Become a copy."""
    for one, part in zip(dataclasses.fields(self), state, strict=True):
        object.__setattr__(self, one.name, part)
