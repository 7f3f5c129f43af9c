"""What is asked: one operation in the words of each server, and how the peers' answers are read in ours."""

import base64
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any, cast

from tests.benchmarks._execution.network import STANDARD

Data = dict[str, Any]
FRESH = "@@fresh@@"
"""Stands for a name that no other request has; the load fills it in."""


@dataclass(frozen=True, slots=True)
class Document:
    """An operation as one server takes it."""

    text: str
    variables: Mapping[str, Any] = field(default_factory=dict[str, Any])

    def body(self) -> str:
        """Give the body of the request, as browsers write it."""
        return json.dumps({"query": self.text, "variables": dict(self.variables)}, separators=(",", ":"))


@dataclass(frozen=True, slots=True, eq=False)
class Operation:
    """One thing that every server is asked.

    Attributes:
        name: Its short name; also its path at the floor.
        title: What it is.
        ours: As this product takes it; Mercurius has the same schema as far as it is asked for.
        postgraphile: As PostGraphile takes it.
        reads_postgraphile: Turns PostGraphile's answer into ours.
        goal: How many times PostGraphile's requests a second are to be reached.
        writes: How many records each request makes, which must be a new one then.
        connections: Over how many connections it is asked at a time.
    """

    name: str
    title: str
    ours: Document
    postgraphile: Document
    reads_postgraphile: Callable[[Data], Data]
    goal: float
    writes: int = 0
    connections: int = 16


def operations(*, site: bool) -> list[Operation]:
    """Give everything that is asked.

    Args:
        site: Whether the schema lets a record tell its site.
    """
    return [page(), nested(site=site), scanning(), rolled_up(), create(), create_many()]


PAGE_FIELDS = "id channel externalId standardCode standardVersion status priority openedAt resolvedAt stepCount"  # ten
LATEST = "first: 50, orderBy: [OPENED_AT_DESC, ROW_ID_DESC]"


def page() -> Operation:
    """Give the page of 50 records with 10 fields."""
    return Operation(
        name="page",
        title="page",
        ours=Document(f"{{ records(first: 50) {{ nodes {{ {PAGE_FIELDS} }} }} }}"),
        postgraphile=Document(f"{{ allRecords({LATEST}) {{ nodes {{ {PAGE_FIELDS} }} }} }}"),
        reads_postgraphile=lambda data: {"records": {"nodes": data["allRecords"]["nodes"]}},
        goal=4,
    )


def nested(*, site: bool) -> Operation:
    """Give the page of 50 records with their site, where there is such a field, and their first three steps."""
    asked = "id externalId status openedAt" + (" site { key name }" if site else "")
    theirs = "id externalId status openedAt" + (" siteByTenantIdAndSiteId { key name }" if site else "")
    steps = "{ nodes { key status occurredAt } }"

    def read(data: Data) -> Data:
        nodes = [dict(node) for node in data["allRecords"]["nodes"]]
        for node in nodes:
            node["steps"] = node.pop("recordStepsByTenantIdAndRecordId")
            if site:
                node["site"] = node.pop("siteByTenantIdAndSiteId")
        return {"records": {"nodes": nodes}}

    return Operation(
        name="nested",
        title="nested page",
        ours=Document(f"{{ records(first: 50) {{ nodes {{ {asked} steps(first: 3) {steps} }} }} }}"),
        postgraphile=Document(
            f"{{ allRecords({LATEST}) {{ nodes {{ {theirs} "
            f"recordStepsByTenantIdAndRecordId(first: 3, orderBy: [POSITION_ASC]) {steps} }} }} }}"
        ),
        reads_postgraphile=read,
        goal=4,
    )


def month() -> dict[str, str]:
    """Give the last 30 days that have records."""
    last = datetime.now(UTC).date() - timedelta(days=1)
    first: date = last - timedelta(days=29)
    return {"standardCode": STANDARD, "firstDay": first.isoformat(), "lastDay": last.isoformat()}


SUMS = "records steps resolved withinPublishedLimit withinEffectiveLimit"
THEIR_SUMS = "records steps resolved withinPublished withinEffective"
PERIOD = "$standardCode: String!, $firstDay: Date!, $lastDay: Date!"
OF_PERIOD = "standard: $standardCode, firstDay: $firstDay, lastDay: $lastDay"


def figures(theirs: Data) -> Data:
    """Read sums of PostGraphile, which prints big integers as strings and names them after their columns."""
    names = {"withinPublished": "withinPublishedLimit", "withinEffective": "withinEffectiveLimit"}
    return {names.get(name, name): int(value) for name, value in theirs.items()}


def scanning() -> Operation:
    """Give the figures of 30 days with the median, which looks at every record of them."""

    def read(data: Data) -> Data:
        whole = dict(data["peersDashboardScan"])
        median = whole.pop("median")
        return {"qualityDashboard": {"whole": {"figures": figures(whole), "medianResolutionSeconds": median}}}

    return Operation(
        name="scanning",
        title="dashboard, scanning",
        ours=Document(
            "query($period: QualityPeriodInput!) { qualityDashboard(period: $period) { "
            f"whole {{ figures {{ {SUMS} }} medianResolutionSeconds }} }} }}",
            {"period": month()},
        ),
        postgraphile=Document(
            f"query({PERIOD}) {{ peersDashboardScan({OF_PERIOD}) {{ {THEIR_SUMS} median }} }}", month()
        ),
        reads_postgraphile=read,
        goal=1.3,
    )


def rolled_up() -> Operation:
    """Give the figures, scores and days of 30 days, all of which are kept as sums of days."""

    def read(data: Data) -> Data:
        scores = [{**one, "scored": int(one["scored"])} for one in data["peersDashboardScores"]["nodes"]]
        days = [
            {"day": one["day"], "figures": figures({name: value for name, value in one.items() if name != "day"})}
            for one in data["peersDashboardDays"]["nodes"]
        ]
        whole = {"figures": figures(data["peersDashboardSums"]), "scores": scores}
        return {"qualityDashboard": {"whole": whole, "days": days}}

    return Operation(
        name="rolled-up",
        title="dashboard, rolled up",
        ours=Document(
            "query($period: QualityPeriodInput!) { qualityDashboard(period: $period) { "
            f"whole {{ figures {{ {SUMS} }} scores {{ rule dimension scored mean }} }} "
            "days { day figures { records resolved withinEffectiveLimit } } } }",
            {"period": month()},
        ),
        postgraphile=Document(
            f"query({PERIOD}) {{ peersDashboardSums({OF_PERIOD}) {{ {THEIR_SUMS} }} "
            f"peersDashboardScores({OF_PERIOD}) {{ nodes {{ rule dimension scored mean }} }} "
            f"peersDashboardDays({OF_PERIOD}) {{ nodes {{ day records resolved withinEffective }} }} }}",
            month(),
        ),
        reads_postgraphile=read,
        goal=5,
    )


RECORD = "id channel externalId standardCode status priority stepCount openedAt"


def create() -> Operation:
    """Give the opening of one record; each request opens another."""
    given = {"channel": "phone", "standardCode": STANDARD, "externalId": FRESH, "priority": "high"}

    def read(data: Data) -> Data:
        return {"openRecord": {"__typename": "OpenRecordSuccess", "record": data["peersOpenRecord"]["result"]}}

    return Operation(
        name="create",
        title="create one",
        ours=Document(
            "mutation($input: OpenRecordInput!, $key: String!) { openRecord(input: $input, idempotencyKey: $key) "
            f"{{ __typename ... on OpenRecordSuccess {{ record {{ {RECORD} }} }} }} }}",
            {"input": given, "key": FRESH},
        ),
        postgraphile=Document(
            f"mutation($input: PeersOpenRecordInput!) {{ peersOpenRecord(input: $input) {{ result {{ {RECORD} }} }} }}",
            {"input": {**given, "idempotencyKey": FRESH}},
        ),
        reads_postgraphile=read,
        goal=2,
        writes=1,
    )


MANY = 1_000


def create_many() -> Operation:
    """Give the opening of 1,000 records by one request; each request opens others."""
    names = [f"{FRESH}-{number:03}" for number in range(MANY)]
    alike = {"channel": "phone", "standardCode": STANDARD, "priority": "high"}
    columns = {"channels": "channel", "standardCodes": "standardCode", "priorities": "priority"}

    def read(data: Data) -> Data:
        records = data["peersOpenRecords"]["result"]
        success = {"__typename": "OpenRecordsSuccess", "opened": len(records), "records": records}
        return {"openRecords": success}

    return Operation(
        name="create-many",
        title="create 1,000",
        ours=Document(
            "mutation($input: OpenRecordsInput!, $key: String!) { openRecords(input: $input, idempotencyKey: $key) "
            f"{{ __typename ... on OpenRecordsSuccess {{ opened records {{ {RECORD} }} }} }} }}",
            {"input": {"records": [{**alike, "externalId": name} for name in names]}, "key": FRESH},
        ),
        postgraphile=Document(
            "mutation($input: PeersOpenRecordsInput!) { peersOpenRecords(input: $input) "
            f"{{ result {{ {RECORD} }} }} }}",
            {
                "input": {
                    **{name: [alike[one]] * MANY for name, one in columns.items()},
                    "externalIds": names,
                    "idempotencyKey": FRESH,
                }
            },
        ),
        reads_postgraphile=read,
        goal=1.5,
        writes=MANY,
        connections=4,
    )


def plain(value: Any, name: str = "") -> Any:
    """Write an answer so that equal ones are equal: ids without their wrapping, instants and numbers in one form."""
    if isinstance(value, dict):
        return {key: plain(one, key) for key, one in cast("Data", value).items()}
    if isinstance(value, list):
        return [plain(one, name) for one in cast("list[Any]", value)]
    if isinstance(value, str) and name == "id":
        return row_id(value)
    if isinstance(value, str) and name.endswith("At"):
        return datetime.fromisoformat(value).astimezone(UTC).isoformat()
    if isinstance(value, str) and name == "status":
        return value.upper()
    return float(f"{value:.9g}") if isinstance(value, int | float) and not isinstance(value, bool) else value


def row_id(given: str) -> str:
    """Give the row's own id behind a global id: after a colon in ours, last in a JSON list in PostGraphile's."""
    text = base64.urlsafe_b64decode(given + "=" * (-len(given) % 4)).decode()
    return str(json.loads(text)[-1]) if text.startswith("[") else text.partition(":")[2]


def comparable(operation: Operation, data: Data) -> Any:
    """Write an answer without what differs from one creation to the next."""
    shown = plain(data)
    if operation.writes:
        (success,) = shown.values()
        for record in success.get("records") or [success["record"]]:
            record.update({"id": "", "openedAt": "", "externalId": ""})
    return shown
