"""Sealing: each tenant's events and audit entries form a log that nobody can change without being found out."""
