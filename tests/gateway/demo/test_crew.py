"""The processes of the demonstration: each begins once, and ends as soon as it is needed no more, where all end."""

import os
import signal
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from gateway.cli.home import Home
from gateway.cli.surroundings import Surroundings
from gateway.demo import children
from gateway.demo import crew as module
from gateway.demo.children import Child
from gateway.demo.crew import crew_of


class Told:
    """Stands for a process, and writes down what it is told."""

    everything: list[tuple[str, str]]

    def __init__(self, name: str, arguments: tuple[str, ...], log: Path) -> None:
        del arguments, log
        self.name = name

    def begin(self, environment: dict[str, str]) -> None:
        assert environment["TOUCHSTONE_DEMO_TOKENS_FILE"]
        self.everything.append((self.name, "begin"))

    def end(self) -> None:
        self.everything.append((self.name, "end"))

    def stop(self) -> None:
        self.everything.append((self.name, "stop"))


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    Told.everything = []
    monkeypatch.setattr(module, "Child", Told)
    return Told.everything


def around(folder: Path) -> Surroundings:
    return cast("Surroundings", SimpleNamespace(environment={}, home=Home(folder)))


@pytest.mark.parametrize(("once", "ended"), [(True, [("serve", "end")]), (False, [])])
def test_who_is_needed_no_more_ends_before_the_others_only_where_all_end(
    once: bool, ended: list[Any], told: list[tuple[str, str]], tmp_path: Path
) -> None:
    with crew_of(around(tmp_path), 8000, once=once) as crew:
        crew.serve()
        crew.done_with(crew.api)
        assert told == [("serve", "begin"), *ended]


@pytest.mark.parametrize(("once", "works"), [(True, []), (False, [("worker", "begin")])])
def test_the_worker_begins_at_last_where_the_demonstration_goes_on(
    once: bool, works: list[Any], told: list[tuple[str, str]], tmp_path: Path
) -> None:
    with crew_of(around(tmp_path), 8000, once=once) as crew:
        crew.go_on()
        assert told == works


def test_both_are_told_to_end_before_either_is_waited_for(told: list[tuple[str, str]], tmp_path: Path) -> None:
    with crew_of(around(tmp_path), 8000, once=False):
        pass
    assert {who for who, what in told[:2] if what == "end"} == {"worker", "serve"}
    assert {who for who, what in told if what == "stop"} == {"worker", "serve"}


def test_a_process_that_was_told_and_has_ended_may_be_told_again(tmp_path: Path) -> None:
    child = Child("worker", ("--help",), tmp_path / "log")
    try:
        child.begin(dict(os.environ))
        child.wait()
        child.begin(dict(os.environ))
    finally:
        child.stop()


def test_a_process_that_is_ending_is_not_told_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second signal of that kind ends what the first one lets finish."""
    monkeypatch.setitem(children.AHEAD, "patient", end_at_leisure)
    log = tmp_path / "log"
    child = Child("patient", (), log)
    wait_for(log, "ready")
    child.end()
    wait_for(log, "told")
    child.stop()
    assert log.read_text().split() == ["ready", "told", "done"]


def end_at_leisure() -> None:
    """Stand in for what a process imports: one that takes half a second to end, unless it is told a second time."""

    def told(number: int, frame: object) -> None:
        del number, frame
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        os.write(1, b"told ")
        time.sleep(0.5)
        os.write(1, b"done ")
        os._exit(0)

    signal.signal(signal.SIGTERM, told)
    os.write(1, b"ready ")
    time.sleep(30)


def wait_for(file: Path, text: str) -> None:
    for _ in range(500):
        if file.exists() and text in file.read_text():
            return
        time.sleep(0.02)
    pytest.fail(f"{text} was never written")
