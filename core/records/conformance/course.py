"""The course that a standard sets for records: its process, what follows what, and the clause each step stands in."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Final

from core.kernel.frozen import frozen
from core.standards.policy.process_running import Process
from core.standards.policy.view import EffectiveView, read_view
from core.standards.vocabulary import ClauseLevel

KEPT: Final = 256
"""Courses that are remembered; thousands of records share one."""


@frozen(kw_only=True)
class Course:
    """What records of one effective standard are held against.

    Attributes:
        view: The standard.
        process: Its process.
        after: For every step, the steps directly after it.
        last: Steps that none comes after.
        clauses: The clause that each step stands in.
        usual: The clause that steps stand under which no process foresees; empty where there is no process.
    """

    view: EffectiveView
    process: Process
    after: Mapping[str, tuple[str, ...]]
    last: frozenset[str]
    clauses: Mapping[str, str]
    usual: str

    def clause_of(self, key: str) -> str:
        """Give the clause that a step stands in."""
        return self.clauses.get(key, self.usual)

    def clause_of_limit(self, key: str) -> str:
        """Give the clause that says how long a step may take."""
        step = self.process.steps.get(key)
        if step is None or step.limit is None or not step.limit.parameter:
            return self.clause_of(key)
        return clause_in(step.limit.parameter)

    def grade_of(self, clause: str) -> ClauseLevel:
        """Tell how much hangs on a clause; one that is not there is expected, like most."""
        return self.view.levels.get(clause, ClauseLevel.EXPECTED)


def course_of(view: EffectiveView) -> Course:
    """Give the course of a standard; worked out once."""
    return _remembered(view.hash, view.document)


@lru_cache(maxsize=KEPT)
def _remembered(hash_: str, document: str) -> Course:
    """Work out the course of an effective document."""
    return made_of(read_view(hash_, document))


def made_of(view: EffectiveView) -> Course:
    """Work out the course of a standard."""
    process = view.process
    after: dict[str, list[str]] = {key: [] for key in process.steps}
    for key in process.steps:
        for earlier in process.before[key]:
            after[earlier].append(key)
    clauses: dict[str, str] = {}
    for clause, one in view.processes.items():
        for key in one.steps:
            clauses.setdefault(key, clause)
    return Course(
        view=view,
        process=process,
        after={key: tuple(later) for key, later in after.items()},
        last=frozenset(key for key, later in after.items() if not later),
        clauses=clauses,
        usual=next(iter(view.processes), ""),
    )


def clause_in(address: str) -> str:
    """Give the clause that an address of a parameter begins with."""
    return address.rpartition(".")[0]
