"""What an actor may do with the customer's own view of a record."""

from core.kernel.permissions import permission

SHARE_RECORDS = permission("records.share", "Give customers a link to their own view of a record, and revoke it.")
