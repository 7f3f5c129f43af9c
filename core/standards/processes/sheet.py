"""What all views of a process are made of: its steps in order, with texts in one language."""

from collections.abc import Mapping, Sequence

from core.kernel.frozen import frozen
from core.standards.policy.locales import choose_locale
from core.standards.policy.process import Lane, ProcessStep
from core.standards.policy.process_order import ancestors
from core.standards.policy.process_running import Process
from core.standards.vocabulary import TimeUnit

Limit = tuple[int, TimeUnit]
"""How many seconds, and what they count."""


@frozen(kw_only=True)
class Sheet:
    """A process that is looked at.

    Attributes:
        clause_key: The clause.
        process: The process.
        limits: How long steps may take, by step.
        locales: In which languages texts are shown, the most wanted first.
    """

    clause_key: str
    process: Process
    limits: Mapping[str, Limit]
    locales: Sequence[str] = ()

    @property
    def steps(self) -> Sequence[ProcessStep]:
        """The steps, each after those before it."""
        return tuple(self.process.steps.values())

    def said(self, texts: Mapping[str, str], otherwise: str = "") -> str:
        """Give a text in the language wanted, or something else where there is none."""
        return texts[choose_locale(texts, self.locales)] if texts else otherwise

    def title(self, step: ProcessStep) -> str:
        """Give the name of a step; its key where it has none."""
        return self.said(step.title, step.key)

    def role(self, key: str) -> str:
        """Give the name of a role; its key where it has none."""
        return self.said(self.process.roles.get(key, {}), key)

    def stage(self, key: str) -> str:
        """Give the name of a stage; its key where it has none."""
        stage = self.process.stages.get(key)
        return key if stage is None else self.said(stage.title, key)

    def cell(self, step: ProcessStep, lane: Lane) -> str:
        """Give what happens in a lane while a step is done; empty where nothing is said."""
        return self.title(step) if step.lane is lane else self.said(step.lanes.get(lane, {}))

    def guard(self, key: str) -> str:
        """Give what must hold for a step to apply, as one rule; empty where it always does."""
        guards = self.process.guards.get(key, ())
        return guards[0] if len(guards) == 1 else " && ".join(f"({one})" for one in guards)

    def edges(self) -> list[tuple[str, str]]:
        """List which step is directly followed by which, without ways that others make needless."""
        above = ancestors(self.process.before)
        return [
            (earlier, key)
            for key in self.process.steps
            for earlier in sorted(self.process.before[key], key=list(self.process.steps).index)
            if not any(earlier in above[other] for other in self.process.before[key])
        ]
