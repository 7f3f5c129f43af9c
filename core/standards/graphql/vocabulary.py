"""The closed lists of standards as enumerations of the schema; the other modules of this folder take them from here."""

from core.kernel.graphql.enums import enumeration
from core.standards.vocabulary import (
    ClauseKind,
    ClauseLevel,
    Direction,
    Face,
    Facet,
    Flexibility,
    Layer,
    Obligation,
    Operator,
    Outcome,
    OverlayKind,
    ParameterType,
    ReviewOutcome,
    TimeUnit,
    VersionStatus,
)

__all__ = [
    "ClauseKind",
    "ClauseLevel",
    "Direction",
    "Face",
    "Facet",
    "Flexibility",
    "Layer",
    "Obligation",
    "Operator",
    "Outcome",
    "OverlayKind",
    "ParameterType",
    "ReviewOutcome",
    "TimeUnit",
    "VersionStatus",
]

enumeration(
    Face,
    name="StandardFace",
    description="Which side of service a standard is about.",
    values={
        "CONTENT": "What is offered.",
        "PROCESS": "How it comes about.",
        "RESULT": "What comes of it.",
        "BEHAVIOUR": "Wording and manners.",
        "SURROUNDINGS": "The place and what is in it.",
        "BRAND": "Brand language and visual identity.",
    },
)
enumeration(
    Layer,
    name="StandardLayer",
    description="Where a standard stands among the others, general ones first.",
    values={
        "FOUNDATION": "Terms, symbols, units.",
        "BUSINESS": "By channel and step.",
        "MANAGEMENT": "How service is led and checked.",
        "TECHNICAL": "What systems and equipment fulfil.",
    },
)
enumeration(
    VersionStatus,
    name="StandardVersionStatus",
    description="Where a version is in its life.",
    values={
        "DRAFT": "It is written.",
        "IN_REVIEW": "It waits for the approval of somebody who did not write it.",
        "APPROVED": "It may be published.",
        "PUBLISHED": "It holds from its start on.",
        "SUPERSEDED": "A successor is published, and holds from `validTo` on.",
        "WITHDRAWN": "It was taken back.",
    },
)
enumeration(
    ClauseKind,
    description="What a clause asks for.",
    values={
        "REQUIREMENT": "Something that must be so.",
        "STEP": "Something that is done.",
        "LIMIT": "A measure that is kept to.",
        "WORDING": "What is said to the customer.",
        "EVIDENCE": "What is kept as proof.",
        "INDICATOR": "What is measured.",
        "SURROUNDINGS": "How the place is.",
        "PROCESS": "Steps in their order; see `body`.",
    },
)
enumeration(
    ClauseLevel,
    description="How much hangs on a clause.",
    values={
        "BASELINE": "It must never fail.",
        "EXPECTED": "Customers expect it everywhere.",
        "DIFFERENTIATED": "It sets the network apart.",
    },
)
enumeration(
    Obligation,
    description="How binding a clause is.",
    values={"MUST": "Always.", "SHOULD": "Unless there is a reason.", "MAY": "At will."},
)
enumeration(
    Flexibility,
    description="Whether the network keeps a clause identical.",
    values={"CORE": "It is the same everywhere.", "FLEXIBLE": "Levels below may adapt it within bounds."},
)
enumeration(
    ParameterType,
    description="The type of a value, and with it its form in JSON.",
    values={
        "DURATION": "Whole seconds.",
        "INTEGER": "A whole number.",
        "DECIMAL": 'A decimal as a text, such as "1.5".',
        "PERCENT": 'A decimal as a text; "15" is 15 %.',
        "MONEY": 'Minor units of a currency, such as {"amountMinor": "1250", "currency": "EUR"}.',
        "BOOLEAN": "True or false.",
        "CHOICE": "One entry of an enumeration.",
        "CHOICES": "Some entries of an enumeration, sorted.",
        "TEXT": "A text.",
        "STEPS": "Steps that levels below add to the process of the clause, beside its own.",
    },
)
enumeration(
    TimeUnit,
    name="DurationUnit",
    description="What the seconds of a duration count.",
    values={"ELAPSED": "All time.", "BUSINESS": "The opening hours of the serving site."},
)
enumeration(
    Operator,
    name="AdaptationOperator",
    description="What a level below may do with a value.",
    values={
        "ASSIGN": "Set it.",
        "NARROW": "Narrow what levels further below receive.",
        "APPEND": "Add entries to a list.",
        "REMOVE": "Take entries from a list.",
    },
)
enumeration(
    Direction,
    name="BoundDirection",
    description="Which way levels below may move a value from the one they received.",
    values={"LOWER": "Down only.", "HIGHER": "Up only."},
)
enumeration(
    Facet,
    name="BoundKind",
    description="One kind of bound.",
    values={
        "MINIMUM": "The least value.",
        "MAXIMUM": "The greatest value.",
        "STEP": "Values are whole multiples of it.",
        "CHOICES": "The entries allowed; for money the currencies.",
        "PATTERN": "A regular expression the whole text matches.",
        "DIRECTION": "The value received from above, which may be moved one way only.",
    },
)
enumeration(
    OverlayKind,
    description="What an overlay is.",
    values={
        "VERSION": "A published version.",
        "ADAPTATION": "What a tenant adapted.",
        "WAIVER": "What a level above lets the tenant deviate in for a while.",
    },
)
enumeration(
    Outcome,
    name="OverlayOutcome",
    description="What became of an overlay; all but the first leave the received value in place.",
    values={
        "IN_FORCE": "It is in force.",
        "OUT_OF_BOUNDS": "It does not keep to a bound from above.",
        "LOCKED": "The operator is not, or no longer, granted.",
        "WRONG_TYPE": "The parameter has another type now.",
        "ORPHANED": "The version has no such clause or parameter any more.",
        "AMBIGUOUS": "It is a variant that is just as specific as another, and both could apply.",
    },
)
enumeration(
    ReviewOutcome,
    description="What a review of a standard comes to.",
    values={
        "KEEP": "It stays as it is.",
        "CHANGE": "It is to be changed; the editors find that in their inbox.",
        "WITHDRAW": "It is to be withdrawn; the editors find that in their inbox.",
    },
)
