"""Notes, checkpoints and keys against published examples, and against whoever changes something in them."""

from base64 import b64decode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.records.sealing.policy.notes import (
    Checkpoint,
    Note,
    NoteIsMalformed,
    VerifyingKey,
    note_of,
    public_half,
    sign,
)

# The example of Go's package golang.org/x/mod/sumdb/note.
PETER = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
PETERS = (
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n"
    "\n"
    "\u2014 PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)
# The example of c2sp.org/tlog-checkpoint.
BEHIND = (
    "example.com/behind-the-sofa\n"
    "20852163\n"
    "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"
    "\n"
    "\u2014 example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+"
    "zyWE+xeMcTOAYQ8=\n"
)
SECRET = bytes(range(32))
KEY = VerifyingKey("example.com/log", public_half(SECRET))
CHECKPOINT = Checkpoint("example.com/log", 7, bytes(32), ("signed 2026-11-21T09:00:00.000000Z",))


def test_a_published_note_is_signed_by_its_published_key() -> None:
    key = VerifyingKey.read(PETER)
    assert key.text == PETER
    note = Note.read(PETERS)
    assert note.is_signed_by(key)
    assert note.written == PETERS


def test_a_published_checkpoint_is_read() -> None:
    note = Note.read(BEHIND)
    read = Checkpoint.read(note.text)
    assert (read.origin, read.size) == ("example.com/behind-the-sofa", 20852163)
    assert read.root == b64decode("CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=")
    assert read.text == note.text
    assert note.written == BEHIND


def test_what_is_signed_here_is_read_again() -> None:
    note = note_of(CHECKPOINT.text, KEY, sign(CHECKPOINT.text, SECRET))
    again = Note.read(note.written)
    assert again == note
    assert again.is_signed_by(VerifyingKey.read(KEY.text))
    assert Checkpoint.read(again.text) == CHECKPOINT
    assert CHECKPOINT.extension("signed") == "2026-11-21T09:00:00.000000Z"
    assert CHECKPOINT.extension("complete") is None


def test_another_key_does_not_do_and_a_wrong_signature_spoils_all() -> None:
    other = VerifyingKey("example.com/log", public_half(bytes(32)))
    note = note_of(CHECKPOINT.text, KEY, sign(CHECKPOINT.text, SECRET))
    assert not note.is_signed_by(other)
    assert not note.is_signed_by()
    forged = note_of(CHECKPOINT.text, other, sign(CHECKPOINT.text, SECRET))
    assert not forged.is_signed_by(other)
    both = Note(note.text, (*note.signatures, *forged.signatures))
    assert both.is_signed_by(KEY)
    assert not both.is_signed_by(KEY, other)


@given(st.data())
def test_no_character_can_be_changed(data: st.DataObject) -> None:
    written = note_of(CHECKPOINT.text, KEY, sign(CHECKPOINT.text, SECRET)).written
    place = data.draw(st.integers(0, len(written) - 1))
    other = data.draw(st.characters(max_codepoint=126).filter(lambda one: one != written[place]))
    changed = written[:place] + other + written[place + 1 :]
    try:
        believed = Note.read(changed).is_signed_by(KEY)
    except NoteIsMalformed:
        return
    assert not believed


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a\n",
        "a\n\n",
        "a\n\nb\n",
        "a\n\n\u2014 name\n",
        "a\n\n\u2014 name AAAA\n",
        "a\n\n\u2014 na+me AAAAAAAA\n",
        "a\tb\n\n\u2014 name AAAAAAAA\n",
        "a\n\n\u2014 name AAAAAAAA",
        "a" * 200_000 + "\n\n\u2014 name AAAAAAAA\n",
    ],
)
def test_what_is_no_note_is_refused(text: str) -> None:
    try:
        note = Note.read(text)
    except NoteIsMalformed:
        return
    assert note.signatures == ()
    assert not note.is_signed_by(KEY)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "log\n",
        "log\n1\n",
        "log\n01\nAAAA\n",
        "log\nx\nAAAA\n",
        "log\n1\nAAAA\n",
        "log\n\u0661\n" + "A" * 43 + "=\n",
    ],
)
def test_what_is_no_checkpoint_is_refused(text: str) -> None:
    with pytest.raises(NoteIsMalformed):
        Checkpoint.read(text)


@pytest.mark.parametrize(
    "text", ["", "a+b", PETER.replace("c74f20a3", "c74f20a4"), PETER[:-4], "a b" + PETER, "+" + PETER]
)
def test_what_is_no_key_is_refused(text: str) -> None:
    with pytest.raises(NoteIsMalformed):
        VerifyingKey.read(text)
