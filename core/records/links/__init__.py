"""The customer's own view of a record, and the signed links that open it."""
