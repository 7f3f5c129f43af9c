"""Standards: what a version costs a network of many tenants, before and after it is published."""

from importlib import import_module
from pathlib import Path
from typing import Any

CASES = Path(__file__).with_name("_standards")


async def run(quick: bool) -> list[dict[str, Any]]:
    """Run every module of ``_standards`` that has cases; the short form is small, to see that everything runs."""
    names = sorted(one.stem for one in CASES.glob("*.py") if one.stem != "__init__")
    modules = [import_module(f"tests.benchmarks._standards.{name}") for name in names]
    return [line for one in modules if hasattr(one, "cases") for line in await one.cases(quick)]
