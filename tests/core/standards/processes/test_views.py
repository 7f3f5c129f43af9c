"""Views of processes: goldens of the seed network, and titles that are nothing but titles."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.standards.exchange.policy import read_file
from core.standards.policy.process import read_process
from core.standards.policy.process_added import read_added, woven
from core.standards.policy.process_running import running
from core.standards.processes.look import sheets
from core.standards.processes.mermaid import LONGEST, escaped, flow_chart, swim_lanes
from core.standards.processes.sheet import Sheet
from core.standards.processes.tables import blueprint, sipoc, touchpoints
from gateway.seed.plan import CONTENT
from tests.core.standards.processes.mermaid_check import plain, read_chart
from tests.core.standards.processes.processing import RECEPTION

GOLDEN = Path(__file__).parent / "golden"
HOSTILE = [
    '"]; click s1 "javascript:alert(1)"',
    "end",
    "`**bold**`",
    '%%{init: {"theme": "dark"}}%%',
    "---\ntitle: x\n---",
    "<script>alert(1)</script>",
    "#quot;",
    "a|b",
    "s1@{ shape: x }",
    "\u202eback",
    "ไม่มี",
]


def seed_sheets(locales: Sequence[str]) -> list[Sheet]:
    files = [
        read_file((CONTENT / name).read_text(encoding="utf-8"))
        for name in ("sales-service.json", "anomaly-handling.json")
    ]
    return [sheet for file in files for sheet in sheets(file.content, locales)]


def shown(sheet: Sheet) -> dict[str, Any]:
    return {
        "flow_chart": flow_chart(sheet),
        "swim_lanes": swim_lanes(sheet),
        "blueprint": [asdict(one) for one in blueprint(sheet)],
        "sipoc": [asdict(one) for one in sipoc(sheet)],
        "touchpoints": [asdict(one) for one in touchpoints(sheet)],
    }


@pytest.mark.parametrize("locale", ["en", "zh-Hans"])
def test_the_seed_networks_processes_look_as_they_did(locale: str) -> None:
    made = {sheet.clause_key: shown(sheet) for sheet in seed_sheets([locale])}
    golden = GOLDEN / f"seed.{locale}.json"
    assert json.loads(json.dumps(made)) == json.loads(golden.read_text(encoding="utf-8"))


def test_a_chart_says_steps_order_branches_stages_and_lanes() -> None:
    content = woven(
        read_process(RECEPTION), read_added([{"key": "tea", "before": ["call"], "stage": "welcome", "role": "clerk"}])
    )
    sheet = Sheet(clause_key="reception", process=running(content, added=frozenset({"tea"})), limits={}, locales=["de"])
    chart, lanes = read_chart(flow_chart(sheet)), read_chart(swim_lanes(sheet))
    names = {title: name for name, title in chart.titles.items()}
    arrows = {(chart.titles.get(one, one), chart.titles.get(two, two), guard) for one, two, guard in chart.arrows}
    assert arrows == {
        ("begin", "Receive", ""),
        ("Receive", "tea", ""),
        ("tea", "call", 'record.channel == "phone"'),
        ("Receive", "visit", ""),
        ("Receive", "order", ""),
        ("call", "hand_over", ""),
        ("visit", "hand_over", ""),
        ("order", "hand_over", ""),
        ("hand_over", "finish", ""),
    }
    assert chart.groups == {"Empfang": [names["Receive"], names["tea"]], "work": [names["call"], names["visit"]]}
    assert lanes.groups == {"Clerk": [names["Receive"], names["tea"]]}
    assert f"class {names['tea']} added" in flow_chart(sheet)
    assert f"{names['visit']}([" in flow_chart(sheet)


@pytest.mark.parametrize("title", HOSTILE)
def test_no_title_is_more_than_a_title(title: str) -> None:
    drawn(title)


@given(st.text(st.characters(codec="utf-8"), min_size=1, max_size=15))
def test_any_text_is_read_back_as_it_was(title: str) -> None:
    drawn(title)


def drawn(title: str) -> None:
    guard = f"record.tier == {json.dumps(title)}"
    steps = [
        {"key": "a", "position": 1, "title": {"en": title}, "role": "r", "stage": "s"},
        {"key": "b", "position": 2, "title": {"en": title}, "required": False, "when": guard},
    ]
    body = {"steps": steps, "stages": [{"key": "s", "title": {"en": title}}], "roles": {"r": {"en": title}}}
    sheet = Sheet(clause_key="p", process=running(read_process(body)), limits={})
    kept = " ".join(title.split()) or " "
    for chart in (read_chart(flow_chart(sheet)), read_chart(swim_lanes(sheet))):
        assert chart.titles == {"s1": kept, "s2": kept}
        assert chart.groups == {kept: ["s1"]}
        assert chart.arrows[1] == ("s1", "s2", " ".join(guard.split()))


def test_a_long_title_is_cut() -> None:
    assert len(plain(escaped("x" * 500))) == LONGEST + len('""')


def test_who_supplies_and_who_receives_follows_from_names() -> None:
    body: Any = {
        "steps": [
            {"key": "a", "position": 1, "role": "clerk", "outputs": [{"key": "slip", "title": {"en": "A slip"}}]},
            {"key": "b", "position": 2, "role": "cook", "inputs": [{"key": "slip"}, {"key": "rice", "party": "farm"}]},
            {"key": "c", "position": 3, "inputs": [{"key": "air"}], "outputs": [{"key": "meal", "party": "customer"}]},
        ],
        "roles": {"cook": {"en": "Cook"}},
    }
    rows = sipoc(Sheet(clause_key="p", process=running(read_process(body)), limits={}))
    assert [(one.suppliers, one.inputs, one.outputs, one.customers) for one in rows] == [
        ((), (), ("A slip",), ("Cook",)),
        (("clerk", "farm"), ("A slip", "rice"), (), ()),
        ((), ("air",), ("meal",), ("customer",)),
    ]
