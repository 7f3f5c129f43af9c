"""Global ids are good for one type of object, and for nothing that is not one."""

from uuid import UUID

import pytest
from graphql import GraphQLError
from hypothesis import given
from hypothesis import strategies as st

from core.kernel.graphql.ids import global_id, local_id, local_key, split_id
from core.kernel.ids import new_id

NAMES = st.from_regex(r"[A-Z][A-Za-z0-9]{0,30}", fullmatch=True)


@given(name=NAMES, key=st.uuids())
def test_an_id_gives_back_what_it_was_made_of(name: str, key: UUID) -> None:
    made = global_id(name, key)
    assert split_id(made) == (name, str(key))
    assert local_id(name, made) == key
    assert not set(made) & set("+/=")


@given(name=NAMES, key=st.text(min_size=1))
def test_a_key_may_be_any_text(name: str, key: str) -> None:
    assert local_key(name, global_id(name, key)) == key


@given(st.text())
def test_any_text_is_an_id_or_refused_with_the_code(given_text: str) -> None:
    try:
        name, key = split_id(given_text)
    except GraphQLError as error:
        name, key = "refused", str((error.extensions or {}).get("code"))
    assert name
    assert key
    assert name != "refused" or key == "gateway.bad_id"


@pytest.mark.parametrize(
    ("sent", "told"), [("0195f3a0-1111-7222-8333-444455556666", True), ("nonsense", False)], ids=["bare", "nonsense"]
)
def test_a_bare_uuid_is_told_from_other_nonsense(sent: str, *, told: bool) -> None:
    with pytest.raises(GraphQLError) as refused:
        split_id(sent)
    assert ("bare UUID" in str((refused.value.extensions or {})["hint"])) is told


def test_an_id_of_another_type_is_refused_by_name() -> None:
    made = global_id("Note", new_id())
    with pytest.raises(GraphQLError, match=r"This is the id of a Note, not of a Topic\.") as refused:
        local_id("Topic", made)
    assert refused.value.extensions is not None
    assert refused.value.extensions["code"] == "gateway.bad_id"


def test_a_key_that_is_no_uuid_is_refused() -> None:
    with pytest.raises(GraphQLError, match="not a global id"):
        local_id("Note", global_id("Note", "seven"))
