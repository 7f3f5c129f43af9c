"""Units below find a consultation in their inbox while comments are taken; done twice, nothing more happens."""

from typing import Any

import pytest

from core.standards.consultation import inbox
from core.standards.consultation.topics import ITEM
from tests.core.standards.builders import Stage
from tests.core.standards.consultation.consulting import CONSULTATION, DAY, drafted, laid_open
from tests.core.standards.waivers.asking import work_off
from tests.support.networks import BuiltNetwork

RESENT = "UPDATE outbox SET status = 'waiting', attempts = 0, finished_at = NULL WHERE network_id = $1 AND topic = $2"


async def items(stage: Stage) -> dict[Any, str]:
    rows = await stage.admin.fetch(
        "SELECT tenant_id, status, due_at FROM work_items WHERE network_id = $1 AND kind = $2", stage.network.id, ITEM
    )
    return {row["tenant_id"]: row["status"] for row in rows}


@pytest.mark.parametrize("way", ["ends", "closed"])
async def test_it_waits_in_every_unit_below_until_it_is_over(
    stage: Stage, strangers: BuiltNetwork, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    monkeypatch.setattr(inbox, "AT_ONCE", 1)
    floor = await drafted(stage)
    opened = await laid_open(stage, floor)
    await work_off(stage)
    below = {scope.tenant_id for scope in stage.network.scopes[1:]}
    assert await items(stage) == dict.fromkeys(below, "open")
    await stage.admin.execute(RESENT, stage.network.id, "standards.show_consultation")
    await work_off(stage)
    assert await items(stage) == dict.fromkeys(below, "open")
    if way == "ends":
        stage.clock.advance(10 * DAY)
    else:
        given = {"consultation": opened["id"], "expectedRevision": opened["revision"]}
        await floor.hq.done("closeConsultation", CONSULTATION, **given)
    await work_off(stage)
    assert await items(stage) == dict.fromkeys(below, "done")
    await stage.admin.execute(RESENT, stage.network.id, "standards.show_consultation")
    await work_off(stage)
    assert await items(stage) == dict.fromkeys(below, "done")
    others = "SELECT count(*) FROM work_items WHERE network_id = $1 AND kind = $2"
    assert await stage.admin.fetchval(others, strangers.id, ITEM) == 0
