"""What is remembered of a standard is never told once anything that bears on it has changed."""

from collections.abc import Awaitable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import msgspec
import pytest
from sqlalchemy import text

from core.kernel import direct
from core.kernel.scope import Scope
from core.standards import remembered, resolve, standing
from core.standards.adapt import WithdrawAdaptation, withdraw_adaptation
from core.standards.errors import NoStandardInForce
from core.standards.graphql import queries
from core.standards.remembered import Memory
from core.standards.resolve import Resolution, effective_standard
from core.standards.standing import holding_at
from core.standards.withdraw import WithdrawVersion, withdraw_version
from gateway.answering.answering import Answering
from tenants.networks.change_settings import ChangeSettings, change_settings
from tenants.networks.move import MoveTenant, move_tenant
from tests.core.standards.builders import CODE, SINCE, Stage, content, wish
from tests.core.standards.rollouts.staging import ADOPT, ROLL_BACK, Rolling, wave
from tests.core.standards.test_graphql import Client, client
from tests.core.standards.test_jobs import work_off
from tests.core.standards.waivers.asking import bounded, granted
from tests.support.api import Api, answer_of, whole_schema
from tests.support.networks import provisioned

HOLDS = """query Holds { effectiveStandard(code: "incident-handling") {
    hash revision version title { locale text } upcoming { version effectiveFrom wave phase }
    clauses { key text { locale text } }
    values { clauseKey parameterKey variant value adapted why { kind overlayId outcome validFrom validTo } } } }"""


@dataclass
class Watched:
    """What is told of the standard in one tenant, held against what is folded anew each time."""

    stage: Stage
    scope: Scope
    monkeypatch: pytest.MonkeyPatch
    told: list[str] = field(default_factory=list[str])

    async def look(self) -> str:
        async with self.stage.unit(self.scope) as unit:
            found = (await holding_at(unit, CODE, unit.now)).hash
            told = await effective_standard(unit, CODE)
        assert found == told.hash
        answer = await Client(self.stage, self.scope).ask(HOLDS)
        assert (answer["hash"], answer["revision"]) == (found, told.revision)
        return found

    async def answered_anew(self) -> Any:
        """Ask the API with nothing kept."""
        api = Api.on(self.stage.database, self.stage.clock)
        return answer_of(await Answering(whole_schema(), compiled=False).execute(HOLDS, {}, api.context(self.scope)))

    async def look_anew(self) -> Resolution:
        """Read and fold everything, with nothing remembered."""
        async with self.stage.unit(self.scope) as unit:
            return await effective_standard(unit, CODE, own=False)

    async def begin(self) -> None:
        """Have something remembered, and see that it is."""
        self.told.append(await self.look())
        anew = await self.look_anew()
        assert anew.hash == self.told[-1], "it is as if nothing had been remembered"
        asked = Client(self.stage, self.scope)
        assert await asked.execute(HOLDS) == await self.answered_anew()
        with self.monkeypatch.context() as patched:
            patched.setattr(standing, "fold", None)
            patched.setattr(resolve, "resolved", None)
            patched.setattr(queries, "resolve", None)
            assert await self.look() == self.told[-1], "it is told without folding again"

    async def after(self, change: Awaitable[Any]) -> Any:
        """See that a change is told at once, and remembered in its turn."""
        done = await change
        found = await self.look()
        assert found != self.told[-1]
        await self.begin()
        return done


async def test_what_anybody_lays_publishes_or_withdraws_is_told_at_once(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    network = stage.network
    hq, north = network.headquarters, network.north
    await stage.publish()
    seen = Watched(stage, north, monkeypatch)
    await seen.begin()
    own = await seen.after(stage.adapt(north, wish(5000)))
    welcome = wish({"en": "Good day"}, clause_key="greeting", parameter_key="")
    above = await seen.after(stage.adapt(network.region, welcome))
    stage.clock.advance(timedelta(seconds=1))
    ended = WithdrawAdaptation(adaptation_id=above.id, reason="No more.")
    await seen.after(stage.act(network.region, withdraw_adaptation, ended))
    ended = WithdrawAdaptation(adaptation_id=own.id, reason="No more.")
    await seen.after(stage.act(north, withdraw_adaptation, ended))
    version = await seen.after(stage.publish(content("2.0.0", {"default": 3600}), stage.clock.now()))
    stage.clock.advance(timedelta(seconds=1))
    gone = WithdrawVersion(version_id=version.id, expected_revision=version.revision, reason="A mistake.")
    await seen.after(stage.act(hq, withdraw_version, gone))


async def test_what_is_withdrawn_as_if_it_had_never_been_is_told_at_once(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is left of it but rows that are known no longer; no row is added."""
    await stage.publish()
    seen = Watched(stage, stage.network.north, monkeypatch)
    await seen.begin()
    above = await seen.after(stage.adapt(stage.network.region, wish(5000)))
    ended = WithdrawAdaptation(adaptation_id=above.id, ends=SINCE, reason="A mistake.")
    await seen.after(stage.act(stage.network.region, withdraw_adaptation, ended))
    assert seen.told[0] == seen.told[-1]


async def test_what_was_published_while_it_was_folded_is_not_told_to_those_who_read_before_it(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody publishes between the look at what bears on the standard and the reading of it."""
    await stage.publish()
    north, real = stage.network.north, resolve.resolved

    async def beaten(*given: Any) -> Any:
        monkeypatch.setattr(resolve, "resolved", real)
        await stage.adapt(stage.network.region, wish(5000))
        return await real(*given)

    monkeypatch.setattr(resolve, "MEMORY", Memory())
    async with stage.unit(north, read_only=True) as earlier:
        await earlier.session.execute(text("SELECT count(*) FROM standard_heads"))
        monkeypatch.setattr(resolve, "resolved", beaten)
        async with stage.unit(north) as unit:
            found = await effective_standard(unit, CODE)
        assert found.standard.values["first_response", "limit"].value == 5000
        told = await effective_standard(earlier, CODE)
    assert told.standard.values["first_response", "limit"].value == 7200


async def test_a_move_in_the_tree_is_told_at_once(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    network = stage.network
    hq, north = network.headquarters, network.north
    await stage.publish()
    [east] = await provisioned(stage.database, stage.clock, hq, hq, ("east", "region"))
    [_] = await provisioned(stage.database, stage.clock, hq, east, ("seat", "franchisee"))
    await stage.adapt(east, wish(4000))
    seen = Watched(stage, north, monkeypatch)
    await seen.begin()
    move = MoveTenant(tenant_id=north.tenant_id, parent_id=east.tenant_id, since=stage.clock.now())
    await stage.act(hq, move_tenant, move)
    seen.scope = replace(north, lineage=(*east.lineage, north.tenant_id))
    await seen.after(nothing())


async def nothing() -> None:
    """What was done before."""


async def test_a_waiver_is_told_at_once_and_not_after_its_end(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    north, region = await bounded(stage)
    seen = Watched(stage, stage.network.north, monkeypatch)
    await seen.begin()
    await seen.after(granted(stage, north, region, 30))
    stage.clock.advance(timedelta(days=30))
    await seen.after(nothing())
    assert seen.told[0] == seen.told[-1]


async def test_waves_and_adoptions_are_told_at_once(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    rolling = await Rolling.on(stage, others=0)
    north, south = stage.network.north, stage.network.south
    await rolling.plan(
        wave("pilots", "TENANTS", north, mode="ENFORCED"), wave("rest", "REST", mode="ENFORCED", startsAfter=86_400)
    )
    late, early = Watched(stage, south, monkeypatch), Watched(stage, north, monkeypatch)
    for seen in (late, early):
        await seen.begin()
    await early.after(rolling.start())
    adopt = rolling.do(client(stage, south), ADOPT, code=CODE, version="2.0.0", reason="We are ready.")
    await late.after(adopt)
    pilots = await rolling.wave("pilots")
    await early.after(rolling.do(rolling.lead, ROLL_BACK, wave=pilots["id"], reason="Queues."))


async def test_what_was_asked_for_longest_ago_is_forgotten(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    network = stage.network
    await stage.publish()
    memory = Memory()
    monkeypatch.setattr(resolve, "MEMORY", memory)
    for scope in (network.north, network.south, network.region):
        await stage.resolve(scope)
    assert len(memory.kept) == 3
    monkeypatch.setattr(remembered, "MOST_VALUES", memory.values)
    await stage.resolve(network.north)
    await stage.resolve(network.headquarters)
    assert [tenant for tenant, _ in memory.kept] == [
        one.tenant_id for one in (network.region, network.north, network.headquarters)
    ]
    assert memory.values <= remembered.MOST_VALUES
    monkeypatch.setattr(remembered, "MOST_VALUES", 1)
    await stage.resolve(network.south)
    assert (len(memory.kept), memory.values) == (0, 0)


async def test_what_has_not_changed_is_told_by_one_statement(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    await stage.publish()
    scope, asked = stage.network.north, list[str]()
    real = direct.fetch_in

    async def counted(session: Any, sql: str, *values: Any) -> list[Any]:
        asked.append(sql)
        return await real(session, sql, *values)

    first = await stage.resolve(scope)
    async with stage.unit(scope) as unit:
        await unit.session.connection()
        monkeypatch.setattr(direct, "fetch_in", counted)
        monkeypatch.setattr(unit.session, "execute", None)
        monkeypatch.setattr(unit.session, "scalar", None)
        again = await effective_standard(unit, CODE, locale="de")
    assert (again.hash, again.revision, again.numbers) == (first.hash, first.revision, first.numbers)
    assert again.locales == ["de", *first.locales]
    assert len(asked) == 1


async def test_other_languages_of_the_tenant_and_of_the_network_are_told_at_once(stage: Stage) -> None:
    await stage.publish()
    north, hq = stage.network.north, stage.network.headquarters
    first = (await stage.resolve(north)).locales
    assert len(first) == 2
    for place, scope in enumerate((north, hq)):
        await stage.act(scope, change_settings, ChangeSettings(expected_version=1, locale="pt-BR"))
        await work_off(stage)
        assert (await stage.resolve(north)).locales[place] == "pt-BR"


async def test_as_known_then_is_never_remembered(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    await stage.publish()
    before = await stage.resolve(stage.network.north)
    made = await stage.adapt(stage.network.north, wish(5000))
    memory = Memory()
    monkeypatch.setattr(resolve, "MEMORY", memory)
    then = made.recorded_from - timedelta(minutes=1)
    with pytest.raises(NoStandardInForce):
        await stage.resolve(stage.network.north, known_at=then)
    assert memory.kept == {}
    assert (await stage.resolve(stage.network.north)).hash != before.hash


async def test_another_moment_or_language_is_answered_anew(stage: Stage) -> None:
    german = {"en": "Incident handling", "de": "Umgang mit Vorfällen"}
    await stage.publish(msgspec.structs.replace(content(), title=german))
    north = stage.network.north
    asked = Client(stage, north)
    moment = f'{{ effectiveStandard(code: "{CODE}") {{ at }} }}'
    first = await asked.ask(moment)
    stage.clock.advance(timedelta(seconds=1))
    assert (await asked.ask(moment))["at"] != first["at"]
    at = f'query ($at: DateTime) {{ effectiveStandard(code: "{CODE}", at: $at) {{ hash }} }}'
    then = stage.clock.now().isoformat()
    assert await asked.ask(at, at=then) == await asked.ask(at) == {"hash": (await asked.ask(HOLDS))["hash"]}
    assert await asked.refused(at, at="1990-01-01T00:00:00Z") == "standards.none_in_force"
    before = await asked.ask(HOLDS)
    await stage.act(north, change_settings, ChangeSettings(expected_version=1, locale="de"))
    await work_off(stage)
    after = await asked.ask(HOLDS)
    assert [one["title"]["locale"] for one in (before, after)] == ["en", "de"]
