"""What is taken as evidence, without I/O: in which forms, how large, and how a form is recognised by how it begins."""

from collections.abc import Callable, Mapping
from typing import Annotated, Final

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from core.standards.policy.process import Proof

MIB: Final = 1024 * 1024
BEGINNING: Final = 512
"""Bytes by which a form is recognised."""

Bytes = Annotated[int, Field(ge=1, lt=2**31)]
Recognise = Callable[[bytes], bool]


class EvidenceSettings(BaseSettings):
    """What is taken as evidence, from environment variables ``TOUCHSTONE_EVIDENCE_*``.

    Attributes:
        largest: Most bytes by kind, as a JSON object such as ``{"photo": 10000000}``; kinds not named keep theirs.
        media_types: Media types by kind, likewise; of those that this server can recognise.
        most_waiting: Files of one record that may wait to be given as evidence.
        tenant_waiting: Files of one tenant that may wait.
        tenant_waiting_bytes: Bytes of all files of one tenant that may wait.
        kept_hours: Hours for which a file waits before it is deleted.
        idle_s: Seconds within which something more of a file must have arrived.
        slowest: Bytes a second that a file must arrive with on the whole, so that slow senders hold nothing for long.
        at_once: Files that one process receives at a time; of one tenant half as many.
        link_s: Seconds for which a link to a piece of evidence holds.
    """

    model_config = SettingsConfigDict(env_prefix="TOUCHSTONE_EVIDENCE_", extra="ignore", frozen=True)

    largest: dict[Proof, Bytes] = Field(default_factory=dict[Proof, Bytes])
    media_types: dict[Proof, tuple[str, ...]] = Field(default_factory=dict[Proof, tuple[str, ...]])
    most_waiting: int = Field(default=50, ge=1)
    tenant_waiting: int = Field(default=2_000, ge=1)
    tenant_waiting_bytes: int = Field(default=10 * 1024 * MIB, ge=1)
    kept_hours: float = Field(default=24, ge=0)
    idle_s: float = Field(default=20, gt=0)
    slowest: int = Field(default=16 * 1024, ge=1)
    at_once: int = Field(default=32, ge=1)
    link_s: int = Field(default=120, ge=1, le=3_600)

    def most_bytes(self, kind: Proof) -> int:
        """Give the most bytes that a file of a kind may have."""
        return self.largest.get(kind, LARGEST[kind])

    def allowed(self, kind: Proof) -> tuple[str, ...]:
        """Give the media types in which a kind is taken."""
        return self.media_types.get(kind, MEDIA_TYPES[kind])


def load_evidence_settings() -> EvidenceSettings:
    """Read the settings from the environment."""
    return EvidenceSettings.model_validate({})


def starts(*beginnings: bytes, at: int = 0) -> Recognise:
    """Recognise a form by bytes at a place."""
    return lambda begun: any(begun[at:].startswith(one) for one in beginnings)


def brand(*brands: bytes) -> Recognise:
    """Recognise a form of the ISO base media file format by the brands in its first box (ISO/IEC 14496-12, 4.3)."""

    def recognise(begun: bytes) -> bool:
        named = begun[8 : min(int.from_bytes(begun[:4], "big"), len(begun))]
        return begun[4:8] == b"ftyp" and any(named[at : at + 4] in brands for at in range(0, len(named), 4))

    return recognise


def riff(form: bytes) -> Recognise:
    """Recognise a form of RIFF."""
    return lambda begun: begun.startswith(b"RIFF") and begun[8:12] == form


def is_text(begun: bytes) -> bool:
    """Recognise text in UTF-8: no control characters but those between lines, and no other form's beginning."""
    try:
        text = begun.decode()
    except UnicodeDecodeError as broken:
        if broken.start < len(begun) - 3:  # The last character may have been cut.
            return False
        text = begun[: broken.start].decode()
    return all(one.isprintable() or one in "\t\n\r\f\ufeff" for one in text)


def is_json(begun: bytes) -> bool:
    """Recognise a JSON object or list."""
    return is_text(begun) and begun.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in {b"{", b"["}


RECOGNISED: Final[Mapping[str, Recognise]] = {
    "application/pdf": starts(b"%PDF-"),
    "application/gzip": starts(b"\x1f\x8b\x08"),
    "application/json": is_json,
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": starts(b"PK\x03\x04"),
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": starts(b"PK\x03\x04"),
    "audio/mp4": brand(b"M4A ", b"mp41", b"mp42", b"isom", b"iso2", b"iso5", b"iso6", b"dash"),
    "audio/mpeg": starts(b"ID3", b"\xff\xfb", b"\xff\xf3", b"\xff\xf2", b"\xff\xfa"),
    "audio/ogg": starts(b"OggS"),
    "audio/wav": riff(b"WAVE"),
    "image/heic": brand(b"heic", b"heix", b"mif1", b"heim", b"heis", b"hevc"),
    "image/jpeg": starts(b"\xff\xd8\xff"),
    "image/png": starts(b"\x89PNG\r\n\x1a\n"),
    "image/webp": riff(b"WEBP"),
    "text/csv": is_text,
    "text/plain": is_text,
    "video/mp4": brand(b"isom", b"iso2", b"iso4", b"iso5", b"iso6", b"mp41", b"mp42", b"avc1", b"M4V ", b"dash"),
    "video/quicktime": brand(b"qt  "),
    "video/webm": starts(b"\x1a\x45\xdf\xa3"),
}
"""How the media types that can be taken are recognised; what this server cannot recognise is not taken at all.

Forms in which a browser runs what stands in them, such as HTML and SVG, are not among them.
"""

MEDIA_TYPES: Final[Mapping[Proof, tuple[str, ...]]] = {
    Proof.DOCUMENT: (
        "application/pdf",
        "image/jpeg",
        "image/png",
        "text/plain",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ),
    Proof.PHOTO: ("image/jpeg", "image/png", "image/webp", "image/heic"),
    Proof.SIGNATURE: ("image/png", "image/jpeg", "application/pdf"),
    Proof.RECORDING: (
        "audio/mpeg",
        "audio/mp4",
        "audio/ogg",
        "audio/wav",
        "video/mp4",
        "video/quicktime",
        "video/webm",
    ),
    Proof.LOG: ("text/plain", "text/csv", "application/json", "application/gzip"),
}
LARGEST: Final[Mapping[Proof, int]] = {
    Proof.DOCUMENT: 25 * MIB,
    Proof.PHOTO: 25 * MIB,
    Proof.SIGNATURE: 2 * MIB,
    Proof.RECORDING: 200 * MIB,
    Proof.LOG: 50 * MIB,
}
ENDINGS: Final[Mapping[str, str]] = {
    "application/gzip": "gz",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
    "audio/mp4": "m4a",
    "audio/mpeg": "mp3",
    "image/jpeg": "jpg",
    "text/plain": "txt",
    "video/quicktime": "mov",
}
"""How names of files end; others end in the second part of the media type."""


def looks_like(media_type: str, begun: bytes) -> bool:
    """Tell whether a file that begins so is of a media type."""
    known = RECOGNISED.get(media_type)
    return known is not None and known(begun[:BEGINNING])


def file_name(kind: str, media_type: str, number: int) -> str:
    """Name a file for whoever downloads it, without anything that its giver wrote."""
    return f"{kind}-{number}.{ENDINGS.get(media_type, media_type.rpartition('/')[2])}"
