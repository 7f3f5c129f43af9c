"""The file a standard is exchanged in: what a version says, with its hash and its change log beside it.

The file is one JSON object. What the version says stands in it exactly as in its canonical text, so the hash can be
recomputed by whoever leaves out ``hash`` and ``changeLog`` and writes the rest as canonical JSON (RFC 8785). Nothing in
it names a network, a tenant or a person.
"""

import json
from collections.abc import Sequence
from typing import Any, Final, NoReturn, cast

from core.kernel.errors import InvalidInput
from core.kernel.frozen import frozen
from core.standards.document import LARGEST, converted
from core.standards.exchange.errors import DocumentMalformed, FormatUnknown, HashDiffers
from core.standards.policy.checks import checked_content, checked_note
from core.standards.policy.content import FORMAT, StandardContent, content_hash, plain_content
from core.standards.policy.documents import canonical_text
from core.standards.policy.values import MAX_INTEGER

LONGEST_SAID: Final = 100
"""Characters of a wrong format or hash that are repeated in a refusal."""


@frozen(kw_only=True)
class StandardFile:
    """A version of a standard as it is exchanged.

    Attributes:
        content: The whole version, normalised.
        change_log: What changed and why, in the author's words; it is not part of the hash.
    """

    content: StandardContent
    change_log: str = ""

    @property
    def hash(self) -> str:
        """Give the hash the version is known by."""
        return content_hash(self.content)


def file_text(file: StandardFile) -> str:
    """Write a file: canonical JSON, the same text for the same version."""
    return canonical_text({**plain_content(file.content), "hash": file.hash, "changeLog": file.change_log})


def read_file(text: str) -> StandardFile:
    """Read a file back.

    Args:
        text: The file; ``hash`` and ``changeLog`` may be left out.

    Raises:
        DocumentMalformed: It is no JSON object.
        FormatUnknown: It is of another form.
        InvalidInput: Something in it cannot be; ``field`` is the place in it.
        VariantsAreAmbiguous: Two variants of a parameter are equally specific and could both apply.
        HashDiffers: Its content is not what its hash says.
    """
    facts = read_object(text)
    check_format(facts.get("format"))
    said, change_log = (text_beside(facts, name) for name in ("hash", "changeLog"))
    file = StandardFile(
        content=checked_content(converted(facts)), change_log=checked_note("changeLog", change_log or "")
    )
    if said is not None and said != file.hash:
        raise HashDiffers(said=said[:LONGEST_SAID], actual=file.hash)
    return file


def check_format(said: object) -> None:
    """Refuse a document of another form.

    Raises:
        FormatUnknown: It is.
    """
    if said != FORMAT:
        raise FormatUnknown(format=said[:LONGEST_SAID] if isinstance(said, str) else "")


def text_beside(facts: dict[str, Any], name: str) -> str | None:
    """Take a text that stands beside the content out of a file.

    Raises:
        InvalidInput: It is no text.
    """
    said = facts.pop(name, None)
    if said is not None and not isinstance(said, str):
        raise InvalidInput(field=name, problem="a text is expected")
    return said


def read_object(text: str) -> dict[str, Any]:
    """Read JSON strictly: one object, every name once, no fractions, only characters that can be kept.

    Raises:
        DocumentMalformed: It is not that.
    """
    if len(text) > LARGEST:
        raise DocumentMalformed(problem=f"it has more than {LARGEST} characters")
    try:
        facts: object = json.loads(
            text, object_pairs_hook=once, parse_int=whole, parse_float=fraction, parse_constant=fraction
        )
        check_letters(facts)
    except json.JSONDecodeError as problem:
        place = f"line {problem.lineno}, column {problem.colno}"
        raise DocumentMalformed(problem=f"{problem.msg} at {place}") from problem
    except RecursionError as problem:
        raise DocumentMalformed(problem="it is nested too deeply") from problem
    except ValueError as problem:
        raise DocumentMalformed(problem=str(problem)) from problem
    if not isinstance(facts, dict):
        raise DocumentMalformed(problem="it is no JSON object")
    return cast("dict[str, Any]", facts)


def once(pairs: Sequence[tuple[str, object]]) -> dict[str, object]:
    """Refuse a name that stands twice; the first would be lost silently."""
    facts = dict(pairs)
    if len(facts) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"{twice[:LONGEST_SAID]} stands twice in one object")
    return facts


def whole(written: str) -> int:
    """Read a whole number within what canonical JSON can say."""
    number = int(written)
    if abs(number) > MAX_INTEGER:
        raise ValueError(f"{written[:LONGEST_SAID]} is beyond what all readers read alike")
    return number


def fraction(written: str) -> NoReturn:
    """Refuse a number that readers would round differently."""
    raise ValueError(f"{written[:LONGEST_SAID]} is no whole number; decimals are written as texts")


def check_letters(facts: object) -> None:
    """Refuse halves of characters and the character U+0000, which no database column takes."""
    try:
        encoded = json.dumps(facts, ensure_ascii=False).encode()
    except UnicodeEncodeError as problem:
        raise ValueError("it holds half a character") from problem
    if b"\\u0000" in encoded.replace(b"\\\\", b""):
        raise ValueError("it holds the character U+0000")
