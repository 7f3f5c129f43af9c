"""What every feature stands on: scopes, transactions, ids, time, errors, events and jobs."""
