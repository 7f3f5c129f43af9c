"""What a serving process remembers of registered documents, and how often it asks."""

import asyncio
from collections.abc import Mapping, Sequence

import pytest

from core.kernel.database import Database
from gateway.documents.identifiers import hash_of
from gateway.documents.known import KEPT_S, MOST_AT_ONCE, UNKNOWN_S, KnownDocuments
from gateway.documents.repository import StoredDocuments
from tests.gateway.documents.front_end import FrontEnd

TEXT = "{ __typename }"


class Counted:
    """The stored documents, and what was asked of them."""

    def __init__(self, database: Database) -> None:
        self._stored = StoredDocuments(database)
        self.asked: list[Sequence[str]] = []

    async def texts(self, hashes: Sequence[str]) -> Mapping[str, str]:
        self.asked.append(hashes)
        return await self._stored.texts(hashes)


class Watch:
    """Seconds that go forward when told."""

    def __init__(self) -> None:
        self.seconds = 100.0

    def now(self) -> float:
        return self.seconds


@pytest.fixture
def registry(database: Database) -> Counted:
    return Counted(database)


async def test_a_found_text_is_remembered_and_gone_soon_after_it_was_retired(
    registry: Counted, front_end: FrontEnd
) -> None:
    watch = Watch()
    known = KnownDocuments(registry, now=watch.now)
    text = f"# {front_end.application}\n{TEXT}"
    (hash_,) = await front_end.register(text)
    for _ in range(3):
        assert await known.find(hash_) == text
    assert len(registry.asked) == 1
    await front_end.retire()
    assert await known.find(hash_) == text
    watch.seconds += KEPT_S
    assert await known.find(hash_) is None


async def test_an_unknown_hash_is_remembered_for_seconds(registry: Counted, front_end: FrontEnd) -> None:
    watch = Watch()
    known = KnownDocuments(registry, now=watch.now)
    text = f"# {front_end.application} later\n{TEXT}"
    for _ in range(5):
        assert await known.find(hash_of(text)) is None
    assert len(registry.asked) == 1
    await front_end.register(text)
    watch.seconds += UNKNOWN_S
    assert await known.find(hash_of(text)) == text


async def test_a_flood_of_unknown_hashes_is_a_few_statements_one_at_a_time(registry: Counted) -> None:
    known = KnownDocuments(registry)
    hashes = [hash_of(str(number)) for number in range(2 * MOST_AT_ONCE)]
    found = await asyncio.gather(*(known.find(one) for one in hashes for _ in range(2)))
    assert found == [None] * len(found)
    assert sum(map(len, registry.asked)) == len(hashes)
    assert len(registry.asked) == 2


async def test_whoever_gives_up_waiting_takes_the_answer_from_nobody(registry: Counted, front_end: FrontEnd) -> None:
    known = KnownDocuments(registry)
    (hash_,) = await front_end.register(TEXT)
    impatient, patient = asyncio.create_task(known.find(hash_)), asyncio.create_task(known.find(hash_))
    await asyncio.sleep(0)
    impatient.cancel()
    assert await patient == TEXT
    assert len(registry.asked) == 1


async def test_a_database_that_is_away_is_told_to_all_and_asked_again() -> None:
    nowhere = Counted(Database("postgresql://127.0.0.1:1/nowhere", "x"))
    known = KnownDocuments(nowhere)
    for _ in range(2):
        for error in await asyncio.gather(known.find("a"), known.find("a"), return_exceptions=True):
            assert isinstance(error, OSError)
    assert len(nowhere.asked) == 2


async def test_what_is_remembered_is_bounded(registry: Counted, front_end: FrontEnd) -> None:
    texts = [f"# {front_end.application} {number:03}\n{TEXT}" for number in range(30)]
    hashes = await front_end.register(*texts)
    few = KnownDocuments(registry, most_texts=10)
    short = KnownDocuments(registry, most_characters=3 * len(texts[0]))
    unknown = KnownDocuments(registry, most_unknown=10)
    for hash_, text in zip(hashes, texts, strict=True):
        assert await few.find(hash_) == text
        assert await short.find(hash_) == text
        assert await unknown.find(hash_of(hash_)) is None
    assert (len(few), len(short)) == (10, 3)
    registry.asked.clear()
    assert await few.find(hashes[-1]) == texts[-1]
    assert await unknown.find(hash_of(hashes[-1])) is None
    assert registry.asked == []
    await few.find(hashes[0])
    await unknown.find(hash_of(hashes[0]))
    assert len(registry.asked) == 2
