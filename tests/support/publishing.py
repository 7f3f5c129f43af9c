"""Publish the standard of a demonstration's material where no API runs: by the use cases."""

import msgspec

from core.standards.approve import ApproveVersion, SubmitVersion, approve_version, submit_version
from core.standards.document import load_standard
from core.standards.draft import DraftStandard, draft_standard
from core.standards.publish import PublishVersion, publish_version
from gateway.cli.operator import Operator
from gateway.demo.material import Material
from gateway.demo.stage import Stage


async def publish_material(at: Operator, stage: Stage, material: Material) -> None:
    """The editor writes and publishes, the administrator approves."""
    content = msgspec.structs.replace(load_standard(material.standard).content, code=material.code)
    async with at.database.unit(stage.editor.scope, clock=at.clock, directory=at.directory) as unit:
        draft = await draft_standard(unit, DraftStandard(content=content, change_log="First version."))
        handed_in = await submit_version(unit, SubmitVersion(version_id=draft.id, expected_revision=draft.revision))
    async with at.database.unit(stage.administrator.scope, clock=at.clock, directory=at.directory) as unit:
        command = ApproveVersion(version_id=draft.id, expected_revision=handed_in.revision)
        approved = await approve_version(unit, command)
    async with at.database.unit(stage.editor.scope, clock=at.clock, directory=at.directory) as unit:
        since = material.founded_at
        await publish_version(
            unit, PublishVersion(version_id=draft.id, expected_revision=approved.revision, valid_from=since)
        )
