"""What an actor may do with service records."""

from core.kernel.permissions import permission

READ_RECORDS = permission("records.read", "Read the service records of one's tenant, with their steps.")
READ_NOTES = permission(
    "records.read_notes", "Read what was said about service records: notes and reasons; and find records by its words."
)
SHARE_VIEWS = permission(
    "records.share_views", "Share saved views of records with everybody in one's tenant, and change shared ones."
)
READ_NETWORK_RECORDS = permission("records.read_network", "Read the service records of every tenant of the network.")
OPEN_RECORDS = permission("records.open", "Open service records.")
WORK_RECORDS = permission("records.work", "Add steps to open service records and resolve them.")
READ_EVIDENCE = permission(
    "records.read_evidence", "See and download the files that prove what was done for service records."
)
MANAGE_CALENDARS = permission("records.manage_calendars", "Set business calendars and say which site goes by which.")
PUBLISH_SERVICES = permission("records.publish_services", "Publish services of the network and say who may offer them.")
OFFER_SERVICES = permission("records.offer_services", "Say which services one's tenant offers, and add bespoke ones.")
IMPORT_RECORDS = permission(
    "records.import", "Import service logs as records of one's own tenant and the tenants below it, and see the runs."
)
