"""A draft of headquarters and what it takes to have units below comment on it."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from core.kernel.graphql.ids import global_id
from core.standards.draft import DraftStandard, draft_standard
from core.standards.models import StandardVersion
from core.standards.policy.content import StandardContent
from tests.core.standards.builders import Stage, content
from tests.core.standards.waivers.asking import Front, front
from tests.support.networks import as_person

DAY = timedelta(days=1)
SHOWN = (
    "id owner code number title { text } document hash note openedAt endsAt closedAt revision"
    " version { id number revision }"
)
CONSULTATION = f"consultation {{ {SHOWN} }}"
OWN = "id text clauseKey parameterKey status answer answeredAt authorId consultation { id code }"
COMMENT = f"comment {{ {OWN} }}"
RECEIVED = (
    "id fromTenant code number clauseKey parameterKey text status answer answeredBy answeredAt revision"
    " version { id } consultation { id }"
)
ANSWERED = f"comment {{ {RECEIVED} }}"


@dataclass(frozen=True, slots=True)
class Floor:
    """Front ends of headquarters, the region and a franchisee, and a draft of headquarters."""

    hq: Front
    region: Front
    north: Front
    version: StandardVersion

    @property
    def draft(self) -> str:
        return global_id("StandardVersion", self.version.id)


async def drafted(stage: Stage, given: StandardContent | None = None) -> Floor:
    """Write a draft and publish nothing."""
    place = stage.network.headquarters
    author = as_person(place, place.permissions)
    version = await stage.act(author, draft_standard, DraftStandard(content=given or content()))
    region, north = stage.network.region, stage.network.north
    return Floor(front(stage, place), front(stage, region), front(stage, north), version)


def opening(stage: Stage, floor: Floor, **said: Any) -> dict[str, Any]:
    """What opens a consultation for ten days."""
    until = (stage.clock.now() + 10 * DAY).isoformat()
    return {"version": floor.draft, "until": until, "expectedRevision": floor.version.revision, **said}


async def laid_open(stage: Stage, floor: Floor) -> Any:
    return await floor.hq.done("openConsultation", CONSULTATION, **opening(stage, floor, note="Is it enough?"))


def saying(consultation: Any, **said: Any) -> dict[str, Any]:
    """What comments on the limit of the first response."""
    place = {"clauseKey": "first_response", "parameterKey": "limit"}
    return {"consultation": consultation["id"], **place, "text": "Two hours are too long.", **said}


async def listed(somebody: Front, **given: str) -> list[Any]:
    """The consultations somebody can comment on."""
    query = f"query Open($code: String) {{ consultations(filter: {{code: $code}}) {{ nodes {{ {SHOWN} }} }} }}"
    query = query if given else f"{{ consultations {{ nodes {{ {SHOWN} }} }} }}"
    return (await somebody.client.data(query, **given))["consultations"]["nodes"]


async def own(somebody: Front, **filter: Any) -> list[Any]:
    """What the tenant said, narrowed."""
    query = f"query Own($filter: DraftCommentFilter) {{ draftComments(filter: $filter) {{ nodes {{ {OWN} }} }} }}"
    return (await somebody.client.data(query, filter=filter))["draftComments"]["nodes"]


async def received(somebody: Front, **filter: Any) -> list[Any]:
    """What units below said, narrowed."""
    query = (
        "query Said($filter: ConsultationCommentFilter) {"
        f" consultationComments(filter: $filter) {{ nodes {{ {RECEIVED} }} }} }}"
    )
    return (await somebody.client.data(query, filter=filter))["consultationComments"]["nodes"]
