import pytest
from touchstone_sdk import RecordNotScored, RecordScored, ScoringBatch, ScoringRule
from touchstone_sdk.hosting import ContractBroken, accept_results, load_descriptors

from tests.plugins.builders import a_batch, a_record, a_standard
from tests.plugins.shelf import Shelf

BREACHES = {
    "too_few": "result_count",
    "too_many": "result_count",
    "other_order": "result_ids",
    "other_ids": "result_ids",
    "nothing": "result_not_a_list",
    "lazily": "result_not_a_list",
    "later": "result_not_a_list",
    "plain_data": "result_invalid",
    "forged": "result_invalid",
    "impostors": "result_invalid",
    "other_dimension": "result_dimensions",
    "no_dimension": "result_dimensions",
    "undeclared_reason": "result_reason",
    "undeclared_error": "result_error",
}


@pytest.fixture
def rules(shelf: Shelf) -> dict[str, ScoringRule]:
    shelf.add("calls")
    return {rule.key: rule for rule in load_descriptors(shelf.found()[0])}


@pytest.fixture
def batch() -> ScoringBatch:
    return a_batch(a_standard(), a_record(), a_record(), a_record())


def test_results_as_agreed_are_accepted_as_they_are(rules: dict[str, ScoringRule], batch: ScoringBatch) -> None:
    answer = rules["fine"].score(batch)
    assert accept_results(rules["fine"], batch, answer) == tuple(answer)
    assert [result.record_id for result in answer] == [record.id for record in batch.records]


def test_an_empty_batch_gets_an_empty_answer(rules: dict[str, ScoringRule]) -> None:
    assert accept_results(rules["fine"], a_batch(a_standard()), []) == ()


@pytest.mark.parametrize(("rule", "breach"), BREACHES.items())
def test_every_breach_of_the_contract_has_its_code_and_repeats_nothing(
    rules: dict[str, ScoringRule], batch: ScoringBatch, rule: str, breach: str
) -> None:
    with pytest.raises(ContractBroken) as caught:
        accept_results(rules[rule], batch, rules[rule].score(batch))
    assert caught.value.code == breach
    assert "4711" not in str(caught.value)


def test_an_accepted_result_is_rebuilt_as_the_declared_class(
    rules: dict[str, ScoringRule], batch: ScoringBatch
) -> None:
    class Disguised(RecordScored):
        pass

    good = [result for result in rules["fine"].score(batch) if isinstance(result, RecordScored)]
    answer = [Disguised(record_id=result.record_id, scores=result.scores) for result in good]
    assert {type(result) for result in accept_results(rules["fine"], batch, answer)} == {RecordScored}


def test_a_declared_error_stands_for_one_record_alone(rules: dict[str, ScoringRule], batch: ScoringBatch) -> None:
    rule = rules["fine"].model_copy(update={"errors": tuple(rules["fine"].dimensions[0].reasons)})
    answer = list(rule.score(batch))
    answer[1] = RecordNotScored(record_id=batch.records[1].id, code="fine", message="No.")
    kinds = [type(result) for result in accept_results(rule, batch, answer)]
    assert kinds == [RecordScored, RecordNotScored, RecordScored]
