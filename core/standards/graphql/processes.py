"""Views of processes in the schema."""

from datetime import datetime
from typing import Annotated

import strawberry

from core.kernel.graphql.enums import enumeration
from core.kernel.graphql.queries import query_field
from core.kernel.graphql.types import shows, value
from core.kernel.unit import Unit
from core.standards.graphql.contexts import ContextInput
from core.standards.graphql.diffs import StandardSideInput
from core.standards.graphql.vocabulary import TimeUnit
from core.standards.permissions import READ_STANDARDS
from core.standards.policy.process import Concern, EvidenceContract, Lane, ProcessStep, Proof, ProofPlace
from core.standards.processes.look import processes_held, processes_of_version
from core.standards.processes.mermaid import flow_chart, swim_lanes
from core.standards.processes.sheet import Limit, Sheet
from core.standards.processes.tables import BlueprintLane, SipocRow, Touchpoint, blueprint, sipoc, touchpoints

COST = 60

enumeration(
    Lane,
    name="BlueprintLaneKind",
    description="A lane of a service blueprint, from what the customer sees down.",
    values={
        "EVIDENCE": "What the customer sees or gets in hand.",
        "CUSTOMER": "What the customer does.",
        "FRONTSTAGE": "What staff do before the customer; the line of visibility runs below it.",
        "BACKSTAGE": "What staff do out of sight.",
        "SUPPORT": "What others and systems do for that.",
    },
)
enumeration(
    Concern,
    name="ReadinessConcern",
    description="What is made sure of before service begins.",
    values={
        "STAFF_TRAINED": "Staff are trained.",
        "TOOLS_CHECKED": "Tools and equipment are checked.",
        "PROCESS_CONFIRMED": "The process is confirmed.",
        "STANDARD_AT_HAND": "The standard is at hand.",
        "SURROUNDINGS_PREPARED": "The surroundings are prepared.",
    },
)
enumeration(
    Proof,
    name="EvidenceKind",
    description="What is kept as evidence.",
    values={
        "DOCUMENT": "A document.",
        "PHOTO": "A photo.",
        "SIGNATURE": "A signature.",
        "RECORDING": "A recording.",
        "LOG": "What a machine wrote.",
    },
)
enumeration(
    ProofPlace,
    name="EvidencePlace",
    description="Where evidence must be taken.",
    values={"SITE": "At the serving site.", "CUSTOMER": "At the customer's."},
)


@value(permission=READ_STANDARDS, description="How long something may take.", name="StepLimit")
class StepLimitType:
    """One limit."""

    seconds: int = shows("How long, in seconds.")
    unit: TimeUnit = shows("What the seconds count.")


@value(permission=READ_STANDARDS, description="What proves that a step was done.", name="EvidenceContract")
class EvidenceContractType:
    """One kind of evidence."""

    key: str = shows("Its name within the step.")
    title: str = shows("What is to be seen in it; its name where nothing is said.")
    kinds: list[Proof] = shows("What it may be; any of them counts.")
    least: int = shows("How many pieces are needed.")
    most: int | None = shows("How many are taken at most.")
    place: ProofPlace | None = shows("Where it must be taken; anywhere where nothing is said.")
    earliest_seconds: int | None = shows("How long before the start of the step it may be taken; empty for any time.")
    latest_seconds: int | None = shows("How long after the end of the step it may be taken; empty for any time.")
    second_person: bool = shows("Whether it must come from somebody else than whoever did the step.")


@value(permission=READ_STANDARDS, description="One step of a process.", name="ProcessStep")
class ProcessStepType:
    """One step."""

    key: str = shows("Its key, as records name it.")
    title: str = shows("Its name, in the language asked for or the next one it has.")
    stage: str = shows("Key of its stage; may be empty.")
    role: str = shows("Key of the role that owns it; may be empty.")
    required: bool = shows("Whether a finished record must show it, where it applies.")
    repeatable: bool = shows("Whether it may occur more than once.")
    added: bool = shows("Whether a level below the publisher added it.")
    after: list[str] = shows("Keys of the steps directly before it.")
    guard: str = shows("The rule in CEL by which it applies; empty where it always does.")
    lane: Lane = shows("Where in a blueprint it is done.")
    limit: StepLimitType | None = shows("How long it may take.")
    evidence: list[EvidenceContractType] = shows("What proves that it was done.")


@value(permission=READ_STANDARDS, description="What is made sure of before service begins.", name="ReadinessCheck")
class ReadinessCheckType:
    """One check."""

    key: str = shows("Its name.")
    concern: Concern = shows("What it is about.")
    title: str = shows("What is looked at; its name where nothing is said.")
    required: bool = shows("Whether service may not begin without it.")


@value(permission=READ_STANDARDS, description="What happens in a lane while a step is done.", name="BlueprintCell")
class BlueprintCellType:
    """One cell."""

    step: str = shows("Key of the step.")
    text: str = shows("What happens; empty where nothing does.")


@value(permission=READ_STANDARDS, description="One lane of a service blueprint.", name="BlueprintLane")
class BlueprintLaneType:
    """One lane."""

    lane: Lane = shows("Which.")
    visible: bool = shows("Whether it lies above the line of visibility.")
    cells: list[BlueprintCellType] = shows("A cell for every step, in order.")


@value(
    permission=READ_STANDARDS,
    description="Suppliers, inputs, process, outputs and customers of a step.",
    name="SipocRow",
)
class SipocRowType:
    """One row."""

    step: str = shows("Key of the step.")
    title: str = shows("Its name.")
    suppliers: list[str] = shows("Whoever supplies its inputs.")
    inputs: list[str] = shows("What it needs.")
    outputs: list[str] = shows("What comes of it.")
    customers: list[str] = shows("Whoever receives that.")


@value(permission=READ_STANDARDS, description="One moment of contact with the customer.", name="Touchpoint")
class TouchpointType:
    """One touchpoint."""

    step: str = shows("Key of the step.")
    stage: str = shows("Name of its stage; may be empty.")
    title: str = shows("Its name.")
    role: str = shows("Name of the role that meets the customer; may be empty.")
    customer: str = shows("What the customer does; may be empty.")
    evidence: str = shows("What the customer sees or gets in hand; may be empty.")
    limit: StepLimitType | None = shows("How long it may take.")
    guard: str = shows("The rule in CEL by which it happens; empty where it always does.")


@value(permission=READ_STANDARDS, description="A process of a standard, in the views people design with.")
class StandardProcessType:
    """One process."""

    clause_key: str = shows("The clause it is the body of.")
    steps: list[ProcessStepType] = shows("Its steps, each after those before it.")
    readiness: list[ReadinessCheckType] = shows("What is made sure of before service begins.")
    flow_chart: str = shows("A flow chart in Mermaid; stages are frames, steps that may be left out are round.")
    swim_lanes: str = shows("The same with a lane for every role.")
    blueprint: list[BlueprintLaneType] = shows("The service blueprint: five lanes.")
    sipoc: list[SipocRowType] = shows("The SIPOC table: a row for every step.")
    touchpoints: list[TouchpointType] = shows("The moments of contact with the customer, in order.")


def limit_shown(limit: Limit | None) -> StepLimitType | None:
    """Show a limit."""
    return None if limit is None else StepLimitType(seconds=limit[0], unit=limit[1])


def evidence_shown(sheet: Sheet, one: EvidenceContract) -> EvidenceContractType:
    """Show what is asked for as evidence."""
    return EvidenceContractType(
        key=one.key,
        title=sheet.said(one.title, one.key),
        kinds=list(one.kinds),
        least=one.least,
        most=one.most,
        place=one.place,
        earliest_seconds=None if one.window is None else one.window.before,
        latest_seconds=None if one.window is None else one.window.after,
        second_person=one.second_person,
    )


def step_shown(sheet: Sheet, step: ProcessStep) -> ProcessStepType:
    """Show a step."""
    return ProcessStepType(
        key=step.key,
        title=sheet.title(step),
        stage=step.stage,
        role=step.role,
        required=step.required,
        repeatable=step.repeatable,
        added=step.key in sheet.process.added,
        after=sorted(sheet.process.before[step.key]),
        guard=sheet.guard(step.key),
        lane=step.lane,
        limit=limit_shown(sheet.limits.get(step.key)),
        evidence=[evidence_shown(sheet, one) for one in step.evidence],
    )


def readiness_shown(sheet: Sheet) -> list[ReadinessCheckType]:
    """Show what is made sure of."""
    return [
        ReadinessCheckType(
            key=one.key, concern=one.concern, title=sheet.said(one.title, one.key), required=one.required
        )
        for one in sheet.process.readiness
    ]


def lane_shown(lane: BlueprintLane) -> BlueprintLaneType:
    """Show a lane."""
    cells = [BlueprintCellType(step=step, text=text) for step, text in lane.cells]
    return BlueprintLaneType(lane=lane.lane, visible=lane.visible, cells=cells)


def row_shown(row: SipocRow) -> SipocRowType:
    """Show a row."""
    return SipocRowType(
        step=row.step,
        title=row.title,
        suppliers=list(row.suppliers),
        inputs=list(row.inputs),
        outputs=list(row.outputs),
        customers=list(row.customers),
    )


def touchpoint_shown(one: Touchpoint) -> TouchpointType:
    """Show a touchpoint."""
    return TouchpointType(
        step=one.step,
        stage=one.stage,
        title=one.title,
        role=one.role,
        customer=one.customer,
        evidence=one.evidence,
        limit=limit_shown(one.limit),
        guard=one.guard,
    )


def sheet_shown(sheet: Sheet) -> StandardProcessType:
    """Show a process in every view."""
    return StandardProcessType(
        clause_key=sheet.clause_key,
        steps=[step_shown(sheet, one) for one in sheet.steps],
        readiness=readiness_shown(sheet),
        flow_chart=flow_chart(sheet),
        swim_lanes=swim_lanes(sheet),
        blueprint=[lane_shown(one) for one in blueprint(sheet)],
        sipoc=[row_shown(one) for one in sipoc(sheet)],
        touchpoints=[touchpoint_shown(one) for one in touchpoints(sheet)],
    )


@query_field(
    permission=READ_STANDARDS,
    description="The processes of a standard as they hold for the tenant acted in, with the steps that were added.",
    arguments={
        "code": "The standard's name in the network.",
        "at": "The instant asked about; now by default.",
        "locale": "The language texts are shown in, where they have it; after it come the tenant's and the network's.",
    },
    cost=COST,
)
async def effective_processes(
    unit: Unit,
    code: str,
    at: datetime | None = None,
    situation: Annotated[
        ContextInput | None,
        strawberry.argument(name="context", description="What is known of the situation; limits are chosen by it."),
    ] = None,
    locale: str | None = None,
) -> list[StandardProcessType]:
    """Look at what holds."""
    context = None if situation is None else situation.to_context("context")
    return [sheet_shown(one) for one in await processes_held(unit, code, at, context, locale=locale or "")]


@query_field(
    permission=READ_STANDARDS,
    description="The processes of a published version, or of a draft of the tenant acted in, as it says them itself.",
    arguments={
        "code": "The standard's name in the network.",
        "locale": "The language texts are shown in, where they have it; after it come the tenant's and the network's.",
    },
    cost=COST,
)
async def version_processes(
    unit: Unit,
    code: str,
    version: Annotated[StandardSideInput, strawberry.argument(description="The version.")],
    locale: str | None = None,
) -> list[StandardProcessType]:
    """Look at a version."""
    found = await processes_of_version(unit, code, version.to_side(), locale=locale or "")
    return [sheet_shown(one) for one in found]


QUERIES = [effective_processes, version_processes]
