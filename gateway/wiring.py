"""What every process of the product is wired with: implementations for the Protocols of lower rooms."""

from core.kernel.database import Database
from core.kernel.directory import Directory
from core.kernel.services import Services
from core.plugin_host.invoker import Invoker
from core.plugin_host.registry import load_plugins
from tenants.activations.state import TenantActivation
from tenants.directory import TenantDirectory


def make_services(database: Database) -> Services:
    """Wire the implementations; plugins are loaded here, each alone, so it is done once a process."""
    services = Services()
    services.put(Directory, TenantDirectory(database))
    services.put(Invoker, Invoker(load_plugins(), TenantActivation(database)))
    return services
