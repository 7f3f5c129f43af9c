"""Commands that write files say at once where they cannot, and begin nothing."""

from pathlib import Path

import pytest

from tests.end_to_end.command import ROOT, assert_refused, invoked, told

WRITING = (
    ("demo", "--once", "--port", "0", "--json"),
    ("import", "log.csv", "--mapping", "receipt", "--network", "acme", "--json"),
    ("plan", str(ROOT / "README.md"), "--network", "acme", "--json"),
    ("checkpoint", "--network", "acme", "--file"),
    ("checkpoint", "--network", "acme", "--leaves"),
    ("checkpoint", "--network", "acme", "--export"),
    ("verify", "--network", "acme", "--json"),
    ("standards", "export", "sales-service", "1.0.0", "--network", "acme", "--file"),
    ("privacy", "erasures", "--network", "acme", "--file"),
    ("bench", "spine", "--json"),
)


@pytest.mark.parametrize("command", WRITING, ids=lambda command: " ".join((command[0], command[-1])))
def test_a_folder_that_is_not_there_is_said_before_anything_starts(command: tuple[str, ...], tmp_path: Path) -> None:
    home, wanted = tmp_path / "home", tmp_path / "nowhere" / "told.json"
    ended = invoked(*command, wanted, TOUCHSTONE_HOME=str(home))
    assert_refused(ended, "cli.place_not_writable")
    assert f"{wanted} cannot be written: there is no folder {wanted.parent}." in told(ended)
    assert not home.exists()
    assert not wanted.parent.exists()


def test_a_folder_in_place_of_a_file_is_said(tmp_path: Path) -> None:
    ended = invoked("checkpoint", "--network", "acme", "--file", tmp_path, TOUCHSTONE_HOME=str(tmp_path / "home"))
    assert_refused(ended, "cli.place_not_writable")
    assert "it is a folder" in told(ended)


def test_erasures_that_are_not_there_are_said_before_anything_starts(tmp_path: Path) -> None:
    home = tmp_path / "home"
    ended = invoked("privacy", "replay", tmp_path / "gone", "--network", "acme", TOUCHSTONE_HOME=str(home))
    assert ended.returncode
    assert "does not exist" in told(ended)
    assert "Traceback" not in told(ended)
    assert not home.exists()


def test_the_demonstration_knows_mappings_by_the_names_of_those_that_are_shipped(tmp_path: Path) -> None:
    log = tmp_path / "log.csv"
    log.write_text("case\n")
    ended = invoked("demo", "--once", "--port", "0", "--xes", log, "--mapping", "recipt", TOUCHSTONE_HOME=str(tmp_path))
    assert_refused(ended, "records.mapping_unknown")
    assert "bpic2013_incidents, receipt" in told(ended)
