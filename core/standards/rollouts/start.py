"""Start a rollout: its version is published, and reaches the units below wave by wave."""

from datetime import datetime
from uuid import UUID

from core.kernel.errors import NotFound, StaleEdit
from core.kernel.frozen import frozen
from core.kernel.unit import Unit
from core.standards.permissions import ROLL_OUT_STANDARDS
from core.standards.publish import PublishVersion, publish_version
from core.standards.repository.drafts import version_by_id
from core.standards.rollouts.models import Rollout
from core.standards.rollouts.plan import rollout_in
from core.standards.rollouts.vocabulary import RolloutStatus


@frozen(kw_only=True)
class StartRollout:
    """Start a rollout.

    Attributes:
        rollout_id: The planned rollout.
        expected_revision: Its revision as it was read.
        valid_from: Since when the version may hold; now by default.
    """

    rollout_id: UUID
    expected_revision: int
    valid_from: datetime | None = None


async def start_rollout(unit: Unit, command: StartRollout) -> Rollout:
    """Publish the version of a rollout; who is in which wave is what the tree says now.

    Raises:
        NotPermitted: The actor may not roll out, or not publish.
        NotFound: There is no such rollout in this tenant.
        RolloutIsElsewhere: It has started.
        StaleEdit: It was changed since it was read.
        VersionIsElsewhere: The version is not approved any more.
        VersionIsNotNewer: Its number or its start does not come after that of the newest published one.
        CodeIsTaken: Another tenant of the network publishes a standard of that code.
        InvalidInput: The instant has no zone.
    """
    unit.scope.require(ROLL_OUT_STANDARDS)
    rollout = await rollout_in(unit, command.rollout_id, (RolloutStatus.PLANNED,))
    if rollout.revision != command.expected_revision:
        raise StaleEdit(kind="rollout", expected=command.expected_revision, actual=rollout.revision)
    version = await version_by_id(unit, rollout.version_id)
    if version is None:
        raise NotFound(kind="version", key=str(rollout.version_id))
    publication = PublishVersion(
        version_id=version.id, expected_revision=version.revision, valid_from=command.valid_from
    )
    await publish_version(unit, publication)
    return rollout
