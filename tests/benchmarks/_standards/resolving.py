"""Standards: resolving a large one through four levels, cold and cached, beside parsing the same answer as JSON."""

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from typing import Any

import orjson

from core.kernel.graphql.context import RequestContext
from core.kernel.ids import new_id
from core.kernel.scope import Actor, ActorKind, Scope
from core.standards.amend import amend, row_of
from core.standards.approve import ApproveVersion, SubmitVersion, approve_version, submit_version
from core.standards.draft import DraftStandard, draft_standard
from core.standards.models import StandardVersion
from core.standards.policy.content import Bounds, ClauseContent, ParameterContent, StandardContent, read_content
from core.standards.policy.overlays import Overlay
from core.standards.policy.spans import Span
from core.standards.publish import PublishVersion, publish_version
from core.standards.repository.adaptations import next_head
from core.standards.resolve import effective_standard
from core.standards.standing import holding_at
from core.standards.vocabulary import ClauseKind, Direction, Flexibility, Operator, ParameterType
from gateway.answering.answering import Answering
from gateway.http.features import contributions
from gateway.schema.assembly import build_schema
from tests.benchmarks._ground import SETTINGS, Ground, own_ground
from tests.benchmarks._harness import case, interleaved
from tests.support.cluster import superuser
from tests.support.networks import FOUNDED, build_network, provisioned

CODE = "large-standard"
GOAL, COLD_GOAL = 1.0, 100.0
CACHED_AT_ONCE = 20
FULL, QUICK = (500, 4), (10, 2)
WHOLE = """{ effectiveStandard(code: "large-standard") { hash version revision values {
    clauseKey parameterKey variant type unit value publishedValue adapted operators limits { kind value setBy }
    why { kind owner overlayId version variant operator value outcome limit { kind value setBy } setBy problem basedOn
      authorId approverId reason legalBasis validFrom validTo recordedFrom } } } }"""
EVERY = 7
"""Each level below headquarters adapts every seventh parameter."""


async def cases(quick: bool) -> list[dict[str, Any]]:
    """Measure; the short form has a small standard and one round."""
    clauses, each = QUICK if quick else FULL
    async with own_ground() as (ground, _, admin_url):
        lowest = await founded(ground, clauses, each)
        admin = await superuser(admin_url)
        await admin.execute("ANALYZE")
        await admin.close()
        return await resolving(ground, lowest, clauses, clauses * each, 1 if quick else 5)


async def founded(ground: Ground, clauses: int, each: int) -> Scope:
    """Publish a large standard and let three levels below adapt it; gives the lowest."""
    network = await build_network(ground.database, ground.clock)
    top = network.headquarters
    [area] = await provisioned(ground.database, ground.clock, top, network.region, ("area", "region"))
    [shop] = await provisioned(ground.database, ground.clock, top, area, ("shop", "franchisee"))
    version = await published(ground, top, large(clauses, each))
    for depth, scope in enumerate((network.region, area, shop)):
        await adapted(ground, scope, version, clauses, each, depth)
    return shop


def large(clauses: int, each: int) -> StandardContent:
    """Make up a standard of many flexible limits."""
    limits = tuple(
        ParameterContent(
            key=f"limit_{number}",
            type=ParameterType.INTEGER,
            default=1000,
            operators=(Operator.ASSIGN, Operator.NARROW),
            bounds=Bounds(minimum=0, maximum=1000, direction=Direction.LOWER),
        )
        for number in range(each)
    )
    return StandardContent(
        code=CODE,
        number="1.0.0",
        title={"en": "A large standard"},
        clauses=tuple(
            ClauseContent(
                key=f"clause_{number}",
                kind=ClauseKind.REQUIREMENT,
                flexibility=Flexibility.FLEXIBLE,
                text={"en": f"Requirement {number} is kept.", "zh-Hans": f"{number}"},
                parameters=limits,
            )
            for number in range(clauses)
        ),
    )


async def published(ground: Ground, scope: Scope, content: StandardContent) -> StandardVersion:
    """Bring a version all the way."""
    author, approver = (replace(scope, actor=Actor(ActorKind.PERSON, new_id())) for _ in range(2))
    async with ground.database.unit(author, clock=ground.clock, directory=ground.directory) as unit:
        draft = await draft_standard(unit, DraftStandard(content=content))
        version = await submit_version(unit, SubmitVersion(version_id=draft.id, expected_revision=draft.revision))
    async with ground.database.unit(approver, clock=ground.clock, directory=ground.directory) as unit:
        approval = ApproveVersion(version_id=version.id, expected_revision=version.revision)
        version = await approve_version(unit, approval)
        command = PublishVersion(version_id=version.id, expected_revision=version.revision, valid_from=FOUNDED)
        return await publish_version(unit, command)


async def adapted(ground: Ground, scope: Scope, version: StandardVersion, clauses: int, each: int, depth: int) -> None:
    """Lay many adaptations of one level at once."""
    async with ground.database.unit(scope, clock=ground.clock, directory=ground.directory) as unit:
        head = await next_head(unit, CODE)
        places = [(clause, number) for clause in range(clauses) for number in range(each)]
        rows = [
            row_of(unit, CODE, overlay(scope, clause, number, 900 - 100 * depth, head.recorded_at), version.id, head)
            for clause, number in places[depth::EVERY]
        ]
        await amend(unit, closed=[], added=rows, head=head)


def overlay(scope: Scope, clause: int, number: int, value: int, recorded: Any) -> Overlay:
    """Give one adaptation."""
    return Overlay(
        id=new_id(),
        owner_tenant_id=scope.tenant_id,
        clause_key=f"clause_{clause}",
        parameter_key=f"limit_{number}",
        operator=Operator.ASSIGN,
        value=value,
        author_id=scope.actor.id,
        reason="As we do it here.",
        span=Span(FOUNDED),
        recorded_from=recorded,
    )


async def resolving(ground: Ground, scope: Scope, clauses: int, total: int, rounds: int) -> list[dict[str, Any]]:
    """Measure a resolution from nothing, one that finds what held before, and the parsing of what both give."""
    async with ground.database.unit(scope, clock=ground.clock, directory=ground.directory) as unit:
        document = (await effective_standard(unit, CODE)).document
        await holding_at(unit, CODE, unit.now)

    async def cold() -> None:
        read_content.cache_clear()
        async with ground.database.unit(scope, clock=ground.clock, directory=ground.directory) as unit:
            await effective_standard(unit, CODE, own=False)

    async def told() -> float:
        async with ground.database.unit(scope, clock=ground.clock, directory=ground.directory) as unit:
            await effective_standard(unit, CODE)
            return await often(lambda: effective_standard(unit, CODE))

    async def cached() -> float:
        async with ground.database.unit(scope, clock=ground.clock, directory=ground.directory) as unit:
            return await often(lambda: holding_at(unit, CODE, unit.now))

    asking = Asking(ground, scope)
    answer = await asking.ask()

    took = await interleaved(
        rounds,
        cold=cold,
        cached=cached,
        told=told,
        parsed=lambda: often(lambda: parsing(document)),
        answered=lambda: often(asking.ask),
        answer_parsed=lambda: often(lambda: parsing(answer)),
    )
    name = f"resolving {clauses} clauses with {total} parameters through four levels"
    asked = (
        (f"{name}, cold", "cold", document, "parsed", COLD_GOAL),
        (f"{name}, cached, for a record to pin", "cached", document, "parsed", GOAL),
        (f"{name}, cached, for a use case, with every reason", "told", document, "parsed", GOAL),
        (f"{name}, cached, as the API answers, with every reason", "answered", answer, "answer_parsed", GOAL),
    )
    return [
        case(
            called,
            took[which] * 1e3,
            "ms",
            against=f"parsing the answer ({len(whole) / 1024:.0f} KiB) as JSON",
            ratio=took[which] / took[rival],
            goal=f"<= {goal:g}",
            met=took[which] <= goal * took[rival],
        )
        for called, which, whole, rival, goal in asked
    ]


async def often(run: Callable[[], Awaitable[Any]]) -> float:
    """Give the seconds that one run takes, of many."""
    started = time.perf_counter()
    for _ in range(CACHED_AT_ONCE):
        await run()
    return (time.perf_counter() - started) / CACHED_AT_ONCE


async def parsing(text: str | bytes) -> None:
    """Parse what was answered."""
    orjson.loads(text)


@dataclass(slots=True)
class Asking:
    """Asks the API of one process what holds in a tenant, and why."""

    ground: Ground
    scope: Scope
    answering: Answering = field(default_factory=lambda: Answering(build_schema(contributions(), SETTINGS)))

    async def ask(self) -> bytes:
        """Give the answer as it is sent.

        Raises:
            RuntimeError: It was refused.
        """
        context = RequestContext(
            database=self.ground.database,
            clock=self.ground.clock,
            directory=self.ground.directory,
            services=self.ground.services,
            settings=SETTINGS,
            scope=self.scope,
        )
        done: Any = await self.answering.execute(WHOLE, {}, context)
        if done.errors:
            raise RuntimeError(done.errors[0].message)
        return getattr(done, "body", None) or orjson.dumps({"data": done.data})
