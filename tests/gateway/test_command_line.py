"""How the command line speaks: tables fold at blanks, amounts have their unit, hints are for those at a shell."""

import os
import signal
import subprocess
import sys
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console
from rich.progress import Progress

from core.kernel.errors import InvalidInput, StaleEdit
from core.kernel.grants import ReadingGrantIsOver
from gateway.cli import console
from gateway.cli.console import Amount, counted, show_refusal, table
from gateway.cli.interrupts import Interrupts, put_off
from gateway.cli.main import COMMANDS
from tests.end_to_end.command import invoked

ROWS = (
    ("sales-service", "first_response.limit", "channel=phone", "30 min", "a reason of several words, told at length"),
    ("anomaly-handling", "goodwill.amount", "", "200.00 CNY", "none"),
)


def drawn(width: int) -> list[str]:
    made = table("What holds", "Standard", "Parameter", "Where", "Value", "Reason", numbers=("Value",))
    for row in ROWS:
        made.add_row(*row)
    told = StringIO()
    Console(file=told, width=width).print(made)
    return told.getvalue().splitlines()


@pytest.mark.parametrize("width", [90, 100, 120])
def test_a_table_folds_at_blanks(width: int) -> None:
    lines = drawn(width)
    assert max(len(line) for line in lines) <= width
    text = "\n".join(lines)
    words = {word for row in ROWS for cell in row for word in cell.split()}
    assert not [word for word in words if word not in text]


def test_a_table_that_is_too_narrow_for_its_words_breaks_the_longest_and_cuts_nothing_off() -> None:
    lines = drawn(60)
    assert max(len(line) for line in lines) <= 60
    kept = "".join(sorted("".join(lines)))
    assert all(kept.count(letter) >= sum("".join(row).count(letter) for row in ROWS) for letter in "abcdefgh0")
    assert "30 min" in "\n".join(lines)


def test_a_table_is_drawn_anew_in_another_width() -> None:
    made = table("", "One", "Two")
    made.add_row("word " * 20, "x")
    told = StringIO()
    for width in (30, 200):
        Console(file=told, width=width).print(made)
    assert ("word " * 20).strip() in told.getvalue()


def test_amounts_are_told_with_their_unit() -> None:
    bar = Progress(console=Console(file=StringIO()))
    bytes_, records = bar.add_task("a", total=2_400_000, completed=1_200_000, of_bytes=True), bar.add_task("b", total=5)
    told = {task.id: Amount().render(task).plain for task in bar.tasks}
    assert told == {bytes_: "1.2/2.4 MB", records: "0/5"}


def test_one_is_no_plural() -> None:
    assert [counted(number, "record") for number in (0, 1, 2_000)] == ["0 records", "1 record", "2,000 records"]
    assert counted(1, "record is", "records are") == "1 record is"


def test_hints_speak_to_whoever_sits_at_a_shell(monkeypatch: pytest.MonkeyPatch) -> None:
    told = StringIO()
    monkeypatch.setattr(console, "ERR", Console(file=told, width=200))
    show_refusal(InvalidInput(field="key", problem="give one"))
    assert "request" not in told.getvalue()
    assert "run the command again" in told.getvalue()


def test_a_hint_is_for_a_refusal_there_is() -> None:
    """They are told by code, so that the command line need not import what refuses."""
    assert set(console.HINTS) == {InvalidInput.code, StaleEdit.code, ReadingGrantIsOver.code}


def test_the_command_line_itself_imports_neither_the_database_nor_the_schema() -> None:
    """Each command imports what it needs; what the command line imports, every one of them waits for."""
    heavy = {"sqlalchemy", "asyncpg", "strawberry", "fastapi"}
    program = f"import sys, gateway.cli.main; print(*{heavy} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "\n"


@pytest.mark.parametrize(("told", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_the_demonstration_ends_at_signals_that_its_shell_has_ignored(told: signal.Signals, status: int) -> None:
    before = [(one, signal.signal(one, signal.SIG_IGN)) for one in (signal.SIGINT, signal.SIGTERM)]
    interrupts = Interrupts()
    try:
        interrupts.heed()
        with pytest.raises(KeyboardInterrupt):
            os.kill(os.getpid(), told)
    finally:
        for one, handler in before:
            signal.signal(one, handler)
    assert interrupts.status == status


@pytest.mark.parametrize(("told", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_that_comes_while_modules_are_imported_is_heard_afterwards(told: signal.Signals, status: int) -> None:
    before = [(one, signal.getsignal(one)) for one in (signal.SIGINT, signal.SIGTERM)]
    interrupts, imported = Interrupts(), list[bool]()

    def imports() -> None:
        with put_off():
            os.kill(os.getpid(), told)
            imported.append(True)

    try:
        interrupts.heed()
        with pytest.raises(KeyboardInterrupt):
            imports()
        with pytest.raises(KeyboardInterrupt):
            os.kill(os.getpid(), told)
    finally:
        for one, handler in before:
            signal.signal(one, handler)
    assert imported
    assert interrupts.status == status


def test_ctrl_c_while_a_command_is_imported_ends_it_without_a_traceback(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "interrupted_while_imported.py").write_text("raise KeyboardInterrupt")
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    monkeypatch.setitem(COMMANDS, "slow", "interrupted_while_imported:slow")
    ended = invoked("slow")
    assert ended.returncode == 130, ended.stderr
    assert "Traceback" not in ended.stdout + ended.stderr
