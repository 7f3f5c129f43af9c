"""A second demonstration in a folder where one runs is refused at once, and told what to do."""

import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest

from gateway.cli.alone import alone, require_alone
from gateway.cli.demonstration_errors import DemonstrationRuns
from gateway.cli.home import Home
from tests.end_to_end.command import ROOT, assert_refused, environment, free_port, invoked, told

STAYS = """
import sys
from multiprocessing import get_context
from pathlib import Path
from gateway.cli.alone import alone
from gateway.cli.home import Home
home = Home(Path(sys.argv[1]))
with alone(home, int(sys.argv[2])):
    forked = get_context("fork").Process(target=sys.stdin.read)
    forked.start()
    print(forked.pid, flush=True)
    sys.stdin.read()
"""


@contextmanager
def another(home: Path, port: str) -> Generator[subprocess.Popen[str]]:
    """Have a process that runs a demonstration, as far as others can see, and one that it has forked."""
    home.mkdir()
    words = [sys.executable, "-c", STAYS, str(home), port]
    pipe = subprocess.PIPE
    with subprocess.Popen(words, cwd=ROOT, env=environment({}), stdin=pipe, stdout=pipe, text=True) as process:
        assert process.stdout is not None
        assert process.stdin is not None
        process.stdout.readline()
        yield process
        process.stdin.close()


@pytest.mark.parametrize("options", [(), ("--once",)])
def test_a_second_one_is_told_where_the_first_one_is(options: tuple[str, ...], tmp_path: Path) -> None:
    home, port = tmp_path / "home", free_port()
    with another(home, port) as first:
        for wanted in (port, free_port()):
            ended = invoked("demo", "--made-up", "--port", wanted, *options, TOUCHSTONE_HOME=str(home))
            assert_refused(ended, "cli.demonstration_runs")
            for named in (str(home), f"process {first.pid}", f"port {port}", "TOUCHSTONE_HOME", "--port", "Ctrl-C"):
                assert named in told(ended)
    assert not (home / "postgres").exists()


def test_there_is_room_again_when_its_process_was_killed_even_while_one_it_forked_runs(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    with another(home.folder, "8000") as first:
        with pytest.raises(DemonstrationRuns):
            require_alone(home)
        with pytest.raises(DemonstrationRuns), alone(home, 8001):
            pass
        first.kill()
        first.wait()
        require_alone(home)
        with alone(home, 8001):
            pass
