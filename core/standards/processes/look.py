"""Look at the processes of a standard: as they hold for the tenant, or as a version says them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import cast

from core.kernel.unit import Unit
from core.standards.diffs.compare import Side, placed
from core.standards.diffs.repository import numbers_published
from core.standards.gather import lineage_at
from core.standards.permissions import READ_STANDARDS
from core.standards.policy.content import ClauseContent, StandardContent, address
from core.standards.policy.process import read_process
from core.standards.policy.process_added import read_added, woven
from core.standards.policy.process_running import Process, running
from core.standards.policy.variants import Context
from core.standards.policy.view import EffectiveView, limit_of, read_view
from core.standards.processes.sheet import Limit, Sheet
from core.standards.resolve import effective_standard, locales_wanted
from core.standards.vocabulary import ClauseKind, ParameterType


async def processes_held(
    unit: Unit,
    code: str,
    at: datetime | None = None,
    context: Context | None = None,
    *,
    locale: str = "",
) -> list[Sheet]:
    """Give the processes of a standard as they hold for the tenant, with the steps that it and those above added.

    Raises:
        NotPermitted: The actor may not read standards.
        NoStandardInForce: No version holds at that instant.
        InvalidInput: The instant has no zone, or the context or the locale is none.
    """
    found = await effective_standard(unit, code, at, None, context, locale=locale)
    view = read_view(found.hash, found.document)
    choices = view.choices(found.context)
    return [
        Sheet(
            clause_key=key,
            process=process,
            limits=limits_held(view, process, view.in_context(choices)),
            locales=found.locales,
        )
        for key, process in view.processes.items()
    ]


async def processes_of_version(unit: Unit, code: str, side: Side, *, locale: str = "") -> list[Sheet]:
    """Give the processes of a published version or of a draft, as it says them itself.

    Raises:
        NotPermitted: The actor may not read standards.
        NotFound: There is no such version that the tenant may read.
        InvalidInput: No version is named, or two, or the locale is none.
    """
    unit.scope.require(READ_STANDARDS)
    found = await placed(unit, code, side, await numbers_published(unit, code), "version")
    locales = await locales_wanted(unit, locale, await lineage_at(unit, unit.now))
    return sheets(found.content, locales)


def sheets(content: StandardContent, locales: Sequence[str] = ()) -> list[Sheet]:
    """Give the processes of a version."""
    values = {address(clause.key, one.key): one.default for clause, one in content.parameters()}
    units = {address(clause.key, one.key): one.unit for clause, one in content.parameters() if one.unit is not None}
    found: list[Sheet] = []
    for clause in content.clauses:
        if clause.kind is ClauseKind.PROCESS:
            process = process_said(clause)
            limits = {key: limit_of(step, values, units) for key, step in process.steps.items()}
            found.append(Sheet(clause_key=clause.key, process=process, limits=kept(limits), locales=locales))
    return found


def process_said(clause: ClauseContent) -> Process:
    """Give the process of a clause with the steps that its publisher put where others may add theirs."""
    added = [
        one
        for parameter in clause.parameters
        if parameter.type is ParameterType.STEPS
        for one in cast("Sequence[object]", parameter.default)
    ]
    return running(woven(read_process(clause.body), read_added(added)))


def limits_held(view: EffectiveView, process: Process, values: Mapping[str, object]) -> Mapping[str, Limit]:
    """Give how long the steps of a process may take, as parameters hold."""
    return kept({key: limit_of(step, values, view.units) for key, step in process.steps.items()})


def kept(limits: Mapping[str, Limit | None]) -> Mapping[str, Limit]:
    """Leave out what has no limit."""
    return {key: limit for key, limit in limits.items() if limit is not None}
