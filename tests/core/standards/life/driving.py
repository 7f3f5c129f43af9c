"""Drives a network from move to move, holds all answers to the model, and shows that what is denied changes nothing."""

from collections import Counter
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import chain
from random import Random
from typing import Any
from uuid import UUID, uuid5

from core.kernel.scope import Scope
from tenants.roles import BUILT_IN, RoleKey
from tests.core.standards.builders import Stage
from tests.core.standards.life import office, units, waiving
from tests.core.standards.life.moving import Move, Moves
from tests.core.standards.life.opening import OPENING, Step
from tests.core.standards.life.previewing import LOOK, foreseen, told
from tests.core.standards.life.seeing import Seen, held_against, look, values_held
from tests.core.standards.life.world import HQ, TENANTS, World
from tests.core.standards.test_jobs import work_off
from tests.core.standards.unchanged import everything, looking
from tests.support.api import Api
from tests.support.networks import as_person

EVERY: tuple[Moves, ...] = (
    office.drafts,
    office.clause_moves,
    office.steps,
    office.withdrawals,
    office.rollouts,
    office.consultations,
    office.previews,
    units.adaptations,
    units.wordings,
    units.proposals,
    units.merges,
    waiving.waivers,
    units.answers,
)
ROLES = {HQ: (RoleKey.HEADQUARTERS_ADMINISTRATOR, RoleKey.STANDARDS_EDITOR), "west": (RoleKey.REGIONAL_MANAGER,)}
NAMES = UUID(int=17)
DENIED_A_ROUND = 3
DRAWN = 20_000
"""How often a move is drawn at most until one fits."""


@dataclass(slots=True)
class Life:
    """One network and what was done in it.

    Attributes:
        stage: The network.
        dice: Decides what is done; the same seed does the same.
        tried: How often each kind of move was done, or denied with which code; shared by the networks of one run.
    """

    stage: Stage
    dice: Random
    tried: Counter[tuple[str, str]]
    world: World = field(init=False)
    seen: Seen = field(init=False)
    api: Api = field(init=False)
    digest: str = ""
    previewed: str = ""
    trace: list[str] = field(default_factory=list[str])

    async def live(self, rounds: int) -> None:
        """Live through some rounds: time passes, something is done, and some things are denied."""
        self.world = World(self.stage.clock.now())
        self.api = Api.on(self.stage.database, self.stage.clock)
        await self.settle()
        for step in OPENING:
            await self.take(step)
        for _ in range(rounds):
            await self.pass_time()
            await self.do(self.chosen(refused=False))
            await self.settle()
            before = await self.everything()
            for _ in range(DENIED_A_ROUND):
                before = await self.deny(self.chosen(refused=True), before)

    async def take(self, step: Step) -> None:
        """Do what comes next in the opening, or try it where it must be denied."""
        await self.pass_time(step.after)
        drawn = chain.from_iterable(step.moves(self.world, self.seen, self.dice) for _ in range(DRAWN))
        move = next((one for one in drawn if step.takes(one, self.world)), None)
        assert move is not None, f"{step} cannot be done at the end of\n{self.trail()}"
        if move.refused:
            await self.deny(move, await self.everything())
        else:
            await self.do(move)
        if not move.refused or step.after:
            await self.settle()

    async def pass_time(self, by: timedelta | None = None) -> None:
        """Let minutes pass, and now and then days; what a waiver let off is over at its end, before anybody works."""
        if by is None:
            by = timedelta(days=self.dice.randrange(1, 6)) if self.dice.random() < 0.12 else timedelta(minutes=7)
        before = self.world.now
        self.stage.clock.advance(by)
        self.world.now = self.stage.clock.now()
        self.trace.append(f"-- {by} later")
        if any(one.status == "GRANTED" and before < one.until <= self.world.now for one in self.world.waivers):
            seen = await look(self.api, self.stage.network)
            with self.told():
                for tenant in TENANTS:
                    values_held(self.world, seen, tenant)

    def chosen(self, *, refused: bool) -> Move:
        """Choose among what may, or may not, be done now, what was tried least."""
        given = list(chain.from_iterable(moves(self.world, self.seen, self.dice) for moves in EVERY for _ in range(2)))
        spoiled = [other for one in given for other in one.spoiled()] if refused else []
        found = [one for one in (*given, *spoiled) if bool(one.refused) is refused]
        return min(found, key=lambda one: self.tried[one.kind, one.refused] + 2 * self.dice.random())

    async def do(self, move: Move) -> None:
        """Do what must be done."""
        code, answer = await self.send(move)
        assert code == "", f"{answer} at the end of\n" + self.trail()
        move.then(self.world)
        if move.kind == "preview" and self.world.underway is not None:
            self.previewed = self.world.underway.number

    async def deny(self, move: Move, before: dict[str, str]) -> dict[str, str]:
        """Try what must be denied, and see that nothing has changed anywhere."""
        code, answer = await self.send(move)
        assert code == move.refused, f"{answer} at the end of\n" + self.trail()
        after = await self.everything()
        changed = [name for name in before if before[name] != after[name]]
        assert not changed, f"{changed} at the end of\n" + self.trail()
        return after

    @contextmanager
    def told(self) -> Generator[None]:
        """Tell everything that was done with what is not as the model says."""
        try:
            yield
        except AssertionError as difference:
            raise AssertionError(f"{difference}\nat the end of\n{self.trail()}") from difference

    async def send(self, move: Move) -> tuple[str, Any]:
        """Send a move; gives the code of its refusal and the answer."""
        self.trace.append(f"{move.who} {move.kind} {move.input} -> {move.refused or 'done'}")
        self.tried[move.kind, move.refused] += 1
        key = f"{len(self.trace)}"
        answer = await self.api.execute(self.scope(move.who), move.document, {"input": move.input, "key": key})
        if answer.codes:
            return answer.codes[0], answer.said
        assert answer.data is not None
        [given] = answer.data.values()
        return given.get("code", ""), given

    async def settle(self) -> None:
        """Let the background do what waits, look around, and hold what is shown to the model."""
        await work_off(self.stage)
        self.world.settle()
        self.seen = await look(self.api, self.stage.network)
        with self.told():
            held_against(self.world, self.seen)
        await self.preview()

    async def preview(self) -> None:
        """Look at what was previewed last, if the version is still underway."""
        number, self.previewed = self.previewed, ""
        issue = self.world.underway
        if not number or issue is None or issue.number != number:
            return
        version = self.seen.version(number)["id"]
        answer = await self.api.execute(self.scope("ada@hq"), LOOK, {"version": version})
        assert told(answer.data, self.seen.ids) == foreseen(self.world), f"{answer.data} at the end of\n{self.trail()}"

    def scope(self, who: str) -> Scope:
        """Give the scope of a person of a role; ``reader`` may change nothing."""
        person, tenant = who.split("@")
        scope = dict(zip(TENANTS, self.stage.network.scopes, strict=True))[tenant]
        roles = ROLES.get(tenant, (RoleKey.FRANCHISE_OWNER,)) if person != "reader" else (RoleKey.READ_ONLY_CLIENT,)
        permissions = frozenset[str]().union(*(BUILT_IN[role.value].permissions for role in roles))
        return as_person(scope, permissions, uuid5(NAMES, f"{self.stage.network.key} {person}"))

    async def everything(self) -> dict[str, str]:
        """A digest of every table."""
        self.digest = self.digest or await looking(self.stage.admin)
        return await everything(self.stage, self.digest)

    def trail(self) -> str:
        """Everything that was done so far."""
        return "\n".join(self.trace)
