"""Traces become drafts as the mapping says, or are refused with a stable code."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.records.logs.traces import Flaw, RefusalCode, Trace
from core.records.mappings.drafting import Drafting, RecordDraft, Refusal
from core.records.mappings.rules import fold
from core.records.mappings.schema import Fold
from tests.core.records.builders import event, mapping

DAY = "2026-03-01T"
OPENED = event("Accepted", DAY + "10:00:00+01:00", country="SE", status="new", who="Ada Example")
DONE = event("Completed", DAY + "12:00:00.25+01:00", country="PL", status="done", who="Robot")
SHUT = event("Completed", DAY + "13:00:00+01:00", country="PL", status="closed")


def trace(*events: dict[str, str], name: str | None = "case 1", flaw: Flaw | None = None, **said: str) -> Trace:
    return Trace(7, name, said, events, flaw)


def drafted(*events: dict[str, str], **changes: Any) -> RecordDraft:
    draft = Drafting(mapping(**changes)).draft(trace(*events, channel="Desk"))
    assert isinstance(draft, RecordDraft), draft
    return draft


def refused(one: Trace, **changes: Any) -> Flaw:
    refusal = Drafting(mapping(**changes)).draft(one)
    assert isinstance(refusal, Refusal)
    assert refusal.position == 7
    return refusal.flaw


def test_a_trace_becomes_a_record() -> None:
    draft = drafted(OPENED, DONE, SHUT)
    assert (draft.position, draft.external_id, draft.tenant_key) == (7, "case 1", "se")
    assert (draft.channel, draft.standard_code, draft.priority) == ("phone", "incident-handling", None)
    assert draft.opened_at == draft.first_response_at == datetime(2026, 3, 1, 9, tzinfo=UTC)
    assert draft.resolved_at == datetime(2026, 3, 1, 11, 0, 0, 250_000, tzinfo=UTC)
    assert draft.closed_at == datetime(2026, 3, 1, 12, tzinfo=UTC)
    assert [(step.key, step.status, step.performer) for step in draft.steps] == [
        ("accepted", "new", "Ada Example"),
        ("completed", "done", None),
        ("completed", "closed", None),
    ]


def test_steps_are_told_in_the_order_in_which_they_happened() -> None:
    draft = drafted(SHUT, DONE, OPENED)
    assert [step.status for step in draft.steps] == ["new", "done", "closed"]
    assert draft.tenant_key == "se"


def test_steps_at_one_instant_keep_the_order_of_the_log() -> None:
    events = [event(name, DAY + "10:00:00Z", country="se") for name in "cab"]
    assert [step.key for step in drafted(*events).steps] == ["c", "a", "b"]


def test_what_never_happened_stays_empty() -> None:
    queued = event("Queued", DAY + "10:00:00Z", country="se")
    draft = drafted(queued)
    assert (draft.first_response_at, draft.resolved_at, draft.closed_at) == (None, None, None)
    assert drafted(OPENED, DONE, first_response=None, resolved=None).closed_at is None


def test_a_record_is_closed_no_earlier_than_it_is_resolved() -> None:
    early = event("Shut", DAY + "10:30:00+01:00")
    late = event("Shut", DAY + "14:30:00+01:00")
    draft = drafted(OPENED, early, DONE, late, closed={"step": "shut", "status": None})
    assert draft.closed_at == datetime(2026, 3, 1, 13, 30, tzinfo=UTC)


def test_a_placeholder_is_replaced_and_reported() -> None:
    draft = drafted({**OPENED, "country": "0"}, DONE)
    assert (draft.tenant_key, draft.placeholders) == ("unknown", ("tenant",))


@pytest.mark.parametrize(
    ("rule", "found"),
    [
        ({"trace": "channel", "values": {"Desk": "site_desk"}}, "site_desk"),
        ({"trace": "channel", "fold": "lower", "values": {"desk": "site_desk"}}, "site_desk"),
        ({"trace": "channel", "values": {"Post": "post"}, "otherwise": "other"}, "other"),
        ({"trace": "absent", "otherwise": "other"}, "other"),
        ({"last_event": "status"}, "done"),
        ({"first_event": "status"}, "new"),
        ({"fixed": "E-Mail", "fold": "snake"}, "e_mail"),
    ],
)
def test_a_value_comes_from_where_the_rule_says(rule: dict[str, Any], found: str) -> None:
    assert drafted(OPENED, DONE, record={"channel": rule, "standard": {"fixed": "a"}}).channel == found


@pytest.mark.parametrize(
    ("text", "how", "folded"),
    [
        ("Wait - User", Fold.SNAKE, "wait_user"),
        ("T10 Determine (necessity)", Fold.KEBAB, "t10-determine-necessity"),
        ("SE", Fold.LOWER, "se"),
        ("SE", Fold.NONE, "SE"),
        ("接受 服务", Fold.SNAKE, "接受_服务"),
    ],
)
def test_texts_are_folded(text: str, how: Fold, folded: str) -> None:
    assert fold(text, how) == folded


@given(st.text(), st.sampled_from(Fold))
def test_folding_twice_is_folding_once(text: str, how: Fold) -> None:
    assert fold(fold(text, how), how) == fold(text, how)


@pytest.mark.parametrize(
    ("given_trace", "code"),
    [
        (trace(), RefusalCode.EMPTY_TRACE),
        (trace(OPENED, name=None), RefusalCode.VALUE_MISSING),
        (trace(OPENED, name="  "), RefusalCode.VALUE_MISSING),
        (trace(OPENED, name="x" * 201), RefusalCode.VALUE_UNUSABLE),
        (trace(OPENED, name="x\x00"), RefusalCode.VALUE_UNUSABLE),
        (trace({"concept:name": "a", "country": "se"}), RefusalCode.VALUE_MISSING),
        (trace(OPENED, event("", DAY + "11:00:00Z")), RefusalCode.VALUE_MISSING),
        (trace(OPENED, event("x", DAY + "11:00:00Z", status="\x1b")), RefusalCode.VALUE_UNUSABLE),
        (trace(event("a", DAY + "10:00:00Z")), RefusalCode.VALUE_MISSING),
        (trace(OPENED, event("a", "2026-03-01T11:00:00")), RefusalCode.DATE_WITHOUT_ZONE),
        (trace(OPENED, event("a", "yesterday")), RefusalCode.DATE_UNREADABLE),
        (trace(OPENED, event("a", "0001-01-01T00:00:00+14:00")), RefusalCode.DATE_UNREADABLE),
        (trace(OPENED, flaw=Flaw(RefusalCode.ROW_MALFORMED, "short")), RefusalCode.ROW_MALFORMED),
    ],
)
def test_a_trace_that_cannot_be_told_is_refused(given_trace: Trace, code: RefusalCode) -> None:
    assert refused(given_trace).code is code


def test_a_value_that_is_not_listed_is_refused_without_being_shown() -> None:
    channel = {"first_event": "who", "values": {"phone": "phone"}}
    flaw = refused(trace(OPENED), record={"channel": channel, "standard": {"fixed": "a"}})
    assert flaw.code is RefusalCode.VALUE_NOT_MAPPED
    assert "Ada" not in flaw.message


def test_dates_without_zone_are_read_in_the_zone_the_mapping_gives() -> None:
    local = {"event": "time:timestamp", "time_zone": "Europe/Stockholm"}
    summer = event("Accepted", "2026-07-01 10:00", country="se")
    twice = event("Completed", "2026-10-25 02:30")
    draft = drafted(summer, twice, step={"occurred_at": local})
    assert draft.opened_at == datetime(2026, 7, 1, 8, tzinfo=UTC)
    assert draft.resolved_at == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert drafted(OPENED, step={"occurred_at": local}).opened_at == datetime(2026, 3, 1, 9, tzinfo=UTC)


def test_dates_are_read_in_the_form_the_mapping_gives() -> None:
    local = {"event": "time:timestamp", "time_zone": "Etc/UTC", "format": "%d/%m/%Y %H:%M"}
    draft = drafted(event("Accepted", "02/03/2026 10:15", country="se"), step={"occurred_at": local})
    assert draft.opened_at == datetime(2026, 3, 2, 10, 15, tzinfo=UTC)


def test_the_name_of_a_refused_case_is_cut_to_size() -> None:
    refusal = Drafting(mapping()).draft(trace(OPENED, name="x\x00" + "y" * 500))
    assert isinstance(refusal, Refusal)
    assert refusal.external_id == "x\ufffd" + "y" * 198


def test_names_of_performers_do_not_show_in_what_is_logged() -> None:
    assert "Ada" not in repr(trace(OPENED))
    assert "Ada" not in repr(drafted(OPENED))
