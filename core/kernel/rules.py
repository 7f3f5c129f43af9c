"""Rules written by people: CEL (Common Expression Language) behind an interface of our own.

A rule is compiled once against what it may know, with types, and kept. It reads no clock, file or network, cannot go on
without an end (CEL has no loops, and its comprehensions stop at a budget) and is bounded in length. Texts, whole
numbers and truth values are all there is: decimals and amounts of money come as minor units.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import Enum
from functools import cached_property, lru_cache
from typing import Any, Final, TypeAlias, cast

from cel_expr_python import cel

from core.kernel.rule_cost import ONE, PATTERN, TEXT, Size, cost_of
from core.kernel.rule_trees import Reader, texts_looked_for

LONGEST: Final = 1_000
"""Characters of a rule."""
DEEPEST: Final = 24
"""Brackets within brackets; the parser has an end of its own that it tells less well."""
MOST_PATTERNS: Final = 4
"""Regular expressions of one rule."""
ONE_BY_ONE: Final = "all, exists, exists_one, filter, map"
NO_LISTS: Final = f"stdlib:\n  exclude_macros: [{ONE_BY_ONE}]\n"
KEPT: Final = 1_024
"""Compiled rules per environment; the ones used longest ago go first."""
TOLD: Final = 4_096
"""Rules per environment of which it is kept what was read in them: that is small, where a compiled rule takes up to
120 kB. So what was checked once is checked again without being compiled, as whenever a standard is folded."""
MOST_NAMES: Final = 100
"""Texts by name that a rule is told; those it asks for besides, which are empty, are no more in a rule."""
UNPRINTABLE: Final = re.compile(r"[\x00-\x08\x0b-\x1f\ud800-\udfff]")
PLACE: Final = re.compile(r"ERROR: <input>:(\d+):(\d+): (.+?)(?: \(in container ''\))?(?:\n|\s*\[[A-Z_]+\]|$)")
UNKNOWN: Final = "undeclared reference"
"""What the compiler tells first of a name that it does not know."""
NAMED: Final = re.compile(r"([A-Za-z_]\w*)\s*(?:\.\s*([A-Za-z_]\w*)|\[\s*(?:\"([^\"\\]*)\"|'([^'\\]*)')\s*\])")

Fact: TypeAlias = str | int | bool | datetime | Sequence[str] | Mapping[str, str]
"""What a rule may be told."""


class Kind(Enum):
    """The type of something that rules may know."""

    TEXT = "text"
    WHOLE = "whole"
    TRUTH = "truth"
    INSTANT = "instant"
    TEXTS = "texts"
    TEXT_BY_NAME = "text_by_name"
    """What is not known by a name is empty text."""


TYPES: Final = {
    Kind.TEXT: cel.Type.STRING,
    Kind.WHOLE: cel.Type.INT,
    Kind.TRUTH: cel.Type.BOOL,
    Kind.INSTANT: cel.Type.TIMESTAMP,
    Kind.TEXTS: cel.Type.List(cel.Type.STRING),
    Kind.TEXT_BY_NAME: cel.Type.Map(cel.Type.STRING, cel.Type.STRING),
}


class RuleDoesNotCompile(ValueError):  # noqa: N818 - it is a fact
    """A text is no rule: it is malformed, names what nobody knows, compares what cannot be, or is no truth value.

    Attributes:
        line: Where, from 1.
        column: Where in the line, from 1.
        problem: Why.
    """

    def __init__(self, line: int, column: int, problem: str) -> None:
        """Keep place and reason."""
        super().__init__(f"line {line}, column {column}: {problem}")
        self.line, self.column, self.problem = line, column, problem


class RuleFailed(ValueError):  # noqa: N818 - it is a fact
    """A rule could not be worked out from the facts it was given, such as for a division by zero.

    Attributes:
        rule: Its text.
        problem: Why.
    """

    def __init__(self, rule: str, problem: str) -> None:
        """Keep rule and reason."""
        super().__init__(f"{rule}: {problem}")
        self.rule, self.problem = rule, problem


class Rule:
    """A compiled rule.

    Attributes:
        text: What was compiled.
        named: By which names it asks for texts, by what is asked for them.
    """

    __slots__ = ("_expression", "_kinds", "named", "text")

    def __init__(self, text: str, env: Any, kinds: Mapping[str, Kind]) -> None:  # noqa: ANN401 - the library's own
        """Compile a rule.

        Raises:
            RuleDoesNotCompile: It is none.
        """
        self.text, self._kinds = text, kinds
        self._expression = expression_of(text, env)
        check_patterns(text, kinds)
        self.named = named_in(text, kinds)

    def holds(self, facts: Mapping[str, Fact]) -> bool:
        """Tell whether the rule holds.

        Args:
            facts: A value for every name of the environment.

        Raises:
            RuleFailed: It could not be worked out.
        """
        known = {
            name: {**dict.fromkeys(self.named[name], ""), **cast("Mapping[str, str]", facts[name])}
            if kind is Kind.TEXT_BY_NAME
            else facts[name]
            for name, kind in self._kinds.items()
        }
        try:
            found = self._expression.eval(data=known)
        except RuntimeError as problem:
            raise RuleFailed(self.text, str(problem)) from problem
        if found.type() != cel.Type.BOOL:
            raise RuleFailed(self.text, str(found.value()))
        return bool(found.value())

    def looked_for(self, *names: str) -> frozenset[str]:
        """Give the texts that are written down and looked for in lists, as in ``"a" in steps.done``.

        Args:
            names: What the lists are known by.
        """
        tree = Reader(self._expression.serialize()).tree()
        return frozenset(text for name in names for text in texts_looked_for(tree, name))

    def cost(self, told: int) -> int:
        """Estimate what working it out costs at most, in units of some 20 to 60 nanoseconds.

        Args:
            told: How many texts the lists hold that it is told.
        """
        lists = {Kind.TEXT: TEXT, Kind.TEXTS: Size(told, TEXT), Kind.TEXT_BY_NAME: Size(MOST_NAMES, TEXT)}
        known = {name: lists.get(kind, ONE) for name, kind in self._kinds.items()}
        return cost_of(Reader(self._expression.serialize()).tree(), known)


class Environment:
    """What rules of one kind may know, by name and type; rules are compiled once and kept."""

    def __init__(self, kinds: Mapping[str, Kind]) -> None:
        """Make it.

        Args:
            kinds: Names, dotted ones as well, and what they stand for.
        """
        self.kinds = dict(kinds)
        self._rule = lru_cache(maxsize=KEPT)(self._compiled)
        self._cost = lru_cache(maxsize=TOLD)(self._estimated)
        self._looked_for = lru_cache(maxsize=TOLD)(self._read)
        self._named = lru_cache(maxsize=TOLD)(self._asked_for)

    @cached_property
    def _env(self) -> Any:  # noqa: ANN401 - the library's own
        """Made with the first rule: it brings all of protobuf with it, and most processes never see a rule."""
        return cel.NewEnv(variables={name: TYPES[kind] for name, kind in self.kinds.items()})

    def rule(self, text: str) -> Rule:
        """Give a rule, compiled.

        Raises:
            RuleDoesNotCompile: It is none; the error tells where and why.
        """
        return self._rule(text)

    def cost(self, text: str, told: int) -> int:
        """Tell what working a rule out costs at most, as ``Rule.cost`` does; estimated once and kept.

        Raises:
            RuleDoesNotCompile: It is none.
        """
        return self._cost(text, told)

    def looked_for(self, text: str, *names: str) -> frozenset[str]:
        """Give the texts that a rule looks for in lists, as ``Rule.looked_for`` does; read once and kept.

        Raises:
            RuleDoesNotCompile: It is none.
        """
        return self._looked_for(text, *names)

    def named(self, text: str) -> Mapping[str, frozenset[str]]:
        """Tell by which names a rule asks for texts, by what is asked for them; kept.

        Raises:
            RuleDoesNotCompile: It is none.
        """
        return self._named(text)

    def _read(self, text: str, *names: str) -> frozenset[str]:
        return self._rule(text).looked_for(*names)

    def _asked_for(self, text: str) -> Mapping[str, frozenset[str]]:
        return self._rule(text).named

    def _estimated(self, text: str, told: int) -> int:
        return self._rule(text).cost(told)

    def _compiled(self, text: str) -> Rule:
        """Compile a rule that is not kept; to an unknown name it is said which ones are known."""
        try:
            return Rule(text, self._env, self.kinds)
        except RuleDoesNotCompile as found:
            if not found.problem.startswith(UNKNOWN):
                raise
            told = f"{found.problem}; there are {', '.join(self.kinds)}"
            raise RuleDoesNotCompile(found.line, found.column, told) from found


def expression_of(text: str, env: Any) -> Any:  # noqa: ANN401 - the library's own
    """Compile a text that must be a truth value.

    Raises:
        RuleDoesNotCompile: It is none.
    """
    if not text.strip():
        raise RuleDoesNotCompile(1, 1, "a rule is expected")
    if len(text) > LONGEST:
        raise RuleDoesNotCompile(1, LONGEST + 1, f"a rule has at most {LONGEST} characters")
    if deepest(text) > DEEPEST:
        raise RuleDoesNotCompile(1, 1, f"at most {DEEPEST} brackets stand within one another")
    if UNPRINTABLE.search(text):
        raise RuleDoesNotCompile(1, 1, "a text without control characters is expected")
    try:
        made = env.compile(text)
    except RuntimeError as problem:
        raise misplaced(str(problem)) from problem
    if made.return_type() != cel.Type.BOOL:
        raise RuleDoesNotCompile(1, 1, f"true or false is expected, not {made.return_type().name().lower()}")
    return made


def check_patterns(text: str, kinds: Mapping[str, Kind]) -> None:
    """Refuse a rule, which compiles, for what its regular expressions may cost.

    Each takes milliseconds at worst; held against every one of a list, within another list, they would take minutes.

    Raises:
        RuleDoesNotCompile: There are too many, or they stand beside what goes through lists.
    """
    found = text.count(PATTERN)
    if found > MOST_PATTERNS:
        raise RuleDoesNotCompile(1, text.find(PATTERN) + 1, f"{PATTERN} stands at most {MOST_PATTERNS} times in a rule")
    if found:
        try:
            without_lists(frozenset(kinds.items())).compile(text)
        except RuntimeError as beside:
            column = text.find(PATTERN) + 1
            raise RuleDoesNotCompile(1, column, f"{PATTERN} does not stand beside {ONE_BY_ONE}") from beside


@lru_cache(maxsize=16)
def without_lists(kinds: frozenset[tuple[str, Kind]]) -> Any:  # noqa: ANN401 - the library's own
    """Give an environment in which nothing goes through lists."""
    variables = {name: TYPES[kind] for name, kind in kinds}
    return cel.NewEnv(config=cel.NewEnvConfigFromYaml(NO_LISTS), variables=variables)


def deepest(text: str) -> int:
    """Count how many brackets stand within one another at most; those in quotes count, too."""
    depth = most = 0
    for letter in text:
        depth += (letter in "([{") - (letter in ")]}")
        most = max(most, depth)
    return most


def misplaced(told: str) -> RuleDoesNotCompile:
    """Take apart what the compiler tells."""
    shape = PLACE.search(told)
    if shape is None:
        return RuleDoesNotCompile(1, 1, told.partition("\n")[0])
    return RuleDoesNotCompile(int(shape[1]), int(shape[2]), shape[3])


def named_in(text: str, kinds: Mapping[str, Kind]) -> dict[str, frozenset[str]]:
    """Find the names by which a rule asks for texts."""
    asked = [(found[1], found[2] or found[3] or found[4] or "") for found in NAMED.finditer(text)]
    return {
        name: frozenset(key for whole, key in asked if whole == name)
        for name, kind in kinds.items()
        if kind is Kind.TEXT_BY_NAME
    }
