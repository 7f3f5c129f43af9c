"""What holds once a version is withdrawn, what was known before, and what may follow it."""

from datetime import timedelta
from typing import Any

import pytest

from core.kernel.errors import InvalidInput, NotFound, NotPermitted, StaleEdit
from core.standards.draft import DraftStandard, draft_standard
from core.standards.errors import NoStandardInForce, VersionIsElsewhere, VersionIsNotNewer
from core.standards.models import StandardVersion
from core.standards.permissions import PUBLISH_STANDARDS
from core.standards.publish import PublishVersion, publish_version
from core.standards.withdraw import WithdrawVersion, withdraw_version
from tests.core.standards.builders import SINCE, Stage, content, wish
from tests.support.networks import as_person

DAY = timedelta(days=1)


def withdrawal(version: StandardVersion, **said: Any) -> WithdrawVersion:
    asked: dict[str, Any] = {"expected_revision": version.revision, "reason": "A mistake.", **said}
    return WithdrawVersion(version_id=version.id, **asked)


async def status_of(stage: Stage) -> list[tuple[str, Any]]:
    rows = await stage.admin.fetch(
        "SELECT status, valid_to FROM standard_versions WHERE network_id = $1 ORDER BY major, minor", stage.network.id
    )
    return [(row["status"], row["valid_to"]) for row in rows]


async def test_the_version_before_holds_again_with_what_was_adapted(stage: Stage) -> None:
    place, north = stage.network.headquarters, stage.network.north
    await stage.publish()
    await stage.adapt(north, wish(5000, valid_from=SINCE))
    turn = stage.clock.now() - 2 * DAY
    newer = await stage.publish(content("1.1.0", {"default": 3600, "bounds": {"maximum": 3600}}), turn)
    assert await stage.limit(north) == 3600
    gone = await stage.act(place, withdraw_version, withdrawal(newer))
    now = stage.clock.now()
    assert (gone.status, gone.valid_to, gone.withdrawn_because) == ("withdrawn", now, "A mistake.")
    assert await stage.limit(north) == 5000
    assert await stage.limit(north, at=now - DAY) == 3600
    assert await stage.limit(north, at=turn - DAY) == 5000
    assert await status_of(stage) == [("published", None), ("withdrawn", now)]
    next_one = await stage.publish(content("1.2.0", {"default": 1800}), now + DAY)
    assert await stage.limit(stage.network.south, at=now + DAY) == 1800
    assert [status for status, _ in await status_of(stage)] == ["superseded", "withdrawn", "published"]
    await stage.act(place, withdraw_version, withdrawal(next_one))
    assert await stage.limit(stage.network.south, at=now + 2 * DAY) == 7200


async def test_a_version_that_has_not_begun_never_holds(stage: Stage) -> None:
    await stage.publish()
    turn = stage.clock.now() + DAY
    newer = await stage.publish(content("1.1.0", {"default": 3600}), turn)
    await stage.act(stage.network.headquarters, withdraw_version, withdrawal(newer))
    assert await stage.limit(stage.network.north, at=turn + DAY) == 7200
    spans = await stage.admin.fetch(
        "SELECT valid_from, valid_to FROM published_overlays WHERE network_id = $1 AND recorded_to IS NULL",
        stage.network.id,
    )
    assert [tuple(row) for row in spans] == [(SINCE, None)]


async def test_nothing_holds_after_the_only_version_and_its_number_is_not_given_again(stage: Stage) -> None:
    place = stage.network.headquarters
    approver, _ = await stage.approved(content("0.9.0"))
    only = await stage.publish()
    await stage.act(place, withdraw_version, withdrawal(only, ends=stage.clock.now() - DAY))
    with pytest.raises(NoStandardInForce):
        await stage.resolve(stage.network.north)
    assert await stage.limit(stage.network.north, at=stage.clock.now() - 2 * DAY) == 7200
    with pytest.raises(VersionIsElsewhere):
        await stage.act(place, draft_standard, DraftStandard(content=content()))
    approver, next_one = await stage.approved(content("1.0.1"))
    before = await stage.rows()
    early = PublishVersion(
        version_id=next_one.id, expected_revision=next_one.revision, valid_from=stage.clock.now() - 2 * DAY
    )
    with pytest.raises(VersionIsNotNewer):
        await stage.act(approver, publish_version, early)
    assert await stage.rows() == before


async def test_an_approved_version_is_withdrawn_before_anybody_sees_it(stage: Stage) -> None:
    await stage.publish()
    approver, version = await stage.approved(content("2.0.0"))
    with pytest.raises(InvalidInput):
        await stage.act(approver, withdraw_version, withdrawal(version, ends=stage.clock.now()))
    await stage.act(approver, withdraw_version, withdrawal(version))
    assert [status for status, _ in await status_of(stage)] == ["published", "withdrawn"]
    assert await stage.limit(stage.network.north) == 7200


async def test_a_withdrawal_that_may_not_be_changes_nothing(stage: Stage) -> None:
    place = stage.network.headquarters
    older = await stage.publish()
    newer = await stage.publish(content("2.0.0"), stage.clock.now())
    draft = await stage.act(place, draft_standard, DraftStandard(content=content("3.0.0")))
    before = await stage.rows()
    stranger = as_person(place, place.permissions - {PUBLISH_STANDARDS.name})
    tries: list[tuple[type[Exception], Any, WithdrawVersion]] = [
        (VersionIsElsewhere, place, withdrawal(older, expected_revision=older.revision + 1)),
        (VersionIsElsewhere, place, withdrawal(draft)),
        (StaleEdit, place, withdrawal(newer, expected_revision=1)),
        (InvalidInput, place, withdrawal(newer, reason=" ")),
        (NotPermitted, stranger, withdrawal(newer)),
        (NotFound, stage.network.region, withdrawal(newer)),
    ]
    for refusal, scope, command in tries:
        with pytest.raises(refusal):
            await stage.act(scope, withdraw_version, command)
    assert await stage.rows() == before
