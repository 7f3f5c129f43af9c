"""The whole product behind the HTTP edge: what is served, and what tests ask in process."""

from collections.abc import Sequence

from core.kernel.clock import Clock, SystemClock
from core.kernel.database import Database
from core.kernel.directory import Directory
from core.kernel.services import Services
from core.kernel.settings import Settings
from gateway.auth.memberships import Memberships
from gateway.http.application import Application
from gateway.http.assembly import assemble
from gateway.http.edge_settings import EdgeSettings, load_edge_settings
from gateway.http.features import contributions
from gateway.http.graphiql import DemoToken
from gateway.http.metrics_route import FiguresPage, own_figures
from gateway.http.parts import Parts
from gateway.schema.assembly import build_schema
from gateway.wiring import make_services


def create_app(
    settings: Settings,
    database: Database | None = None,
    *,
    edge: EdgeSettings | None = None,
    services: Services | None = None,
    clock: Clock | None = None,
    demo_tokens: Sequence[DemoToken] = (),
    figures: FiguresPage = own_figures,
) -> Application:
    """Make the app.

    Args:
        settings: How the product is configured.
        database: An open database, which the caller closes; by default the app opens and closes its own.
        edge: Limits of the edge; from the environment by default.
        services: Implementations by Protocol, ``Directory`` among them; the product's own by default.
        clock: The instant that use cases work at; tokens are always held against real time.
        demo_tokens: What GraphiQL offers; looked at in development alone.
        figures: Gives the page of figures; this process's own by default.

    Raises:
        BuiltinIssuerInProduction: The settings ask for the built-in issuer in production.
        SchemaRefused: The features' contributions do not fit together.
    """
    opened = database or Database.from_settings(settings)
    wired = services or make_services(opened, settings)
    working = clock or SystemClock()
    members = Memberships(opened, working)
    parts = Parts(
        settings=settings,
        edge=edge or load_edge_settings(),
        database=opened,
        schema=build_schema(contributions(), settings),
        trust=members,
        scopes=members,
        accounts=members,
        directory=wired.get(Directory),
        services=wired,
        clock=working,
        demo_tokens=demo_tokens,
        figures=figures,
    )
    return assemble(parts, owns_database=database is None)
