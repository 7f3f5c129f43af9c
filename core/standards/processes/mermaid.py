"""Flow chart and swim lanes in Mermaid, which browsers draw.

Everything that people wrote stands in quotes, with each character that could mean something to Mermaid as a number, so
that no title can end its quotes, begin a directive or become HTML. Names of nodes are made here.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from core.standards.processes.sheet import Sheet

PLAIN: Final = frozenset(" ,.-_/")
LONGEST: Final = 200
"""Characters of a title or guard in a chart; the rest is left out."""
DOTTED: Final = "-.->"
SOLID: Final = "-->"


def escaped(text: str) -> str:
    """Write a text so that it is nothing but text to Mermaid."""
    joined = " ".join(text.split())
    cut = joined if len(joined) <= LONGEST else f"{joined[: LONGEST - 1]}…"
    return '"' + "".join(one if one.isalnum() or one in PLAIN else f"#{ord(one)};" for one in cut or " ") + '"'


def flow_chart(sheet: Sheet) -> str:
    """Draw a process from top to bottom, its stages as frames."""
    groups: dict[str, list[str]] = {}
    for step in sheet.steps:
        groups.setdefault(step.stage, []).append(step.key)
    order = [key for key in ("", *sheet.process.stages) if key in groups]
    return chart("TB", sheet, [(sheet.stage(key) if key else "", groups[key]) for key in order])


def swim_lanes(sheet: Sheet) -> str:
    """Draw a process from left to right, a lane for every role; steps that nobody owns stand outside."""
    groups: dict[str, list[str]] = {}
    for step in sheet.steps:
        groups.setdefault(step.role, []).append(step.key)
    order = [key for key in groups if not key] + [key for key in groups if key]
    return chart("LR", sheet, [(sheet.role(key) if key else "", groups[key]) for key in order])


def chart(direction: str, sheet: Sheet, groups: Sequence[tuple[str, Sequence[str]]]) -> str:
    """Draw steps in groups, and who follows whom."""
    names = {key: f"s{number}" for number, key in enumerate(sheet.process.steps, 1)}
    lines = [f"flowchart {direction}", '    begin(("#32;"))', '    finish((("#32;")))']
    for number, (title, keys) in enumerate(groups, 1):
        nodes = [node(sheet, key, names[key]) for key in keys]
        if title:
            lines += [f"    subgraph g{number}[{escaped(title)}]", *(f"    {one}" for one in nodes), "    end"]
        else:
            lines += nodes
    return "\n".join([*lines, *arrows(sheet, names), *added(sheet, names)]) + "\n"


def node(sheet: Sheet, key: str, name: str) -> str:
    """Draw a step: round where a record may do without it."""
    step = sheet.process.steps[key]
    title = escaped(sheet.title(step))
    return f"    {name}[{title}]" if step.required else f"    {name}([{title}])"


def arrows(sheet: Sheet, names: Mapping[str, str]) -> Iterable[str]:
    """Draw who follows whom: dotted with its guard where a step does not always apply."""
    edges = sheet.edges()
    followed, following = {one for one, _ in edges}, {one for _, one in edges}
    for key in names:
        if key not in following:
            yield arrow(sheet, "begin", names[key], key)
    for earlier, key in edges:
        yield arrow(sheet, names[earlier], names[key], key)
    for key in names:
        if key not in followed:
            yield f"    {names[key]} {SOLID} finish"


def arrow(sheet: Sheet, start: str, end: str, key: str) -> str:
    """Draw one arrow to a step."""
    guard = sheet.guard(key)
    return f"    {start} {DOTTED}|{escaped(guard)}| {end}" if guard else f"    {start} {SOLID} {end}"


def added(sheet: Sheet, names: Mapping[str, str]) -> list[str]:
    """Mark the steps that levels below the publisher added."""
    marked = [names[key] for key in names if key in sheet.process.added]
    return ["    classDef added stroke-dasharray: 4 4", f"    class {','.join(marked)} added"] if marked else []
