"""Every GraphQL block that a page shows is valid against the schema as it is."""

import re
from pathlib import Path

from graphql import GraphQLError, build_schema, parse, validate

ROOT = Path(__file__).parents[3]
SCHEMA = ROOT / "gateway" / "schema" / "schema.graphql"
PAGES = (ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md")))
BLOCK = re.compile(r"^```graphql\s*\n(.*?)^```", re.DOTALL | re.MULTILINE)


def blocks() -> list[tuple[str, str]]:
    """Every block, with the page and the line it begins in."""
    found: list[tuple[str, str]] = []
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        for block in BLOCK.finditer(text):
            line = text[: block.start()].count("\n") + 1
            found.append((f"{page.relative_to(ROOT)}:{line}", block[1]))
    return found


def test_what_the_pages_show_is_valid() -> None:
    schema = build_schema(SCHEMA.read_text(encoding="utf-8"), assume_valid=True)
    problems: dict[str, list[str]] = {}
    for place, document in blocks():
        try:
            found = validate(schema, parse(document, no_location=True))
        except GraphQLError as error:
            found = [error]
        if found:
            problems[place] = [one.message for one in found]
    assert problems == {}


def test_no_block_is_overlooked() -> None:
    pages = [page.read_text(encoding="utf-8") for page in PAGES]
    assert len(blocks()) == sum(text.count("```graphql") for text in pages) > 30
    unmarked = [text for text in pages if re.search(r"^```\s*\n(query|mutation|subscription)\b", text, re.MULTILINE)]
    assert unmarked == []
