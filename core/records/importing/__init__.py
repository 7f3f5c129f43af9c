"""Bring a service log in as records: read ahead, grouped into chunks by tenant, each chunk once and whole."""
