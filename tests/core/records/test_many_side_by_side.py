"""Records opened at once by one statement: names are taken in one order, and no row is written where one is known."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from typing import Any

import asyncpg
import pytest

from core.kernel.database import Database
from core.kernel.ids import new_id
from core.kernel.plain_pool import PlainPool
from tests.conftest import ROLE_SECRET
from tests.core.records.conftest import Chain
from tests.core.records.opening import Desk, call, calls, ids
from tests.core.records.test_groups_side_by_side import until_both_wait
from tests.core.records.test_opening_in_groups import TAKEN
from tests.support.api import Api

COUNT_RECORDS = """
    CREATE UNLOGGED SEQUENCE tried_records;
    CREATE FUNCTION count_tried_record() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS
      $$ BEGIN PERFORM nextval('public.tried_records'); RETURN NEW; END $$;
    CREATE TRIGGER count_tried BEFORE INSERT ON records FOR EACH ROW EXECUTE FUNCTION count_tried_record()"""
COUNT_NO_MORE = "DROP TRIGGER count_tried ON records; DROP FUNCTION count_tried_record; DROP SEQUENCE tried_records"
TRIED = "SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM tried_records"


@pytest.fixture
async def desk(api: Api, chain: Chain) -> Desk:
    """A desk at which it is known what holds."""
    desk = Desk(api, chain, await chain.tenant("north"))
    await desk.one(call("first"), "first")
    return desk


@pytest.fixture
def refused(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What came of statements that open records and that PostgreSQL refused."""
    found: list[str] = []
    rows = PlainPool.rows

    async def watched(pool: PlainPool, sql: str, values: Sequence[Any], *given: Any, **named: Any) -> Sequence[Any]:
        try:
            return await rows(pool, sql, values, *given, **named)
        except asyncpg.PostgresError as error:
            if "INSERT INTO record_keys" in sql:
                found.append(type(error).__name__)
            raise

    monkeypatch.setattr(PlainPool, "rows", watched)
    return found


@pytest.fixture
async def tried(desk: Desk, admin: Any) -> AsyncIterator[Any]:
    """Tells how many records any statement has begun to write, those that were rolled back as well."""
    await admin.execute(COUNT_RECORDS)
    yield lambda: admin.fetchval(TRIED)
    await admin.execute(COUNT_NO_MORE)


async def test_two_processes_with_the_same_names_crosswise(
    desk: Desk, admin: Any, patient: None, refused: list[str]
) -> None:
    """Both come as far as a name that somebody else is taking; neither may hold what the other needs next."""
    elsewhere, sent = Database(desk.api.database.url, ROLE_SECRET), calls(range(9))
    other = replace(desk, api=replace(desk.api, database=elsewhere))
    taken = admin.transaction()
    await taken.start()
    await admin.execute(TAKEN, desk.scope.tenant_id, desk.scope.network_id, "phone", "call 4", new_id())
    asked = [asyncio.ensure_future(one) for one in (desk.many(sent, "one"), other.many(sent[::-1], "other"))]
    await until_both_wait(admin)
    await taken.rollback()
    told = await asyncio.gather(*asked)
    await elsewhere.close()
    assert refused == ["UniqueViolationError"], "whoever comes second finds the names taken, and waits for none"
    assert ids(told[0]) == ids(told[1])[::-1]
    assert sorted(one["opened"] for one in told) == [0, len(sent)]


async def test_what_comes_again_as_a_whole_is_seen_before_anything_is_written(
    desk: Desk, refused: list[str], tried: Any
) -> None:
    sent = calls(range(40))
    first = await desk.many(sent, "one")
    again = await desk.many(sent, "other")
    assert (again["opened"], ids(again)) == (0, ids(first))
    assert (refused, await tried()) == ([], len(sent))


async def test_a_name_that_is_not_looked_up_is_found_before_records_are_written(
    desk: Desk, refused: list[str], tried: Any
) -> None:
    sent = calls(f"{number:02}" for number in range(40))
    await desk.many(sent[1:2], "one")
    assert (await desk.many(sent, "other"))["opened"] == len(sent) - 1
    assert (refused, await tried()) == (["UniqueViolationError"], len(sent)), "each record is written once"
