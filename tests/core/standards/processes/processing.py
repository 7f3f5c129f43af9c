"""Processes to try things with."""

from dataclasses import replace
from typing import Any

from core.standards.document import converted
from core.standards.policy.checks import checked_content
from core.standards.policy.content import StandardContent, content_hash
from core.standards.policy.overlays import Version
from core.standards.policy.process import read_process
from core.standards.policy.process_running import Process, running
from tests.core.standards.folding import version_of

RECEPTION: dict[str, Any] = {
    "stages": [{"key": "welcome", "title": {"en": "Welcome", "de": "Empfang"}}, {"key": "work"}],
    "roles": {"clerk": {"en": "Clerk"}},
    "readiness": [{"key": "tools", "concern": "tools_checked", "title": {"en": "The till works."}}],
    "steps": [
        {
            "key": "receive",
            "position": 1,
            "repeatable": False,
            "stage": "welcome",
            "title": {"en": "Receive"},
            "role": "clerk",
            "limit": {"parameter": "answer.limit"},
            "inputs": [{"key": "wish", "party": "customer"}],
            "outputs": [{"key": "ticket", "title": {"en": "A ticket"}}],
            "evidence": [
                {"key": "signed", "kinds": ["signature"], "secondPerson": True, "window": {"after": 600}},
                {"key": "seen", "kinds": ["photo", "recording"], "least": 2, "most": 4, "place": "site"},
            ],
            "lanes": {"customer": {"en": "Tells what is needed"}},
        },
        {"key": "call", "position": 2, "when": 'record.channel == "phone"', "stage": "work"},
        {"key": "visit", "position": 2, "required": False, "stage": "work", "limit": {"seconds": 3600}},
        {"key": "order", "position": 3, "after": ["receive"], "lane": "backstage"},
        {"key": "hand_over", "position": 4, "after": ["call", "visit", "order"]},
    ],
}


def clause(body: dict[str, Any], **said: Any) -> dict[str, Any]:
    return {"key": "reception", "kind": "process", "text": {"en": "The steps."}, "body": body, **said}


def standard(body: dict[str, Any], number: str = "1.0.0", **said: Any) -> StandardContent:
    """A checked standard with one process and one limit."""
    limit = {
        "key": "answer",
        "kind": "limit",
        "flexibility": "flexible",
        "text": {"en": "In time."},
        "parameters": [
            {"key": "limit", "type": "duration", "default": 600, "unit": "business", "operators": ["assign"]}
        ],
    }
    clauses = [clause(body, **said), limit]
    facts: dict[str, Any] = {"code": "serving", "number": number, "title": {"en": "Serving"}, "clauses": clauses}
    return checked_content(converted(facts))


def published(content: StandardContent) -> Version:
    """A standard as the root of the tree of tests publishes it."""
    return replace(version_of(), content=content, hash=content_hash(content))


def process(*steps: dict[str, Any], **said: Any) -> Process:
    return running(read_process({"steps": list(steps), **said}))
