"""A small standard to publish and adapt, and what it takes to act on it."""

from collections.abc import Awaitable, Callable, Mapping
from copy import deepcopy
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, TypeVar

from core.kernel.clock import SetClock
from core.kernel.database import Database
from core.kernel.scope import Scope
from core.kernel.unit import Unit
from core.standards.adapt import Adapt, adapt
from core.standards.approve import ApproveVersion, SubmitVersion, approve_version, submit_version
from core.standards.document import converted
from core.standards.draft import DraftStandard, draft_standard
from core.standards.models import Adaptation, StandardVersion
from core.standards.policy.content import StandardContent
from core.standards.publish import PublishVersion, publish_version
from core.standards.resolve import Resolution, effective_standard
from tenants.directory import TenantDirectory
from tests.support.networks import BuiltNetwork, as_person

T = TypeVar("T")
Command = TypeVar("Command")

CODE = "incident-handling"
SINCE = datetime(2010, 1, 1, tzinfo=UTC)
TABLES = (
    "standards",
    "standard_versions",
    "clauses",
    "parameters",
    "standard_heads",
    "published_versions",
    "published_overlays",
    "adaptations",
    "adaptation_proposals",
    "adaptation_rules",
    "effective_documents",
    "waivers",
    "waiver_spans",
    "waiver_events",
    "waiver_requests",
    "waiver_rules",
    "suggestions",
    "suggestion_answers",
    "consultations",
    "draft_comments",
    "consultation_comments",
    "timers",
    "audit_entries",
    "outbox",
    "work_items",
    "approvals",
)

FACTS: dict[str, Any] = {
    "code": CODE,
    "number": "1.0.0",
    "title": {"en": "Incident handling"},
    "clauses": [
        {
            "key": "process",
            "kind": "process",
            "text": {"en": "The steps of an incident."},
            "body": {
                "steps": [
                    {"key": "accepted", "position": 1},
                    {"key": "queued", "position": 2, "required": False},
                    {"key": "completed", "position": 3},
                ]
            },
        },
        {
            "key": "first_response",
            "kind": "limit",
            "level": "baseline",
            "flexibility": "flexible",
            "text": {"en": "Answer in time."},
            "parameters": [
                {
                    "key": "limit",
                    "type": "duration",
                    "default": 7200,
                    "operators": ["assign", "narrow"],
                    "bounds": {"minimum": 600, "maximum": 7200, "direction": "lower"},
                }
            ],
        },
        {
            "key": "greeting",
            "kind": "wording",
            "flexibility": "flexible",
            "operators": ["assign"],
            "text": {"en": "Welcome"},
        },
        {
            "key": "survey",
            "kind": "indicator",
            "text": {"en": "Ask afterwards."},
            "parameters": [{"key": "sample", "type": "integer", "default": 100}],
        },
    ],
}


def content(number: str = "1.0.0", limit: dict[str, Any] | None = None, code: str = CODE) -> StandardContent:
    """A version of the standard, with other terms for the first response where given."""
    facts: dict[str, Any] = deepcopy(FACTS) | {"number": number, "code": code}
    facts["clauses"][1]["parameters"][0] |= limit or {}
    return converted(facts)


def wish(seconds: Any = 3600, **said: Any) -> Adapt:
    """A wish for another limit of the first response."""
    asked: dict[str, Any] = {
        "code": CODE,
        "clause_key": "first_response",
        "parameter_key": "limit",
        "value": seconds,
        "reason": "We are faster.",
        **said,
    }
    return Adapt(**asked)


@dataclass(frozen=True, slots=True)
class Stage:
    """A network, the means to act in it, and a superuser's connection to look behind the walls."""

    database: Database
    clock: SetClock
    network: BuiltNetwork
    admin: Any

    async def act(self, scope: Scope, use_case: Callable[[Unit, Command], Awaitable[T]], command: Command) -> T:
        """Run one use case in a transaction of its own."""
        async with self.unit(scope) as unit:
            return await use_case(unit, command)

    def unit(self, scope: Scope, *, read_only: bool = False) -> Any:
        """Open a unit that can ask about the tree."""
        return self.database.unit(
            replace(scope, instant=self.clock.now()),
            clock=self.clock,
            directory=TenantDirectory(self.database),
            read_only=read_only,
        )

    async def approved(self, given: StandardContent, scope: Scope | None = None) -> tuple[Scope, StandardVersion]:
        """Draft, hand in and approve a version; gives the approver too."""
        place = scope or self.network.headquarters
        author, approver = (as_person(place, place.permissions) for _ in range(2))
        version = await self.act(author, draft_standard, DraftStandard(content=given))
        version = await self.act(
            author, submit_version, SubmitVersion(version_id=version.id, expected_revision=version.revision)
        )
        version = await self.act(
            approver, approve_version, ApproveVersion(version_id=version.id, expected_revision=version.revision)
        )
        return approver, version

    async def publish(
        self, given: StandardContent | None = None, valid_from: datetime | None = SINCE, scope: Scope | None = None
    ) -> StandardVersion:
        """Bring a version all the way."""
        approver, version = await self.approved(given or content(), scope)
        command = PublishVersion(version_id=version.id, expected_revision=version.revision, valid_from=valid_from)
        return await self.act(approver, publish_version, command)

    async def adapt(self, scope: Scope, command: Adapt) -> Adaptation:
        return await self.act(scope, adapt, command)

    async def resolve(
        self,
        scope: Scope,
        at: datetime | None = None,
        known_at: datetime | None = None,
        code: str = CODE,
        context: Mapping[str, str] | None = None,
    ) -> Resolution:
        async with self.unit(scope, read_only=True) as unit:
            return await effective_standard(unit, code, at, known_at, context)

    async def limit(self, scope: Scope, at: datetime | None = None, known_at: datetime | None = None) -> Any:
        """The limit of the first response that holds for a tenant."""
        found = await self.resolve(scope, at, known_at)
        return found.standard.values["first_response", "limit"].value

    async def rows(self) -> dict[str, list[str]]:
        """Everything the network has, to show that a refusal changed nothing."""
        return {
            table: sorted(
                str(row["row"])
                for row in await self.admin.fetch(
                    f"SELECT t::text AS row FROM {table} t WHERE network_id = $1", self.network.id
                )
            )
            for table in TABLES
        }
