"""Published logs of real services come in whole; the expected figures are counted by a plain walk over the XML."""

import gzip
import statistics
import xml.etree.ElementTree as ET
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from core.records.logs.sources import open_log
from core.records.mappings.drafting import Drafting, RecordDraft, Refusal, read_traces
from core.records.mappings.loading import shipped_mapping
from tests.core.records.conftest import Chain

FOLDER = Path(__file__).parents[4] / "shared" / "data"
INCIDENTS = FOLDER / "bpic2013_incidents.xes.gz"
RECEIPT = FOLDER / "receipt.xes.gz"
TWO_DAYS = timedelta(hours=48)

pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason="the published logs are not beside this checkout")


@dataclass(slots=True)
class Walked:
    """What a plain walk over a log counts."""

    records: int = 0
    steps: int = 0
    tenants: Counter[str] = field(default_factory=Counter[str])
    resolved: list[timedelta] = field(default_factory=list[timedelta])
    closed: int = 0
    steps_by_key: Counter[str] = field(default_factory=Counter[str])
    performers: set[str] = field(default_factory=set[str])


def traces(path: Path) -> Iterator[tuple[dict[str, str], list[dict[str, str]]]]:
    with gzip.open(path) as file:
        for _, element in ET.iterparse(file):  # noqa: S314 - a published file, read by the test alone
            if element.tag.endswith("}trace"):
                said = {one.get("key", ""): one.get("value", "") for one in element if not one.tag.endswith("}event")}
                events = [
                    {one.get("key", ""): one.get("value", "") for one in event}
                    for event in element
                    if event.tag.endswith("}event")
                ]
                yield said, events
                element.clear()


def walk_incidents() -> Walked:
    walked = Walked()
    for _, events in traces(INCIDENTS):
        walked.records += 1
        walked.steps += len(events)
        country = events[0]["organization country"].lower()
        walked.tenants["unknown" if country == "0" else country] += 1
        begin = datetime.fromisoformat(events[0]["time:timestamp"])
        done = [one for one in events if one["concept:name"] == "Completed"]
        if done:
            walked.resolved.append(datetime.fromisoformat(done[0]["time:timestamp"]) - begin)
            walked.closed += any(one["lifecycle:transition"] == "Closed" for one in done)
        walked.steps_by_key.update(one["concept:name"].lower() for one in events)
        walked.performers.update(one["org:resource"] for one in events)
    return walked


async def test_the_incidents_are_imported_whole(chain: Chain, admin: Any) -> None:
    walked = walk_incidents()
    assert (walked.records, walked.steps, len(walked.tenants)) == (7_554, 65_533, 22)
    assert (len(walked.resolved), sum(one <= TWO_DAYS for one in walked.resolved)) == (7_546, 4_682)
    assert round(statistics.median(one / timedelta(hours=1) for one in walked.resolved), 2) == 6.03

    done = await chain.bring(INCIDENTS, shipped_mapping("bpic2013_incidents"), opener=chain)
    assert (done.failure, done.figures.refused) == (None, 0)
    assert (done.figures.imported, done.figures.steps) == (walked.records, walked.steps)
    assert done.figures.tenants == walked.tenants
    assert done.figures.placeholders == {"tenant": walked.tenants["unknown"]}
    assert await figures_of(admin, chain) == {
        "records": walked.records,
        "steps": walked.steps,
        "tenants": 22,
        "resolved": len(walked.resolved),
        "closed": walked.closed,
        "in_time": 4_682,
        "median_hours": 6.03,
        "counted": walked.steps,
    }
    keys = await admin.fetch(
        "SELECT key, count(*) FROM record_steps WHERE network_id = $1 GROUP BY 1", chain.scope.network_id
    )
    assert {row[0]: row[1] for row in keys} == walked.steps_by_key
    pseudonyms = await admin.fetch(
        "SELECT DISTINCT performer_pseudonym FROM record_steps WHERE network_id = $1", chain.scope.network_id
    )
    assert not {row[0] for row in pseudonyms} & walked.performers

    again = await chain.bring(INCIDENTS, shipped_mapping("bpic2013_incidents"), opener=chain)
    assert (again.figures.new, again.figures.imported, again.created) == (0, walked.records, ())


async def figures_of(admin: Any, chain: Chain) -> dict[str, Any]:
    row = await admin.fetchrow(
        """
        SELECT count(*) AS records, count(DISTINCT tenant_id) AS tenants, count(resolved_at) AS resolved,
          count(closed_at) AS closed, count(*) FILTER (WHERE resolution_seconds <= 172800) AS in_time,
          round((percentile_cont(0.5) WITHIN GROUP (ORDER BY resolution_seconds) / 3600)::numeric, 2)::float
            AS median_hours,
          sum(step_count)::bigint AS counted,
          (SELECT count(*) FROM record_steps WHERE network_id = $1) AS steps
        FROM records WHERE network_id = $1
        """,
        chain.scope.network_id,
    )
    return dict(row)


def test_the_receipt_phase_is_read_whole() -> None:
    channels = {
        "Internet": "website",
        "Desk": "site_desk",
        "Post": "post",
        "e-mail": "email",
        "Intern": "internal",
    }
    expected: Counter[tuple[str, str]] = Counter()
    records = steps = resolved = 0
    for said, events in traces(RECEIPT):
        records, steps = records + 1, steps + len(events)
        expected[said["department"].lower().replace(" ", "-"), channels[said["channel"]]] += 1
        resolved += any(one["concept:name"].startswith("T10 ") for one in events)
    assert (records, steps) == (1_434, 8_577)

    drafts = list(read(RECEIPT, "receipt"))
    assert (len(drafts), sum(len(draft.steps) for draft in drafts)) == (records, steps)
    assert Counter((draft.tenant_key, draft.channel) for draft in drafts) == expected
    assert sum(draft.resolved_at is not None for draft in drafts) == resolved


def read(path: Path, mapping: str) -> Iterator[RecordDraft]:
    said = shipped_mapping(mapping)
    drafting = Drafting(said)
    with open_log(path) as stream:
        for draft in map(drafting.draft, read_traces(stream, said)):
            assert not isinstance(draft, Refusal)
            yield draft
