"""Headquarters publishes its standard and a franchisee adapts it, each through the API with a token of their own."""

from typing import Any, Final, cast

from core.kernel.frozen import frozen
from core.standards.document import LARGEST, parsed
from gateway.demo.front_end import FrontEnd
from gateway.demo.material import Material

PUBLISHED: Final = """
query Published($code: String!) { publishedVersions(filter: {code: $code}, first: 1) { nodes { number } } }
"""
DRAFT: Final = """
mutation Draft($input: DraftStandardInput!, $key: String!) {
  draftStandard(input: $input, idempotencyKey: $key) {
    ... on DraftStandardSuccess { version { id revision } } ... on Problem { code message }
  }
}
"""
SUBMIT: Final = """
mutation Submit($input: SubmitVersionInput!, $key: String!) {
  submitVersion(input: $input, idempotencyKey: $key) {
    ... on SubmitVersionSuccess { version { id revision } } ... on Problem { code message }
  }
}
"""
APPROVE: Final = """
mutation Approve($input: ApproveVersionInput!, $key: String!) {
  approveVersion(input: $input, idempotencyKey: $key) {
    ... on ApproveVersionSuccess { version { id revision } } ... on Problem { code message }
  }
}
"""
PUBLISH: Final = """
mutation Publish($input: PublishVersionInput!, $key: String!) {
  publishVersion(input: $input, idempotencyKey: $key) {
    ... on PublishVersionSuccess { version { id revision } } ... on Problem { code message }
  }
}
"""
OWN_SIDE: Final = """
query OwnSide($code: String!) {
  effectiveStandard(code: $code) { revision values { clauseKey parameterKey value adapted } }
}
"""
ADAPT: Final = """
mutation Adapt($input: AdaptParameterInput!, $key: String!) {
  adaptParameter(input: $input, idempotencyKey: $key) {
    ... on AdaptParameterSuccess { adaptation { id } } ... on Problem { code message }
  }
}
"""

NAMES: Final = frozenset({"layer", "kind", "level", "obligation", "flexibility", "type", "unit", "direction"})
"""What a standard's file writes small and the schema, as names of enumerations, large."""
TEXTS: Final = frozenset({"title", "text"})
FREE: Final = frozenset({"body", "default", "minimum", "maximum", "step"})
"""JSON that is not looked into."""


@frozen
class Refusal:
    """What the API says no with.

    Attributes:
        code: Its stable code.
        message: What is wrong, in a sentence.
    """

    code: str
    message: str


@frozen
class Adaptation:
    """What the franchisee tried.

    Attributes:
        accepted: Whether the stricter limit took effect.
        refusal: What the laxer limit was refused with.
    """

    accepted: bool
    refusal: Refusal | None


def publish(editor: FrontEnd, administrator: FrontEnd, material: Material) -> bool:
    """Publish the standard: the editor writes, the administrator approves; tell whether it was there already.

    Raises:
        ApiRefused: A step was refused.
    """
    if editor.ask(PUBLISHED, {"code": material.code})["publishedVersions"]["nodes"]:
        return True
    draft = draft_of(material) | {"changeLog": "First version."}
    version = editor.change_for_certain(DRAFT, draft)["version"]
    version = editor.change_for_certain(SUBMIT, named(version))["version"]
    version = administrator.change_for_certain(APPROVE, named(version))["version"]
    editor.change_for_certain(PUBLISH, named(version) | {"validFrom": material.founded_at.isoformat()})
    return False


def named(version: dict[str, Any]) -> dict[str, Any]:
    """Name a version at the revision in which it was read."""
    return {"version": version["id"], "expectedRevision": version["revision"]}


def adapt_within_bounds(manager: FrontEnd, material: Material) -> Adaptation:
    """Let the franchisee take a stricter limit, and see a laxer one refused."""
    own = manager.ask(OWN_SIDE, {"code": material.code})["effectiveStandard"]
    # A refusal changes nothing, no revision either.
    refusal = tried(manager, material, material.refused_limit, own["revision"])
    if any(is_adapted(one, material) for one in own["values"]):
        return Adaptation(accepted=True, refusal=refusal)
    accepted = tried(manager, material, material.adapted_limit, own["revision"])
    return Adaptation(accepted=accepted is None, refusal=refusal)


def is_adapted(value: dict[str, Any], material: Material) -> bool:
    """Tell whether a value is the limit as it was adapted when the demonstration ran before."""
    place = (value["clauseKey"], value["parameterKey"], value["value"], value["adapted"])
    return place == ("resolution", "limit", material.adapted_limit, True)


def tried(manager: FrontEnd, material: Material, seconds: int, revision: int) -> Refusal | None:
    """Try one limit, and give what it was refused with."""
    asked = {
        "code": material.code,
        "clauseKey": "resolution",
        "parameterKey": "limit",
        "value": seconds,
        "validFrom": material.founded_at.isoformat(),
        "reason": "Our contracts promise it.",
        "expectedRevision": revision,
    }
    came_to = manager.change(ADAPT, asked)
    return Refusal(came_to["code"], came_to["message"]) if "code" in came_to else None


def draft_of(material: Material) -> dict[str, Any]:
    """Give the standard's file as a front end sends it, under the code the material names."""
    with material.standard.open(encoding="utf-8") as file:
        facts = parsed(file.read(LARGEST), material.standard.name)
    return {name: sent(name, value) for name, value in facts.items() if name != "format"} | {"code": material.code}


def sent(name: str, value: Any) -> Any:  # noqa: ANN401 - whatever the file holds
    """Give a value of the file in the form of the schema's inputs."""
    if name in FREE:
        return value
    if name in TEXTS:
        return [{"locale": locale, "text": text} for locale, text in value.items()]
    if name in NAMES:
        return value.upper()
    if name == "operators":
        return [one.upper() for one in value]
    return nested(value)


def nested(value: Any) -> Any:  # noqa: ANN401 - whatever the file holds
    """Give what stands inside objects and lists in the form of the schema's inputs."""
    if isinstance(value, dict):
        return {name: sent(name, one) for name, one in cast("dict[str, Any]", value).items()}
    return [nested(one) for one in cast("list[Any]", value)] if isinstance(value, list) else value
