"""Events that differ in a few places alone, written and hashed without being made one by one.

A stencil is cut from an event that was made by the rules, so that what it gives is what they give, byte by byte.
"""

from dataclasses import dataclass
from hashlib import sha256
from typing import Final, Self

from core.kernel.canonical import canonical_text
from core.records.events.policy import LEAF, Event, preimage_of

GAP: Final = "\x00"
"""A text that no fact of an event is: it cannot be stored."""
GAP_WRITTEN: Final = r'"\u0000"'


@dataclass(frozen=True, slots=True)
class Stencil:
    """First events of records that begin alike, but for one text among their facts.

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


def text_as_json(text: str) -> str:
    """Write a text as canonical JSON; most of them need no escapes."""
    if text.isascii() and text.isprintable() and '"' not in text and "\\" not in text:
        return f'"{text}"'
    return canonical_text({"": text}).removeprefix('{"":').removesuffix("}")
