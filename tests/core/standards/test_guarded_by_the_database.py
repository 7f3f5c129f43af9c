"""What may not overlap in time is excluded by the database itself, whoever writes, for every table that says so."""

from typing import Any
from uuid import uuid4

import asyncpg
import pytest

from core.standards.policy.content import Bounds, Narrowing
from core.standards.vocabulary import Operator
from tests.core.standards.builders import CODE, Stage, wish
from tests.core.standards.rollouts.staging import ADOPT, Rolling, wave
from tests.core.standards.test_graphql import client
from tests.core.standards.waivers.asking import front, granted

EXCLUDED = {
    "adaptations_one_at_a_time": "adaptations",
    "adoptions_one_at_a_time": "adoptions",
    "promises_one_at_a_time": "promises",
    "published_overlays_one_adaptation": "published_overlays",
    "published_overlays_one_version": "published_overlays",
    "published_versions_one_at_a_time": "published_versions",
    "rollout_stages_one_at_a_time": "rollout_stages",
    "waiver_spans_one_at_a_time": "waiver_spans",
}
SAID_BY_THE_DATABASE = """SELECT conname, relname FROM pg_constraint JOIN pg_class ON pg_class.oid = conrelid
    WHERE contype = 'x' AND relname = ANY($1::text[])"""
WHICH = {
    "published_overlays_one_adaptation": "kind = 'adaptation'",
    "published_overlays_one_version": "kind = 'version'",
}


async def everything_laid(stage: Stage) -> None:
    """Have a row in each of the tables: a region adapts, north has a waiver and promises, south adopts ahead."""
    network = stage.network
    rolling = await Rolling.on(stage, others=0)
    narrowing = Narrowing(bounds=Bounds(minimum=3000))
    await stage.adapt(network.region, wish(None, operator=Operator.NARROW, narrowing=narrowing))
    north, region = (front(stage, one) for one in (network.north, network.region))
    await granted(stage, north, region)
    limit = {"clauseKey": "first_response", "parameterKey": "limit", "value": 7200, "better": "LOWER"}
    said = {"scope": [{"locale": "en", "text": "Soon."}], "limits": [limit]}
    await north.done("makePromise", "promise { id }", code=CODE, expectedRevision=1, **said)
    await rolling.plan(
        wave("pilots", "TENANTS", network.north, mode="ENFORCED"),
        wave("rest", "REST", mode="ENFORCED", startsAfter=86_400),
    )
    await rolling.start()
    await rolling.do(client(stage, network.south), ADOPT, code=CODE, version="2.0.0", reason="We are ready.")


async def add(stage: Stage, table: str, row: dict[str, Any]) -> None:
    """Write a row as nobody may, past every use case."""
    columns, marks = ", ".join(row), ", ".join(f"${number}" for number in range(1, len(row) + 1))
    await stage.admin.execute(f"INSERT INTO {table} ({columns}) VALUES ({marks})", *row.values())


async def test_no_span_overlaps_another_of_the_same_thing(stage: Stage) -> None:
    tables = sorted(set(EXCLUDED.values()))
    said = {row["conname"]: row["relname"] for row in await stage.admin.fetch(SAID_BY_THE_DATABASE, tables)}
    assert said == EXCLUDED
    await everything_laid(stage)
    for constraint, table in EXCLUDED.items():
        known = "withdrawn_at" if table == "published_versions" else "recorded_to"
        where = f"network_id = $1 AND {known} IS NULL AND {WHICH.get(constraint, 'true')}"
        found = await stage.admin.fetch(f"SELECT * FROM {table} WHERE {where} LIMIT 1", stage.network.id)
        assert found, constraint
        twice: dict[str, Any] = dict(found[0]) | {"id": uuid4()}
        twice |= {"number": "9.9.9"} if table == "published_versions" else {}
        with pytest.raises(asyncpg.ExclusionViolationError, match=constraint):
            await add(stage, table, twice)
        over = {known: found[0]["published_at"] if known == "withdrawn_at" else found[0]["recorded_from"]}
        await add(stage, table, twice | over)
