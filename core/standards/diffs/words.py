"""What differs between two texts, word by word, and character by character where a script has no blanks.

A comparison never costs more than a bound, whatever the texts are: where words match too often, sentences are compared,
and where these do too, what lies between the common beginning and the common end is taken as replaced.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from enum import StrEnum
from typing import Final

from core.kernel.frozen import frozen

CJK: Final = "\u2e80-\u9fff\uf900-\ufaff\uff66-\uff9f\U00020000-\U0003ffff"
"""Scripts that are written without blanks between words: Chinese characters, kana and their kin."""
WORDS: Final = re.compile(rf"[{CJK}]|[^\W{CJK}]+|\s+|[^\w\s]", re.UNICODE)
SENTENCES: Final = re.compile(r"[^.!?\u3002\uff01\uff1f\n]*[.!?\u3002\uff01\uff1f\n]+\s*|[^.!?\u3002\uff01\uff1f\n]+")
MOST_PAIRS: Final = 100_000
"""Pairs of equal tokens that are looked at; two plain texts of 4,000 characters have about half as many."""


class SpanKind(StrEnum):
    """What became of a part of a text."""

    EQUAL = "equal"
    INSERTED = "inserted"
    DELETED = "deleted"


@frozen
class TextSpan:
    """A part of a text that stayed, came or went."""

    kind: SpanKind
    text: str


def text_spans(before: str, after: str) -> tuple[TextSpan, ...]:
    """Compare two texts.

    Returns:
        Spans in reading order: those that are not inserted spell the old text, those that are not deleted the new one.
    """
    for form in (WORDS, SENTENCES):
        old, new = form.findall(before), form.findall(after)
        if pairs(old, new) <= MOST_PAIRS:
            return tuple(joined(compared(old, new)))
    return tuple(joined(replaced(before, after)))


def pairs(old: Sequence[str], new: Sequence[str]) -> int:
    """Count the pairs of equal tokens, which is what a comparison costs."""
    there = Counter(new)
    return sum(times * there[token] for token, times in Counter(old).items())


def compared(old: Sequence[str], new: Sequence[str]) -> Iterator[TextSpan]:
    """Compare two texts token by token."""
    for tag, i, j, k, m in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            yield TextSpan(SpanKind.EQUAL, "".join(old[i:j]))
            continue
        yield TextSpan(SpanKind.DELETED, "".join(old[i:j]))
        yield TextSpan(SpanKind.INSERTED, "".join(new[k:m]))


def replaced(before: str, after: str) -> Iterator[TextSpan]:
    """Take all between the common beginning and the common end as replaced."""
    shorter = min(len(before), len(after))
    start = next((i for i in range(shorter) if before[i] != after[i]), shorter)
    room = shorter - start
    end = next((i for i in range(room) if before[-1 - i] != after[-1 - i]), room)
    yield TextSpan(SpanKind.EQUAL, before[:start])
    yield TextSpan(SpanKind.DELETED, before[start : len(before) - end])
    yield TextSpan(SpanKind.INSERTED, after[start : len(after) - end])
    yield TextSpan(SpanKind.EQUAL, before[len(before) - end :])


def joined(spans: Iterator[TextSpan]) -> Iterator[TextSpan]:
    """Leave out empty spans, and join neighbours of one kind."""
    last: TextSpan | None = None
    for span in spans:
        if not span.text:
            continue
        if last is not None and last.kind is span.kind:
            last = TextSpan(span.kind, last.text + span.text)
            continue
        if last is not None:
            yield last
        last = span
    if last is not None:
        yield last


@frozen
class TextDiff:
    """What differs in one language."""

    locale: str
    spans: tuple[TextSpan, ...]


def texts_diff(before: Mapping[str, str], after: Mapping[str, str]) -> tuple[TextDiff, ...]:
    """Compare texts per locale; languages in which they say the same are left out."""
    return tuple(
        TextDiff(locale, text_spans(before.get(locale, ""), after.get(locale, "")))
        for locale in sorted({*before, *after})
        if before.get(locale) != after.get(locale)
    )
