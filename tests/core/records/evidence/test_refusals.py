"""What refusals of evidence say to those who gave it."""

from core.records.evidence.errors import EvidenceNotAskedFor


def test_a_step_without_evidence_says_so() -> None:
    none = EvidenceNotAskedFor(step="completed", kind="photo", asked=())
    assert none.message == "The step completed asks for no evidence."
    assert "asks for evidence" in none.hint


def test_a_step_with_evidence_names_what_it_asks_for() -> None:
    some = EvidenceNotAskedFor(step="repair", kind="photo", asked=("plate", "receipt"))
    assert "(plate, receipt)" in some.message
