"""The directions between the rooms hold, and no room is forgotten by the contracts."""

import ast
import tomllib
from pathlib import Path

import pytest
from importlinter.cli import lint_imports

ROOT = Path(__file__).parents[2]
DOMAIN_LAYERS = ("models", "policy", "repository")
FEATURES = [
    path
    for parent in (ROOT / "core", ROOT)
    for path in parent.iterdir()
    if path.is_dir() and (path.parent.name == "core" or path.name == "tenants") and (path / "__init__.py").exists()
]


def test_the_contracts_hold(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    assert lint_imports(no_cache=True) == 0


def test_every_distribution_of_the_workspace_is_under_the_contracts() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())
    under = set(settings["tool"]["importlinter"]["root_packages"])
    shelves = [*(ROOT / "plugins").iterdir(), ROOT / "infra" / "runtime"]
    packages = {
        package.parent.name for shelf in shelves if shelf.is_dir() for package in shelf.glob("touchstone_*/__init__.py")
    }
    assert packages <= under
    assert packages >= {"touchstone_sdk", "touchstone_runtime"}


@pytest.mark.parametrize("feature", FEATURES, ids=lambda path: path.name)
def test_only_the_graphql_folder_of_a_feature_imports_strawberry(feature: Path) -> None:
    offenders = [
        str(path.relative_to(ROOT))
        for path in feature.rglob("*.py")
        if "graphql" not in path.relative_to(feature).parts and imports(path, "strawberry")
    ]
    assert not offenders


def test_sql_conditions_are_never_joined_by_the_word_and() -> None:
    """``a == b and c == d`` between SQL conditions drops the first silently; type checkers do not see it."""
    offenders = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for folder in ("core", "tenants", "gateway")
        for path in (ROOT / folder).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in {"where", "filter", "having"}
        and any(isinstance(argument, ast.BoolOp) for argument in node.args)
    ]
    assert not offenders


def imports(path: Path, package: str) -> bool:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == package:
            return True
        if isinstance(node, ast.Import) and any(name.name.split(".")[0] == package for name in node.names):
            return True
    return False
