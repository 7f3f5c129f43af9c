"""How records stand against their process, in the schema: deviations, conformance, progress, and what may come next."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import strawberry

from core.kernel.graphql.enums import enumeration
from core.kernel.graphql.filters import filters, matches
from core.kernel.graphql.queries import query_connection
from core.kernel.graphql.types import entity, extension, reads, shows, value
from core.kernel.reads import Column, Expression, Hole, Splicing, ToOne
from core.records.conformance.deviations import Deviation, DeviationKind
from core.records.conformance.models import RecordConformance, RecordDeviation
from core.records.conformance.progress import WHOLE, PlannedStep
from core.records.conformance.qualification import Qualifications
from core.records.conformance.reading import standings
from core.records.conformance.standing import Standing
from core.records.execution.next_steps import NextStep, Turn, next_steps
from core.records.graphql.types import RecordType
from core.records.models import Record
from core.records.permissions import READ_RECORDS
from core.standards.graphql.vocabulary import ClauseLevel

WORKED_OUT = 1
"""What it costs to read a record's events and work out how it stands."""

enumeration(
    DeviationKind,
    description="How a record deviates from its standard.",
    values={
        "MISSING": "It was finished without a step that is required and applies.",
        "OUT_OF_ORDER": "A step began before what comes before it was done.",
        "REPEATED": "A step was done again that may be done once.",
        "UNFORESEEN": "A step was done that the process does not have.",
        "LATE": "A time limit was used up before what it times was done.",
        "UNQUALIFIED": "Somebody did a step without the role that owns it.",
        "EVIDENCE_MISSING": "It was finished without evidence that a step asks for.",
    },
)
enumeration(
    Turn,
    description="Whether the turn of a step has come, or why not.",
    values={
        "READY": "It may be started now.",
        "UNDER_WAY": "It was started and has not ended.",
        "DONE": "It was done or skipped, and may not be repeated.",
        "WAITS": "It waits for others.",
        "DOES_NOT_APPLY": "Its guard does not hold for this record.",
        "UNDECIDABLE": "A guard of the process cannot be worked out.",
        "RECORD_NOT_OPEN": "The record waits, or is finished.",
    },
)


@value(permission=READ_RECORDS, name="Deviation", description="Something in which a record deviates from its standard.")
class DeviationType:
    """One deviation."""

    kind: DeviationKind = shows("How it deviates.")
    step: str = shows("The step; empty where it is the whole record.")
    position: int | None = shows("Place of the step's occurrence among the record's steps; empty where none is meant.")
    detail: str = shows("Which clock ran out, or which evidence is missing; empty for other kinds.")
    clause: str = shows("Key of the clause that it stands under.")
    grade: ClauseLevel = shows("How much hangs on that clause.")
    since: datetime = shows("When it became a deviation.")
    since_event: int = shows("Number of the record's event that it rests on.")
    settled_at: datetime | None = shows("When there was nothing left to be made good; empty while there is.")
    lacking: list[str] = shows("The steps that should have come before.")


@value(permission=READ_RECORDS, name="Conformance", description="How well a record fits its process.")
class ConformanceType:
    """The figures of a record."""

    fitness: float | None = shows(
        "Token-replay fitness from 0 to 1; 1 exactly where no step deviates. Empty without a process."
    )
    missing: int = shows("Tokens that steps took where there were none.")
    remaining: int = shows("Tokens that were left over.")
    produced: int = shows("Tokens that were put.")
    consumed: int = shows("Tokens that were taken.")
    deviations: int = shows("How many deviations it has.")
    open: int = shows("How many of them can still be made good.")
    baseline: int = shows("How many stand under a baseline clause.")
    expected: int = shows("How many stand under an expected clause.")
    differentiated: int = shows("How many stand under a clause that sets the network apart.")


@value(permission=READ_RECORDS, name="PlannedStep", description="One step of a record, planned against actual.")
class PlannedStepType:
    """One step of a plan."""

    key: str = shows("The step.")
    planned_start: datetime | None = shows("When it should begin; empty while nobody can tell.")
    planned_end: datetime | None = shows("When it should be over; empty while nobody can tell.")
    started_at: datetime | None = shows("When it began.")
    ended_at: datetime | None = shows("When it was over.")
    expected_end: datetime | None = shows("When it will be over at this pace; empty once it is.")
    critical: bool = shows("Whether the end of the plan depends on it.")
    behind_seconds: int = shows("By how much it is, or will be, over later than planned; negative where earlier.")


@value(permission=READ_RECORDS, name="Progress", description="A record against its plan.")
class ProgressType:
    """A record against its plan."""

    planned: datetime | None = shows("When it should be over by its time limits; empty while nobody can tell.")
    actual: datetime | None = shows("When it was over, or will be at this pace; empty while nobody can tell.")
    share: float = shows("By how much of its plan it is behind, such as 0.2; negative where it is ahead.")
    flagged: bool = shows("Whether that is more than is put up with: 15 %, or the standard's `progress.tolerance`.")
    critical_path: list[str] = shows("The steps that the end of the plan depends on, in order.")
    steps: list[PlannedStepType] = shows("Every step that is expected or was done, in order.")


@value(permission=READ_RECORDS, name="NextStep", description="A step of the process, as it stands for a record now.")
class NextStepType:
    """One step as it stands."""

    key: str = shows("The step.")
    role: str = shows("The role that owns it; empty where none does.")
    required: bool = shows("Whether a finished record must show it, where it applies.")
    turn: Turn = shows("Whether it may start, or why not.")
    waits_for: list[str] = shows("The steps that must be done before it.")
    confirm: list[str] = shows("What `startStep` must name in `readiness`.")


def deviation_shown(one: Deviation) -> DeviationType:
    """Show a deviation."""
    return DeviationType(
        kind=one.kind,
        step=one.step_key,
        position=one.step_position or None,
        detail=one.detail,
        clause=one.clause_key,
        grade=one.grade,
        since=one.since,
        since_event=one.since_event,
        settled_at=one.settled_at,
        lacking=list(one.lacking),
    )


def conformance_shown(one: Standing) -> ConformanceType:
    """Show the figures of a record."""
    fitness, counts = one.fitness, one.by_grade
    return ConformanceType(
        fitness=None if fitness is None else fitness.value,
        missing=0 if fitness is None else fitness.missing,
        remaining=0 if fitness is None else fitness.remaining,
        produced=0 if fitness is None else fitness.produced,
        consumed=0 if fitness is None else fitness.consumed,
        deviations=len(one.deviations),
        open=sum(deviation.settled_at is None for deviation in one.deviations),
        baseline=counts.get(ClauseLevel.BASELINE, 0),
        expected=counts.get(ClauseLevel.EXPECTED, 0),
        differentiated=counts.get(ClauseLevel.DIFFERENTIATED, 0),
    )


def progress_shown(one: Standing) -> ProgressType | None:
    """Show a record against its plan; nothing where its standard has no time limits for it."""
    schedule = one.schedule
    if not schedule.seconds:
        return None
    return ProgressType(
        planned=schedule.planned_end,
        actual=schedule.expected_end,
        share=schedule.share / WHOLE,
        flagged=schedule.flagged,
        critical_path=list(schedule.critical_path),
        steps=[planned_shown(step) for step in schedule.planned_steps()],
    )


def planned_shown(one: PlannedStep) -> PlannedStepType:
    """Show a step of a plan."""
    return PlannedStepType(
        key=one.key,
        planned_start=one.planned_start,
        planned_end=one.planned_end,
        started_at=one.started_at,
        ended_at=one.ended_at,
        expected_end=one.expected_end,
        critical=one.critical,
        behind_seconds=one.behind_seconds,
    )


def next_shown(one: NextStep) -> NextStepType:
    """Show a step as it stands."""
    return NextStepType(
        key=one.key,
        role=one.role,
        required=one.required,
        turn=one.turn,
        waits_for=list(one.waits_for),
        confirm=list(one.confirm),
    )


Rows = Sequence[Mapping[str, Any]]
OF_RECORD = ("id", "version")


async def standing(splicing: Splicing, rows: Rows) -> list[Standing | None]:
    """Work out how the records of some rows stand."""
    asked = [(row["id"], row["version"]) for row in rows]
    return await standings(splicing.unit, asked, splicing.services.find(Qualifications))


async def fill_deviations(splicing: Splicing, rows: Rows) -> Sequence[object]:
    """Tell of the deviations of some records."""
    found = await standing(splicing, rows)
    return [None if one is None else [deviation_shown(each) for each in one.deviations] for one in found]


async def fill_conformance(splicing: Splicing, rows: Rows) -> Sequence[object]:
    """Tell of the figures of some records."""
    return [None if one is None else conformance_shown(one) for one in await standing(splicing, rows)]


async def fill_progress(splicing: Splicing, rows: Rows) -> Sequence[object]:
    """Tell how some records stand against their plans."""
    return [None if one is None else progress_shown(one) for one in await standing(splicing, rows)]


async def fill_next(splicing: Splicing, rows: Rows) -> Sequence[object]:
    """Tell what may be done next to some records."""
    now = splicing.unit.now
    return [
        None if one is None else [next_shown(each) for each in next_steps(one.past.state, one.past.course.process, now)]
        for one in await standing(splicing, rows)
    ]


@extension
class ConformanceOfRecord:
    """What a record tells of how it stands; worked out when it is asked for."""

    deviations: list[DeviationType] | None = reads(
        Hole(OF_RECORD, fill_deviations),
        description="Where it deviates from its standard now, the oldest deviation first. Only in its own tenant.",
        cost=WORKED_OUT,
    )
    conformance: ConformanceType | None = reads(
        Hole(OF_RECORD, fill_conformance),
        description="How well it fits its process now. Only in its own tenant.",
        cost=WORKED_OUT,
    )
    progress: ProgressType | None = reads(
        Hole(OF_RECORD, fill_progress),
        description="How it stands against its plan now; empty where nothing limits its time. Only in its own tenant.",
        cost=WORKED_OUT,
    )
    next_steps: list[NextStepType] | None = reads(
        Hole(OF_RECORD, fill_next),
        description="Every step of its process: whether it may start now, or why not. Only in its own tenant.",
        cost=WORKED_OUT,
    )


@entity(
    RecordDeviation,
    permission=READ_RECORDS,
    description="A deviation of a record, as it was worked out last: some seconds after the record's last change.",
)
class RecordDeviationType:
    """One kept deviation."""

    record: RecordType | None = reads(ToOne(Record, by="record_id"), description="The record.")
    kind: DeviationKind = reads(Column("kind"), description="How it deviates.")
    step: str = reads(Column("step_key"), description="The step; empty where it is the whole record.")
    detail: str = reads(Column("detail"), description="Which clock ran out, or which evidence is missing.")
    clause: str = reads(Column("clause_key"), description="Key of the clause that it stands under.")
    grade: ClauseLevel = reads(Column("grade"), description="How much hangs on that clause.")
    since: datetime = reads(Column("since"), description="When it became a deviation.")
    since_event: int = reads(Column("since_event"), description="Number of the record's event that it rests on.")
    settled_at: datetime | None = reads(
        Column("settled_at"), description="When there was nothing left to be made good; empty while there is."
    )


@filters(RecordDeviation, description="Narrows a list of deviations.")
class RecordDeviationFilter:
    """What deviations can be narrowed by."""

    kind: DeviationKind | None = matches("kind", description="Of this kind.")
    grade: ClauseLevel | None = matches("grade", description="From clauses of this level.")
    step: str | None = matches("step_key", description="Of this step.")
    open: bool | None = matches("is_open", description="True for those that can still be made good.")
    record: strawberry.ID | None = matches("record_id", description="Of this record.", refers_to="Record")
    since: datetime | None = matches("since", "from", description="Come about at this instant or later.")
    until: datetime | None = matches("since", "before", description="Come about before this instant.")


@entity(
    RecordConformance,
    name="RecordConformance",
    permission=READ_RECORDS,
    description="The figures of a record, as they were worked out last: some seconds after its last change.",
)
class RecordConformanceType:
    """Kept figures."""

    record: RecordType | None = reads(ToOne(Record, by="record_id"), description="The record.")
    fitness: float = reads(
        Expression(lambda kept: kept.c.fitness / 10_000.0),
        description="Token-replay fitness from 0 to 1, rounded down to four digits.",
    )
    deviations: int = reads(Column("deviations"), description="How many deviations it has.")
    open: int = reads(Column("open"), description="How many of them can still be made good.")
    baseline: int = reads(Column("baseline"), description="How many stand under a baseline clause.")
    expected: int = reads(Column("expected"), description="How many stand under an expected clause.")
    differentiated: int = reads(
        Column("differentiated"), description="How many stand under a clause that sets the network apart."
    )
    planned: datetime | None = reads(Column("planned_end"), description="When it should be over by its time limits.")
    actual: datetime | None = reads(Column("expected_end"), description="When it was over, or will be.")
    share: float = reads(
        Expression(lambda kept: kept.c.share / 10_000.0), description="By how much of its plan it is behind."
    )
    flagged: bool = reads(Column("is_flagged"), description="Whether that is more than is put up with.")


@filters(RecordConformance, description="Narrows a list of figures of records.")
class RecordConformanceFilter:
    """What figures can be narrowed by."""

    flagged: bool | None = matches("is_flagged", description="True for records that are too far behind their plan.")
    broken: bool | None = matches("is_broken", description="True for records that deviate from a baseline clause.")


deviations = query_connection(
    "deviations",
    RecordDeviationType,
    order=("-since", "-id"),
    filter=RecordDeviationFilter,
    description="Deviations of the records of the tenant acted in, the latest first.",
)
record_conformances = query_connection(
    "record_conformances",
    RecordConformanceType,
    order=("fitness", "id"),
    filter=RecordConformanceFilter,
    description="Figures of the records of the tenant acted in, those that fit their process least first.",
)

QUERIES = [deviations, record_conformances]
