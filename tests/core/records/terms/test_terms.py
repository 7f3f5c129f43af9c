"""Words and runs of characters, held against a search through the text itself."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.kernel.crypto import new_key
from core.kernel.ids import new_id
from core.records.terms.policy import LONGEST_WORD, TERM_LENGTH, hidden, terms_asked, terms_of
from tests.core.records.terms.oracle import finds, pieces

LETTERS = st.text(alphabet="abÄäß\uff42 éÉ1\uff12-'_. 门店水漏カｶﾞな한국ไทย\u0301\u00ad😀𠮷々", max_size=12)
TEXTS = st.one_of(LETTERS, st.text(max_size=10))


def is_found(search: str, text: str) -> bool:
    return set(terms_asked(search)) <= terms_of(text)


@settings(max_examples=300, deadline=None)
@given(LETTERS, LETTERS)
def test_whatever_stands_in_a_text_is_found(search: str, text: str) -> None:
    if finds(search, text):
        assert is_found(search, text)
    if all(len(one) <= 2 for one in pieces(search)):
        assert is_found(search, text) == finds(search, text)


@settings(max_examples=300, deadline=None)
@given(TEXTS, st.data())
def test_a_text_is_found_by_any_part_of_it(text: str, data: st.DataObject) -> None:
    begin = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(begin, len(text)))
    part = text[begin:end]
    if finds(part, text):
        assert is_found(part, text)
    assert is_found(text, text)


@pytest.mark.parametrize(
    ("search", "text", "found"),
    [
        ("REPAIR", "The repair took long.", True),
        ("repair", "repaired", False),
        ("水", "厨房的水管漏水了", True),
        ("漏水", "厨房的水管漏水了", True),
        ("水管漏水", "厨房的水管漏水了", True),
        ("漏管", "厨房的水管漏水了", False),
        ("ガス", "ｶﾞｽの臭い", True),
        ("iphone 手机", "客户的iPhone手机坏了", True),
        ("STRASSE", "Straße", True),
        ("cafe\u0301", "Café", True),
        ("한국", "한국어 설명서", True),
        ("4711", "order no. \uff14\uff17\uff11\uff11", True),
        ("inc-42", "see INC 42", True),
        ("हिन्दी", "यह हिन्दी है", True),
    ],
)
def test_what_is_found(search: str, text: str, found: bool) -> None:
    assert is_found(search, text) is found
    assert finds(search, text) is found


def test_a_long_run_may_stand_in_two_places() -> None:
    """What the documentation says of runs of three characters and more."""
    assert is_found("水管漏", "水管坏了\uff0c管漏水")
    assert not finds("水管漏", "水管坏了\uff0c管漏水")


def test_long_words_count_by_their_beginning() -> None:
    assert terms_of("x" * 500) == {"x" * LONGEST_WORD}
    assert terms_asked("x" * 500) == ("x" * LONGEST_WORD,)
    assert terms_asked("?! — …") == ()


def test_a_term_is_hidden_by_its_key() -> None:
    one, other = new_key(new_id()), new_key(new_id())
    assert hidden(one, "weber") == hidden(one, "weber") != hidden(other, "weber")
    assert len(hidden(one, "weber")) == TERM_LENGTH
    assert "weber" not in hidden(one, "weber")
