"""Values whose methods are written late behave as frozen dataclasses with slots do."""

import copy
import dataclasses
import inspect
import pickle
from typing import ClassVar

import pytest

from core.kernel.frozen import frozen


@frozen
class Span:
    """A span."""

    begin: int
    end: int = 10
    labels: list[str] = dataclasses.field(default_factory=list[str], compare=False)
    length: int = dataclasses.field(init=False, default=7)
    unit: ClassVar[str] = "s"

    def __post_init__(self) -> None:
        if self.begin > self.end:
            raise ValueError(self.begin)


@frozen(kw_only=True)
class Named(Span):
    """A span with a name."""

    name: str


@frozen
class Own:
    """A value that says itself how it is shown and compared."""

    one: int

    def __repr__(self) -> str:
        return "own"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Own)

    def __hash__(self) -> int:
        return 1


@dataclasses.dataclass(frozen=True, slots=True)
class Plain:
    """The same fields by the standard library's own decorator."""

    begin: int
    end: int = 10
    labels: list[str] = dataclasses.field(default_factory=list[str], compare=False)
    length: int = dataclasses.field(init=False, default=7)


def test_made_as_a_dataclass_is() -> None:
    one, plain = Span(3), Plain(3)
    assert dataclasses.asdict(one) == dataclasses.asdict(plain)
    assert repr(one) == repr(plain).replace("Plain", "Span")
    assert hash(one) == hash(plain)
    assert [field.name for field in dataclasses.fields(Span)] == [field.name for field in dataclasses.fields(Plain)]
    assert Span.__match_args__ == Plain.__match_args__
    assert getattr(Span, "__slots__", ()) == getattr(Plain, "__slots__", None)


def test_compared_by_fields_that_are_compared() -> None:
    assert Span(1, 2, ["a"]) == Span(1, 2, ["b"])
    assert Span(1, 2) != Span(1, 3)
    assert Span(1) != Named(begin=1, name="x")
    assert {Span(1): "x"}[Span(1)] == "x"


def test_no_two_share_what_a_factory_makes() -> None:
    assert Span(1).labels is not Span(1).labels


def test_arguments_are_checked_and_what_comes_after() -> None:
    with pytest.raises(TypeError, match="missing 1 required positional argument: 'begin'"):
        Span()  # pyright: ignore[reportCallIssue]
    with pytest.raises(TypeError, match="missing 1 required keyword-only argument: 'name'"):
        Named(1)  # pyright: ignore[reportCallIssue]
    with pytest.raises(ValueError, match="11"):
        Span(11)
    with pytest.raises(ValueError, match="11"):
        dataclasses.replace(Span(1), begin=11)


def test_nothing_can_be_changed() -> None:
    one = Span(1)
    with pytest.raises(dataclasses.FrozenInstanceError):
        one.begin = 2  # pyright: ignore[reportAttributeAccessIssue]
    with pytest.raises(dataclasses.FrozenInstanceError):
        del one.begin  # pyright: ignore[reportAttributeAccessIssue]
    with pytest.raises((AttributeError, TypeError)):
        one.other = 2  # pyright: ignore[reportAttributeAccessIssue]
    assert one.begin == 1


def test_inherited_fields_come_first() -> None:
    one = Named(begin=1, name="x")
    assert (one.begin, one.end, one.name, one.length) == (1, 10, "x", 7)
    assert Span(1) == Span(1)


def test_copies_are_equal() -> None:
    one = Named(begin=1, name="x", labels=["y"])
    for other in (copy.copy(one), copy.deepcopy(one), pickle.loads(pickle.dumps(one))):  # noqa: S301 - just written
        assert other == one
        assert other.labels == ["y"]


def test_methods_of_the_class_stay() -> None:
    assert repr(Own(1)) == "own"
    assert Own(1) == Own(2)
    assert hash(Own(1)) == 1


def test_methods_are_the_real_ones_after_the_first() -> None:
    @frozen
    class Fresh:
        """A value."""

        one: int

    before = Fresh.__init__
    assert Fresh(1) == Fresh(1)
    assert Fresh.__init__ is not before
    assert str(inspect.signature(Fresh)) == "(one: int) -> None"
    assert Fresh.__init__.__qualname__.endswith("Fresh.__init__")
