from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from core.kernel.audit import record_act
from core.kernel.canonical import canonical_text
from core.kernel.errors import InvalidInput
from core.kernel.grants import ReadingGrantIsOver, cite_grant, open_grant
from tests.core.kernel.building import Stage


async def test_an_act_is_recorded_with_its_transaction(stage: Stage, admin: Any) -> None:
    subject = uuid4()
    async with stage.database.unit(stage.north, clock=stage.clock) as unit:
        await record_act(unit, action="test.act", subject_kind="test", subject_id=subject, details={"b": 1, "a": "x"})
    entry = await admin.fetchrow("SELECT * FROM audit_entries WHERE subject_id = $1", subject)
    assert (entry["tenant_id"], entry["actor_id"], entry["actor_kind"]) == (
        stage.tree.north,
        stage.north.actor.id,
        "person",
    )
    assert entry["details"] == '{"a":"x","b":1}'
    assert entry["occurred_at"] == stage.clock.now()
    assert abs((entry["recorded_at"] - datetime.now(UTC)).total_seconds()) < 60


async def test_an_act_that_was_refused_leaves_no_trace(stage: Stage, admin: Any) -> None:
    subject = uuid4()

    async def refused() -> None:
        async with stage.database.unit(stage.north, clock=stage.clock) as unit:
            await record_act(unit, action="test.act", subject_kind="test", subject_id=subject)
            raise InvalidInput(field="x", problem="refused")

    with pytest.raises(InvalidInput):
        await refused()
    assert await admin.fetchval("SELECT count(*) FROM audit_entries WHERE subject_id = $1", subject) == 0


@pytest.mark.parametrize("change", ["UPDATE audit_entries SET action = 'x'", "DELETE FROM audit_entries"])
async def test_what_was_recorded_is_never_changed(stage: Stage, change: str) -> None:
    async with stage.database.unit(stage.north, clock=stage.clock) as unit:
        await record_act(unit, action="test.act", subject_kind="test", subject_id=uuid4())
    with pytest.raises(ProgrammingError, match="permission denied"):
        async with stage.database.unit(stage.north, clock=stage.clock) as unit:
            await unit.session.execute(text(f"{change} WHERE tenant_id = :t"), {"t": stage.tree.north})


def test_canonical_text_is_one_text_per_meaning() -> None:
    one = UUID("019aa4ba-0000-7000-8000-000000000001")
    instant = datetime(2026, 11, 21, 10, tzinfo=UTC)
    facts = {"n": 2**60, "id": one, "at": instant, "price": Decimal("1.50"), "ids": (one,), "none": None, "yes": True}
    assert canonical_text(facts) == (
        '{"at":"2026-11-21T10:00:00.000000Z","id":"019aa4ba-0000-7000-8000-000000000001",'
        '"ids":["019aa4ba-0000-7000-8000-000000000001"],"n":"1152921504606846976","none":null,"price":"1.50",'
        '"yes":true}'
    )


@pytest.mark.parametrize("value", [b"bytes", {1, 2}, object()])
def test_what_has_no_canonical_form_is_refused(value: object) -> None:
    with pytest.raises(TypeError):
        canonical_text({"x": value})


def test_an_instant_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="zone"):
        canonical_text({"x": datetime(2026, 1, 1)})  # noqa: DTZ001


async def test_wider_reading_is_on_record_and_ends(stage: Stage, admin: Any) -> None:
    async with stage.database.unit(stage.headquarters, clock=stage.clock) as unit:
        grant_id = await open_grant(unit, "network", (), "tenantScores")
        assert await open_grant(unit, "network", (), "tenantScores") == grant_id
        assert await open_grant(unit, "network", (), "another") != grant_id
        assert await open_grant(unit, "region", (stage.tree.north,), "tenantScores") != grant_id
        assert (await cite_grant(unit, grant_id)).purpose == "tenantScores"
    assert await admin.fetchval("SELECT count(*) FROM audit_entries WHERE subject_id = $1", grant_id) == 1
    await admin.execute(
        "UPDATE reading_grants SET opened_at = opened_at - interval '1 day', expires_at = now() WHERE id = $1", grant_id
    )
    async with stage.database.unit(stage.headquarters, clock=stage.clock) as unit:
        with pytest.raises(ReadingGrantIsOver):
            await cite_grant(unit, grant_id)
        assert await open_grant(unit, "network", (), "tenantScores") != grant_id


async def test_a_grant_serves_nobody_else(stage: Stage) -> None:
    async with stage.database.unit(stage.headquarters, clock=stage.clock) as unit:
        grant_id = await open_grant(unit, "network", (), "tenantScores")
    somebody = stage.tree.scope(stage.tree.headquarters, stage.clock.now())
    for scope in (somebody, stage.north):
        with pytest.raises(ReadingGrantIsOver):
            async with stage.database.unit(scope, clock=stage.clock) as unit:
                await cite_grant(unit, grant_id)
