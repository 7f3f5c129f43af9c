import json
from pathlib import Path
from subprocess import run
from sys import executable

import pytest
from touchstone_testkit import Budget, Finding, Proof, prove_plugin
from touchstone_testkit.__main__ import main

from tests.plugins.shelf import Shelf

QUICK = Budget(examples=20, batch_seconds=1.0)


def failed(proof: Proof) -> dict[str, str]:
    return {finding.check: finding.detail for finding in proof.findings if not finding.proven}


def test_the_conformance_plugin_is_proven() -> None:
    proof = prove_plugin("scoring-conformance", budget=QUICK)
    proof.require()
    assert [finding.check for finding in proof.findings] == [
        "manifest",
        "descriptors",
        "configurations",
        "results",
        "exercised",
        "invariance",
        "determinism",
        "budget",
    ]


@pytest.mark.parametrize(
    ("rule", "check", "says"),
    [
        ("raises", "results", "raised ValueError"),
        ("exits", "results", "raised SystemExit"),
        ("other_order", "results", "result_ids"),
        ("forged", "results", "result_invalid"),
        ("reads", "results", "not pure: open"),
        ("swallows", "results", "not pure: open"),
        ("by_size", "invariance", "depends on the rest"),
        ("by_hash", "determinism", "another hash seed"),
        ("never", "exercised", "fine"),
        ("slowly", "budget", "processor time"),
    ],
)
def test_each_way_of_breaking_the_contract_is_found_by_its_check(
    shelf: Shelf, rule: str, check: str, says: str
) -> None:
    shelf.add("calls")
    budget = Budget(examples=20, batch_seconds=0.02) if check == "budget" else QUICK
    found = failed(prove_plugin("calls", budget=budget, rule=rule))
    assert list(found) == [check]
    assert says in found[check]


def test_a_failure_shows_the_smallest_batch_that_fails(shelf: Shelf) -> None:
    shelf.add("calls")
    found = failed(prove_plugin("calls", budget=QUICK, rule="by_place"))
    assert list(found) == ["invariance"]
    batch = json.loads(found["invariance"].rpartition("smallest batch found: ")[2])
    assert len(batch["records"]) == 2


@pytest.mark.parametrize(
    ("source", "check", "says"),
    [
        ("raises_at_import", "descriptors", "import_failed"),
        ("reads_in_hook", "descriptors", "hook_failed"),
        ("unknown_hook", "descriptors", "hooks_invalid"),
        ("forged_descriptor", "descriptors", "descriptors_invalid"),
    ],
)
def test_a_plugin_that_cannot_be_loaded_is_not_proven(shelf: Shelf, source: str, check: str, says: str) -> None:
    key = shelf.add(source)
    found = failed(prove_plugin(key, budget=QUICK))
    assert list(found) == [check]
    assert says in found[check]


def test_a_hook_that_reads_and_hides_it_is_found(shelf: Shelf) -> None:
    key = shelf.add("reads_in_hook")
    source = shelf.file(key, "plugin.py")
    text = source.read_text()
    hidden = text.replace("    Path(", "    try:\n        Path(").replace(
        "    return", "    except OSError:\n        pass\n    return"
    )
    source.write_text(hidden)
    assert "not pure: open" in failed(prove_plugin(key, budget=QUICK))["descriptors"]


def test_a_manifest_that_does_not_fit_is_found_without_importing(shelf: Shelf) -> None:
    shelf.add("raises_at_import", "unfit", version="3.0")
    assert "version_differs" in failed(prove_plugin("unfit"))["manifest"]
    assert "no installed distribution" in failed(prove_plugin("nowhere"))["manifest"]
    shelf.add("good", "twin", distribution="bad-one")
    shelf.add("good", "twin", distribution="bad-two")
    assert "2 installed distributions" in failed(prove_plugin("twin"))["manifest"]


def test_configurations_that_the_manifest_does_not_allow_are_found(shelf: Shelf) -> None:
    shelf.add("good")
    assert "config_invalid" in failed(prove_plugin("good", [{"width": 1}], QUICK))["configurations"]
    needs = {"type": "object", "required": ["depth"], "properties": {"depth": {"type": "integer"}}}
    shelf.add("good", "demanding", config_schema=needs)
    assert "give one" in failed(prove_plugin("demanding", budget=QUICK))["configurations"]
    prove_plugin("demanding", [{"depth": 2}], QUICK).require()


def test_requiring_a_proof_that_failed_raises_with_every_finding() -> None:
    findings = (Finding("manifest", proven=True, detail="fine"), Finding("budget", proven=False, detail="slow"))
    proof = Proof("smile", findings)
    with pytest.raises(AssertionError, match="slow"):
        proof.require()
    assert str(proof).endswith("smile is NOT proven")


def test_the_command_says_what_it_found_and_ends_with_its_verdict(
    shelf: Shelf, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shelf.add("good")
    config = tmp_path / "config.json"
    config.write_text('{"depth": 1}')
    assert main(["good", "--examples", "20", "--config", str(config)]) == 0
    assert capsys.readouterr().out.endswith("good is proven\n")
    assert main(["nowhere"]) == 1
    config.write_text("[")
    with pytest.raises(SystemExit) as caught:
        main(["good", "--config", str(config)])
    assert caught.value.code == 2


def test_the_module_runs_as_a_command() -> None:
    done = run([executable, "-m", "touchstone_testkit", "nowhere"], capture_output=True, check=False, encoding="utf-8")
    assert (done.returncode, done.stdout.splitlines()[-1]) == (1, "nowhere is NOT proven")
