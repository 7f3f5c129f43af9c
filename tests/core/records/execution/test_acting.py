"""A record is executed step by step; what cannot be done is refused by name and changes nothing."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import orjson
import pytest

from core.kernel.crypto import MasterKeys, Place
from core.kernel.errors import DomainError, InvalidInput, NotFound, NotPermitted, StaleEdit
from core.kernel.key_ring import KeyRing
from core.kernel.unit import Unit
from core.records.errors import (
    RecordIsNotOpen,
    RecordKeyIsTaken,
    RequiredStepsMissing,
    StepNotForeseen,
    StepOutOfTime,
)
from core.records.events.state import WaitingFor
from core.records.execution import commands as do
from core.records.execution import errors as why
from core.records.execution.act import act
from core.records.execution.add_contact import AddRecordContact, add_record_contact
from core.records.execution.hand_over import HandOverRecord, hand_over_record
from core.records.execution.migrate_record import MigrateRecord, migrate_record
from core.records.execution.rebuild import check_record
from tenants.sites.open import OpenSite, open_site
from tests.core.records.conftest import MASTER_KEY
from tests.core.records.execution.executing import CODE, PROCESS, Shop, content, sealer

SURE = ("tools",)
TAKEN = do.TellStep(key="intake")
FINISHED = (TAKEN, do.TellStep(key="repair"), do.TellStep(key="report"))
WAIT = do.Wait(whom=WaitingFor.CUSTOMER, reason_code="absent")
LOW = do.ChangePriority(priority="low")
MINUTE = timedelta(minutes=1)


async def after(shop: Shop, *commands: do.Command, **said: Any) -> UUID:
    """A record to which this was done, a minute apart."""
    record_id = await shop.open(**said)
    for command in commands:
        shop.chain.clock.advance(MINUTE)
        await shop.act(record_id, command)
    return record_id


async def test_a_record_goes_through_its_life(shop: Shop) -> None:
    shop.chain.clock.advance(MINUTE)
    record_id = await after(
        shop,
        do.StartStep(key="intake", readiness=SURE),
        do.CompleteStep(key="intake", status="taken in", answers_customer=True),
        do.SkipStep(key="visit", reason_code="not_needed", reason="Frau Weber brought it herself."),
        do.StartStep(key="repair"),
        WAIT,
        do.Resume(),
        do.CompleteStep(key="repair"),
        do.ReopenStep(key="repair", reason_code="still_broken"),
        do.CompleteStep(key="repair"),
        do.CompleteStep(key="report"),
        do.Resolve(),
        do.Reopen(reason_code="not_solved", reason="It leaks again."),
        do.ChangePriority(priority="high"),
        do.Resolve(),
        do.Confirm(),
        do.Close(),
    )
    row = await shop.row(record_id)
    assert (row["status"], row["version"], row["reopened_count"], row["step_count"]) == ("closed", 17, 1, 4)
    assert (row["priority"], row["holder_role"]) == ("high", "front_desk")
    assert (row["first_response_seconds"], row["resolution_seconds"]) == (120, 14 * 60)
    steps = [(one["key"], one["round"], one["state"], one["reason_code"]) for one in await shop.steps(record_id)]
    assert steps == [
        ("intake", 1, "completed", None),
        ("visit", 1, "skipped", "not_needed"),
        ("repair", 1, "completed", None),
        ("repair", 2, "completed", "still_broken"),
        ("report", 1, "completed", None),
    ]
    assert await shop.run(lambda unit: check_record(unit, record_id)) == ()


async def test_what_is_personal_is_sealed_and_opens_only_in_its_event(shop: Shop) -> None:
    secret = "Frau Weber, 0170 1234567"
    record_id = await after(shop, TAKEN, do.Wait(whom=WaitingFor.CUSTOMER, reason_code="absent", reason=secret))
    event = (await shop.events(record_id))[-1]
    assert "Weber" not in event["payload"]
    assert secret.encode() not in event["sealed"]

    async def opened(unit: Unit) -> str:
        ring = KeyRing(unit, MasterKeys.read(MASTER_KEY))
        return await ring.open(event["sealed"], Place("record_events", "sealed", event["id"]))

    assert await shop.run(opened) == secret
    assert orjson.loads(event["payload"]) == {"for": "customer", "reasonCode": "absent"}


Refused = tuple[tuple[do.Command, ...], do.Command, type[DomainError]]
REFUSALS: dict[str, Refused] = {
    "a step of another process": ((), do.StartStep(key="dance", readiness=SURE), StepNotForeseen),
    "a step of another process told": ((), do.TellStep(key="dance"), StepNotForeseen),
    "a step whose turn has not come": ((), do.StartStep(key="report", readiness=SURE), why.StepNotReady),
    "ending a step whose turn has not come": ((), do.CompleteStep(key="report"), why.StepNotReady),
    "nothing made sure of": ((), do.StartStep(key="intake", readiness=("rooms",)), why.NotReadyForService),
    "a step twice under way": (
        (do.StartStep(key="intake", readiness=SURE),),
        do.StartStep(key="intake"),
        why.StepIsUnderWay,
    ),
    "double completion": ((TAKEN,), do.CompleteStep(key="intake"), why.StepIsDone),
    "a step once only": ((TAKEN,), do.StartStep(key="intake", readiness=SURE), why.StepIsDone),
    "a step once only, told": ((TAKEN,), TAKEN, why.StepIsDone),
    "skipping what is required": ((), do.SkipStep(key="intake", reason_code="busy"), why.StepIsRequired),
    "skipping what was done": (
        (TAKEN, do.TellStep(key="visit")),
        do.SkipStep(key="visit", reason_code="busy"),
        why.StepIsDone,
    ),
    "reopening what was not done": ((), do.ReopenStep(key="intake", reason_code="wrong"), why.StepIsNotDone),
    "working while it waits": ((WAIT,), TAKEN, RecordIsNotOpen),
    "waiting twice": ((WAIT,), WAIT, RecordIsNotOpen),
    "resuming what does not wait": ((), do.Resume(), why.RecordIsNotWaiting),
    "resolving with steps missing": ((TAKEN,), do.Resolve(), RequiredStepsMissing),
    "resolving with a step under way": (
        (*FINISHED, do.StartStep(key="visit", readiness=SURE)),
        do.Resolve(),
        why.StepIsUnderWay,
    ),
    "closing what is open": (FINISHED, do.Close(), why.RecordIsNotResolved),
    "closing with mandatory steps open": (
        (
            do.ChangePriority(priority="low"),
            TAKEN,
            do.TellStep(key="report"),
            do.Resolve(),
            do.ChangePriority(priority="high"),
        ),
        do.Close(),
        RequiredStepsMissing,
    ),
    "confirming what is open": ((), do.Confirm(), why.RecordIsNotResolved),
    "confirming twice": ((*FINISHED, do.Resolve(), do.Confirm()), do.Confirm(), why.RecordIsConfirmed),
    "reopening what is open": ((), do.Reopen(reason_code="wrong"), why.RecordIsNotResolved),
    "working on what is resolved": ((*FINISHED, do.Resolve()), do.TellStep(key="repair"), RecordIsNotOpen),
    "handing over what is closed": (
        (*FINISHED, do.Resolve(), do.Close()),
        do.HandOver(role="field"),
        RecordIsNotOpen,
    ),
}


@pytest.mark.parametrize("name", REFUSALS)
async def test_what_cannot_be_done_is_refused_and_changes_nothing(shop: Shop, name: str) -> None:
    before, command, refusal = REFUSALS[name]
    record_id = await after(shop, *before)
    digest = await shop.digest()
    with pytest.raises(refusal):
        await shop.act(record_id, command)
    assert await shop.digest() == digest


async def test_time_travel_is_refused(shop: Shop) -> None:
    record_id = await after(shop, do.StartStep(key="intake", readiness=SURE))
    now, digest = shop.chain.clock.now(), await shop.digest()
    for at in (now + timedelta(microseconds=1), now - timedelta(microseconds=1), now - timedelta(days=9)):
        with pytest.raises(StepOutOfTime):
            await shop.act(record_id, do.CompleteStep(key="intake"), at=at)
    with pytest.raises(InvalidInput):
        await shop.act(record_id, do.CompleteStep(key="intake"), at=now.replace(tzinfo=None))
    assert await shop.digest() == digest
    await shop.act(record_id, do.CompleteStep(key="intake"), at=now)


async def test_whoever_read_an_older_version_is_refused(shop: Shop) -> None:
    record_id = await after(shop, TAKEN)
    digest = await shop.digest()
    for version in (1, 3):
        with pytest.raises(StaleEdit):
            await shop.act(record_id, do.TellStep(key="repair"), version)
    assert await shop.digest() == digest


async def test_another_tenant_and_whoever_may_not_work_reach_nothing(shop: Shop) -> None:
    record_id, south = await after(shop, TAKEN), await shop.chain.tenant("south")
    clerk = replace(shop.scope, permissions=shop.scope.permissions - {"records.work"})
    digest = await shop.digest()
    for scope, refusal in ((south, NotFound), (clerk, NotPermitted)):
        with pytest.raises(refusal):
            await shop.run(lambda unit: act(unit, record_id, 2, do.TellStep(key="repair")), scope)
    assert await shop.digest() == digest


async def test_a_foreign_site_and_a_foreign_member_are_not_found(shop: Shop) -> None:
    south = await shop.chain.tenant("south")
    await shop.run(lambda unit: open_site(unit, OpenSite(key="harbour", name="Harbour")), south)
    record_id = await after(shop, TAKEN)
    digest = await shop.digest()

    def handing(**said: Any) -> Callable[[Unit], Awaitable[UUID]]:
        command = HandOverRecord(record_id=record_id, expected_version=2, **said)
        return lambda unit: hand_over_record(unit, command, sealer(unit))

    def contact(**said: Any) -> Callable[[Unit], Awaitable[UUID]]:
        command = AddRecordContact(record_id=record_id, expected_version=2, channel="email", **said)
        return lambda unit: add_record_contact(unit, command, sealer(unit))

    for work in (
        handing(person_id=south.actor.id),
        handing(person_id=uuid4()),
        handing(role="field", site_key="harbour"),
        contact(site_key="harbour"),
    ):
        with pytest.raises(NotFound):
            await shop.run(work)
    with pytest.raises(InvalidInput):
        await shop.run(handing(note="to nobody"))
    assert await shop.digest() == digest


async def test_a_contact_leads_back_to_its_record(shop: Shop) -> None:
    await shop.run(lambda unit: open_site(unit, OpenSite(key="harbour", name="Harbour")))
    record_id, other = await after(shop, TAKEN), await shop.open()
    command = AddRecordContact(
        record_id=record_id, expected_version=2, channel="email", external_id="mail 7", site_key="harbour"
    )
    await shop.run(lambda unit: add_record_contact(unit, command, sealer(unit)))
    assert await shop.open(channel="email", external_id="mail 7") == record_id
    digest = await shop.digest()
    taken = replace(command, record_id=other, expected_version=1)
    with pytest.raises(RecordKeyIsTaken):
        await shop.run(lambda unit: add_record_contact(unit, taken, sealer(unit)))
    assert await shop.digest() == digest
    found = await shop.admin.fetch("SELECT * FROM record_contacts WHERE record_id = $1", record_id)
    assert [(one["position"], one["channel"], one["external_id"]) for one in found] == [(1, "email", "mail 7")]
    assert found[0]["site_id"] is not None


async def test_a_record_goes_to_whoever_comes_first(shop: Shop) -> None:
    assert (await shop.row(await shop.open()))["holder_role"] == "front_desk"
    chosen = await shop.row(await shop.open(role="second_line", service_type="repair"))
    assert (chosen["holder_role"], chosen["service_type"]) == ("second_line", "repair")


async def test_a_record_ends_on_what_it_began_with_unless_it_is_migrated(shop: Shop) -> None:
    record_id = await after(shop, TAKEN, do.TellStep(key="repair"))
    steps = [*PROCESS["steps"][:1], {**PROCESS["steps"][2], "key": "mend"}, PROCESS["steps"][3]]
    await shop.chain.publish_content(content(CODE, "2.0.0", {"steps": steps}), shop.chain.clock.now())
    shop.chain.clock.advance(MINUTE)
    assert (await shop.row(record_id))["standard_version"] == "1.0.0"
    order = MigrateRecord(record_id=record_id, expected_version=3)
    digest = await shop.digest()
    with pytest.raises(why.StepsHaveNoPlace) as refused:
        await shop.run(lambda unit: migrate_record(unit, order))
    assert refused.value.steps == ("repair",)
    with pytest.raises(StepNotForeseen):
        await shop.run(lambda unit: migrate_record(unit, replace(order, steps={"repair": "dance"})))
    before = (await shop.row(record_id))["effective_hash"]
    assert (await shop.row(record_id))["version"] == 3
    await shop.run(lambda unit: migrate_record(unit, replace(order, steps={"repair": "mend"})))
    row = await shop.row(record_id)
    assert (row["standard_version"], row["version"]) == ("2.0.0", 4)
    assert row["effective_hash"] != before
    assert digest != await shop.digest()
    kept = [(one["key"], one["counts_as"], one["state"]) for one in await shop.steps(record_id)]
    assert kept == [("intake", None, "completed"), ("repair", "mend", "completed")]
    told = orjson.loads((await shop.events(record_id))[-1]["payload"])
    assert told["before"] == {"standardVersion": "1.0.0", "effectiveHash": before}
    await shop.act(record_id, do.CompleteStep(key="report"))
    await shop.act(record_id, do.Resolve())
    assert await shop.run(lambda unit: check_record(unit, record_id)) == ()


async def test_what_was_done_stays_done_where_its_clause_is_called_otherwise_split_or_merged(shop: Shop) -> None:
    record_id = await after(shop, TAKEN, do.StartStep(key="repair", readiness=SURE))
    intake, visit, repair, report = PROCESS["steps"]

    def moved(number: str, kind: str, sources: list[str], **processes: list[Any]) -> dict[str, Any]:
        said = content(CODE, number)
        bodies = [{"key": key, "kind": "process", "body": {"steps": steps}} for key, steps in processes.items()]
        said["clauses"] = [*({"text": {"en": "The steps."}, **one} for one in bodies), said["clauses"][1]]
        return {**said, "lineage": [{"kind": kind, "sources": sources, "targets": list(processes)}]}

    for version, said in enumerate(
        (
            moved("2.0.0", "rename", ["process"], care=[intake, visit, repair, report]),
            moved("3.0.0", "split", ["care"], desk=[intake, report], field=[visit, repair]),
            moved("4.0.0", "merge", ["desk", "field"], whole=[intake, {**repair, "when": ""}, report]),
        ),
        start=3,
    ):
        await shop.chain.publish_content(said, shop.chain.clock.now())
        shop.chain.clock.advance(MINUTE)
        order = MigrateRecord(record_id=record_id, expected_version=version)
        await shop.run(lambda unit, order=order: migrate_record(unit, order))
        assert (await shop.row(record_id))["standard_version"] == said["number"]
        kept = [(one["key"], one["counts_as"], one["state"]) for one in await shop.steps(record_id)]
        assert kept == [("intake", None, "completed"), ("repair", None, "started")]
        with pytest.raises(why.StepIsDone):
            await shop.act(record_id, do.CompleteStep(key="intake"))
    await shop.act(record_id, do.CompleteStep(key="repair"))
    with pytest.raises(RequiredStepsMissing) as refused:
        await shop.act(record_id, do.Resolve())
    assert refused.value.steps == ("report",)
    assert await shop.run(lambda unit: check_record(unit, record_id)) == ()
