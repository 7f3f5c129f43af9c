"""Classes of the schema are made of their fields, and carry no methods that nobody calls."""

import pytest
import strawberry

from core.kernel.graphql.access import PUBLIC
from core.kernel.graphql.classes import input_type
from core.kernel.graphql.types import shows, value


@input_type(description="What is given.")
class Given:
    """What is given."""

    name: str = strawberry.field(description="A name.")
    count: int = strawberry.field(default=3, description="A number.")
    parts: list[str] = strawberry.field(default_factory=list[str], description="Parts.")


@value(permission=PUBLIC, description="What is shown.")
class Shown:
    """What is shown."""

    name: str = shows("A name.")


def test_an_object_is_made_of_its_fields_and_their_defaults() -> None:
    """What is left out is as the class says, and a list belongs to one object alone."""
    one, other = Given(name="a"), Given(name="b", count=4, parts=["x"])
    one.parts.append("y")
    assert (one.name, one.count, one.parts) == ("a", 3, ["y"])
    assert (other.name, other.count, other.parts) == ("b", 4, ["x"])
    assert Given(name="c").parts == []
    assert Shown(name="d").name == "d"


def test_a_field_too_few_or_too_many_is_refused() -> None:
    """Both are named."""
    with pytest.raises(TypeError, match=r"Given: missing, or no field of it: colour, name\."):
        Given(colour="red")  # pyright: ignore[reportCallIssue]
    with pytest.raises(TypeError, match=r"Shown: .*: name"):
        Shown()  # pyright: ignore[reportCallIssue]


@pytest.mark.parametrize("cls", [Given, Shown])
def test_no_method_is_written_that_nobody_calls(cls: type) -> None:
    """Hundreds of classes would each have them compiled when a process comes up."""
    assert not {"__eq__", "__repr__", "__setattr__"} & set(vars(cls))
    assert vars(cls)["__init__"].__qualname__.startswith("taking.")
