"""What a person is reached under, without I/O: the same contact is the same text, however it was written."""

import re
import unicodedata
from dataclasses import field
from typing import Final

from core.kernel.errors import InvalidInput
from core.kernel.frozen import frozen

PHONE: Final = "phone"
EMAIL: Final = "email"
PHONES: Final = frozenset({"phone", "sms", "text_message", "whatsapp", "signal"})
"""Channels in which a person is called by a telephone number."""
LONGEST: Final = 320
"""Characters of a contact; the longest address of e-mail that there may be."""
CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
BETWEEN: Final = re.compile(r"[\s().\-/\u2010-\u2015]")
NUMBER: Final = re.compile(r"\+?[0-9]{3,20}", re.ASCII)
MAILBOX: Final = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]+")


@frozen
class Contact:
    """What somebody is reached under, as it was given.

    Attributes:
        channel: The way in, such as ``phone`` or ``wechat``.
        address: What the channel calls the person; personal.
    """

    channel: str
    address: str = field(repr=False)


@frozen
class Known:
    """A contact as it is looked up.

    Attributes:
        kind: ``phone``, ``email``, or the channel that calls the person so.
        text: The same for every way of writing it; personal.
    """

    kind: str
    text: str = field(repr=False)


def known(contact: Contact) -> Known:
    """Normalise a contact: a telephone number and a mailbox are the same in every channel, a name in its own alone.

    Raises:
        InvalidInput: It is empty, too long, or no telephone number where one is called for.
    """
    said = unicodedata.normalize("NFC", contact.address).strip()
    if not said or len(said) > LONGEST or CONTROL.search(said):
        problem = f"give 1 to {LONGEST} characters, and no control characters"
        raise InvalidInput(field="contact", problem=problem)
    if MAILBOX.fullmatch(said):
        return Known(EMAIL, said.casefold())
    number = number_in(said)
    if number is not None and (contact.channel in PHONES or number.startswith("+")):
        return Known(PHONE, number)
    if contact.channel in PHONES or contact.channel == EMAIL:
        raise InvalidInput(field="contact", problem=f"this is no address that {contact.channel} could reach")
    return Known(contact.channel, said)


def number_in(said: str) -> str | None:
    """Read a telephone number: its digits, with ``+`` before those that begin with the code of a country."""
    bare = BETWEEN.sub("", unicodedata.normalize("NFKC", said))
    bare = f"+{bare[2:]}" if bare.startswith("00") else bare
    return bare if NUMBER.fullmatch(bare) else None


def possible(said: str) -> tuple[Contact, ...]:
    """Say what a contact could be that is looked up without its channel: a mailbox, or a telephone number."""
    return (Contact(EMAIL if MAILBOX.fullmatch(said.strip()) else PHONE, said),)
