"""What is not sealed yet and put behind another record's events is found, with every hash made to fit."""

from dataclasses import replace

import pytest

from core.kernel.ids import new_id
from core.records.events.policy import Event, leaf_hash
from core.records.sealing.examine import examine
from core.records.sealing.policy.examining import Held
from tests.core.records.sealing.logbook import Logbook


@pytest.mark.parametrize("number", [5, 9])
async def test_a_tail_behind_another_record_is_found(book: Logbook, number: int) -> None:
    """The chain of one record is gone on with on another, under the number that comes next or any other."""
    await book.write(records=2)
    await book.seal()
    one, other = book.heads
    tail = await book.go_on(one, 3)
    assert (await examine(book.admin.fetch, book.log, Held())).findings == []
    previous = tail[0].previous
    for place, event in enumerate(tail):
        moved: Event = replace(event, record_id=other, number=number + place, previous=previous)
        previous = leaf_hash(moved)
        done = await book.admin.execute(
            "UPDATE record_events SET record_id = $2, number = $3, previous = $4, hash = $5 WHERE id = $1",
            *(event.id, other, moved.number, moved.previous, previous),
        )
        assert done == "UPDATE 1"
    found = (await examine(book.admin.fetch, book.log, Held())).findings
    assert {(one.kind.value, one.id) for one in found} >= {("chain_broken", tail[0].id)}


async def test_a_tail_that_leaves_out_what_it_stands_on_is_found(book: Logbook) -> None:
    """The first of the tail names a sealed event of its own record, but not its last one."""
    await book.write(records=1)
    await book.seal()
    [record] = book.heads
    third = await book.admin.fetchval("SELECT hash FROM record_events WHERE record_id = $1 AND number = 3", record)
    [last] = await book.go_on(record)
    forked = replace(last, id=new_id(), number=6, previous=third)
    await book.admin.execute(
        "UPDATE record_events SET id = $2, number = 6, previous = $3, hash = $4 WHERE id = $1",
        *(last.id, forked.id, third, leaf_hash(forked)),
    )
    found = (await examine(book.admin.fetch, book.log, Held())).findings
    assert ("chain_broken", forked.id) in {(one.kind.value, one.id) for one in found}
