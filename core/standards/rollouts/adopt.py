"""Adopt a version ahead of one's wave or deadline."""

from uuid import UUID

from core.kernel.audit import record_act
from core.kernel.canonical import instant_text
from core.kernel.errors import InvalidInput, NotFound
from core.kernel.frozen import frozen
from core.kernel.ids import new_id
from core.kernel.outbox import send
from core.kernel.unit import Unit
from core.standards.errors import VersionIsElsewhere
from core.standards.gather import Gathered
from core.standards.permissions import ADOPT_STANDARDS
from core.standards.policy.checks import checked_note
from core.standards.repository.adaptations import next_head
from core.standards.rollouts.difference import rollouts_seen
from core.standards.rollouts.errors import AlreadyOnVersion, RolloutIsElsewhere, WaveIsElsewhere
from core.standards.rollouts.models import Adoption
from core.standards.rollouts.policy.succession import Issue, Stage
from core.standards.rollouts.repository.acknowledgements import replace_adoption
from core.standards.rollouts.vocabulary import Phase
from core.standards.vocabulary import VersionStatus

FOLLOW = "standards.follow_rollout"
TELL_ADOPTION = "standards.tell_adoption"


@frozen(kw_only=True)
class AdoptVersion:
    """Adopt a version.

    Attributes:
        code: The standard.
        number: The version's number.
        reason: Why now.
    """

    code: str
    number: str
    reason: str


async def adopt_version(unit: Unit, command: AdoptVersion) -> Adoption:
    """Take a version for the tenant from now on, whatever wave it is in.

    Raises:
        NotPermitted: The actor may not adopt.
        NotFound: No such version is rolled out to the tenant.
        VersionIsElsewhere: A later version is published.
        RolloutIsElsewhere: The rollout is halted.
        WaveIsElsewhere: The tenant's wave is rolled back.
        AlreadyOnVersion: The version holds for the tenant already.
        InvalidInput: The reason is missing, or the version starts later.
    """
    unit.scope.require(ADOPT_STANDARDS)
    reason = checked_note("reason", command.reason, required=True)
    head = await next_head(unit, command.code)
    gathered = await rollouts_seen(unit, command.code)
    issue, stage = rolled_out(unit, gathered, command.code, command.number)
    check_going_on(command.code, stage)
    if gathered.succession.version_at(unit.now) == issue.id:
        raise AlreadyOnVersion(standard=command.code, number=command.number)
    made = Adoption(
        tenant_id=unit.tenant_id,
        network_id=unit.network_id,
        id=new_id(),
        code=command.code,
        number=command.number,
        published_version_id=issue.id,
        reason=reason,
        author_id=unit.scope.actor.id,
        revision=head.revision,
        valid_from=unit.now,
        recorded_from=head.recorded_at,
    )
    await replace_adoption(unit, made, head)
    await record_adoption(unit, made, stage)
    return made


async def record_adoption(unit: Unit, made: Adoption, stage: Stage) -> None:
    """Write the audit entry, tell the publisher, and have the tenant's adaptations looked at again."""
    details = {"code": made.code, "number": made.number}
    await record_act(
        unit, action="standards.adopt_version", subject_kind="adoption", subject_id=made.id, details=details
    )
    told = {"rollout_id": stage.rollout_id, "at": made.valid_from}
    await send(unit, TELL_ADOPTION, told, target_tenant_id=stage.publisher_id)
    await send(unit, FOLLOW, {"code": made.code, "version_id": made.published_version_id})


def rolled_out(unit: Unit, gathered: Gathered, code: str, number: str) -> tuple[Issue, Stage]:
    """Find a version that is rolled out to the tenant, and where its wave stands.

    Raises:
        NotFound: There is none.
        InvalidInput: The version starts later.
        VersionIsElsewhere: A later version is published.
    """
    found = stage_of_number(gathered, number)
    issue = None if found is None else gathered.succession.issue(found, unit.now)
    if issue is None:
        raise NotFound(kind="rollout of version", key=f"{code} {number}")
    stage = gathered.succession.stage_at(issue.id, unit.now)
    if issue.span.start > unit.now or stage is None:
        raise InvalidInput(field="version", problem=f"it starts at {instant_text(issue.span.start)}")
    if issue.span.end is not None and issue.span.end <= unit.now:
        status = VersionStatus.SUPERSEDED.value
        raise VersionIsElsewhere(standard=code, number=number, status=status, needed=VersionStatus.PUBLISHED.value)
    return issue, stage


def stage_of_number(gathered: Gathered, number: str) -> UUID | None:
    """Find the version of a number among those that are rolled out."""
    stages = gathered.succession.stages
    return next((key for key, rows in stages.items() if any(row.number == number for row in rows)), None)


def check_going_on(code: str, stage: Stage) -> None:
    """Refuse where the rollout is halted, or the tenant's wave is rolled back."""
    if stage.halted:
        raise RolloutIsElsewhere(standard=code, number=stage.number, status="halted", needed="running")
    if stage.phase is Phase.ROLLED_BACK:
        raise WaveIsElsewhere(wave=stage.wave, state=stage.phase.value, needed="waiting or begun")
