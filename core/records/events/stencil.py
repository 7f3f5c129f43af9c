"""Events that differ in a few places alone, written and hashed without being made one by one.

A stencil is cut from an event that was made by the rules, so that what it gives is what they give, byte by byte.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from hashlib import sha256
from typing import Final, Self

from core.kernel.canonical import canonical_text, instant_text
from core.kernel.frozen import frozen
from core.records.events.policy import LEAF, Event, preimage_of

GAP: Final = "\x00gap\x00"
"""A text that no fact of an event is: it cannot be stored."""
GAP_WRITTEN: Final = r'"\u0000gap\u0000"'


@frozen
class Stencil:
    """First events of records that begin alike at one instant, but for one text among their facts.

    Attributes:
        facts: What stands before and behind the text in the payload.
        leaf: What stands around the event's id, the hash of the payload and the record's id in what is hashed.
    """

    facts: tuple[str, str]
    leaf: tuple[str, str, str, str]

    @classmethod
    def of(cls, event: Event) -> Self:
        """Cut a stencil from an event one of whose facts is :data:`GAP`; its ids stand in it only once each."""
        before, behind = event.payload.split(GAP_WRITTEN)
        digest = sha256(event.payload.encode())
        rest = LEAF.decode() + preimage_of(event, digest.digest(), None)
        first, rest = rest.split(str(event.id))
        second, rest = rest.split(digest.hexdigest())
        third, fourth = rest.split(str(event.record_id))
        return cls((before, behind), (first, second, third, fourth))

    def filled(self, event_id: str, record_id: str, text: str) -> tuple[str, bytes]:
        """Give the payload and the hash of the event that has these ids and this text."""
        payload = f"{self.facts[0]}{text_as_json(text)}{self.facts[1]}"
        first, second, third, fourth = self.leaf
        digest = sha256(payload.encode()).hexdigest()
        leaf = f"{first}{event_id}{second}{digest}{third}{record_id}{fourth}"
        return payload, sha256(leaf.encode()).digest()

    def all_filled(
        self, event_ids: Iterable[str], record_ids: Iterable[str], texts: Sequence[str]
    ) -> tuple[list[str], list[bytes]]:
        """Give the payloads and the hashes of the events that have these ids and texts, as :meth:`filled` does."""
        before, behind = self.facts
        first, second, third, fourth = self.leaf
        payloads = [f"{before}{text}{behind}" for text in texts_as_json(texts)]
        digests = [sha256(payload.encode()).hexdigest() for payload in payloads]
        hashes = [
            sha256(f"{first}{event_id}{second}{digest}{third}{record_id}{fourth}".encode()).digest()
            for event_id, digest, record_id in zip(event_ids, digests, record_ids, strict=True)
        ]
        return payloads, hashes


@frozen
class TimelessStencil:
    """First events of records that begin alike, whenever that is.

    Attributes:
        facts: As of a :class:`Stencil`.
        leaf: The same, with further gaps where it says when the event occurred and when it was recorded.
    """

    facts: tuple[str, str]
    leaf: tuple[str, str, str, str, str, str]

    @classmethod
    def of(cls, event: Event) -> Self:
        """Cut a stencil from an event, as :meth:`Stencil.of` does."""
        timed = Stencil.of(event)
        first, second, third, fourth = timed.leaf
        occurred, until = around(second, "occurredAt", event.occurred_at)
        recorded, ending = around(fourth, "recordedAt", event.recorded_at)
        return cls(timed.facts, (first, occurred, until, third, recorded, ending))

    def filled(
        self, event_id: str, record_id: str, text: str, occurred: datetime, recorded: datetime
    ) -> tuple[str, bytes]:
        """Give the payload and the hash of the event that has these ids and this text and was then."""
        payload = f"{self.facts[0]}{text_as_json(text)}{self.facts[1]}"
        first, second, third, fourth, fifth, sixth = self.leaf
        leaf = (
            f"{first}{event_id}{second}{instant_text(occurred)}{third}{sha256(payload.encode()).hexdigest()}"
            f"{fourth}{record_id}{fifth}{instant_text(recorded)}{sixth}"
        )
        return payload, sha256(leaf.encode()).digest()


def around(text: str, name: str, instant: datetime) -> tuple[str, str]:
    """Give what stands before and behind an instant that is a member of a JSON object."""
    label = f'"{name}":"'
    before, behind = text.split(f'{label}{instant_text(instant)}"')
    return f"{before}{label}", f'"{behind}'


def text_as_json(text: str) -> str:
    """Write a text as canonical JSON; most of them need no escapes."""
    if needs_no_escapes(text):
        return f'"{text}"'
    return canonical_text({"": text}).removeprefix('{"":').removesuffix("}")


def texts_as_json(texts: Sequence[str]) -> Iterable[str]:
    """Write texts as canonical JSON; where none of them needs an escape, that is found out once."""
    return [f'"{text}"' for text in texts] if needs_no_escapes("".join(texts)) else map(text_as_json, texts)


def needs_no_escapes(text: str) -> bool:
    """Tell whether a text stands in canonical JSON as it is."""
    return text.isascii() and text.isprintable() and '"' not in text and "\\" not in text
