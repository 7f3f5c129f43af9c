"""The demonstration as a process: to its figures, twice, interrupted, and with what can go wrong."""

import json
import re
from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from touchstone_runtime.throwaway import throwaway_folder

from tests.end_to_end.command import REAL_LOG, ROOT, assert_refused, free_port, invoked, told, touchstone
from tests.end_to_end.interrupting import interrupted_twice

NAMESPACES = ("http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink", "http://www.w3.org/1999/xhtml")
REFERENCE = re.compile(r"""https?://[^\s"'<>)]+""")
COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
MAPPING = ROOT / "core" / "records" / "mappings" / "bpic2013_incidents.yaml"


@dataclass(frozen=True)
class Run:
    """What became of a home folder.

    Attributes:
        home: The folder.
        options: What it was run with.
        figures: Figures of the first run.
        report: What it said the network's quality is, as HTML.
        served: What its API logged.
    """

    home: Path
    options: tuple[str, ...]
    figures: dict[str, Any]
    report: str
    served: str


def run(home: Path, *options: str) -> dict[str, Any]:
    """Run the demonstration once, to success, and give its figures."""
    figures = home / "figures.json"
    ended = touchstone("demo", "--once", "--json", figures, "--port", free_port(), *options, TOUCHSTONE_HOME=str(home))
    assert ended.returncode == 0, told(ended)
    answers, publishes, adapts, refused = (
        ended.stdout.index(said) for said in ("the API answers", "headquarters", "adapts the limit", "is refused")
    )
    assert answers < ended.stdout.index("the standard", publishes) < adapts < refused
    return json.loads(figures.read_text())


def once(home: Path, network: str, *options: str) -> Run:
    figures = run(home, *options)
    report, served = (home / "reports" / f"{network}.html", home / "logs" / "serve.log")
    return Run(home, options, figures, report.read_text(encoding="utf-8"), served.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def chain() -> Generator[Run]:
    """The made-up chain, begun in a clean home folder, interrupted there, once more in the middle, and gone on with."""
    with throwaway_folder() as home:
        interrupted_twice(home)
        yield once(home, "chain", "--made-up")


@pytest.fixture(scope="module")
def real() -> Generator[Run]:
    """The published log, in a clean home folder."""
    if not REAL_LOG.exists():
        pytest.skip("the real log is not beside this checkout")
    with throwaway_folder() as home:
        yield once(home, "demo")


@pytest.fixture(scope="module")
def clean(request: pytest.FixtureRequest) -> Generator[Run]:
    """The published log, or without it the made-up chain, in a clean home folder in one go."""
    if REAL_LOG.exists():
        yield request.getfixturevalue("real")
        return
    with throwaway_folder() as home:
        yield once(home, "chain", "--made-up")


def test_all_that_a_log_holds_is_new_in_a_clean_home(clean: Run) -> None:
    assert clean.figures["newly_imported"] == clean.figures["records"] > 0


def test_the_real_log_comes_to_its_figures(real: Run) -> None:
    names = ("tenants", "records", "steps", "resolved", "resolved_within_published_limit", "newly_imported")
    assert [real.figures[name] for name in names] == [22, 7_554, 65_533, 7_546, 4_682, 7_554]
    assert round(real.figures["median_resolution_hours"], 2) == 6.03
    by_tenant = real.figures["records_by_tenant"]
    assert [by_tenant[key] for key in ("se", "pl", "us", "in", "unknown")] == [2_955, 1_762, 780, 492, 26]
    assert real.figures["placeholders_reported"] == 26
    # Open records cannot be judged on time to resolution; every record shows how it kept to the process.
    assert real.figures["scored"]["step_conformance"] == 7_554
    assert 7_546 <= real.figures["scored"]["time_limits"] <= 7_554
    assert_went_well(real.figures)


def test_the_chain_comes_to_the_figures_of_its_log_though_it_was_interrupted(chain: Run) -> None:
    assert [chain.figures[name] for name in ("tenants", "records", "steps")] == [12, 6_048, 28_331]
    assert set(chain.figures["records_by_tenant"].values()) == {504}
    assert chain.figures["scored"] == {"step_conformance": 6_048, "time_limits": 5_845}
    assert_went_well(chain.figures)


def test_most_is_on_disk_before_anybody_waits_for_the_end(chain: Run) -> None:
    log = (chain.home / "postgres" / "server.log").read_text()
    asked_for, at_the_end = [int(files) for files in re.findall(r"sync files=(\d+)", log)][:2]
    assert 0 < at_the_end < asked_for / 2


def assert_went_well(figures: dict[str, Any]) -> None:
    assert figures["adaptation_accepted"]
    assert figures["adaptation_refused_with"] == "standards.bound_exceeded"
    assert (figures["records_refused"], figures["work_given_up"]) == (0, 0)
    assert len(figures["mean_scores"]) >= 2


def test_the_stores_of_the_chain_come_together(chain: Run) -> None:
    before, after = chain.figures["before"], chain.figures["after"]
    assert after["in_time_share"] > before["in_time_share"] + 0.2
    assert after["median_seconds"] < before["median_seconds"]
    assert spread(after) < spread(before) / 2


def spread(figures: dict[str, float]) -> float:
    return figures["slowest_tenant_median_seconds"] - figures["fastest_tenant_median_seconds"]


def test_the_real_log_imported_again_adds_nothing(real: Run) -> None:
    """Every case is read and written once more, unlike by a second run; that one shows that figures stayed the same."""
    figures = real.home / "imported.json"
    ended = touchstone(
        *("import", REAL_LOG, "--mapping", "bpic2013_incidents", "--network", "demo", "--json", figures),
        TOUCHSTONE_HOME=str(real.home),
    )
    assert ended.returncode == 0, told(ended)
    names = ("seen", "imported", "steps", "new", "new_steps", "refused")
    found = json.loads(figures.read_text())
    assert [found[name] for name in names] == [7_554, 7_554, 65_533, 0, 0, 0]


def test_a_second_run_brings_nothing_new_and_the_same_figures(clean: Run) -> None:
    brought = ("newly_imported", "seeded")
    second = run(clean.home, *clean.options)
    assert [second[name] for name in brought] == [0, 0]
    assert second | {name: clean.figures[name] for name in brought} == clean.figures
    worked = (clean.home / "logs" / "worker.log").read_text(encoding="utf-8").count("worker.started")
    assert worked == 1, "nothing was left to score, so no worker began"


@pytest.mark.parametrize("name", ["chain", "real"])
def test_the_report_stands_alone_and_holds_charts(name: str, request: pytest.FixtureRequest) -> None:
    ran: Run = request.getfixturevalue(name)
    read = COMMENT.sub("", ran.report)
    assert {found.rstrip("/") for found in REFERENCE.findall(read)} <= set(NAMESPACES)
    assert not re.search(r"""<(script|link|img|iframe)[^>]+(src|href)=["']?(?!data:|#)""", read)
    assert ran.report.count("<svg") >= 3
    assert f"{ran.figures['records']:,}" in ran.report


def test_a_log_that_cannot_be_worked_on_is_refused_and_nothing_is_founded(chain: Run, tmp_path: Path) -> None:
    log, figures = tmp_path / "broken.xes", tmp_path / "figures.json"
    log.write_text("<log><trace><event></trace>")
    ended = touchstone(
        *("demo", "--once", "--xes", log, "--mapping", MAPPING, "--json", figures, "--port", free_port()),
        TOUCHSTONE_HOME=str(chain.home),
    )
    assert_refused(ended, "records.log_unreadable")
    assert not figures.exists()
    assert not (chain.home / "reports" / "own.html").exists()
    listed = invoked("tenants", "list", "--network", "own", TOUCHSTONE_HOME=str(chain.home))
    assert_refused(listed, "cli.unknown_network")


def test_what_people_do_in_the_demonstration_goes_through_the_api(clean: Run) -> None:
    sent = ("is it published", "draft", "submit", "approve", "publish", "what holds here", "refused", "adapted")
    assert clean.served.count('"route":"/graphql"') + clean.served.count('"route": "/graphql"') == len(sent)


def test_without_its_issuer_the_demonstration_says_what_to_set_before_it_looks_for_servers(tmp_path: Path) -> None:
    settings = {
        "DATABASE_URL": f"postgresql://127.0.0.1:{free_port()}/nowhere",
        "REDIS_URL": f"redis://127.0.0.1:{free_port()}/0",
        "TOUCHSTONE_HOME": str(tmp_path / "home"),
        "TOUCHSTONE_ROLE_SECRET": "a1" * 32,
        "TOUCHSTONE_MASTER_KEY": "a1" * 32,
        "TOUCHSTONE_CURSOR_KEY": "a1" * 32,
    }
    ended = invoked("demo", "--once", "--made-up", "--port", free_port(), **settings)
    assert_refused(ended, "cli.demonstration_needs_issuer")


def test_tokens_of_the_demonstration_are_signed_anew(chain: Run) -> None:
    file = chain.home / "demo-tokens.json"
    before = json.loads(file.read_text())
    ended = touchstone("tokens", TOUCHSTONE_HOME=str(chain.home))
    assert ended.returncode == 0, told(ended)
    shown = re.findall(r"^Bearer (\S+)$", ended.stdout, re.MULTILINE)
    assert len(shown) == 4
    assert all(token.count(".") == 2 for token in shown)
    assert not {one["token"] for one in before} & set(shown)
    after = json.loads(file.read_text())
    assert [one["token"] for one in after] == shown
    assert [one | {"token": ""} for one in after] == [one | {"token": ""} for one in before]
    assert "GraphiQL: http://127.0.0.1:8000/graphql" in ended.stdout


@pytest.mark.parametrize(
    ("options", "code"),
    [
        (("--xes", "log.xes"), "cli.options_go_together"),
        (("--mapping", "mapping.yaml"), "cli.options_go_together"),
        (("--made-up", "--xes", "log.xes", "--mapping", "mapping.yaml"), "cli.options_exclude"),
    ],
)
def test_options_that_contradict_each_other_start_nothing(options: tuple[str, ...], code: str, tmp_path: Path) -> None:
    home = tmp_path / "home"
    assert_refused(invoked("demo", "--once", *options, TOUCHSTONE_HOME=str(home)), code)
    assert not home.exists()
