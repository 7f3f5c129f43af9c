"""The customer's own view as a page without scripts, which fetches nothing, and as JSON; both say the same."""

from base64 import b64encode
from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from functools import cache, partial
from hashlib import sha256
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from markupsafe import Markup

from core.kernel.frozen import frozen
from core.records.links.view import CustomerView, SeenDelay, SeenSite, SeenStep
from gateway.http.looking.languages import PLACE, Language, in_zone

if TYPE_CHECKING:
    from jinja2 import Template


@frozen
class Style:
    """What the page looks like.

    Attributes:
        text: The style sheet.
        policy: The Content-Security-Policy that lets this style sheet do its work, and nothing else at all.
    """

    text: str
    policy: str


@cache
def style() -> Style:
    """Read the style sheet."""
    text = (PLACE / "look.css").read_text("utf-8")
    digest = b64encode(sha256(text.encode()).digest()).decode()
    policy = (
        f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
    return Style(text, policy)


@cache
def template() -> "Template":
    """Load the page's template; text is escaped, a missing value is an error."""
    from jinja2 import Environment, PackageLoader, StrictUndefined  # noqa: PLC0415 - for those who ask for a page

    loader = PackageLoader("gateway.http.looking", "")
    made = Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    return made.get_template("look.html")


class Turned(StrEnum):
    """Why nothing is shown; named as the phrases are that say so."""

    GONE = "gone"
    BUSY = "busy"


def page(language: Language, shown: CustomerView | Turned) -> str:
    """Write the page: a view, or why there is none."""
    say = language.phrases
    view = None if isinstance(shown, Turned) else shown
    zone = ZoneInfo(view.site.time_zone if view else "UTC")
    written = template().render(
        say=say,
        view=view,
        why=shown if isinstance(shown, Turned) else "",
        style=Markup(style().text),  # noqa: S704 - a file of this package
        written=partial(language.instant, zone=zone),
        before=partial(language.around, 0),
        after=partial(language.around, 2),
        zone="" if view is None else language.zone(zone, view.opened_at),
    )
    return written.lstrip()


def document(view: CustomerView) -> dict[str, Any]:
    """Give a view as JSON; instants are those of the site's zone."""
    zone = ZoneInfo(view.site.time_zone)
    return {
        "service": view.service,
        "state": view.state.value,
        "openedAt": instant(view.opened_at, zone),
        "resolvedAt": instant(view.resolved_at, zone),
        "currentSteps": steps(view.current_steps, zone),
        "nextStep": None if view.next_step is None else {"title": view.next_step.title},
        "promisedAt": instant(view.promised_at, zone),
        "delays": [delay(one, zone) for one in view.delays],
        "doneSteps": steps(view.done_steps, zone),
        "site": site(view.site),
    }


def steps(seen: Sequence[SeenStep], zone: ZoneInfo) -> list[dict[str, Any]]:
    """Give steps as JSON."""
    return [{"title": one.title, "at": instant(one.at, zone)} for one in seen]


def delay(one: SeenDelay, zone: ZoneInfo) -> dict[str, Any]:
    """Give an announcement as JSON."""
    return {
        "announcedAt": instant(one.announced_at, zone),
        "until": instant(one.until, zone),
        "reasonCode": one.reason_code,
        "reason": one.reason,
        "alternative": one.alternative,
        "step": one.step,
    }


def site(one: SeenSite) -> dict[str, Any]:
    """Give who serves as JSON."""
    return {
        "organisation": one.organisation,
        "name": one.name,
        "address": list(one.address),
        "timeZone": one.time_zone,
    }


def instant(at: datetime | None, zone: ZoneInfo) -> str | None:
    """Write an instant in a zone."""
    return None if at is None else in_zone(at, zone).isoformat()
