"""Registered documents as a serving process knows them: the texts asked for last, and for seconds what is unknown.

However many requests name hashes that nobody registered, one statement at a time asks for all that came together.
"""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

KEPT_S = 30.0
"""Seconds after which a text is looked up again; a retired one is served no longer than that."""
UNKNOWN_S = 3.0
"""Seconds for which a hash is taken to be unknown; a new one is served after that at the latest."""
MOST_TEXTS = 5_000
MOST_CHARACTERS = 16_000_000
MOST_UNKNOWN = 10_000
MOST_AT_ONCE = 500


class Registry(Protocol):
    """Where registered documents are looked up."""

    async def texts(self, hashes: Sequence[str]) -> Mapping[str, str]:
        """Give the texts of those that are registered and not retired, by hash."""
        ...


class KnownDocuments:
    """Remembers registered documents.

    Args:
        registry: Where they are looked up.
        now: Seconds that only go forward.
        most_texts: How many texts are remembered.
        most_characters: How long they are together.
        most_unknown: How many hashes are remembered to be unknown.
    """

    def __init__(
        self,
        registry: Registry,
        *,
        now: Callable[[], float] = time.monotonic,
        most_texts: int = MOST_TEXTS,
        most_characters: int = MOST_CHARACTERS,
        most_unknown: int = MOST_UNKNOWN,
    ) -> None:
        self._registry, self._now = registry, now
        self._most_texts, self._most_characters, self._most_unknown = most_texts, most_characters, most_unknown
        self._texts: OrderedDict[str, tuple[str, float]] = OrderedDict()
        self._unknown: OrderedDict[str, float] = OrderedDict()
        self._characters = 0
        self._waiting: dict[str, asyncio.Future[str | None]] = {}
        self._asking: asyncio.Task[None] | None = None

    def __len__(self) -> int:
        """Give how many texts are remembered."""
        return len(self._texts)

    def recall(self, hash_: str) -> str | None:
        """Give a document's text, if it was looked up lately; nothing where that is to be done."""
        kept = self._texts.get(hash_)
        if kept is None or self._now() >= kept[1]:
            return None
        self._texts.move_to_end(hash_)
        return kept[0]

    async def find(self, hash_: str) -> str | None:
        """Give a document's text; nothing where it is not registered."""
        known = self.recall(hash_)
        if known is not None:
            return known
        now = self._now()
        if now < self._unknown.get(hash_, now):
            return None
        if hash_ not in self._waiting:
            self._waiting[hash_] = asyncio.get_running_loop().create_future()
        found = self._waiting[hash_]
        if self._asking is None or self._asking.done():
            self._asking = asyncio.create_task(self._ask())
        return await asyncio.shield(found)  # whoever gives up waiting does not take the answer from the others

    async def _ask(self) -> None:
        """Look up what is waited for, as much at once as has gathered, until nothing is."""
        while self._waiting:
            asked = {hash_: self._waiting.pop(hash_) for hash_ in list(self._waiting)[:MOST_AT_ONCE]}
            try:
                texts = await self._registry.texts(list(asked))
            except Exception as error:  # noqa: BLE001 - whoever waits is told
                for future in asked.values():
                    future.set_exception(error)
                    future.exception()  # it is no fault that nobody waits any more
                continue
            for hash_, future in asked.items():
                self._keep(hash_, texts.get(hash_))
                future.set_result(texts.get(hash_))

    def _keep(self, hash_: str, text: str | None) -> None:
        self._forget(hash_)
        if text is None:
            self._unknown[hash_] = self._now() + UNKNOWN_S
            if len(self._unknown) > self._most_unknown:
                self._unknown.popitem(last=False)
            return
        self._texts[hash_] = (text, self._now() + KEPT_S)
        self._characters += len(text)
        while len(self._texts) > self._most_texts or self._characters > self._most_characters:
            self._forget(next(iter(self._texts)))

    def _forget(self, hash_: str) -> None:
        self._unknown.pop(hash_, None)
        kept = self._texts.pop(hash_, None)
        self._characters -= len(kept[0]) if kept else 0
