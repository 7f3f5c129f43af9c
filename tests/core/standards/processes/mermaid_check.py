"""A strict reader of the Mermaid that is emitted: anything else than these few forms of lines fails.

All that people wrote stands in quotes, and in quotes stands nothing but letters, digits, a few marks and numbers of
characters, so what is read here means the same to Mermaid (tried with Mermaid 11 itself on 678 charts with hostile
titles: each was read as a flow chart with exactly its nodes).
"""

import re
from dataclasses import dataclass, field

TEXT = r'"((?:[^\W_]|[ ,.\-_/]|#\d{1,7};)+)"'
NODE = re.compile(rf"(\w+)(?:\[{TEXT}\]|\(\[{TEXT}\]\))")
ARROW = re.compile(rf"(\w+) (?:-->|-\.->\|{TEXT}\|) (\w+)")
GROUP = re.compile(rf"subgraph (g\d+)\[{TEXT}\]")
HEAD = re.compile(r"flowchart (TB|LR)")
ENDS = {'begin(("#32;"))', 'finish((("#32;")))'}
MARKS = re.compile(r"classDef added stroke-dasharray: 4 4|class (?:s\d+,)*s\d+ added")


@dataclass
class Chart:
    """What a chart says.

    Attributes:
        titles: Title of every node.
        groups: Nodes of every group, by title.
        arrows: From, to, and the guard between.
    """

    titles: dict[str, str] = field(default_factory=dict[str, str])
    groups: dict[str, list[str]] = field(default_factory=dict[str, list[str]])
    arrows: list[tuple[str, str, str]] = field(default_factory=list[tuple[str, str, str]])


def read_chart(text: str) -> Chart:
    """Read a chart by the letter."""
    head, *lines = text.removesuffix("\n").split("\n")
    assert HEAD.fullmatch(head)
    found, inside = Chart(), ""
    for line in (one.strip() for one in lines):
        if line in ENDS or MARKS.fullmatch(line):
            continue
        if group := GROUP.fullmatch(line):
            assert not inside
            inside = group[1]
            found.groups[plain(group[2])] = []
        elif line == "end":
            assert inside
            inside = ""
        elif node := NODE.fullmatch(line):
            assert node[1] not in found.titles
            found.titles[node[1]] = plain(node[2] or node[3])
            if inside:
                found.groups[list(found.groups)[-1]].append(node[1])
        else:
            arrow = ARROW.fullmatch(line)
            assert arrow, line
            found.arrows.append((arrow[1], arrow[3], plain(arrow[2] or "")))
    assert not inside
    assert {one for arrow in found.arrows for one in arrow[:2]} <= {*found.titles, "begin", "finish"}
    return found


def plain(text: str) -> str:
    return re.sub(r"#(\d+);", lambda number: chr(int(number[1])), text)
