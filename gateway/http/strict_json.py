"""Reads JSON from strangers: nothing in it may surprise what comes after, whoever parses it next."""

import json
import math
from collections.abc import Sequence
from typing import NoReturn, cast

import orjson

from gateway.http.errors import MalformedRequest

DEEPEST = 64
SHALLOW = 32
FAR_IN = b"\n" + b" " * 2 * SHALLOW
"""How a line begins, where JSON is written with a line for each value, that is deeper than most JSON ever is."""
SHORT = 4_096
"""Most characters of a text whose brackets are counted; to count those of a longer one takes longer than the rest."""
ESCAPE = "\\"
"""A single letter is looked for many times as fast as two."""
LARGEST_INTEGER = 2**63 - 1
LONGEST_NUMBER = 320


def read_json(body: bytes | str) -> object:
    """Read one JSON document.

    Refused beside what is no JSON: text that is not UTF-8, unpaired surrogates and U+0000 (no database column takes
    them), names that occur twice in one object, integers beyond 64 bits, numbers beyond a double, NaN and Infinity,
    and nesting deeper than 64.

    Raises:
        MalformedRequest: It is one of these.
    """
    try:
        text = body.decode() if isinstance(body, bytes) else body
        known = compact(body) if isinstance(body, bytes) else None
        document = DECODER.decode(text) if known is None else known
    except UnicodeDecodeError as error:
        raise MalformedRequest(problem="the body is not UTF-8") from error
    except RecursionError as error:
        raise MalformedRequest(problem=f"the JSON is nested deeper than {DEEPEST}") from error
    except json.JSONDecodeError as error:
        raise MalformedRequest(problem="the body is no JSON") from error
    if not is_plain(text, document):
        check_depth(document)
    return document


def compact(body: bytes) -> object:
    """Read JSON as browsers write it, without a blank; nothing where it has to be looked at piece by piece.

    What is written again to the last byte has no name twice, no number that a reader would change, and nothing that
    only some readers take.
    """
    try:
        document = orjson.loads(body)
        return document if orjson.dumps(document, option=orjson.OPT_STRICT_INTEGER) == body else None
    except (orjson.JSONDecodeError, TypeError):
        return None


def is_plain(text: str, document: object) -> bool:
    """Tell by the looks that JSON is not deep and its texts can be stored: most is, and need not be walked through.

    A surrogate or U+0000 only comes in by an escape, and nothing is deeper than it has brackets that open. Where there
    are many, a line for each value tells how deep they are: no text has a line's end in it that is not escaped.
    """
    if ESCAPE in text and "\\u" in text:
        return False
    if len(text) <= SHORT and text.count("{") + text.count("[") <= DEEPEST:
        return True
    try:
        return FAR_IN not in orjson.dumps(document, option=orjson.OPT_INDENT_2)
    except TypeError:  # A number that the quick writer does not take, or deeper than it goes.
        return False


def read_members(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """Read an object's members."""
    members = dict(pairs)
    if len(members) != len(pairs):
        raise MalformedRequest(problem="a name occurs twice in one JSON object")
    return members


def read_integer(digits: str) -> int:
    """Read an integer of at most 64 bits."""
    value = int(digits) if len(digits) <= LONGEST_NUMBER else LARGEST_INTEGER + 1
    if abs(value) > LARGEST_INTEGER:
        raise MalformedRequest(problem="an integer is beyond 64 bits; send it as a string where the schema allows")
    return value


def read_number(digits: str) -> float:
    """Read a number that a double can hold."""
    value = float(digits)
    if not math.isfinite(value):
        raise MalformedRequest(problem="a number is too large")
    return value


def refuse_constant(name: str) -> NoReturn:
    """Refuse NaN and Infinity, which Python reads and JSON does not know."""
    raise MalformedRequest(problem=f"{name} is no JSON")


DECODER = json.JSONDecoder(
    object_pairs_hook=read_members,
    parse_int=read_integer,
    parse_float=read_number,
    parse_constant=refuse_constant,
)


def check_depth(document: object) -> None:
    """Refuse deep nesting, and text that cannot be stored; without recursion."""
    level: list[object] = [document]
    for _ in range(DEEPEST):
        level = [part for outer in level for part in containers(outer)]
        if not level:
            return
    raise MalformedRequest(problem=f"the JSON is nested deeper than {DEEPEST}")


def containers(value: object) -> Sequence[object]:
    """Unfold one value: give the objects and lists directly in it, checking the texts."""
    if isinstance(value, str):
        check_text(value)
    if isinstance(value, dict):
        members = cast("dict[str, object]", value)
        inner: list[object] = [*members.keys(), *members.values()]
    else:
        inner = cast("list[object]", value) if isinstance(value, list) else []
    for text in inner:
        if isinstance(text, str):
            check_text(text)
    return [one for one in inner if type(one) in {dict, list}]


def check_text(text: str) -> None:
    """Refuse text that is no Unicode text, or holds U+0000."""
    if "\x00" in text:
        raise MalformedRequest(problem="a text holds the character U+0000")
    if not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError as error:
            raise MalformedRequest(problem="a text holds half of a surrogate pair") from error
