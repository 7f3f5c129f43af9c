"""What the feature contributes."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy import ColumnElement, FromClause
from strawberry import ID
from strawberry.scalars import JSON

from core.kernel.graphql.contribution import Contribution
from core.kernel.graphql.enums import enumeration
from core.kernel.graphql.filters import filters, matches
from core.kernel.graphql.money import MoneyType, money
from core.kernel.graphql.queries import query_connection, query_field, query_one
from core.kernel.graphql.types import Connection, entity, reads
from core.kernel.reads import (
    NOW,
    Aggregate,
    Breadth,
    Column,
    Document,
    Expression,
    Hole,
    Measure,
    Splicing,
    ToMany,
    ToOne,
)
from core.kernel.settings import Settings
from gateway.schema.assembly import TouchstoneSchema, build_schema
from tests.gateway.execution.compiled.specimens.models import Cabinet, Keeper, Phase, Specimen
from tests.gateway.execution.compiled.specimens.permissions import COMPARE, KEEP, READ, WEIGH

SETTINGS = Settings.model_validate(
    {"role_secret": "x", "master_key": "0" * 64, "cursor_key": "only tests", "introspection": True}
)

enumeration(
    Phase, description="What it is.", values={"SOLID": "It is solid.", "LIQUID": "It flows.", "ODD": "It is odd."}
)


async def turned(splicing: Splicing, rows: Sequence[Mapping[str, Any]]) -> Sequence[object]:
    """Turn texts round, on the open connection."""
    await splicing.unit.session.execute(sa.text("SELECT 'turned'"))
    return [row["note"] and row["note"][::-1] for row in rows]


async def told(_splicing: Splicing, rows: Sequence[Mapping[str, Any]]) -> Sequence[object]:
    """Tell what Python makes of columns of many kinds."""
    return [[None if one is None else f"{type(one).__name__} {shown(one)}" for one in row.values()] for row in rows]


def shown(value: object) -> str:
    return format(value, "f") if isinstance(value, Decimal) else str(value)


@filters(Specimen, description="Narrows a list of specimens.")
class SpecimenFilter:
    label: str | None = matches("label", description="Of this label.")
    labels: list[str] | None = matches("label", "among", description="Of one of these labels.")
    phase: list[Phase] | None = matches("phase", "among", description="Of one of these phases.")
    last_phase: Phase | None = matches("last_phase", description="Of this phase at last.")
    small_from: int | None = matches("small", "from", description="At least so much.")
    big_up_to: int | None = matches("big", "up_to", description="At most so much.")
    seen_after: datetime | None = matches("seen_at", "after", description="Seen after.")
    seen_before: datetime | None = matches("seen_at", "before", description="Seen before.")
    found_from: date | None = matches("found_on", "from", description="Found then or later.")
    whole: bool | None = matches("whole", description="Whether it is whole.")
    lost: bool | None = matches("lost_on", "empty", description="Whether it is not lost.")
    parent: ID | None = matches("parent_id", refers_to="Specimen", description="Of this whole.")
    cabinets: list[ID] | None = matches("cabinet_id", "among", refers_to="Cabinet", description="In one of these.")


@entity(Keeper, permission=KEEP, description="Who keeps specimens.")
class KeeperType:
    name: str = reads(Column("name"), description="What they are called.")
    badge: str | None = reads(Column("secret_badge"), permission=WEIGH, description="Their badge.")
    specimens: Connection["SpecimenType"] | None = reads(
        ToMany(Specimen, key="keeper_id", order=("-small", "-id"), filter=SpecimenFilter), description="What they keep."
    )


@entity(Cabinet, permission=READ, description="Where specimens are.")
class CabinetType:
    code: str = reads(Column("code"), description="Its name.")
    room: str | None = reads(Column("room"), description="Where it stands.")
    specimens: Connection["SpecimenType"] = reads(
        ToMany(Specimen, key="cabinet_id", order=("whole", "-label", "id"), filter=SpecimenFilter),
        description="What is in it.",
    )
    counted: int = reads(
        Aggregate(measure=Measure.COUNT, target=Specimen, key="cabinet_id", filter=SpecimenFilter),
        description="How many are in it.",
    )


def measured(measure: Measure, of: str, **more: Any) -> Any:
    figure = Aggregate(measure=measure, target=Specimen, key="parent_id", of=of, filter=SpecimenFilter, **more)
    return reads(figure, description=f"The {measure} of {of} of its parts.")


def is_old(specimen: FromClause) -> ColumnElement[Any]:
    return specimen.c.seen_at < NOW - sa.func.make_interval(10)


@entity(Specimen, permission=READ, description="A specimen.")
class SpecimenType:
    label: str = reads(Column("label"), description="Label.")
    note: str | None = reads(Column("note"), description="Note.")
    phase: Phase = reads(Column("phase"), description="Phase.")
    last_phase: Phase | None = reads(Column("last_phase"), description="Phase at last.")
    small: int = reads(Column("small"), description="Small.")
    maybe_small: int | None = reads(Column("maybe_small"), description="Small, perhaps.")
    big: int | None = reads(Column("big"), description="Big.")
    must_big: int = reads(Column("big"), description="Big, always.")
    maybe_big: int | None = reads(Column("maybe_big"), description="Big, perhaps.")
    ratio: float = reads(Column("ratio"), description="Ratio.")
    maybe_ratio: float | None = reads(Column("maybe_ratio"), description="Ratio, perhaps.")
    float_of_small: float = reads(Column("small"), description="Small as a float.")
    float_of_big: float = reads(Column("big"), description="Big as a float.")
    float_of_amount: float | None = reads(Column("maybe_amount"), description="Amount as a float.")
    amount: Decimal = reads(Column("amount"), description="Amount.")
    maybe_amount: Decimal | None = reads(Column("maybe_amount"), description="Amount, perhaps.")
    found_on: date = reads(Column("found_on"), description="Found.")
    lost_on: date | None = reads(Column("lost_on"), description="Lost.")
    seen_at: datetime = reads(Column("seen_at"), description="Seen.")
    lost_at: datetime | None = reads(Column("lost_at"), description="Lost at.")
    whole: bool = reads(Column("whole"), description="Whole.")
    maybe_whole: bool | None = reads(Column("maybe_whole"), description="Whole, perhaps.")
    facts: JSON = reads(Document("facts"), description="Facts.")
    maybe_facts: JSON | None = reads(Document("maybe_facts"), description="Facts, perhaps.")
    facts_text: str = reads(Document("facts"), description="Facts as text.")
    maybe_facts_text: str | None = reads(Document("maybe_facts"), description="Facts as text, perhaps.")
    parts: JSON = reads(Column("parts"), description="Parts.")
    maybe_parts: JSON | None = reads(Column("maybe_parts"), description="Parts, perhaps.")
    price: MoneyType | None = reads(money("price_minor", "price_currency"), description="Price.")
    turned: str | None = reads(Hole(("note",), turned), description="The note, turned round.")
    told: list[str | None] = reads(
        Hole(
            (
                "label",
                "small",
                "maybe_big",
                "ratio",
                "maybe_ratio",
                "amount",
                "maybe_amount",
                "found_on",
                "seen_at",
                "lost_at",
                "maybe_whole",
                "serial",
                "maybe_serial",
                "parts",
            ),
            told,
            alone=True,
        ),
        description="What Python makes of it.",
    )
    is_old: bool = reads(Expression(is_old), description="Whether it is old.")
    both: str | None = reads(Expression(lambda one: one.c.label + one.c.note), description="Label and note.")
    small_and_big: int | None = reads(
        Expression(lambda one: sa.cast(one.c.small, sa.BigInteger) + one.c.maybe_small), description="A sum."
    )
    share: float | None = reads(
        Expression(lambda one: one.c.maybe_ratio + one.c.small), description="A sum of unlike kinds."
    )
    weight: float | None = reads(Column("secret_weight"), permission=WEIGH, description="Weight, in secret.")
    keeper: KeeperType | None = reads(ToOne(Keeper, by="keeper_id"), description="Who keeps it.")
    cabinet: CabinetType = reads(ToOne(Cabinet, by="cabinet_id"), description="Where it is.")
    parent: "SpecimenType | None" = reads(ToOne(Specimen, by="parent_id"), description="What it is part of.")
    pieces: Connection["SpecimenType"] = reads(
        ToMany(Specimen, key="parent_id", order=("seen_at", "id"), filter=SpecimenFilter), description="Its parts."
    )
    solid_pieces: Connection["SpecimenType"] = reads(
        ToMany(
            Specimen, key="parent_id", order=("-found_on", "label", "-id"), where=lambda one: one.c.phase == Phase.SOLID
        ),
        description="Its solid parts.",
    )
    piece_count: int = reads(
        Aggregate(measure=Measure.COUNT, target=Specimen, key="parent_id", filter=SpecimenFilter), description="Parts."
    )
    sum_small: int | None = measured(Measure.SUM, "small")
    sum_ratio: float | None = measured(Measure.SUM, "maybe_ratio")
    mean_small: float | None = measured(Measure.AVERAGE, "small")
    mean_amount: Decimal | None = measured(Measure.AVERAGE, "amount")
    least_day: date | None = measured(Measure.LEAST, "found_on")
    last_seen: datetime | None = measured(Measure.GREATEST, "seen_at")
    last_label: str | None = measured(Measure.GREATEST, "label")
    median_big: float | None = measured(Measure.PERCENTILE, "big", fraction=0.5)


def listed(name: str, order: tuple[str, ...], **more: Any) -> Any:
    return query_connection(name, SpecimenType, order=order, filter=SpecimenFilter, description="Specimens.", **more)


@query_field(permission=READ, description="Whether anybody is there.", arguments={"loudly": "How."})
async def ping(loudly: bool = False) -> str:
    return "PONG" if loudly else "pong"


@query_field(permission=READ, description="Always fails.")
async def trouble() -> str:
    raise ZeroDivisionError("a secret")


CONTRIBUTION = Contribution(
    feature="specimens",
    queries=[
        query_one("specimen", SpecimenType, description="A specimen."),
        query_one("keeper", KeeperType, description="A keeper."),
        query_one("cabinet", CabinetType, by={"code": "Its name."}, description="A cabinet."),
        query_one("labelled", SpecimenType, by={"label": "Label.", "whole": "Whole."}, description="A specimen."),
        query_connection("cabinets", CabinetType, order=("code", "id"), description="Cabinets."),
        query_connection("keepers", KeeperType, order=("-name", "id"), description="Keepers."),
        listed("specimens", ("-seen_at", "-id")),
        listed("by_label", ("label", "id")),
        listed("by_ratio", ("-ratio", "big", "id")),
        listed("by_amount", ("amount", "-found_on", "id")),
        listed("by_wholeness", ("whole", "phase", "id")),
        listed("by_serial", ("serial", "id")),
        listed("by_big", ("-big", "small", "-id")),
        listed("here_and_there", ("seen_at", "id"), permission=COMPARE, breadth=Breadth.NETWORK),
        ping,
        trouble,
    ],
)


def specimen_schema() -> TouchstoneSchema:
    return build_schema([CONTRIBUTION], SETTINGS)
