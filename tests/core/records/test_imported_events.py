"""What is written quickly of imported records is what the canonical writer writes."""

from datetime import UTC, datetime
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from core.kernel.canonical import canonical_text, instant_text
from core.kernel.ids import new_ids
from core.records.importing.events import short_instants, written_plainly
from core.records.mappings.rules import UNUSABLE

TEXTS = st.text(st.characters(codec="utf-8"), max_size=8).filter(lambda text: not UNUSABLE.search(text))
INSTANTS = st.datetimes(timezones=st.just(UTC)) | st.just(datetime(1, 1, 1, tzinfo=UTC))
NAMES = st.sampled_from(["channel", "externalId", "steps", "position", "priority"])
VALUES = st.none() | TEXTS | st.integers(0, 2**53 - 1)


@given(st.dictionaries(NAMES, VALUES | st.lists(st.tuples(TEXTS, st.none() | TEXTS, TEXTS), max_size=3)))
def test_texts_and_whole_numbers_are_written_canonically(facts: dict[str, object]) -> None:
    assert written_plainly(facts) == canonical_text(facts)


@given(st.lists(st.none() | INSTANTS | INSTANTS.map(lambda one: one.replace(microsecond=0)), max_size=8))
def test_instants_are_written_as_everywhere(instants: list[datetime | None]) -> None:
    assert short_instants(instants) == [None if one is None else instant_text(one) for one in instants]


def test_ids_of_many_rows_are_as_those_of_one() -> None:
    made = new_ids(1_000)
    assert len(set(made)) == 1_000
    assert all(isinstance(one, UUID) and one.version == 7 and UUID(str(one)) == one for one in made)
    assert made == sorted(made)
