"""The product does not start with a wrong declaration; the refusal names the field and what is wrong with it."""

from enum import StrEnum
from typing import Any

import pytest
import strawberry
from sqlalchemy import ColumnElement, FromClause

from core.kernel.errors import DomainError, fact
from core.kernel.graphql.access import PUBLIC
from core.kernel.graphql.contribution import Contribution
from core.kernel.graphql.enums import enumeration
from core.kernel.graphql.filters import filters, matches
from core.kernel.graphql.mutations import Refs, mutation, payload
from core.kernel.graphql.queries import query_connection, query_field, query_one
from core.kernel.graphql.types import Connection, entity, extension, reads, shows, value
from core.kernel.reads import Aggregate, Column, Document, Expression, Hole, Measure, ToMany, ToOne
from core.kernel.rows import PersonRow, TenantRow
from core.kernel.unit import Unit
from gateway.schema.assembly import build_schema
from gateway.schema.refused import SchemaRefused
from tests.gateway.execution.notes.feature import CONTRIBUTION
from tests.gateway.execution.notes.models import APART, Note, Remark, Topic
from tests.gateway.execution.notes.permissions import AUDIT, READ, WRITE
from tests.gateway.execution.notes.types import NoteType
from tests.gateway.execution.notes.world import SETTINGS


def faults(*contributions: Contribution) -> list[str]:
    with pytest.raises(SchemaRefused) as refused:
        build_schema(contributions, SETTINGS)
    return list(refused.value.faults)


def of_type(type_: type, feature: str = "other") -> Contribution:
    return Contribution(feature=feature, queries=[query_one("thing", type_, description="A thing.")])


def thing(**fields: tuple[Any, Any]) -> type:
    """An entity over notes with the given fields: annotation and declaration each."""
    body = {"__annotations__": {name: kind for name, (kind, _) in fields.items()}, "__module__": __name__}
    made = type("ThingType", (), {**body, **{name: declared for name, (_, declared) in fields.items()}})
    return entity(Note, permission=READ, description="A thing.")(made)


def says(reading: Any, **more: Any) -> Any:
    return reads(reading, description="Something.", **more)


def remarks(**more: Any) -> ToMany:
    given: dict[str, Any] = {"key": "note_id", "order": ("id",), **more}
    return ToMany(Remark, **given)


def of_some_kind(remark: FromClause) -> ColumnElement[bool]:
    return remark.c.kind == "x"


@entity(Remark, permission=READ, description="A remark.")
class PlainType:
    text: str = says(Column("text"))


@filters(Topic, description="For topics.")
class TopicFilter:
    code: str | None = matches("code", description="Its code.")


@filters(Remark, description="By what no index serves.")
class FactsFilter:
    facts: str | None = matches("nothing", description="Nothing.")


@pytest.mark.parametrize(
    ("kind", "declared", "fault"),
    [
        (str, says(Column("titel")), "the table notes has no column 'titel'"),
        (str, says(Column("sealed")), "the column 'sealed' may be empty, so the field must be nullable"),
        (str, says(Document("facts")), "the column 'facts' may be empty, so the field must be nullable"),
        (int, says(Expression(lambda note: note.c.agee)), "its formula asks the table notes for agee"),
        (str | None, says(Hole(("sealed", "key"), None)), "the table notes has no column 'key'"),  # type: ignore[arg-type]
        (NoteType | None, says(ToOne(Note, by="father_id")), "the table notes has no column 'father_id'"),
        (NoteType | None, says(ToOne(Note, by="parent_id", key="uid")), "the table notes has no column 'uid'"),
        (NoteType | None, says(ToOne(Topic, by="topic_id")), "it is annotated as Note, which does not stand for Topic"),
        (NoteType, says(ToOne(Note, by="parent_id")), "the column 'parent_id' may be empty"),
        (Connection[PlainType], says(remarks(key="note")), "the table remarks has no column 'note'"),
        (Connection[PlainType], says(remarks(order=("text",))), "its order must end in id, so that it is total"),
        (Connection[PlainType], says(remarks(order=("when", "id"))), "the table remarks has no column 'when'"),
        (Connection[NoteType], says(remarks()), "it is annotated as Note, which does not stand for Remark"),
        (Connection[PlainType], says(remarks(filter=TopicFilter)), "TopicFilter is no filter of Remark"),
        (Connection[PlainType], says(remarks(filter=FactsFilter)), "the table remarks has no column 'nothing'"),
        (
            Connection[PlainType],
            says(remarks(where=of_some_kind)),
            "its formula asks the table remarks for kind",
        ),
        (
            Connection[NoteType],
            says(ToMany(Note, key="parent_id", order=("parent_id", "id"))),
            "it is ordered by 'parent_id', which may be empty",
        ),
        (
            int,
            says(Aggregate(measure=Measure.SUM, target=Remark, key="note_id", of="length")),
            "a sum over no rows is empty, so the field must be nullable",
        ),
        (
            int | None,
            says(Aggregate(measure=Measure.SUM, target=Remark, key="note_id")),
            "a sum needs to know of what",
        ),
        (
            float | None,
            says(Aggregate(measure=Measure.PERCENTILE, target=Remark, key="note_id", of="length")),
            "a percentile needs its fraction, between 0 and 1",
        ),
        (str, shows("Something."), "a field of an entity says how it reads: use `reads`"),
        (str, says(Column("title"), permission=AUDIT), "it needs notes.audit, which its parent does not"),
        (str, strawberry.field(description="Made elsewhere."), "it says nothing about who may read it"),
        (str, reads(Column("title"), description=""), "it has no description"),
    ],
)
def test_a_declaration_that_does_not_fit_is_named(kind: Any, declared: Any, fault: str) -> None:
    found = faults(of_type(thing(wrong=(kind, declared))))
    assert [one for one in found if one.startswith("Thing.wrong") and fault in one], found


def test_every_fault_is_named_at_once() -> None:
    made = thing(one=(str, says(Column("no"))), two=(str, says(Column("nor"))), three=(str, says(Column("title"))))
    assert [one.partition(":")[0] for one in faults(of_type(made))] == ["Thing.one", "Thing.two"]


def test_a_column_that_is_not_filterable_is_refused() -> None:
    class Weighed(TenantRow, registry=APART):
        """Rows with a weight."""

    from decimal import Decimal

    class Parcel(Weighed, table=True):
        __tablename__ = "parcels"
        weight: Decimal

    @filters(Parcel, description="By weight.")
    class ParcelFilter:
        weight: Decimal | None = matches("weight", description="Its weight.")

    @entity(Parcel, permission=READ, description="A parcel.")
    class ParcelType:
        weight: Decimal = says(Column("weight"))

    listed = query_connection("parcels", ParcelType, order=("id",), filter=ParcelFilter, description="Parcels.")
    found = faults(Contribution(feature="post", queries=[listed]))
    assert found == ["Query.parcels: no index serves a filter on 'weight', a NUMERIC."]


def test_rows_of_a_person_are_no_entity() -> None:
    class Persons(PersonRow, registry=APART):
        """Rows of a person."""

    class Badge(Persons, table=True):
        __tablename__ = "badges"
        name: str

    @entity(Badge, permission=READ, key=("person_id",), description="A badge.")
    class BadgeType:
        name: str = says(Column("name"))

    found = faults(of_type(BadgeType))
    assert found == ["Badge: rows of a group are not readable inside a tenant; copy what is shown of them."]


def test_the_same_field_from_two_features_names_both() -> None:
    other = query_one("note", NoteType, description="Another.")
    found = faults(CONTRIBUTION, Contribution(feature="diaries", queries=[other]))
    assert found == ["Query.note is contributed by notes and by diaries."]


def test_a_feature_cannot_take_the_frameworks_field_nor_one_of_its_own() -> None:
    node = query_one("node", NoteType, description="Another.")
    assert faults(Contribution(feature="diaries", queries=[node])) == [
        "Query.node is contributed by the framework and by diaries."
    ]
    one, two = (query_one("diary", NoteType, description="A diary.") for _ in range(2))
    assert faults(Contribution(feature="diaries", queries=[one, two])) == [
        "Query.diary is contributed by diaries and by diaries."
    ]


def test_an_extension_cannot_take_a_field_that_is_there() -> None:
    @extension
    class Again:
        title: str = says(Column("title"))

    found = faults(CONTRIBUTION, Contribution(feature="diaries", extends={NoteType: [Again]}))
    assert found == [f"Note.title is declared by {NoteType.__module__} and by diaries."]


def test_two_types_of_one_name_name_both_classes() -> None:
    @entity(Remark, permission=READ, name="Note", description="Another.")
    class OtherType:
        text: str = says(Column("text"))

    (found,) = faults(CONTRIBUTION, of_type(OtherType))
    assert "Note" in found
    assert f"{NoteType.__module__}.NoteType" in found
    assert "OtherType" in found


def test_two_results_of_one_name_name_both_features() -> None:
    @mutation(permission=WRITE, success=payload("OpenNoteSuccess", note=NoteType), description="Opens.")
    async def open_twice(unit: Unit) -> Refs:
        return Refs()

    found = faults(CONTRIBUTION, Contribution(feature="diaries", mutations=[open_twice]))
    assert found == ["The type OpenNoteSuccess is declared by notes and by diaries."]


def test_descriptions_are_wanted_of_everything() -> None:
    class Colour(StrEnum):
        RED = "red"

    enumeration(Colour, description="A colour.", values={"RED": ""})

    @value(permission=READ, description="")
    class Paint:
        colour: Colour = shows("")

    @strawberry.input
    class PaintInput:
        colour: Colour

    @query_field(permission=READ, description="")
    async def paint(input: PaintInput, coats: int = 1) -> Paint:
        return Paint(colour=input.colour)

    found = faults(Contribution(feature="paints", queries=[paint]))
    places = {one.removesuffix(": it has no description.") for one in found}
    assert places == {
        "Paint",
        "Paint.colour",
        "PaintInput",
        "PaintInput.colour",
        "Colour.RED",
        "Query.paint",
        "Query.paint(input)",
        "Query.paint(coats)",
    }


def test_every_member_of_an_enumeration_is_described() -> None:
    class Shade(StrEnum):
        DARK = "dark"
        LIGHT = "light"

    for described in ({"DARK": "Dark."}, {"DARK": "Dark.", "LIGHT": "Light.", "GREY": "Grey."}):
        with pytest.raises(ValueError, match="describe exactly its members"):
            enumeration(Shade, description="A shade.", values=described)


def test_a_filter_may_only_refer_to_entities() -> None:
    @filters(Note, description="By something.")
    class OddFilter:
        topic: strawberry.ID | None = matches("topic_id", refers_to="Nowhere", description="A topic.")

    listed = query_connection("odd", NoteType, order=("id",), filter=OddFilter, description="Notes.")
    assert faults(Contribution(feature="odd", queries=[listed])) == [
        "Query.odd: its filter refers to Nowhere, which is no entity."
    ]


def test_a_refusal_that_cannot_be_shown_is_named() -> None:
    @fact
    class Odd(DomainError):  # noqa: N818 - errors are facts
        where: dict[str, str]

    with pytest.raises(TypeError, match=r"Odd.where: a refusal cannot show"):

        @mutation(permission=WRITE, success=payload("OddSuccess", note=NoteType), errors=(Odd,), description="Odd.")
        async def odd(unit: Unit) -> Refs:
            return Refs()


def test_only_entities_are_looked_up_by_declaration() -> None:
    @value(permission=READ, description="A value.")
    class Plain:
        name: str = shows("Its name.")

    with pytest.raises(TypeError, match="Plain is not an entity"):
        query_one("plain", Plain, description="A value.")


def test_what_is_public_may_be_required_and_what_is_not_may_not() -> None:
    @value(permission=PUBLIC, description="Anybody's.")
    class Anybodys:
        open: str = shows("Open.")
        closed: str = shows("Closed.", permission=AUDIT)

    @query_field(permission=PUBLIC, description="Anybody's.")
    async def anybodys() -> Anybodys:
        return Anybodys(open="", closed="")

    assert faults(Contribution(feature="open", queries=[anybodys])) == [
        "Anybodys.closed: it needs notes.audit, which its parent does not, so it must be nullable."
    ]


def test_a_schema_without_mutations_or_subscriptions_is_one_too() -> None:
    made = build_schema([of_type(thing(title=(str, says(Column("title")))))], SETTINGS)
    assert made.graphql.mutation_type is None
    assert made.graphql.subscription_type is None


def test_the_same_features_make_a_schema_twice() -> None:
    @extension
    class Also:
        also: str = says(Column("title"))

    plain = build_schema([CONTRIBUTION], SETTINGS)
    more = build_schema([CONTRIBUTION, Contribution(feature="more", extends={NoteType: [Also]})], SETTINGS)
    assert "also" in more.graphql.type_map["Note"].fields  # type: ignore[attr-defined]
    assert "also" not in plain.graphql.type_map["Note"].fields  # type: ignore[attr-defined]
