"""Issuers of people's tokens, and service accounts for machines."""
