"""What every process of the product is wired with: implementations for the Protocols of lower rooms."""

from sqlalchemy.orm import configure_mappers

from core.kernel.approvals import tell_holders
from core.kernel.blob_settings import load_blob_settings
from core.kernel.blobs import Blobs
from core.kernel.crypto import MasterKeys
from core.kernel.database import Database
from core.kernel.directory import Directory
from core.kernel.handlers import Following, declared_following, load_handlers
from core.kernel.services import Services
from core.kernel.settings import Settings
from core.plugin_host.invoker import Invoker
from core.plugin_host.registry import Registry, load_plugins
from core.records.conformance.qualification import Qualifications
from core.records.evidence.limits import EvidenceSettings, load_evidence_settings
from core.records.uploads.store import AREA, UploadStore
from core.standards.rollouts.gates import RolloutGates
from tenants.accounts.repository import holders_of
from tenants.activations.state import TenantActivation
from tenants.directory import TenantDirectory
from tenants.people.qualified import QualifiedByRole


def make_services(database: Database, settings: Settings, plugins: Registry | None = None) -> Services:
    """Wire the implementations; handlers are loaded here, and plugins unless they were already.

    The tables' models are made ready here, too, for which the first request would have to wait otherwise.

    Args:
        database: The database.
        settings: The settings.
        plugins: The plugins of this process, where they are loaded.
    """
    load_handlers()
    configure_mappers()
    tell_holders(holders_of)
    services = Services()
    services.put(Following, declared_following())
    services.put(Directory, TenantDirectory(database))
    services.put(Invoker, Invoker(plugins or load_plugins(), TenantActivation(database)))
    services.put(RolloutGates, RolloutGates())
    services.put(Qualifications, QualifiedByRole())
    services.put(MasterKeys, MasterKeys.read(settings.master_key.get_secret_value()))
    kept = load_blob_settings()
    services.put(Blobs, Blobs(kept, settings.home))
    waiting = kept.model_copy(update={"folder": settings.uploads})
    services.put(UploadStore, UploadStore(Blobs(waiting, settings.home, AREA)))
    services.put(EvidenceSettings, load_evidence_settings())
    return services
