"""Waiting for a process of ours, for so long at most."""

import subprocess

from touchstone_runtime.processes import ends_within


def test_one_that_ends_is_waited_for() -> None:
    with subprocess.Popen(["sh", "-c", "sleep 0.1; exit 3"]) as process:
        assert ends_within(process, 30)
        assert process.returncode == 3


def test_one_that_goes_on_is_not_and_may_be_waited_for_again() -> None:
    with subprocess.Popen(["sleep", "60"]) as process:
        assert not ends_within(process, 0.05)
        assert process.poll() is None
        process.kill()
        assert ends_within(process, 30)


def test_one_that_has_ended_is_known_to_have() -> None:
    with subprocess.Popen(["true"]) as process:
        process.wait()
        assert ends_within(process, 30)
