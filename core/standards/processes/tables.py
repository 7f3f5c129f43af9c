"""Blueprint, SIPOC table and touchpoints of a process."""

from collections.abc import Sequence
from typing import Final

from core.kernel.frozen import frozen
from core.standards.policy.process import Flow, Lane, ProcessStep
from core.standards.processes.sheet import Limit, Sheet

VISIBLE: Final = frozenset({Lane.EVIDENCE, Lane.CUSTOMER, Lane.FRONTSTAGE})
"""What lies above the line of visibility."""
CONTACT: Final = frozenset({Lane.CUSTOMER, Lane.FRONTSTAGE})
"""Where customer and network meet."""


@frozen(kw_only=True)
class BlueprintLane:
    """One lane of a blueprint.

    Attributes:
        lane: Which.
        visible: Whether the customer sees it.
        cells: What happens there, per step, in the order of the steps; empty text where nothing does.
    """

    lane: Lane
    visible: bool
    cells: tuple[tuple[str, str], ...]


@frozen(kw_only=True)
class SipocRow:
    """Who supplies what to a step, and who receives what of it.

    Attributes:
        step: Key of the step.
        title: Its name.
        suppliers: Whoever supplies its inputs, each once.
        inputs: What it needs.
        outputs: What comes of it.
        customers: Whoever receives that, each once.
    """

    step: str
    title: str
    suppliers: tuple[str, ...]
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    customers: tuple[str, ...]


@frozen(kw_only=True)
class Touchpoint:
    """One moment of contact with the customer.

    Attributes:
        step: Key of the step.
        stage: Name of its stage; may be empty.
        title: Its name.
        role: Who meets the customer; empty where the customer is alone or nobody is named.
        customer: What the customer does.
        evidence: What the customer sees or gets in hand.
        limit: How long it may take.
        guard: The rule by which it happens; empty where it always does.
    """

    step: str
    stage: str
    title: str
    role: str
    customer: str
    evidence: str
    limit: Limit | None
    guard: str


def blueprint(sheet: Sheet) -> tuple[BlueprintLane, ...]:
    """Lay a process out in the five lanes of a service blueprint, from what the customer sees down."""
    return tuple(
        BlueprintLane(
            lane=lane,
            visible=lane in VISIBLE,
            cells=tuple((step.key, sheet.cell(step, lane)) for step in sheet.steps),
        )
        for lane in Lane
    )


def sipoc(sheet: Sheet) -> tuple[SipocRow, ...]:
    """Tell for every step who supplies what, and who receives what."""
    return tuple(
        SipocRow(
            step=step.key,
            title=sheet.title(step),
            suppliers=once([supplier(sheet, step, one) for one in step.inputs]),
            inputs=tuple(input_name(sheet, step, one) for one in step.inputs),
            outputs=tuple(sheet.said(one.title, one.key) for one in step.outputs),
            customers=once([name for one in step.outputs for name in receivers(sheet, step, one)]),
        )
        for step in sheet.steps
    )


def input_name(sheet: Sheet, step: ProcessStep, flow: Flow) -> str:
    """Name an input: as it says itself, else as it was called where it was put out."""
    made = source(sheet, step, flow)
    return sheet.said(flow.title or ({} if made is None else made[1].title), flow.key)


def supplier(sheet: Sheet, step: ProcessStep, flow: Flow) -> str:
    """Name who supplies an input: whoever is said, else the role of the latest step before that puts it out."""
    if flow.party:
        return sheet.role(flow.party)
    made = source(sheet, step, flow)
    return "" if made is None else sheet.role(made[0].role)


def source(sheet: Sheet, step: ProcessStep, flow: Flow) -> tuple[ProcessStep, Flow] | None:
    """Find the latest step before another that puts out what this one needs."""
    earlier = sheet.steps[: sheet.steps.index(step)]
    return next(((one, out) for one in reversed(earlier) for out in one.outputs if out.key == flow.key), None)


def receivers(sheet: Sheet, step: ProcessStep, flow: Flow) -> list[str]:
    """Name who receives an output: whoever is said, else the roles of later steps that need it."""
    if flow.party:
        return [sheet.role(flow.party)]
    later = sheet.steps[sheet.steps.index(step) + 1 :]
    return [sheet.role(one.role) for one in later if flow.key in {need.key for need in one.inputs}]


def once(names: Sequence[str]) -> tuple[str, ...]:
    """List names, each once and none that is empty."""
    return tuple(dict.fromkeys(one for one in names if one))


def touchpoints(sheet: Sheet) -> tuple[Touchpoint, ...]:
    """List the moments of contact: what is done before the customer, by the customer, or while the customer acts."""
    return tuple(
        Touchpoint(
            step=step.key,
            stage=sheet.stage(step.stage) if step.stage else "",
            title=sheet.title(step),
            role=sheet.role(step.role) if step.role else "",
            customer=sheet.cell(step, Lane.CUSTOMER),
            evidence=sheet.cell(step, Lane.EVIDENCE),
            limit=sheet.limits.get(step.key),
            guard=sheet.guard(step.key),
        )
        for step in sheet.steps
        if step.lane in CONTACT or sheet.cell(step, Lane.CUSTOMER)
    )
