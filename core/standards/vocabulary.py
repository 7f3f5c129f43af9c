"""The closed lists of words that standards are written in; each is stored as text with a CHECK."""

from enum import StrEnum


class Face(StrEnum):
    """Which side of service a standard is about."""

    CONTENT = "content"
    PROCESS = "process"
    RESULT = "result"
    BEHAVIOUR = "behaviour"
    SURROUNDINGS = "surroundings"
    BRAND = "brand"


class Layer(StrEnum):
    """Where a standard stands among the others, general ones first."""

    FOUNDATION = "foundation"
    BUSINESS = "business"
    MANAGEMENT = "management"
    TECHNICAL = "technical"


class VersionStatus(StrEnum):
    """The life of a version; ``superseded`` says that a successor is published, not that it holds already."""

    DRAFT = "draft"
    IN_REVIEW = "in_review"
    APPROVED = "approved"
    PUBLISHED = "published"
    SUPERSEDED = "superseded"
    WITHDRAWN = "withdrawn"


class ClauseKind(StrEnum):
    """What a clause asks for."""

    REQUIREMENT = "requirement"
    STEP = "step"
    LIMIT = "limit"
    WORDING = "wording"
    EVIDENCE = "evidence"
    INDICATOR = "indicator"
    SURROUNDINGS = "surroundings"
    PROCESS = "process"


class ClauseLevel(StrEnum):
    """How much hangs on a clause: it must never fail, is expected, or sets the network apart."""

    BASELINE = "baseline"
    EXPECTED = "expected"
    DIFFERENTIATED = "differentiated"


class Obligation(StrEnum):
    """How binding a clause is."""

    MUST = "must"
    SHOULD = "should"
    MAY = "may"


class Flexibility(StrEnum):
    """Whether the network keeps a clause identical, or levels below may adapt it within bounds."""

    CORE = "core"
    FLEXIBLE = "flexible"


class MoveKind(StrEnum):
    """How clauses of the version before became clauses of this one."""

    RENAME = "rename"
    SPLIT = "split"
    MERGE = "merge"


class ParameterType(StrEnum):
    """The type of a parameter's value; ``policy/values.py`` says how each is written in JSON."""

    DURATION = "duration"
    INTEGER = "integer"
    DECIMAL = "decimal"
    PERCENT = "percent"
    MONEY = "money"
    BOOLEAN = "boolean"
    CHOICE = "choice"
    CHOICES = "choices"
    TEXT = "text"
    STEPS = "steps"


class TimeUnit(StrEnum):
    """What the seconds of a duration count: all time, or the opening hours of the serving site."""

    ELAPSED = "elapsed"
    BUSINESS = "business"


class Operator(StrEnum):
    """What a level below may do with a value: set it, narrow what it passes down, add to a list or take from it."""

    ASSIGN = "assign"
    NARROW = "narrow"
    APPEND = "append"
    REMOVE = "remove"


class Aspect(StrEnum):
    """Which side of a parameter an overlay changes; one level has one overlay of each aspect in force at an instant."""

    VALUE = "value"
    BOUNDS = "bounds"


class Direction(StrEnum):
    """Which way levels below may move a value from the one they received."""

    LOWER = "lower"
    HIGHER = "higher"


class Facet(StrEnum):
    """One kind of bound."""

    MINIMUM = "minimum"
    MAXIMUM = "maximum"
    STEP = "step"
    CHOICES = "choices"
    PATTERN = "pattern"
    DIRECTION = "direction"


class OverlayKind(StrEnum):
    """What an overlay is; units below inherit all but waivers, which hold for one tenant alone."""

    VERSION = "version"
    ADAPTATION = "adaptation"
    WAIVER = "waiver"


class Outcome(StrEnum):
    """What became of an overlay when it was folded; all but the first leave the received value in place."""

    IN_FORCE = "in_force"
    OUT_OF_BOUNDS = "out_of_bounds"
    LOCKED = "locked"
    WRONG_TYPE = "wrong_type"
    ORPHANED = "orphaned"
    AMBIGUOUS = "ambiguous"


class ReviewOutcome(StrEnum):
    """What a review of a standard comes to."""

    KEEP = "keep"
    CHANGE = "change"
    WITHDRAW = "withdraw"


def aspect_of(operator: Operator) -> Aspect:
    """Tell which side of a parameter an operator changes."""
    return Aspect.BOUNDS if operator is Operator.NARROW else Aspect.VALUE
