"""The same contact is the same text, however it was written."""

import pytest

from core.kernel.errors import InvalidInput
from core.records.customers.policy import Contact, known


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("phone", "+49 (30) 1234-567"), ("sms", "0049301234567")),
        (("phone", "010 8888 7777"), ("whatsapp", "010-88887777")),
        (("phone", "\uff0b\uff14\uff19 30 1234"), ("chat", "+49301234")),
        (("email", " Eva.Weber@Example.ORG "), ("web_form", "eva.weber@example.org")),
        (("wechat", "wxid_7"), ("wechat", " wxid_7 ")),
    ],
)
def test_one_person_is_known_however_the_contact_is_written(one: tuple[str, str], other: tuple[str, str]) -> None:
    assert known(Contact(*one)) == known(Contact(*other))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("phone", "+4930123"), ("phone", "+4930124")),
        (("wechat", "12345678"), ("qq", "12345678")),
        (("wechat", "12345678"), ("phone", "12345678")),
        (("wechat", "Eva"), ("wechat", "eva")),
    ],
)
def test_different_contacts_are_not_taken_for_one(one: tuple[str, str], other: tuple[str, str]) -> None:
    assert known(Contact(*one)) != known(Contact(*other))


@pytest.mark.parametrize(
    "said", [("phone", "Eva"), ("email", "eva"), ("chat", "  "), ("chat", "a\x00b"), ("chat", "x" * 321)]
)
def test_what_reaches_nobody_is_refused_and_not_repeated(said: tuple[str, str]) -> None:
    with pytest.raises(InvalidInput) as refused:
        known(Contact(*said))
    assert said[1] not in refused.value.problem or not said[1].strip()
    assert said[1] not in repr(Contact(*said)) or not said[1].strip()
