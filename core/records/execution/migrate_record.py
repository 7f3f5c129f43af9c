"""Let a record go over to what its standard says now: on purpose, told as an event, and never by itself."""

from collections.abc import Mapping
from dataclasses import field
from datetime import datetime
from uuid import UUID

from core.kernel.frozen import frozen
from core.kernel.unit import Unit
from core.records.execution.act import moment_of, take_up
from core.records.execution.commands import Migrate
from core.records.execution.processes import process_under
from core.standards.standing import holding_at


@frozen(kw_only=True)
class MigrateRecord:
    """A record that goes over to the version that holds now.

    Attributes:
        record_id: The record.
        expected_version: Its version as it was read.
        steps: What steps are called there that had another name.
        occurred_at: When; now by default.
    """

    record_id: UUID
    expected_version: int
    steps: Mapping[str, str] = field(default_factory=dict[str, str])
    occurred_at: datetime | None = None


async def migrate_record(unit: Unit, command: MigrateRecord) -> UUID:
    """Pin what holds now; steps that were done stay, and count as what the other version calls them.

    Raises:
        NotPermitted: The actor may not work on records.
        NotFound: There is no such record in this tenant.
        StaleEdit: It was changed since it was read.
        RecordIsNotOpen: It is closed.
        NoStandardInForce: No version of its standard holds now.
        StepNotForeseen: A step is said to be called what the other version does not have.
        StepsHaveNoPlace: The other version lacks steps that were done or started.
        StepOutOfTime: It lies before what happened last, or in the future.
    """
    work = await take_up(unit, command.record_id, command.expected_version)
    moment = moment_of(unit, command.occurred_at)
    holding = await holding_at(unit, work.state.standard_code, unit.now)
    process = await process_under(unit, holding.hash)
    order = Migrate(version=holding.version, hash=holding.hash, process=process, steps=command.steps)
    await work.append(work.decide(order, moment), None)
    await work.save()
    return command.record_id
