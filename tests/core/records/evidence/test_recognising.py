"""What a file is is seen by how it begins, and not by what it is said to be."""

import gzip
import io
import json
import wave
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.records.evidence.limits import MEDIA_TYPES, RECOGNISED, EvidenceSettings, file_name, is_text, looks_like
from core.standards.policy.process import Proof


def sound() -> bytes:
    made = io.BytesIO()
    with wave.open(made, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8_000)
        file.writeframes(bytes(100))
    return made.getvalue()


def archive() -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as file:
        file.writestr("[Content_Types].xml", "<Types/>")
    return made.getvalue()


def boxed(major: bytes, *compatible: bytes) -> bytes:
    brands = major + bytes(4) + b"".join(compatible)
    return (8 + len(brands)).to_bytes(4, "big") + b"ftyp" + brands + bytes(100)


OFFICE = "application/vnd.openxmlformats-officedocument."
SAMPLES = {
    "application/pdf": b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n",
    "application/gzip": gzip.compress(b"lines"),
    "application/json": json.dumps([{"line": "ä"}]).encode(),
    f"{OFFICE}wordprocessingml.document": archive(),
    f"{OFFICE}spreadsheetml.sheet": archive(),
    "audio/mp4": boxed(b"M4A ", b"mp42"),
    "audio/mpeg": b"ID3\x04\x00\x00" + bytes(50),
    "audio/ogg": b"OggS\x00\x02" + bytes(50),
    "audio/wav": sound(),
    "image/heic": boxed(b"mif1", b"heic"),
    "image/jpeg": b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + bytes(50),
    "image/png": b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR",
    "image/webp": b"RIFF\x24\x00\x00\x00WEBPVP8 ",
    "text/csv": "naïve;价格\r\n1;2\r\n".encode(),
    "text/plain": "Grüße aus Köln\n".encode(),
    "video/mp4": boxed(b"isom", b"avc1"),
    "video/quicktime": boxed(b"qt  "),
    "video/webm": b"\x1a\x45\xdf\xa3" + bytes(50),
}
ALIKE = (
    {f"{OFFICE}wordprocessingml.document", f"{OFFICE}spreadsheetml.sheet"},
    {"audio/mp4", "video/mp4"},
    {"text/csv", "text/plain", "application/json"},
)
"""Forms that begin alike."""


def test_every_form_that_is_taken_is_recognised_and_as_nothing_else() -> None:
    assert set(SAMPLES) == set(RECOGNISED)
    assert {one for types in MEDIA_TYPES.values() for one in types} <= set(RECOGNISED)
    for media_type, sample in SAMPLES.items():
        taken = {one for one in RECOGNISED if looks_like(one, sample)}
        like = next((one for one in ALIKE if media_type in one), {media_type})
        assert media_type in taken
        assert taken <= like, media_type


@pytest.mark.parametrize(
    "hostile", [b"<html><script>", b"<svg xmlns=", b"MZ\x90\x00", b"\x7fELF\x02", b"#!/bin/sh\n\x00"]
)
def test_what_runs_is_no_picture_document_or_recording(hostile: bytes) -> None:
    for media_type in set(RECOGNISED) - {"text/plain", "text/csv"}:
        assert not looks_like(media_type, hostile)


@settings(max_examples=60)
@given(st.text(st.characters(exclude_categories=["C", "Z"]), max_size=300))
def test_text_is_text_wherever_its_beginning_is_cut(text: str) -> None:
    written = text.encode()
    assert is_text(written)
    for cut in range(max(0, len(written) - 5), len(written)):
        assert is_text(written[:cut])
    assert not is_text(written + b"\x00")
    assert not is_text(b"\xff\xfe" + written + b"aaaa")


def test_settings_change_one_kind_and_leave_the_others() -> None:
    given_ = EvidenceSettings.model_validate({"largest": {"photo": 5}, "media_types": {"log": ["text/plain"]}})
    assert (given_.most_bytes(Proof.PHOTO), given_.allowed(Proof.LOG)) == (5, ("text/plain",))
    usual = EvidenceSettings()
    assert given_.most_bytes(Proof.LOG) == usual.most_bytes(Proof.LOG)
    assert given_.allowed(Proof.PHOTO) == usual.allowed(Proof.PHOTO)


def test_names_of_files_say_nothing_but_kind_number_and_form() -> None:
    assert file_name("photo", "image/jpeg", 3) == "photo-3.jpg"
    assert file_name("log", "application/json", 1) == "log-1.json"
