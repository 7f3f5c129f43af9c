"""The events of service records: append-only, numbered and chained for each record, leaves of the tenant's log."""
