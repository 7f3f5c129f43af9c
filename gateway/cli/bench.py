"""``touchstone bench``: run a suite of benchmarks and compare it with its floor or peer."""

import asyncio
import importlib.util
import json
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from gateway.cli.console import OUT, table
from gateway.cli.errors import BenchmarkIsUnknown
from gateway.cli.places import require_places

ROOM = 120
"""Columns that a table of cases takes."""
MET = {True: "[green]yes[/]", False: "[red]no[/]", None: ""}
SUITES = Path(__file__).parents[2] / "tests" / "benchmarks"


def bench(
    name: Annotated[str, typer.Argument(help="Name of the suite; an unknown name lists them.")],
    quick: Annotated[bool, typer.Option(help="Fewer and smaller rounds, to see that it runs.")] = False,
    json_file: Annotated[Path | None, typer.Option("--json", help="Also write the results to this file.")] = None,
) -> None:
    """Run one suite; each case is a ratio against a floor or a peer measured in the same run."""
    suite = load(name)
    require_places(json_file)
    cases = asyncio.run(suite.run(quick=quick))
    show(name, cases)
    if json_file is not None:
        json_file.write_text(json.dumps(cases, indent=2) + "\n")


def load(name: str) -> Any:  # noqa: ANN401 - a suite is a module with an async ``run(quick)``
    """Load a suite by its file's name.

    Raises:
        BenchmarkIsUnknown: There is no such file.
    """
    path = SUITES / f"{name}.py"
    known = suites()
    if name not in known:
        raise BenchmarkIsUnknown(name=name, known=", ".join(known))
    if str(SUITES.parents[1]) not in sys.path:
        sys.path.insert(0, str(SUITES.parents[1]))
    spec = importlib.util.spec_from_file_location(f"tests.benchmarks.{name}", path)
    if spec is None or spec.loader is None:
        raise BenchmarkIsUnknown(name=name, known=", ".join(known))
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def suites() -> list[str]:
    """Name the suites there are; beside them stand what they share, and their tests."""
    return sorted(one.stem for one in SUITES.glob("*.py") if not one.stem.startswith(("_", "test_")))


def show(name: str, cases: list[dict[str, Any]]) -> None:
    """Print the cases: as a table where it has room, else each in two lines."""
    if OUT.width < ROOM:
        lines = [part for case in cases for part in (f"[bold]{case['case']}[/]", f"    {figures(case)}")]
        OUT.print("\n".join([f"Benchmark {name}", *lines]), highlight=False)
        return
    shown = table(
        f"Benchmark {name}", "Case", "Value", "Unit", "Against", "Ratio", "Goal", "Met", numbers=("Value", "Ratio")
    )
    for case in cases:
        shown.add_row(
            case["case"], value(case), case["unit"], case["against"], ratio(case), case["goal"], MET[case["met"]]
        )
    OUT.print(shown)


def figures(case: dict[str, Any]) -> str:
    """Tell a case's figures in one line."""
    told = f"{value(case)} {case['unit']}" if case["value"] or not case["against"] else case["unit"]
    beside = f"{ratio(case)} x {case['against']}" if ratio(case) else case["against"]
    goal = f"goal {case['goal']} {MET[case['met']]}".strip() if case["goal"] else ""
    return ", ".join(one for one in (told, beside, goal) if one)


def value(case: dict[str, Any]) -> str:
    """Write a case's value."""
    return f"{case['value']:,.2f}"


def ratio(case: dict[str, Any]) -> str:
    """Write a case's ratio, where it has one."""
    return "" if case["ratio"] is None else f"{case['ratio']:.2f}"
