"""``run.py`` sets up: what it compiles ahead is there; interrupted, it says so and leaves nothing it had begun."""

import os
import shutil
import signal
import subprocess
import sys
import time
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from touchstone_runtime.processes import is_alive

from tests.end_to_end.command import ROOT
from tests.support.launcher import launcher

BY_DEFAULT = """
import os, signal, sys
signal.signal(signal.SIGINT, signal.SIG_DFL)
os.execv(sys.executable, [sys.executable, *sys.argv[1:]])
"""
"""What a shell runs in the background is deaf to SIGINT, and so is what that runs: these tests perhaps."""
SLOW = "#!/bin/sh\n[ $1 = --version ] && echo uv 0.9.0 && exit\necho $$ > {told}\nexec sleep 60\n"
VERSION = "#!/bin/sh\necho '{said}'\n"


@pytest.mark.parametrize(("told_to", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_setting_up_that_is_interrupted_says_so(told_to: signal.Signals, status: int, tmp_path: Path) -> None:
    for name in ("run.py", "pyproject.toml", "requirements.lock", "requirements-dev.lock"):
        shutil.copy(ROOT / name, tmp_path)
    runtime = tmp_path / "infra" / "runtime"
    runtime.mkdir(parents=True)
    shutil.copy(ROOT / "infra" / "runtime" / "pyproject.toml", runtime)
    programs, told = tmp_path / "programs", tmp_path / "told"
    programs.mkdir()
    (programs / "uv").write_text(SLOW.format(told=told))
    (programs / "uv").chmod(0o755)
    with subprocess.Popen(
        [sys.executable, "-c", BY_DEFAULT, tmp_path / "run.py", "demo"],
        env=os.environ | {"PATH": f"{programs}:{os.environ['PATH']}"},
        stdin=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        while not (told.exists() and told.read_text()) and process.poll() is None:
            time.sleep(0.01)
        process.send_signal(told_to)
        _, said = process.communicate(timeout=30)
    assert process.returncode == status, said
    assert said.splitlines()[-1] == "touchstone: interrupted while setting up; the next run goes on from here"
    assert "Traceback" not in said
    assert not is_alive(int(told.read_text()))


def test_a_tool_that_is_being_started_is_ended_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """The signal comes when the tool runs and nobody knows it yet: it would go on, and hold what it writes to."""
    run, begun = launcher(), list[subprocess.Popen[bytes]]()

    class Interrupted(subprocess.Popen[bytes]):
        def __init__(self, *arguments: Any, **options: Any) -> None:
            super().__init__(*arguments, **options)
            begun.append(self)
            os.kill(os.getpid(), signal.SIGTERM)

    monkeypatch.setattr(run.subprocess, "Popen", Interrupted)
    before = signal.signal(signal.SIGTERM, run.told_to_end)
    try:
        with pytest.raises(KeyboardInterrupt):
            run.run({}, "sleep", "60")
    finally:
        signal.signal(signal.SIGTERM, before)
    assert [one.poll() for one in begun] == [-signal.SIGKILL]


@pytest.mark.parametrize(
    ("said", "recent"),
    [
        ("uv 0.8.22", False),
        ("uv 0.9.0", True),
        ("uv 0.13.9 (x86_64-unknown-linux-gnu)", True),
        ("uv 1.0.0", False),
        ("", False),
    ],
)
def test_a_uv_that_is_at_hand_is_used_where_it_can_do_all_of_it(said: str, recent: bool, tmp_path: Path) -> None:
    uv = tmp_path / "uv"
    uv.write_text(VERSION.format(said=said))
    uv.chmod(0o755)
    assert launcher().is_recent(str(uv)) is recent


def test_what_is_compiled_ahead_is_there() -> None:
    run = launcher()
    modules = [name for names in (run.EARLY, run.LATE) for name in names.split(", ")]
    assert len(modules) > 2
    assert [name for name in modules if find_spec(name) is None] == []
    assert [part for part in run.OWN if not (ROOT / part).is_dir()] == []
