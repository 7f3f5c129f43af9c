"""Rules in CEL: what they may know, where they are wrong, and that none goes on without an end."""

import pytest

from core.kernel.rules import LONGEST, Environment, Fact, Kind, RuleDoesNotCompile, RuleFailed

KNOWN = Environment(
    {
        "record.channel": Kind.TEXT,
        "site": Kind.TEXT_BY_NAME,
        "steps.done": Kind.TEXTS,
        "elapsed": Kind.WHOLE,
        "urgent": Kind.TRUTH,
    }
)
FACTS: dict[str, Fact] = {
    "record.channel": "phone",
    "site": {"kind": "kiosk"},
    "steps.done": ["a", "b"],
    "elapsed": 2**53,
    "urgent": True,
}


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ('record.channel == "phone"', True),
        ('record.channel in ["mail", "post"]', False),
        ('site.kind == "kiosk" && urgent', True),
        ('site.country == ""', True),
        ('site["country"] == "PL" || site[\'kind\'] == "kiosk"', True),
        ('"b" in steps.done && !("c" in steps.done)', True),
        ("steps.done.exists(one, one.startsWith('a'))", True),
        ("elapsed == 9007199254740992", True),
        ('record.channel.matches("^(p|m)+")', True),
        ('record.channel.matches("^p") && has(site.kind)', True),
    ],
)
def test_a_rule_is_worked_out_from_facts(text: str, holds: bool) -> None:
    assert KNOWN.rule(text).holds(FACTS) is holds


@pytest.mark.parametrize(
    ("text", "line", "column", "problem"),
    [
        ("", 1, 1, "a rule is expected"),
        ("urgent &&", 1, 10, "Syntax error"),
        ("urgent &&\n  record.chanel == 'x'", 2, 9, "undeclared reference to 'record.chanel'"),
        ("record.channel == 5", 1, 16, "no matching overload"),
        ("elapsed", 1, 1, "true or false is expected, not int"),
        ("dyn(urgent)", 1, 1, "true or false is expected, not dyn"),
        ("open('/etc/passwd') == ''", 1, 5, "undeclared reference to 'open'"),
        ("'\ud800' == ''", 1, 1, "control characters"),
        ("urgent\x00", 1, 1, "control characters"),
        ("(" * 30 + "urgent" + ")" * 30, 1, 1, "brackets"),
        ("urgent" + " " * LONGEST, 1, LONGEST + 1, "at most"),
        ("elapsed > 99999999999999999999", 1, 11, "invalid int"),
        ("elapsed > 1.5", 1, 9, "no matching overload"),
        (
            "steps.done.all(a, steps.done.all(b, !a.matches('((a?){200}){4}(a{200}){4}y')))",
            1,
            40,
            "matches does not stand beside",
        ),
        ("['a'].map(one, one.matches('a')) == [true]", 1, 20, "matches does not stand beside"),
        (" || ".join(["record.channel.matches('((a?){200}){4}(a{200}){4}y')"] * 5), 1, 16, "at most 4 times"),
    ],
)
def test_a_text_that_is_no_rule_is_refused_with_its_place(text: str, line: int, column: int, problem: str) -> None:
    with pytest.raises(RuleDoesNotCompile) as found:
        KNOWN.rule(text)
    assert (found.value.line, found.value.column) == (line, column)
    assert problem in found.value.problem


@pytest.mark.parametrize(
    "text",
    [
        "elapsed / 0 == 1",
        "steps.done[7] == 'a'",
        "elapsed * 9007199254740992 > 1",
        "".join(f"[1,2,3,4,5,6,7,8,9].all({name}, " for name in "abcdefg") + "true" + ")" * 7,
    ],
)
def test_a_rule_that_cannot_be_worked_out_says_so(text: str) -> None:
    with pytest.raises(RuleFailed) as found:
        KNOWN.rule(text).holds(FACTS)
    assert found.value.rule == text
    assert found.value.problem


def test_a_rule_is_compiled_once() -> None:
    assert KNOWN.rule("urgent") is KNOWN.rule("urgent")
