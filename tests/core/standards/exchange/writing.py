"""Random standards that may be drafted: every type of value, bounds, variants, bodies, texts in several languages."""

from typing import Any

from hypothesis import strategies as st

from core.standards.document import converted
from core.standards.policy.checks import checked_content
from core.standards.policy.content import StandardContent

LOCALES = ("en", "zh-Hans", "de", "pt-BR", "ja-JP")
CHOICES = ("phone", "site_desk", "web_chat", "e-mail")
BODIES: dict[str, list[dict[str, Any] | None]] = {
    "requirement": [None, {"checks": ["record", "customer"], "criteria": ["It is clean."]}],
    "step": [None, {"role": "clerk", "after": ["a"]}],
    "limit": [None, {"starts": "opened", "ends": "first_response", "pauses": ["waiting_for_customer"]}],
    "wording": [None, {"moment": "greeting", "verbatim": True, "avoid": ["No."]}],
    "evidence": [None, {"forms": ["photo"], "least": 2, "retainedDays": 30}],
    "indicator": [None, {"measure": "satisfaction", "target": "target", "period": "week"}],
    "surroundings": [None, {"place": "reception", "conditions": ["light", "temperature"]}],
    "process": [{"steps": [{"key": "receive", "position": 1}, {"key": "guide", "position": 2, "required": False}]}],
}
words = st.text(st.characters(codec="utf-8", exclude_categories=("C",)), min_size=1, max_size=30).filter(
    lambda text: bool(text.strip())
)
wordings = st.dictionaries(st.sampled_from(LOCALES), words, min_size=1, max_size=3)
durations = st.integers(600, 7200)
VALUES: dict[str, tuple[st.SearchStrategy[Any], dict[str, Any]]] = {
    "duration": (durations, {"minimum": 600, "maximum": 7200, "direction": "lower"}),
    "integer": (st.integers(-50, 50), {"minimum": -50, "maximum": 50}),
    "decimal": (st.decimals(0, 9, places=3).map(str), {"maximum": "9.0"}),
    "percent": (st.integers(0, 100), {"minimum": 0, "maximum": "100"}),
    "money": (
        st.fixed_dictionaries(
            {"amountMinor": st.integers(0, 5000).map(str), "currency": st.sampled_from(["EUR", "JPY"])}
        ),
        {"maximum": {"EUR": "5000", "JPY": "5000"}},
    ),
    "boolean": (st.booleans(), {"direction": "higher"}),
    "choice": (st.sampled_from(CHOICES), {"choices": list(CHOICES)}),
    "choices": (st.lists(st.sampled_from(CHOICES)), {"choices": list(CHOICES)}),
    "text": (words, {"pattern": "[\\s\\S]+"}),
}
ALWAYS_BOUND = {"choice", "choices"}
SELECTORS: list[dict[str, str]] = [
    {"tier": "gold"},
    {"channel": "phone"},
    {"tier": "gold", "channel": "phone"},
    {"site.country": "PL"},
]


@st.composite
def parameters(draw: st.DrawFn, key: str, *, flexible: bool) -> dict[str, Any]:
    """A parameter of any type, with values within its bounds."""
    type_ = draw(st.sampled_from(sorted(VALUES)))
    values, bounds = VALUES[type_]
    bound = type_ in ALWAYS_BOUND or draw(st.booleans())
    selectors = draw(st.lists(st.sampled_from(SELECTORS), max_size=3, unique_by=lambda one: tuple(sorted(one))))
    return {
        "key": key,
        "type": type_,
        "default": draw(values),
        "operators": draw(st.lists(st.sampled_from(["assign", "narrow", "append"]))) if flexible else [],
        "bounds": bounds if bound else {},
        "variants": [{"context": one, "default": draw(values)} for one in selectors],
    } | ({"unit": "business"} if type_ == "duration" and draw(st.booleans()) else {})


@st.composite
def clauses(draw: st.DrawFn, key: str) -> dict[str, Any]:
    """A clause of any kind."""
    kind, flexible = draw(st.sampled_from(sorted(BODIES))), draw(st.booleans())
    keys = draw(st.sampled_from([[], ["limit"], ["limit", "target"]]))
    return {
        "key": key,
        "kind": kind,
        "level": draw(st.sampled_from(["baseline", "expected", "differentiated"])),
        "obligation": draw(st.sampled_from(["must", "should", "may"])),
        "flexibility": "flexible" if flexible else "core",
        "text": draw(wordings),
        "operators": ["assign"] if flexible and draw(st.booleans()) else [],
        "body": draw(st.sampled_from(BODIES[kind])),
        "parameters": [draw(parameters(one, flexible=flexible)) for one in keys],
    }


@st.composite
def contents(draw: st.DrawFn) -> StandardContent:
    """A whole version, normalised."""
    count = draw(st.integers(1, 4))
    facts: dict[str, Any] = {
        "code": draw(st.sampled_from(["sales-service", "a1"])),
        "number": draw(st.sampled_from(["1.0.0", "2.10.3"])),
        "title": draw(wordings),
        "layer": draw(st.sampled_from(["business", "foundation"])),
        "clauses": [draw(clauses(f"part.c{number}")) for number in range(count)],
    }
    if draw(st.booleans()):
        facts["profile"] = {
            "goal": draw(wordings),
            "faces": ["process"],
            "owner": "Service office",
            "needs": ["n-1"],
            "outsideStandards": [{"code": "ISO 9001:2015", "clause": "8.2.1"}],
        }
    if draw(st.booleans()):
        facts["lineage"] = [{"kind": "rename", "sources": ["part.before"], "targets": ["part.c0"]}]
    return checked_content(converted(facts))
