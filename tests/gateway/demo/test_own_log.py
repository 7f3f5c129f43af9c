"""One's own log says which standard it is worked on under, before anything is founded."""

from pathlib import Path

import pytest

from core.records.errors import LogUnreadable
from core.records.mappings.loading import named_mapping
from gateway.demo.material import own_log
from gateway.demo.own_log import MappingDoesNotFit
from tests.core.records.builders import event, mapping, xes_log, xes_trace

CASE = xes_trace("one", [event("Accepted", "2026-03-01T10:00:00Z"), event("Completed", "2026-03-01T11:00:00Z")])
EMPTY = xes_trace("none", [])


def written(folder: Path, *traces: str) -> Path:
    log = folder / "own.xes"
    log.write_bytes(xes_log(*traces))
    return log


def under(code: str) -> dict[str, object]:
    return {"tenant": {"own": True, "first_event": None}, "record": {"standard": {"fixed": code}}}


@pytest.mark.parametrize("code", ["incident-handling", "field-service"])
def test_the_standard_is_published_by_the_code_the_mapping_fixes(code: str, tmp_path: Path) -> None:
    assert own_log(written(tmp_path, EMPTY, CASE), mapping(**under(code))).code == code


def test_a_log_of_which_no_trace_becomes_a_record_is_refused(tmp_path: Path) -> None:
    with pytest.raises(MappingDoesNotFit) as refused:
        own_log(written(tmp_path, EMPTY, EMPTY), mapping(**under("incident-handling")))
    assert refused.value.looked_at == 2


UNFIT = {
    "<log><trace><event></trace>": LogUnreadable,
    "<log/>": MappingDoesNotFit,
    "<log><trace><event><string key='a' value='b'/></event></trace></log>": MappingDoesNotFit,
}


@pytest.mark.parametrize("content", UNFIT)
def test_a_log_that_cannot_be_worked_on_is_refused_under_a_shipped_mapping(content: str, tmp_path: Path) -> None:
    log = tmp_path / "broken.xes"
    log.write_text(content)
    with pytest.raises(UNFIT[content]):
        own_log(log, named_mapping("bpic2013_incidents"))


def test_a_log_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(LogUnreadable):
        own_log(tmp_path / "gone.xes", mapping(**under("incident-handling")))
