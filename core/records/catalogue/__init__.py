"""The service catalogue: what headquarters publishes, and what each tenant offers of it or beside it."""
