"""Edges from what other features record to the places and tenants of this room."""

from core.kernel.graphql.types import extension, reads
from core.kernel.reads import ToOne
from tenants.graphql.types import SiteType, TenantType
from tenants.networks.models import Tenant
from tenants.sites.models import Site


@extension
class RecordEdges:
    """Where a service record leads."""

    tenant: TenantType | None = reads(ToOne(Tenant, by="tenant_id"), description="The tenant that served.")
    site: SiteType | None = reads(
        ToOne(Site, by="site_id"), description="The site that served; empty where none was named."
    )
