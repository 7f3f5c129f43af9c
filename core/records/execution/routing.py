"""Who gets a record that begins, without I/O: whoever owns the first step of its process that may start."""

from core.kernel.rules import RuleFailed
from core.standards.policy.process_guards import Situation
from core.standards.policy.process_running import Process, ready_steps


def first_owner(process: Process, situation: Situation) -> str | None:
    """Give the role that owns the first step that may start, where one of those that may has an owner.

    A guard that cannot be worked out routes to nobody: it stops no record from being opened.
    """
    if not any(step.role for step in process.steps.values()):
        return None
    try:
        able = ready_steps(process, (), situation)
    except RuleFailed:
        return None
    return next((process.steps[key].role for key in able if process.steps[key].role), None)
