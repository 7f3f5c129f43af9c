"""What the HTTP edge is put together from; tests and the command line give what differs."""

from collections.abc import Sequence
from dataclasses import field

from core.kernel.clock import Clock, SystemClock
from core.kernel.database import Database
from core.kernel.directory import Directory
from core.kernel.frozen import frozen
from core.kernel.services import Services
from core.kernel.settings import Settings
from gateway.auth.client_credentials import AccountSource
from gateway.auth.fetching import DocumentSource
from gateway.auth.identity import ScopeSource
from gateway.auth.trust import TrustSource
from gateway.http.edge_settings import EdgeSettings
from gateway.http.graphiql import DemoToken
from gateway.http.metrics_route import FiguresPage, own_figures
from gateway.schema.assembly import TouchstoneSchema


@frozen(kw_only=True)
class Parts:
    """Everything the edge serves with.

    Attributes:
        settings: How the product is configured.
        edge: Limits and places of the edge.
        database: Where units of work are opened.
        schema: The assembled GraphQL schema.
        trust: Networks' allow-lists of issuers.
        scopes: What a token opens.
        accounts: Service accounts.
        directory: Answers about the tenant tree.
        services: What upper rooms put in for lower ones.
        clock: The instant that use cases work at.
        token_clock: The instant that tokens are held against; real time but in tests.
        documents: Where issuers' documents come from; the network by default.
        figures: Gives the page of figures and its content type; this process's own by default.
        demo_tokens: What GraphiQL offers in development.
    """

    settings: Settings
    edge: EdgeSettings
    database: Database
    schema: TouchstoneSchema
    trust: TrustSource
    scopes: ScopeSource
    accounts: AccountSource
    directory: Directory | None = None
    services: Services = field(default_factory=Services)
    clock: Clock = field(default_factory=SystemClock)
    token_clock: Clock = field(default_factory=SystemClock)
    documents: DocumentSource | None = None
    figures: FiguresPage = own_figures
    demo_tokens: Sequence[DemoToken] = ()
